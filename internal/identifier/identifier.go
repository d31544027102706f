package identifier

import (
	"strings"

	"concordat/memoranda/day"
)

// Identifier is a checked and normalised number. The zero Identifier is none.
// Two of one subject are equal with ==.
type Identifier struct {
	Kind Kind
	// Number is in full: half-width, upper case, without blanks and dashes.
	Number string
	// State is the ISO 3166 alpha-3 code of the state that issued a passport,
	// empty for all other kinds.
	State string
}

// Parse reads a number of the given kind. state is the issuing state of a
// passport (ISO 3166 alpha-3, in either case); for other kinds it is empty or
// CHN. Every error is an *Error.
func Parse(kind Kind, state, text string) (Identifier, error) {
	id, err := parse(kind, state, text, true)
	if err != nil {
		return Identifier{}, err
	}
	return id, nil
}

// ParseOverride is Parse for a unit's code that circulates as registered
// although its check does not fit: length and alphabet must hold, check
// characters need not. For kinds of persons it refuses with CodeOverride. The
// caller records who asked, the second person who agreed, and why.
func ParseOverride(kind Kind, state, text string) (Identifier, error) {
	if kind.Person() {
		return Identifier{}, &Error{Code: CodeOverride, Args: map[string]string{"kind": string(kind)}}
	}
	id, err := parse(kind, state, text, false)
	if err != nil {
		return Identifier{}, err
	}
	return id, nil
}

// parse returns *Error, not error, so that nothing else can leave this package.
func parse(kind Kind, state, text string, checked bool) (Identifier, *Error) {
	if !kind.Known() {
		return Identifier{}, refuse(CodeKind)
	}
	state, err := parseState(kind, state)
	if err != nil {
		return Identifier{}, err
	}
	number := NormaliseNumber(text)
	switch {
	case number == "":
		return Identifier{}, refuse(CodeEmpty)
	case spreadsheet(number):
		return Identifier{}, refuse(CodeSpreadsheet)
	case crossAt(number) > 0:
		return Identifier{}, refuseAt(CodeCross, crossAt(number))
	case masked(kind, number):
		return Identifier{}, refuse(CodeMasked)
	case !checked && checkPersonal(ResidentID, number) == nil: // a person's, whatever it is called
		return Identifier{}, &Error{Code: CodeKind, Args: map[string]string{"kind": string(kind), "belongs-to": string(ResidentID)}}
	}
	if err := check(kind, number, checked); err != nil {
		return Identifier{}, err
	}
	return Identifier{Kind: kind, Number: number, State: state}, nil
}

func check(kind Kind, number string, checked bool) *Error {
	switch kind {
	case ResidentID, ResidencePermit:
		return checkPersonal(kind, number)
	case ForeignPermanentResident:
		if len(number) == oldCardLength {
			return checkOldCard(number)
		}
		return checkPersonal(kind, number)
	case Passport:
		return checkPassport(number)
	case USCC:
		return checkUSCC(number, checked)
	case OrganisationCode:
		return checkOrganisation(number, checked)
	}
	return refuse(CodeKind)
}

// Birth returns the birth date in the number; false for kinds and forms that
// hold none with its century. The date exists; that it lies in the past is for
// the caller to check, who has the date of the act.
func (i Identifier) Birth() (day.Day, bool) {
	if i.Kind.class() != "cn-person" || len(i.Number) != personalLength {
		return 0, false
	}
	return birth(i.Number)
}

// Sex returns "male" or "female" by the parity of the sequence number of a
// resident ID or residence permit; false for the other kinds. (Whether a
// foreigner's card follows the same parity has not been verified.)
func (i Identifier) Sex() (string, bool) {
	if (i.Kind != ResidentID && i.Kind != ResidencePermit) || len(i.Number) != personalLength {
		return "", false
	}
	if (i.Number[16]-'0')%2 == 1 {
		return "male", true
	}
	return "female", true
}

// Region returns the region of the authority that registered a unit, as a prefix
// of the GB/T 2260 codes: digits 3 to 8 of the unified code (GB 32100-2015)
// without closing pairs of zeros. It is empty for every other number, where the
// nation's own authority registered the unit, and where the digits name no region.
// The first digits of a resident number do not say where somebody lives.
func (i Identifier) Region() string {
	if i.Kind != USCC || len(i.Number) != 18 {
		return ""
	}
	code := i.Number[2:8]
	for len(code) > 2 && strings.HasSuffix(code, "00") {
		code = code[:len(code)-2]
	}
	if code[0] < '1' || code[0] > '8' || code == "10" || strings.Trim(code, "0123456789") != "" {
		return ""
	}
	return code
}

// Masked is the number as it may be published: the first six digits of an 18-digit personal
// number and no more (with the last ones, beside age and sex, some 365 people are left), the
// letters of an old card, the first two characters of a passport; a unit's code is public
// and whole.
func (i Identifier) Masked() string { return i.masked("") }

// MaskedApart is [Identifier.Masked] with the last character too, for entries that would look
// the same without it.
func (i Identifier) MaskedApart() string {
	if n := len(i.Number); i.Kind.Person() && n >= 7 {
		return i.masked(i.Number[n-1:])
	}
	return i.Masked()
}

// masked shows the beginning of a number and its end.
func (i Identifier) masked(end string) string {
	n, shown := i.Number, 2
	switch {
	case !i.Kind.Person():
		return n
	case len(n) == personalLength:
		shown = 6
	case len(n) == oldCardLength:
		shown = 3
	case len(n) <= 2:
		shown = 0
	}
	return n[:shown] + strings.Repeat("*", len(n)-shown-len(end)) + end
}

// Key is what a keyed look-up hashes: class of kind, state and number. Equal
// keys mean the same register entry. It is as sensitive as the number.
func (i Identifier) Key() string {
	return i.Kind.class() + ":" + i.State + ":" + i.Number
}

// Organisation returns the organisation code inside a USCC, so that records
// from before 2015 can be matched; of an organisation code, itself.
func (i Identifier) Organisation() (Identifier, bool) {
	switch {
	case i.Kind == OrganisationCode:
		return i, true
	case i.Kind == USCC && len(i.Number) == usccLength:
		return Identifier{Kind: OrganisationCode, Number: i.Number[8:17]}, true
	}
	return Identifier{}, false
}

// IsZero reports whether i is no identifier.
func (i Identifier) IsZero() bool { return i == Identifier{} }

// String is kind and masked number, so that an identifier that reaches a log
// or an error text by accident tells nothing.
func (i Identifier) String() string {
	if i.IsZero() {
		return ""
	}
	return string(i.Kind) + " " + i.Masked()
}

// GoString is String, for the %#v of failed tests and dumps.
func (i Identifier) GoString() string { return i.String() }
