package party

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/internal/identifier"
	"concordat/internal/pg"
)

// SealedOf is the SQL for what identifies a subject s to an owner, named by a column: what
// the owner corrected for itself, or what the subject's row says.
func SealedOf(owner string) string {
	return "coalesce((SELECT si.sealed FROM subject_identity si WHERE si.subject_id = s.id AND si.organisation_id = " + owner + "), s.sealed)"
}

// owned is an owner's own copy of an identity as it is kept.
type owned struct {
	bun.BaseModel `bun:"table:subject_identity,alias:si"`

	Subject enforcement.ID             `bun:"subject_id,pk"`
	Owner   enforcement.OrganisationID `bun:"organisation_id,pk"`
	Sealed  []byte                     `bun:"sealed"`
}

// ReadFor reads a subject's row as an owner knows the subject.
func (r *Parties) ReadFor(ctx context.Context, db bun.IDB, id enforcement.ID, owner enforcement.OrganisationID) (Row, error) {
	s := Row{ID: id}
	err := db.NewSelect().Model(&s).ExcludeColumn("sealed").ColumnExpr(SealedOf("?")+" AS sealed", pg.Number(owner)).WherePK().Scan(ctx)
	return s, enforcement.NotFound(err, "read subject "+id.String())
}

// SealFor seals an identity under a subject's key.
func (r *Parties) SealFor(id enforcement.ID, wrapped []byte, identity Identity) ([]byte, error) {
	envelope, err := r.Record.Vault.OpenEnvelope(id, wrapped)
	if err != nil {
		return nil, fmt.Errorf("open the envelope of subject %s: %w", id, err)
	}
	return sealIdentity(envelope, identity)
}

// Correct writes other data of a subject that stays the same: for its owner alone where
// others have cases of it too (shared), or where the owner has a copy of its own already;
// else in the subject's row. What was decided before is kept by the schema.
func (r *Parties) Correct(ctx context.Context, tx *pg.Tx, id enforcement.ID, owner enforcement.OrganisationID, corrected Identity, sealed []byte, shared bool) error {
	if !shared {
		own, err := tx.NewSelect().Model((*owned)(nil)).ColumnExpr("1").Where("si.subject_id = ? AND si.organisation_id = ?", id, pg.Number(owner)).Exists(ctx)
		if err != nil {
			return fmt.Errorf("look for the own copy of subject %s: %w", id, err)
		}
		shared = own
	}
	if shared {
		one := &owned{Subject: id, Owner: owner, Sealed: sealed}
		tx.Later(tx.NewInsert().Model(one).On("CONFLICT ON CONSTRAINT subject_identity_pkey DO UPDATE").Set("sealed = EXCLUDED.sealed"), "correct subject %s for organisation %d", id, owner)
		return nil
	}
	tx.Later(tx.NewUpdate().Model((*Row)(nil)).Set("sealed = ?", sealed).Set("namesake = ?", r.namesake(corrected)).Set("version = version + 1").Where("id = ?", id), "correct subject %s", id)
	return nil
}

// Corrects reports whether an identity may stand in the place of the one that was decided:
// kind and number are equal, and the names differ in at most one character of as many. It is
// asked of what was decided, never of a correction before, so that no number of corrections
// makes of somebody another.
func (i Identity) Corrects(decided Identity) bool {
	if i.Kind != decided.Kind || i.NumberKind != decided.NumberKind || i.Number != decided.Number || i.State != decided.State {
		return false
	}
	x, y := []rune(identifier.NormaliseName(i.Name)), []rune(identifier.NormaliseName(decided.Name))
	if len(x) != len(y) {
		return false
	}
	differ := 0
	for n := range x {
		if x[n] != y[n] {
			differ++
		}
	}
	return differ == 0 || (differ == 1 && len(x) > 1)
}
