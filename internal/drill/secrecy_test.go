package drill_test

import (
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"concordat/enforcement"
	"concordat/enforcement/register"
	"concordat/internal/backup"
	"concordat/internal/pg"
	"concordat/internal/vault"
)

// Whoever has the folder or the restored tables, and no key file, reads no name
// and no number, and cannot restore either.
func TestWithoutTheKeysNothingPersonalIsRead(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	ctx := t.Context()
	var secrets []string
	for i := range 6 {
		identity := s.Company()
		if i%2 == 1 {
			identity = s.Person()
		}
		secrets = append(secrets, identity.Name, identity.Number)
		if identity.Head != "" {
			secrets = append(secrets, identity.Head)
		}
		s.Published(s.Subject(identity))
	}
	s.quiet(t)
	dir := s.backup(t)

	url := empty(t, "drill_secret")
	target := s.target(url)
	target.Vault = nil
	_, _, err := backup.Restore(ctx, target, dir)
	refusedWith(t, err, "restore.keys-missing")
	if target.Vault, err = vault.Ephemeral(true); err != nil {
		t.Fatal(err)
	}
	_, _, err = backup.Restore(ctx, target, dir)
	refusedWith(t, err, "restore.keys-other")
	untouched(t, url)

	found := func(where, text string) {
		for i, secret := range secrets {
			if strings.Contains(text, secret) || strings.Contains(strings.ToLower(text), hex.EncodeToString([]byte(secret))) {
				t.Errorf("%s holds made name or number %d", where, i)
			}
		}
	}
	for _, name := range []string{"manifest.json", "data.dump"} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		must(t, err)
		found(name, string(text))
	}
	found("the dump as text", plainDump(t, filepath.Join(dir, "data.dump")))

	_, _, err = backup.Restore(ctx, s.target(url), dir)
	must(t, err)
	for table, text := range tables(t, url) {
		found("table "+table, text)
	}
	// The search finds what is there: the court's name is no secret.
	secrets = []string{"南宁市青秀区人民法院"}
	if !strings.Contains(tables(t, url)["public.organisation"], secrets[0]) {
		t.Error("the search does not find what is there")
	}

	// A record opened with other keys opens nobody.
	db, err := pg.Open(ctx, pg.Config{URL: url, MaxConns: 4})
	must(t, err)
	t.Cleanup(func() { _ = db.Close() })
	config := s.Config
	config.DB = db
	if config.Vault, err = vault.Ephemeral(true); err != nil {
		t.Fatal(err)
	}
	other, err := register.Open(ctx, config)
	must(t, err)
	list, err := s.Directives.List(ctx, s.As(enforcement.DepartmentClerk, s.byFile), enforcement.ID{}, 10)
	must(t, err)
	if len(list) == 0 {
		t.Fatal("no directive to open")
	}
	_, err = other.Directives.Inventory(ctx, s.As(enforcement.DepartmentClerk, s.byFile), []enforcement.ID{list[0].ID})
	if !errors.Is(err, vault.ErrTampered) && !errors.Is(err, vault.ErrKeyUnknown) {
		t.Errorf("opened with other keys: %v", err)
	}
}

// plainDump is the dump as its reader sees it.
func plainDump(t *testing.T, file string) string {
	t.Helper()
	candidates, err := filepath.Glob("/usr/lib/postgresql/*/bin/pg_restore")
	must(t, err)
	if path, err := exec.LookPath("pg_restore"); err == nil {
		candidates = append(candidates, path)
	}
	if len(candidates) == 0 {
		t.Fatal("no pg_restore")
	}
	out, err := exec.CommandContext(t.Context(), candidates[len(candidates)-1], "--file=-", file).Output()
	must(t, err)
	if !strings.Contains(string(out), "COPY public.subject") {
		t.Fatal("the dump has no subjects")
	}
	return string(out)
}

