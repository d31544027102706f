package listing

import (
	"context"
	"fmt"
	"slices"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/docket"
	"concordat/enforcement/ground"
	"concordat/enforcement/paper"
	"concordat/enforcement/record"
	"concordat/internal/pg"
)

// The tasks of a court.
const (
	// TaskConsumptionOrder: a debtor is listed while no consumption-restriction order
	// stands yet (法释〔2015〕17号 Art. 1 ¶2).
	TaskConsumptionOrder = "consumption-order-missing"
	// TaskTellPresident and TaskTellCreditor: one person ended a listing, and these two are
	// to be told of it the same day. No channel reaches the creditor yet.
	TaskTellPresident = "tell-president"
	TaskTellCreditor  = "tell-creditor"
	// TaskStayed: execution is stayed, and the listing has no term: it is to be deleted
	// (法释〔2017〕7号 Art. 10 ¶1 (5)).
	TaskStayed = "stayed"
	// TaskBarred: a fact was recorded that bars a ground (法释〔2017〕7号 Art. 3) of a listing
	// that is published.
	TaskBarred = "barred"
	// TaskPerformed: the obligation is performed and the listing has no term, so that it is to
	// be deleted (法释〔2017〕7号 Art. 10 ¶1 (1)). TaskEarlyDeletion: it has one, so that the
	// court may delete it early, and is asked to (Art. 2 ¶2).
	TaskPerformed     = "performed"
	TaskEarlyDeletion = "early-deletion-asked"
)

// reasonTold closes the task to tell somebody, reasonExamined one that somebody must look
// into; the other reasons are those for which a consumption order need not be made.
const reasonTold, reasonExamined = "told", "examined"

// CloseTask closes a task of the actor's court with the recorded reason why it
// need not be done (法发〔2019〕35号 item 16), or says that somebody was told: the
// president says so for himself. What a fact bars or asks for the president has examined,
// and what somebody doubts of a reward its reviewer: with reasons, and not who drafted the
// case or recorded the fact. A department's doubt whose identity it is needs the document of
// its check too, and gives back to that department what the doubt took away. What else
// waits, its own act closes.
func (r *Listings) CloseTask(ctx context.Context, act enforcement.Act, id enforcement.ID, reason, reasons string, check paper.Given) error {
	if err := act.Check(enforcement.Judge, enforcement.President, enforcement.DepartmentReviewer); err != nil {
		return err
	}
	excused := slices.Contains([]ExclusionKind{assetsSuffice, creditorAsksNot, campusLoanStudent}, ExclusionKind(reason))
	if !excused && reason != reasonTold && reason != reasonExamined {
		return enforcement.Refuse("task.reason")
	}
	_, err := r.Record.Perform(ctx, act, func(ctx context.Context, tx *pg.Tx) (*record.Event, error) {
		e := &record.Event{Kind: record.EventTaskClosed, RefersTo: id, Day: r.Record.Today(act.At), Reason: reason}
		if excused {
			e.LegalBasis = "法发〔2019〕35号 item 16"
		}
		doubted, err := lockDoubted(ctx, tx, act, id, reason)
		if err != nil {
			return nil, err
		}
		closing := docket.Closing{Because: reason, By: act.Actor.ID, On: e.Day}
		e.Ground, err = r.Docket.CloseTask(ctx, tx, id, act.Actor.Organisation, closing, func(t docket.Task) ([]byte, error) {
			switch kind := t.Kind; {
			case excused && kind == TaskConsumptionOrder, reason == reasonTold && kind == TaskTellCreditor:
				return nil, nil
			case reason == reasonTold && kind == TaskTellPresident:
				return nil, act.Check(enforcement.President)
			case reason == reasonExamined && examinable(kind):
				return r.examined(ctx, tx, act, t, examination{reasons, check, doubted}, e)
			}
			return nil, enforcement.Refuse("task.reason")
		})
		return e, err
	})
	return err
}

// examination is what was found, with the check of the identity where somebody doubts it.
type examination struct {
	reasons string
	check   paper.Given
	doubted ground.Doubted
}

