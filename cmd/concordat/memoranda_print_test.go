package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestMemorandaPrint(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "pages")
	code, out, errOut := command(t, "memoranda", "print", "--out", dir, "--on", "2025-09-01", "judgment-debtor-141")
	if code != 0 || !strings.Contains(out, "1 pages") {
		t.Fatalf("print: %d %s%s", code, out, errOut)
	}
	page, err := os.ReadFile(filepath.Join(dir, "judgment-debtor-141_2016-01-20.html"))
	if err != nil {
		t.Fatal(err)
	}
	code, out, errOut = command(t, "memoranda", "print", "--out", "-", "--on", "2025-09-01", "judgment-debtor-141@2016")
	if code != 0 || out != string(page) {
		t.Errorf("print to standard output is another page: %d %s", code, errOut)
	}
	for _, row := range []struct {
		args []string
		want string
	}{
		{[]string{"--out", "-"}, "exactly one edition"},
		{[]string{"--out", dir, "no\x1b[31mthing"}, "no such memorandum"},
		{[]string{"--out", dir, "judgment-debtor-141@1999"}, "no such memorandum"},
		{[]string{"--out", dir, "--attested", filepath.Join(dir, "none.yaml")}, "open attestations"},
	} {
		code, out, errOut := command(t, append([]string{"memoranda", "print"}, row.args...)...)
		if code != 1 || !strings.Contains(errOut, row.want) || strings.ContainsRune(out+errOut, '\x1b') {
			t.Errorf("print %q: %d %s%s", row.args, code, out, errOut)
		}
	}
	if code, _, errOut := command(t, "memoranda", "print", "--out", dir, "--attested", "demonstration"); code != 0 {
		t.Errorf("print everything as of today: %s", errOut)
	}
}
