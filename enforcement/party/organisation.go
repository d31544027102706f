package party

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"concordat/enforcement"
	"concordat/internal/pg"
	"concordat/memoranda/day"
)

// OrganisationKind is what a directive to an organisation is: an instruction to
// an authority, a request to an assisting unit, or information.
type OrganisationKind string

// The kinds of organisation.
const (
	Court         OrganisationKind = "court"
	Authority     OrganisationKind = "authority"
	AssistingUnit OrganisationKind = "assisting-unit"
	InformedBody  OrganisationKind = "informed-body"
)

// Organisation is a real court or department of a region.
type Organisation struct {
	ID     enforcement.OrganisationID `json:"id"`
	Slug   string                     `json:"slug"`
	NameZH string                     `json:"name_zh"`
	NameEN string                     `json:"name_en"`
	Kind   OrganisationKind           `json:"kind"`
	// Serves is a prefix of GB/T 2260 codes: 4501 serves all of Nanning.
	Serves string `json:"serves"`
	// CourtCode is the court's code in case numbers, empty for others.
	CourtCode string                     `json:"court_code,omitempty"`
	Superior  enforcement.OrganisationID `json:"superior,omitempty"`
	// AckWorkingDays and ReportWorkingDays are internal terms; 0 means 3 and 15.
	AckWorkingDays    int    `json:"ack_working_days"`
	ReportWorkingDays int    `json:"report_working_days"`
	Bodies            []Part `json:"bodies,omitempty"`
}

// Part is a body of the memoranda that an organisation stands for, from a day
// until a day; no until means still.
type Part struct {
	Body  string  `json:"body"`
	From  day.Day `json:"from"`
	Until day.Day `json:"until,omitzero"`
}

// AddOrganisation enters an organisation and the bodies it stands for.
func (r *Parties) AddOrganisation(ctx context.Context, act enforcement.Act, o Organisation) (enforcement.OrganisationID, error) {
	if err := act.Check(enforcement.Operator, enforcement.System); err != nil {
		return 0, err
	}
	if o.AckWorkingDays == 0 {
		o.AckWorkingDays = 3
	}
	if o.ReportWorkingDays == 0 {
		o.ReportWorkingDays = 15
	}
	var id enforcement.OrganisationID
	err := r.Record.DB.InTx(ctx, func(ctx context.Context, tx *pg.Tx) error {
		c, err := r.Record.Claim(ctx, tx, act)
		if err != nil {
			return err
		}
		return tx.Pgx(func(p pgx.Tx) error {
			if c.Again { // it was entered, and its answer lost
				return p.QueryRow(ctx, `SELECT id FROM organisation WHERE slug = $1`, o.Slug).Scan(&id)
			}
			err := p.QueryRow(ctx, `INSERT INTO organisation (slug, name_zh, name_en, kind, serves, court_code, superior_id, ack_working_days, report_working_days)
				VALUES ($1, $2, $3, $4::text::organisation_kind, $5, nullif($6, ''), nullif($7, 0), $8, $9) RETURNING id`,
				o.Slug, o.NameZH, o.NameEN, o.Kind, o.Serves, o.CourtCode, o.Superior, o.AckWorkingDays, o.ReportWorkingDays).Scan(&id)
			if err != nil {
				return fmt.Errorf("enter organisation %s: %w", o.Slug, err)
			}
			for _, part := range o.Bodies {
				if r.Bodies.BodyNamed(part.Body) == nil {
					return enforcement.Refuse("organisation.body", "body", part.Body)
				}
				_, err := p.Exec(ctx, `INSERT INTO organisation_role (organisation_id, body, valid_from, valid_until) VALUES ($1, $2, $3::date, $4::date)`,
					id, part.Body, part.From, part.Until)
				if err != nil {
					return fmt.Errorf("enter role %s of organisation %s: %w", part.Body, o.Slug, err)
				}
			}
			return nil
		})
	})
	return id, enforcement.AsRefusal(err)
}

const selectOrganisation = `SELECT id, slug, name_zh, name_en, kind, serves, coalesce(court_code, ''), coalesce(superior_id, 0), ack_working_days, report_working_days FROM organisation`

