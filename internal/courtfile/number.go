package courtfile

import (
	"errors"
	"regexp"
	"strings"

	"concordat/enforcement/party"
	"concordat/internal/identifier"
	"concordat/memoranda"
)

// exactDigits is how many digits of a number a spreadsheet keeps.
const exactDigits = 15

// exponent is how a spreadsheet shows a long number.
var exponent = regexp.MustCompile(`^\d(\.\d+)?E\+?\d{1,3}$`)

// spreadsheetDamage says what a spreadsheet did to a code or number, if it did
// anything.
func spreadsheetDamage(c cell) string {
	if len(c.text) < 4 || len(c.text) > rawBytes {
		return ""
	}
	if c.kind == numberCell {
		if strings.ContainsAny(c.text, "eE") {
			return CodeExponent
		}
		if digits, _, _ := strings.Cut(c.text, "."); len(digits) > exactDigits {
			return CodeRounded
		}
		return ""
	}
	if !strings.ContainsAny(c.text, "eEｅＥ") {
		return ""
	}
	if number := identifier.NormaliseNumber(c.text); strings.ContainsAny(number, ".+") && exponent.MatchString(number) {
		return CodeExponent
	}
	return ""
}

// numberKinds are the words for kinds of numbers, beside their slugs.
var numberKinds = map[string]identifier.Kind{
	"居民身份证": identifier.ResidentID, "身份证": identifier.ResidentID, "中华人民共和国居民身份证": identifier.ResidentID,
	"港澳台居民居住证": identifier.ResidencePermit, "居住证": identifier.ResidencePermit,
	"外国人永久居留身份证": identifier.ForeignPermanentResident, "外国人永久居留证": identifier.ForeignPermanentResident,
	"护照": identifier.Passport, "统一社会信用代码": identifier.USCC, "组织机构代码": identifier.OrganisationCode, "组织机构代码证": identifier.OrganisationCode,
}

// party is what a file says about the kind of a subject.
type side struct {
	natural, unit bool // neither: it says nothing
	// kind is set where the file says more than which of the two.
	kind memoranda.SubjectKind
}

var parties = map[string]side{
	"":  {},
	"0": {natural: true}, "580": {natural: true},
	"自然人": {natural: true}, "个人": {natural: true}, "natural-person": {natural: true},
	"1": {unit: true}, "581": {unit: true},
	"法人或其他组织":  {unit: true},
	"法人或者其他组织": {unit: true},
	"法人及其他组织":  {unit: true},
	"单位":       {unit: true},
	"法人":       {unit: true, kind: memoranda.LegalPerson}, "企业法人": {unit: true, kind: memoranda.LegalPerson}, "legal-person": {unit: true, kind: memoranda.LegalPerson},
	"其他组织": {unit: true, kind: memoranda.OtherOrganisation}, "非法人组织": {unit: true, kind: memoranda.OtherOrganisation}, "other-organisation": {unit: true, kind: memoranda.OtherOrganisation},
	"个体工商户": {unit: true, kind: memoranda.SoleTrader}, "sole-trader": {unit: true, kind: memoranda.SoleTrader},
}

// readNumber fills kind, number and state of a subject. Where the file does not
// name the kind of number, the form of the number decides: no number of a person
// is also a unit's code, for their checks differ; one that fits both is refused.
func (r *reading) readNumber(into *party.Identity) {
	text := r.cells[fieldNumber].text
	if text = strings.TrimPrefix(strings.TrimSpace(text), "'"); text == "" {
		r.fail(wrong(fieldNumber, CodeMissing).naming())
		return
	}
	said, ok := parties[r.word(fieldParty)]
	if !ok {
		r.fail(wrong(fieldParty, CodeParty))
		return
	}
	kinds, ok := r.kindsOfNumber(said, text)
	if !ok {
		r.fail(wrong(fieldNumberKind, identifier.CodeKind))
		return
	}
	number, err := parseNumber(kinds, r.word(fieldState), text)
	if err != nil {
		r.fail(numberFault(text, err))
		for _, other := range []identifier.Kind{identifier.ResidentID, identifier.USCC} {
			// A good number of the other side: it is the party that is wrong.
			if _, wrongSide := identifier.Parse(other, "", text); wrongSide == nil && r.fault.field == fieldNumber {
				r.fault = wrong(fieldParty, "subject.kind")
			}
		}
		return
	}
	kind := kindOfSubject(said, number)
	natural := kind == memoranda.NaturalPerson
	trades := number.Kind == identifier.USCC && number.SoleTrader() != (kind == memoranda.SoleTrader)
	if natural != number.Kind.Person() || trades || said.natural && !natural && kind != memoranda.SoleTrader {
		r.fail(wrong(fieldParty, "subject.kind"))
		return
	}
	into.Kind, into.NumberKind, into.Number, into.State = kind, number.Kind, number.Number, number.State
}

