package enforcement

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"concordat/internal/identifier"
)

// Words is a text that somebody wrote, in the form in which it is kept and shown: what the
// law calls reasons, facts, conditions, remedies, statements and answers. [Say] makes it.
type Words string

// The bounds of texts.
const (
	// LongestWords is how long a text may be, in bytes.
	LongestWords = 60_000
	// LeastReasons is how many letters or digits reasons have at least. No law counts
	// them; it is ours.
	LeastReasons = 10
	// leastDifferent is how many of the letters or digits of reasons differ: one key held
	// down gives no reasons.
	leastDifferent = 4
)

// Say brings a text into the form in which it is kept: composed as Unicode says (NFC), with
// plain line breaks, without blanks of any kind around it, and without what nobody sees or
// what makes others look like something else: control characters, the start of escape
// sequences, marks of direction, characters of no width. So who signs a text reads what is
// stored. What a sheet would take for a formula stays; who writes sheets escapes it.
func Say(text string) Words {
	text = strings.ToValidUTF8(strings.ReplaceAll(text, "\r\n", "\n"), "")
	text = strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case r == '\r', r == '\v', r == '\f', r == '\u0085', unicode.In(r, unicode.Zl, unicode.Zp):
			return '\n'
		case r != '\n' && identifier.Invisible(r), unicode.Is(unicode.Noncharacter_Code_Point, r):
			return -1
		}
		return r
	}, text)
	return Words(strings.TrimSpace(norm.NFC.String(text)))
}

// String is the text.
func (w Words) String() string { return string(w) }

// Fits reports whether there is a text, and none longer than so many bytes (0: what any
// text may have).
func (w Words) Fits(most int) bool {
	if most == 0 {
		most = LongestWords
	}
	return w != "" && len(w) <= most
}

// Says reports whether the text says something: it has so many letters or digits at least,
// and of as many as reasons need several that differ. Dots, dashes and blanks say nothing.
func (w Words) Says(least int) bool {
	n, different := 0, map[rune]bool{}
	for _, r := range w {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			n++
			different[r] = true
		}
	}
	return n >= max(least, 1) && (least < LeastReasons || len(different) >= leastDifferent)
}

// Reasons reports whether the text is reasons enough where the law demands reasons.
func (w Words) Reasons() bool { return w.Fits(0) && w.Says(LeastReasons) }
