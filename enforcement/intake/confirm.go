package intake

import (
	"bytes"
	"context"
	"crypto/sha256"
	"slices"

	"concordat/enforcement"
	"concordat/enforcement/paper"
	"concordat/enforcement/record"
	"concordat/internal/pg"
	"concordat/internal/vault"
)

// Stated is what a second person names of a takeover: the SHA-256 of the file and of the
// statement, as they lie before that person.
type Stated struct {
	File, Statement [sha256.Size]byte
}

// statementDomain separates hashes of statements from every other hash of the vault.
const statementDomain = "takeover-statement"

// confirmers are who may be the second person of a takeover.
var confirmers = []enforcement.Role{enforcement.Clerk, enforcement.Judge, enforcement.President}

// Waits reports whether a run is a takeover that a second person has yet to state over:
// until then nothing of it is in force.
func (i Run) Waits() bool { return i.Kind == Takeover && i.ConfirmedBy == "" && i.State != Done }

// Confirm has a second person of the court state over a takeover that the president
// started: over the same file and the same statement (takeover.file, import.statement), by
// another human, which the schema asks (takeover.second-person), once. Only then is the file
// read.
func (r *Intake) Confirm(ctx context.Context, act enforcement.Act, id enforcement.ID, s Stated) (Run, error) {
	if err := act.Check(confirmers...); err != nil {
		return Run{}, err
	}
	_, err := r.Record.Perform(ctx, act, func(ctx context.Context, tx *pg.Tx) (*record.Event, error) {
		var row importRow
		if err := tx.NewSelect().Model(&row).Where("id = ?", id).For("NO KEY UPDATE").Scan(ctx); err != nil {
			return nil, enforcement.NotFound(err, "read a takeover")
		}
		if err := r.confirmable(act, &row, s); err != nil {
			return nil, err
		}
		tx.Later(tx.NewUpdate().Model((*importRow)(nil)).Set("confirmed_by = ?, confirmed_at = ?", act.Actor.ID, act.At.UTC()).Where("id = ?", id), "confirm takeover %s", id)
		if !row.Upload.IsZero() {
			if err := r.wakeIntake(ctx, tx); err != nil {
				return nil, err
			}
		}
		return &record.Event{Kind: eventTakeoverConfirmed, RefersTo: id, Day: r.Record.Today(act.At), Reason: "started by " + row.StartedBy, DocumentHash: row.Statement}, nil
	})
	if err != nil {
		return Run{}, err
	}
	return r.Get(ctx, act, id)
}

func (r *Intake) confirmable(act enforcement.Act, row *importRow, s Stated) error {
	if err := act.OfOwner(row.Court); err != nil {
		return err
	}
	same := func(domain string, sum [sha256.Size]byte, kept []byte) bool {
		return slices.ContainsFunc(r.Record.Vault.Hashes(domain, string(sum[:])), func(h vault.Hash) bool { return bytes.Equal(h.Sum, kept) })
	}
	switch {
	case row.Kind != Takeover:
		return enforcement.Refuse("not-found")
	case row.ConfirmedBy != "" || row.State == Done:
		return enforcement.Refuse("takeover.confirmed")
	case !same(importDomain, s.File, row.Content):
		return enforcement.Refuse("takeover.file")
	case !same(statementDomain, s.Statement, row.StatementSum):
		return enforcement.Refuse("import.statement")
	}
	return nil
}

// Stated finds the takeover of a file that the court's president started; no run if nobody
// stated over this very file.
func (r *Intake) Stated(ctx context.Context, act enforcement.Act, file [sha256.Size]byte) (run Run, found bool, err error) {
	if err := act.Check(confirmers...); err != nil {
		return run, false, err
	}
	id, err := r.importOf(ctx, r.Record.DB, act, NewRun{Kind: Takeover, Content: file})
	if err != nil || id.IsZero() {
		return run, false, err
	}
	run, err = r.Get(ctx, act, id)
	return run, err == nil, err
}

// refuseUnstated refuses to put in force what one person alone stated.
func refuseUnstated(kind Kind, confirmedBy string) error {
	if kind == Takeover && confirmedBy == "" {
		return enforcement.Refuse("takeover.unconfirmed")
	}
	return nil
}

// sumOf is what is kept of a statement so that a second person can name it.
func (r *Intake) sumOf(statement []byte) []byte {
	if len(statement) == 0 {
		return nil
	}
	sum := sha256.Sum256(statement)
	return r.Record.Vault.Hash(statementDomain, string(sum[:])).Sum
}

// keepStatement keeps the paper of a takeover; of anything else there is none.
func (r *Intake) keepStatement(tx *pg.Tx, act enforcement.Act, id enforcement.ID, n NewRun) (paper.Paper, error) {
	if len(n.Statement) == 0 {
		return paper.Paper{}, nil
	}
	return r.Papers.Keep(tx, act, paper.Holder{Owner: act.Actor.Organisation, Serves: id}, paper.Takeover, paper.Given{Content: n.Statement})
}

// sameStatement reports whether a statement is the one of a hash: of its SHA-256, as papers
// are hashed, or of all of it, as before they were kept.
func (r *Intake) sameStatement(statement, kept []byte) bool {
	sum := sha256.Sum256(statement)
	return r.Record.Vault.VerifyDocument(sum[:], kept) == nil || r.Record.Vault.VerifyDocument(statement, kept) == nil
}
