package notify

import (
	"context"
	"errors"
	"strings"

	"concordat/enforcement"
	"concordat/enforcement/directive"
)

// maxBasis is the longest text of an own basis that a report may carry, bytes.
const maxBasis = 2000

// settle records the results of an attempt and closes what lies in the inbox of
// what was acknowledged. Reports that cannot be recorded are dropped with an
// incident; the acknowledgement beside them stands.
func (p *pass) settle(ctx context.Context, a directive.Attempt, results []directive.Result, answered bool) error {
	var ids []enforcement.ID
	var versions []int16
	for i := range results {
		if err := p.checkReports(ctx, a.Directives[i], &results[i]); err != nil {
			return err
		}
		switch {
		case results[i].Step != directive.Left:
			p.taken++
			if p.to.inboxOpen && results[i].Step == directive.Acknowledged {
				ids, versions = append(ids, a.Directives[i]), append(versions, a.Versions[i])
			}
		case results[i].Placed:
			p.taken++
		case answered && !p.beside:
			p.doubtful++
		}
	}
	err := p.d.c.Register.Directives.Settle(ctx, p.d.act(), a, results)
	if _, person := errors.AsType[*enforcement.Refusal](err); person {
		// The receiver's own words ran into the record's rules: keep the answers,
		// drop the words, or the attempt would never be settled.
		for i := range results {
			results[i].Reports = nil
		}
		if err := p.incident(ctx, "answer-unusable", enforcement.ID{}, "attempt "+a.ID.String()); err != nil {
			return err
		}
		err = p.d.c.Register.Directives.Settle(ctx, p.d.act(), a, results)
	}
	if err != nil {
		return err
	}
	return closeItems(ctx, p.d.c.DB, p.of.Organisation, ids, versions, p.d.c.Machine())
}

func (p *pass) checkReports(ctx context.Context, id enforcement.ID, r *directive.Result) error {
	if len(r.Reports) == 0 {
		return nil
	}
	usable := p.d.c.Register.Directives.CheckReports(r.Reports) == nil
	for _, report := range r.Reports {
		usable = usable && len(report.Basis) <= maxBasis && !strings.ContainsRune(report.Basis+report.Reason, 0)
	}
	if usable {
		return nil
	}
	r.Reports = nil
	return p.incident(ctx, "answer-unusable", id, "reports dropped")
}

// incident opens an incident unless the same one is open already.
func (p *pass) incident(ctx context.Context, kind string, directive enforcement.ID, detail string) error {
	return p.d.c.Register.Docket.ReportOnce(ctx, kind, p.of.Organisation, directive, detail)
}
