package identifier

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxName is the greatest length of a name in characters, after normalising.
const maxName = 200

// NormaliseName gives the one form in which names are stored and compared:
// Unicode NFC; radicals of the Kangxi block and what fonts had in places of private use as
// the characters they are; Latin letters and digits half-width; the middle dots of names
// (• ・ ‧ ． and others, a full stop between Chinese characters too) as U+00B7 without
// blanks around it; blanks collapsed, and taken out between Chinese characters, where they
// only align columns; brackets full-width in a name with Chinese characters, as registers
// print them, half-width in others. It judges nothing: see ParseName.
func NormaliseName(text string) string {
	runes := []rune(norm.NFC.String(text))
	han := false
	for i, r := range runes {
		r = character(r)
		runes[i] = nameRune(r)
		han = han || unicode.Is(unicode.Han, r)
	}
	dotNames(runes)
	for i, r := range runes {
		runes[i] = bracket(r, han)
	}
	return norm.NFC.String(joinName(runes))
}

// dotNames makes a full stop between Chinese characters, blanks aside, the dot of a name.
func dotNames(runes []rune) {
	last := rune(0)
	for i, r := range runes {
		next := slices.IndexFunc(runes[i+1:], func(r rune) bool { return r != ' ' })
		switch {
		case r == ' ':
			continue
		case strings.ContainsRune(".。｡﹒", r) && unicode.Is(unicode.Han, last) && next >= 0 && unicode.Is(unicode.Han, runes[i+1+next]):
			runes[i] = '·'
		}
		last = r
	}
}

// joinName writes blanks only where they mean something.
func joinName(runes []rune) string {
	var b strings.Builder
	last, blank := rune(0), false
	for _, r := range runes {
		if r == ' ' {
			blank = true
			continue
		}
		if blank && last != 0 && !joins(last) && !joins(r) {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
		last, blank = r, false
	}
	return b.String()
}

// joins reports whether a blank beside r means nothing. A blank between Latin
// and Chinese means nothing either: registers differ in setting it.
func joins(r rune) bool {
	return r == '·' || r == '（' || r == '）' || unicode.Is(unicode.Han, r)
}

func nameRune(r rune) rune {
	switch r {
	case '•', '・', '‧', '．', '∙', '⋅', '･', '●', '\u0387', '᛫', 'ᐧ', '⸱', '⸳', 'ꞏ', '▪', '◦':
		return '·'
	}
	half := halfWidth(r)
	switch {
	case unicode.IsSpace(half), unicode.Is(unicode.Z, half):
		return ' '
	case half < utf8.RuneSelf && alphanumeric(unicode.ToUpper(half)):
		return half
	}
	return r
}

func bracket(r rune, han bool) rune {
	switch r {
	case '(', '（', '﹙', '﹝', '〔':
		if han {
			return '（'
		}
		return '('
	case ')', '）', '﹚', '﹞', '〕':
		if han {
			return '）'
		}
		return ')'
	}
	return r
}

// ParseName normalises a name of a person or unit and refuses what has no place
// in one: nothing at all, more than 200 characters, control and line
// characters, invisible ones and those that turn the direction of the text,
// with which one name can be made to look like another; characters that no standard
// has, signs for what was lost, words for nobody, several names in one, and numbers that
// identify ([nameFault]). Every error is an *Error; it never holds the name.
func ParseName(text string) (string, error) {
	text = strings.TrimSpace(text)
	place := 0
	for rest := text; rest != ""; {
		r, size := utf8.DecodeRuneInString(rest)
		place++
		if (r == utf8.RuneError && size < 2) || Invisible(r) {
			return "", refuseAt(CodeNameControl, place)
		}
		rest = rest[size:]
	}
	name := NormaliseName(text)
	if name == "" {
		return "", refuse(CodeNameEmpty)
	}
	if n := characters(name); n > maxName {
		return "", &Error{Code: CodeNameLength, Args: map[string]string{
			"maximum": strconv.Itoa(maxName), "actual": strconv.Itoa(n),
		}}
	}
	if err := nameFault(name); err != nil {
		return "", err
	}
	return name, nil
}

// Grams returns the different single characters and pairs of neighbours of a
// name, in the order in which they first stand there, lower-case and without
// blanks, dots and brackets. A search hashes the grams of a part of a name and
// asks for the records that hold them all.
func Grams(name string) []string {
	var runes []rune
	for _, r := range strings.ToLower(NormaliseName(name)) {
		if !strings.ContainsRune(" ·()（）", r) {
			runes = append(runes, r)
		}
	}
	seen := make(map[string]bool, 2*len(runes))
	grams := make([]string, 0, 2*len(runes))
	add := func(gram string) {
		if !seen[gram] {
			seen[gram] = true
			grams = append(grams, gram)
		}
	}
	for i := range runes {
		add(string(runes[i]))
		if i+1 < len(runes) {
			add(string(runes[i : i+2]))
		}
	}
	return grams
}
