package courtfile_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"concordat/enforcement/ground"
	"concordat/enforcement/intake"
	"concordat/enforcement/listing"
	"concordat/enforcement/party"
	"concordat/internal/courtfile"
	"concordat/internal/identifier"
	"concordat/internal/identifier/madeup"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// bare takes away what differs between formats.
func bare(rows []intake.Row) []intake.Row {
	for i := range rows {
		rows[i].Line, rows[i].Raw = 0, nil
	}
	return rows
}

// TestFormatsAgree: the same records are the same rows in every format.
func TestFormatsAgree(t *testing.T) {
	t.Parallel()
	records := []record{person(1), company(2), person(3).with("duty", "支付货款，\n\"利息\"另计"), person(4).with("iname", "演示𠮷某")}
	want := bare(readAll(t, csvOf(listingColumns, records...), courtfile.Listings).rows)
	if len(want) != len(records) {
		t.Fatalf("%d rows", len(want))
	}
	plain := csvOf(listingColumns, records...)
	chinese := []string{
		"记录编号", "被执行人姓名/名称", "身份证号码/组织机构代码", "证件类型", "签发国", "出生日期", "性别", "年龄", "法定代表人或者负责人姓名", "居住地或者登记地行政区划代码", "当事人类型", "省份", "执行法院",
		"案号", "立案时间", "执行依据文号", "做出执行依据单位", "生效法律文书确定的义务", "被执行人的履行情况", "已履行部分", "未履行部分", "失信被执行人行为具体情形", "发布时间",
	}
	body := strings.SplitAfterN(plain, "\r\n", 2)[1]
	backwards := make([]string, len(listingColumns))
	for i, c := range listingColumns {
		backwards[len(backwards)-1-i] = c
	}
	for name, text := range map[string]string{
		"with a mark":          "\ufeff" + plain,
		"GB18030":              gb(t, plain),
		"line feeds":           strings.ReplaceAll(plain, "\r\n", "\n"),
		"no last line end":     strings.TrimSuffix(plain, "\r\n"),
		"Chinese header":       strings.Join(chinese, ",") + "\r\n" + body,
		"capital header":       strings.ToUpper(strings.Join(listingColumns, ",")) + "\r\n" + body,
		"other order":          csvOf(backwards, records...),
		"empty rows":           strings.ReplaceAll(plain, "\r\n", "\r\n\r\n") + strings.Repeat(",", len(listingColumns)-1) + "\r\n",
		"commas at the end":    strings.ReplaceAll(plain, "2026-05-11\r\n", "2026-05-11,,,\r\n"),
		"GB18030, no last end": strings.TrimSuffix(gb(t, plain), "\r\n"),
		"JSON":                 jsonOf(t, records...),
		"JSON with a mark":     "\ufeff" + jsonOf(t, records...),
		"JSON in GB18030":      gb(t, jsonOf(t, records...)),
		"JSON, no last end":    strings.TrimSpace(jsonOf(t, records...)),
		"XLSX":                 sheetOf(t, listingColumns, nil, records...),
		"XLSX, other columns":  sheetOf(t, append(extraColumns(30), listingColumns...), nil, records...),
	} {
		o := readAll(t, text, courtfile.Listings)
		if len(o.refused) > 0 || o.ended != "" {
			t.Errorf("%s: refused %v, ended by %q", name, o.refused, o.ended)
		}
		if diff := cmp.Diff(want, bare(o.rows)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// TestWhatARowSays holds every field against the record it came from.
func TestWhatARowSays(t *testing.T) {
	t.Parallel()
	birth, _ := madeup.NthPersonID(7).Birth()
	want := intake.Row{
		Line: 2, Record: "R0000007", Court: "南宁市演示人民法院",
		Case: party.Case{Number: "(2026)桂0103执8号", FiledOn: day.Of(2026, 3, 2), BasisDocument: "（2025）桂0103民初8号", BasisUnit: "南宁市演示人民法院"},
		Subject: party.Identity{
			Kind: memoranda.NaturalPerson, Name: madeup.NthPersonName(7), NumberKind: identifier.ResidentID, Number: madeup.NthPersonID(7).Number, Birth: birth, Region: "450103",
		},
		Conducts: []listing.Conduct{listing.AbleButRefuses, listing.BreachesReporting},
		Facts: listing.Facts{
			Obligation: "支付货款10000元及利息\n已履行：2000元\n未履行：8000元", Performed: "part",
			Conduct: "违反财产报告制度,有履行能力而拒不履行生效法律文书确定义务",
		},
		Taken: &intake.TakenOver{
			DecisionNumber: "（2026）桂0103执8号之一", DecidedOn: day.Of(2026, 5, 6), SignedBy: "P-001", ServedOn: day.Of(2026, 5, 8), Manner: ground.ServedByMail,
			RepairNotice: day.Of(2026, 5, 8), TermUntil: day.Of(2028, 5, 5), PublishedOn: day.Of(2026, 5, 11), WarnedOn: day.Of(2026, 3, 10),
		},
	}
	r := taken(7).with("performance", "部分未履行", "performedPart", "2000元", "unperformPart", "8000元")
	want.Raw = make([]string, len(takeoverColumns))
	for i, c := range takeoverColumns {
		want.Raw[i] = r[c]
	}
	o := readAll(t, csvOf(takeoverColumns, r), courtfile.Takeover)
	if diff := cmp.Diff([]intake.Row{want}, o.rows); diff != "" {
		t.Errorf("%v %s", o.refused, diff)
	}
	if o := readAll(t, csvOf(takeoverColumns, r), courtfile.Listings); len(o.rows) != 1 || o.rows[0].Taken != nil {
		t.Errorf("a listing to draft brings %+v", o.rows)
	}
}

func TestTakeoverNeedsItsDecision(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"decisionNumber": "import.missing", "decidedOn": "import.missing", "signedBy": "import.missing", "publishDate": "import.missing",
		"servedOn": "", "serviceManner": "", "repairNoticeOn": "", "termUntil": "", "warnedOn": "",
	} {
		var refused []string
		if want != "" {
			refused = []string{"2 " + name + " " + want}
		}
		if diff := cmp.Diff(refused, readAll(t, csvOf(takeoverColumns, taken(1).with(name, "")), courtfile.Takeover).refused); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	o := readAll(t, csvOf(takeoverColumns, taken(1).with("serviceManner", "电话"), taken(1).with("endedOn", "去年")), courtfile.Takeover)
	if diff := cmp.Diff([]string{"2 serviceManner service.manner", "3 endedOn import.date"}, o.refused); diff != "" {
		t.Error(diff)
	}
}

// TestKindsOfSubjects: what the party and the number say together.
func TestKindsOfSubjects(t *testing.T) {
	t.Parallel()
	m := madeup.New(5)
	trader, institution, organisation := m.SoleTrader().Number, m.Institution().Number, m.OrganisationCode().Number
	for _, c := range []struct {
		number, party, kind, state, birth string
		want                              memoranda.SubjectKind
		numberKind                        identifier.Kind
	}{
		{number: m.Company().Number, party: "1", want: memoranda.LegalPerson, numberKind: identifier.USCC},
		{number: m.Company().Number, want: memoranda.LegalPerson, numberKind: identifier.USCC},
		{number: m.Company().Number, party: "其他组织", want: memoranda.OtherOrganisation, numberKind: identifier.USCC},
		{number: institution, party: "法人或其他组织", want: memoranda.LegalPerson, numberKind: identifier.USCC},
		{number: organisation, party: "1", want: memoranda.LegalPerson, numberKind: identifier.OrganisationCode},
		{number: organisation, want: memoranda.LegalPerson, numberKind: identifier.OrganisationCode},
		{number: trader, party: "1", want: memoranda.SoleTrader, numberKind: identifier.USCC},
		{number: trader, party: "0", want: memoranda.SoleTrader, numberKind: identifier.USCC},
		{number: m.ResidencePermit(day.Of(1980, 1, 2)).Number, party: "0", want: memoranda.NaturalPerson, numberKind: identifier.ResidencePermit},
		{number: m.ForeignPermanentResident(day.Of(1980, 1, 2)).Number, party: "0", want: memoranda.NaturalPerson, numberKind: identifier.ForeignPermanentResident},
		{number: m.ForeignPermanentResident(day.Of(1980, 1, 2)).Number, want: memoranda.NaturalPerson, numberKind: identifier.ForeignPermanentResident},
		{number: "E12345678", party: "0", kind: "护照", state: "VNM", birth: "1980-01-02", want: memoranda.NaturalPerson, numberKind: identifier.Passport},
		{number: "E12345678", party: "0", state: "vnm", birth: "1980/1/2", want: memoranda.NaturalPerson, numberKind: identifier.Passport},
	} {
		r := company(1).with("cardNum", c.number, "partyTypeName", c.party, "numberKind", c.kind, "state", c.state, "birth", c.birth)
		o := readAll(t, csvOf(listingColumns, r), courtfile.Listings)
		if len(o.rows) != 1 || o.rows[0].Subject.Kind != c.want || o.rows[0].Subject.NumberKind != c.numberKind {
			t.Errorf("%+v: %v %+v", c, o.refused, o.rows)
		}
	}
}

// TestCellsOfAWorkbook: the type of a cell counts, not what it looks like.
func TestCellsOfAWorkbook(t *testing.T) {
	t.Parallel()
	number := madeup.NthPersonID(1).Number
	set := func(column string, value any) func(*excelize.File, string) {
		return func(book *excelize.File, sheet string) {
			must(t, book.SetCellValue(sheet, at(listingColumns, column, 2), value))
		}
	}
	for _, c := range []struct {
		name    string
		change  func(*excelize.File, string)
		refused string
	}{
		{"number kept whole", set("cardNum", 450123197802280055), "2 cardNum import.excel-rounded"},
		{"number rounded", set("cardNum", 450123197802280000), "2 cardNum import.excel-rounded"},
		{"number in its exponent", set("cardNum", 4.50123197802280055e17), "2 cardNum import.excel-rounded"},
		{"record id as a long number", set("recordId", 1234567890123456789), "2 recordId import.excel-rounded"},
		{"record id as a short number", set("recordId", 12345), ""},
		{"number as a text", set("cardNum", number), ""},
		{"serial of a day", set("regDate", 46083), ""},
		{"digits of a day", set("regDate", 20260302), ""},
		{"serial with a time", set("regDate", 46083.5), "2 regDate import.date"},
		{"year alone", set("regDate", 2026), "2 regDate import.date"},
		{"small serial", set("regDate", 59), "2 regDate import.date"},
		{"truth", set("regDate", true), "2 regDate import.date"},
		{"party as a number", set("partyTypeName", 0), ""},
		{"counted from 1904", func(book *excelize.File, sheet string) {
			set("regDate", 46083)(book, sheet)
			yes := true
			must(t, book.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &yes}))
		}, "2 regDate import.date"},
		{"formula that gives a day", func(book *excelize.File, sheet string) {
			must(t, book.SetCellFormula(sheet, at(listingColumns, "regDate", 2), "TODAY()"))
		}, "2 regDate import.formula"},
		{"formula in a column that is not read", func(book *excelize.File, sheet string) {
			must(t, book.SetCellFormula(sheet, at(listingColumns, "age", 2), "20+21"))
		}, ""},
		{"rich text", func(book *excelize.File, sheet string) {
			must(t, book.SetCellRichText(sheet, at(listingColumns, "courtName", 2), []excelize.RichTextRun{{Text: "南宁市"}, {Text: "演示人民法院"}}))
		}, ""},
		{"second sheet", func(book *excelize.File, _ string) {
			_, err := book.NewSheet("说明")
			must(t, err)
		}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			o := readAll(t, sheetOf(t, listingColumns, c.change, person(1)), courtfile.Listings)
			if c.refused != "" {
				if diff := cmp.Diff([]string{c.refused}, o.refused); diff != "" {
					t.Error(diff)
				}
				return
			}
			if len(o.rows) != 1 || o.rows[0].Case.FiledOn != day.Of(2026, 3, 2) || o.rows[0].Court != "南宁市演示人民法院" {
				t.Errorf("%v %+v", o.refused, o.rows)
			}
		})
	}
}

