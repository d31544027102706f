package order

import (
	"context"
	"fmt"
	"slices"

	"concordat/enforcement"
	"concordat/enforcement/docket"
	"concordat/enforcement/ground"
	"concordat/enforcement/paper"
	"concordat/enforcement/record"
	"concordat/internal/pg"
	"concordat/memoranda/day"
)

// Form is how somebody was told of an order beside the recipients of its directives (Art. 6).
type Form string

// The forms.
const (
	AssistNotice Form = "assist-notice" // 协助执行通知书
	Announcement Form = "announcement"  // in a medium
)

// Forms lists them.
func Forms() []Form { return []Form{AssistNotice, Announcement} }

// NewTold says who was told of an order.
type NewTold struct {
	Form Form
	// Recipient is the organisation, or the medium of an announcement, by name.
	Recipient string
	// AskedByCreditor: the creditor asked for it; of an announcement Advanced says that its
	// cost was advanced (Art. 7).
	AskedByCreditor, Advanced bool
	On                        day.Day
	// Paper is the notice with its receipt, or the announcement.
	Paper paper.Given
}

// Told is somebody who was told of an order.
type Told struct {
	ID        enforcement.ID `json:"id"`
	Form      Form           `json:"form" enum:"assist-notice,announcement"`
	Recipient string         `json:"recipient"`
	AskedBy   string         `json:"asked_by" enum:"creditor,court"`
	Advanced  bool           `json:"cost_advanced,omitempty"`
	On        day.Day        `json:"told_on"`
	Paper     enforcement.ID `json:"paper"`
	// LiftedOn is when they were told of its end; none: not yet.
	LiftedOn day.Day `json:"lifted_on,omitzero"`
}

// Tell records who was told of an order that holds.
func (r *Orders) Tell(ctx context.Context, act enforcement.Act, id enforcement.ID, n NewTold) (enforcement.ID, error) {
	if err := act.Check(people...); err != nil {
		return enforcement.ID{}, err
	}
	to := enforcement.Say(n.Recipient)
	switch {
	case !slices.Contains(Forms(), n.Form), !to.Says(1) || !to.Fits(400):
		return enforcement.ID{}, enforcement.Refuse("order.told")
	case n.Form == Announcement && n.AskedByCreditor && !n.Advanced:
		return enforcement.ID{}, enforcement.Refuse("order.cost")
	case n.On.IsZero() || n.On > r.Record.Today(act.At):
		return enforcement.ID{}, enforcement.Refuse("order.told-on")
	case !ground.Named(n.Paper):
		return enforcement.ID{}, ground.MissingPaper("paper", paper.AssistNotice)
	}
	told := enforcement.NewID()
	d, err := r.Record.Perform(ctx, act, func(ctx context.Context, tx *pg.Tx) (*record.Event, error) {
		o, err := r.Life.LockOwn(ctx, tx, act, id)
		if err != nil {
			return nil, err
		}
		if o.State != ground.Active || n.On < o.InForceOn {
			return nil, enforcement.Refuse("order.told-on")
		}
		p, err := r.take(ctx, tx, act, &o, paper.AssistNotice, n.Paper)
		if err != nil {
			return nil, err
		}
		by := "court"
		if n.AskedByCreditor {
			by = "creditor"
		}
		tx.Later(tx.NewInsert().Model(&toldRow{ID: told, Order: id, Form: n.Form, Recipient: to.String(), AskedBy: by, Advanced: n.Advanced, ToldOn: n.On, Paper: p.ID, RecordedBy: act.Actor.ID}).
			ExcludeColumn("lifted_on", "lift_paper", "lifted_by"), "note who was told of order %s", id)
		return &record.Event{Kind: eventTold, Subject: o.Subject, Ground: id, RefersTo: told, Day: n.On, DocumentHash: p.Hash, LegalBasis: rule + "Art. 6"}, nil
	})
	return d.RefersTo, err
}

// take takes a paper that comes with an act on an order.
func (r *Orders) take(ctx context.Context, tx *pg.Tx, act enforcement.Act, o *Order, purpose paper.Purpose, g paper.Given) (paper.Paper, error) {
	var file []paper.Paper
	if err := tx.Together(ctx, paper.Find(tx, o.ID, &file)); err != nil {
		return paper.Paper{}, fmt.Errorf("read the file of order %s: %w", o.ID, err)
	}
	return r.Grounds.Papers.Take(tx, act, paper.Holder{Ground: o.ID, Subject: o.Subject, Owner: o.Court, Envelope: o.envelope}, file, purpose, g)
}

// TellLifting records that somebody who was told of an order was told of its end in the same
// form (Art. 9). When all were the task closes. It waits for no paper.
func (r *Orders) TellLifting(ctx context.Context, act enforcement.Act, id, told enforcement.ID, on day.Day, g paper.Given) error {
	if err := act.Check(people...); err != nil {
		return err
	}
	today := r.Record.Today(act.At)
	if on.IsZero() || on > today {
		return enforcement.Refuse("order.told-on")
	}
	_, err := r.Record.Perform(ctx, act, func(ctx context.Context, tx *pg.Tx) (*record.Event, error) {
		o, err := r.Life.LockOwn(ctx, tx, act, id)
		if err != nil {
			return nil, err
		}
		if !Table().IsEnded(o.State) || on < o.EndedOn {
			return nil, enforcement.Refuse("order.told-on")
		}
		var open []enforcement.ID
		if err := tx.NewSelect().Model((*toldRow)(nil)).Column("id").Where("order_id = ? AND lifted_on IS NULL", id).For("UPDATE").Scan(ctx, &open); err != nil {
			return nil, fmt.Errorf("look who is to be told of the end of order %s: %w", id, err)
		}
		if !slices.Contains(open, told) {
			return nil, enforcement.Refuse("not-found")
		}
		e := &record.Event{Kind: eventUntold, Subject: o.Subject, Ground: id, RefersTo: told, Day: on, LegalBasis: rule + "Art. 9"}
		q := tx.NewUpdate().Model((*toldRow)(nil)).Set("lifted_on = ?, lifted_by = ?", on, act.Actor.ID).Where("id = ?", told)
		if ground.Named(g) {
			p, err := r.take(ctx, tx, act, &o, paper.LiftNotice, g)
			if err != nil {
				return nil, err
			}
			q, e.DocumentHash = q.Set("lift_paper = ?", p.ID), p.Hash
		}
		tx.Later(q, "note who was told of the end of order %s", id)
		if len(open) == 1 {
			docket.CloseKinds(tx, id, []string{TaskTellLifting}, "told", today)
			docket.StopClock(tx, id, []string{clockTell.Kind}, today)
		}
		return e, nil
	})
	return err
}

// ToldOf lists who was told of an order of the actor's court.
func (r *Orders) ToldOf(ctx context.Context, act enforcement.Act, id enforcement.ID) ([]Told, error) {
	if _, err := r.Life.Read(ctx, act, id); err != nil {
		return nil, err
	}
	var rows []toldRow
	if err := r.Record.DB.NewSelect().Model(&rows).Where("order_id = ?", id).Order("id").Scan(ctx); err != nil {
		return nil, fmt.Errorf("list who was told of order %s: %w", id, err)
	}
	list := make([]Told, len(rows))
	for i := range rows {
		n := &rows[i]
		list[i] = Told{n.ID, n.Form, n.Recipient, n.AskedBy, n.Advanced, n.ToldOn, n.Paper, n.LiftedOn}
	}
	return list, nil
}
