package courtfile_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"concordat/internal/courtfile"
	"concordat/internal/identifier/madeup"
)

// damages are what can be wrong with one row that is a text in every format.
var damages = []struct {
	name  string
	pairs []string
	want  string // field and code
}{
	{"name missing", []string{"iname", " "}, "iname import.missing"},
	{"number missing", []string{"cardNum", ""}, "cardNum import.missing"},
	{"case missing", []string{"caseCode", ""}, "caseCode import.missing"},
	{"filing day missing", []string{"regDate", ""}, "regDate import.missing"},
	{"basis missing", []string{"gistId", "　"}, "gistId import.missing"},
	{"obligation a dash", []string{"duty", "-"}, "duty import.missing"},
	{"obligation of dots", []string{"duty", "……。"}, "duty import.missing"},
	{"obligation that nobody sees", []string{"duty", "\u3164\u3164"}, "duty import.missing"},
	{"conduct missing", []string{"disruptTypeName", ""}, "disruptTypeName import.missing"},
	{"performance missing", []string{"performance", ""}, "performance import.missing"},
	{"starred number", []string{"cardNum", "450103********1234"}, "cardNum identity.masked"},
	{"full-width stars", []string{"cardNum", "450103＊＊＊＊＊＊＊＊123X"}, "cardNum identity.masked"},
	{"exponent", []string{"cardNum", "4.50103E+17"}, "cardNum import.excel-exponent"},
	{"small exponent", []string{"cardNum", "4.50103e17"}, "cardNum import.excel-exponent"},
	{"full-width exponent", []string{"cardNum", "４．５０１０３Ｅ＋１７"}, "cardNum import.excel-exponent"},
	{"exponent in a record id", []string{"recordId", "4.50103E+17"}, "recordId import.excel-exponent"},
	{"rounded", []string{"cardNum", "450103199001012000"}, "cardNum import.excel-rounded"},
	{"wrong check digit", []string{"cardNum", "450103199001011231"}, "cardNum identifier.check-digit"},
	{"too short", []string{"cardNum", "45010319900101"}, "cardNum identifier.length"},
	{"birth day that never was", []string{"cardNum", "450103199013011234"}, "cardNum identifier.date"},
	{"formula", []string{"iname", "=1+1"}, "iname import.formula"},
	{"formula around a number", []string{"cardNum", `="450103199001011234"`}, "cardNum import.formula"},
	{"formula with a plus", []string{"caseCode", "+A1"}, "caseCode import.formula"},
	{"formula with an at", []string{"duty", "@SUM(A1)"}, "duty import.formula"},
	{"full-width formula", []string{"gistUnit", "＝A1"}, "gistUnit import.formula"},
	{"tab before a number", []string{"cardNum", "\t450103199001011234"}, "cardNum import.formula"},
	{"right-to-left mark in a name", []string{"iname", "演示\u202e甲某"}, "iname name.control"},
	{"zero-width in a name", []string{"iname", "演示\u200b甲某"}, "iname name.control"},
	{"zero-width in an obligation", []string{"duty", "支付\u200b货款"}, "duty import.control"},
	{"bell in an obligation", []string{"duty", "支付\a货款"}, "duty import.control"},
	{"right-to-left mark in a court", []string{"courtName", "演示\u200f法院"}, "courtName import.control"},
	{"replacement in a name", []string{"iname", "演示\ufffd甲"}, "iname import.encoding"},
	{"replacement in an obligation", []string{"duty", "支付\ufffd"}, "duty import.encoding"},
	{"long obligation", []string{"duty", strings.Repeat("支", 20_001)}, "duty import.length"},
	{"long name", []string{"iname", strings.Repeat("某", 201)}, "iname name.length"},
	{"case number", []string{"caseCode", "2026桂0103执1"}, "caseCode case-number.malformed"},
	{"day first", []string{"regDate", "22/11/2026"}, "regDate import.date"},
	{"no such day", []string{"regDate", "2026-02-30"}, "regDate import.date"},
	{"serial as a text", []string{"regDate", "46348"}, "regDate import.date"},
	{"time of day", []string{"regDate", "2026-11-22 16:30:00"}, "regDate import.date"},
	{"performance", []string{"performance", "大概履行"}, "performance import.performance"},
	{"conduct", []string{"disruptTypeName", "违反财产报告制度,态度不好"}, "disruptTypeName import.conduct"},
	{"party", []string{"partyTypeName", "2"}, "partyTypeName import.party"},
	{"person's number for a unit", []string{"partyTypeName", "1"}, "partyTypeName subject.kind"},
	{"unit's code for a person", []string{"cardNum", madeup.NthCompanyID(1).Number}, "partyTypeName subject.kind"},
	{"kind of number", []string{"numberKind", "驾驶证"}, "numberKind identifier.kind"},
	{"passport without a state", []string{"numberKind", "护照", "cardNum", "E12345678"}, "state identifier.state"},
	{"passport without a birth day", []string{"numberKind", "护照", "state", "VNM", "cardNum", "E12345678"}, "birth subject.birth-missing"},
	{"birth day beside the number's", []string{"birth", "1901-01-01"}, "birth subject.identity"},
}

