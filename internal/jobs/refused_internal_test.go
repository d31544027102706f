package jobs

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"concordat/enforcement/intake"
	"concordat/internal/courtfile"
)

// A transaction that is repeated tells its refused rows again: they stand in the
// file once.
func TestARepeatedBatchStandsInTheFileOnce(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "refused.csv")
	book := &refusedBook{path: path, kind: courtfile.Listings, header: []string{"iname"}}
	settle := book.settle()
	var run intake.Run
	for line := int64(2); line < 5; line++ {
		var length int64
		for range 3 {
			var err error
			length, err = settle(run, []intake.Refusal{{Line: line, Code: "import.conflict", Raw: []string{"演示"}}})
			if err != nil {
				t.Fatal(err)
			}
		}
		run.RefusedBytes = length
	}
	if err := book.close(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(text), "import.conflict"); n != 3 || int64(len(text)) != run.RefusedBytes {
		t.Errorf("%d rows, %d bytes instead of %d:\n%s", n, len(text), run.RefusedBytes, text)
	}
}
