package administrative

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"concordat/enforcement"
	"concordat/enforcement/docket"
	"concordat/enforcement/ground"
	"concordat/enforcement/paper"
	"concordat/enforcement/record"
	"concordat/internal/calendar"
	"concordat/internal/pg"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// Facts are what a listing rests on; sealed at rest.
type Facts struct {
	// Conduct is the concrete act of dishonesty (国办发〔2020〕49号 item 9).
	Conduct string `json:"conduct"`
	// Finding names the document that found it, such as a penalty decision; may be
	// empty.
	Finding string `json:"finding,omitempty"`
}

// NewListing is what a list owner drafts.
type NewListing struct {
	ListType string
	Subject  enforcement.ID
	// Grounds are slugs of the list type's grounds; none where it has none.
	Grounds []string
	Facts   Facts
}

// Draft enters a draft: it restrains nobody. Nobody lists outside its powers, and no
// list without a footing takes an entry (49号 items 6, 7).
func (r *Administrative) Draft(ctx context.Context, act enforcement.Act, n NewListing) (enforcement.ID, error) {
	if err := act.Check(enforcement.Department...); err != nil {
		return enforcement.ID{}, err
	}
	t, err := r.punishList(n.ListType)
	if err != nil {
		return enforcement.ID{}, err
	}
	conduct, finding := enforcement.Say(n.Facts.Conduct), enforcement.Say(n.Facts.Finding)
	n.Facts.Conduct, n.Facts.Finding = conduct.String(), finding.String()
	if !conduct.Fits(0) || !conduct.Says(1) || (finding != "" && !finding.Fits(0)) {
		return enforcement.ID{}, enforcement.Refuse("listing.facts")
	}
	grounds := slices.Compact(slices.Sorted(slices.Values(n.Grounds)))
	if (len(grounds) == 0) != (len(t.Grounds) == 0) || slices.ContainsFunc(grounds, func(g string) bool { return t.ListGround(g) == nil }) {
		return enforcement.ID{}, enforcement.Refuse("list.ground", "list_type", t.Slug)
	}
	facts, err := json.Marshal(n.Facts)
	if err != nil {
		return enforcement.ID{}, fmt.Errorf("write the facts of a listing: %w", err)
	}
	id := enforcement.NewID()
	d, err := r.Record.Perform(ctx, act, func(ctx context.Context, tx *pg.Tx) (*record.Event, error) {
		l := Listing{ID: id, ListType: t.Slug, Organisation: act.Actor.Organisation, Subject: n.Subject}
		s, err := r.Parties.ReadFor(ctx, tx, n.Subject, l.Organisation)
		if err != nil {
			return nil, err
		}
		l.subjectKind, l.envelope, l.sealed = s.Kind, s.Wrapped, s.Sealed
		today := r.Record.Today(act.At)
		if err := r.checkPowers(ctx, tx, t, l.Organisation, l.subjectKind, today); err != nil {
			return nil, err
		}
		if err := r.checkAdministrativeAge(&l, today); err != nil {
			return nil, err
		}
		sealed, err := r.Record.SealUnder(l.Subject, l.envelope, "administrative-facts", facts)
		if err != nil {
			return nil, err
		}
		ground.EnterGround(tx, ground.NewGround{ID: id, Kind: memoranda.OnListing, ListType: t.Slug, Subject: l.Subject, Owner: l.Organisation})
		tx.Later(tx.NewInsert().Model(&row{
			ID: id, ListType: t.Slug, Organisation: l.Organisation, Subject: l.Subject, State: ground.Draft, Grounds: append([]string{}, grounds...), Facts: sealed, DraftedBy: act.Actor.ID, Rules: ground.RulesProved,
		}).Column(drafted...), "draft administrative listing %s", id)
		return &record.Event{Kind: eventDrafted, Subject: l.Subject, Ground: id, Day: today, LegalBasis: r.Plans.ListBasis(t.Slug, today)}, nil
	})
	return d.Ground, err
}

// checkAdministrativeAge refuses a natural person under 18.
func (r *Administrative) checkAdministrativeAge(l *Listing, on day.Day) error {
	if l.subjectKind != memoranda.NaturalPerson {
		return nil
	}
	identity, err := r.Parties.OpenIdentity(l.Subject, l.envelope, l.sealed)
	if err != nil {
		return err
	}
	return ground.CheckAge(identity, on)
}

// NoticeContents lists what a notice must tell (国办发〔2020〕49号 item 8).
func NoticeContents() []string { return []string{"cause", "basis", "rights"} }

// Notice is the notice before a decision.
type Notice struct {
	// Manner is one of the manners of service.
	Manner string
	// ServedOn is the day of service, or of the announcement; LastPostedOn of an
	// announcement the day of its last posting.
	ServedOn, LastPostedOn day.Day
	// Contents must hold all of [NoticeContents].
	Contents []string
	// Paper is the notice; Receipt proves the day of its service, without it the window runs
	// from today at the earliest; Consent and Search as of a [ground.Service].
	Paper, Receipt, Consent, Search paper.Given
}

// GiveNotice records that the subject was told cause, basis and rights, and opens
// the window to state and defend: as long as the list type says, else as long as
// the configuration.
func (r *Administrative) GiveNotice(ctx context.Context, act enforcement.Act, c ground.Change, n Notice) error {
	given := ground.Given{"manner": n.Manner, "contents": n.Contents, "served_on": n.ServedOn, "last_posted_on": n.LastPostedOn, ground.FieldDocument: n.Paper, ground.FieldConsent: n.Consent, ground.FieldSearch: n.Search, ground.FieldReceipt: n.Receipt}
	return r.Life.Do(ctx, act, c, given, func(_ context.Context, _ *pg.Tx, t *ground.Turn[Listing]) error {
		list, err := r.punishList(t.ListType)
		if err != nil {
			return err
		}
		served, err := r.Grounds.Effective(n.Manner, n.ServedOn, n.LastPostedOn)
		if err != nil {
			return err
		}
		t.Since = t.From(served, ground.FieldReceipt)
		due, period := r.Plans.Within(t.Since, list.Notice, own(r.NoticeWindow, noticeDays))
		t.Within(clockWindow, period)
		t.Set("notice_manner", n.Manner, "notice_served_on", served, "notice_contents", n.Contents, "window_until", due.Day,
			"notice_posted_on", n.LastPostedOn, "notice_recorded_on", t.Today)
		t.Event.Day, t.Event.Reason = served, n.Manner
		return nil
	}, moveNotify)
}

// own is a period of our own, where no rule sets one.
func own(p calendar.Period, days int) calendar.Period {
	if p == (calendar.Period{}) {
		return calendar.Period{Value: days, Unit: calendar.WorkingDays, Source: docket.OwnTerm}
	}
	if p.Source == "" {
		p.Source = docket.OwnTerm
	}
	return p
}

// Abandon gives a listing up before publication; any state before it allows it.
func (r *Administrative) Abandon(ctx context.Context, act enforcement.Act, c ground.Change, reason ground.AbandonReason) error {
	return r.Life.Do(ctx, act, c, ground.Given{"reason": string(reason)}, func(_ context.Context, _ *pg.Tx, t *ground.Turn[Listing]) error {
		t.Set("end_cause", string(reason))
		t.Event.Reason = string(reason)
		return nil
	}, ground.MoveAbandon)
}
