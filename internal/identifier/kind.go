package identifier

import "slices"

// Kind says which register gave a number. The values are stored and travel in
// the API.
type Kind string

// The kinds of number that can name a subject.
const (
	// ResidentID is 居民身份证: 18 characters, GB 11643-1999.
	ResidentID Kind = "resident-id"
	// ResidencePermit is 港澳台居民居住证: the form of a resident ID with region
	// 810000 (Hong Kong), 820000 (Macao) or 830000 (Taiwan).
	ResidencePermit Kind = "residence-permit"
	// ForeignPermanentResident is 外国人永久居留身份证: 18 characters of which the
	// first is 9, or the 15 of cards issued before 2023-12-01 (three letters and
	// twelve digits).
	ForeignPermanentResident Kind = "foreign-permanent-resident"
	// Passport is 护照: a number means something only with its issuing state.
	Passport Kind = "passport"
	// USCC is 统一社会信用代码: 18 characters, GB 32100-2015.
	USCC Kind = "uscc"
	// OrganisationCode is 组织机构代码: 9 characters, GB 11714; before the USCC.
	OrganisationCode Kind = "organisation-code"
)

// Kinds returns every kind, persons' first.
func Kinds() []Kind {
	return []Kind{ResidentID, ResidencePermit, ForeignPermanentResident, Passport, USCC, OrganisationCode}
}

// Known reports whether k is one of Kinds.
func (k Kind) Known() bool { return slices.Contains(Kinds(), k) }

// Person reports whether numbers of this kind are given to natural persons. A
// sole trader's USCC is a unit's code although its owner is a person.
func (k Kind) Person() bool {
	switch k {
	case ResidentID, ResidencePermit, ForeignPermanentResident, Passport:
		return true
	case USCC, OrganisationCode:
		return false
	}
	return false
}

// class is what a look-up compares: the three 18-digit personal forms share
// one number space (their first digits differ), so a wrong kind never hides a
// match.
func (k Kind) class() string {
	switch k {
	case ResidentID, ResidencePermit, ForeignPermanentResident:
		return "cn-person"
	case Passport, USCC, OrganisationCode:
		return string(k)
	}
	return ""
}
