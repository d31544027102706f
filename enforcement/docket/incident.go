package docket

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/internal/pg"
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

// incidentRow is an incident as it is kept.
type incidentRow struct {
	bun.BaseModel `bun:"table:incident"`

	ID           enforcement.ID             `bun:"id,pk"`
	Kind         string                     `bun:"kind"`
	Organisation enforcement.OrganisationID `bun:"organisation_id,nullzero"`
	Directive    enforcement.ID             `bun:"directive_id"`
	Detail       string                     `bun:"detail"`
	OpenedAt     time.Time                  `bun:"opened_at"`
}

// Report enters an incident within the caller's transaction.
func Report(tx *pg.Tx, kind string, org enforcement.OrganisationID, directive enforcement.ID, detail string, at time.Time) {
	tx.Later(report(tx, kind, org, directive, detail, at), "open incident %s", kind)
}

func report(db bun.IDB, kind string, org enforcement.OrganisationID, directive enforcement.ID, detail string, at time.Time) *bun.InsertQuery {
	return db.NewInsert().Model(&incidentRow{ID: enforcement.NewID(), Kind: kind, Organisation: org, Directive: directive, Detail: detail, OpenedAt: at})
}

// Report records one. detail holds codes and ids only.
func (r *Docket) Report(ctx context.Context, kind string, org enforcement.OrganisationID, directive enforcement.ID, detail string) error {
	if _, err := report(r.Record.DB, kind, org, directive, detail, r.Record.Machine()).Exec(ctx); err != nil {
		return fmt.Errorf("open incident %s: %w", kind, err)
	}
	return nil
}

// ReportOnce is [Docket.Report], unless the same is open of the organisation and directive.
func (r *Docket) ReportOnce(ctx context.Context, kind string, org enforcement.OrganisationID, directive enforcement.ID, detail string) error {
	open, err := r.Record.DB.NewSelect().Model((*incidentRow)(nil)).Where("closed_at IS NULL AND kind = ? AND organisation_id = ?", kind, pg.Number(org)).
		Where("directive_id IS NOT DISTINCT FROM ?", directive).Exists(ctx)
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
	var kinds []string
	var counts []int
	err := r.Record.DB.NewSelect().Model((*incidentRow)(nil)).ColumnExpr("kind, count(*)").Where("closed_at IS NULL").Group("kind").Scan(ctx, &kinds, &counts)
	if err != nil {
		return nil, fmt.Errorf("count the open incidents: %w", err)
	}
	open := make(map[string]int, len(kinds))
	for i, kind := range kinds {
		open[kind] = counts[i]
	}
	return open, nil
}

// Incidents lists the open ones, oldest first.
func (r *Docket) Incidents(ctx context.Context, limit int) ([]Incident, error) {
	var rows []incidentRow
	if err := r.Record.DB.NewSelect().Model(&rows).Where("closed_at IS NULL").Order("opened_at", "id").Limit(int64(limit)).Scan(ctx); err != nil {
		return nil, fmt.Errorf("list incidents: %w", err)
	}
	list := make([]Incident, len(rows))
	for i, r := range rows {
		list[i] = Incident{ID: r.ID, Kind: r.Kind, Organisation: r.Organisation, Directive: r.Directive, Detail: r.Detail, OpenedAt: r.OpenedAt}
	}
	return list, nil
}
