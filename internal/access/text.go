package access

import (
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

const (
	// mostText bounds a name or a post, in characters.
	mostText = 100
	// identifies is how many digits make a number by which somebody is identified.
	identifies = 15
)

// staffNumber is the form of a staff number, as staff_number_form has it.
var staffNumber = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z._-]{0,31}$`)

// text brings what somebody wrote of a person into one form: composed, of one width, and
// without blanks around it.
func text(s string) string { return strings.TrimFunc(norm.NFKC.String(s), unicode.IsSpace) }

// says reports whether a text of that form says something: with a letter or digit, nothing
// that is not shown or turns the reading, and no number that identifies somebody.
func says(s string) bool {
	digits, said := 0, false
	for n, r := range []rune(s) {
		if n >= mostText || !unicode.IsPrint(r) {
			return false
		}
		if unicode.IsDigit(r) {
			digits++
		}
		said = said || unicode.IsLetter(r) || unicode.IsDigit(r)
	}
	return said && digits < identifies && s == text(s)
}
