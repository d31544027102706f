package directive

import (
	"context"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/enforcement/docket"
	"concordat/enforcement/plan"
	"concordat/internal/pg"
	"concordat/memoranda/day"
)

// KeptState is where a measure stands that a department keeps.
type KeptState string

// The states. Over: its last day is past, or what it was withdrawn from was revoked, and it
// was not reported as lifted.
const (
	KeptOpen     KeptState = "open" // nobody has noted it
	KeptNoted    KeptState = "noted"
	KeptDisputed KeptState = "disputed"
	KeptOver     KeptState = "over"
)

// Kept is a measure that a department keeps on its own basis after it was withdrawn. It
// counts as kept, never as withdrawn.
type Kept struct {
	Directive    enforcement.ID             `json:"directive"`
	Ground       enforcement.ID             `json:"ground"`
	Owner        enforcement.OrganisationID `json:"owner"`
	Organisation enforcement.OrganisationID `json:"organisation"`
	Measure      plan.MeasureName           `json:"measure"`
	State        KeptState                  `json:"state"`
	WithdrawnOn  day.Day                    `json:"withdrawn_on"`
	Until        day.Day                    `json:"until"`
	// Basis are its words; Slug is the catalogue's, empty where it is cited.
	Basis    string      `json:"basis"`
	Slug     string      `json:"slug,omitempty"`
	Decision OwnDecision `json:"decision"` // zero of a release that did not ask for it
	// ReportedOn is the day of the department's word, NotedOn that of the owner's.
	ReportedOn day.Day `json:"reported_on"`
	NotedOn    day.Day `json:"noted_on,omitzero"`
	Reasons    string  `json:"reasons,omitempty"`
}

// keptOver is true of a report p on a ground g of which the keeping is over on a day.
const keptOver = `(p.kept_until < ? OR coalesce(g.case_state = 'revoked', false))`

// KeptStateOn is SQL that names the state of what is kept, of a report p on a ground g; its
// argument is the day.
const KeptStateOn = `CASE WHEN ` + keptOver + ` THEN 'over' ELSE coalesce(p.note, 'open') END`

// keptRows are the reports p of what is kept, with its directive d and its ground g.
func keptRows(db bun.IDB) *bun.SelectQuery {
	return db.NewSelect().TableExpr("report AS p").Join("JOIN directive AS d ON d.id = p.directive_id").
		Join("JOIN ground AS g ON g.id = d.ground_id").Where("p.outcome = 'kept'")
}

// keptRow is one as it is read.
type keptRow struct {
	Directive    enforcement.ID             `bun:"directive_id"`
	Measure      int16                      `bun:"measure_id"`
	Ground       enforcement.ID             `bun:"ground_id"`
	Owner        enforcement.OrganisationID `bun:"owner"`
	Organisation enforcement.OrganisationID `bun:"organisation_id"`
	State        KeptState                  `bun:"state"`
	WithdrawnOn  day.Day                    `bun:"withdrawn_on"`
	Until        day.Day                    `bun:"kept_until"`
	Basis        string                     `bun:"basis"`
	Slug         string                     `bun:"basis_slug"`
	Number       string                     `bun:"decision_number"`
	ServedOn     day.Day                    `bun:"decision_served_on"`
	Remedy       string                     `bun:"decision_remedy"`
	ReportedOn   day.Day                    `bun:"reported_on"`
	NotedOn      day.Day                    `bun:"noted_on"`
	Reasons      string                     `bun:"note_reasons"`
}

func (k *keptRow) told(r *Directives) Kept {
	return Kept{
		Directive: k.Directive, Ground: k.Ground, Owner: k.Owner, Organisation: k.Organisation, Measure: r.Plans.MeasureName(k.Measure), State: k.State,
		WithdrawnOn: k.WithdrawnOn, Until: k.Until, Basis: k.Basis, Slug: k.Slug, Decision: OwnDecision{k.Number, k.ServedOn, k.Remedy},
		ReportedOn: k.ReportedOn, NotedOn: k.NotedOn, Reasons: k.Reasons,
	}
}

