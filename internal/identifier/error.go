package identifier

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Codes of an Error. They are stored and translated: a code never changes its
// meaning.
const (
	// CodeEmpty: there is nothing but blanks.
	CodeEmpty = "identifier.empty"
	// CodeFormat: a character does not belong where it stands; Args: position.
	CodeFormat = "identifier.format"
	// CodeLength: too short or too long; Args: expected, actual.
	CodeLength = "identifier.length"
	// CodeCheckDigit: the check digit does not fit; Args: position.
	CodeCheckDigit = "identifier.check-digit"
	// CodeDate: the birth date in the number does not exist or is before 1800.
	CodeDate = "identifier.date"
	// CodeMasked: the number is a masked copy, some characters are hidden.
	CodeMasked = "identifier.masked"
	// CodeSpreadsheet: a spreadsheet turned the number into 4.50103E+17; its
	// last digits are lost.
	CodeSpreadsheet = "identifier.spreadsheet"
	// CodeKind: the kind is unknown, or the number belongs to another kind;
	// Args: kind, and belongs-to where that is known.
	CodeKind = "identifier.kind"
	// CodeState: the issuing state is missing, not an ISO 3166 alpha-3 code, or
	// given where none belongs.
	CodeState = "identifier.state"
	// CodeOverride: a failed check of a personal number was to be overridden.
	CodeOverride = "identifier.override"
	// CodeCaseNumber: not a case number; Args: none.
	CodeCaseNumber = "case-number.malformed"
	// CodeNameEmpty: there is nothing but blanks.
	CodeNameEmpty = "name.empty"
	// CodeNameControl: the name holds control, invisible or direction
	// characters, or is not UTF-8; Args: position.
	CodeNameControl = "name.control"
	// CodeNameLength: the name is too long; Args: maximum, actual.
	CodeNameLength = "name.length"
	// CodeNameLost: a sign stands where a character was lost; Args: position.
	CodeNameLost = "name.lost"
	// CodeNameCharacter: a character that no standard has, or only a part of one; Args:
	// position.
	CodeNameCharacter = "name.character"
	// CodeNameNobody: a word for somebody unknown, or for no value, and no name.
	CodeNameNobody = "name.nobody"
	// CodeNameSeveral: the names of several; Args: position.
	CodeNameSeveral = "name.several"
	// CodeNameNumber: a number stands in the name.
	CodeNameNumber = "name.number"
	// CodeCross: a sign of multiplication stands for the X at the end; Args: position.
	CodeCross = "identifier.cross"
	// CodeCaseYear: the year of a case's number lies in the future, or is not that of its
	// filing, nor the one before or after.
	CodeCaseYear = "case-number.year"
)

// Codes returns every code an Error of this package can carry, sorted.
func Codes() []string {
	codes := []string{
		CodeEmpty, CodeFormat, CodeLength, CodeCheckDigit, CodeDate, CodeMasked, CodeSpreadsheet,
		CodeKind, CodeState, CodeOverride, CodeCaseNumber, CodeNameEmpty, CodeNameControl, CodeNameLength,
		CodeNameLost, CodeNameCharacter, CodeNameNobody, CodeNameSeveral, CodeNameNumber, CodeCross, CodeCaseYear,
	}
	slices.Sort(codes)
	return codes
}

// Error says why a text is not what it should be. It never holds the text: Args
// are lengths, positions (characters, from 1) and kinds.
type Error struct {
	Code string
	Args map[string]string
}

// Error gives the code and the arguments in the order of their names.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Code)
	for _, name := range slices.Sorted(maps.Keys(e.Args)) {
		b.WriteString(" " + name + "=" + e.Args[name])
	}
	return b.String()
}

func refuse(code string) *Error { return &Error{Code: code} }

func refuseAt(code string, position int) *Error {
	return &Error{Code: code, Args: map[string]string{"position": strconv.Itoa(position)}}
}

func refuseLength(expected string, actual int) *Error {
	return &Error{Code: CodeLength, Args: map[string]string{"expected": expected, "actual": strconv.Itoa(actual)}}
}
