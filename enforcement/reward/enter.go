package reward

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/ground"
	"concordat/enforcement/paper"
	"concordat/enforcement/record"
	"concordat/internal/calendar"
	"concordat/internal/pg"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// NewReward is what a list's owner enters.
type NewReward struct {
	ListType string
	Subject  enforcement.ID
	// Reference is the number of the evaluation or decision, DecidedOn its day.
	Reference string
	DecidedOn day.Day
	// Year is the year the reward holds for; 0 where the list is not made by
	// years.
	Year int
	// ValidFrom is the first day; none means the day of the act. ValidUntil is the
	// last one; none means what the list type's term says, or else the end of the
	// year.
	ValidFrom, ValidUntil day.Day
	// Note is sealed.
	Note string
	// Paper is the evaluation or decision itself.
	Paper paper.Given
}

const (
	maxReference    = 200
	firstRewardYear = 2000
	lastRewardYear  = 2200
)

// Enter enters a subject on a list that rewards. It needs no service: on
// its first day it is in force, and every organisation that its plan names is
// told; before that day it is a draft. Only an organisation that stands that day
// for one of the bodies that keep the list may enter it.
func (r *Rewards) Enter(ctx context.Context, act enforcement.Act, n NewReward) (enforcement.ID, error) {
	if err := act.Check(enforcement.DepartmentClerk, enforcement.DepartmentReviewer); err != nil {
		return enforcement.ID{}, err
	}
	list := r.rewardList(n.ListType)
	if list == nil {
		return enforcement.ID{}, enforcement.Refuse("reward.list-type")
	}
	today := r.Record.Today(act.At)
	if err := checkReward(&n, list, today); err != nil {
		return enforcement.ID{}, err
	}
	w := Reward{
		ID: enforcement.NewID(), ListType: n.ListType, Owner: act.Actor.Organisation, Subject: n.Subject, State: ground.Draft, Version: 1,
		Reference: n.Reference, DecidedOn: n.DecidedOn, Year: n.Year, ValidFrom: n.ValidFrom, ValidUntil: n.ValidUntil,
	}
	d, err := r.Record.Perform(ctx, act, func(ctx context.Context, tx *pg.Tx) (*record.Event, error) {
		w := w
		if err := r.keepsList(ctx, tx, act, list); err != nil {
			return nil, err
		}
		if err := r.mayReward(ctx, tx, &w, list, today); err != nil {
			return nil, err
		}
		var note []byte
		if n.Note != "" {
			var err error
			if note, err = r.Record.SealUnder(w.Subject, w.envelope, sealedRewardNote, []byte(n.Note)); err != nil {
				return nil, err
			}
		}
		enterGround(tx, w)
		decision, err := r.entryPaper(ctx, tx, act, &w, n.Paper)
		if err != nil {
			return nil, err
		}
		insertReward(tx, act, w, note)
		if w.ValidFrom <= today {
			if err := r.grant(ctx, tx, act, w, eventGranted); err != nil {
				return nil, err
			}
		}
		return &record.Event{Kind: eventEntered, Subject: w.Subject, Ground: w.ID, Day: w.ValidFrom, LegalBasis: r.Plans.ListBasis(list.Slug, today), DocumentHash: decision.Hash}, nil
	})
	return d.Ground, err
}

