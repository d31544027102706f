package enforcement

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"concordat/internal/identifier"
	"concordat/internal/pg"
	"concordat/memoranda/day"
)

// EventCaseEntered is the act of cases in the log.
const EventCaseEntered EventKind = "case-entered"

// Case is an execution case and the effective document it rests on.
type Case struct {
	ID            ID             `json:"id"`
	Court         OrganisationID `json:"court"`
	Number        string         `json:"number"`
	FiledOn       day.Day        `json:"filed_on"`
	BasisDocument string         `json:"basis_document"`
	BasisUnit     string         `json:"basis_unit"`
}

// EnterCase enters an execution case; its number must name the court of the
// person who enters it.
func (r *Register) EnterCase(ctx context.Context, act Act, c Case) (ID, error) {
	if err := act.check(Clerk, Judge, System); err != nil {
		return ID{}, err
	}
	number, err := identifier.ParseCaseNumber(c.Number)
	if err != nil {
		return ID{}, asRefusal(err)
	}
	if c.BasisDocument == "" || c.BasisUnit == "" {
		return ID{}, refuse("case.basis")
	}
	if c.FiledOn.IsZero() || c.FiledOn > r.Today(act.At) {
		return ID{}, refuse("case.filed")
	}
	court := act.Actor.Organisation
	if number.Court != "" {
		named, err := r.courtByCode(ctx, number.Court)
		if err != nil {
			return ID{}, err
		}
		if court != named.ID && act.Actor.Role != System {
			return ID{}, refuse("case.court", "code", number.Court)
		}
		court = named.ID
	}
	id := NewID()
	d, err := r.perform(ctx, act, func(ctx context.Context, tx *pg.Tx) (*event, error) {
		return &event{Kind: EventCaseEntered, RefersTo: id}, tx.Pgx(func(p pgx.Tx) error {
			_, err := p.Exec(ctx, `INSERT INTO execution_case (id, court_id, number, filed_on, basis_document, basis_unit) VALUES ($1, $2, $3, $4::date, $5, $6)`,
				id, court, number.String(), c.FiledOn, c.BasisDocument, c.BasisUnit)
			if err != nil {
				return fmt.Errorf("enter case %s: %w", id, err)
			}
			return nil
		})
	})
	return d.refersTo, err
}

// Cases lists a court's cases by id, from after on.
func (r *Register) Cases(ctx context.Context, court OrganisationID, after ID, limit int) ([]Case, error) {
	rows, err := r.db.Pool.Query(ctx, `SELECT id, court_id, number, filed_on, basis_document, basis_unit FROM execution_case
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
