package intake

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/enforcement/ground"
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
