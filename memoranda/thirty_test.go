package memoranda

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// plantedCode is the code that a line of a fixture ends in.
var plantedCode = regexp.MustCompile(`# (memoranda\.[a-z-]+)$`)

// TestThirtyMistakesInOneRun reads a catalogue in which thirty mistakes of thirty
// kinds are planted, in nine of its ten files: one reading reports them all, each on
// its line, and nothing else. The golden file holds columns and words.
func TestThirtyMistakesInOneRun(t *testing.T) {
	t.Parallel()
	const dir = "testdata/thirty"
	want, kinds := plantedIn(t, dir)
	if len(want) != 30 || len(kinds) != 30 {
		t.Fatalf("%d mistakes of %d kinds are planted, want 30", len(want), len(kinds))
	}
	_, err := Load(os.DirFS(dir))
	var found Mistakes
	if !errors.As(err, &found) {
		t.Fatalf("Load: %v, want mistakes", err)
	}
	got := make([]string, len(found))
	for i, m := range found {
		got[i] = fmt.Sprintf("%s:%d %s", m.File, m.Line, m.Code)
		if m.Column < 1 {
			t.Errorf("no column: %v", m)
		}
	}
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("mistakes (-planted +found):\n%s", diff)
	}
	golden(t, "testdata/thirty.golden", found.Error()+"\n")
}

// plantedIn returns the lines of a directory's files that end in a code, as
// file:line code, and the codes, each once.
func plantedIn(t *testing.T, dir string) (lines, kinds []string) {
	t.Helper()
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		for i, line := range strings.Split(source(t, dir+"/"+f.Name()), "\n") {
			if m := plantedCode.FindStringSubmatch(line); m != nil {
				lines = append(lines, fmt.Sprintf("%s:%d %s", f.Name(), i+1, m[1]))
				kinds = append(kinds, m[1])
			}
		}
	}
	slices.Sort(lines)
	slices.Sort(kinds)
	return lines, slices.Compact(kinds)
}
