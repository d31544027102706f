package plan

import (
	"slices"
	"strings"

	"concordat/enforcement/docket"
	"concordat/internal/calendar"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// FootingKind names the rank of the basis that carries the list on a day; "" is
// none. It asks what [memoranda.Catalogue.Footing] asks, and the schema asks it
// once more (administrative_footing).
func (r *Plans) FootingKind(t *memoranda.ListType, on day.Day) memoranda.BasisKind {
	ranks := memoranda.BasisKinds()
	best := len(ranks)
	for _, c := range t.Bases {
		b := r.Catalogue().Basis(c.Basis)
		local := b.Kind == memoranda.LocalRegulation
		if !Citable(b, on) || b.Kind == memoranda.Departmental || local != (t.Region != "") || (local && !strings.HasPrefix(t.Region, b.Region)) {
			continue
		}
		best = min(best, slices.Index(ranks, b.Kind))
	}
	if best == len(ranks) {
		return ""
	}
	return ranks[best]
}

// Citable reports whether a legal basis is in force on a day.
func Citable(b *memoranda.LegalBasis, on day.Day) bool {
	return on >= b.From && (b.Until.IsZero() || on <= b.Until)
}

// Cite writes a citation for people and for the log.
func (r *Plans) Cite(c memoranda.Citation) string {
	b := r.Catalogue().Basis(c.Basis)
	if b == nil {
		return c.Basis
	}
	parts := []string{b.Title}
	for _, place := range []string{c.Article, c.Clause} {
		if place != "" {
			parts = append(parts, place)
		}
	}
	return strings.Join(parts, " ")
}

// ListBasis is the legal basis of a list as of a day, each of its citations in
// force; for the courts' list that of the publication itself.
func (r *Plans) ListBasis(slug string, on day.Day) string {
	t := r.Catalogue().ListType(slug)
	if t == nil || slug == ListType {
		return "法释〔2017〕7号 Art. 7, 8"
	}
	var cited []string
	for _, c := range t.Bases {
		if Citable(r.Catalogue().Basis(c.Basis), on) {
			cited = append(cited, r.Cite(c))
		}
	}
	return strings.Join(cited, "; ")
}

// Within turns a period of a list type into one of a subject's to count by; own is what stands
// in its place where the list type is silent. A period that nobody verified
// counts only where it is the longer of the two: both may be waited for.
func (r *Plans) Within(from day.Day, set *memoranda.Period, own calendar.Period) (calendar.Due, calendar.Period) {
	if set == nil {
		return r.Record.Calendar.For(calendar.Subject, from, own), own
	}
	p := calendar.Period{Value: set.Value, Unit: calendar.Unit(set.Unit), Source: docket.OwnTerm}
	if set.Unit == memoranda.Years {
		p.Value, p.Unit = 12*set.Value, calendar.Months
	}
	if set.Place != nil && set.Evidence != memoranda.Unverified {
		p.Source = r.Cite(*set.Place)
	}
	due := r.Record.Calendar.For(calendar.Subject, from, p)
	if set.Evidence == memoranda.Unverified {
		if other := r.Record.Calendar.For(calendar.Subject, from, own); other.Day > due.Day {
			return other, own
		}
	}
	return due, p
}

// After returns the day a period ends on, without moving it to a working day: an
// entry never stands longer, and its repair never waits longer, for a day off.
func (r *Plans) After(from day.Day, p memoranda.Period) day.Day {
	switch p.Unit {
	case memoranda.WorkingDays:
		return r.Record.Calendar.Add(from, calendar.Period{Value: p.Value, Unit: calendar.WorkingDays}).Day
	case memoranda.Months:
		return from.AddMonths(p.Value)
	case memoranda.Years:
		return from.AddYears(p.Value)
	case memoranda.CalendarDays:
		return from.AddDays(p.Value)
	default:
		return from.AddDays(p.Value)
	}
}

// ListType is the slug of the courts' list, of judgment debtors.
const ListType = "judgment-debtor"