func TestDamagedRows(t *testing.T) {
	t.Parallel()
	for _, d := range damages {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			records := []record{person(1), person(2).with(d.pairs...), person(3)}
			for format, text := range map[string]string{
				courtfile.CSV:       csvOf(listingColumns, records...),
				courtfile.JSONLines: jsonOf(t, records...),
				courtfile.XLSX:      sheetOf(t, listingColumns, nil, records...),
			} {
				if format == courtfile.XLSX && strings.Contains(d.pairs[1], "\a") {
					continue // cannot stand in a workbook
				}
				row := 3
				if format == courtfile.JSONLines {
					row = 2
				}
				o := readAll(t, text, courtfile.Listings)
				if diff := cmp.Diff([]string{fmt.Sprintf("%d %s", row, d.want)}, o.refused); diff != "" {
					t.Errorf("%s: %s", format, diff)
				}
				if len(o.rows) != 2 || o.ended != "" {
					t.Errorf("%s: %d good rows, ended by %q", format, len(o.rows), o.ended)
				}
			}
		})
	}
}

func TestErrorsHoldNothingOfTheRow(t *testing.T) {
	t.Parallel()
	for _, d := range damages {
		o := readAll(t, csvOf(listingColumns, person(2).with(d.pairs...)), courtfile.Listings)
		if len(o.errs) != 1 {
			t.Fatalf("%s: %v", d.name, o.refused)
		}
		shown := fmt.Sprint(o.errs[0].Error(), o.errs[0].Args, o.errs[0].Unwrap())
		for _, part := range []string{"演示", madeup.NthPersonID(2).Number, "450103", d.pairs[1]} {
			if strings.TrimSpace(part) != "" && part != "-" && part != "1" && part != "2" && strings.Contains(shown, part) {
				t.Errorf("%s: %s holds %q", d.name, shown, part)
			}
		}
	}
}

func TestAcceptedForms(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		pairs []string
	}{
		{"everything as it is", nil},
		{"slashed day", []string{"regDate", "2026/3/2"}},
		{"Chinese day", []string{"regDate", "2026年3月2日"}},
		{"day in digits", []string{"regDate", "20260302"}},
		{"dotted day", []string{"regDate", "2026.03.02"}},
		{"day with midnight", []string{"regDate", "2026-03-02 00:00:00"}},
		{"full-width day", []string{"regDate", "２０２６－０３－０２"}},
		{"no party", []string{"partyTypeName", ""}},
		{"party in words", []string{"partyTypeName", "自然人"}},
		{"kind in words", []string{"numberKind", "居民身份证"}},
		{"kind as slug", []string{"numberKind", "resident-id"}},
		{"apostrophe before the number", []string{"cardNum", "'" + madeup.NthPersonID(1).Number}},
		{"blanks in the number", []string{"cardNum", " " + madeup.NthPersonID(1).Number[:6] + " " + madeup.NthPersonID(1).Number[6:]}},
		{"own birth day again", []string{"birth", birthOf(1)}},
		{"no head", []string{"businessEntity", "/"}},
		{"blanks about the region", []string{"region", " 450103 "}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			want := readAll(t, csvOf(listingColumns, person(1)), courtfile.Listings)
			got := readAll(t, csvOf(listingColumns, person(1).with(c.pairs...)), courtfile.Listings)
			if len(want.rows) != 1 || len(got.rows) != 1 {
				t.Fatalf("refused: %v %v", want.refused, got.refused)
			}
			want.rows[0].Raw, got.rows[0].Raw = nil, nil
			if diff := cmp.Diff(want.rows, got.rows); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func birthOf(n int) string {
	birth, _ := madeup.NthPersonID(n).Birth()
	return birth.String()
}

// TestRegion: an area code may be whole or shortened, an empty one is not known,
// and what names no region is refused.
func TestRegion(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"450103": "450103", "450100": "4501", "450000": "45", "4501": "4501", "45": "45", "": "", "/": "",
		"0": "refused", "950103": "refused", "45010": "refused", "45010300": "refused", "广西": "refused", "45x1": "refused", "00": "refused",
	} {
		got := readAll(t, csvOf(listingColumns, person(1).with("region", text)), courtfile.Listings)
		switch {
		case want == "refused":
			if len(got.rows) != 0 || len(got.refused) != 1 || !strings.Contains(got.refused[0], "subject.region") || !strings.Contains(got.refused[0], "region") {
				t.Errorf("%q: %d rows, refused %+v", text, len(got.rows), got.refused)
			}
		case len(got.rows) != 1 || got.rows[0].Subject.Region != want:
			t.Errorf("%q is read as %+v (refused %v), want %q", text, got.rows, got.refused, want)
		}
	}
}
