package intake

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/riverqueue/river"
	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/enforcement/ground"
	"concordat/enforcement/paper"
	"concordat/enforcement/record"
	"concordat/internal/pg"
)

// Kind is what a court's file brings.
type Kind string

// The kinds of file.
const (
	// Listings are records that become drafts; nothing is published.
	Listings Kind = "listings"
	// Takeover are listings already in force elsewhere, under one signed
	// statement of the court.
	Takeover Kind = "takeover"
)

// State is where a run stands.
type State string

// The states of a run. A failed run can be taken up again: it goes on where it
// stopped.
const (
	Running State = "running"
	Done    State = "done"
	Failed  State = "failed"
)

// The acts of intake.
const (
	eventImportStarted  record.EventKind = "import-started"
	eventImportFinished record.EventKind = "import-finished"
	eventImportFailed   record.EventKind = "import-failed"
	EventTakenOver      record.EventKind = "listing-taken-over"

	eventTakeoverConfirmed record.EventKind = "takeover-confirmed"
	eventReviewOpened      record.EventKind = "review-opened"
	eventReviewClosed      record.EventKind = "review-closed"
)

// Queue is the River queue of uploaded files.
const Queue = "intake"

// Work is the argument of the job that reads uploads: there is something
// to read. It says no more, so it may come twice or late.
type Work struct{}

// Kind names the job in River.
func (Work) Kind() string { return "intake" }

// Counts are what became of the rows read so far.
type Counts struct {
	// Rows is how many were settled: the sum of the others.
	Rows int64 `json:"rows"`
	// Drafted became listings: drafts, or in a takeover listings in force.
	Drafted int64 `json:"drafted"`
	// Skipped were entered before with the same content.
	Skipped int64 `json:"skipped"`
	// Conflicting were entered before with other content; nothing is overwritten.
	Conflicting int64 `json:"conflicting"`
	// Refused could not be taken; each is listed with its reason.
	Refused int64 `json:"refused"`
	// Reviewed wait for a person; of takeovers only.
	Reviewed int64 `json:"reviewed"`
	// Remarks is how much is told of the file and of rows that were taken.
	Remarks int64 `json:"remarks"`
}

// Run is one file of one court on its way into the record.
type Run struct {
	ID     enforcement.ID             `json:"id"`
	Kind   Kind                       `json:"kind"`
	Court  enforcement.OrganisationID `json:"court"`
	Format string                     `json:"format,omitempty"`
	// Size is that of the file, BytesDone about how far it was read; bytes.
	Size      int64 `json:"size"`
	BytesDone int64 `json:"bytes_done"`
	Counts
	State State `json:"state"`
	// Failure is the code why the file could not be read to its end, and
	// FailureLine where, 0 if the line is not known.
	Failure     string    `json:"failure,omitempty"`
	FailureLine int64     `json:"failure_line,omitempty"`
	StartedBy   string    `json:"started_by"`
	StartedAt   time.Time `json:"started_at"`
	FinishedAt  time.Time `json:"finished_at,omitzero"`
	// ConfirmedBy is the second person of a takeover; empty: nothing of it is in force yet.
	ConfirmedBy string    `json:"confirmed_by,omitempty"`
	ConfirmedAt time.Time `json:"confirmed_at,omitzero"`
	// Statement is the paper of a takeover; none of a release before papers.
	Statement enforcement.ID `json:"statement,omitzero"`

	// RefusedBytes is how long the file of refused rows beside the input was when
	// the last batch was settled.
	RefusedBytes int64 `json:"-"`
	// Upload is where the file waits; no id where it is not in the database.
	Upload enforcement.ID `json:"-"`

	role                 enforcement.Role
	courtCode, courtName string
	statement            []byte
}

// Act is the act of whoever started the run, at another time.
func (i Run) Act(at time.Time) enforcement.Act {
	return enforcement.Act{At: at, Actor: enforcement.Actor{ID: i.StartedBy, Role: i.role, Organisation: i.Court}}
}

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

