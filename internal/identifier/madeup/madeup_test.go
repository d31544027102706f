package madeup

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"concordat/internal/identifier"
	"concordat/memoranda/day"
)

// What a Maker makes is what Parse would have read.
func TestMadeNumbersParse(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := New(rapid.Uint64().Draw(t, "seed"))
		on := day.Day(rapid.Int32Range(int32(day.Of(2020, 1, 1)), int32(day.Of(2060, 1, 1))).Draw(t, "on"))
		adult, minor := m.Adult(on), m.Minor(on)
		for _, id := range []identifier.Identifier{
			adult, minor, m.ResidencePermit(on), m.ForeignPermanentResident(on), m.Passport(),
			m.Company(), m.SoleTrader(), m.Institution(), m.OrganisationCode(),
			NthPersonID(rapid.Int().Draw(t, "n")), NthCompanyID(rapid.Int().Draw(t, "n")),
		} {
			got, err := identifier.Parse(id.Kind, id.State, id.Number)
			if err != nil || got != id {
				t.Errorf("made %s %s, read %s: %v", id.Kind, id.Number, got.Number, err)
			}
		}
		birth, _ := adult.Birth()
		if birth.AddYears(18).AddDays(2) >= on || birth.AddYears(80) < on {
			t.Errorf("an adult on %v was born on %v", on, birth)
		}
		birth, _ = minor.Birth()
		if birth > on || birth.AddYears(17) < on {
			t.Errorf("a minor on %v was born on %v", on, birth)
		}
		number := m.CaseNumber(2026)
		if got, err := identifier.ParseCaseNumber(number.String()); err != nil || got != number || !got.Enforcement() {
			t.Errorf("made %v, read %v: %v", number, got, err)
		}
	})
}

func TestMadeNamesParseAndSayWhatTheyAre(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := New(rapid.Uint64().Draw(t, "seed"))
		n := rapid.Int().Draw(t, "n")
		for _, name := range []string{
			m.PersonName(), m.LongPersonName(), m.CompanyName(), m.SoleTraderName(), m.InstitutionName(),
			NthPersonName(n), NthCompanyName(n),
		} {
			if got, err := identifier.ParseName(name); err != nil || got != name || !strings.Contains(name, "演示") {
				t.Errorf("made %q, read %q: %v", name, got, err)
			}
		}
	})
}

func TestSameSeedSameNumbers(t *testing.T) {
	t.Parallel()
	draw := func(seed uint64) []string {
		m := New(seed)
		return []string{
			m.Adult(day.Of(2026, 1, 1)).Number, m.Company().Number, m.Passport().Number,
			m.PersonName(), m.CompanyName(), m.CaseNumber(2026).String(),
		}
	}
	if diff := cmp.Diff(draw(7), draw(7)); diff != "" {
		t.Error(diff)
	}
	if cmp.Equal(draw(7), draw(8)) {
		t.Error("the seed makes no difference")
	}
}

func TestNthNeverRepeats(t *testing.T) {
	t.Parallel()
	const some = 200_000
	persons, companies := make(map[string]bool, some), make(map[string]bool, some)
	for n := range some {
		persons[NthPersonID(n).Number] = true
		companies[NthCompanyID(n).Number] = true
	}
	if len(persons) != some || len(companies) != some {
		t.Errorf("of %d, %d persons and %d companies are different", some, len(persons), len(companies))
	}
	names := make(map[string]bool)
	for n := range PersonNames {
		names[NthPersonName(n)] = true
	}
	for n := range CompanyNames {
		names[NthCompanyName(n)] = true
	}
	if len(names) != PersonNames+CompanyNames {
		t.Errorf("%d names are different, want %d", len(names), PersonNames+CompanyNames)
	}
	if NthPersonID(0) != NthPersonID(PersonIDs) || NthCompanyID(-1) != NthCompanyID(CompanyIDs-1) {
		t.Error("the count does not start again where it says")
	}
}

// stride scatters only counts that it shares no factor with.
func TestStrideReachesEverything(t *testing.T) {
	t.Parallel()
	for _, count := range []int{PersonIDs, CompanyIDs} {
		a, b := count, stride
		for b != 0 {
			a, b = b, a%b
		}
		if a != 1 {
			t.Errorf("%d and %d share the factor %d", count, stride, a)
		}
	}
}

func TestTables(t *testing.T) {
	t.Parallel()
	for _, region := range Regions() {
		if len(region) != 6 || !strings.HasPrefix(region, "4501") {
			t.Errorf("region %s is not Nanning's", region)
		}
	}
	for _, court := range Courts() {
		if _, err := identifier.ParseCaseNumber("(2026)" + court + "执1号"); err != nil {
			t.Errorf("court %s: %v", court, err)
		}
	}
}
