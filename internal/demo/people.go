package demo

import (
	"fmt"
	"time"

	"concordat/enforcement/party"
	"concordat/internal/identifier"
	"concordat/internal/identifier/madeup"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// identity makes the n-th subject of a year: three of five are natural persons,
// some of them with a permit, a foreigner's card or a passport; the others are
// companies, some sole traders and institutions. Names say 演示.
func identity(n int, seed uint64) party.Identity {
	made := madeup.New(seed<<20 + uint64(n))                  //nolint:gosec // n counts from 0
	born := day.Of(1950, time.January, 1).AddDays(n % 18_000) // so that neighbours never share a number
	switch n % 50 {
	case 3:
		return person(n, made.ResidencePermit(born), day.Day(0))
	case 13:
		return person(n, made.ForeignPermanentResident(born), day.Day(0))
	case 23:
		return person(n, made.Passport(), born)
	case 6, 16, 26, 36:
		number := made.SoleTrader()
		return party.Identity{Kind: memoranda.SoleTrader, Name: made.SoleTraderName(), NumberKind: number.Kind, Number: number.Number, Head: madeup.NthPersonName(n)}
	case 46:
		number := made.Institution()
		return party.Identity{Kind: memoranda.OtherOrganisation, Name: made.InstitutionName(), NumberKind: number.Kind, Number: number.Number, Head: madeup.NthPersonName(n)}
	}
	if n%5 < 3 {
		return person(n, madeup.NthPersonID(n), day.Day(0))
	}
	number := madeup.NthCompanyID(n)
	return party.Identity{Kind: memoranda.LegalPerson, Name: madeup.NthCompanyName(n), NumberKind: number.Kind, Number: number.Number, Head: madeup.NthPersonName(n)}
}

// minor makes somebody who is no adult on any day of the year.
func minor(n int, seed uint64) party.Identity {
	return person(n, madeup.New(seed<<20+uint64(n)).Minor(firstDay), day.Day(0)) //nolint:gosec // n counts from 0
}

func person(n int, number identifier.Identifier, born day.Day) party.Identity {
	return party.Identity{
		Kind: memoranda.NaturalPerson, Name: madeup.NthPersonName(n),
		NumberKind: number.Kind, Number: number.Number, State: number.State, Birth: born,
		Region: madeup.Regions()[n%len(madeup.Regions())],
	}
}

// caseOf makes the execution case of a listing.
func caseOf(l *life, court party.Organisation, drafted day.Day) party.Case {
	year, _, _ := drafted.Date()
	return party.Case{
		Number:        fmt.Sprintf("(%d)%s执%d号", year, court.CourtCode, 9000+l.n),
		FiledOn:       drafted.AddDays(-60),
		BasisDocument: fmt.Sprintf("(%d)%s民初%d号", year-1, court.CourtCode, 9000+l.n),
		BasisUnit:     court.NameZH,
	}
}
