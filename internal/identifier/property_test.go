package identifier_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"concordat/internal/identifier"
	"concordat/internal/identifier/madeup"
	"concordat/memoranda/day"
)

// anyMade draws a made identifier of any kind.
func anyMade(t *rapid.T) identifier.Identifier {
	m := madeup.New(rapid.Uint64().Draw(t, "seed"))
	birth := day.Day(rapid.Int32Range(int32(day.Of(1800, 1, 1)), int32(day.Of(2100, 1, 1))).Draw(t, "birth"))
	return rapid.SampledFrom([]identifier.Identifier{
		m.ResidentID(birth), m.ResidencePermit(birth), m.ForeignPermanentResident(birth),
		m.Passport(), m.Company(), m.SoleTrader(), m.Institution(), m.OrganisationCode(),
	}).Draw(t, "made")
}

// dress writes a number as people and files do.
func dress(t *rapid.T, number string) string {
	var b strings.Builder
	for _, r := range number {
		switch rapid.IntRange(0, 5).Draw(t, "how") {
		case 0:
			b.WriteRune(r - '!' + '！')
		case 1:
			b.WriteString(strings.ToLower(string(r)))
		case 2:
			b.WriteRune(r)
			b.WriteString(rapid.SampledFrom([]string{" ", "-", "－", "\u3000", "\u200b", "\ufeff", "\t", "–"}).Draw(t, "gap"))
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

func TestDressedNumbersParse(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		id := anyMade(t)
		text := dress(t, id.Number)
		got, err := identifier.Parse(id.Kind, strings.ToLower(id.State), text)
		if err != nil || got != id || got.Key() != id.Key() {
			t.Errorf("%q reads as %s: %v", text, got.Number, err)
		}
	})
}

// A slip in one place of a resident ID or a USCC is always found.
func TestAnySingleChangeIsRefused(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := madeup.New(rapid.Uint64().Draw(t, "seed"))
		id := rapid.SampledFrom([]identifier.Identifier{m.Adult(day.Of(2026, 1, 1)), m.Company()}).Draw(t, "made")
		alphabet := "0123456789X"
		if id.Kind == identifier.USCC {
			alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
		}
		for at := range len(id.Number) {
			for _, c := range []byte(alphabet) {
				if c == id.Number[at] {
					continue
				}
				changed := id.Number[:at] + string(c) + id.Number[at+1:]
				if got, err := identifier.Parse(id.Kind, "", changed); err == nil {
					t.Fatalf("%s is accepted for %s", got.Number, id.Number)
				}
			}
		}
	})
}

// ISO 7064 MOD 11-2 also finds two neighbours changed about.
func TestTransposedNeighboursAreRefused(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		id := madeup.New(rapid.Uint64().Draw(t, "seed")).Adult(day.Of(2026, 1, 1))
		for at := range 17 {
			n := []byte(id.Number)
			n[at], n[at+1] = n[at+1], n[at]
			if string(n) == id.Number {
				continue
			}
			if _, err := identifier.Parse(id.Kind, "", string(n)); err == nil {
				t.Fatalf("%s is accepted for %s", n, id.Number)
			}
		}
	})
}

func TestMaskHides(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		id := anyMade(t)
		masked := id.Masked()
		if len(masked) != len(id.Number) {
			t.Fatalf("%s is masked as %s", id.Number, masked)
		}
		if !id.Kind.Person() {
			if masked != id.Number {
				t.Errorf("a unit's code is masked: %s", masked)
			}
			return
		}
		hidden := 0
		for i := range len(masked) {
			switch {
			case masked[i] == '*':
				hidden++
			case masked[i] != id.Number[i]:
				t.Errorf("%s shows a character that %s has not", masked, id.Number)
			}
		}
		if len(masked) == 18 && (masked[6:] != "************" || hidden != 12) {
			t.Errorf("%s shows more than its first six digits: %s", id.Number, masked)
		}
		if apart := id.MaskedApart(); len(masked) >= 7 && apart != masked[:len(masked)-1]+id.Number[len(masked)-1:] {
			t.Errorf("%s is told apart as %s", id.Number, apart)
		}
		if hidden < 3 {
			t.Errorf("%s hides too little: %s", id.Number, masked)
		}
		if _, err := identifier.Parse(id.Kind, id.State, masked); code(err) != identifier.CodeMasked {
			t.Errorf("the masked %s reads: %v", masked, err)
		}
	})
}

