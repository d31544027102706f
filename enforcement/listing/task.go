package listing

import (
	"context"
	"slices"

	"concordat/enforcement"
	"concordat/enforcement/record"
	"concordat/internal/pg"
)

// TaskConsumptionOrder is the task of a court whose debtor is listed while no
// consumption-restriction order stands yet (法释〔2015〕17号 Art. 1 ¶2).
const TaskConsumptionOrder = "consumption-order-missing"

// CloseTask closes a task of the actor's court with the recorded reason why it
// need not be done (法发〔2019〕35号 item 16).
func (r *Listings) CloseTask(ctx context.Context, act enforcement.Act, id enforcement.ID, reason string) error {
	if err := act.Check(enforcement.Judge, enforcement.President); err != nil {
		return err
	}
	if !slices.Contains([]ExclusionKind{assetsSuffice, creditorAsksNot, campusLoanStudent}, ExclusionKind(reason)) {
		return enforcement.Refuse("task.reason")
	}
	_, err := r.Record.Perform(ctx, act, func(ctx context.Context, tx *pg.Tx) (*record.Event, error) {
		e := &record.Event{Kind: record.EventTaskClosed, RefersTo: id, Day: r.Record.Today(act.At), Reason: reason, LegalBasis: "法发〔2019〕35号 item 16"}
		var err error
		e.Ground, err = r.Docket.CloseTask(ctx, tx, id, act.Actor.Organisation, reason, e.Day)
		return e, err
	})
	return err
}
