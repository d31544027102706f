package memoranda

import (
	"slices"

	"github.com/goccy/go-yaml/ast"

	"concordat/memoranda/day"
)

// What is checked here an edition of the record may have been adopted without: it goes on
// standing. Texts that come now do not pass.

// founding is the first day of which a body of today's state can be said to do anything.
var founding = day.Of(1949, 10, 1)

// bounds on what a rule may say, in each unit; none of the rules read says more. An entry
// that lasts for ever is open, with its reason.
var (
	longestTerm   = map[Unit]int{Years: 10, Months: 120, CalendarDays: 3_660, WorkingDays: 2_610}
	longestWindow = map[Unit]int{Years: 1, Months: 12, CalendarDays: 366, WorkingDays: 261}
)

// longestKeeping is in months.
const longestKeeping = 120

// atMost holds a period to a bound.
func (r *reader) atMost(n ast.Node, name string, p *Period, longest map[Unit]int) {
	if most, known := longest[p.Unit]; known && p.Value > most {
		r.note(r.at(n), "memoranda.beyond-any-rule", name, p.Value, p.Unit, most)
	}
}

// checkAllThere holds a memorandum that has no measure, or fewer than were counted, to
// saying what is left out of it.
func (r *reader) checkAllThere(n ast.Node, m *Memorandum) {
	if r.recorded() || len(m.NotEncoded) > 0 {
		return
	}
	switch {
	case len(m.Measures) == 0:
		r.note(r.at(n), "memoranda.no-measures", m.Slug)
	case m.Counted != nil && len(m.Measures) < m.Counted.Measures:
		r.note(r.at(n), "memoranda.fewer-measures", len(m.Measures), m.Counted.Measures)
	}
}

// checkInForce holds a citation to a basis that is in force on some day from from to until.
func (r *reader) checkInForce(n ast.Node, cited string, from, until day.Day) {
	at := slices.IndexFunc(r.catalogue.Bases, func(b LegalBasis) bool { return b.Slug == cited })
	if at < 0 || from.IsZero() || r.recorded() {
		return
	}
	switch b := &r.catalogue.Bases[at]; {
	case !b.Until.IsZero() && b.Until < from:
		r.note(r.at(n), "memoranda.basis-ended", cited, b.Until, from)
	case !until.IsZero() && b.From > until:
		r.note(r.at(n), "memoranda.basis-not-begun", cited, b.From, until)
	}
}

// during is from when to when a measure stands: its own days within those of its edition.
func (m *Measure) during(of *Memorandum) (from, until day.Day) {
	until = of.Until
	if !m.Until.IsZero() {
		until = m.Until
	}
	return max(m.From, of.From), until
}

// checkSuccession holds a succession to the days of the bodies between which a role goes:
// none gives away what it did not have yet, or gets what it could not keep.
func (r *reader) checkSuccession(n ast.Node, from *Body, s *Succession) {
	if s.From.IsZero() {
		return
	}
	if began := max(from.From, founding); s.From < began {
		r.note(r.at(n), "memoranda.before-body", s.From, from.Slug, began)
	}
	for i := range r.catalogue.Bodies {
		to := &r.catalogue.Bodies[i]
		if !slices.Contains(s.To, to.Slug) {
			continue
		}
		if s.From < to.From {
			r.note(r.at(n), "memoranda.before-body", s.From, to.Slug, to.From)
		} else if gave := to.gaveUp(s); gave != 0 {
			r.note(r.at(n), "memoranda.given-up-before", s.From, to.Slug, gave)
		}
	}
}

// gaveUp is the day on which a body had given its whole role away before it was to get one
// by a succession; 0 if it had not, or the years alone do not tell.
func (b *Body) gaveUp(by *Succession) day.Day {
	for i := range b.Successions {
		s := &b.Successions[i]
		gave, _, _ := s.From.Date()
		got, _, _ := by.From.Date()
		onlyYears := s.Precision == "year" || by.Precision == "year"
		if len(s.Measures) == 0 && !s.From.IsZero() && s.From < by.From && (!onlyYears || gave < got) {
			return s.From
		}
	}
	return 0
}

// checkSignedByLiving refuses signatories that had given their role away before the
// earliest day on which the memorandum can have been signed.
func (r *reader) checkSignedByLiving(n ast.Node, m *Memorandum) {
	earliest := m.Signed
	if m.Dated != "" {
		earliest = firstDay(m.Dated)
	}
	if r.recorded() || earliest.IsZero() {
		return
	}
	for i := range r.catalogue.Bodies {
		b := &r.catalogue.Bodies[i]
		if !slices.Contains(m.Signatories, b.Slug) {
			continue
		}
		if gave := b.gaveUp(&Succession{From: earliest}); gave != 0 {
			r.note(r.at(n), "memoranda.signed-too-late", b.Slug, gave, earliest)
		}
	}
}

// firstDay returns the first day of a year, a month or a day, as dated holds them.
func firstDay(dated string) day.Day {
	switch len(dated) {
	case len("2016"):
		dated += "-01-01"
	case len("2016-12"):
		dated += "-01"
	}
	first, err := day.Parse(dated)
	if err != nil { // as 2016-02-31, which its form lets pass
		return 0
	}
	return first
}
