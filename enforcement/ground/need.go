package ground

import (
	"slices"

	"concordat/enforcement"
	"concordat/internal/identifier"
	"concordat/memoranda/day"
)

// Says reports whether a text is reasons enough to close what speaks for a subject: words
// of as many letters or digits as a resumption needs.
func Says(text string) bool { return enforcement.Say(text).Reasons() }

// said brings the words of a request into the form in which they are kept, each by the
// rule of its field: what is checked is what is stored. Codes to choose from stay.
func (m *Move) said(given Given) {
	for _, n := range m.Needs {
		text, ok := given[n.Field].(string)
		if !ok || n.Rule == RuleOneOf {
			continue
		}
		given[n.Field] = enforcement.Say(text).String()
		if number, ok := identifier.CourtDecision(text); ok && n.Rule == RuleCourtNumber {
			given[n.Field] = number
		}
	}
}

// fits reports whether a text is what the rule asks.
func (n Need) fits(text string) bool {
	w := enforcement.Say(text)
	if n.Rule != RuleOneOf && !w.Fits(n.Max) {
		return false
	}
	switch n.Rule {
	case RuleOneOf:
		return slices.Contains(n.Of, text)
	case RuleText:
		return w.Says(1)
	case RuleWhy:
		return w.Says(n.Min)
	case RuleCourtNumber:
		_, ok := identifier.CourtDecision(text)
		return ok
	case RuleNumbered:
		return identifier.IsDecisionNumber(w.String())
	case RuleWritten, RuleDay, RulePast, RuleAllOf, RuleNumber, RuleYes, RuleNoted:
	}
	return true
}

func (n Need) check(v any, today day.Day) error {
	bad, absent := false, false
	missing := n.Missing
	switch v := v.(type) {
	case string:
		absent = enforcement.Say(v) == ""
		bad = absent || !n.fits(v)
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