// TestSkip: however often the reading is begun again, the same rows come.
func TestSkip(t *testing.T) {
	t.Parallel()
	records := []record{person(0), person(1).with("iname", ""), person(2), person(3).with("cardNum", "1"), person(4), person(5)}
	for name, text := range map[string]string{
		"csv": strings.ReplaceAll(csvOf(listingColumns, records...), "\r\n", "\r\n\r\n"), "jsonl": jsonOf(t, records...), "xlsx": sheetOf(t, listingColumns, nil, records...),
	} {
		f, err := open(text, courtfile.Listings)
		must(t, err)
		whole := fmt.Sprint(all(f, 0))
		for skip := range int64(len(records) + 2) {
			first, rest := all(f, 0)[:min(skip, int64(len(records)))], all(f, skip)
			if got := fmt.Sprint(append(first, rest...)); got != whole {
				t.Errorf("%s from %d: %s\nwant %s", name, skip, got, whole)
			}
		}
		if done, total := f.Progress(); done != total && name != "xlsx" || total != int64(len(text)) {
			t.Errorf("%s: %d of %d bytes", name, done, total)
		}
		must(t, f.Close())
	}
}

func all(f *courtfile.File, skip int64) []string {
	var list []string
	for row, err := range f.Rows(skip) {
		list = append(list, fmt.Sprint(row.Line, row.Record, err))
	}
	return list
}

