package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestMemorandaDiff(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	const catalogue = "../../memoranda/catalogue"
	if err := os.CopyFS(filepath.Join(dir, "b"), os.DirFS(catalogue)); err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile(filepath.Join(catalogue, "judgment-debtor-141.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	write := func(name string, changes ...string) string {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(strings.NewReplacer(changes...).Replace(string(source))), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	write(filepath.Join("b", "judgment-debtor-141.yaml"), "mode: honour", "mode: publish")
	later := write("later.yaml", "edition: \"2016\"", "edition: \"2030\"", "  from: 2016-01-20", "  from: 2030-01-01")
	hostile := write("hostile.yaml", "mode: honour", "mode: \"\\e[31mhonour\"")
	b := filepath.Join(dir, "b")
	for _, row := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"seed", catalogue}, 0, "0 differences"},
		{[]string{"seed", b}, 0, `mode changes from "honour" to "publish"`},
		{[]string{catalogue, b}, 0, `方式由 "honour" 改为 "publish"`},
		{[]string{"seed", later}, 0, "+ judgment-debtor-141, edition 2030: is added"},
		{[]string{"seed", later}, 0, `~ judgment-debtor-141, edition 2016: last day is now given: "2029-12-31"`},
		{[]string{"judgment-debtor-141@2016", later}, 0, `first day changes from "2016-01-20" to "2030-01-01"`},
		{[]string{"judgment-debtor-141@2016", "judgment-debtor-141@2016"}, 0, "0 differences"},
		{[]string{"judgment-debtor-141@2016", b}, 1, "a catalogue with a catalogue"},
		{[]string{"seed", "judgment-debtor-141@1999"}, 1, "neither a directory"},
		{[]string{"seed", "no\x1b[31mwhere"}, 1, "neither a directory"},
		{[]string{"seed", hostile}, 1, "memoranda."},
	} {
		args := append([]string{"memoranda", "diff", "--catalogue", catalogue}, row.args...)
		code, out, errOut := command(t, args...)
		if code != row.code || !strings.Contains(out+errOut, row.want) {
			t.Errorf("diff %q: %d, no %q in\n%s%s", row.args, code, row.want, out, errOut)
		}
		if strings.ContainsRune(out+errOut, '\x1b') {
			t.Errorf("diff %q: a control character reached the terminal", row.args)
		}
	}
	code, out, errOut := command(t, "memoranda", "diff", "seed", b, "--json")
	var found []map[string]any
	if err := json.Unmarshal([]byte(out), &found); err != nil || code != 0 || len(found) == 0 || found[0]["field"] != "mode" {
		t.Errorf("diff --json: %d %v %s\n%s", code, err, errOut, out)
	}
}
