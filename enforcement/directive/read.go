package directive

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"concordat/enforcement"
	"concordat/enforcement/plan"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// Directive is a directive as its own organisation or an overseer sees it.
type Directive struct {
	ID           enforcement.ID             `json:"id"`
	Organisation enforcement.OrganisationID `json:"organisation"`
	Ground       enforcement.ID             `json:"ground"`
	GroundKind   memoranda.GroundKind       `json:"ground_kind"`
	Version      int16                      `json:"version"`
	Kind         VersionKind                `json:"kind"`
	Step         Step                       `json:"step"`
	Measures     []plan.MeasureName         `json:"measures"`
	ValidUntil   day.Day                    `json:"valid_until,omitzero"`

	plan int32 // that made it
	set  []int16
}

const selectDirective = `SELECT d.id, d.organisation_id, d.ground_id, d.ground_kind::text, d.plan_id, coalesce(a.version, 1), coalesce(a.kind::text, 'impose'),
    coalesce(a.step, d.step)::text, coalesce(a.measures, d.measures), CASE WHEN a.version IS NULL THEN d.valid_until ELSE a.valid_until END
  FROM directive d LEFT JOIN LATERAL (SELECT version, kind, step, measures, valid_until FROM amendment WHERE directive_id = d.id ORDER BY version DESC LIMIT 1) a ON true`

func (r *Directives) scanDirective(row pgx.CollectableRow) (Directive, error) {
	var d Directive
	err := row.Scan(&d.ID, &d.Organisation, &d.Ground, &d.GroundKind, &d.plan, &d.Version, &d.Kind, &d.Step, &d.set, &d.ValidUntil)
	d.Kind = d.Kind.Told(d.GroundKind)
	d.Measures = r.measureNames(d.set)
	return d, err
}

func (r *Directives) measureNames(set []int16) []plan.MeasureName {
	names := make([]plan.MeasureName, 0, len(set))
	for _, m := range set {
		names = append(names, r.Plans.MeasureName(m))
	}
	return names
}

// List lists what an organisation holds or shall hold, by id from after
// on: a department its own and nothing else, an overseer all. Measures that the plan
// of the act's day no longer holds are left out, though their withdrawal may not be
// written yet.
func (r *Directives) List(ctx context.Context, act enforcement.Act, after enforcement.ID, limit int) ([]Directive, error) {
	if err := act.Check(enforcement.DepartmentClerk, enforcement.DepartmentReviewer, enforcement.Overseer, enforcement.System); err != nil {
		return nil, err
	}
	org := act.Actor.Organisation
	if act.Actor.Role == enforcement.Overseer || act.Actor.Role == enforcement.System {
		org = 0
	}
	rows, err := r.Record.DB.Pool.Query(ctx, selectDirective+` WHERE ($1 = 0 OR d.organisation_id = $1) AND d.id > $2 ORDER BY d.id LIMIT $3`, int32(org), [16]byte(after), limit)
	if err != nil {
		return nil, fmt.Errorf("list directives: %w", err)
	}
	list, err := pgx.CollectRows(rows, r.scanDirective)
	if err != nil {
		return nil, fmt.Errorf("list directives: %w", err)
	}
	return r.uphold(ctx, list, r.Record.Today(act.At))
}

// On is [Directives.Of] without the measures that the plan of a
// day no longer holds, though their withdrawal may not be written yet.
func (r *Directives) On(ctx context.Context, ground enforcement.ID, on day.Day) ([]Directive, error) {
	list, err := r.Of(ctx, ground)
	if err != nil {
		return nil, err
	}
	return r.uphold(ctx, list, on)
}

// Of lists the directives of one ground with what their newest versions
// carry, for the list owner.
func (r *Directives) Of(ctx context.Context, ground enforcement.ID) ([]Directive, error) {
	rows, err := r.Record.DB.Pool.Query(ctx, selectDirective+` JOIN ground g ON g.id = d.ground_id AND g.subject_id = d.subject_id WHERE g.id = $1 ORDER BY d.id`, ground)
	if err != nil {
		return nil, fmt.Errorf("list the directives of %s: %w", ground, err)
	}
	return pgx.CollectRows(rows, r.scanDirective)
}

// Get returns one directive of the actor's organisation, with what the plan of
// the act's day still holds.
func (r *Directives) Get(ctx context.Context, act enforcement.Act, id enforcement.ID) (Directive, error) {
	if err := act.Check(enforcement.DepartmentClerk, enforcement.DepartmentReviewer, enforcement.Overseer, enforcement.System); err != nil {
		return Directive{}, err
	}
	rows, err := r.Record.DB.Pool.Query(ctx, selectDirective+` WHERE d.id = $1`, id)
	if err != nil {
		return Directive{}, fmt.Errorf("read directive %s: %w", id, err)
	}
	d, err := pgx.CollectExactlyOneRow(rows, r.scanDirective)
	if errors.Is(err, pgx.ErrNoRows) {
		return d, enforcement.Refuse("not-found")
	}
	if err == nil && (act.Actor.Role == enforcement.DepartmentClerk || act.Actor.Role == enforcement.DepartmentReviewer) && d.Organisation != act.Actor.Organisation {
		return Directive{}, enforcement.Refuse("not-found")
	}
	if err != nil {
		return d, fmt.Errorf("read directive %s: %w", id, err)
	}
	list, err := r.uphold(ctx, []Directive{d}, r.Record.Today(act.At))
	if err != nil {
		return d, err
	}
	return list[0], nil
}
