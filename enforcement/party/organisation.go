package party

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/enforcement/record"
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

// AddOrganisation enters an organisation and the bodies it stands for. One that stands for
// a body is told what others were: where [change.Changes.Alone] does not hold it is
// proposed instead ([Parties.AskOrganisation]).
func (r *Parties) AddOrganisation(ctx context.Context, act enforcement.Act, o Organisation) (enforcement.OrganisationID, error) {
	if err := act.Check(enforcement.Operator, enforcement.System); err != nil {
		return 0, err
	}
	var id enforcement.OrganisationID
	err := r.Record.DB.InTx(ctx, func(ctx context.Context, tx *pg.Tx) error {
		c, err := r.Record.Claim(ctx, tx, act)
		if err != nil {
			return err
		}
		if c.Again { // it was entered, and its answer lost
			return tx.NewSelect().Model((*organisationRow)(nil)).Column("id").Where("slug = ?", o.Slug).Scan(ctx, &id)
		}
		if len(o.Bodies) > 0 {
			if err := r.Changes.RefuseAlone(ctx, tx, act); err != nil {
				return err
			}
		}
		if id, err = r.enterOrganisation(ctx, tx, o); err != nil {
			return err
		}
		r.Record.Log(ctx, tx, act, record.Event{Kind: record.EventOrganisationEntered, Reason: o.told()})
		c.WriteDown(tx)
		return nil
	})
	return id, enforcement.AsRefusal(err)
}

// enterOrganisation writes an organisation and what it stands for.
func (r *Parties) enterOrganisation(ctx context.Context, tx *pg.Tx, o Organisation) (id enforcement.OrganisationID, err error) {
	row := organisationRow{
		Slug: o.Slug, NameZH: o.NameZH, NameEN: o.NameEN, Kind: o.Kind, Serves: o.Serves, CourtCode: o.CourtCode, Superior: o.Superior,
		AckWorkingDays: cmp.Or(o.AckWorkingDays, 3), ReportWorkingDays: cmp.Or(o.ReportWorkingDays, 15),
	}
	if err := tx.NewInsert().Model(&row).ExcludeColumn("id").Returning("id").Scan(ctx, &id); err != nil {
		return 0, fmt.Errorf("enter organisation %s: %w", o.Slug, err)
	}
	for _, body := range o.Bodies {
		if r.Bodies.BodyNamed(body.Body) == nil {
			return 0, enforcement.Refuse("organisation.body", "body", body.Body)
		}
		tx.Later(tx.NewInsert().Model(&part{Organisation: id, Body: body.Body, From: body.From, Until: body.Until}), "enter role %s of organisation %s", body.Body, o.Slug)
	}
	return id, nil
}

// told says which organisation it is, and what it stands for.
func (o *Organisation) told() string {
	said := []string{o.Slug, string(o.Kind), o.Serves}
	for _, body := range o.Bodies {
		said = append(said, body.Body+"@"+body.From.String())
	}
	return strings.Join(said, " ")
}

// organisationRow is an organisation as it is kept.
type organisationRow struct {
	bun.BaseModel `bun:"table:organisation,alias:o"`

	ID                enforcement.OrganisationID `bun:"id,pk"`
	Slug              string                     `bun:"slug"`
	NameZH            string                     `bun:"name_zh"`
	NameEN            string                     `bun:"name_en"`
	Kind              OrganisationKind           `bun:"kind"`
	Serves            string                     `bun:"serves"`
	CourtCode         string                     `bun:"court_code,nullzero"`
	Superior          enforcement.OrganisationID `bun:"superior_id,nullzero"`
	AckWorkingDays    int                        `bun:"ack_working_days"`
	ReportWorkingDays int                        `bun:"report_working_days"`
}

