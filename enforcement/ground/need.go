package ground

import (
	"slices"
	"strings"
	"unicode"

	"concordat/enforcement"
	"concordat/memoranda/day"
)

// said counts the letters and digits of a text: dots and blanks say nothing.
func said(text string) (n int) {
	for _, c := range text {
		if unicode.IsLetter(c) || unicode.IsDigit(c) {
			n++
		}
	}
	return n
}

// Says reports whether a text is reasons enough to close what speaks for a subject: words
// of as many letters or digits as a resumption needs.
func Says(text string) bool { return said(text) >= minReasons && len(text) <= maxWritten }

// longest is how long a text may be, in bytes.
func (n Need) longest() int {
	if n.Max > 0 {
		return n.Max
	}
	return maxWritten
}

func (n Need) check(v any, today day.Day) error {
	bad, absent := false, false
	missing := n.Missing
	switch v := v.(type) {
	case string:
		absent = strings.TrimSpace(v) == ""
		bad = absent || len(v) > n.longest() || (n.Rule == RuleWhy && said(v) < n.Min) || (n.Rule == RuleOneOf && !slices.Contains(n.Of, v))
	case day.Day:
		absent = v.IsZero()
		bad = absent || (n.Rule == RulePast && v > today)
	case int:
		absent = v == 0
		bad = n.Rule == RuleNumber && (v < n.Min || v > n.Max)
	case bool:
		bad = !v
	case []string:
		for _, one := range n.Of {
			if n.Rule == RuleAllOf && !slices.Contains(v, one) {
				bad, missing = true, one
				break
			}
		}
	default:
		absent, bad = true, true
	}
	switch {
	case n.Rule == RuleNoted, n.Optional && absent, !bad:
		return nil
	case missing != "":
		return enforcement.Refuse(n.Code, "missing", missing)
	default:
		return enforcement.Refuse(n.Code)
	}
}
