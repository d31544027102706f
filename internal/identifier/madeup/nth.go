package madeup

import (
	"fmt"
	"time"

	"concordat/internal/identifier"
	"concordat/memoranda/day"
)

// The Nth functions give different numbers for different n without keeping
// what was given before; a Maker draws and may draw twice. n counts from 0 and
// starts again after the stated count; neighbours do not look alike.

// Counts of what the Nth functions give before they start again.
const (
	// PersonIDs: a region, a birth day and a sequence number each.
	PersonIDs = len(regions) * birthDays * sequences
	// CompanyIDs: six characters of the organisation code each.
	CompanyIDs = 31 * 31 * 31 * 31 * 31 * 31
	// PersonNames: two or four cyclic signs each.
	PersonNames = 10 * 12 * 10 * 12
	// CompanyNames: two cyclic signs, a trade, and two cyclic signs or none.
	CompanyNames = 10 * 12 * 12 * (1 + 10*12)
)

const (
	// Births of NthPersonID lie in this many days from 1950-01-01 (to
	// 1999-12-31): adults for as long as this program will be shown.
	birthDays = 18_262
	sequences = 999
	// stride shares no factor with the counts it scatters (a prime).
	stride = 1_000_003
)

// NthPersonID returns the resident ID of the n-th made adult, born 1950 to 1999.
func NthPersonID(n int) identifier.Identifier {
	n = scatter(n, PersonIDs)
	region := regions[n%len(regions)]
	n /= len(regions)
	y, m, d := day.Of(1950, time.January, 1).AddDays(n % birthDays).Date()
	digits17 := fmt.Sprintf("%s%04d%02d%02d%03d", region, y, m, d, 1+n/birthDays)
	last, _ := identifier.PersonalCheck(digits17)
	return identifier.Identifier{Kind: identifier.ResidentID, Number: digits17 + string(last)}
}

// NthCompanyID returns the USCC of the n-th made enterprise.
func NthCompanyID(n int) identifier.Identifier {
	n = scatter(n, CompanyIDs)
	region := regions[n%len(regions)]
	first8 := []byte("MA000000")
	for i := len(first8) - 1; i >= 2; i-- {
		first8[i] = characters[n%len(characters)]
		n /= len(characters)
	}
	inner, _ := identifier.OrganisationCheck(string(first8))
	first17 := "91" + region + string(first8) + string(inner)
	last, _ := identifier.USCCCheck(first17)
	return identifier.Identifier{Kind: identifier.USCC, Number: first17 + string(last)}
}

// NthPersonName returns the n-th made name of a person, as 演示甲子某.
func NthPersonName(n int) string {
	n = wrap(n, PersonNames)
	name := "演示" + cyclic(n%120) + "某"
	if n /= 120; n > 0 {
		name += cyclic(n)
	}
	return name
}

// NthCompanyName returns the n-th made name of a company, as
// 南宁市演示甲子商贸有限公司.
func NthCompanyName(n int) string {
	n = wrap(n, CompanyNames)
	name := "南宁市演示" + cyclic(n%120)
	n /= 120
	trade := trades[n%len(trades)]
	if n /= len(trades); n > 0 {
		name += cyclic(n - 1)
	}
	return name + trade + "有限公司"
}

// cyclic is one of 120 pairs of a stem and a branch.
func cyclic(n int) string { return string(stems[n%10]) + string(branches[n/10]) }

func scatter(n, count int) int { return wrap(wrap(n, count)*stride, count) }

// wrap is the remainder that is never negative.
func wrap(n, count int) int { return (n%count + count) % count }
