package intake

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"concordat/enforcement"
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
	eventReviewOpened   record.EventKind = "review-opened"
	eventReviewClosed   record.EventKind = "review-closed"
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
	// Statement is the document by which the court states a takeover; only its
	// keyed hash is kept. It must be there for a takeover, and only there.
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
			if id, err = r.importOf(ctx, r.Record.DB.Pool, act, n); err != nil {
				return Run{}, err
			}
		}
		return r.Get(ctx, act, id)
	}
}

// importOf finds the run of the same file; no id if there is none.
func (r *Intake) importOf(ctx context.Context, q pg.Querier, act enforcement.Act, n NewRun) (enforcement.ID, error) {
	var sums [][]byte
	for _, h := range r.Record.Vault.Hashes(importDomain, string(n.Content[:])) {
		sums = append(sums, h.Sum)
	}
	rows, err := q.Query(ctx, `SELECT id FROM import_run WHERE court_id = $1 AND kind = $2 AND content_hash = ANY($3) ORDER BY id LIMIT 1`, act.Actor.Organisation, string(n.Kind), sums)
	if err != nil {
		return enforcement.ID{}, fmt.Errorf("look for the run of a file: %w", err)
	}
	id, err := pgx.CollectExactlyOneRow(rows, pgx.RowTo[enforcement.ID])
	if errors.Is(err, pgx.ErrNoRows) {
		return enforcement.ID{}, nil
	}
	if err != nil {
		return enforcement.ID{}, fmt.Errorf("look for the run of a file: %w", err)
	}
	return id, nil
}

func (r *Intake) startImport(ctx context.Context, tx *pg.Tx, act enforcement.Act, n NewRun) (id enforcement.ID, e *record.Event, err error) {
	err = tx.Lend(func(p pgx.Tx) error {
		if id, err = r.importOf(ctx, p, act, n); err != nil {
			return err
		}
		if id.IsZero() {
			id, e, err = r.enterImport(ctx, p, act, n)
		} else {
			err = r.takeUpImport(ctx, p, id, n) // nothing new happened: no event
		}
		if err != nil || n.Upload.IsZero() {
			return err
		}
		return r.wakeIntake(ctx, p)
	})
	return id, e, err
}

func (r *Intake) enterImport(ctx context.Context, p pgx.Tx, act enforcement.Act, n NewRun) (enforcement.ID, *record.Event, error) {
	var court bool
	err := p.QueryRow(ctx, `SELECT kind = 'court' FROM organisation WHERE id = $1`, act.Actor.Organisation).Scan(&court)
	if err != nil || !court {
		return enforcement.ID{}, nil, errors.Join(enforcement.NotFound(err, "look for the court of an import"), enforcement.Refuse("import.court"))
	}
	id, hash := enforcement.NewID(), r.Record.Vault.Hash(importDomain, string(n.Content[:]))
	var statement []byte
	if len(n.Statement) > 0 {
		statement = r.Record.Vault.DocumentHash(n.Statement)
	}
	_, err = p.Exec(ctx, `INSERT INTO import_run (id, kind, court_id, content_hash, key_version, size, state, statement_hash, upload_id, started_by, started_role, started_at)
		VALUES ($1, $2, $3, $4, $5, $6, 'running', $7, (SELECT id FROM import_upload WHERE id = $8 AND court_id = $3), $9, $10, $11)`,
		id, string(n.Kind), act.Actor.Organisation, hash.Sum, hash.Version, n.Size, statement, n.Upload, act.Actor.ID, act.Actor.Role, act.At.UTC())
	if err != nil {
		return enforcement.ID{}, nil, fmt.Errorf("enter import %s: %w", id, err)
	}
	document := statement
	if document == nil {
		document = r.Record.Vault.DocumentHash(n.Content[:])
	}
	return id, &record.Event{Kind: eventImportStarted, RefersTo: id, Day: r.Record.Today(act.At), Reason: string(n.Kind), DocumentHash: document}, nil
}

// takeUpImport sets the run of a file that comes again going: a finished one
// stays as it is.
func (r *Intake) takeUpImport(ctx context.Context, p pgx.Tx, id enforcement.ID, n NewRun) error {
	var statement []byte
	if err := p.QueryRow(ctx, `SELECT statement_hash FROM import_run WHERE id = $1 FOR NO KEY UPDATE`, id).Scan(&statement); err != nil {
		return fmt.Errorf("lock import %s: %w", id, err)
	}
	if statement != nil && r.Record.Vault.VerifyDocument(n.Statement, statement) != nil {
		return enforcement.Refuse("import.statement")
	}
	_, err := p.Exec(ctx, `UPDATE import_run SET state = 'running', failure = NULL, failure_line = NULL, finished_at = NULL,
		upload_id = coalesce(upload_id, (SELECT u.id FROM import_upload u WHERE u.id = $2 AND u.court_id = import_run.court_id)) WHERE id = $1 AND state <> 'done'`, id, n.Upload)
	if err != nil {
		return fmt.Errorf("take up import %s: %w", id, err)
	}
	return nil
}