// selectKept asks for what is kept, as it stands on a day, by directive.
func selectKept(db bun.IDB, on day.Day) *bun.SelectQuery {
	return keptRows(db).Join("JOIN amendment AS a ON a.directive_id = p.directive_id AND a.version = p.version").
		ColumnExpr("p.directive_id, p.measure_id, g.id AS ground_id, g.organisation_id AS owner, d.organisation_id").
		ColumnExpr(KeptStateOn+" AS state", on).ColumnExpr(liftedOn + " AS withdrawn_on").ColumnExpr("p.kept_until, p.basis, p.basis_slug").
		ColumnExpr("p.decision_number, p.decision_served_on, p.decision_remedy, p.reported_on, p.noted_on, p.note_reasons").
		OrderExpr("p.directive_id, p.measure_id")
}

// AskKept asks for what departments keep of a ground, as it stands on a day.
type AskKept struct {
	r    *Directives
	rows []keptRow
	ask  pg.Ask
}

// AskKeptOf asks for what is kept of one ground.
func (r *Directives) AskKeptOf(ground enforcement.ID, on day.Day) *AskKept {
	a := &AskKept{r: r}
	a.ask = pg.All(selectKept(r.Record.DB, on).Where("g.id = ?", ground), &a.rows)
	return a
}

// Ask is the question.
func (a *AskKept) Ask() pg.Ask { return a.ask }

// List is the answer.
func (a *AskKept) List() []Kept {
	list := make([]Kept, len(a.rows))
	for i := range a.rows {
		list[i] = a.rows[i].told(a.r)
	}
	return list
}

// KeptList lists what is kept, by directive from after on, up to so many directives: an
// overseer all, others what concerns their own organisation, as it keeps the list or the
// measure. State "" is any.
func (r *Directives) KeptList(ctx context.Context, act enforcement.Act, state KeptState, after enforcement.ID, limit int) ([]Kept, error) {
	if err := act.Check(enforcement.Clerk, enforcement.Judge, enforcement.President, enforcement.DepartmentClerk, enforcement.DepartmentReviewer, enforcement.Overseer, enforcement.System); err != nil {
		return nil, err
	}
	on, own := r.Record.Today(act.At), act.Actor.Organisation
	narrow := func(q *bun.SelectQuery) *bun.SelectQuery {
		if act.Actor.Role != enforcement.Overseer && act.Actor.Role != enforcement.System {
			q.Where("(g.organisation_id = ? OR d.organisation_id = ?)", pg.Number(own), pg.Number(own)).
				Where("g.organisation_id = ? OR ("+remembered+")", pg.Number(own), r.rememberedSince(act))
		}
		if state != "" {
			q.Where(KeptStateOn+" = ?", on, state)
		}
		return q
	}
	page := keptRows(r.Record.DB).Distinct().Column("p.directive_id").Apply(narrow).Where("p.directive_id > ?", after.Cursor()).Order("p.directive_id").Limit(int64(limit))
	a := &AskKept{r: r}
	if err := selectKept(r.Record.DB, on).Apply(narrow).Where("p.directive_id IN (?)", page).Scan(ctx, &a.rows); err != nil {
		return nil, fmt.Errorf("list what is kept: %w", err)
	}
	return a.List(), nil
}

// The incidents of what is kept: the department has not lifted it in time, and nobody of
// who keeps the list has noted it.
const (
	incidentKeptOver    = "kept-over"
	incidentKeptUnnoted = "kept-unnoted"
)

// KeptOverdue counts, by the slug of the organisation, the measures that are kept beyond
// their last day.
func (r *Directives) KeptOverdue(ctx context.Context, on day.Day) (map[string]int, error) {
	var slugs []string
	var counts []int
	err := keptRows(r.Record.DB).Join("JOIN organisation AS o ON o.id = d.organisation_id").ColumnExpr("o.slug, count(*)").
		Where(keptOver, on).Group("o.slug").Scan(ctx, &slugs, &counts)
	if err != nil {
		return nil, fmt.Errorf("look for what is kept too long: %w", err)
	}
	over := make(map[string]int, len(slugs))
	for i, slug := range slugs {
		over[slug] = counts[i]
	}
	return over, nil
}

