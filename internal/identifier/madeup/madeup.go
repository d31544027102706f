package madeup

import (
	"fmt"
	"math/rand/v2"

	"concordat/internal/identifier"
	"concordat/memoranda/day"
)

// regions are the GB/T 2260 codes of Nanning's districts, counties and its
// county city.
var regions = [...]string{
	"450102", "450103", "450105", "450107", "450108", "450109",
	"450110", "450123", "450124", "450125", "450126", "450181",
}

// courts are the short forms of Nanning's courts, the intermediate one first.
var courts = [...]string{
	"桂01", "桂0102", "桂0103", "桂0105", "桂0107", "桂0108", "桂0109",
	"桂0110", "桂0123", "桂0124", "桂0125", "桂0126", "桂0181",
}

// characters are those that a USCC allows.
const characters = "0123456789ABCDEFGHJKLMNPQRTUWXY"

// Regions returns the region codes that made numbers carry.
func Regions() []string { return append([]string(nil), regions[:]...) }

// Courts returns the court short forms that made case numbers carry.
func Courts() []string { return append([]string(nil), courts[:]...) }

// Maker makes numbers and names. It is not safe for concurrent use.
type Maker struct{ random *rand.Rand }

// New returns a Maker that repeats itself for the same seed.
func New(seed uint64) *Maker {
	//nolint:gosec // made data must repeat; nothing secret rests on it
	return From(rand.New(rand.NewPCG(seed, 0x636f6e636f726461)))
}

// From returns a Maker that draws from random.
func From(random *rand.Rand) *Maker { return &Maker{random: random} }

// Adult returns the resident ID of somebody who is 19 to 79 on a day.
func (m *Maker) Adult(on day.Day) identifier.Identifier {
	return m.ResidentID(m.bornBefore(on, 19, 79))
}

// Minor returns the resident ID of somebody who is at most 16 on a day.
func (m *Maker) Minor(on day.Day) identifier.Identifier {
	return m.ResidentID(m.bornBefore(on, 0, 16))
}

// bornBefore draws a birth day that lies from..to years before a day, without
// its last year's edge, so that the age is right on every reading of birthdays.
func (m *Maker) bornBefore(on day.Day, from, to int) day.Day {
	last := on.AddYears(-from).AddDays(-2)
	first := on.AddYears(-to - 1).AddDays(2)
	return first.AddDays(m.random.IntN(int(last-first) + 1))
}

// ResidentID returns a resident ID of Nanning with the given birth day, which
// lies between 1800 and 9999.
func (m *Maker) ResidentID(birth day.Day) identifier.Identifier {
	return m.personal(identifier.ResidentID, pick(m, regions[:]), birth)
}

// ResidencePermit returns a number of the residence permit of Hong Kong, Macao
// or Taiwan residents with the given birth day.
func (m *Maker) ResidencePermit(birth day.Day) identifier.Identifier {
	return m.personal(identifier.ResidencePermit, pick(m, []string{"810000", "820000", "830000"}), birth)
}

// ForeignPermanentResident returns an 18-digit number of a foreigner's permanent
// residence card with the given birth day.
func (m *Maker) ForeignPermanentResident(birth day.Day) identifier.Identifier {
	// 9, Guangxi, and the numeric code of a country: 999 is nobody's.
	return m.personal(identifier.ForeignPermanentResident, "945999", birth)
}

func (m *Maker) personal(kind identifier.Kind, region string, birth day.Day) identifier.Identifier {
	y, mon, d := birth.Date()
	digits17 := fmt.Sprintf("%s%04d%02d%02d%03d", region, y, mon, d, 1+m.random.IntN(999))
	last, _ := identifier.PersonalCheck(digits17)
	return identifier.Identifier{Kind: kind, Number: digits17 + string(last)}
}

// Passport returns a passport number of one of a few states.
func (m *Maker) Passport() identifier.Identifier {
	return identifier.Identifier{
		Kind:   identifier.Passport,
		State:  pick(m, []string{"VNM", "THA", "MYS", "SGP", "KOR"}),
		Number: fmt.Sprintf("%c%08d", 'A'+m.random.IntN(26), m.random.IntN(100_000_000)),
	}
}

// Company returns the USCC of an enterprise registered in Nanning (91).
func (m *Maker) Company() identifier.Identifier { return m.uscc("91") }

// SoleTrader returns the USCC of a sole trader registered in Nanning (92).
func (m *Maker) SoleTrader() identifier.Identifier { return m.uscc("92") }

// Institution returns the USCC of a public institution registered in Nanning
// (12).
func (m *Maker) Institution() identifier.Identifier { return m.uscc("12") }

func (m *Maker) uscc(class string) identifier.Identifier {
	first17 := class + pick(m, regions[:]) + m.organisation("MA")
	last, _ := identifier.USCCCheck(first17)
	return identifier.Identifier{Kind: identifier.USCC, Number: first17 + string(last)}
}

// OrganisationCode returns an organisation code.
func (m *Maker) OrganisationCode() identifier.Identifier {
	return identifier.Identifier{Kind: identifier.OrganisationCode, Number: m.organisation("")}
}

// organisation draws an organisation code from the characters that a USCC
// allows.
func (m *Maker) organisation(prefix string) string {
	first8 := prefix
	for len(first8) < 8 {
		first8 += string(characters[m.random.IntN(len(characters))])
	}
	last, _ := identifier.OrganisationCheck(first8)
	return first8 + string(last)
}

// CaseNumber returns a first-enforcement case number of a court in Nanning.
func (m *Maker) CaseNumber(year int) identifier.CaseNumber {
	return identifier.CaseNumber{Year: year, Court: pick(m, courts[:]), Type: "执", Serial: 1 + m.random.IntN(20_000)}
}

func pick[T any](m *Maker, from []T) T { return from[m.random.IntN(len(from))] }
