package identifier

import (
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// decisionForm is what departments number their decisions with: letters, digits, brackets
// and a few signs between them.
var decisionForm = regexp.MustCompile(`^[\p{L}\p{Nd}(][\p{L}\p{Nd}()·.,、/#+ -]{0,98}[\p{L}\p{Nd})]$`)

// CourtDecision brings the number of a court's decision into its canonical form, which is
// that of a case's number, (2026)桂0102执123号之一; ok is false of any other.
func CourtDecision(text string) (number string, ok bool) {
	n, err := ParseCaseNumber(text)
	return n.String(), err == nil
}

// IsDecisionNumber reports whether a text can be the number of a decision of whichever
// organisation, as 南市监处〔2026〕12号: letters, digits, brackets of any width and few
// signs, with a digit and a letter among them. A blank or a bare dash is none.
func IsDecisionNumber(text string) bool {
	number := strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case strings.ContainsRune("[〔【﹝", r):
			return '('
		case strings.ContainsRune("]〕】﹞", r):
			return ')'
		case unicode.Is(unicode.Pd, r), r == '−':
			return '-'
		}
		return r
	}, norm.NFKC.String(text))
	return decisionForm.MatchString(number) && strings.ContainsFunc(number, unicode.IsDigit) && strings.ContainsFunc(number, unicode.IsLetter)
}
