package courtfile_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"concordat/internal/courtfile"
)

// gb writes a text in GB18030.
func gb(t testing.TB, text string) string {
	t.Helper()
	out, err := simplifiedchinese.GB18030.NewEncoder().String(text)
	must(t, err)
	return out
}

// TestDamagedFiles: whatever is wrong with a file, each refused row is named and
// every good row is kept.
func TestDamagedFiles(t *testing.T) {
	t.Parallel()
	good := csvOf(listingColumns, person(1), person(2), person(3), person(4))
	lines := strings.SplitAfter(good, "\r\n")
	plain := strings.SplitAfter(csvOf(listingColumns, one(person(1)), one(person(2)), one(person(3))), "\r\n")
	wide := append(slices.Clip(listingColumns), extraColumns(200)...)
	for _, c := range []struct {
		name, text string
		kept       []int // records of person
		refused    []string
		ended      string
	}{
		{name: "whole", text: good, kept: []int{1, 2, 3, 4}},
		{name: "truncated XLSX", text: cutOff(sheetOf(t, listingColumns, nil, person(1))), ended: courtfile.CodeTruncated},
		{name: "XLSX with a hole in its sheet", text: holed(t, person(1), person(2), person(3)), kept: []int{1}, ended: courtfile.CodeTruncated},
		{name: "XLSX whose sheet breaks off", text: withSheet(t, sheetStart+inlineRow(1, listingColumns)+inlineRecord(2, person(1))+`<row r="3"><c r="A3" t="inl`), kept: []int{1}, ended: courtfile.CodeTruncated},
		{name: "XLSX whose rows go back", text: withSheet(t, sheetStart+inlineRow(2, listingColumns)+inlineRecord(3, person(1))+inlineRecord(3, person(2))), kept: []int{1}, ended: courtfile.CodeFormat},
		{name: "GB18030 row in UTF-8", text: lines[0] + lines[1] + gb(t, lines[2]) + lines[3], kept: []int{1, 3}, refused: []string{"3  import.encoding"}},
		{name: "UTF-8 row in GB18030", text: gb(t, lines[0]+lines[1]) + lines[2] + gb(t, lines[3]+lines[4]), kept: []int{1, 3, 4}, refused: []string{"3  import.encoding"}},
		{name: "200 columns too many", text: csvOf(wide, person(1), person(2).with("iname", "")), kept: []int{1}, refused: []string{"3 iname import.missing"}},
		{name: "300 columns", text: csvOf(extraColumns(300), person(1)), ended: courtfile.CodeCells},
		{name: "300 cells in a row", text: lines[0] + strings.Repeat("x,", 300) + "\r\n" + lines[2], kept: []int{2}, refused: []string{"2  import.cells"}},
		{name: "a cell too many", text: lines[0] + "x," + lines[1] + lines[2], kept: []int{2}, refused: []string{"2  import.cells"}},
		{name: "a cell too few", text: lines[0] + strings.TrimPrefix(lines[1], "R0000001,") + lines[2], kept: []int{2}, refused: []string{"2  import.cells"}},
		{name: "formulas", text: sheetOf(t, listingColumns, func(book *excelize.File, sheet string) {
			must(t, book.SetCellFormula(sheet, at(listingColumns, "cardNum", 3), `"4501"&"03199001011234"`))
		}, person(1), person(2), person(3)), kept: []int{1, 3}, refused: []string{"3 cardNum import.formula"}},
		{name: "right-to-left mark in a name", text: csvOf(listingColumns, person(1), person(2).with("iname", "演示\u202e甲某"), person(3)), kept: []int{1, 3}, refused: []string{"3 iname name.control"}},
		{name: "hidden mark spelt out in XLSX", text: sheetOf(t, listingColumns, nil, person(1), person(2).with("iname", "演示_x202E_甲某")), kept: []int{1}, refused: []string{"3 iname name.control"}},
		{name: "same row many times", text: lines[0] + strings.Repeat(lines[1], 1000), kept: repeated(1, 1000)},
		{name: "starred numbers", text: csvOf(listingColumns, person(1), person(2).with("cardNum", "450123********0055")), kept: []int{1}, refused: []string{"3 cardNum identity.masked"}},
		{name: "unterminated quote at the end", text: strings.TrimSuffix(lines[0]+lines[1]+line(listingColumns, person(2).with("publishDate", `"2026`)), `""2026"`) + `2026`, kept: []int{1}, refused: []string{"3  import.truncated"}},
		{name: "unterminated quote in the middle", text: plain[0] + `"` + plain[1] + plain[2] + plain[3], kept: []int{2, 3}, refused: []string{"2  import.truncated"}},
		{name: "quote closed in the middle of a later row", text: plain[0] + `"` + plain[1] + plain[2] + "\r\n" + line(listingColumns, person(3).with("duty", `说“"是"”`)) + "\r\n", kept: []int{2, 3}, refused: []string{"2  import.quote"}},
		{name: "text behind a quote", text: lines[0] + `"R1"x` + lines[1] + lines[2], kept: []int{2}, refused: []string{"2  import.quote"}},
		{name: "quote over hundreds of lines", text: plain[0] + `"` + plain[1] + strings.Repeat(plain[2], 300), kept: repeated(2, 300), refused: []string{"2  import.quote"}},
		{name: "row of two MiB", text: lines[0] + strings.Repeat("长", 700_000) + "\r\n" + lines[2], kept: []int{2}, refused: []string{"2  import.row-size"}},
		{name: "NUL in a row", text: lines[0] + lines[1] + strings.Replace(lines[2], "演示", "演\x00示", 1) + lines[3], kept: []int{1, 3}, refused: []string{"3 iname name.control"}},
		{name: "empty file", text: "", ended: courtfile.CodeEmpty},
		{name: "blank file", text: "\ufeff \r\n\r\n", ended: courtfile.CodeEmpty},
		{name: "header only", text: lines[0], ended: courtfile.CodeEmpty},
		{name: "header only in XLSX", text: sheetOf(t, listingColumns, nil), ended: courtfile.CodeEmpty},
		{name: "empty XLSX", text: sheetOf(t, nil, nil), ended: courtfile.CodeEmpty},
		{name: "no header", text: lines[1] + lines[2], ended: courtfile.CodeColumns},
		{name: "column missing", text: csvOf(listingColumns[:5], person(1)), ended: courtfile.CodeColumns},
		{name: "column twice", text: csvOf(append(slices.Clip(listingColumns), "证件号码"), person(1)), ended: courtfile.CodeColumnTwice},
		{name: "JSON array", text: "[" + strings.TrimSpace(jsonOf(t, person(1))) + "]", ended: courtfile.CodeFormat},
		{name: "page that calls itself a sheet", text: "<html><table></table></html>", ended: courtfile.CodeFormat},
		{name: "old workbook", text: "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 600), ended: courtfile.CodeFormat},
		{name: "UTF-16", text: "\xff\xfei\x00n\x00a\x00m\x00e\x00", ended: courtfile.CodeEncoding},
		{name: "zip that is no workbook", text: zipOf(t, "readme.txt", "演示"), ended: courtfile.CodeFormat},
		{name: "zip of too many parts", text: crowded(sheetOf(t, listingColumns, nil, person(1))), ended: courtfile.CodeFormat},
		{name: "nested JSON", text: jsonOf(t, person(1)) + `{"iname":` + strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000) + "}\n" + jsonOf(t, person(2)), kept: []int{1, 2}, refused: []string{"2  import.json"}},
		{name: "JSON nested under a name nobody knows", text: jsonOf(t, person(1)) + nested(10) + nested(20), kept: []int{1, 9}, refused: []string{"3  import.json"}},
		{name: "huge line of JSON", text: jsonOf(t, person(1)) + `{"iname":"` + strings.Repeat("x", 2<<20) + "\"}\n" + jsonOf(t, person(2)), kept: []int{1, 2}, refused: []string{"2  import.row-size"}},
		{name: "broken JSON", text: jsonOf(t, person(1)) + "{\"iname\":}\n" + jsonOf(t, person(2)), kept: []int{1, 2}, refused: []string{"2  import.json"}},
		{name: "JSON that breaks off", text: jsonOf(t, person(1)) + `{"iname":"演`, kept: []int{1}, refused: []string{"2  import.truncated"}},
		{name: "object in JSON", text: jsonOf(t, person(1)) + `{"iname":{"a":1}}` + "\n" + jsonOf(t, person(2)), kept: []int{1, 2}, refused: []string{"2 iname import.json"}},
		{name: "JSON that says a thing twice", text: jsonOf(t, person(1)) + `{"iname":"演示甲","姓名":"演示乙"}` + "\n", kept: []int{1}, refused: []string{"2 iname import.column-twice"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			o := readAll(t, c.text, courtfile.Listings)
			if diff := cmp.Diff(c.refused, o.refused); diff != "" {
				t.Errorf("refused: %s", diff)
			}
			if o.ended != c.ended {
				t.Errorf("ended by %q, want %q", o.ended, c.ended)
			}
			var kept []string
			for _, row := range o.rows {
				kept = append(kept, row.Record)
			}
			var want []string
			for _, n := range c.kept {
				want = append(want, person(n)["recordId"])
			}
			if diff := cmp.Diff(want, kept); diff != "" {
				t.Errorf("kept: %s", diff)
			}
		})
	}
}

