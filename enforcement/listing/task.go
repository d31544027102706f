package listing

import (
	"context"
	"slices"

	"concordat/enforcement"
	"concordat/enforcement/directive"
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
)

// reasonTold closes the task to tell somebody, reasonExamined one that somebody must look
// into; the other reasons are those for which a consumption order need not be made.
const reasonTold, reasonExamined = "told", "examined"

// CloseTask closes a task of the actor's court with the recorded reason why it
// need not be done (法发〔2019〕35号 item 16), or says that somebody was told: the
// president says so for himself. What somebody doubts or bars the president has examined,
// or the reviewer of who keeps the list. What else waits, its own act closes.
func (r *Listings) CloseTask(ctx context.Context, act enforcement.Act, id enforcement.ID, reason string) error {
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
		var err error
		e.Ground, err = r.Docket.CloseTask(ctx, tx, id, act.Actor.Organisation, reason, e.Day, func(kind string) error {
			switch {
			case excused && kind == TaskConsumptionOrder, reason == reasonTold && kind == TaskTellCreditor:
				return nil
			case reason == reasonTold && kind == TaskTellPresident:
				return act.Check(enforcement.President)
			case reason == reasonExamined && (kind == TaskBarred || kind == directive.TaskIdentityDoubtful):
				return act.Check(enforcement.President, enforcement.DepartmentReviewer)
			}
			return enforcement.Refuse("task.reason")
		})
		return e, err
	})
	return err
}
