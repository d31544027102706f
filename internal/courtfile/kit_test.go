package courtfile_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"concordat/enforcement"
	"concordat/enforcement/intake"
	"concordat/internal/courtfile"
	"concordat/internal/identifier/madeup"
)

// record is a row by the English names of its columns.
type record map[string]string

// with returns a copy with fields changed; pairs are names and values in turn.
func (r record) with(pairs ...string) record {
	r = maps.Clone(r)
	for i := 0; i+1 < len(pairs); i += 2 {
		r[pairs[i]] = pairs[i+1]
	}
	return r
}

var listingColumns = []string{
	"recordId", "iname", "cardNum", "numberKind", "state", "birth", "sexy", "age", "businessEntity", "region", "partyTypeName", "areaName", "courtName",
	"caseCode", "regDate", "gistId", "gistUnit", "duty", "performance", "performedPart", "unperformPart", "disruptTypeName", "publishDate",
}

var takeoverColumns = append(slices.Clip(listingColumns),
	"decisionNumber", "decidedOn", "signedBy", "servedOn", "serviceManner", "repairNoticeOn", "termUntil", "warnedOn", "endedOn", "endReason")

// person is the n-th made record of a natural person.
func person(n int) record {
	return record{
		"recordId": fmt.Sprintf("R%07d", n), "iname": madeup.NthPersonName(n), "cardNum": madeup.NthPersonID(n).Number,
		"sexy": "男", "age": "41", "region": "450103", "areaName": "广西", "partyTypeName": "0", "courtName": "南宁市演示人民法院",
		"caseCode": fmt.Sprintf("（2026）桂0103执%d号", n+1), "regDate": "2026-03-02", "gistId": fmt.Sprintf("（2025）桂0103民初%d号", n+1),
		"gistUnit": "南宁市演示人民法院", "duty": "支付货款10000元及利息", "performance": "全部未履行",
		"disruptTypeName": "违反财产报告制度,有履行能力而拒不履行生效法律文书确定义务", "publishDate": "2026-05-11",
	}
}

// company is the n-th made record of a unit.
func company(n int) record {
	return person(n).with("iname", madeup.NthCompanyName(n), "cardNum", madeup.NthCompanyID(n).Number, "partyTypeName", "1",
		"businessEntity", madeup.NthPersonName(n+1), "sexy", "", "age", "")
}

// taken is the n-th made record of a listing in force.
func taken(n int) record {
	return person(n).with("decisionNumber", fmt.Sprintf("（2026）桂0103执%d号之一", n+1), "decidedOn", "2026-05-06", "signedBy", "P-001",
		"servedOn", "2026年5月8日", "serviceManner", "邮寄送达", "repairNoticeOn", "2026/5/8", "termUntil", "20280505", "warnedOn", "2026-03-10")
}

// csvOf writes records as a plain program would.
func csvOf(columns []string, records ...record) string {
	var b strings.Builder
	b.WriteString(strings.Join(columns, ",") + "\r\n")
	for _, r := range records {
		b.WriteString(line(columns, r) + "\r\n")
	}
	return b.String()
}

func line(columns []string, r record) string {
	cells := make([]string, len(columns))
	for i, c := range columns {
		cells[i] = r[c]
		if strings.ContainsAny(cells[i], "\",\r\n") {
			cells[i] = `"` + strings.ReplaceAll(cells[i], `"`, `""`) + `"`
		}
	}
	return strings.Join(cells, ",")
}

func jsonOf(t testing.TB, records ...record) string {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	for _, r := range records {
		must(t, e.Encode(r))
	}
	return b.String()
}

// sheetOf writes records as texts; change may then change cells.
func sheetOf(t testing.TB, columns []string, change func(book *excelize.File, sheet string), records ...record) string {
	t.Helper()
	book := excelize.NewFile()
	defer func() { must(t, book.Close()) }()
	sheet := book.GetSheetName(0)
	must(t, book.SetSheetRow(sheet, "A1", &columns))
	for i, r := range records {
		cells := make([]any, len(columns))
		for k, c := range columns {
			if r[c] != "" {
				cells[k] = r[c]
			}
		}
		must(t, book.SetSheetRow(sheet, fmt.Sprintf("A%d", i+2), &cells))
	}
	if change != nil {
		change(book, sheet)
	}
	var b bytes.Buffer
	must(t, book.Write(&b))
	return b.String()
}

// at is the reference of a column's cell in a row of sheetOf.
func at(columns []string, name string, row int) string {
	for i, c := range columns {
		if c == name {
			ref, _ := excelize.CoordinatesToCellName(i+1, row)
			return ref
		}
	}
	return ""
}

// outcome is what came of a file: its rows, and in words what did not become one.
type outcome struct {
	rows    []intake.Row
	refused []string // "line field code"
	told    []string // "line field code", and args
	ended   string   // code of what ended the file
	errs    []*courtfile.RowError
}

func open(text string, kind courtfile.Kind) (*courtfile.File, error) {
	return courtfile.Open(strings.NewReader(text), int64(len(text)), kind)
}

func readAll(t testing.TB, text string, kind courtfile.Kind) outcome {
	t.Helper()
	f, err := open(text, kind)
	if err != nil {
		return outcome{ended: codeOf(t, err)}
	}
	defer func() { must(t, f.Close()) }()
	o := readFrom(t, f, 0)
	var told []string
	for _, k := range f.Told() {
		told = append(told, fmt.Sprintf("%d %s %s%s", k.Line, k.Field, k.Code, k.Args["sheet"]))
	}
	o.told = append(told, o.told...)
	return o
}

func readFrom(t testing.TB, f *courtfile.File, skip int64) outcome {
	t.Helper()
	var o outcome
	last := int64(0)
	for row, err := range f.Rows(skip) {
		if o.ended != "" {
			t.Fatalf("something follows the end: %v %v", row, err)
		}
		bad, refused := errors.AsType[*courtfile.RowError](err)
		switch {
		case err == nil:
			o.rows = append(o.rows, row)
			if row.Remark != "" {
				o.told = append(o.told, fmt.Sprintf("%d  %s", row.Line, row.Remark))
			}
		case refused:
			o.refused, o.errs = append(o.refused, fmt.Sprintf("%d %s %s", bad.Line, bad.Field, bad.Code)), append(o.errs, bad)
		default:
			o.ended = codeOf(t, err)
			continue
		}
		here := row.Line
		if refused {
			here = bad.Line
		}
		if here <= last {
			t.Fatalf("line %d comes after line %d", here, last)
		}
		last = here
	}
	return o
}

// codeOf is the code of an error that a person can mend; any other fails.
func codeOf(t testing.TB, err error) string {
	t.Helper()
	bad, ok := errors.AsType[*courtfile.FileError](err)
	if !ok {
		t.Fatalf("not a file's fault: %v", err)
	}
	if refusal, ok := errors.AsType[*enforcement.Refusal](err); !ok || refusal.Code != bad.Code {
		t.Fatalf("%v does not unwrap to its refusal", err)
	}
	return bad.Code
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