// CheckKept escalates what is kept beyond its last day, and what nobody has noted in time,
// once each; and opens the task of what a program of an earlier release wrote. It returns
// how many measures are kept too long.
func (r *Directives) CheckKept(ctx context.Context, act enforcement.Act) (over int, err error) {
	if err := act.Check(enforcement.System, enforcement.Operator); err != nil {
		return 0, err
	}
	today := r.Record.Today(act.At)
	err = r.Record.DB.InTx(ctx, func(ctx context.Context, tx *pg.Tx) error {
		if err := r.openMissing(ctx, tx, today); err != nil {
			return err
		}
		over, err = r.escalateKept(ctx, tx, today)
		return err
	})
	return over, enforcement.AsRefusal(err)
}

func (r *Directives) openMissing(ctx context.Context, tx *pg.Tx, today day.Day) error {
	var missing []struct {
		Ground enforcement.ID             `bun:"ground_id"`
		Owner  enforcement.OrganisationID `bun:"owner"`
	}
	open := tx.NewSelect().TableExpr("task AS t").ColumnExpr("1").Where("t.ground_id = g.id AND t.kind = ? AND t.closed_on IS NULL", TaskKept)
	err := keptRows(tx).Distinct().ColumnExpr("g.id AS ground_id, g.organisation_id AS owner").Where("p.note IS NULL AND NOT EXISTS (?)", open).
		OrderExpr("1").Scan(ctx, &missing)
	if err != nil {
		return fmt.Errorf("look for what is kept without a task: %w", err)
	}
	for _, m := range missing {
		r.openKept(tx, m.Ground, m.Owner, today)
	}
	return nil
}

func (r *Directives) escalateKept(ctx context.Context, tx *pg.Tx, today day.Day) (int, error) {
	var rows []keptRow
	if err := selectKept(tx, today).Where(keptOver, today).Scan(ctx, &rows); err != nil {
		return 0, fmt.Errorf("look for what is kept too long: %w", err)
	}
	for i := range rows {
		k := &rows[i]
		name := r.Plans.MeasureName(k.Measure)
		detail := name.Memorandum + "/" + name.Slug + " until " + k.Until.String()
		if err := r.reportKept(ctx, tx, incidentKeptOver, k.Organisation, k.Directive, detail); err != nil {
			return 0, err
		}
	}
	late, err := docket.Late(ctx, tx, ClockKept.Kind, today)
	if err != nil {
		return 0, err //nolint:wrapcheck // says what was being done
	}
	var unnoted []keptRow
	if len(late) > 0 {
		if err := selectKept(tx, today).Where("g.id IN (?) AND p.note IS NULL", bun.List(late)).Scan(ctx, &unnoted); err != nil {
			return 0, fmt.Errorf("look for what is kept and not noted: %w", err)
		}
	}
	seen := []enforcement.ID{}
	for i := range unnoted {
		k := &unnoted[i]
		if slices.Contains(seen, k.Ground) {
			continue
		}
		seen = append(seen, k.Ground)
		if err := r.reportKept(ctx, tx, incidentKeptUnnoted, k.Owner, k.Directive, "since "+k.ReportedOn.String()); err != nil {
			return 0, err
		}
	}
	return len(rows), nil
}

// reportKept opens an incident, unless there was the same already.
func (r *Directives) reportKept(ctx context.Context, tx *pg.Tx, kind string, org enforcement.OrganisationID, directive enforcement.ID, detail string) error {
	told, err := tx.NewSelect().Table("incident").Where("kind = ? AND organisation_id = ? AND directive_id = ? AND detail = ?", kind, pg.Number(org), directive, detail).Exists(ctx)
	if err != nil {
		return fmt.Errorf("look for an incident %s: %w", kind, err)
	}
	if !told {
		docket.Report(tx, kind, org, directive, detail, r.Record.Machine())
	}
	return nil
}
