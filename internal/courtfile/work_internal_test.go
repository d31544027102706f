package courtfile

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
)

// bookOf is a workbook of these sheets and shared texts, packed as it comes.
func bookOf(t *testing.T, texts string, sheets ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	put := func(name, text string) {
		part, err := w.Create(name)
		if err == nil {
			_, err = io.WriteString(part, text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	var names, relations strings.Builder
	for i, sheet := range sheets {
		fmt.Fprintf(&names, `<sheet name="%d" r:id="r%d"/>`, i, i)
		fmt.Fprintf(&relations, `<Relationship Id="r%d" Target="worksheets/%d.xml"/>`, i, i)
		put(fmt.Sprintf("xl/worksheets/%d.xml", i), sheet)
	}
	put("xl/workbook.xml", `<workbook xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>`+names.String()+`</sheets></workbook>`)
	put("xl/_rels/workbook.xml.rels", `<Relationships>`+relations.String()+`</Relationships>`)
	if texts != "" {
		put("xl/sharedStrings.xml", "<sst>"+texts+"</sst>")
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestWorkIsBoundedByTheFile: however a workbook is cut into sheets, texts and what
// follows its table, no more is unpacked of it than its size allows. Work is counted, and
// no time is taken.
func TestWorkIsBoundedByTheFile(t *testing.T) {
	t.Parallel()
	const start, end = `<worksheet><sheetData>`, `</sheetData></worksheet>`
	blank := start + strings.Repeat("<row/>", 4<<20/6) + end
	good := start + `<row r="1"><c t="inlineStr"><is><t>iname</t></is></c></row><row r="2"><c t="inlineStr"><is><t>甲</t></is></c></row>`
	for name, book := range map[string][]byte{
		"many blank sheets before": bookOf(t, "", append(strings.SplitAfter(strings.Repeat(blank+"|", 12), "|")[:12], good+end)...),
		"blank rows below":         bookOf(t, "", good+strings.Repeat("<row/>", 16<<20/6)+end),
		"what follows the table":   bookOf(t, "", good+"</sheetData>"+strings.Repeat(" ", 16<<20)+"</worksheet>"),
		"texts":                    bookOf(t, strings.Repeat("<si><t>文</t></si>", 16<<20/20), good+end),
		"texts and a sheet":        bookOf(t, strings.Repeat("<si><t>文</t></si>", 24<<20/20), good+strings.Repeat("<row/>", 24<<20/6)+end),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := &File{r: bytes.NewReader(book), size: int64(len(book)), kind: Listings, close: func() error { return nil }}
			unpacked := int64(0)
			wb, err := openWorkbook(f)
			if err == nil {
				left := wb.left
				var src *sheetSource
				if src, err = openSheet(wb, &left); err == nil {
					var into row
					for err == nil {
						err = src.next(&into)
					}
					unpacked = src.markup.seen
				}
			}
			if bad, ok := errors.AsType[*FileError](err); !ok || bad.Code != CodeFormat {
				t.Errorf("%d KiB packed, %d MiB unpacked: ended by %v", len(book)>>10, unpacked>>20, err)
			}
			if most := workOf(f.size).left + 1<<16; unpacked > most {
				t.Errorf("%d bytes unpacked of at most %d", unpacked, most)
			}
		})
	}
}
