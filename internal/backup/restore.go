package backup

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"concordat/enforcement"
	"concordat/enforcement/record"
	"concordat/enforcement/restore"
	"concordat/internal/pg"
	"concordat/internal/vault"
	"concordat/migrations"
)

// Target is where a backup is brought back to.
type Target struct {
	// URL leads to an empty database, of which its user is the owner.
	URL string
	// Vault holds the keys; nil means that there are none, which is refused.
	Vault *vault.Vault
	// Act is the operator's.
	Act enforcement.Act
	// Machine is machine time.
	Machine func() time.Time
	// Step is called at each step with its name; an error ends the restore there.
	// For tests; nil is none.
	Step func(name string) error
}

// The steps of a restore that Target.Step is called at.
const (
	StepMarked  = "marked"  // the database carries the mark, no data
	StepLoaded  = "loaded"  // the data are in it
	StepWritten = "written" // restoration and hold are written, not committed
)

// Restore brings a backup into an empty database and places the hold. It checks
// the folder and the keys first and writes nothing where it refuses. A restore
// that was broken off is finished by the same call.
func Restore(ctx context.Context, t Target, dir string) (restore.Restoration, Manifest, error) {
	m, hash, err := ReadManifest(dir)
	if err != nil {
		return restore.Restoration{}, m, err
	}
	if err := m.opens(t.Vault); err != nil {
		return restore.Restoration{}, m, err
	}
	latest, err := migrations.Latest()
	if err != nil {
		return restore.Restoration{}, m, fmt.Errorf("read the version of the schema: %w", err)
	}
	if m.Schema > latest {
		return restore.Restoration{}, m, refuse("restore.newer", "schema", strconv.FormatInt(m.Schema, 10))
	}
	db, err := pg.Open(ctx, pg.Config{URL: pg.Writable(t.URL), MaxConns: 4, ApplicationName: "concordat-restore"})
	if err != nil {
		return restore.Restoration{}, m, fmt.Errorf("open the database: %w", err)
	}
	made, err := t.bringBack(ctx, db, dir, m, hash)
	return made, m, errors.Join(err, db.Close())
}

func (t Target) bringBack(ctx context.Context, db *pg.DB, dir string, m Manifest, hash string) (made restore.Restoration, err error) {
	loaded, err := mark(ctx, db, hash)
	if err != nil {
		return made, err
	}
	if err := t.step(StepMarked); err != nil {
		return made, err
	}
	if !loaded {
		if err := pg.Load(ctx, t.URL, dir+"/"+dataName); err != nil {
			return made, fmt.Errorf("load the data: %w", err)
		}
	}
	if err := t.step(StepLoaded); err != nil {
		return made, err
	}
	counts, err := countRows(ctx, db.Pool)
	if err != nil {
		return made, err
	}
	if !maps.Equal(counts, m.Rows) {
		return made, refuse("restore.damaged", "file", dataName)
	}
	if err := migrations.Up(ctx, db.Pool); err != nil {
		return made, fmt.Errorf("bring the schema up to date: %w", err)
	}
	made, err = restore.Restored(ctx, db, t.Machine, t.Act, m.MachineAt, func(ctx context.Context, tx *pg.Tx) error {
		if err := unmark(ctx, tx.Pgx()); err != nil {
			return err
		}
		return t.step(StepWritten)
	})
	if err != nil {
		return made, fmt.Errorf("record the restoration: %w", err)
	}
	return made, nil
}

func (t Target) step(name string) error {
	if t.Step == nil {
		return nil
	}
	return t.Step(name)
}

// What a database holds besides PostgreSQL's own and what extensions brought.
const selectForeign = `SELECT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)'
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e'))
  OR EXISTS (SELECT FROM pg_proc f JOIN pg_namespace n ON n.oid = f.pronamespace
    WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)'
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = f.oid AND d.deptype = 'e'))`

// mark sets the empty database apart for this backup, or finds that it was
// before; loaded says whether the data are in it already. From here on every new
// session of any program is read only.
func mark(ctx context.Context, db *pg.DB, hash string) (loaded bool, err error) {
	err = pgx.BeginFunc(ctx, db.Pool, func(tx pgx.Tx) error {
		var marked, foreign bool
		if err := tx.QueryRow(ctx, `SELECT to_regclass('public.'||$1) IS NOT NULL, to_regclass('public.goose_db_version') IS NOT NULL`, record.RestoringMark).Scan(&marked, &loaded); err != nil {
			return fmt.Errorf("look for an earlier restore: %w", err)
		}
		table := pgx.Identifier{"public", record.RestoringMark}.Sanitize()
		if marked {
			var other bool
			if err := tx.QueryRow(ctx, `SELECT NOT EXISTS (SELECT FROM `+table+` WHERE backup = $1)`, hash).Scan(&other); err != nil {
				return fmt.Errorf("read the mark: %w", err)
			}
			if other {
				return refuse("restore.unfinished")
			}
			return nil
		}
		if err := tx.QueryRow(ctx, selectForeign).Scan(&foreign); err != nil {
			return fmt.Errorf("look whether the database is empty: %w", err)
		}
		if foreign {
			return refuse("restore.not-empty")
		}
		if err := alterDatabase(ctx, tx, `SET default_transaction_read_only = on`); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `CREATE TABLE `+table+` (backup text NOT NULL)`); err != nil {
			return fmt.Errorf("set the mark: %w", err)
		}
		if _, err := tx.Exec(ctx, `INSERT INTO `+table+` (backup) VALUES ($1)`, hash); err != nil {
			return fmt.Errorf("set the mark: %w", err)
		}
		return nil
	})
	return loaded, err
}

func unmark(ctx context.Context, tx pgx.Tx) error {
	if err := alterDatabase(ctx, tx, `RESET default_transaction_read_only`); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DROP TABLE `+pgx.Identifier{"public", record.RestoringMark}.Sanitize()); err != nil {
		return fmt.Errorf("take the mark away: %w", err)
	}
	return nil
}

func alterDatabase(ctx context.Context, tx pgx.Tx, change string) error {
	var name string
	if err := tx.QueryRow(ctx, `SELECT current_database()`).Scan(&name); err != nil {
		return fmt.Errorf("ask for the database's name: %w", err)
	}
	if _, err := tx.Exec(ctx, `ALTER DATABASE `+pgx.Identifier{name}.Sanitize()+` `+change); err != nil {
		return fmt.Errorf("change the settings of the database: %w", err)
	}
	return nil
}
