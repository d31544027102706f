package docket

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"concordat/enforcement"
)

// Incident is something an operator must look at.
type Incident struct {
	ID           enforcement.ID             `json:"id"`
	Kind         string                     `json:"kind"`
	Organisation enforcement.OrganisationID `json:"organisation,omitempty"`
	Directive    enforcement.ID             `json:"directive,omitzero"`
	Detail       string                     `json:"detail"`
	OpenedAt     time.Time                  `json:"opened_at"`
}

// Report enters an incident within the caller's transaction.
func Report(ctx context.Context, t pgx.Tx, kind string, org enforcement.OrganisationID, directive enforcement.ID, detail string, at time.Time) error {
	_, err := t.Exec(ctx, `INSERT INTO incident (id, kind, organisation_id, directive_id, detail, opened_at) VALUES ($1, $2, nullif($3, 0), $4, $5, $6)`,
		enforcement.NewID(), kind, int32(org), directive, detail, at)
	if err != nil {
		return fmt.Errorf("open incident %s: %w", kind, err)
	}
	return nil
}

// Report records one. detail holds codes and ids only.
func (r *Docket) Report(ctx context.Context, kind string, org enforcement.OrganisationID, directive enforcement.ID, detail string) error {
	_, err := r.Record.DB.Pool.Exec(ctx, `INSERT INTO incident (id, kind, organisation_id, directive_id, detail, opened_at) VALUES ($1, $2, nullif($3, 0), $4, $5, $6)`,
		enforcement.NewID(), kind, int32(org), directive, detail, r.Record.Machine())
	if err != nil {
		return fmt.Errorf("open incident %s: %w", kind, err)
	}
	return nil
}

// ReportOnce is [Docket.Report], unless the same is open of the organisation and directive.
func (r *Docket) ReportOnce(ctx context.Context, kind string, org enforcement.OrganisationID, directive enforcement.ID, detail string) error {
	var open bool
	err := r.Record.DB.Pool.QueryRow(ctx, `SELECT EXISTS (SELECT FROM incident WHERE closed_at IS NULL AND kind = $1 AND organisation_id = $2 AND directive_id IS NOT DISTINCT FROM $3)`,
		kind, org, directive).Scan(&open)
	if err != nil {
		return fmt.Errorf("look for an open incident: %w", err)
	}
	if open {
		return nil
	}
	return r.Report(ctx, kind, org, directive, detail)
}

// OpenKinds counts the open incidents of each kind.
func (r *Docket) OpenKinds(ctx context.Context) (map[string]int, error) {
	open := map[string]int{}
	rows, err := r.Record.DB.Pool.Query(ctx, `SELECT kind, count(*) FROM incident WHERE closed_at IS NULL GROUP BY kind`)
	if err != nil {
		return nil, fmt.Errorf("count the open incidents: %w", err)
	}
	var kind string
	var n int
	_, err = pgx.ForEachRow(rows, []any{&kind, &n}, func() error {
		open[kind] = n
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("count the open incidents: %w", err)
	}
	return open, nil
}

// Incidents lists the open ones, oldest first.
func (r *Docket) Incidents(ctx context.Context, limit int) ([]Incident, error) {
	rows, err := r.Record.DB.Pool.Query(ctx, `SELECT id, kind, coalesce(organisation_id, 0), directive_id, detail, opened_at FROM incident
		WHERE closed_at IS NULL ORDER BY opened_at, id LIMIT $1`, limit)
	if err != nil {
		return nil, fmt.Errorf("list incidents: %w", err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (Incident, error) {
		var i Incident
		err := row.Scan(&i.ID, &i.Kind, &i.Organisation, &i.Directive, &i.Detail, &i.OpenedAt)
		return i, err
	})
}
