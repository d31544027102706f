package courtfile_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"concordat/internal/courtfile"
)

// What programs between a court and here did to files, and what is read of them.
func TestSpoiledFiles(t *testing.T) {
	t.Parallel()
	good := csvOf(listingColumns, person(1), person(2), person(3))
	short := strings.SplitAfter(csvOf(listingColumns, person(1).with("publishDate", ""), person(2), person(3)), "\r\n")
	short[1] = strings.TrimSuffix(short[1], ",\r\n") + "\r\n"
	lost := strings.Replace(short[1], ",", "", 1) // in the middle
	hide := func(do func(book *excelize.File, sheet string) error) func(*excelize.File, string) {
		return func(book *excelize.File, sheet string) { must(t, do(book, sheet)) }
	}
	chartFirst := zipOf(
		t,
		"xl/workbook.xml", `<workbook xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="图" r:id="r1"/><sheet name="表" r:id="r2"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels", `<Relationships><Relationship Id="r1" Type="http://x/chartsheet" Target="chartsheets/sheet1.xml"/><Relationship Id="r2" Type="http://x/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
		"xl/chartsheets/sheet1.xml", `<chartsheet><sheetViews/></chartsheet>`,
		"xl/worksheets/sheet1.xml", sheetStart+inlineRow(1, listingColumns)+inlineRecord(2, person(1))+"</sheetData></worksheet>",
	)
	for name, c := range map[string]struct {
		text    string
		kind    courtfile.Kind
		kept    int
		refused []string
		told    []string
		ended   string
	}{
		"lines of an old Macintosh":                {text: strings.ReplaceAll(good, "\r\n", "\r"), kept: 3},
		"the same, with a mark":                    {text: "\ufeff" + strings.ReplaceAll(good, "\r\n", "\r"), kept: 3},
		"a comma at the end that Excel dropped":    {text: strings.Join(short, ""), kept: 3},
		"a comma in the middle too":                {text: short[0] + lost + short[2], kept: 1, refused: []string{"2  import.cells"}},
		"a name with a two-byte form of 2022":      {text: strings.Replace(gb(t, csvOf(listingColumns, person(1).with("iname", "演示甲"), person(2))), gb(t, "演示甲"), gb(t, "演示")+"\xfe\x59", 1), kept: 2},
		"a kind that the class of the code belies": {text: csvOf(listingColumns, company(1).with("partyTypeName", "个体工商户"), company(2)), kept: 1, refused: []string{"2 partyTypeName subject.kind"}},
		"a multiplication sign for the X":          {text: csvOf(listingColumns, person(1).with("cardNum", "45010319780228015×"), person(2)), kept: 1, refused: []string{"2 cardNum identifier.cross"}},
		"the party codes of published records":     {text: csvOf(listingColumns, person(1).with("partyTypeName", "580"), company(2).with("partyTypeName", "581")), kept: 2},
		"a hidden row": {text: sheetOf(t, listingColumns, hide(func(book *excelize.File, sheet string) error {
			return book.SetRowVisible(sheet, 3, false)
		}), person(1), person(2), person(3)), kept: 3, told: []string{"3  import.hidden-taken"}},
		"a row without height": {text: sheetOf(t, listingColumns, hide(func(book *excelize.File, sheet string) error {
			return book.SetRowHeight(sheet, 3, 0)
		}), person(1), person(2)), kept: 2, told: []string{"3  import.hidden-taken"}},
		"a hidden row that cannot be taken": {text: sheetOf(t, listingColumns, hide(func(book *excelize.File, sheet string) error {
			return book.SetRowVisible(sheet, 3, false)
		}), person(1), person(2).with("iname", "")), kept: 1, refused: []string{"3 iname import.missing"}},
		"rows that a filter hides": {text: sheetOf(t, listingColumns, hide(func(book *excelize.File, sheet string) error {
			if err := book.AutoFilter(sheet, "A1:W4", []excelize.AutoFilterOptions{{Column: "B", Expression: "x == x"}}); err != nil {
				return err
			}
			return errors.Join(book.SetRowVisible(sheet, 2, false), book.SetRowVisible(sheet, 4, false))
		}), person(1), person(2), person(3)), kept: 3, told: []string{"2  import.hidden-taken", "4  import.hidden-taken"}},
		"a hidden row of a takeover": {text: sheetOf(t, takeoverColumns, hide(func(book *excelize.File, sheet string) error {
			return book.SetRowVisible(sheet, 2, false)
		}), taken(1), taken(2)), kind: courtfile.Takeover, kept: 1, refused: []string{"2  import.hidden"}},
		"a hidden column": {text: sheetOf(t, listingColumns, hide(func(book *excelize.File, sheet string) error {
			return book.SetColVisible(sheet, "C", false)
		}), person(1)), kept: 1, told: []string{"1 cardNum import.hidden-column-taken"}},
		"a hidden column that nobody reads": {text: sheetOf(t, append(slices.Clip(listingColumns), "备注"), hide(func(book *excelize.File, sheet string) error {
			return book.SetColVisible(sheet, "X", false)
		}), person(1)), kept: 1},
		"a hidden column of a takeover": {text: sheetOf(t, takeoverColumns, hide(func(book *excelize.File, sheet string) error {
			return book.SetColVisible(sheet, "C", false)
		}), taken(1)), kind: courtfile.Takeover, ended: courtfile.CodeHiddenColumn},
		"a column without width, of a takeover": {text: sheetOf(t, takeoverColumns, hide(func(book *excelize.File, sheet string) error {
			return book.SetColWidth(sheet, "C", "C", 0)
		}), taken(1)), kind: courtfile.Takeover, ended: courtfile.CodeHiddenColumn},
		"a chart before it": {text: chartFirst, kept: 1, told: []string{"0  import.sheet-unread1"}},
		"a hidden sheet before it": {text: sheetOf(t, listingColumns, hide(func(book *excelize.File, sheet string) error {
			_, err := book.NewSheet("旧")
			return errors.Join(err, book.SetCellValue("旧", "A1", "iname"), book.MoveSheet("旧", sheet), book.SetSheetVisible("旧", false))
		}), person(1)), kept: 1, told: []string{"0  import.sheet-unread1"}},
		"a second sheet with rows": {text: sheetOf(t, listingColumns, hide(func(book *excelize.File, _ string) error {
			_, empty := book.NewSheet("空")
			_, err := book.NewSheet("二")
			return errors.Join(empty, err, book.SetCellValue("二", "A1", "iname"))
		}), person(1)), kept: 1, told: []string{"0  import.sheet-unread3"}},
		"a sheet of nothing before it": {text: sheetOf(t, listingColumns, hide(func(book *excelize.File, sheet string) error {
			if _, err := book.NewSheet("封面"); err != nil {
				return err
			}
			return book.MoveSheet("封面", sheet)
		}), person(1)), kept: 1, told: []string{"0  import.sheet-unread1"}},
	} {
		if c.kind == "" {
			c.kind = courtfile.Listings
		}
		o := readAll(t, c.text, c.kind)
		if diff := cmp.Diff(c.told, o.told); diff != "" {
			t.Errorf("%s: told (-want +got):\n%s", name, diff)
		}
		if diff := cmp.Diff(c.refused, o.refused); diff != "" || len(o.rows) != c.kept || o.ended != c.ended {
			t.Errorf("%s: %d rows, ended by %q: %s", name, len(o.rows), o.ended, diff)
		}
	}
}