// wakeIntake tells the workers of uploads that there is something to read.
func (r *Intake) wakeIntake(ctx context.Context, tx *pg.Tx) error {
	if _, err := r.Record.Jobs.InsertTx(ctx, tx.Pgx(), Work{}, &river.InsertOpts{Queue: Queue, MaxAttempts: 3}); err != nil {
		return fmt.Errorf("insert an intake job: %w", err)
	}
	return nil
}

// importRow is a run as it is kept, with what is read of its court.
type importRow struct {
	bun.BaseModel `bun:"table:import_run,alias:i"`

	ID             enforcement.ID             `bun:"id,pk"`
	Kind           Kind                       `bun:"kind"`
	Court          enforcement.OrganisationID `bun:"court_id"`
	Content        []byte                     `bun:"content_hash"`
	KeyVersion     int16                      `bun:"key_version"`
	Format         string                     `bun:"format"`
	Size           int64                      `bun:"size"`
	BytesDone      int64                      `bun:"bytes_done"`
	Rows           int64                      `bun:"rows_done"`
	Drafted        int64                      `bun:"drafted"`
	Skipped        int64                      `bun:"skipped"`
	Conflicting    int64                      `bun:"conflicting"`
	Refused        int64                      `bun:"refused"`
	Reviewed       int64                      `bun:"reviewed"`
	Remarks        int64                      `bun:"remarks"`
	RefusedBytes   int64                      `bun:"refused_bytes"`
	State          State                      `bun:"state"`
	Failure        string                     `bun:"failure,nullzero"`
	FailureLine    int64                      `bun:"failure_line,nullzero"`
	Statement      []byte                     `bun:"statement_hash"`
	StatementSum   []byte                     `bun:"statement_sum"`
	StatementPaper enforcement.ID             `bun:"statement_paper,nullzero"`
	Rules          ground.Rules               `bun:"rules"`
	ConfirmedBy    string                     `bun:"confirmed_by,nullzero"`
	ConfirmedAt    time.Time                  `bun:"confirmed_at,nullzero"`
	Upload         enforcement.ID             `bun:"upload_id"`
	StartedBy      string                     `bun:"started_by"`
	StartedRole    enforcement.Role           `bun:"started_role"`
	StartedAt      time.Time                  `bun:"started_at"`
	FinishedAt     time.Time                  `bun:"finished_at,nullzero"`

	CourtCode string `bun:"court_code,scanonly"`
	CourtName string `bun:"name_zh,scanonly"`
}

// imports asks for runs.
func imports(db bun.IDB) *bun.SelectQuery {
	return db.NewSelect().Model((*importRow)(nil)).ColumnExpr("?TableColumns, o.court_code, o.name_zh").
		Join("JOIN organisation AS o ON o.id = i.court_id")
}

func (i *importRow) run() Run {
	return Run{
		ID: i.ID, Kind: i.Kind, Court: i.Court, Format: i.Format, Size: i.Size, BytesDone: i.BytesDone,
		Counts: Counts{Rows: i.Rows, Drafted: i.Drafted, Skipped: i.Skipped, Conflicting: i.Conflicting, Refused: i.Refused, Reviewed: i.Reviewed, Remarks: i.Remarks},
		State:  i.State, Failure: i.Failure, FailureLine: i.FailureLine, StartedBy: i.StartedBy, StartedAt: i.StartedAt, FinishedAt: i.FinishedAt, RefusedBytes: i.RefusedBytes,
		ConfirmedBy: i.ConfirmedBy, ConfirmedAt: i.ConfirmedAt, Upload: i.Upload, Statement: i.StatementPaper, role: i.StartedRole, courtCode: i.CourtCode, courtName: i.CourtName, statement: i.Statement,
	}
}