// wakeIntake tells the workers of uploads that there is something to read.
func (r *Intake) wakeIntake(ctx context.Context, p pgx.Tx) error {
	if _, err := r.Record.Jobs.InsertTx(ctx, p, Work{}, &river.InsertOpts{Queue: Queue, MaxAttempts: 3}); err != nil {
		return fmt.Errorf("insert an intake job: %w", err)
	}
	return nil
}

const selectImport = `SELECT i.id, i.kind, i.court_id, i.format, i.size, i.bytes_done, i.rows_done, i.drafted, i.skipped, i.conflicting, i.refused, i.reviewed,
    i.state, coalesce(i.failure, ''), coalesce(i.failure_line, 0), i.started_by, i.started_role, i.started_at, i.finished_at, i.refused_bytes, i.upload_id, i.statement_hash, coalesce(o.court_code, ''), o.name_zh
  FROM import_run i JOIN organisation o ON o.id = i.court_id`

func scanImport(row pgx.CollectableRow) (Run, error) {
	var i Run
	var finished *time.Time
	err := row.Scan(&i.ID, &i.Kind, &i.Court, &i.Format, &i.Size, &i.BytesDone, &i.Rows, &i.Drafted, &i.Skipped, &i.Conflicting, &i.Refused, &i.Reviewed,
		&i.State, &i.Failure, &i.FailureLine, &i.StartedBy, &i.role, &i.StartedAt, &finished, &i.RefusedBytes, &i.Upload, &i.statement, &i.courtCode, &i.courtName)
	if finished != nil {
		i.FinishedAt = *finished
	}
	return i, err
}

// Get returns a run of the actor's court; another court's is not found.
func (r *Intake) Get(ctx context.Context, act enforcement.Act, id enforcement.ID) (Run, error) {
	if err := act.Check(enforcement.Clerk, enforcement.Judge, enforcement.President, enforcement.System); err != nil {
		return Run{}, err
	}
	rows, err := r.Record.DB.Pool.Query(ctx, selectImport+` WHERE i.id = $1`, id)
	if err != nil {
		return Run{}, fmt.Errorf("read import %s: %w", id, err)
	}
	run, err := pgx.CollectExactlyOneRow(rows, scanImport)
	if err != nil {
		return Run{}, enforcement.NotFound(err, "read an import")
	}
	return run, act.OfOwner(run.Court)
}

// List lists the runs of the actor's court by id, from after on; the
// system's act lists those of every court.
func (r *Intake) List(ctx context.Context, act enforcement.Act, after enforcement.ID, limit int) ([]Run, error) {
	if err := act.Check(enforcement.Clerk, enforcement.Judge, enforcement.President, enforcement.System); err != nil {
		return nil, err
	}
	return r.imports(ctx, ` WHERE ($1 = 0 OR i.court_id = $1) AND i.id > $2 ORDER BY i.id LIMIT $3`, int32(act.Actor.Organisation), [16]byte(after), limit)
}

// Waiting lists the runs whose upload still has to be read, oldest first.
func (r *Intake) Waiting(ctx context.Context) ([]Run, error) {
	return r.imports(ctx, ` WHERE i.state = 'running' AND i.upload_id IS NOT NULL ORDER BY i.id LIMIT 100`)
}

func (r *Intake) imports(ctx context.Context, where string, args ...any) ([]Run, error) {
	rows, err := r.Record.DB.Pool.Query(ctx, selectImport+where, args...)
	if err != nil {
		return nil, fmt.Errorf("list imports: %w", err)
	}
	list, err := pgx.CollectRows(rows, scanImport)
	if err != nil {
		return nil, fmt.Errorf("list imports: %w", err)
	}
	return list, nil
}

// Format notes in which format the file turned out to be.
func (r *Intake) Format(ctx context.Context, run Run, format string) error {
	if _, err := r.Record.DB.Pool.Exec(ctx, `UPDATE import_run SET format = $2 WHERE id = $1`, run.ID, format); err != nil {
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
		var e *record.Event
		return e, tx.Lend(func(p pgx.Tx) error {
			tag, err := p.Exec(ctx, `UPDATE import_run SET state = $2, failure = nullif($3, ''), failure_line = nullif($4, 0::bigint), finished_at = $5, bytes_done = CASE WHEN $3 = '' THEN size ELSE bytes_done END
				WHERE id = $1 AND court_id = $6 AND state = 'running' AND rows_done = $7`,
				run.ID, string(state), code, line, act.At.UTC(), act.Actor.Organisation, run.Rows)
			if err != nil {
				return fmt.Errorf("end import %s: %w", run.ID, err)
			}
			if tag.RowsAffected() == 0 {
				return nil
			}
			e = &record.Event{Kind: kind, RefersTo: run.ID, Day: r.Record.Today(act.At), Reason: code}
			return forgetUpload(ctx, p, run.Upload)
		})
	})
	if err != nil {
		return run, err
	}
	return r.Get(ctx, act, run.ID)
}
