package backup_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/internal/backup"
)

const (
	first  = "01990000-0000-7000-8000-000000000001"
	second = "01990000-0000-7000-8000-000000000002"
)

func id(t *testing.T, text string) enforcement.ID {
	t.Helper()
	parsed, err := enforcement.ParseID(text)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

func TestReadInventory(t *testing.T) {
	t.Parallel()
	got, err := backup.ReadInventory(strings.NewReader("\ufeffVersion, directive ,withdrawn,carries,remark\r\n 3 ," + second + ",否,是,x\r\n1," + first + ",TRUE,,\r\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := []directive.InventoryLine{{Directive: id(t, first), Version: 1, Withdrawn: true}, {Directive: id(t, second), Version: 3, Carries: true}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for what, row := range map[string]struct{ text, line string }{
		"empty":          {"", "1"},
		"no column":      {"directive,version\n", "1"},
		"no id":          {"directive,version,withdrawn\n" + first + ",1,no\nx,1,no\n", "3"},
		"no version":     {"directive,version,withdrawn\n" + first + ",many,no\n", "2"},
		"large version":  {"directive,version,withdrawn\n" + first + ",40000,no\n", "2"},
		"neither yes no": {"directive,version,withdrawn\n" + first + ",1,perhaps\n", "2"},
		"short":          {"directive,version,withdrawn\n" + first + ",1\n", "2"},
		"open quote":     {"directive,version,withdrawn\n\"" + first + ",1,no\n", "2"},
	} {
		_, err := backup.ReadInventory(strings.NewReader(row.text))
		refused, ok := errors.AsType[*enforcement.Refusal](err)
		if !ok || refused.Code != "reconciliation.file" || refused.Args["line"] != row.line {
			t.Errorf("%s: %v %v, want line %s", what, err, refused, row.line)
		}
	}
}

func TestFoldersWithoutAManifestAreNoBackups(t *testing.T) {
	t.Parallel()
	if _, _, err := backup.ReadManifest(t.TempDir()); !errors.Is(err, &enforcement.Refusal{Code: "restore.manifest"}) {
		t.Error(err)
	}
}
