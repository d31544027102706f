package enforcement

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"concordat/internal/calendar"
	"concordat/internal/pg"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// AdministrativeFacts are what a listing rests on; sealed at rest.
type AdministrativeFacts struct {
	// Conduct is the concrete act of dishonesty (国办发〔2020〕49号 item 9).
	Conduct string `json:"conduct"`
	// Finding names the document that found it, such as a penalty decision; may be
	// empty.
	Finding string `json:"finding,omitempty"`
}

// NewAdministrative is what a list owner drafts.
type NewAdministrative struct {
	ListType string
	Subject  ID
	// Grounds are slugs of the list type's grounds; none where it has none.
	Grounds []string
	Facts   AdministrativeFacts
}

// DraftAdministrative enters a draft: it restrains nobody. Nobody lists outside
// its powers, and no list without a footing takes an entry (49号 items 6, 7).
func (r *Register) DraftAdministrative(ctx context.Context, act Act, n NewAdministrative) (ID, error) {
	if err := act.check(ofOwners...); err != nil {
		return ID{}, err
	}
	t, err := r.punishList(n.ListType)
	if err != nil {
		return ID{}, err
	}
	if n.Facts.Conduct == "" {
		return ID{}, refuse("listing.facts")
	}
	grounds := slices.Compact(slices.Sorted(slices.Values(n.Grounds)))
	if (len(grounds) == 0) != (len(t.Grounds) == 0) || slices.ContainsFunc(grounds, func(g string) bool { return t.ListGround(g) == nil }) {
		return ID{}, refuse("list.ground", "list_type", t.Slug)
	}
	facts, err := json.Marshal(n.Facts)
	if err != nil {
		return ID{}, fmt.Errorf("write the facts of a listing: %w", err)
	}
	id := NewID()
	d, err := r.perform(ctx, act, func(ctx context.Context, tx *pg.Tx) (*event, error) {
		l := AdministrativeListing{ID: id, ListType: t.Slug, Organisation: act.Actor.Organisation, Subject: n.Subject}
		err := tx.Pgx(func(p pgx.Tx) error {
			return p.QueryRow(ctx, `SELECT kind::text, envelope, sealed FROM subject WHERE id = $1`, n.Subject).Scan(&l.subjectKind, &l.envelope, &l.sealed)
		})
		if err != nil {
			return nil, notFound(err, "read the subject of a draft")
		}
		today := r.Today(act.At)
		if err := r.checkPowers(ctx, tx, t, l.Organisation, l.subjectKind, today); err != nil {
			return nil, err
		}
		if err := r.checkAdministrativeAge(l, today); err != nil {
			return nil, err
		}
		sealed, err := r.sealUnder(l.Subject, l.envelope, "administrative-facts", facts)
		if err != nil {
			return nil, err
		}
		err = tx.Pgx(func(p pgx.Tx) error {
			_, err := p.Exec(ctx, `INSERT INTO ground (id, kind, list_type, subject_id, organisation_id) VALUES ($1, 'listing', $2, $3, $4)`, id, t.Slug, l.Subject, l.Organisation)
			if err != nil {
				return fmt.Errorf("enter ground %s: %w", id, err)
			}
			_, err = p.Exec(ctx, `INSERT INTO administrative_listing (id, list_type, organisation_id, subject_id, state, grounds, facts, drafted_by) VALUES ($1, $2, $3, $4, 'draft', $5, $6, $7)`,
				id, t.Slug, l.Organisation, l.Subject, append([]string{}, grounds...), sealed, act.Actor.ID)
			if err != nil {
				return fmt.Errorf("draft administrative listing %s: %w", id, err)
			}
			return nil
		})
		return &event{Kind: EventAdministrativeDrafted, Subject: l.Subject, Ground: id, Day: today, LegalBasis: r.listBasis(t.Slug, today)}, err
	})
	return d.ground, err
}

// checkAdministrativeAge refuses a natural person under 18. No text says so for
// administrative lists as a whole: it is our own rule, after the courts' (法释
// 〔2017〕7号 Art. 4; docs/open-questions.md).
func (r *Register) checkAdministrativeAge(l AdministrativeListing, on day.Day) error {
	if l.subjectKind != memoranda.NaturalPerson {
		return nil
	}
	identity, err := r.openIdentity(l.Subject, l.envelope, l.sealed)
	if err != nil {
		return err
	}
	return r.checkAge(identity, on)
}

