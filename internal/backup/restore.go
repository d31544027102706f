package backup

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"time"

	"github.com/uptrace/bun"

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
	// Papers is the folder that the papers lie in; empty is the one in the backup's own.
	Papers string
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
	StepPapers  = "papers"  // so are the papers
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
	if _, err := readSegments(papersDir(t.Papers, dir)); err != nil {
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
	counts, err := countRows(ctx, db)
	if err != nil {
		return made, err
	}
	if !maps.Equal(counts, m.Rows) {
		return made, refuse("restore.damaged", "file", dataName)
	}
	if err := migrations.Up(ctx, db.Pool); err != nil {
		return made, fmt.Errorf("bring the schema up to date: %w", err)
	}
	if err := t.papers(ctx, db, dir, m.Papers); err != nil {
		return made, err
	}
	if err := t.step(StepPapers); err != nil {
		return made, err
	}
	made, err = restore.Restored(ctx, db, t.Machine, t.Act, m.MachineAt, func(ctx context.Context, tx *pg.Tx) error {
		if err := unmark(ctx, tx); err != nil {
			return err
		}
		if err := tx.Flush(ctx); err != nil {
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
	err = db.InTx(ctx, func(ctx context.Context, tx *pg.Tx) error {
		var marked bool
		err := tx.NewRaw(`SELECT to_regclass('public.' || ?) IS NOT NULL, to_regclass('public.goose_db_version') IS NOT NULL`, record.RestoringMark).
			Scan(ctx, &marked, &loaded)
		if err != nil {
			return fmt.Errorf("look for an earlier restore: %w", err)
		}
		if marked {
			ours, err := tx.NewSelect().TableExpr("?", restoringMark).Where("backup = ?", hash).Exists(ctx)
			if err != nil {
				return fmt.Errorf("read the mark: %w", err)
			}
			if !ours {
				return refuse("restore.unfinished")
			}
			return nil
		}
		var foreign bool
		if err := tx.NewRaw(selectForeign).Scan(ctx, &foreign); err != nil {
			return fmt.Errorf("look whether the database is empty: %w", err)
		}
		if foreign {
			return refuse("restore.not-empty")
		}
		if err := alterDatabase(ctx, tx, `SET default_transaction_read_only = on`); err != nil {
			return err
		}
		tx.Later(tx.NewRaw(`CREATE TABLE ? (backup text NOT NULL)`, restoringMark), "set the mark")
		tx.Later(tx.NewRaw(`INSERT INTO ? (backup) VALUES (?)`, restoringMark, hash), "set the mark")
		return nil
	})
	return loaded, err
}

// restoringMark is the table of [record.RestoringMark].
const restoringMark = bun.Ident("public." + record.RestoringMark)

func unmark(ctx context.Context, tx *pg.Tx) error {
	if err := alterDatabase(ctx, tx, `RESET default_transaction_read_only`); err != nil {
		return err
	}
	tx.Later(tx.NewRaw(`DROP TABLE ?`, restoringMark), "take the mark away")
	return nil
}

func alterDatabase(ctx context.Context, tx *pg.Tx, change string) error {
	var name string
	if err := tx.NewRaw(`SELECT current_database()`).Scan(ctx, &name); err != nil {
		return fmt.Errorf("ask for the database's name: %w", err)
	}
	tx.Later(tx.NewRaw(`ALTER DATABASE ? `+change, bun.Name(name)), "change the settings of the database")
	return nil
}
