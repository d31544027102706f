package courtfile_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"concordat/internal/courtfile"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden holds a text against testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		must(t, os.MkdirAll("testdata", 0o755))
		must(t, os.WriteFile(path, []byte(got), 0o644))
	}
	if diff := cmp.Diff(fileText(t, path), got); diff != "" {
		t.Errorf("%s (-update writes it anew): %s", name, diff)
	}
}

func fileText(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	must(t, err)
	return string(text)
}

// TestTemplatesAreRead: a template is what it is a template of, and the same in
// every format.
func TestTemplatesAreRead(t *testing.T) {
	t.Parallel()
	for _, kind := range courtfile.Kinds() {
		var first outcome
		for _, format := range courtfile.Formats() {
			var b bytes.Buffer
			must(t, courtfile.Template(&b, kind, format))
			if format != courtfile.XLSX {
				golden(t, "template-"+string(kind)+"."+format, b.String())
			}
			f, err := open(b.String(), kind)
			must(t, err)
			if f.Format() != format {
				t.Errorf("%s is recognised as %s", format, f.Format())
			}
			must(t, f.Close())
			o := readAll(t, b.String(), kind)
			if len(o.rows) != 1 || len(o.refused) != 0 || o.ended != "" {
				t.Fatalf("%s %s: %+v", kind, format, o)
			}
			o.rows = bare(o.rows)
			if format == courtfile.CSV {
				first = o
			}
			if diff := cmp.Diff(first.rows, o.rows); diff != "" {
				t.Errorf("%s %s: %s", kind, format, diff)
			}
		}
	}
	if err := courtfile.Template(&bytes.Buffer{}, courtfile.Listings, "pdf"); err == nil {
		t.Error("a template is written in a format that does not exist")
	}
}

// A column of a template's sheet is one of texts, so that a number typed into it
// stays whole.
func TestTemplateSheetIsOfTexts(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	must(t, courtfile.Template(&b, courtfile.Takeover, courtfile.XLSX))
	book, err := excelize.OpenReader(&b)
	must(t, err)
	defer func() { must(t, book.Close()) }()
	sheet := book.GetSheetName(0)
	for i := range takeoverColumns {
		name, err := excelize.ColumnNumberToName(i + 1)
		must(t, err)
		id, err := book.GetColStyle(sheet, name)
		must(t, err)
		style, err := book.GetStyle(id)
		must(t, err)
		if style.NumFmt != 49 {
			t.Errorf("column %s has the number format %d", name, style.NumFmt)
		}
		kind, err := book.GetCellType(sheet, name+"2")
		must(t, err)
		if value, _ := book.GetCellValue(sheet, name+"2"); value != "" && kind != excelize.CellTypeSharedString && kind != excelize.CellTypeInlineString {
			t.Errorf("column %s is kept as type %v", name, kind)
		}
	}
}
