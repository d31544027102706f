package ground

import (
	"context"
	"fmt"

	"concordat/enforcement"
	"concordat/enforcement/party"
	"concordat/internal/pg"
	"concordat/memoranda/day"
)

// Proposed is a correction that waits for an owner's answer. Before and After are the whole
// identities, as the owner knows the person and as another corrected it.
type Proposed struct {
	ID            enforcement.ID
	Subject       enforcement.ID
	Ground        enforcement.ID
	OpenedOn      day.Day
	Before, After party.Identity
}

// Corrections lists what waits for the answer of the actor's organisation, by id.
func (r *Grounds) Corrections(ctx context.Context, act enforcement.Act, after enforcement.ID, limit int) ([]Proposed, error) {
	if err := act.Check(answerers...); err != nil {
		return nil, err
	}
	var rows []correction
	err := r.Record.DB.NewSelect().Model(&rows).ColumnExpr("?TableColumns, s.envelope").Join("JOIN subject AS s ON s.id = x.subject_id").
		Where("x.organisation_id = ? AND x.closed_on IS NULL AND s.envelope IS NOT NULL AND x.id > ?", pg.Number(act.Actor.Organisation), after.Cursor()).
		Order("x.id").Limit(int64(limit)).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("list the corrections that wait: %w", err)
	}
	list := make([]Proposed, len(rows))
	for i := range rows {
		c := &rows[i]
		list[i] = Proposed{ID: c.ID, Subject: c.Subject, Ground: c.Ground, OpenedOn: c.OpenedOn}
		if list[i].Before, err = r.Parties.OpenIdentity(c.Subject, c.Wrapped, c.Before); err != nil {
			return nil, err
		}
		if list[i].After, err = r.Parties.OpenIdentity(c.Subject, c.Wrapped, c.After); err != nil {
			return nil, err
		}
	}
	return list, nil
}
