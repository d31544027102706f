package courtfile

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"concordat/internal/identifier"
)

// longNumber is anything that may be a personal number, or most of one,
// wherever in a row it stands: eleven digits or more, grouped or not.
var longNumber = regexp.MustCompile(`[0-9](?:[ -]?[0-9]){10,}[Xx]?`)

// anyNumber is whatever has six digits in a row: in a row whose cells may stand
// in wrong columns every one of them may be somebody's number.
var anyNumber = regexp.MustCompile(`[0-9A-Za-z]*[0-9]{6}[0-9A-Za-z]*`)

// masked is a cell of a refused row as it may be kept in a file. The column of
// numbers is masked whatever is in it, unless it is a unit's code, which is
// public; in every other one, what looks like a number.
func masked(f field, text string) string {
	switch {
	case f == fieldBirth && text != "":
		return "****"
	case f == fieldNumber:
		return maskNumber(text)
	}
	if narrowed := narrow(text); longNumber.MatchString(narrowed) {
		return longNumber.ReplaceAllStringFunc(narrowed, hide)
	}
	return text
}

// maskedAnywhere is masked for a row that was refused as a whole.
func maskedAnywhere(f field, text string) string {
	return anyNumber.ReplaceAllStringFunc(narrow(masked(f, text)), hide)
}

func maskNumber(text string) string {
	number := identifier.NormaliseNumber(text)
	for _, kind := range []identifier.Kind{identifier.USCC, identifier.OrganisationCode} {
		if _, err := identifier.Parse(kind, "", number); err == nil {
			return number
		}
	}
	return hide(number)
}

// hide hides digits 7–14 and the last one of a long number, and all but the
// first two characters of a short one.
func hide(text string) string {
	number := []rune(identifier.NormaliseNumber(text))
	for i := range number {
		long := len(number) >= 15
		if long && (i >= 6 && i < 14 || i == len(number)-1) || !long && i >= 2 {
			number[i] = '*'
		}
	}
	return string(number)
}

// harmless is a text as no program takes it for anything but a text: control,
// invisible and direction characters are shown by their numbers, and what
// a spreadsheet would take for a formula begins with an apostrophe.
func harmless(text string) string {
	if strings.ContainsFunc(text, hidden) {
		var b strings.Builder
		for _, r := range text {
			switch {
			case !hidden(r):
				b.WriteRune(r)
			case r > 0xffff:
				fmt.Fprintf(&b, `\U%08x`, r)
			default:
				fmt.Fprintf(&b, `\u%04x`, r)
			}
		}
		text = b.String()
	}
	if formulaMark(text) {
		text = "'" + text
	}
	return text
}

func hidden(r rune) bool {
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co)
}
