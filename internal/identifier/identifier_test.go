package identifier_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"concordat/internal/identifier"
	"concordat/internal/identifier/madeup"
	"concordat/memoranda/day"
)

// code returns the code of an error of the package, or the error's text.
func code(err error) string {
	if e, ok := errors.AsType[*identifier.Error](err); ok {
		return e.Code
	}
	return fmt.Sprint(err)
}

// The example of the standard, made-up numbers, and codes that firms print on
// their letters.
func TestParseAccepts(t *testing.T) {
	t.Parallel()
	for _, v := range []struct {
		kind              identifier.Kind
		state, text, want string
	}{
		{identifier.ResidentID, "", "11010519491231002X", "11010519491231002X"},
		{identifier.ResidentID, "chn", " 110105 19491231 002x\n", "11010519491231002X"},
		{identifier.ResidentID, "", "１１０１０５１９４９１２３１００２Ｘ", "11010519491231002X"},
		{identifier.ResidentID, "", "\u202d450102-19900101-001x\u202c", "45010219900101001X"},
		{identifier.ResidentID, "", "450103201006150026", "450103201006150026"},
		{identifier.Passport, "vnm", "c 1234567", "C1234567"},
		{identifier.Passport, "HKG", "1E45", "1E45"},
		{identifier.Passport, "SGP", "XX123456", "XX123456"},
		{identifier.ForeignPermanentResident, "", "usa450190010112", "USA450190010112"},
		{identifier.USCC, "", "914403001922038216", "914403001922038216"},
		{identifier.USCC, "", "9144030071526726XG", "9144030071526726XG"},
		{identifier.USCC, "", "91440300192317458f", "91440300192317458F"},
		{identifier.USCC, "", "91100000100003962T", "91100000100003962T"},
		{identifier.USCC, "", "91110000710926094P", "91110000710926094P"},
		{identifier.USCC, "", "91110108551385082Q", "91110108551385082Q"},
		{identifier.USCC, "", "91110000802100433B", "91110000802100433B"},
		{identifier.USCC, "", "91450200198229141F", "91450200198229141F"},
		{identifier.USCC, "", "91440300192181490G", "91440300192181490G"},
		{identifier.USCC, "", "12100000400000624D", "12100000400000624D"},
		{identifier.OrganisationCode, "", "40000062-4", "400000624"},
		{identifier.OrganisationCode, "", "71526726－x", "71526726X"},
	} {
		got, err := identifier.Parse(v.kind, v.state, v.text)
		if err != nil || got.Number != v.want || got.Kind != v.kind {
			t.Errorf("%s %q: %#v, %v", v.kind, v.text, got, err)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for _, v := range []struct {
		kind        identifier.Kind
		state, text string
		want        string
		arg, value  string
	}{
		{identifier.ResidentID, "", " \t\u200b", identifier.CodeEmpty, "", ""},
		{identifier.ResidentID, "", "450181198502290030", identifier.CodeDate, "", ""}, // the check fits
		{identifier.ResidentID, "", "450102199013010013", identifier.CodeDate, "", ""},
		{identifier.ResidentID, "", "450102179912310013", identifier.CodeDate, "", ""},
		{identifier.ResidentID, "", "450102199001010010", identifier.CodeCheckDigit, "position", "18"},
		{identifier.ResidentID, "", "450102900101001", identifier.CodeLength, "expected", "18"},
		{identifier.ResidentID, "", "45010219900101001XX", identifier.CodeMasked, "", ""},
		{identifier.ResidentID, "", "4501021990010100111", identifier.CodeLength, "actual", "19"},
		{identifier.ResidentID, "", "4501O219900101001X", identifier.CodeFormat, "position", "5"},
		{identifier.ResidentID, "", "45010219900101001Y", identifier.CodeFormat, "position", "18"},
		{identifier.ResidentID, "", "45010219900101001Х", identifier.CodeCross, "position", "18"}, // Cyrillic
		{identifier.ResidentID, "", "٤50102199001010011", identifier.CodeFormat, "position", "1"},
		{identifier.ResidentID, "", "050102199001010011", identifier.CodeFormat, "position", "1"},
		{identifier.ResidentID, "", "450102********001X", identifier.CodeMasked, "", ""},
		{identifier.ResidentID, "", "450102＊＊＊＊＊＊＊＊001X", identifier.CodeMasked, "", ""},
		{identifier.ResidentID, "", "4501021990XXXX001X", identifier.CodeMasked, "", ""},
		{identifier.ResidentID, "", "4.50103E+17", identifier.CodeSpreadsheet, "", ""},
		{identifier.ResidentID, "", "4.50103e17", identifier.CodeSpreadsheet, "", ""},
		{identifier.ResidentID, "", "810000199001010011", identifier.CodeKind, "belongs-to", "residence-permit"},
		{identifier.ResidentID, "", "945999199001010011", identifier.CodeKind, "belongs-to", "foreign-permanent-resident"},
		{identifier.ResidencePermit, "", "45010219900101001X", identifier.CodeKind, "belongs-to", "resident-id"},
		{identifier.ForeignPermanentResident, "", "US1450190010112", identifier.CodeFormat, "position", "3"},
		{identifier.ForeignPermanentResident, "", "USA45019001011A", identifier.CodeFormat, "position", "15"},
		{identifier.ForeignPermanentResident, "", "USA4501900101", identifier.CodeLength, "expected", "18/15"},
		{identifier.ResidentID, "VNM", "45010219900101001X", identifier.CodeState, "", ""},
		{identifier.Passport, "", "C1234567", identifier.CodeState, "", ""},
		{identifier.Passport, "VN", "C1234567", identifier.CodeState, "", ""},
		{identifier.Passport, "704", "C1234567", identifier.CodeState, "", ""},
		{identifier.Passport, "SUN", "C1234567", identifier.CodeState, "", ""},
		{identifier.Passport, "BUR", "C1234567", identifier.CodeState, "", ""},
		{identifier.Passport, "ZZZ", "C1234567", identifier.CodeState, "", ""},
		{identifier.Passport, "VNM", "C123456789", identifier.CodeLength, "actual", "10"},
		{identifier.Passport, "VNM", "C12", identifier.CodeLength, "expected", "4-9"},
		{identifier.Passport, "VNM", "C1234/67", identifier.CodeFormat, "position", "6"},
		{identifier.Passport, "VNM", "PASSPORT", identifier.CodeFormat, "", ""},
		{identifier.USCC, "", "91350203M0001QAY9B", identifier.CodeCheckDigit, "position", "18"},
		{identifier.USCC, "", "9135O203M0001QAY9B", identifier.CodeFormat, "position", "5"},
		{identifier.USCC, "", "913A0203M0001QAY9B", identifier.CodeFormat, "position", "4"},
		{identifier.USCC, "", "91440300192203821", identifier.CodeLength, "actual", "17"},
		{identifier.USCC, "", "9.14403E+17", identifier.CodeSpreadsheet, "", ""},
		{identifier.OrganisationCode, "", "40000062-5", identifier.CodeCheckDigit, "position", "9"},
		{identifier.OrganisationCode, "", "40000062A", identifier.CodeFormat, "position", "9"},
		{identifier.OrganisationCode, "", "4000006-4", identifier.CodeLength, "expected", "9"},
		{"driver-licence", "", "45010219900101001X", identifier.CodeKind, "", ""},
		{"", "", "", identifier.CodeKind, "", ""},
	} {
		got, err := identifier.Parse(v.kind, v.state, v.text)
		e, ok := errors.AsType[*identifier.Error](err)
		if !ok || e.Code != v.want || !got.IsZero() {
			t.Errorf("%s %q: %#v, %v; want %s", v.kind, v.text, got, err, v.want)
			continue
		}
		if v.arg != "" && e.Args[v.arg] != v.value {
			t.Errorf("%s %q: %v; want %s=%s", v.kind, v.text, err, v.arg, v.value)
		}
	}
}

func TestInnerCheckOfUSCC(t *testing.T) {
	t.Parallel()
	// The outer check fits, that of the organisation code inside does not.
	first17 := "91440300192203820"
	last, ok := identifier.USCCCheck(first17)
	if !ok {
		t.Fatal("no check character")
	}
	_, err := identifier.Parse(identifier.USCC, "", first17+string(last))
	e, ok := errors.AsType[*identifier.Error](err)
	if !ok || e.Code != identifier.CodeCheckDigit || e.Args["position"] != "17" {
		t.Errorf("got %v, want the check at 17 refused", err)
	}
}

func TestParseOverride(t *testing.T) {
	t.Parallel()
	for _, v := range []struct {
		kind identifier.Kind
		text string
		want string
	}{
		{identifier.USCC, "91350203M0001QAY9B", "<nil>"},
		{identifier.USCC, "914403001922038216", "<nil>"},
		{identifier.OrganisationCode, "400000625", "<nil>"},
		{identifier.USCC, "91350203M0001QAY9", identifier.CodeLength},
		{identifier.USCC, "91350203M0001QAY9I", identifier.CodeFormat},
		{identifier.USCC, "", identifier.CodeEmpty},
		{identifier.ResidentID, "450102199001010010", identifier.CodeOverride},
		{identifier.ResidencePermit, "810000199001010011", identifier.CodeOverride},
		{identifier.ForeignPermanentResident, "945999199001010011", identifier.CodeOverride},
		{identifier.Passport, "C1234567", identifier.CodeOverride},
		{"unknown", "C1234567", identifier.CodeKind},
	} {
		got, err := identifier.ParseOverride(v.kind, "", v.text)
		if code(err) != v.want || (err == nil) != (got.Number == v.text && v.text != "") {
			t.Errorf("%s %s: %v, %v; want %s", v.kind, v.text, got, err, v.want)
		}
	}
}

func TestBirthSexMaskKey(t *testing.T) {
	t.Parallel()
	for _, v := range []struct {
		kind        identifier.Kind
		state, text string
		birth, sex  string
		masked, key string
	}{
		{identifier.ResidentID, "", "45010219900101001X", "1990-01-01", "male", "450102************", "cn-person::45010219900101001X"},
		{identifier.ResidentID, "", "450103201006150026", "2010-06-15", "female", "450103************", "cn-person::450103201006150026"},
		{identifier.ForeignPermanentResident, "", "USA450190010112", "", "", "USA************", "cn-person::USA450190010112"},
		{identifier.Passport, "VNM", "C1234567", "", "", "C1******", "passport:VNM:C1234567"},
		{identifier.Passport, "SGP", "C12345", "", "", "C1****", "passport:SGP:C12345"},
		{identifier.USCC, "", "12100000400000624D", "", "", "12100000400000624D", "uscc::12100000400000624D"},
		{identifier.OrganisationCode, "", "400000624", "", "", "400000624", "organisation-code::400000624"},
	} {
		id, err := identifier.Parse(v.kind, v.state, v.text)
		if err != nil {
			t.Fatal(err)
		}
		birth, hasBirth := id.Birth()
		sex, hasSex := id.Sex()
		if birth.String() != v.birth || hasBirth != (v.birth != "") || sex != v.sex || hasSex != (v.sex != "") {
			t.Errorf("%s: born %v (%v), %s (%v)", v.text, birth, hasBirth, sex, hasSex)
		}
		if id.Masked() != v.masked || id.Key() != v.key {
			t.Errorf("%s: masked %s, key %s; want %s, %s", v.text, id.Masked(), id.Key(), v.masked, v.key)
		}
	}
}

func TestOrganisationInsideUSCC(t *testing.T) {
	t.Parallel()
	unit, err := identifier.Parse(identifier.USCC, "", "12100000400000624D")
	if err != nil {
		t.Fatal(err)
	}
	want, err := identifier.Parse(identifier.OrganisationCode, "", "40000062-4")
	if err != nil {
		t.Fatal(err)
	}
	if got, ok := unit.Organisation(); !ok || got != want {
		t.Errorf("inside %v lies %v, want %v", unit, got, want)
	}
	if got, ok := want.Organisation(); !ok || got != want {
		t.Errorf("an organisation code holds %v", got)
	}
	if _, ok := madeup.New(1).Passport().Organisation(); ok {
		t.Error("a passport holds an organisation code")
	}
}

func TestFromLegacy15(t *testing.T) {
	t.Parallel()
	id, err := identifier.FromLegacy15("110105 491231 002")
	if err != nil || id.Number != "11010519491231002X" || id.Kind != identifier.ResidentID {
		t.Errorf("got %s, %v", id.Number, err)
	}
	for text, want := range map[string]string{
		"":                   identifier.CodeEmpty,
		"11010519491231002X": identifier.CodeLength,
		"11010549123100X":    identifier.CodeFormat,
		"110105490229002":    identifier.CodeDate,
		"110105******002":    identifier.CodeMasked,
		"1.10105E+14":        identifier.CodeSpreadsheet,
		"810000491231002":    identifier.CodeKind,
	} {
		if id, err := identifier.FromLegacy15(text); code(err) != want || !id.IsZero() {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

func TestKinds(t *testing.T) {
	t.Parallel()
	var persons []identifier.Kind
	for _, k := range identifier.Kinds() {
		if !k.Known() {
			t.Errorf("%s is not known", k)
		}
		if k.Person() {
			persons = append(persons, k)
		}
	}
	if len(persons) != 4 || identifier.Kind("x").Person() || identifier.Kind("").Known() {
		t.Errorf("persons' kinds are %v", persons)
	}
}

func TestCodes(t *testing.T) {
	t.Parallel()
	codes := identifier.Codes()
	if !slices.IsSorted(codes) || len(slices.Compact(slices.Clone(codes))) != len(codes) || len(codes) != 21 {
		t.Errorf("%v", codes)
	}
}

// Neither an identifier nor an error that reaches a log shows the number.
func TestNothingLeaks(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := madeup.New(rapid.Uint64().Draw(t, "seed"))
		id := m.Adult(day.Of(2026, 1, 1))
		type record struct{ Subject identifier.Identifier }
		for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
			for _, holder := range []any{id, &id, record{id}, []identifier.Identifier{id}} {
				shown := fmt.Sprintf(verb, holder)
				if strings.Contains(shown, id.Number) || strings.Contains(shown, id.Number[6:14]) {
					t.Errorf("%s of %T shows the number", verb, holder)
				}
			}
		}
		spoilt := []byte(id.Number)
		at := rapid.IntRange(0, 17).Draw(t, "at")
		spoilt[at] = rapid.SampledFrom([]byte("0123456789XA*")).Draw(t, "c")
		if _, err := identifier.Parse(id.Kind, "", string(spoilt)); err != nil {
			for i := 0; i+4 <= len(spoilt); i++ {
				if strings.Contains(err.Error(), string(spoilt[i:i+4])) {
					t.Errorf("the error %q shows a part of the number", err)
				}
			}
		}
	})
}

func TestStates(t *testing.T) {
	t.Parallel()
	states := identifier.States()
	if len(states) != 249 || !slices.IsSorted(states) || len(slices.Compact(states)) != 249 {
		t.Errorf("%d states", len(states))
	}
}

// TestRegion: the region stands in a unit's code and in no person's number.
func TestRegion(t *testing.T) {
	t.Parallel()
	for number, want := range map[identifier.Identifier]string{
		{Kind: identifier.USCC, Number: "914501037564120036"}:       "450103",
		{Kind: identifier.USCC, Number: "914501007564120036"}:       "4501",
		{Kind: identifier.USCC, Number: "914500007564120036"}:       "45",
		{Kind: identifier.USCC, Number: "911000007564120036"}:       "",
		{Kind: identifier.USCC, Number: "91A501037564120036"}:       "",
		{Kind: identifier.USCC, Number: "9145010"}:                  "",
		{Kind: identifier.ResidentID, Number: "450103199001010015"}: "",
		{Kind: identifier.OrganisationCode, Number: "756412003"}:    "",
	} {
		if got := number.Region(); got != want {
			t.Errorf("%s %s: region %q, want %q", number.Kind, number.Masked(), got, want)
		}
	}
}