// checkReward holds what is entered to the list type, and fills in the first and
// the last day.
func checkReward(n *NewReward, list *memoranda.ListType, today day.Day) error {
	n.Reference, n.Note = enforcement.Say(n.Reference).String(), enforcement.Say(n.Note).String()
	if !enforcement.Words(n.Reference).Says(1) || len(n.Reference) > maxReference || len(n.Note) > enforcement.LongestWords {
		return enforcement.Refuse("reward.reference")
	}
	if n.DecidedOn.IsZero() || n.DecidedOn > today {
		return enforcement.Refuse("reward.dates")
	}
	if n.Year != 0 && (n.Year < firstRewardYear || n.Year > lastRewardYear) {
		return enforcement.Refuse("reward.year")
	}
	if n.ValidFrom.IsZero() {
		n.ValidFrom = today
	}
	if n.ValidFrom < n.DecidedOn {
		return enforcement.Refuse("reward.dates")
	}
	last, open := rewardTerm(list, n.ValidFrom)
	switch {
	case !n.ValidUntil.IsZero() && !last.IsZero() && n.ValidUntil > last:
		return enforcement.Refuse("reward.term", "max", last.String())
	case !n.ValidUntil.IsZero():
	case !last.IsZero():
		n.ValidUntil = last
	case n.Year != 0:
		n.ValidUntil = day.Of(n.Year, 12, 31)
	case !open:
		return enforcement.Refuse("reward.term")
	}
	if !n.ValidUntil.IsZero() && (n.ValidUntil < n.ValidFrom || n.ValidUntil < today) {
		return enforcement.Refuse("reward.term")
	}
	return nil
}

// rewardTerm returns the last day that the list type's term gives, or whether it
// stands until its reason ends. A term of working days is none for a reward.
func rewardTerm(list *memoranda.ListType, from day.Day) (last day.Day, open bool) {
	for _, t := range list.Terms {
		switch {
		case len(t.Grounds) > 0:
		case t.Open:
			open = true
		case t.Unit == memoranda.Years:
			last = max(last, from.AddYears(t.Value).AddDays(-1))
		case t.Unit == memoranda.Months:
			last = max(last, from.AddMonths(t.Value).AddDays(-1))
		case t.Unit == memoranda.CalendarDays:
			last = max(last, from.AddDays(t.Value-1))
		}
	}
	if open {
		return 0, true
	}
	return last, false
}

// keepsList demands that the actor's organisation stands today for one of the
// bodies that keep the list, and serves the region of a local one.
func (r *Rewards) keepsList(ctx context.Context, tx *pg.Tx, act enforcement.Act, list *memoranda.ListType) error {
	today := r.Record.Today(act.At)
	var bodies []string
	for _, owner := range list.Owners {
		bodies = append(bodies, r.Plans.Catalogue().Body(owner, today)...)
	}
	keeps, serves, err := r.Parties.Plays(ctx, tx, act.Actor.Organisation, bodies, today)
	if err != nil {
		return err
	}
	if !keeps || !strings.HasPrefix(serves, list.Region) {
		return enforcement.Refuse("reward.owner")
	}
	return nil
}

// mayReward opens the subject: a kind that the list takes, and no child.
func (r *Rewards) mayReward(ctx context.Context, tx *pg.Tx, w *Reward, list *memoranda.ListType, today day.Day) error {
	s, err := r.Parties.Read(ctx, tx, w.Subject)
	if err != nil {
		return err
	}
	w.envelope = s.Wrapped
	identity, err := r.Parties.OpenIdentity(w.Subject, s.Wrapped, s.Sealed)
	if err != nil {
		return err
	}
	if !slices.Contains(list.Subjects, identity.Kind) {
		return enforcement.Refuse("reward.subject")
	}
	if identity.Kind == memoranda.NaturalPerson && calendar.Age(identity.Birth, today) < ground.ProtectedAge {
		return enforcement.Refuse("listing.under-fourteen")
	}
	return nil
}

// entryPaper takes the decision that an entry names; there is no file yet in which it could
// stand, so that it comes with the entry.
func (r *Rewards) entryPaper(ctx context.Context, tx *pg.Tx, act enforcement.Act, w *Reward, g paper.Given) (paper.Paper, error) {
	if !g.ID.IsZero() { // the case begins with it: no file has it yet; none at all Given refuses
		return paper.Paper{}, ground.MissingPaper(ground.FieldDocument, paper.Decision)
	}
	if g.Day.IsZero() {
		g.Day = w.DecidedOn
	}
	decision, err := r.Grounds.Given(ctx, tx, act, w.head(), paper.Decision, g)
	w.decisionPaper, w.rules = decision.ID, ground.RulesProved
	return decision, err
}

