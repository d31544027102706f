package reward

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"concordat/enforcement"
	"concordat/enforcement/ground"
	"concordat/internal/calendar"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// PublicEntry is what the public sees of a reward, and nothing else.
type PublicEntry struct {
	Reward   enforcement.ID `json:"reward"`
	Name     string         `json:"name"`
	ListType string         `json:"list_type"`
	Owner    string         `json:"owner"`
	Year     int            `json:"year,omitempty"`
	Until    day.Day        `json:"until,omitzero"`
	child    bool
}

// PublicEntries returns the rewards in force on the day, of the list types whose
// own rule says that they are published, by id from after on. Nothing of a person
// under 14 is ever in it. While a restored record is not reconciled it is refused,
// as the list of judgment debtors is.
func (r *Rewards) PublicEntries(ctx context.Context, on day.Day, after enforcement.ID, limit int) ([]PublicEntry, error) {
	if err := r.Holds.RefuseRestoring(ctx); err != nil {
		return nil, err
	}
	rows, err := r.Record.DB.Pool.Query(ctx, `SELECT w.id, s.envelope, s.sealed, w.subject_id, w.list_type, o.name_zh, coalesce(w.year, 0), w.valid_until
		FROM reward w JOIN ground g ON g.id = w.id JOIN subject s ON s.id = w.subject_id JOIN organisation o ON o.id = w.owner_id
		WHERE w.state IN ('in-force', 'under-review') AND g.state = 'in-force' AND w.list_type = ANY ($1) AND w.id > $2
			AND (w.valid_until IS NULL OR w.valid_until >= $3::date) ORDER BY w.id LIMIT $4`, r.publishedRewards(), [16]byte(after), on, limit)
	if err != nil {
		return nil, fmt.Errorf("read the public rewards: %w", err)
	}
	entries, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (PublicEntry, error) {
		var e PublicEntry
		var wrapped, sealed []byte
		var subject enforcement.ID
		if err := row.Scan(&e.Reward, &wrapped, &sealed, &subject, &e.ListType, &e.Owner, &e.Year, &e.Until); err != nil {
			return e, err
		}
		identity, err := r.Parties.OpenIdentity(subject, wrapped, sealed)
		e.Name = identity.Name
		e.child = identity.Kind == memoranda.NaturalPerson && calendar.Age(identity.Birth, on) < ground.ProtectedAge
		return e, err
	})
	return slices.DeleteFunc(entries, func(e PublicEntry) bool { return e.child }), err
}

// publishedRewards are the list types of rewards that a rule publishes.
func (r *Rewards) publishedRewards() []string {
	slugs := []string{}
	known := r.Plans.Catalogue()
	for i := range known.ListTypes {
		t := &known.ListTypes[i]
		if t.Kind == memoranda.Reward && t.Publication != nil && t.Publication.Rule != memoranda.NoPublication {
			slugs = append(slugs, t.Slug)
		}
	}
	return slugs
}
