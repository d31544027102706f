package notify

import (
	"context"
	"errors"
	"strings"

	"concordat/enforcement"
	"concordat/enforcement/directive"
)

// maxBasis is the longest basis that a report may carry, bytes.
const maxBasis = 2000

// settle records the results of an attempt and closes what lies in the inbox of
// what was acknowledged. Reports that cannot be recorded are dropped with an
// incident; the acknowledgement beside them stands, but for what is kept
// ([directive.Result.Drop]).
func (p *pass) settle(ctx context.Context, a directive.Attempt, results []directive.Result, answered bool) error {
	var ids []enforcement.ID
	var versions []int16
	for i := range results {
		if err := p.checkReports(ctx, a.Directives[i], &results[i]); err != nil {
			return err
		}
		if p.to.inboxOpen && results[i].Step == directive.Acknowledged { // its reports may have been dropped
			ids, versions = append(ids, a.Directives[i]), append(versions, a.Versions[i])
		}
		switch {
		case results[i].Step != directive.Left, results[i].Placed:
			p.taken++
		case answered && !p.beside:
			p.doubtful++
		}
	}
	// First, for what goes express lies open until it is closed or opened ([Inbox.open]):
	// the receiver has it, whatever becomes of the settlement.
	if err := closeItems(ctx, p.d.c.DB, p.of.Organisation, ids, versions, p.d.c.Machine(), "true"); err != nil {
		return err
	}
	err := p.d.c.Register.Directives.Settle(ctx, p.d.act(), a, results)
	if _, person := errors.AsType[*enforcement.Refusal](err); person {
		// The receiver's own words ran into the record's rules: keep the answers,
		// drop the words, or the attempt would never be settled.
		for i := range results {
			results[i].Drop(p.of.Lane)
		}
		if err := p.incident(ctx, "answer-unusable", enforcement.ID{}, "attempt "+a.ID.String()); err != nil {
			return err
		}
		err = p.d.c.Register.Directives.Settle(ctx, p.d.act(), a, results)
	}
	return err
}

func (p *pass) checkReports(ctx context.Context, id enforcement.ID, r *directive.Result) error {
	if len(r.Reports) == 0 {
		return nil
	}
	because := p.d.c.Register.Directives.CheckReports(p.d.act(), r.Reports)
	usable := because == nil
	for _, report := range r.Reports {
		usable = usable && len(report.Basis) <= maxBasis && !strings.ContainsRune(report.Basis+report.Reason, 0)
	}
	if usable {
		return nil
	}
	r.Drop(p.of.Lane)
	detail := "reports dropped"
	if refused, person := errors.AsType[*enforcement.Refusal](because); person {
		detail += ": " + refused.Code
	}
	return p.incident(ctx, "answer-unusable", id, detail)
}

// incident opens an incident unless the same one is open already.
func (p *pass) incident(ctx context.Context, kind string, directive enforcement.ID, detail string) error {
	return p.d.c.Register.Docket.ReportOnce(ctx, kind, p.of.Organisation, directive, detail)
}
