package bench

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/jackc/pgx/v5"

	"concordat/enforcement"
	"concordat/enforcement/intake"
	"concordat/internal/jobs"
)

// ImportResult says how fast a court's file becomes drafts.
type ImportResult struct {
	Bench string `json:"bench"`
	// Synthetic is always true: a made file of made people.
	Synthetic bool    `json:"synthetic"`
	Rows      int64   `json:"rows"`
	FileMiB   float64 `json:"file_mib"`
	Drafted   int64   `json:"drafted"`
	Refused   int64   `json:"refused"`
	Seconds   float64 `json:"seconds"`
	Ours      float64 `json:"ours_per_s"`
	// Limit is COPY of the rows that the import wrote, into empty tables with the
	// same indexes and foreign keys, on one connection; rows of the file a second.
	Limit float64 `json:"limit_per_s"`
	Ratio float64 `json:"ratio"`
	// PeakMiB is the greatest resident memory of this process while it imported,
	// PostgreSQL not included.
	PeakMiB float64 `json:"peak_mib"`
}

// Import reads a made file of rows rows (CSV) as the command does, the file of
// refused rows included.
func Import(ctx context.Context, rows int, o Options) (result ImportResult, err error) {
	result = ImportResult{Bench: "import", Synthetic: true}
	r, err := newRig(ctx, o.Machine)
	if err != nil {
		return result, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	w, err := r.fresh(ctx, 0)
	if err != nil {
		return result, err
	}
	defer func() { err = errors.Join(err, w.db.Close()) }()
	dir, err := os.MkdirTemp("", directories)
	if err != nil {
		return result, fmt.Errorf("make a directory: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	file, err := os.Create(filepath.Join(dir, "made.csv")) //nolint:gosec // in a directory of our own
	if err != nil {
		return result, fmt.Errorf("make a file: %w", err)
	}
	defer func() { _ = file.Close() }() // was only read
	if err := writeCourtFile(file, rows); err != nil {
		return result, err
	}
	if err := w.measureImport(ctx, file, o, &result); err != nil {
		return result, err
	}
	if result.Limit, err = w.importLimit(ctx, dir, rows); err != nil {
		return result, err
	}
	result.Ratio = result.Ours / result.Limit
	return result, nil
}

func (w *world) measureImport(ctx context.Context, file *os.File, o Options, result *ImportResult) error {
	if err := checkpoint(ctx, w.db.Pool); err != nil {
		return err
	}
	begin := w.machine()
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("go back to the beginning: %w", err)
	}
	hash := sha256.New()
	size, err := io.Copy(hash, file)
	if err != nil {
		return fmt.Errorf("read the made file: %w", err)
	}
	act := w.act
	act.Actor = enforcement.Actor{ID: "made-clerk", Role: enforcement.Clerk, Organisation: w.court}
	run, err := w.register.Intake.Start(ctx, act, intake.NewRun{Kind: intake.Listings, Content: [sha256.Size]byte(hash.Sum(nil)), Size: size})
	if err != nil {
		return fmt.Errorf("start the import: %w", err)
	}
	reading := jobs.Reading{Register: w.register, Legal: w.legal, Refused: file.Name() + ".refused.csv", Progress: func(run intake.Run) {
		if run.Rows%100_000 == 0 {
			fmt.Fprintf(o.Progress, "%d rows in %.1f s\n", run.Rows, w.machine().Sub(begin).Seconds())
		}
	}}
	if run, err = reading.Run(ctx, run, file); err != nil {
		return fmt.Errorf("import: %w", err)
	}
	result.Seconds = w.machine().Sub(begin).Seconds()
	result.Rows, result.Drafted, result.Refused = run.Rows, run.Drafted, run.Refused
	result.FileMiB = float64(size) / (1 << 20)
	result.Ours = float64(run.Rows) / result.Seconds
	result.PeakMiB, err = peakMiB()
	return err
}

// importTables are the tables an import fills, in the order in which they refer
// to each other.
var importTables = []string{"subject", "subject_lookup", "execution_case", "ground", "listing", "listing_source", "event"}

// importLimit measures COPY of the same rows. They go through files, for they
// are many.
func (w *world) importLimit(ctx context.Context, dir string, rows int) (perSecond float64, err error) {
	conn, err := w.db.Pool.Acquire(ctx)
	if err != nil {
		return 0, fmt.Errorf("take a connection: %w", err)
	}
	defer conn.Release()
	for _, table := range importTables {
		err := toFile(filepath.Join(dir, table), func(to io.Writer) error {
			_, err := conn.Conn().PgConn().CopyTo(ctx, to, `COPY (SELECT * FROM `+table+` ORDER BY ctid) TO STDOUT (FORMAT binary)`)
			return err
		})
		if err != nil {
			return 0, fmt.Errorf("read back %s: %w", table, err)
		}
		if _, err := conn.Exec(ctx, `CREATE TABLE limit_`+table+` (LIKE `+table+` INCLUDING ALL)`); err != nil {
			return 0, fmt.Errorf("make an empty %s: %w", table, err)
		}
	}
	if _, err := conn.Exec(ctx, importKeys); err != nil {
		return 0, fmt.Errorf("give the empty tables their foreign keys: %w", err)
	}
	if err := checkpoint(ctx, w.db.Pool); err != nil {
		return 0, err
	}
	begin := w.machine()
	err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		for _, table := range importTables {
			if err := fromFile(ctx, tx, filepath.Join(dir, table), `COPY limit_`+table+` FROM STDIN (FORMAT binary)`); err != nil {
				return fmt.Errorf("copy %s: %w", table, err)
			}
		}
		return nil
	})
	return float64(rows) / w.machine().Sub(begin).Seconds(), err
}

// importKeys are the foreign keys of the tables, which LIKE leaves out.
const importKeys = `ALTER TABLE limit_subject_lookup ADD FOREIGN KEY (subject_id) REFERENCES limit_subject (id);
ALTER TABLE limit_execution_case ADD FOREIGN KEY (court_id) REFERENCES organisation (id);
ALTER TABLE limit_ground ADD FOREIGN KEY (subject_id) REFERENCES limit_subject (id),
  ADD FOREIGN KEY (organisation_id) REFERENCES organisation (id), ADD FOREIGN KEY (case_id) REFERENCES limit_execution_case (id);
ALTER TABLE limit_listing ADD FOREIGN KEY (id) REFERENCES limit_ground (id), ADD FOREIGN KEY (court_id) REFERENCES organisation (id),
  ADD FOREIGN KEY (case_id) REFERENCES limit_execution_case (id), ADD FOREIGN KEY (subject_id) REFERENCES limit_subject (id)`

func toFile(path string, fill func(io.Writer) error) error {
	file, err := os.Create(path) //nolint:gosec // in a directory of our own
	if err != nil {
		return err //nolint:wrapcheck // the caller says what for
	}
	return errors.Join(fill(file), file.Close())
}

func fromFile(ctx context.Context, tx pgx.Tx, path, statement string) error {
	file, err := os.Open(path) //nolint:gosec // in a directory of our own
	if err != nil {
		return err //nolint:wrapcheck // the caller says what for
	}
	defer func() { _ = file.Close() }() // was only read
	_, err = tx.Conn().PgConn().CopyFrom(ctx, file, statement)
	return err
}
