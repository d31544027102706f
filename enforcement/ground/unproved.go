package ground

import (
	"context"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/docket"
	"concordat/enforcement/paper"
	"concordat/enforcement/record"
	"concordat/internal/pg"
)

// Somebody asked for the papers of a case.
const eventPapersAsked record.EventKind = "papers-asked"

// taskUnproved is the owner's task with a case that is suspended for want of its papers.
const taskUnproved = "papers-due"

// AskPapers asks the owner of a case in force for the papers of its steps that are not in
// the file, as of one taken over or decided before papers: each is owed in three working
// days, after which the case is suspended. Its owner's people ask, and overseers on the
// subject's behalf. Where nothing is missing nothing is asked.
func (l *Life[C]) AskPapers(ctx context.Context, act enforcement.Act, id enforcement.ID) (missing []paper.Purpose, err error) {
	if err := act.Check(append([]enforcement.Role{enforcement.Overseer}, l.People...)...); err != nil {
		return nil, err
	}
	_, err = l.Grounds.Record.Perform(ctx, act, func(ctx context.Context, tx *pg.Tx) (*record.Event, error) {
		missing = nil
		var found []C
		var file []paper.Paper
		if err := tx.Together(ctx, l.Fetch(tx, l.locked(byID(id)), &found), paper.Find(tx, id, &file)); err != nil {
			return nil, fmt.Errorf("lock %s %s: %w", l.Slug, id, err)
		}
		c, err := l.seen(act, found)
		if err != nil {
			return nil, err
		}
		h := l.Head(&c)
		if !l.IsLive(h.State) {
			return nil, enforcement.Refuse("papers.not-in-force")
		}
		today := l.Grounds.Record.Today(act.At)
		for _, step := range l.Steps {
			if h.Rules == RulesBefore && !Holds(file, step.Paper) {
				missing = append(missing, step.Paper)
				l.Grounds.Docket.OwePaper(tx, h.Owner, h.ID, string(step.Paper), today)
			}
		}
		if len(missing) == 0 {
			return nil, enforcement.Refuse("papers.complete")
		}
		return &record.Event{Kind: eventPapersAsked, Subject: h.Subject, Ground: h.ID, Day: today, Reason: PapersDue}, nil
	})
	return missing, err
}

// SuspendUnproved suspends every case in force whose papers somebody asked for and nobody
// brought in time. It returns how many were suspended.
func (r *Grounds) SuspendUnproved(ctx context.Context, act enforcement.Act) (stopped int, err error) {
	if err := act.Check(enforcement.System); err != nil {
		return 0, err
	}
	var steps []string
	for _, t := range r.Kinds {
		for _, step := range t.Steps {
			steps = append(steps, string(step.Paper))
		}
	}
	return r.suspendDue(ctx, act, signal{reason: PapersDue, task: taskUnproved}, func(ctx context.Context, tx *pg.Tx) (ids []enforcement.ID, err error) {
		for _, kind := range docket.OwedClocks(steps...) {
			late, err := docket.Late(ctx, tx, kind, r.Record.Today(act.At))
			if err != nil {
				return nil, err
			}
			ids = append(ids, late...)
		}
		slices.SortFunc(ids, func(a, b enforcement.ID) int { return slices.Compare(a[:], b[:]) })
		return slices.Compact(ids), nil
	})
}

// OweSteps makes tasks of the cases that an earlier release took through steps without
// papers and did not publish: each paper of a step that was taken is owed, once.
func (r *Grounds) OweSteps(ctx context.Context, act enforcement.Act) error {
	if err := act.Check(enforcement.System); err != nil {
		return err
	}
	today := r.Record.Today(act.At)
	err := r.Record.DB.InTx(ctx, func(ctx context.Context, tx *pg.Tx) error {
		for _, t := range r.Kinds {
			for _, step := range t.Steps {
				var owing []stoppable
				err := tx.NewSelect().TableExpr("? AS l", bun.Ident(t.Rows)).Column("l.id").ColumnExpr("? AS owner", bun.Safe(t.OwnerColumn)).
					Where("l.rules = ? AND l.state::text IN (?)", pg.Number(RulesBefore), bun.List(step.Taken)).
					Where("NOT EXISTS (SELECT FROM paper_use u WHERE u.serves = l.id AND u.purpose = ?)", step.Paper).
					Where("NOT EXISTS (SELECT FROM task k WHERE k.ground_id = l.id AND k.kind = ? AND k.closed_on IS NULL)", docket.OwedClocks(string(step.Paper))[0]).
					OrderExpr("l.id").Limit(directive.Batch).Scan(ctx, &owing)
				if err != nil {
					return fmt.Errorf("look for cases of kind %s without the paper %s: %w", t.Slug, step.Paper, err)
				}
				for _, c := range owing {
					r.Docket.OwePaper(tx, c.Owner, c.ID, string(step.Paper), today)
				}
			}
		}
		return nil
	})
	return enforcement.AsRefusal(err)
}