func TestLegacyMatchesItsSuccessor(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := madeup.New(rapid.Uint64().Draw(t, "seed"))
		birth := day.Day(rapid.Int32Range(int32(day.Of(1900, 1, 1)), int32(day.Of(1999, 12, 31))).Draw(t, "birth"))
		id := m.ResidentID(birth)
		old, err := identifier.FromLegacy15(id.Number[:6] + id.Number[8:17])
		if err != nil || old.Key() != id.Key() {
			t.Errorf("the 15 digits of %s give %s: %v", id.Number, old.Number, err)
		}
		if got, ok := id.Birth(); !ok || got != birth {
			t.Errorf("%s was born on %v, want %v", id.Number, got, birth)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{
		"", "11010519491231002X", "450181198502290030", "１１０１０５１９４９１２３１００２ｘ",
		"450102********001X", "4.50103E+17", "USA450190010112", "C1234567", "91350203M0001QAY9B",
		"12100000400000624D", "40000062-4", "\xff\xfe", "٤50102199001010011", "99999999999999999X",
	} {
		for i := range identifier.Kinds() {
			f.Add(i, "VNM", text)
			f.Add(i, "", text)
		}
	}
	f.Fuzz(func(t *testing.T, i int, state, text string) {
		kinds := identifier.Kinds()
		kind := kinds[(i%len(kinds)+len(kinds))%len(kinds)]
		for _, parse := range []func(identifier.Kind, string, string) (identifier.Identifier, error){
			identifier.Parse, identifier.ParseOverride,
			func(_ identifier.Kind, _, text string) (identifier.Identifier, error) {
				return identifier.FromLegacy15(text)
			},
		} {
			id, err := parse(kind, state, text)
			if err != nil {
				if !known(code(err)) || !id.IsZero() {
					t.Errorf("%v with %#v", err, id)
				}
				continue
			}
			if again, err := parse(id.Kind, id.State, id.Number); len(id.Number) != 18 && (err != nil || again != id) {
				t.Errorf("%q reads as %q and then as %q: %v", text, id.Number, again.Number, err)
			}
			if id.Kind.Person() && !strings.Contains(id.Masked(), "*") {
				t.Errorf("%q is masked as %q", id.Number, id.Masked())
			}
			_, hasBirth := id.Birth()
			if _, hasSex := id.Sex(); hasSex && !hasBirth {
				t.Errorf("%q tells the sex and no birth date", id.Number)
			}
		}
	})
}

func known(code string) bool { return slices.Contains(identifier.Codes(), code) }

func FuzzParseCaseNumber(f *testing.F) {
	for _, text := range []string{
		"(2019)桂0102执1234号", "（2026）桂01执复12号", "(2025)桂执监3号", "(2024)最高法执监45号",
		"(2026)桂7102执保9号", "(2019)桂0102执号", "(2015)×执字第00690号", "（２０２６）桂０１０３执１号之一",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		n, err := identifier.ParseCaseNumber(text)
		if err != nil {
			if code(err) != identifier.CodeCaseNumber || n != (identifier.CaseNumber{}) {
				t.Errorf("%v with %v", err, n)
			}
			return
		}
		if again, err := identifier.ParseCaseNumber(n.String()); err != nil || again != n {
			t.Errorf("%q reads as %v and then as %v: %v", text, n, again, err)
		}
	})
}

func FuzzParseName(f *testing.F) {
	for _, text := range []string{
		"演示甲某", "演示 甲 某", "演示•甲某", "Ｄｅｍｏ　Ｐｅｒｓｏｎ", "Demo  Person", "演示（南宁)有限公司", "e\u0301", "\u212b\u0387 \u2000",
		"a\u202eb", "a\x00b", "\xff", "𠮷某", "\u0344 \u0301", "ｶﾞ", strings.Repeat("某", 201),
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if once := identifier.NormaliseName(text); identifier.NormaliseName(once) != once {
			t.Errorf("%q becomes %q and then %q", text, once, identifier.NormaliseName(once))
		}
		name, err := identifier.ParseName(text)
		if err != nil {
			if !known(code(err)) || name != "" {
				t.Errorf("%v with %q", err, name)
			}
			return
		}
		if again, err := identifier.ParseName(name); err != nil || again != name {
			t.Errorf("%q reads as %q and then as %q: %v", text, name, again, err)
		}
		for _, gram := range identifier.Grams(text) {
			if n := utf8.RuneCountInString(gram); n < 1 || n > 2 {
				t.Errorf("%q is no gram", gram)
			}
		}
	})
}