// one gives a record one conduct, so that no cell of its row needs quoting.
func one(r record) record { return r.with("disruptTypeName", "违反财产报告制度") }

func extraColumns(n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf("extra%d", i)
	}
	return list
}

// nested is a good record with a value of some depth beside it.
func nested(depth int) string {
	cells := []string{}
	for name, text := range person(9) {
		cells = append(cells, fmt.Sprintf("%q:%q", name, text))
	}
	return "{" + strings.Join(cells, ",") + `,"extra":` + strings.Repeat(`[{"x":`, depth/2) + "1" + strings.Repeat("}]", depth/2) + "}\n"
}

func repeated(n, times int) []int {
	list := make([]int, times)
	for i := range list {
		list[i] = n
	}
	return list
}

func cutOff(text string) string { return text[:len(text)*2/3] }

// crowded says in a workbook's directory that it has 60,000 parts.
func crowded(text string) string {
	b := []byte(text)
	at := bytes.LastIndex(b, []byte("PK\x05\x06"))
	binary.LittleEndian.PutUint16(b[at+10:], 60_000)
	return string(b)
}

func zipOf(t testing.TB, parts ...string) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i+1 < len(parts); i += 2 {
		part, err := w.Create(parts[i])
		must(t, err)
		_, err = io.WriteString(part, parts[i+1])
		must(t, err)
	}
	must(t, w.Close())
	return b.String()
}