// Get returns a run of the actor's court; another court's is not found.
func (r *Intake) Get(ctx context.Context, act enforcement.Act, id enforcement.ID) (Run, error) {
	if err := act.Check(enforcement.Clerk, enforcement.Judge, enforcement.President, enforcement.System); err != nil {
		return Run{}, err
	}
	var row importRow
	if err := imports(r.Record.DB).Where("i.id = ?", id).Scan(ctx, &row); err != nil {
		return Run{}, enforcement.NotFound(err, "read an import")
	}
	run := row.run()
	return run, act.OfOwner(run.Court)
}

// List lists the runs of the actor's court by id, from after on; the
// system's act lists those of every court.
func (r *Intake) List(ctx context.Context, act enforcement.Act, after enforcement.ID, limit int) ([]Run, error) {
	if err := act.Check(enforcement.Clerk, enforcement.Judge, enforcement.President, enforcement.System); err != nil {
		return nil, err
	}
	q := imports(r.Record.DB).Where("i.id > ?", after.Cursor()).Order("i.id").Limit(int64(limit))
	if act.Actor.Organisation != 0 {
		q.Where("i.court_id = ?", pg.Number(act.Actor.Organisation))
	}
	return runs(ctx, q)
}

// Waiting lists the runs whose upload still has to be read, oldest first; a takeover only
// when two people have stated over it.
func (r *Intake) Waiting(ctx context.Context) ([]Run, error) {
	return runs(ctx, imports(r.Record.DB).Where("i.state = ? AND i.upload_id IS NOT NULL", Running).Where("i.kind <> ? OR i.confirmed_by IS NOT NULL", Takeover).Order("i.id").Limit(100))
}

func runs(ctx context.Context, q *bun.SelectQuery) ([]Run, error) {
	var rows []importRow
	if err := q.Scan(ctx, &rows); err != nil {
		return nil, fmt.Errorf("list imports: %w", err)
	}
	list := make([]Run, len(rows))
	for i := range rows {
		list[i] = rows[i].run()
	}
	return list, nil
}

// Format notes in which format the file turned out to be.
func (r *Intake) Format(ctx context.Context, run Run, format string) error {
	if _, err := r.Record.DB.NewUpdate().Model((*importRow)(nil)).Set("format = ?", format).Where("id = ?", run.ID).Exec(ctx); err != nil {
		return fmt.Errorf("note the format of import %s: %w", run.ID, err)
	}
	return nil
}

// Finish ends a run: done, or failed with a refusal that says why the file
// could not be read to its end, and at which line (0: not known). Its upload is
// deleted. Ending an ended run changes nothing.
func (r *Intake) Finish(ctx context.Context, act enforcement.Act, run Run, failure *enforcement.Refusal, line int64) (Run, error) {
	if err := act.Check(importRoles(run.Kind)...); err != nil {
		return run, err
	}
	state, kind, code := Done, eventImportFinished, ""
	if failure != nil {
		state, kind, code = Failed, eventImportFailed, failure.Code
	}
	_, err := r.Record.Perform(ctx, act, func(ctx context.Context, tx *pg.Tx) (*record.Event, error) {
		q := tx.NewUpdate().Model((*importRow)(nil)).Set("state = ?, failure = nullif(?, ''), failure_line = nullif(?, 0), finished_at = ?", state, code, pg.Number(line), act.At.UTC()).
			Where("id = ? AND court_id = ? AND state = ? AND rows_done = ?", run.ID, pg.Number(act.Actor.Organisation), Running, pg.Number(run.Rows))
		if failure == nil {
			q.Set("bytes_done = size")
		}
		ended, err := q.Exec(ctx)
		if err != nil {
			return nil, fmt.Errorf("end import %s: %w", run.ID, err)
		}
		if n, err := ended.RowsAffected(); err != nil || n == 0 {
			return nil, err
		}
		forgetUpload(tx, run.Upload)
		return &record.Event{Kind: kind, RefersTo: run.ID, Day: r.Record.Today(act.At), Reason: code}, nil
	})
	if err != nil {
		return run, err
	}
	return r.Get(ctx, act, run.ID)
}
