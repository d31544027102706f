package administrative

import (
	"context"
	"slices"
	"strings"

	"concordat/enforcement"
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
func (r *Administrative) punishList(slug string) (*memoranda.ListType, error) {
	t := r.Plans.Catalogue().ListType(slug)
	switch {
	case t == nil || t.Kind != memoranda.Punish:
		return nil, enforcement.Refuse("list.unknown", "list_type", slug)
	case t.Authority == "court":
		return nil, enforcement.Refuse("list.court", "list_type", slug)
	}
	return t, nil
}

// checkPowers holds who may list whom: an organisation that stands on the day for
// one of the bodies that keep the list, inside the region of a local list; and
// only while the list itself has a footing.
func (r *Administrative) checkPowers(ctx context.Context, tx *pg.Tx, t *memoranda.ListType, org enforcement.OrganisationID, kind memoranda.SubjectKind, on day.Day) error {
	if !slices.Contains(t.Subjects, kind) {
		return enforcement.Refuse("list.subject-kind", "kind", string(kind))
	}
	if r.Plans.Catalogue().Footing(t, on) == memoranda.FootingNone {
		return enforcement.Refuse("list.no-footing", "list_type", t.Slug)
	}
	var bodies []string
	for _, owner := range t.Owners {
		bodies = append(bodies, r.Plans.Catalogue().Body(owner, on)...)
	}
	owner, serves, err := r.Parties.Plays(ctx, tx, org, bodies, on)
	switch {
	case err != nil:
		return err
	case !owner:
		return enforcement.Refuse("list.not-owner", "list_type", t.Slug)
	case !strings.HasPrefix(serves, t.Region):
		return enforcement.Refuse("list.region", "region", t.Region)
	}
	return nil
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
func (r *Administrative) termOf(t *memoranda.ListType, grounds []string, decided day.Day) termRule {
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
		end := r.Plans.After(decided, term.Period)
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
func (r *Administrative) batchDay(from day.Day) day.Day {
	y, m, _ := from.Date()
	for {
		first := r.Record.Calendar.Add(day.Of(y, m, 1), calendar.Period{Unit: calendar.WorkingDays}).Day
		if first >= from {
			return first
		}
		m++ // day.Of carries a thirteenth month
	}
}