// enterGround writes the ground of a reward.
func enterGround(tx *pg.Tx, w Reward) {
	ground.EnterGround(tx, ground.NewGround{
		ID: w.ID, Kind: memoranda.OnReward, ListType: w.ListType, Subject: w.Subject, Owner: w.Owner, Reference: w.Reference, DecidedOn: w.DecidedOn, Until: w.ValidUntil,
	})
}

// insertReward writes the reward, as a draft.
func insertReward(tx *pg.Tx, act enforcement.Act, w Reward, note []byte) {
	tx.Later(tx.NewInsert().Model(&row{
		ID: w.ID, ListType: w.ListType, Owner: w.Owner, Subject: w.Subject, State: ground.Draft, Reference: w.Reference, DecidedOn: w.DecidedOn, Year: w.Year,
		ValidFrom: w.ValidFrom, ValidUntil: w.ValidUntil, Note: note, EnteredBy: act.Actor.ID, Restores: w.Restores, DecisionPaper: w.decisionPaper, Rules: w.rules,
	}).Column(drafted...), "enter reward %s", w.ID)
}

// grant puts a draft in force: its directives, their event and the wake-ups. If
// its subject stands on a list of serious dishonesty, the review is opened too.
func (r *Rewards) grant(ctx context.Context, tx *pg.Tx, act enforcement.Act, w Reward, kind record.EventKind) error {
	t, err := r.rewardTurn(act, w, moveGrant)
	if err != nil {
		return err
	}
	if r.rewardList(w.ListType) == nil {
		return enforcement.Refuse("reward.list-type")
	}
	act.Key, act.Request = "", nil // the act's own event carries the key
	if err := r.Grounds.PutInForceFrom(ctx, tx, act, kind, []enforcement.ID{w.ID}, directive.Origin{RefersTo: w.Restores}); err != nil {
		return err
	}
	t.Set("granted_on", t.Today)
	if err := t.Carry(ctx, tx); err != nil {
		return err
	}
	return r.reviewStanding(ctx, tx, act, w.ID)
}

// GrantDue is the [ground.Page] that puts drafts in force whose first day has come. One
// that no memorandum carries that day stays a draft.
func (r *Rewards) GrantDue(ctx context.Context, act enforcement.Act, after enforcement.ID, limit int) (last enforcement.ID, granted int, refused []ground.NotMoved, err error) {
	if err := act.Check(enforcement.System); err != nil {
		return last, 0, nil, err
	}
	today := r.Record.Today(act.At)
	var ids []enforcement.ID
	err = r.Record.DB.NewSelect().Model((*row)(nil)).Column("id").Where("state = 'draft' AND valid_from <= ?", today).Where("valid_until IS NULL OR valid_until >= ?", today).
		Where("id > ?", after.Cursor()).Order("id").Limit(int64(limit)).Scan(ctx, &ids)
	if err != nil {
		return last, 0, nil, fmt.Errorf("look for rewards to grant: %w", err)
	}
	for _, id := range ids {
		last = id
		err := r.Record.DB.InTx(ctx, func(ctx context.Context, tx *pg.Tx) error {
			w, err := r.Life.LockOne(ctx, tx, id)
			if err != nil {
				return err
			}
			kind := eventGranted
			if !w.Restores.IsZero() {
				kind = record.EventRewardRestored
			}
			return r.grant(ctx, tx, act, w, kind)
		})
		because, person := errors.AsType[*enforcement.Refusal](enforcement.AsRefusal(err))
		switch {
		case err == nil:
			granted++
		case person:
			refused = append(refused, ground.NotMoved{Case: id, Because: because})
		default:
			return last, granted, refused, fmt.Errorf("grant reward %s: %w", id, err)
		}
	}
	return last, granted, refused, nil
}
