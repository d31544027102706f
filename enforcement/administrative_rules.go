package enforcement

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"concordat/internal/calendar"
	"concordat/internal/pg"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// Where a list type is silent these stand in its place, and are shown as our own
// (docs/open-questions.md).
const (
	noticeDays       = 5 // working days to state and defend
	answerDays       = 5 // working days to answer a statement
	objectionDays    = 7 // working days of public notice of a batch
	longestTermYears = 3 // 国办发〔2025〕22号 item 2, of what is serious
)

// punishList returns the list type that a department or unit keeps, or the
// refusal that says why there is none.
func (r *Register) punishList(slug string) (*memoranda.ListType, error) {
	t := r.Catalogue().ListType(slug)
	switch {
	case t == nil || t.Kind != memoranda.Punish:
		return nil, refuse("list.unknown", "list_type", slug)
	case t.Authority == "court":
		return nil, refuse("list.court", "list_type", slug)
	}
	return t, nil
}

// checkPowers holds who may list whom: an organisation that stands on the day for
// one of the bodies that keep the list, inside the region of a local list; and
// only while the list itself has a footing.
func (r *Register) checkPowers(ctx context.Context, tx *pg.Tx, t *memoranda.ListType, org OrganisationID, kind memoranda.SubjectKind, on day.Day) error {
	if !slices.Contains(t.Subjects, kind) {
		return refuse("list.subject-kind", "kind", string(kind))
	}
	if r.Catalogue().Footing(t, on) == memoranda.FootingNone {
		return refuse("list.no-footing", "list_type", t.Slug)
	}
	var bodies []string
	for _, owner := range t.Owners {
		bodies = append(bodies, r.Catalogue().Body(owner, on)...)
	}
	var serves string
	var owner bool
	err := tx.Pgx(func(p pgx.Tx) error {
		return p.QueryRow(ctx, `SELECT o.serves, EXISTS (SELECT FROM organisation_role r WHERE r.organisation_id = o.id AND r.body = ANY ($2)
			AND r.valid_from <= $3::date AND (r.valid_until IS NULL OR r.valid_until >= $3::date)) FROM organisation o WHERE o.id = $1`, org, bodies, on).Scan(&serves, &owner)
	})
	switch {
	case err != nil:
		return fmt.Errorf("read the powers of organisation %d: %w", org, err)
	case !owner:
		return refuse("list.not-owner", "list_type", t.Slug)
	case !strings.HasPrefix(serves, t.Region):
		return refuse("list.region", "region", t.Region)
	}
	return nil
}

// keepsAnyList refuses a department that keeps no list: it has no subject to enter,
// and could only find out who is known here.
func (r *Register) keepsAnyList(ctx context.Context, tx *pg.Tx, act Act) error {
	if !slices.Contains(department, act.Actor.Role) {
		return nil
	}
	today, catalogue := r.Today(act.At), r.Catalogue()
	var bodies []string
	for i := range catalogue.ListTypes {
		for _, owner := range catalogue.ListTypes[i].Owners {
			bodies = append(bodies, catalogue.Body(owner, today)...)
		}
	}
	var keeps bool
	err := tx.Pgx(func(p pgx.Tx) error {
		return p.QueryRow(ctx, `SELECT EXISTS (SELECT FROM organisation_role WHERE organisation_id = $1 AND body = ANY ($2)
			AND valid_from <= $3::date AND (valid_until IS NULL OR valid_until >= $3::date))`, int32(act.Actor.Organisation), bodies, today).Scan(&keeps)
	})
	if err != nil {
		return fmt.Errorf("read which lists organisation %d keeps: %w", act.Actor.Organisation, err)
	}
	if !keeps {
		return refuse("role.forbidden", "role", string(act.Actor.Role))
	}
	return nil
}

// footingKind names the rank of the basis that carries the list on a day; "" is
// none. It asks what [memoranda.Catalogue.Footing] asks, and the schema asks it
// once more (administrative_footing).
func (r *Register) footingKind(t *memoranda.ListType, on day.Day) memoranda.BasisKind {
	ranks := memoranda.BasisKinds()
	best := len(ranks)
	for _, c := range t.Bases {
		b := r.Catalogue().Basis(c.Basis)
		local := b.Kind == memoranda.LocalRegulation
		if !citable(b, on) || b.Kind == memoranda.Departmental || local != (t.Region != "") || (local && !strings.HasPrefix(t.Region, b.Region)) {
			continue
		}
		best = min(best, slices.Index(ranks, b.Kind))
	}
	if best == len(ranks) {
		return ""
	}
	return ranks[best]
}