const sheetStart = `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>`

// withSheet is a workbook whose only sheet is this markup, without shared texts.
func withSheet(t testing.TB, sheet string) string {
	t.Helper()
	return zipOf(t,
		"xl/workbook.xml", `<workbook xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>`+
			`<sheet name="hidden" state="hidden" r:id="rId7"/><sheet name="1" r:id="rId1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels", `<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>`,
		"xl/worksheets/sheet1.xml", sheet)
}

func inlineRow(number int, texts []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<row r="%d">`, number)
	for i, text := range texts {
		ref, _ := excelize.CoordinatesToCellName(i+1, number)
		fmt.Fprintf(&b, `<c r="%s" t="inlineStr"><is><t>%s</t></is></c>`, ref, text)
	}
	return b.String() + "</row>"
}

func inlineRecord(number int, r record) string {
	texts := make([]string, len(listingColumns))
	for i, c := range listingColumns {
		texts[i] = r[c]
	}
	return inlineRow(number, texts)
}

// holed is a workbook, its sheet not packed, in which the third row is not as it
// was written.
func holed(t testing.TB, records ...record) string {
	t.Helper()
	var sheet strings.Builder
	sheet.WriteString(sheetStart + inlineRow(1, listingColumns))
	for i, r := range records {
		sheet.WriteString(inlineRecord(i+2, r))
	}
	text := []byte(withStored(t, sheet.String()+"</sheetData></worksheet>"))
	copy(text[bytes.Index(text, []byte(`<row r="3">`)):], "<<<<<<<")
	return string(text)
}

func withStored(t testing.TB, sheet string) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	packed, err := zip.NewReader(strings.NewReader(withSheet(t, sheet)), int64(len(withSheet(t, sheet))))
	must(t, err)
	for _, part := range packed.File {
		to, err := w.CreateHeader(&zip.FileHeader{Name: part.Name, Method: zip.Store})
		must(t, err)
		from, err := part.Open()
		must(t, err)
		_, err = io.Copy(to, from)
		must(t, err)
	}
	must(t, w.Close())
	return b.String()
}