// lockDoubted locks what an examination of a doubt may give back, before the task: it comes
// later in the order of locks.
func lockDoubted(ctx context.Context, tx *pg.Tx, act enforcement.Act, id enforcement.ID, reason string) (d ground.Doubted, err error) {
	var of []enforcement.ID
	err = tx.NewSelect().Table("task").Column("ground_id").Where("id = ? AND organisation_id = ? AND kind = ? AND ? = ?", id, pg.Number(act.Actor.Organisation), directive.TaskIdentityDoubtful, reason, reasonExamined).Scan(ctx, &of)
	if err != nil {
		return d, fmt.Errorf("look for the ground of task %s: %w", id, err)
	}
	if len(of) == 0 {
		return d, nil
	}
	return ground.LockDoubted(ctx, tx, of[0])
}

// clocksOf are the clocks of the tasks that an examination closes: what the law says shall
// be done is closed by doing it.
var clocksOf = map[string][]string{
	TaskBarred:                     {clockBarred.Kind, clockExamineBar.Kind},
	TaskEarlyDeletion:              {clockEarlyDeletion.Kind},
	directive.TaskIdentityDoubtful: {directive.ClockDoubt.Kind},
	ground.TaskOrderBreach:         {ground.TaskOrderBreach},
	ground.TaskOrderPerformed:      {ground.TaskOrderPerformed},
}

func examinable(kind string) bool {
	_, ok := clocksOf[kind]
	return ok
}

// examined is the examination of what a task asks to look into, with its reasons sealed,
// by somebody who had no part in it.
func (r *Listings) examined(ctx context.Context, tx *pg.Tx, act enforcement.Act, t docket.Task, x examination, e *record.Event) ([]byte, error) {
	if err := act.Check(enforcement.President, enforcement.DepartmentReviewer); err != nil {
		return nil, err
	}
	if !ground.Says(x.reasons) {
		return nil, enforcement.Refuse("exclusion.reasons")
	}
	var wrapped []byte
	var part, doubtful bool
	err := tx.NewSelect().TableExpr("ground AS g").Join("JOIN subject AS s ON s.id = g.subject_id").
		Join("LEFT JOIN listing AS l ON l.id = g.id").Join("LEFT JOIN administrative_listing AS a ON a.id = g.id").
		Join("LEFT JOIN reward AS w ON w.id = g.id").Join("LEFT JOIN consumption_order AS k ON k.id = g.id").
		ColumnExpr("g.subject_id, s.envelope, coalesce(g.suspended_for = ?, false)", ground.IdentityDoubtful).
		ColumnExpr("? IN (coalesce(l.drafted_by, ''), coalesce(a.drafted_by, ''), coalesce(w.entered_by, ''), coalesce(k.drafted_by, '')) OR EXISTS (?)", act.Actor.ID,
			tx.NewSelect().Model((*exclusion)(nil)).ColumnExpr("1").Where("x.listing_id = g.id AND x.closed_on IS NULL AND x.recorded_by = ?", act.Actor.ID)).
		Where("g.id = ?", t.Ground).Scan(ctx, &e.Subject, &wrapped, &doubtful, &part)
	switch {
	case err != nil:
		return nil, fmt.Errorf("look who had a part in ground %s: %w", t.Ground, err)
	case part || x.doubted.DoubtedBy(act.Actor.ID):
		return nil, enforcement.Refuse("exclusion.second-person")
	case doubtful && t.Kind == directive.TaskIdentityDoubtful: // it waits for the check of the identity
		return nil, enforcement.Refuse("resumption.identity")
	}
	docket.StopClock(tx, t.Ground, clocksOf[t.Kind], e.Day)
	if x.doubted.Doubted() {
		if err := r.checked(ctx, tx, act, ground.Head{ID: t.Ground, Subject: e.Subject, Owner: act.Actor.Organisation, Envelope: wrapped}, x, e); err != nil {
			return nil, err
		}
	}
	return r.Record.SealUnder(e.Subject, wrapped, "closing-reasons", []byte(enforcement.Say(x.reasons)))
}

// checked gives back what a doubt took away, with the check of the identity alone; the event
// carries the check's hash.
func (r *Listings) checked(ctx context.Context, tx *pg.Tx, act enforcement.Act, h ground.Head, x examination, e *record.Event) error {
	if !ground.Named(x.check) {
		return enforcement.Refuse("resumption.identity")
	}
	check, err := r.Grounds.Given(ctx, tx, act, h, paper.Resumption, x.check)
	if err != nil {
		return err
	}
	e.DocumentHash = check.Hash
	return r.Grounds.Examined(ctx, tx, e, x.doubted)
}
