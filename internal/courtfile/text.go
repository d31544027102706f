package courtfile

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"concordat/internal/identifier"
)

// maxText bounds a text in characters.
const maxText = 20_000

// cleanText checks a text that people wrote: no control, invisible or direction
// characters, with which a text can be made to look like another; nothing that
// stands for what a decoder could not read. Line feeds and tabs are allowed and
// become what they are elsewhere.
func cleanText(f field, text string) (string, *fault) {
	if strings.IndexByte(text, '\r') >= 0 {
		text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	}
	place := 0
	for _, r := range text {
		place++
		switch {
		case ' ' <= r && r < 0x7f, 0x4e00 <= r && r <= 0x9fff, r == '\n', r == '\t':
		case r == utf8.RuneError:
			return "", wrong(f, CodeEncoding)
		case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp):
			return "", &fault{field: f, code: CodeControl, args: map[string]string{"position": strconv.Itoa(place)}}
		}
	}
	if place > maxText {
		return "", &fault{field: f, code: CodeLength, args: map[string]string{
			"maximum": strconv.Itoa(maxText), "actual": strconv.Itoa(place),
		}}
	}
	return text, nil
}

// telling reports whether a character says something: what nobody sees does not, be it a
// letter, nor do dots and dashes (compare enforcement.Words).
func telling(r rune) bool {
	return (unicode.IsLetter(r) || unicode.IsDigit(r)) && !identifier.Invisible(r)
}

// formulaMark reports whether a spreadsheet would take a text for a formula.
func formulaMark(text string) bool {
	r, _ := utf8.DecodeRuneInString(text)
	switch r {
	case '=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠':
		return true
	}
	return false
}

// nothing reports whether a text is one of the signs that say that a field is
// left empty.
func nothing(text string) bool {
	switch text {
	case "", "-", "--", "－", "—", "——", "/", "无", "暂无":
		return true
	}
	return false
}

// narrow makes full-width letters, digits and signs half-width.
func narrow(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case '！' <= r && r <= '～':
			return r - '！' + '!'
		case r == '\u3000':
			return ' '
		}
		return r
	}, text)
}
