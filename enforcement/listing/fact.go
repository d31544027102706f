package listing

import (
	"context"
	"fmt"

	"concordat/enforcement"
	"concordat/memoranda/day"
)

// Fact is a recorded fact that forbids a listing, as its court reads it.
type Fact struct {
	ID       enforcement.ID `json:"id"`
	Kind     ExclusionKind  `json:"kind"`
	OpenedOn day.Day        `json:"opened_on"`
	ClosedOn day.Day        `json:"closed_on,omitzero"`
}

// Exclusions lists the facts recorded of a listing of the actor's court, closed ones too.
func (r *Listings) Exclusions(ctx context.Context, act enforcement.Act, id enforcement.ID) ([]Fact, error) {
	if _, err := r.Life.Read(ctx, act, id); err != nil {
		return nil, err
	}
	var rows []exclusion
	if err := r.Record.DB.NewSelect().Model(&rows).Where("x.listing_id = ?", id).Order("x.id").Scan(ctx); err != nil {
		return nil, fmt.Errorf("list the facts of listing %s: %w", id, err)
	}
	list := make([]Fact, len(rows))
	for i, x := range rows {
		list[i] = Fact{x.ID, x.Kind, x.OpenedOn, x.ClosedOn}
	}
	return list, nil
}
