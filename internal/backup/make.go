package backup

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"concordat/internal/pg"
	"concordat/internal/vault"
	"concordat/migrations"
)

// Source is what a backup is made of.
type Source struct {
	// DB and URL lead to the same database.
	DB  *pg.DB
	URL string
	// Vault holds the keys of the installation; KeyFile is where they lie, empty
	// for keys in memory.
	Vault   *vault.Vault
	KeyFile string
	// Papers is the folder that the papers are copied to, beside what lies there already;
	// empty is one in the backup's own, which then has all of them.
	Papers string
	// Program is the version of the program.
	Program string
	// MachineAt and LegalAt are now, by either clock.
	MachineAt, LegalAt time.Time
}

// mainTables are counted into the manifest.
var mainTables = []string{
	"organisation", "subject", "execution_case", "ground", "listing", "plan", "directive", "amendment", "report", "event", "attempt",
	"endpoint", "inbox_item", "task", "incident", "hold", "restoration", "reconciliation", "orphan",
}

// Make writes a backup into a new or empty folder, 0700. With keysTo, the keys are
// copied to that new file, 0600, which must lie outside of the folder. The system
// goes on meanwhile. A backup that was broken off has no manifest.
func Make(ctx context.Context, s Source, dir, keysTo string) (Manifest, error) {
	dir, keysTo, err := s.places(dir, keysTo)
	if err != nil {
		return Manifest{}, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return Manifest{}, fmt.Errorf("make the folder: %w", err)
	}
	m := Manifest{Format: Format, Program: s.Program, MachineAt: s.MachineAt.UTC(), LegalAt: s.LegalAt.UTC(), Rows: map[string]int64{}}
	if m.Schema, err = migrations.Version(ctx, s.DB.Pool); err != nil {
		return m, fmt.Errorf("read the version of the schema: %w", err)
	}
	if m.KeyCheck, err = s.Vault.Seal([]byte("concordat"), keyCheck); err != nil {
		return m, fmt.Errorf("seal the check of the keys: %w", err)
	}
	if err := s.dump(ctx, dir, &m); err != nil {
		return m, err
	}
	if err := s.papers(ctx, dir, m.Papers); err != nil {
		return m, err
	}
	file, err := describe(dir, dataName)
	if err != nil {
		return m, err
	}
	m.Files = []File{file}
	if err := m.write(dir); err != nil {
		return m, err
	}
	if keysTo == "" {
		return m, nil
	}
	if err := s.Vault.CopyTo(keysTo); err != nil {
		return m, fmt.Errorf("copy the keys: %w", err)
	}
	return m, nil
}

// selectKeys lists the keys that something is sealed under.
const selectKeys = `SELECT key_version FROM subject WHERE envelope IS NOT NULL
  UNION SELECT (get_byte(envelope, 0) * 256 + get_byte(envelope, 1))::smallint FROM paper WHERE length(envelope) > 1
  UNION SELECT key_version FROM request_key WHERE answer IS NOT NULL`

// dump counts and dumps in one snapshot.
func (s Source) dump(ctx context.Context, dir string, m *Manifest) error {
	path := filepath.Join(dir, dataName)
	err := s.DB.InTx(ctx, func(ctx context.Context, tx *pg.Tx) error {
		tx.Later(tx.NewRaw(`SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY`), "begin the snapshot")
		// The transaction idles while pg_dump works on its snapshot.
		tx.Later(tx.NewRaw(`SET LOCAL idle_in_transaction_session_timeout = 0`), "keep the snapshot")
		var snapshot string
		err := tx.NewRaw(`SELECT pg_export_snapshot(), current_setting('server_version')`).Scan(ctx, &snapshot, &m.PostgreSQL)
		if err != nil {
			return fmt.Errorf("export the snapshot: %w", err)
		}
		if m.Rows, err = countRows(ctx, tx); err != nil {
			return err
		}
		if err := tx.NewRaw(selectKeys).Scan(ctx, &m.KeyVersions); err != nil {
			return fmt.Errorf("read the versions of keys: %w", err)
		}
		if m.Papers, err = papersOf(ctx, tx); err != nil {
			return err
		}
		return pg.Dump(ctx, s.URL, snapshot, path, "public.paper_chunk*")
	})
	if err != nil {
		return err
	}
	m.KeyVersions = append(m.KeyVersions, s.Vault.Current())
	slices.Sort(m.KeyVersions)
	m.KeyVersions = slices.Compact(m.KeyVersions)
	if err := os.Chmod(path, 0o600); err != nil {
		return fmt.Errorf("close the dump to others: %w", err)
	}
	return syncFile(path)
}

func countRows(ctx context.Context, db bun.IDB) (map[string]int64, error) {
	counts := make(map[string]int64, len(mainTables))
	for _, table := range mainTables {
		n, err := db.NewSelect().Table(table).Count(ctx)
		if err != nil {
			return nil, fmt.Errorf("count the rows of %s: %w", table, err)
		}
		counts[table] = n
	}
	return counts, nil
}

// places settles where the files go, links resolved, and refuses whatever would
// put keys and data beside one another.
func (s Source) places(dir, keysTo string) (data, keys string, err error) {
	if data, err = real(dir); err != nil {
		return "", "", err
	}
	entries, err := os.ReadDir(data)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", "", fmt.Errorf("look into the folder: %w", err)
	}
	if len(entries) > 0 {
		return "", "", refuse("backup.not-empty")
	}
	if s.KeyFile != "" {
		own, err := real(s.KeyFile)
		if err != nil {
			return "", "", err
		}
		if within(data, filepath.Dir(own)) {
			return "", "", refuse("backup.beside-keys", "path", dir)
		}
	}
	if keysTo == "" {
		return data, "", nil
	}
	if keys, err = real(keysTo); err != nil {
		return "", "", err
	}
	if within(keys, data) {
		return "", "", refuse("backup.beside-keys", "path", keysTo)
	}
	if _, err := os.Lstat(keys); err == nil {
		return "", "", refuse("backup.keys-exist")
	}
	return data, keys, nil
}

// within reports whether path is the folder or lies in it.
func within(path, folder string) bool {
	return path == folder || strings.HasPrefix(path, strings.TrimSuffix(folder, "/")+"/")
}

// real resolves the links of a path of which the end may not exist yet.
func real(path string) (string, error) {
	whole, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("resolve %s: %w", path, err)
	}
	rest := ""
	for at := whole; ; at = filepath.Dir(at) {
		found, err := filepath.EvalSymlinks(at)
		if err == nil {
			return filepath.Join(found, rest), nil
		}
		if !errors.Is(err, fs.ErrNotExist) || at == "/" {
			return "", fmt.Errorf("resolve %s: %w", path, err)
		}
		rest = filepath.Join(filepath.Base(at), rest)
	}
}