func scanOrganisation(row pgx.CollectableRow) (Organisation, error) {
	var o Organisation
	err := row.Scan(&o.ID, &o.Slug, &o.NameZH, &o.NameEN, &o.Kind, &o.Serves, &o.CourtCode, &o.Superior, &o.AckWorkingDays, &o.ReportWorkingDays)
	return o, err
}

// Organisations lists all of them by id, with their bodies, as the record has them now.
// What bodies an organisation plays is not the caller's to change.
func (r *Parties) Organisations(ctx context.Context) ([]Organisation, error) {
	return r.OrganisationsIn(ctx, r.Record.DB.Pool)
}

// keptOrganisations are the organisations under a mark of the record.
type keptOrganisations struct {
	mark int64
	list []Organisation
}

// OrganisationsIn is [Parties.Organisations] as a transaction sees them. They are read
// where the mark that the database keeps is not that of the copy of this process.
func (r *Parties) OrganisationsIn(ctx context.Context, q pg.Querier) ([]Organisation, error) {
	var mark int64
	if err := q.QueryRow(ctx, `SELECT mark FROM organisation_mark`).Scan(&mark); err != nil {
		return nil, fmt.Errorf("ask whether organisations changed: %w", err)
	}
	kept := r.kept.Load()
	if kept == nil || kept.mark != mark {
		var err error
		if kept, err = readOrganisations(ctx, q); err != nil {
			return nil, err
		}
		r.kept.Store(kept)
	}
	return slices.Clone(kept.list), nil
}

// One statement is one snapshot: the mark belongs to the rows.
const selectOrganisations = `SELECT m.mark, o.id, o.slug, o.name_zh, o.name_en, o.kind, o.serves, coalesce(o.court_code, ''), coalesce(o.superior_id, 0), o.ack_working_days, o.report_working_days,
    coalesce(r.body, ''), r.valid_from, r.valid_until
  FROM organisation_mark m CROSS JOIN organisation o LEFT JOIN organisation_role r ON r.organisation_id = o.id ORDER BY o.id, r.body, r.valid_from`

func readOrganisations(ctx context.Context, q pg.Querier) (*keptOrganisations, error) {
	rows, err := q.Query(ctx, selectOrganisations)
	if err != nil {
		return nil, fmt.Errorf("list organisations: %w", err)
	}
	kept := &keptOrganisations{}
	var o Organisation
	var part Part
	_, err = pgx.ForEachRow(rows, []any{
		&kept.mark, &o.ID, &o.Slug, &o.NameZH, &o.NameEN, &o.Kind, &o.Serves, &o.CourtCode, &o.Superior, &o.AckWorkingDays, &o.ReportWorkingDays,
		&part.Body, &part.From, &part.Until,
	}, func() error {
		if n := len(kept.list); n == 0 || kept.list[n-1].ID != o.ID {
			kept.list = append(kept.list, o)
		}
		if last := &kept.list[len(kept.list)-1]; part.Body != "" {
			last.Bodies = append(last.Bodies, part)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list organisations: %w", err)
	}
	return kept, nil
}

// courtByCode finds the court that a case number names.
func (r *Parties) courtByCode(ctx context.Context, code string) (Organisation, error) {
	rows, err := r.Record.DB.Pool.Query(ctx, selectOrganisation+` WHERE court_code = $1`, code)
	if err != nil {
		return Organisation{}, fmt.Errorf("look for court %s: %w", code, err)
	}
	list, err := pgx.CollectRows(rows, scanOrganisation)
	if err != nil {
		return Organisation{}, fmt.Errorf("look for court %s: %w", code, err)
	}
	if len(list) != 1 {
		return Organisation{}, enforcement.Refuse("case.court", "code", code)
	}
	return list[0], nil
}

// PlaysOn reports whether the organisation stands for a body on a day.
func (o *Organisation) PlaysOn(body string, on day.Day) bool {
	return slices.ContainsFunc(o.Bodies, func(p Part) bool {
		return p.Body == body && p.From <= on && (p.Until.IsZero() || on <= p.Until)
	})
}
