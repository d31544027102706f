package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const checkout = "../../.."

// TestPageIsUpToDate is the guard on the real page: every guard and test that an attack
// names is there, and the page says what the files say.
func TestPageIsUpToDate(t *testing.T) {
	t.Parallel()
	themes, err := read(checkout)
	if err != nil {
		t.Fatalf("docs/attacks and the sources disagree:\n%v", err)
	}
	got, err := os.ReadFile(filepath.Join(checkout, "docs", "attacks.md"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(render(themes)), string(got)); diff != "" {
		t.Errorf("docs/attacks.md has drifted, run `make generate` (-want +got):\n%s", diff)
	}
}

// made lays out a module with a guard, a test that asks it, and one that does not.
func made(t *testing.T, run, find, instead string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":  "module made\n\ngo 1.26\n",
		"d/d.go":  "package d\n\nimport _ \"embed\"\n\n//go:embed d.sql\nvar SQL string\n\nfunc May(day int) bool {\n\tif day > 7 {\n\t\treturn false\n\t}\n\treturn true\n}\n",
		"d/d.sql": "CHECK (day < 8)\n",
		"d/d_test.go": "package d\n\nimport \"testing\"\n\nfunc TestAsks(t *testing.T) {\n\tif May(8) || SQL != \"CHECK (day < 8)\\n\" {\n\t\tt.Error(\"late\")\n\t}\n}\n\n" +
			"func TestAsksNothing(t *testing.T) {\n\tif !May(1) {\n\t\tt.Error(\"early\")\n\t}\n}\n",
		"docs/attacks/days.yaml": "- attack: late\n  zh: 迟到\n  by: anybody\n  stops: May\n  guard: {file: " + fileOf(find) + ", find: \"" + find + "\", instead: \"" + instead + "\"}\n  test: {package: ./d, run: " + run + "}\n",
	} {
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func fileOf(find string) string {
	if strings.Contains(find, "CHECK") {
		return "d/d.sql"
	}
	return "d/d.go"
}

func TestMutants(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, run, find, instead, want string }{
		{"a test that asks", "TestAsks", "day > 7", "false", ""},
		{"a guard in SQL", "TestAsks", "CHECK (day < 8)", "", ""},
		{"a test that asks nothing", "TestAsksNothing", "day > 7", "false", "passes without its guard"},
		{"what does not compile", "TestAsks", "day > 7", "7", "could not be tried"},
		{"no such guard", "TestAsks", "day > 9", "false", "stands 0 times"},
		{"a guard that is not taken out", "TestAsks", "day > 7", "day > 7", "as before"},
		{"several guards at once", "TestAsks", "return", "", "stands 2 times"},
		{"no such test", "TestNobodyWrote", "day > 7", "false", "is no test"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var told bytes.Buffer
			err := try(t.Context(), made(t, c.run, c.find, c.instead), choice{}, &told)
			switch {
			case c.want == "" && (err != nil || !strings.Contains(told.String(), "1 of 1 guards taken out, 0 lived")):
				t.Errorf("%v\n%s", err, told.String())
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}
