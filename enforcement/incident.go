package enforcement

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// Incident is something an operator must look at.
type Incident struct {
	ID           ID             `json:"id"`
	Kind         string         `json:"kind"`
	Organisation OrganisationID `json:"organisation,omitempty"`
	Directive    ID             `json:"directive,omitzero"`
	Detail       string         `json:"detail"`
	OpenedAt     time.Time      `json:"opened_at"`
}

func openIncident(ctx context.Context, t pgx.Tx, kind string, org OrganisationID, directive ID, detail string, at time.Time) error {
	_, err := t.Exec(ctx, `INSERT INTO incident (id, kind, organisation_id, directive_id, detail, opened_at) VALUES ($1, $2, nullif($3, 0), $4, $5, $6)`,
		NewID(), kind, int32(org), directive, detail, at)
	if err != nil {
		return fmt.Errorf("open incident %s: %w", kind, err)
	}
	return nil
}

// OpenIncident records one. detail holds codes and ids only.
func (r *Register) OpenIncident(ctx context.Context, kind string, org OrganisationID, directive ID, detail string) error {
	_, err := r.db.Pool.Exec(ctx, `INSERT INTO incident (id, kind, organisation_id, directive_id, detail, opened_at) VALUES ($1, $2, nullif($3, 0), $4, $5, $6)`,
		NewID(), kind, int32(org), directive, detail, r.machine())
	if err != nil {
		return fmt.Errorf("open incident %s: %w", kind, err)
	}
	return nil
}

// Incidents lists the open ones, oldest first.
func (r *Register) Incidents(ctx context.Context, limit int) ([]Incident, error) {
	rows, err := r.db.Pool.Query(ctx, `SELECT id, kind, coalesce(organisation_id, 0), directive_id, detail, opened_at FROM incident
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
