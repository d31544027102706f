package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"concordat/internal/pg"
	"concordat/memoranda/day"
)

// makers are the commands that make an installation, and those whose business a missing
// one is.
var makers = []string{"init", "serve", "doctor"}

// onInstallation are the command lines of every command that opens an installation,
// complete enough to be parsed.
func onInstallation(t *testing.T) map[string][]string {
	t.Helper()
	k, err := kong.New(new(commands))
	if err != nil {
		t.Fatal(err)
	}
	common := commonFlags()
	file := filepath.Join(t.TempDir(), "file.csv")
	if err := os.WriteFile(file, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	lines := map[string][]string{}
	for _, leaf := range leaves(k.Model.Node) {
		if !slices.ContainsFunc(leaf.Flags, func(f *kong.Flag) bool { return f.Name == common[0].Name && f.OrigHelp == common[0].OrigHelp }) {
			continue
		}
		path := commandPath(leaf)
		line := strings.Fields(path)
		for _, p := range leaf.Positional {
			value := "x"
			if p.Tag.Type == "existingfile" {
				value = file
			}
			line = append(line, value)
		}
		for _, f := range leaf.Flags {
			if f.Required {
				value := "x"
				switch {
				case f.Tag.Type == "existingfile":
					value = file
				case f.Target.Type() == reflect.TypeFor[day.Day]():
					value = "2026-01-01"
				}
				line = append(line, "--"+f.Name, value)
			}
		}
		switch path { // what these need beside
		case "explain":
			line = append(line, "--directive", "01990000-0000-7000-8000-000000000001")
		case "memoranda attest":
			line = append(line, "--status")
		}
		lines[path] = line
	}
	return lines
}

func contents(t *testing.T, dir string) []string {
	t.Helper()
	var list []string
	err := filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
		list = append(list, path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// program runs the built command in an environment of its own.
func program(t *testing.T, environment []string, args ...string) (code int, said string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], args...)
	cmd.Env = append([]string{asProgram + "=1", "PATH=" + os.Getenv("PATH")}, environment...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return exit.ExitCode(), out.String()
	}
	if err != nil {
		t.Fatal(err)
	}
	return 0, out.String()
}

// Whoever forgets the service's settings is told so, by every command: a hold that was
// placed on a record of its own would have stopped nothing.
func TestNoCommandMakesAnInstallation(t *testing.T) {
	t.Parallel()
	lines := onInstallation(t)
	if len(lines) < 15 || lines["hold impositions"] == nil {
		t.Fatalf("only these commands were found: %v", lines)
	}
	root, err := pg.FreshTestDir("concordat-none") // PostgreSQL's user could pass
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(root) })
	for path, line := range lines {
		if slices.Contains(makers, path) {
			continue
		}
		for name, data := range map[string]string{"an empty folder": root, "no folder": filepath.Join(root, "none")} {
			before := contents(t, root)
			code, said := program(t, []string{"CONCORDAT_DATA=" + data, "CONCORDAT_TOKEN=cct_x"}, line...)
			english, chinese := "There is no installation here", "此处没有已安装的系统"
			if path == "restore" { // whoever it sent to make one would have one that no backup goes into
				english, chinese = "there is nowhere to restore to", "无处恢复"
			}
			if code != 1 || !strings.Contains(said, english) || !strings.Contains(said, chinese) ||
				!strings.Contains(said, filepath.Join(data, "postgres")) {
				t.Errorf("%s in %s: exit %d: %s", path, name, code, said)
			}
			if after := contents(t, root); !slices.Equal(before, after) {
				t.Errorf("%s in %s made %v", path, name, after)
				if err := os.RemoveAll(data); err != nil {
					t.Fatal(err)
				}
				_ = os.Mkdir(root, 0o755)
			}
		}
	}
}

