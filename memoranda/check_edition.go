package memoranda

import (
	"strings"

	"github.com/goccy/go-yaml/ast"

	"concordat/memoranda/day"
)

// checkGaps refuses days between two editions of one memorandum on which neither
// stands: nobody agrees to a pause, so one of the two days is wrong. (The basic
// list does have gaps: there nothing stands.) Over editions of a record it says
// nothing: there an edition may be missing because its text is. It relies on the
// order that checkOverlaps has made.
func (l *loader) checkGaps() {
	if l.stands != nil {
		return
	}
	for i := 1; i < len(l.spans); i++ {
		before, s := l.spans[i-1], l.spans[i]
		if before.family != s.family || !strings.HasPrefix(s.family, "memorandum ") || before.until.IsZero() {
			continue
		}
		if s.from > before.until.AddDays(1) {
			l.note(s.at, "memoranda.gap", before.name, before.until)
		}
	}
}

// checkHead compares the days of a memorandum with each other, and its leaders
// with its signatories.
func (r *reader) checkHead(n ast.Node, m *Memorandum) {
	switch {
	case m.Dated != "" && !m.Signed.IsZero():
		r.note(r.at(n), "memoranda.two-fields", "signed", "dated")
	case m.From.IsZero():
	case m.From < m.Signed:
		r.note(r.at(n), "memoranda.before-date", m.From, m.Signed)
	case m.Dated != "" && m.From < lastDay(m.Dated):
		r.note(r.at(n), "memoranda.before-date", m.From, m.Dated)
	}
	if len(m.Signatories) == 0 {
		return
	}
	signed := make(map[string]bool, len(m.Signatories))
	for _, slug := range m.Signatories {
		signed[slug] = true
	}
	for _, slug := range m.Lead {
		if !signed[slug] {
			r.note(r.at(n), "memoranda.not-signatory", slug)
		}
	}
}

// lastDay returns the last day of a year, a month or a day, as dated holds them.
func lastDay(dated string) day.Day {
	switch len(dated) {
	case len("2016"):
		dated += "-12-31"
	case len("2016-12"):
		first, err := day.Parse(dated + "-01")
		if err != nil {
			return 0
		}
		return first.AddMonths(1).AddDays(-1)
	}
	last, err := day.Parse(dated)
	if err != nil { // as 2016-02-31, which its form lets pass
		return 0
	}
	return last
}
