package party

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"concordat/enforcement"
	"concordat/enforcement/record"
	"concordat/internal/identifier"
	"concordat/internal/pg"
	pgbinary "concordat/internal/pg/binary"
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
	if c.BasisDocument == "" || c.BasisUnit == "" {
		return enforcement.ID{}, enforcement.Refuse("case.basis")
	}
	if c.FiledOn.IsZero() || c.FiledOn > r.Record.Today(act.At) {
		return enforcement.ID{}, enforcement.Refuse("case.filed")
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
		return &record.Event{Kind: eventCaseEntered, RefersTo: id}, tx.Lend(func(p pgx.Tx) error {
			_, err := p.Exec(ctx, `INSERT INTO execution_case (id, court_id, number, filed_on, basis_document, basis_unit) VALUES ($1, $2, $3, $4::date, $5, $6)`,
				id, court, number.String(), c.FiledOn, c.BasisDocument, c.BasisUnit)
			if err != nil {
				return fmt.Errorf("enter case %s: %w", id, err)
			}
			return nil
		})
	})
	return d.RefersTo, err
}

// Cases lists a court's cases by id, from after on.
func (r *Parties) Cases(ctx context.Context, court enforcement.OrganisationID, after enforcement.ID, limit int) ([]Case, error) {
	rows, err := r.Record.DB.Pool.Query(ctx, `SELECT id, court_id, number, filed_on, basis_document, basis_unit FROM execution_case
		WHERE court_id = $1 AND id > $2 ORDER BY id LIMIT $3`, court, [16]byte(after), limit)
	if err != nil {
		return nil, fmt.Errorf("list cases: %w", err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (Case, error) {
		var c Case
		err := row.Scan(&c.ID, &c.Court, &c.Number, &c.FiledOn, &c.BasisDocument, &c.BasisUnit)
		return c, err
	})
}

// copyCases collects cases for one COPY.
func copyCases(list []Case) *pgbinary.Copier {
	t := pgbinary.NewCopier(6, `COPY execution_case (id, court_id, number, filed_on, basis_document, basis_unit) FROM STDIN (FORMAT binary)`)
	for i := range list {
		c := &list[i]
		t.Row()
		t.ID(c.ID)
		t.Int4(int32(c.Court))
		t.Text(c.Number)
		t.Day(c.FiledOn)
		t.Text(c.BasisDocument)
		t.Text(c.BasisUnit)
	}
	return t
}
