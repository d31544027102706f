package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/google/go-cmp/cmp"
)

func TestConfigurationIsDocumented(t *testing.T) {
	t.Parallel()
	var out, complaints bytes.Buffer
	if code := run([]string{"configuration"}, &app{Out: &out, Err: &complaints}); code != 0 {
		t.Fatalf("exit code %d: %s", code, complaints.String())
	}
	want, err := os.ReadFile(filepath.Join("..", "..", "docs", "configuration.md"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), out.String()); diff != "" {
		t.Errorf("docs/configuration.md is not what the structs say; make generate (-document +structs):\n%s", diff)
	}
}

// A setting is said in a sentence, in one place.
func TestEverySettingIsExplained(t *testing.T) {
	t.Parallel()
	k, err := kong.New(new(commands))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]string{}
	for _, leaf := range leaves(k.Model.Node) {
		for _, f := range leaf.Flags {
			if f.Name == "help" {
				continue
			}
			if !strings.HasSuffix(f.OrigHelp, ".") {
				t.Errorf("concordat %s --%s: no sentence explains it: %q", commandPath(leaf), f.Name, f.OrigHelp)
			}
			for _, env := range f.Envs {
				if other, ok := seen[env]; ok && other != f.Name {
					t.Errorf("%s sets both --%s and --%s", env, other, f.Name)
				}
				seen[env] = f.Name
			}
		}
	}
	if seen["DATABASE_URL"] != "database-url" || len(seen) < 7 {
		t.Errorf("only these variables were found: %v", seen)
	}
}