// An empty database that settings name is no installation either, and neither is a
// database without its key file.
func TestNoCommandMakesASchemaOrKeys(t *testing.T) {
	t.Parallel()
	s := newInstallation(t)
	empty := newShell(t)
	i := installation{Data: s.data}
	err := i.at(false, func(ctx context.Context, url string) error {
		for path, line := range onInstallation(t) {
			if path == "init" || path == "serve" || path == "doctor" || path == "restore" {
				continue
			}
			line = append(line, "--data", empty.data, "--database-url", url)
			code, out, said := command(t, line...)
			if code != 1 || path != "backup" && !strings.Contains(said, filepath.Join(empty.data, "keys.json")) {
				t.Errorf("%s without keys: exit %d: %s%s", path, code, out, said)
			}
		}
		cluster, err := pg.StartCluster(ctx, pg.ClusterConfig{Dir: i.clusterFolder()})
		if err != nil {
			return err
		}
		if err := cluster.CreateDatabase(ctx, "bare", "template0"); err != nil {
			return err
		}
		code, out, said := command(t, "hold", "impositions", "x", "--data", s.data, "--database-url", cluster.URL("bare"))
		if code != 1 || !strings.Contains(said, "DATABASE_URL") {
			t.Errorf("on a bare database: exit %d: %s%s", code, out, said)
		}
		db, err := pg.Open(ctx, pg.Config{URL: cluster.URL("bare"), MaxConns: 1})
		if err != nil {
			return err
		}
		var tables int
		err = db.NewRaw(`SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace`).Scan(ctx, &tables)
		if tables > 0 {
			t.Errorf("%d tables were made", tables)
		}
		return errors.Join(err, db.Close())
	})
	if err != nil {
		t.Fatal(err)
	}
	if made := contents(t, empty.data); len(made) > 1 {
		t.Errorf("made %v", made)
	}
}

// An installation is made once; where anything of one is there, nothing is made.
func TestInitMakesAnInstallationOnce(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	out, said := s.run(0, "init", "operator-1", "--name", "演示人员", "--post", "演示")
	for _, want := range []string{"apart from every backup", "concordat serve", "CONCORDAT_TOKEN"} {
		if !strings.Contains(said, want) {
			t.Errorf("no %q in %s", want, said)
		}
	}
	operator := s.by(strings.TrimSpace(out))
	operator.run(0, "organisations", "nanning")
	before := contents(t, s.data)
	if _, said := s.run(1, "init", "operator-2", "--name", "演示人员", "--post", "演示"); !strings.Contains(said, "installation.exists") || !strings.Contains(said, "keys.json") {
		t.Errorf("a second time: %s", said)
	}
	if after := contents(t, s.data); !slices.Equal(before, after) {
		t.Errorf("a second time it made %v", after)
	}
	tokens := 0
	if err := s.asked(`SELECT count(*) FROM token`, &tokens); err != nil || tokens != 1 {
		t.Errorf("%d tokens: %v", tokens, err)
	}
	if err := os.Remove(filepath.Join(s.data, "keys.json")); err != nil { // the keys are lost
		t.Fatal(err)
	}
	if _, said := s.run(1, "init", "operator-2", "--name", "演示人员", "--post", "演示"); !strings.Contains(said, "installation.exists") || !strings.Contains(said, "PG_VERSION") {
		t.Errorf("beside a cluster without keys: %s", said)
	}
	empty := newShell(t)
	i := installation{Data: s.data}
	err := i.at(false, func(ctx context.Context, url string) error { // on its database, by another folder
		code, out, said := command(t, "init", "operator-3", "--name", "演示人员", "--post", "演示", "--data", empty.data, "--database-url", url)
		if code != 1 || !strings.Contains(said, "DATABASE_URL") || !strings.Contains(said, "installation.exists") {
			t.Errorf("on a database that is one: exit %d: %s%s", code, out, said)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if made := contents(t, empty.data); len(made) > 1 {
		t.Errorf("made %v", made)
	}
}