// NoticeContents lists what a notice must tell (国办发〔2020〕49号 item 8).
func NoticeContents() []string { return []string{"cause", "basis", "rights"} }

// AdministrativeNotice is the notice before a decision.
type AdministrativeNotice struct {
	// Manner is one of the manners of service.
	Manner string
	// ServedOn is the day of service, or of the announcement.
	ServedOn day.Day
	// Contents must hold all of [NoticeContents].
	Contents []string
	// Document is the notice; only its keyed hash is kept here.
	Document []byte
}

// manners lists the manners of service.
func manners() []string {
	return []string{ServedDirectly, ServedByLeaving, ServedElectronically, ServedByMail, ServedByAnnouncement}
}

// effective is the day on which service takes effect: by announcement when thirty
// days have passed (CPL Art. 95).
func (r *Register) effective(manner string, on day.Day) day.Day {
	if manner == ServedByAnnouncement {
		return r.calendar.AddCalendarDays(on, announcementPeriod).Day
	}
	return on
}

// GiveNotice records that the subject was told cause, basis and rights, and opens
// the window to state and defend: as long as the list type says, else as long as
// the configuration.
func (r *Register) GiveNotice(ctx context.Context, act Act, c Change, n AdministrativeNotice) error {
	if err := act.check(ofOwners...); err != nil {
		return err
	}
	if !slices.Contains(manners(), n.Manner) {
		return refuse("service.manner")
	}
	for _, needed := range NoticeContents() {
		if !slices.Contains(n.Contents, needed) {
			return refuse("notice.contents", "missing", needed)
		}
	}
	if n.ServedOn.IsZero() || n.ServedOn > r.Today(act.At) {
		return refuse("notice.date")
	}
	return r.changeAdministrative(ctx, act, c, MoveNotify, func(ctx context.Context, tx *pg.Tx, l AdministrativeListing, next AdministrativeState) (*event, error) {
		t, err := r.punishList(l.ListType)
		if err != nil {
			return nil, err
		}
		served := r.effective(n.Manner, n.ServedOn)
		due, period := r.within(served, t.Notice, r.noticeWindow)
		if err := r.startClock(ctx, tx, l.Organisation, l.ID, served, term{clockWindow, period}); err != nil {
			return nil, err
		}
		return &event{Kind: EventAdministrativeNotified, Day: served, Reason: n.Manner, LegalBasis: noticeBasis, DocumentHash: r.vault.DocumentHash(n.Document)},
			setAdministrative(ctx, tx, l, next, `notice_manner = $4, notice_served_on = $5::date, notice_contents = $6, window_until = $7::date`, n.Manner, served, n.Contents, due.Day)
	})
}

// own is a period of our own, where no rule sets one.
func own(p calendar.Period, days int) calendar.Period {
	if p == (calendar.Period{}) {
		return calendar.Period{Value: days, Unit: calendar.WorkingDays, Source: internalTerm}
	}
	if p.Source == "" {
		p.Source = internalTerm
	}
	return p
}

// AbandonAdministrative gives a listing up before publication; any state before
// it allows it.
func (r *Register) AbandonAdministrative(ctx context.Context, act Act, c Change, reason AbandonReason) error {
	if err := act.check(DepartmentClerk, DepartmentReviewer, System); err != nil {
		return err
	}
	if !slices.Contains([]AbandonReason{Performed, Minor, Dead, WrongPerson}, reason) {
		return refuse("abandon.reason")
	}
	return r.changeAdministrative(ctx, act, c, MoveAbandon, func(ctx context.Context, tx *pg.Tx, l AdministrativeListing, next AdministrativeState) (*event, error) {
		if err := r.giveUp(ctx, tx, act, l, next, string(reason)); err != nil {
			return nil, err
		}
		return &event{Kind: EventAdministrativeAbandoned, Reason: string(reason), LegalBasis: noticeBasis}, nil
	})
}

// giveUp ends a listing that was never published.
func (r *Register) giveUp(ctx context.Context, tx *pg.Tx, act Act, l AdministrativeListing, next AdministrativeState, cause string) error {
	today := r.Today(act.At)
	if err := endGround(ctx, tx, l.ID, today); err != nil {
		return err
	}
	if err := stopClocks(ctx, tx, l.ID, today); err != nil {
		return err
	}
	if err := closeTasks(ctx, tx, l.ID, today); err != nil {
		return err
	}
	return setAdministrative(ctx, tx, l, next, `ended_on = $4::date, end_cause = $5`, today, cause)
}
