package doctor

import (
	"context"
	"fmt"

	"concordat/enforcement/paper"
)

// papers looks for papers of which a piece is missing, as after a restore without all of
// them, and for pieces of a month that nobody made room for.
func (e *examination) papers(ctx context.Context) (string, []Finding, error) {
	missing, err := paper.Incomplete(ctx, e.db, named)
	if err != nil {
		return "", nil, err
	}
	all, err := e.db.NewSelect().Table("paper").Count(ctx)
	if err != nil {
		return "", nil, fmt.Errorf("count the papers: %w", err)
	}
	rest, err := e.db.NewSelect().Table("paper_chunk_rest").Exists(ctx)
	if err != nil {
		return "", nil, fmt.Errorf("look for papers outside of the months: %w", err)
	}
	var found []Finding
	if len(missing) > 0 {
		ids := make([]string, len(missing))
		for i, id := range missing {
			ids[i] = id.String()
		}
		found = append(found, fault("doctor.papers.incomplete", "%s", names(ids)))
	}
	if rest {
		found = append(found, warn("doctor.papers.months", "paper_chunk_rest is not empty"))
	}
	return fmt.Sprintf("%d papers", all), found, nil
}