func (o *organisationRow) organisation() Organisation {
	return Organisation{
		ID: o.ID, Slug: o.Slug, NameZH: o.NameZH, NameEN: o.NameEN, Kind: o.Kind, Serves: o.Serves, CourtCode: o.CourtCode, Superior: o.Superior,
		AckWorkingDays: o.AckWorkingDays, ReportWorkingDays: o.ReportWorkingDays,
	}
}

// Organisations lists all of them by id, with their bodies, as the record has them now.
// What bodies an organisation plays is not the caller's to change.
func (r *Parties) Organisations(ctx context.Context) ([]Organisation, error) {
	return r.OrganisationsIn(ctx, r.Record.DB)
}

// keptOrganisations are the organisations under a mark of the record.
type keptOrganisations struct {
	mark int64
	list []Organisation
}

// OrganisationsIn is [Parties.Organisations] as a transaction sees them.
func (r *Parties) OrganisationsIn(ctx context.Context, db bun.IDB) ([]Organisation, error) {
	var mark int64
	if err := MarkOfOrganisations(db).Scan(ctx, &mark); err != nil {
		return nil, fmt.Errorf("ask whether organisations changed: %w", err)
	}
	return r.OrganisationsAt(ctx, db, mark)
}

// MarkOfOrganisations asks for the mark that the database keeps: another one after every
// change of organisations or their roles.
func MarkOfOrganisations(db bun.IDB) *bun.SelectQuery {
	return db.NewSelect().Table("organisation_mark").Column("mark")
}

// OrganisationsAt returns the organisations under a mark. They are read where it is not
// that of the copy of this process.
func (r *Parties) OrganisationsAt(ctx context.Context, db bun.IDB, mark int64) (list []Organisation, err error) {
	kept := r.kept.Load()
	if kept == nil || kept.mark != mark {
		if kept, err = readOrganisations(ctx, db); err != nil {
			return nil, err
		}
		r.kept.Store(kept)
	}
	return slices.Clone(kept.list), nil
}

// readOrganisations reads them by one statement, which is one snapshot: the mark belongs
// to the rows.
func readOrganisations(ctx context.Context, db bun.IDB) (*keptOrganisations, error) {
	var rows []struct {
		organisationRow

		Mark  int64   `bun:"mark"`
		Body  string  `bun:"body"`
		From  day.Day `bun:"valid_from"`
		Until day.Day `bun:"valid_until"`
	}
	err := db.NewSelect().TableExpr("organisation_mark AS m").Join("CROSS JOIN organisation AS o").
		Join("LEFT JOIN organisation_role AS r ON r.organisation_id = o.id").
		ColumnExpr("o.*, m.mark, r.body, r.valid_from, r.valid_until").OrderExpr("o.id, r.body, r.valid_from").Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("list organisations: %w", err)
	}
	kept := &keptOrganisations{}
	for i := range rows {
		row := &rows[i]
		kept.mark = row.Mark
		if n := len(kept.list); n == 0 || kept.list[n-1].ID != row.ID {
			kept.list = append(kept.list, row.organisation())
		}
		if last := &kept.list[len(kept.list)-1]; row.Body != "" {
			last.Bodies = append(last.Bodies, Part{row.Body, row.From, row.Until})
		}
	}
	return kept, nil
}

// courtByCode finds the court that a case number names.
func (r *Parties) courtByCode(ctx context.Context, code string) (Organisation, error) {
	var found []organisationRow
	if err := r.Record.DB.NewSelect().Model(&found).Where("court_code = ?", code).Scan(ctx); err != nil {
		return Organisation{}, fmt.Errorf("look for court %s: %w", code, err)
	}
	if len(found) != 1 {
		return Organisation{}, enforcement.Refuse("case.court", "code", code)
	}
	return found[0].organisation(), nil
}

// PlaysOn reports whether the organisation stands for a body on a day.
func (o *Organisation) PlaysOn(body string, on day.Day) bool {
	return slices.ContainsFunc(o.Bodies, func(p Part) bool {
		return p.Body == body && p.From <= on && (p.Until.IsZero() || on <= p.Until)
	})
}
