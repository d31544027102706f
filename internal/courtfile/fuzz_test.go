package courtfile_test

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"concordat/internal/courtfile"
)

// fuzzRows reads whatever it is given as both kinds of file: nothing panics,
// lines rise, what is kept of a row is bounded, and a second reading says the
// same.
func fuzzRows(t *testing.T, text string) {
	t.Helper()
	for _, kind := range courtfile.Kinds() {
		f, err := open(text, kind)
		if err != nil {
			if _, ok := errors.AsType[*courtfile.FileError](err); !ok {
				t.Fatalf("not a file's fault: %v", err)
			}
			continue
		}
		last, count := int64(0), int64(0)
		for row, err := range f.Rows(0) {
			bad, refused := errors.AsType[*courtfile.RowError](err)
			here, raw := row.Line, row.Raw
			switch {
			case refused:
				here, raw = bad.Line, bad.Raw
				if bad.Code == "" {
					t.Fatal("a row is refused without a code")
				}
			case err != nil:
				codeOf(t, err)
				continue
			case !utf8.ValidString(row.Subject.Name) || row.Subject.Name == "" || row.Subject.Number == "" || len(row.Conducts) == 0 || row.Case.FiledOn.IsZero():
				t.Fatalf("an incomplete row: %+v", row)
			}
			if here <= last {
				t.Fatalf("line %d comes after line %d", here, last)
			}
			if len(raw) > 64 || len(strings.Join(raw, "")) > 64*600 {
				t.Fatalf("%d cells are kept of line %d", len(raw), here)
			}
			last = here
			count++
		}
		if again := len(all(f, 0)); int64(again) < count {
			t.Fatalf("%d rows, then %d", count, again)
		}
		must(t, f.Close())
	}
}

func FuzzOpenCSV(f *testing.F) {
	good := csvOf(takeoverColumns, taken(1), company(2), taken(3).with("duty", "一\n\"二\""))
	f.Add(good)
	f.Add("\ufeff" + good)
	f.Add(gb(f, good))
	f.Add(strings.Replace(good, "\"", "", 1))
	f.Add(good + "\"")
	f.Add(good[:len(good)/2])
	f.Fuzz(func(t *testing.T, text string) {
		fuzzRows(t, text)
		fuzzRows(t, strings.SplitAfterN(good, "\n", 2)[0]+text)
	})
}

func FuzzOpenJSONLines(f *testing.F) {
	good := jsonOf(f, taken(1), company(2))
	f.Add(good)
	f.Add(gb(f, good))
	f.Add(good + `{"iname":[["x"]],"y":{"z":[1,"\"]"]}}`)
	f.Add(`{"a":[1,{"b":"\ud800"},null],"iname":"\u202e","cardNum":4.5e17,"案号":["x",true]}`)
	f.Fuzz(func(t *testing.T, text string) {
		fuzzRows(t, text)
		fuzzRows(t, `{`+text)
	})
}

// FuzzOpenSheet puts its text in the place of a workbook's sheet.
func FuzzOpenSheet(f *testing.F) {
	f.Add(sheetStart + inlineRow(1, listingColumns) + inlineRecord(2, person(1)) + "</sheetData></worksheet>")
	f.Add(sheetStart + `<row><c r="ZZZ1" t="s"><v>-1</v></c><c><f>1</f></c></row>`)
	f.Fuzz(func(t *testing.T, sheet string) {
		fuzzRows(t, withTexts(t, withSheet(t, sheet), "<sst><si><t>iname</t></si></sst>"))
	})
}
