package identifier

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// NormaliseNumber makes full-width letters, digits and signs half-width, letters
// upper case, and takes out blanks, dashes and invisible format characters:
// none of them is part of any number or code here (an organisation code is
// often printed 12345678-9). It judges nothing.
func NormaliseNumber(text string) string {
	return strings.Map(func(r rune) rune {
		r = halfWidth(r)
		switch {
		case unicode.IsSpace(r), unicode.Is(unicode.Pd, r), unicode.Is(unicode.Cf, r), r == '−':
			return -1
		case 'a' <= r && r <= 'z':
			return r - 'a' + 'A'
		}
		return r
	}, text)
}

// halfWidth maps U+FF01–U+FF5E to ASCII and the ideographic space to a space.
func halfWidth(r rune) rune {
	switch {
	case '！' <= r && r <= '～':
		return r - '！' + '!'
	case r == '\u3000':
		return ' '
	}
	return r
}

// scientific is how a spreadsheet shows a long number; the sign or the point
// tells it from a passport number such as 1E45.
var scientific = regexp.MustCompile(`^\d(\.\d+)?E\+?\d{1,3}$`)

func spreadsheet(number string) bool {
	return strings.ContainsAny(number, ".+") && scientific.MatchString(number)
}

// masked finds the signs that hide characters. A row of X hides digits in a
// personal number, but is lawful in a unit's code.
func masked(kind Kind, number string) bool {
	if strings.ContainsAny(number, "*∗●•█■") || strings.Count(number, "×") > 1 {
		return true
	}
	return kind.class() == "cn-person" && strings.Contains(number, "XX")
}

// crossed are the signs that people and programs set for the X at the end of a number.
const crossed = "×✕✖╳Ⅹⅹ乂ХхΧχ"

// crossAt is the place of such a sign where only the last character is one, or 0.
func crossAt(number string) int {
	runes := []rune(number)
	if n := len(runes); n > 1 && strings.ContainsRune(crossed, runes[n-1]) && firstNot(string(runes[:n-1]), alphanumeric) == 0 {
		return n
	}
	return 0
}

// firstNot returns the place, from 1, of the first character that is not ok, or
// 0. text is counted in characters, so that a place means something to a reader.
func firstNot(text string, ok func(rune) bool) int {
	place := 0
	for _, r := range text {
		place++
		if !ok(r) {
			return place
		}
	}
	return 0
}

func characters(text string) int { return utf8.RuneCountInString(text) }

func digit(c rune) bool { return '0' <= c && c <= '9' }

func letter(c rune) bool { return 'A' <= c && c <= 'Z' }

func alphanumeric(c rune) bool { return digit(c) || letter(c) }
