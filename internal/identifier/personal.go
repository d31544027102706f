package identifier

import (
	"strings"
	"time"

	"concordat/memoranda/day"
)

const (
	personalLength = 18
	legacyLength   = 15
	oldCardLength  = 15
)

// personalWeights are 2^(17-i) mod 11, the weights of ISO 7064 MOD 11-2.
var personalWeights = [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}

// PersonalCheck returns the check character ('0' to '9' or 'X') of the first 17
// digits of a resident ID, residence permit or permanent residence card; false
// when they are not 17 ASCII digits.
func PersonalCheck(digits17 string) (byte, bool) {
	if len(digits17) != len(personalWeights) || firstNot(digits17, digit) != 0 {
		return 0, false
	}
	sum := 0
	for i, w := range personalWeights {
		sum += w * int(digits17[i]-'0')
	}
	return "10X98765432"[sum%11], true
}

func checkPersonal(kind Kind, number string) *Error {
	expected := "18"
	if kind == ForeignPermanentResident {
		expected = "18/15"
	}
	if n := characters(number); n != personalLength {
		return refuseLength(expected, n)
	}
	if at := firstNot(number[:17], digit); at != 0 {
		return refuseAt(CodeFormat, at)
	}
	if number[0] == '0' {
		// No region of GB/T 2260 ever began with 0.
		return refuseAt(CodeFormat, 1)
	}
	last := number[17]
	if last != 'X' && !digit(rune(last)) {
		return refuseAt(CodeFormat, personalLength)
	}
	if of := kindOfPersonal(number); of != kind {
		return &Error{Code: CodeKind, Args: map[string]string{"kind": string(kind), "belongs-to": string(of)}}
	}
	if _, ok := birth(number); !ok {
		return refuse(CodeDate)
	}
	if want, _ := PersonalCheck(number[:17]); last != want {
		return refuseAt(CodeCheckDigit, personalLength)
	}
	return nil
}

// kindOfPersonal tells the three 18-digit kinds apart by their region field.
func kindOfPersonal(number string) Kind {
	switch {
	case number[0] == '9':
		return ForeignPermanentResident
	case number[:6] == "810000", number[:6] == "820000", number[:6] == "830000":
		return ResidencePermit
	}
	return ResidentID
}

// birth reads digits 7–14 of an 18-digit personal number.
func birth(number string) (day.Day, bool) {
	y, m, d := number[6:10], number[10:12], number[12:14]
	if y < "1800" {
		return 0, false
	}
	t, err := time.Parse(time.DateOnly, y+"-"+m+"-"+d)
	if err != nil {
		return 0, false
	}
	return day.Of(t.Date()), true
}

// checkOldCard checks the form of permanent residence cards issued before
// 2023-12-01: three letters and twelve digits. Their check is not public.
func checkOldCard(number string) *Error {
	if at := firstNot(number[:3], letter); at != 0 {
		return refuseAt(CodeFormat, at)
	}
	if at := firstNot(number[3:], digit); at != 0 {
		return refuseAt(CodeFormat, 3+at)
	}
	return nil
}

// FromLegacy15 turns a resident ID of 15 digits (issued until 1999, birth year
// without century) into the one of 18 by inserting 19 and appending the check
// digit. It serves matching only: the result may not stand in a new decision
// before somebody has seen the current document.
func FromLegacy15(text string) (Identifier, error) {
	number := NormaliseNumber(text)
	switch {
	case number == "":
		return Identifier{}, refuse(CodeEmpty)
	case spreadsheet(number):
		return Identifier{}, refuse(CodeSpreadsheet)
	case masked(ResidentID, number):
		return Identifier{}, refuse(CodeMasked)
	case characters(number) != legacyLength:
		return Identifier{}, refuseLength("15", characters(number))
	}
	if at := firstNot(number, digit); at != 0 {
		return Identifier{}, refuseAt(CodeFormat, at)
	}
	digits17 := number[:6] + "19" + number[6:]
	last, _ := PersonalCheck(digits17)
	return Parse(ResidentID, "", strings.Join([]string{digits17, string(last)}, ""))
}