// A changed byte that leaves the markup whole is found by the checksum.
func TestChecksumOfASheet(t *testing.T) {
	t.Parallel()
	text := withStored(t, sheetStart+inlineRow(1, listingColumns)+inlineRecord(2, person(1))+"</sheetData></worksheet>")
	o := readAll(t, strings.Replace(text, "10000元", "90000元", 1), courtfile.Listings)
	if o.ended != courtfile.CodeTruncated || len(o.rows) != 1 {
		t.Errorf("%d rows, ended by %q", len(o.rows), o.ended)
	}
}

// In a takeover, lines that may be the inside of a cell are not believed.
func TestDoubtfulLinesOfATakeover(t *testing.T) {
	t.Parallel()
	lines := strings.SplitAfter(csvOf(takeoverColumns, one(taken(1)), one(taken(2)), one(taken(3))), "\r\n")
	text := lines[0] + `"` + lines[1] + lines[2] + lines[3]
	o := readAll(t, text, courtfile.Takeover)
	if diff := cmp.Diff([]string{"2  import.truncated", "3  import.quote", "4  import.quote"}, o.refused); diff != "" {
		t.Error(diff)
	}
}

// withTexts adds shared texts to a workbook.
func withTexts(t testing.TB, text, content string) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	packed, err := zip.NewReader(strings.NewReader(text), int64(len(text)))
	must(t, err)
	for _, part := range packed.File {
		must(t, w.Copy(part))
	}
	to, err := w.Create("xl/sharedStrings.xml")
	must(t, err)
	_, err = io.WriteString(to, content)
	must(t, err)
	must(t, w.Close())
	return b.String()
}

// TestBombs: what unpacks to more than a row can be is not followed.
func TestBombs(t *testing.T) {
	t.Parallel()
	head := sheetStart + inlineRow(1, listingColumns) + inlineRecord(2, person(1))
	tail := inlineRecord(4, person(2)) + "</sheetData></worksheet>"
	cell := func(size int) string {
		return `<row r="3"><c r="A3" t="inlineStr"><is><t>` + strings.Repeat("x", size) + `</t></is></c></row>`
	}
	for name, c := range map[string]struct {
		text    string
		rows    int
		refused []string
		ended   string
	}{
		"a cell of two MiB":         {withSheet(t, head+cell(2<<20)+tail), 2, []string{"3  import.row-size"}, ""},
		"a cell of nine MiB":        {withSheet(t, head+cell(9<<20)+tail), 1, nil, courtfile.CodeFormat},
		"a million empty cells":     {withSheet(t, head+`<row r="3">`+strings.Repeat("<c/>", 1_000_000)+"</row>"+tail), 2, nil, ""},
		"a name without an end":     {withSheet(t, head+"<"+strings.Repeat("r", 9<<20)), 1, nil, courtfile.CodeFormat},
		"a shared text of two MiB":  {withTexts(t, withSheet(t, head+`<row r="3"><c r="A3" t="s"><v>0</v></c></row>`+tail), "<sst><si><t>"+strings.Repeat("x", 2<<20)+"</t></si></sst>"), 2, []string{"3  import.row-size"}, ""},
		"a shared text of nine MiB": {withTexts(t, withSheet(t, head+tail), "<sst><si><t>"+strings.Repeat("x", 9<<20)+"</t></si></sst>"), 0, nil, courtfile.CodeFormat},
		"a shared text that is not": {withSheet(t, head+`<row r="3"><c r="A3" t="s"><v>7</v></c></row>`+tail), 1, nil, courtfile.CodeTruncated},
		"a spreadsheet's error":     {withSheet(t, head+`<row r="3"><c r="A3" t="e"><v>#N/A</v></c></row>`+tail), 2, []string{"3 recordId import.formula"}, ""},
		"an entity":                 {withSheet(t, `<!DOCTYPE x [<!ENTITY a "aaaa">]>`+head+`<row r="3"><c r="A3" t="inlineStr"><is><t>&a;</t></is></c></row>`+tail), 1, nil, courtfile.CodeTruncated},
	} {
		o := readAll(t, c.text, courtfile.Listings)
		if diff := cmp.Diff(c.refused, o.refused); diff != "" || len(o.rows) != c.rows || o.ended != c.ended {
			t.Errorf("%s: %d rows, ended by %q: %s", name, len(o.rows), o.ended, diff)
		}
	}
}
