package party

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/enforcement/record"
	"concordat/internal/identifier"
	"concordat/internal/pg"
	"concordat/memoranda/day"
)

// eventCaseEntered is the act of cases in the log.
const eventCaseEntered record.EventKind = "case-entered"

// Case is an execution case and the effective document it rests on.
type Case struct {
	ID            enforcement.ID             `json:"id"`
	Court         enforcement.OrganisationID `json:"court"`
	Number        string                     `json:"number"`
	FiledOn       day.Day                    `json:"filed_on"`
	BasisDocument string                     `json:"basis_document"`
	BasisUnit     string                     `json:"basis_unit"`
}

// caseRow is an execution case as it is kept.
type caseRow struct {
	bun.BaseModel `bun:"table:execution_case"`

	ID            enforcement.ID             `bun:"id,pk"`
	Court         enforcement.OrganisationID `bun:"court_id"`
	Number        string                     `bun:"number"`
	FiledOn       day.Day                    `bun:"filed_on"`
	BasisDocument string                     `bun:"basis_document"`
	BasisUnit     string                     `bun:"basis_unit"`
}

// Check refuses a case without the document that it rests on, without a day of filing, or
// whose number is not of the time of its filing.
func (c Case) Check(number identifier.CaseNumber, today day.Day) error {
	switch {
	case !enforcement.Say(c.BasisDocument).Says(1) || !enforcement.Say(c.BasisUnit).Says(1):
		return enforcement.Refuse("case.basis")
	case c.FiledOn.IsZero() || c.FiledOn > today:
		return enforcement.Refuse("case.filed")
	}
	filed, _, _ := c.FiledOn.Date()
	year, _, _ := today.Date()
	return number.Filed(filed, year)
}

// EnterCase enters an execution case; its number must name the court of the
// person who enters it.
func (r *Parties) EnterCase(ctx context.Context, act enforcement.Act, c Case) (enforcement.ID, error) {
	if err := act.Check(enforcement.Clerk, enforcement.Judge, enforcement.System); err != nil {
		return enforcement.ID{}, err
	}
	number, err := identifier.ParseCaseNumber(c.Number)
	if err != nil {
		return enforcement.ID{}, enforcement.AsRefusal(err)
	}
	if err := c.Check(number, r.Record.Today(act.At)); err != nil {
		return enforcement.ID{}, enforcement.AsRefusal(err)
	}
	court := act.Actor.Organisation
	if number.Court != "" {
		named, err := r.courtByCode(ctx, number.Court)
		if err != nil {
			return enforcement.ID{}, err
		}
		if court != named.ID && act.Actor.Role != enforcement.System {
			return enforcement.ID{}, enforcement.Refuse("case.court", "code", number.Court)
		}
		court = named.ID
	}
	id := enforcement.NewID()
	d, err := r.Record.Perform(ctx, act, func(ctx context.Context, tx *pg.Tx) (*record.Event, error) {
		tx.Later(tx.NewInsert().Model(&caseRow{
			ID: id, Court: court, Number: number.String(), FiledOn: c.FiledOn, BasisDocument: enforcement.Say(c.BasisDocument).String(), BasisUnit: enforcement.Say(c.BasisUnit).String(),
		}), "enter case %s", id)
		return &record.Event{Kind: eventCaseEntered, RefersTo: id}, nil
	})
	return d.RefersTo, err
}

// Cases lists a court's cases by id, from after on.
func (r *Parties) Cases(ctx context.Context, court enforcement.OrganisationID, after enforcement.ID, limit int) ([]Case, error) {
	var rows []caseRow
	err := r.Record.DB.NewSelect().Model(&rows).Where("court_id = ? AND id > ?", pg.Number(court), after.Cursor()).Order("id").Limit(int64(limit)).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("list cases: %w", err)
	}
	list := make([]Case, len(rows))
	for i, c := range rows {
		list[i] = Case{ID: c.ID, Court: c.Court, Number: c.Number, FiledOn: c.FiledOn, BasisDocument: c.BasisDocument, BasisUnit: c.BasisUnit}
	}
	return list, nil
}