func citable(b *memoranda.LegalBasis, on day.Day) bool {
	return on >= b.From && (b.Until.IsZero() || on <= b.Until)
}

// cite writes a citation for people and for the log.
func (r *Register) cite(c memoranda.Citation) string {
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

// listBasis is the legal basis of a list as of a day, each of its citations in
// force; for the courts' list that of the publication itself.
func (r *Register) listBasis(slug string, on day.Day) string {
	t := r.Catalogue().ListType(slug)
	if t == nil || slug == ListType {
		return "法释〔2017〕7号 Art. 7, 8"
	}
	var cited []string
	for _, c := range t.Bases {
		if citable(r.Catalogue().Basis(c.Basis), on) {
			cited = append(cited, r.cite(c))
		}
	}
	return strings.Join(cited, "; ")
}

// within turns a period of a list type into one to count by; own is what stands
// in its place where the list type is silent. A period that nobody verified
// counts only where it is the longer of the two: both may be waited for.
func (r *Register) within(from day.Day, set *memoranda.Period, own calendar.Period) (calendar.Due, calendar.Period) {
	if set == nil {
		return r.calendar.Add(from, own), own
	}
	p := calendar.Period{Value: set.Value, Unit: calendar.Unit(set.Unit), Source: OwnTerm}
	if set.Unit == memoranda.Years {
		p.Value, p.Unit = 12*set.Value, calendar.Months
	}
	if set.Place != nil && set.Evidence != memoranda.Unverified {
		p.Source = r.cite(*set.Place)
	}
	due := r.calendar.Add(from, p)
	if set.Evidence == memoranda.Unverified {
		if other := r.calendar.Add(from, own); other.Day > due.Day {
			return other, own
		}
	}
	return due, p
}

// after returns the day a period ends on, without moving it to a working day: an
// entry never stands longer, and its repair never waits longer, for a day off.
func (r *Register) after(from day.Day, p memoranda.Period) day.Day {
	switch p.Unit {
	case memoranda.WorkingDays:
		return r.calendar.Add(from, calendar.Period{Value: p.Value, Unit: calendar.WorkingDays}).Day
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

// termRule is what a list type allows a decision to say about the end.
type termRule struct {
	// limit is the latest last day; none where it may stand until its reason ends.
	limit day.Day
	// open: it ends when its reason ends.
	open bool
	// known: a rule sets the end, so that a decision need not state it.
	known bool
}

// termOf reads the terms of the grounds of a listing decided on a day. Of several
// grounds the longest term counts. Three years are the most where no term is
// known, or only one that nobody verified, and always on a list of serious
// dishonesty, also for what stands until its reason ends.
func (r *Register) termOf(t *memoranda.ListType, grounds []string, decided day.Day) termRule {
	most := decided.AddYears(longestTermYears)
	var rule termRule
	for _, term := range t.Terms {
		if len(term.Grounds) > 0 && !slices.ContainsFunc(term.Grounds, func(g string) bool { return slices.Contains(grounds, g) }) {
			continue
		}
		if term.Open {
			rule.open, rule.known = true, true
			continue
		}
		end := r.after(decided, term.Period)
		if term.Evidence == memoranda.Unverified {
			end = min(end, most)
		} else {
			rule.known = true
		}
		rule.limit = max(rule.limit, end)
	}
	switch {
	case rule.open && t.Serious:
		rule.limit = most
	case rule.open:
		rule.limit = 0
	case rule.limit.IsZero(), t.Serious && rule.limit > most:
		rule.limit = most
	}
	return rule
}

// batchDay returns the first first working day of a month on or after a day.
func (r *Register) batchDay(from day.Day) day.Day {
	y, m, _ := from.Date()
	for {
		first := r.calendar.Add(day.Of(y, m, 1), calendar.Period{Unit: calendar.WorkingDays}).Day
		if first >= from {
			return first
		}
		m++ // day.Of carries a thirteenth month
	}
}
