package identifier

import "strings"

const (
	usccLength         = 18
	organisationLength = 9

	// usccAlphabet leaves out I, O, S, V and Z (GB 32100-2015); a character's
	// place is its value.
	usccAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
)

// usccWeights are 3^(i-1) mod 31.
var usccWeights = [17]int{1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28}

var organisationWeights = [8]int{3, 7, 9, 10, 5, 8, 4, 2}

// USCCCheck returns the last character of a USCC from its first 17; false when
// they are not 17 characters of the alphabet.
func USCCCheck(first17 string) (byte, bool) {
	if len(first17) != len(usccWeights) || firstNot(first17, inUSCC) != 0 {
		return 0, false
	}
	sum := 0
	for i, w := range usccWeights {
		sum += w * strings.IndexByte(usccAlphabet, first17[i])
	}
	return usccAlphabet[(31-sum%31)%31], true
}

// OrganisationCheck returns the last character of an organisation code ('0' to
// '9' or 'X') from its first eight; false when they are not eight digits and
// capital letters.
func OrganisationCheck(first8 string) (byte, bool) {
	if len(first8) != len(organisationWeights) || firstNot(first8, alphanumeric) != 0 {
		return 0, false
	}
	sum := 0
	for i, w := range organisationWeights {
		sum += w * organisationValue(first8[i])
	}
	return "0X987654321"[sum%11], true
}

// organisationValue is 0–9 for digits and 10–35 for A–Z.
func organisationValue(c byte) int {
	if digit(rune(c)) {
		return int(c - '0')
	}
	return int(c-'A') + 10
}

// checkUSCC checks shape, and with checked the code's own check character and
// that of the organisation code inside it.
func checkUSCC(number string, checked bool) *Error {
	if n := characters(number); n != usccLength {
		return refuseLength("18", n)
	}
	if at := firstNot(number, inUSCC); at != 0 {
		return refuseAt(CodeFormat, at)
	}
	if at := firstNot(number[2:8], digit); at != 0 {
		return refuseAt(CodeFormat, 2+at)
	}
	if last := number[16]; last != 'X' && !digit(rune(last)) {
		return refuseAt(CodeFormat, 17)
	}
	if noUSCC(number) {
		return refuse(CodeFormat)
	}
	if !checked {
		return nil
	}
	if want, _ := USCCCheck(number[:17]); number[17] != want {
		return refuseAt(CodeCheckDigit, usccLength)
	}
	if want, _ := OrganisationCheck(number[8:16]); number[16] != want {
		return refuseAt(CodeCheckDigit, 17)
	}
	return nil
}

func checkOrganisation(number string, checked bool) *Error {
	if n := characters(number); n != organisationLength {
		return refuseLength("9", n)
	}
	if at := firstNot(number[:8], alphanumeric); at != 0 {
		return refuseAt(CodeFormat, at)
	}
	if last := number[8]; last != 'X' && !digit(rune(last)) {
		return refuseAt(CodeFormat, organisationLength)
	}
	if want, _ := OrganisationCheck(number[:8]); checked && number[8] != want {
		return refuseAt(CodeCheckDigit, organisationLength)
	}
	return nil
}

// SoleTrader reports whether the number is a unified code of the class of sole traders, 92
// (GB 32100-2015).
func (i Identifier) SoleTrader() bool { return i.Kind == USCC && strings.HasPrefix(i.Number, "92") }

// noUSCC reports what no register has: the class of nobody (00), the region of nobody
// (000000, 999999), zeros alone. Their check characters fit.
func noUSCC(number string) bool {
	region := number[2:8]
	return number[:2] == "00" || region == "000000" || region == "999999"
}

func inUSCC(c rune) bool { return strings.ContainsRune(usccAlphabet, c) }
