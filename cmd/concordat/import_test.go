package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestImportTemplates(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"listings", "takeover"} {
		for _, format := range []string{"csv", "xlsx", "jsonl"} {
			path := filepath.Join(t.TempDir(), "template")
			if code, _, errOut := command(t, "import", "template", kind, "--format", format, "-o", path); code != 0 {
				t.Fatalf("%s %s: %s", kind, format, errOut)
			}
			_, out, _ := command(t, "import", "template", kind, "--format", format)
			written, err := os.ReadFile(path)
			if err != nil || len(written) == 0 {
				t.Errorf("%s %s: %v", kind, format, err)
			}
			if format != "xlsx" && out != string(written) {
				t.Errorf("%s %s: file and standard output differ", kind, format)
			}
			if code, _, _ := command(t, "import", "template", kind, "-o", path); code == 0 {
				t.Errorf("%s %s: an existing file was written over", kind, format)
			}
		}
	}
}

func TestImportRefusesBadCommandLines(t *testing.T) {
	t.Parallel()
	missing := filepath.Join(t.TempDir(), "none.csv")
	for _, args := range []string{
		"import listings " + missing, "import listings", "import template orders", "import template listings --format pdf",
		"import takeover " + os.Args[0], "import listings " + os.Args[0] + " --by b", "import listings " + os.Args[0] + " --court a", "import takeover " + os.Args[0] + " --statement " + missing,
	} {
		if code, out, errOut := command(t, strings.Fields(args)...); code != 2 || out != "" || errOut == "" {
			t.Errorf("%s: %d %s %s", args, code, out, errOut)
		}
	}
}
