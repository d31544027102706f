package paper

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"concordat/enforcement"
)

// maxTitle is how long a title may be, in characters.
const maxTitle = 200

// checkTitle refuses a title that says nothing, or that shows something else than it is:
// control characters, marks of direction and whatever else cannot be seen.
func checkTitle(title string) (string, error) {
	title = strings.TrimFunc(title, unicode.IsSpace)
	if !utf8.ValidString(title) || utf8.RuneCountInString(title) > maxTitle || strings.ContainsFunc(title, unseen) || !says(title) {
		return "", enforcement.Refuse("paper.title")
	}
	return title, nil
}

// unseen is true of what is not shown, or changes how the rest is: control characters,
// marks of direction and format, line separators, places of private use.
func unseen(r rune) bool {
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs, unicode.Zl, unicode.Zp) || r == utf8.RuneError
}

// says is true of a text with a letter or a digit.
func says(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
}