func TestAReaderThatFailsIsNobodysFault(t *testing.T) {
	t.Parallel()
	text := csvOf(listingColumns, manyPersons(3000)...)
	broken := brokenReader{strings.NewReader(text), 300_000}
	f, err := courtfile.Open(broken, int64(len(text)), courtfile.Listings)
	if err == nil {
		for _, err = range f.Rows(0) {
			if err != nil {
				break
			}
		}
	}
	if _, mendable := errors.AsType[*courtfile.FileError](err); mendable || !errors.Is(err, errBroken) {
		t.Errorf("got %v", err)
	}
	if _, err := open(text, "orders"); err == nil {
		t.Error("a kind of file that does not exist is opened")
	}
}

func manyPersons(n int) []record {
	list := make([]record, n)
	for i := range list {
		list[i] = person(i)
	}
	return list
}

var errBroken = errors.New("the disk is gone")

type brokenReader struct {
	io.ReaderAt
	from int64
}

func (b brokenReader) ReadAt(into []byte, at int64) (int, error) {
	if at+int64(len(into)) > b.from {
		return 0, errBroken
	}
	return b.ReaderAt.ReadAt(into, at)
}

// TestManyTexts: a workbook with more shared texts than are kept in memory.
func TestManyTexts(t *testing.T) {
	t.Parallel()
	const some = 320
	var texts, sheet strings.Builder
	texts.WriteString("<sst>")
	sheet.WriteString(sheetStart + inlineRow(1, listingColumns))
	n := 0
	for i := range some {
		r := person(i).with("duty", strings.Repeat("支付货款及利息", 700))
		fmt.Fprintf(&sheet, `<row r="%d">`, i+2)
		for k, c := range listingColumns {
			ref, _ := excelize.CoordinatesToCellName(k+1, i+2)
			fmt.Fprintf(&texts, "<si><t>%s</t></si>", r[c])
			fmt.Fprintf(&sheet, `<c r="%s" t="s"><v>%d</v></c>`, ref, n)
			n++
		}
		sheet.WriteString("</row>")
	}
	texts.WriteString("</sst>")
	sheet.WriteString("</sheetData></worksheet>")
	o := readAll(t, withTexts(t, withSheet(t, sheet.String()), texts.String()), courtfile.Listings)
	if len(o.rows) != some || o.ended != "" {
		t.Fatalf("%d rows, %v, ended by %q", len(o.rows), o.refused, o.ended)
	}
	for i, row := range o.rows {
		if row.Record != person(i)["recordId"] || row.Subject.Number != person(i)["cardNum"] {
			t.Fatalf("row %d is %+v", i, row)
		}
	}
}

// A single row without a line end is all that tells the encoding.
func TestEncodingOfASingleRow(t *testing.T) {
	t.Parallel()
	text := strings.TrimSuffix(gb(t, csvOf(listingColumns, person(1))), "\r\n")
	if o := readAll(t, text, courtfile.Listings); len(o.rows) != 1 {
		t.Errorf("refused: %v", o.refused)
	}
}
