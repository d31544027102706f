package party

import (
	"context"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/internal/identifier"
	"concordat/internal/pg"
	"concordat/internal/vault"
)

// number is a hash by which the record knows a department's own subject elsewhere; nobody is
// found by it.
type number struct {
	bun.BaseModel `bun:"table:subject_number"`

	KeyVersion int16          `bun:"key_version,pk"`
	Hash       []byte         `bun:"hash,pk"`
	Subject    enforcement.ID `bun:"subject_id,pk"`
}

func numbers(id enforcement.ID, hashes []vault.Hash) []number {
	list := make([]number, len(hashes))
	for i, h := range hashes {
		list[i] = number{KeyVersion: h.Version, Hash: h.Sum, Subject: id}
	}
	return list
}

// ofOwn is the department whose people enter subjects for it alone; 0: a court's people, who
// share theirs.
func ofOwn(act enforcement.Act) enforcement.OrganisationID {
	if slices.Contains(enforcement.Department, act.Actor.Role) {
		return act.Actor.Organisation
	}
	return 0
}

// domainOf separates the hashes by which an owner finds its own subjects.
func domainOf(owner enforcement.OrganisationID) string {
	if owner == 0 {
		return lookupDomain
	}
	return fmt.Sprintf("%s/%d", lookupDomain, owner)
}

// ofDepartment makes a subject that is sealed and not yet entered one of a department's own.
func (s *Sealed) ofDepartment(r *Parties, owner enforcement.OrganisationID, of identifier.Identifier) {
	s.owner, s.numbers, s.Hashes = owner, s.Hashes, r.Record.Vault.Hashes(domainOf(owner), of.Key())
}

// findFor looks up who enters a number: a court finds what courts entered, a department what
// it entered itself, or what it has cases of since a release that shared all.
func (r *Parties) findFor(ctx context.Context, tx *pg.Tx, act enforcement.Act, of identifier.Identifier) (enforcement.ID, error) {
	owner := ofOwn(act)
	id, err := r.findSubject(ctx, tx, domainOf(owner), of)
	if err != nil || owner == 0 || !id.IsZero() {
		return id, err
	}
	shared, err := r.findSubject(ctx, tx, lookupDomain, of)
	if err != nil || shared.IsZero() {
		return shared, err
	}
	own, err := tx.NewSelect().Table("ground").ColumnExpr("1").Where("subject_id = ? AND organisation_id = ?", shared, pg.Number(owner)).Exists(ctx)
	if err != nil {
		return enforcement.ID{}, fmt.Errorf("look whether organisation %d has cases of subject %s: %w", owner, shared, err)
	}
	if !own {
		return enforcement.ID{}, nil
	}
	return shared, nil
}