// kindsOfNumber lists which kinds a number may be of, the likeliest first.
func (r *reading) kindsOfNumber(said side, text string) ([]identifier.Kind, bool) {
	if named := r.word(fieldNumberKind); named != "" {
		kind, ok := numberKinds[named]
		if !ok {
			kind = identifier.Kind(strings.ToLower(named))
		}
		return []identifier.Kind{kind}, kind.Known()
	}
	normal := identifier.NormaliseNumber(text)
	var kinds []identifier.Kind
	if !said.unit {
		kinds = append(kinds, personKind(normal, r.word(fieldState)))
	}
	if said.unit || !said.natural || strings.HasPrefix(normal, "92") {
		if len(normal) == len("MA0000000") {
			return append(kinds, identifier.OrganisationCode), true
		}
		kinds = append(kinds, identifier.USCC)
	}
	return kinds, true
}

// personKind tells the kinds of persons' numbers apart by their forms.
func personKind(number, state string) identifier.Kind {
	switch {
	case state != "" && state != "CHN":
		return identifier.Passport
	case strings.HasPrefix(number, "9"), len(number) == 15 && number[0] >= 'A':
		return identifier.ForeignPermanentResident
	case strings.HasPrefix(number, "810000"), strings.HasPrefix(number, "820000"), strings.HasPrefix(number, "830000"):
		return identifier.ResidencePermit
	}
	return identifier.ResidentID
}

// parseNumber parses a number as the one kind that it fits. If it fits none, the
// error is that of the likeliest.
func parseNumber(kinds []identifier.Kind, state, text string) (identifier.Identifier, error) {
	var found identifier.Identifier
	var first error
	for _, kind := range kinds {
		number, err := identifier.Parse(kind, state, text)
		switch {
		case err != nil && first == nil:
			first = err
		case err != nil:
		case !found.IsZero():
			return number, &identifier.Error{Code: identifier.CodeKind}
		default:
			found = number
		}
	}
	if !found.IsZero() {
		return found, nil
	}
	return found, first
}

// numberFault words what package identifier found in the terms of files.
func numberFault(text string, err error) *fault {
	bad, ok := errors.AsType[*identifier.Error](err)
	if !ok {
		return wrong(fieldNumber, identifier.CodeFormat)
	}
	x := &fault{field: fieldNumber, code: bad.Code, args: bad.Args}
	normal := identifier.NormaliseNumber(text)
	switch {
	case bad.Code == identifier.CodeMasked:
		x.code, x.args = CodeMasked, nil
	case bad.Code == identifier.CodeSpreadsheet:
		x.code, x.args = CodeExponent, nil
	// Of 18 digits a spreadsheet keeps 15.
	case bad.Code == identifier.CodeCheckDigit && len(normal) == 18 && strings.HasSuffix(normal, "000") && strings.Trim(normal, "0123456789") == "":
		x.code, x.args = CodeRounded, nil
	case bad.Code == identifier.CodeState:
		x.field = fieldState
	}
	return x
}

// kindOfSubject is what the file says, or what the code of the unit says: 92 is
// a sole trader. Codes do not tell legal persons from other organisations; a
// unit is taken for a legal person unless the file says otherwise.
func kindOfSubject(said side, number identifier.Identifier) memoranda.SubjectKind {
	switch {
	case number.Kind.Person():
		if said.unit {
			return memoranda.LegalPerson // does not go together, and is refused
		}
		return memoranda.NaturalPerson
	case said.kind != "":
		return said.kind
	case number.SoleTrader():
		return memoranda.SoleTrader
	}
	return memoranda.LegalPerson
}