// Texts that no cell could name, and blanks that unpack to a thousand times their size,
// are not read to their end.
func TestTextsAreBoundedByTheSheet(t *testing.T) {
	t.Parallel()
	head := sheetStart + inlineRow(1, listingColumns) + inlineRecord(2, person(1))
	text := "<si><t>" + strings.Repeat("演示", 500) + "</t></si>"
	for name, bomb := range map[string]string{
		"texts":  withTexts(t, withSheet(t, head+"</sheetData></worksheet>"), "<sst>"+strings.Repeat(text, 16<<20/len(text))+"</sst>"),
		"blanks": withSheet(t, head+strings.Repeat("<row>"+strings.Repeat(" ", 4<<20)+"</row>", 8)+"</sheetData></worksheet>"),
	} {
		if o := readAll(t, bomb, courtfile.Listings); o.ended != courtfile.CodeFormat {
			t.Errorf("%s: %d rows, ended by %q", name, len(o.rows), o.ended)
		}
	}
}

// A few rows below many blank ones are no bomb.
func TestManyRowsAreNoBomb(t *testing.T) {
	t.Parallel()
	var rows strings.Builder
	for n := range 20_000 {
		fmt.Fprintf(&rows, `<row r="%d"/>`, n+3)
	}
	o := readAll(t, withSheet(t, sheetStart+inlineRow(1, listingColumns)+inlineRecord(2, person(1))+rows.String()+"</sheetData></worksheet>"), courtfile.Listings)
	if len(o.rows) != 1 || o.ended != "" {
		t.Errorf("%d rows, ended by %q", len(o.rows), o.ended)
	}
}
