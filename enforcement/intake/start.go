package intake

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"

	"github.com/riverqueue/river"
	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/enforcement/ground"
	"concordat/enforcement/record"
	"concordat/internal/pg"
)

// NewRun is a file to be read.
type NewRun struct {
	Kind Kind
	// Content is the SHA-256 of the file, Size its bytes: the same file is the
	// same run.
	Content [sha256.Size]byte
	Size    int64
	// Statement is the paper by which the court states a takeover, at most
	// [paper.MaxSize] bytes; it is kept. It must be there for a takeover, and only there.
	Statement []byte
	// Upload is a received upload of the court, to be read by a job; no id where
	// the caller reads the file itself.
	Upload enforcement.ID
}

// importDomain separates hashes of files from every other hash of the vault.
const importDomain = "import-file"

// importRoles says who may have a file of a kind read: a draft is a clerk's
// work, the statement that listings are in force is the president's.
func importRoles(kind Kind) []enforcement.Role {
	if kind == Takeover {
		return []enforcement.Role{enforcement.President}
	}
	return []enforcement.Role{enforcement.Clerk, enforcement.Judge}
}

// Start begins the run of a file, or finds the run of the same file: it
// is read once. A run that failed is set going again. With an upload a job is
// inserted in the same transaction.
func (r *Intake) Start(ctx context.Context, act enforcement.Act, n NewRun) (Run, error) {
	if n.Kind != Listings && n.Kind != Takeover {
		return Run{}, enforcement.Refuse("import.kind")
	}
	if err := act.Check(importRoles(n.Kind)...); err != nil {
		return Run{}, err
	}
	if (n.Kind == Takeover) == (len(n.Statement) == 0) {
		return Run{}, enforcement.Refuse("import.statement")
	}
	if n.Size == 0 {
		return Run{}, enforcement.Refuse("import.empty")
	}
	for {
		var id enforcement.ID
		_, err := r.Record.Perform(ctx, act, func(ctx context.Context, tx *pg.Tx) (e *record.Event, err error) {
			id, e, err = r.startImport(ctx, tx, act, n)
			return e, err
		})
		// The same file comes in twice at once: the second finds the first's run.
		if name, ok := pg.Constraint(err); ok && name == "import_run_file_key" {
			continue
		}
		if err != nil {
			return Run{}, err
		}
		if id.IsZero() { // asked again under its key: the file tells which run it was
			if id, err = r.importOf(ctx, r.Record.DB, act, n); err != nil {
				return Run{}, err
			}
		}
		return r.Get(ctx, act, id)
	}
}

// importOf finds the run of the same file; no id if there is none.
func (r *Intake) importOf(ctx context.Context, db bun.IDB, act enforcement.Act, n NewRun) (id enforcement.ID, err error) {
	var sums [][]byte
	for _, h := range r.Record.Vault.Hashes(importDomain, string(n.Content[:])) {
		sums = append(sums, h.Sum)
	}
	err = db.NewSelect().Model((*importRow)(nil)).Column("id").Where("court_id = ? AND kind = ? AND content_hash IN (?)", pg.Number(act.Actor.Organisation), n.Kind, bun.List(sums)).
		Order("id").Limit(1).Scan(ctx, &id)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return id, fmt.Errorf("look for the run of a file: %w", err)
	}
	return id, nil
}

func (r *Intake) startImport(ctx context.Context, tx *pg.Tx, act enforcement.Act, n NewRun) (id enforcement.ID, e *record.Event, err error) {
	if id, err = r.importOf(ctx, tx, act, n); err != nil {
		return id, nil, err
	}
	if id.IsZero() {
		id, e, err = r.enterImport(ctx, tx, act, n)
	} else {
		err = r.takeUpImport(ctx, tx, act, id, n) // nothing new happened: no event
	}
	if err != nil || n.Upload.IsZero() {
		return id, e, err
	}
	return id, e, r.wakeIntake(ctx, tx)
}

func (r *Intake) enterImport(ctx context.Context, tx *pg.Tx, act enforcement.Act, n NewRun) (enforcement.ID, *record.Event, error) {
	var court bool
	err := tx.NewSelect().Table("organisation").ColumnExpr("kind = 'court'").Where("id = ?", pg.Number(act.Actor.Organisation)).Scan(ctx, &court)
	if err != nil || !court {
		return enforcement.ID{}, nil, errors.Join(enforcement.NotFound(err, "look for the court of an import"), enforcement.Refuse("import.court"))
	}
	id, hash := enforcement.NewID(), r.Record.Vault.Hash(importDomain, string(n.Content[:]))
	statement, err := r.keepStatement(tx, act, id, n)
	if err != nil {
		return id, nil, err
	}
	tx.Later(tx.NewInsert().Model(&importRow{
		ID: id, Kind: n.Kind, Court: act.Actor.Organisation, Content: hash.Sum, KeyVersion: hash.Version, Size: n.Size, State: Running, Statement: statement.Hash, StatementPaper: statement.ID,
		StatementSum: r.sumOf(n.Statement), Rules: ground.RulesProved,
		StartedBy: act.Actor.ID, StartedRole: act.Actor.Role, StartedAt: act.At.UTC(),
	}).Value("upload_id", "(SELECT id FROM import_upload WHERE id = ? AND court_id = ?)", n.Upload, pg.Number(act.Actor.Organisation)), "enter import %s", id)
	document := statement.Hash
	if document == nil {
		document = r.Record.Vault.DocumentHash(n.Content[:])
	}
	return id, &record.Event{Kind: eventImportStarted, RefersTo: id, Day: r.Record.Today(act.At), Reason: string(n.Kind), DocumentHash: document}, nil
}

// takeUpImport sets the run of a file that comes again going: a finished one
// stays as it is.
func (r *Intake) takeUpImport(ctx context.Context, tx *pg.Tx, act enforcement.Act, id enforcement.ID, n NewRun) error {
	var row importRow
	if err := tx.NewSelect().Model(&row).Column("statement_hash", "statement_paper", "state", "rules").Where("id = ?", id).For("NO KEY UPDATE").Scan(ctx); err != nil {
		return fmt.Errorf("lock import %s: %w", id, err)
	}
	if row.Statement != nil && !r.sameStatement(n.Statement, row.Statement) {
		return enforcement.Refuse("import.statement")
	}
	if row.StatementPaper.IsZero() && row.State != Done && row.Rules == ground.RulesProved { // begun while only its hash was kept
		statement, err := r.keepStatement(tx, act, id, n)
		if err != nil {
			return err
		}
		row.StatementPaper = statement.ID
	}
	tx.Later(tx.NewUpdate().Model((*importRow)(nil)).Set("state = ?, failure = NULL, failure_line = NULL, finished_at = NULL", Running).
		Set("statement_sum = coalesce(statement_sum, ?), statement_paper = coalesce(statement_paper, ?::uuid)", r.sumOf(n.Statement), row.StatementPaper).
		Set("upload_id = coalesce(upload_id, (SELECT u.id FROM import_upload u WHERE u.id = ? AND u.court_id = i.court_id))", n.Upload).
		Where("id = ? AND state <> ?", id, Done), "take up import %s", id)
	return nil
}

// wakeIntake tells the workers of uploads that there is something to read.
func (r *Intake) wakeIntake(ctx context.Context, tx *pg.Tx) error {
	if _, err := r.Record.Jobs.InsertTx(ctx, tx.Pgx(), Work{}, &river.InsertOpts{Queue: Queue, MaxAttempts: 3}); err != nil {
		return fmt.Errorf("insert an intake job: %w", err)
	}
	return nil
}