// tables is every row of every table of ours, as text.
func tables(t *testing.T, url string) map[string]string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	must(t, err)
	defer func() { must(t, conn.Close(t.Context())) }()
	rows, err := conn.Query(t.Context(), `SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema')`)
	must(t, err)
	type name struct{ schema, table string }
	names, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (n name, err error) { return n, row.Scan(&n.schema, &n.table) })
	must(t, err)
	all := map[string]string{}
	for _, n := range names {
		var text string
		must(t, conn.QueryRow(t.Context(), `SELECT coalesce(string_agg(x::text, E'\n'), '') FROM `+pgx.Identifier{n.schema, n.table}.Sanitize()+` x`).Scan(&text))
		all[n.schema+"."+n.table] = text
	}
	return all
}

// untouched demands that a refused restore wrote nothing.
func untouched(t *testing.T, url string) {
	t.Helper()
	if found := tables(t, url); len(found) != 0 {
		t.Errorf("%d tables were written", len(found))
	}
}

func TestWhatABackupRefuses(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	ctx := t.Context()
	source := backup.Source{DB: s.DB, URL: s.url, Vault: s.keys, KeyFile: s.keyFile, Program: "drill", MachineAt: machine(), LegalAt: s.At()}
	place := t.TempDir()
	dir := filepath.Join(place, "data")
	link := filepath.Join(place, "link")
	must(t, os.Symlink(dir, link))

	for what, row := range map[string]struct{ dir, keys, code string }{
		"keys inside":         {dir, filepath.Join(dir, "keys.json"), "backup.beside-keys"},
		"keys through dots":   {dir, filepath.Join(dir, "..", "data", "keys.json"), "backup.beside-keys"},
		"data beside keys":    {filepath.Join(filepath.Dir(s.keyFile), "b"), "", "backup.beside-keys"},
		"folder with content": {filepath.Dir(s.keyFile), "", "backup.not-empty"},
		"keys overwritten":    {dir, s.keyFile, "backup.keys-exist"},
	} {
		_, err := backup.Make(ctx, source, row.dir, row.keys)
		if !errors.Is(err, &enforcement.Refusal{Code: row.code}) {
			t.Errorf("%s: %v", what, err)
		}
	}
	must(t, os.Mkdir(dir, 0o700))
	if _, err := backup.Make(ctx, source, dir, filepath.Join(link, "keys.json")); !errors.Is(err, &enforcement.Refusal{Code: "backup.beside-keys"}) {
		t.Errorf("keys through a link: %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "manifest.json")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("something was written: %v", err)
	}

	keys := filepath.Join(t.TempDir(), "copy.json")
	_, err := backup.Make(ctx, source, dir, keys)
	must(t, err)
	for path, mode := range map[string]fs.FileMode{keys: 0o600, filepath.Join(dir, "data.dump"): 0o600, filepath.Join(dir, "manifest.json"): 0o600} {
		info, err := os.Stat(path)
		must(t, err)
		if info.Mode().Perm() != mode {
			t.Errorf("%s has mode %o", filepath.Base(path), info.Mode().Perm())
		}
	}
	if _, err := vault.Open(keys, vault.Options{Demo: true}); err != nil {
		t.Error(err)
	}

	url := empty(t, "drill_refused")
	_, _, err = backup.Restore(ctx, s.target(url), place)
	refusedWith(t, err, "restore.manifest")
	data := filepath.Join(dir, "data.dump")
	text, err := os.ReadFile(data)
	must(t, err)
	damaged := append([]byte{}, text...)
	damaged[len(damaged)/2] ^= 1
	must(t, os.WriteFile(data, damaged, 0o600))
	_, _, err = backup.Restore(ctx, s.target(url), dir)
	refusedWith(t, err, "restore.damaged")
	untouched(t, url)
	must(t, os.WriteFile(data, text, 0o600))
	_, _, err = backup.Restore(ctx, s.target(s.url), dir)
	refusedWith(t, err, "restore.not-empty")
	_, _, err = backup.Restore(ctx, s.target(url), dir)
	must(t, err)
}
