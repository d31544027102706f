package reward

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/enforcement/ground"
	"concordat/enforcement/party"
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
	// Note says that a name proves nothing, and how to ask exactly.
	Note enforcement.Note `json:"note"`
}

// PublicEntries returns the rewards in force on the day, of the list types whose
// own rule says that they are published, by id from after on. Nothing of a person
// under 14 is ever in it. While a restored record is not reconciled it is refused,
// as the list of judgment debtors is.
func (r *Rewards) PublicEntries(ctx context.Context, on day.Day, after enforcement.ID, limit int) ([]PublicEntry, error) {
	if err := r.Holds.RefuseRestoring(ctx); err != nil {
		return nil, err
	}
	var rows []publicRow
	err := r.Record.DB.NewSelect().TableExpr("reward AS w").
		ColumnExpr("w.id, s.envelope, "+party.SealedOf("w.owner_id")+" AS sealed, w.subject_id, w.list_type, o.name_zh, w.year, w.valid_until").
		Join("JOIN ground AS g ON g.id = w.id").
		Join("JOIN subject AS s ON s.id = w.subject_id").
		Join("JOIN organisation AS o ON o.id = w.owner_id").
		Where("w.state IN ('in-force', 'under-review') AND g.state = 'in-force'").Where("w.list_type IN (?)", bun.List(r.publishedRewards())).
		Where("w.id > ?", after.Cursor()).Where("w.valid_until IS NULL OR w.valid_until >= ?", on).OrderExpr("w.id").Limit(int64(limit)).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("read the public rewards: %w", err)
	}
	entries := make([]PublicEntry, 0, len(rows))
	for i := range rows {
		w := &rows[i]
		identity, err := r.Parties.OpenIdentity(w.Subject, w.Envelope, w.Sealed)
		if err != nil {
			return nil, err
		}
		if identity.Kind == memoranda.NaturalPerson && calendar.Age(identity.Birth, on) < ground.ProtectedAge {
			continue
		}
		entries = append(entries, PublicEntry{Reward: w.ID, Name: identity.Name, ListType: w.ListType, Owner: w.Owner, Year: w.Year, Until: w.Until, Note: enforcement.NameProvesNothing()})
	}
	return entries, nil
}

// publicRow is what a public entry is made of.
type publicRow struct {
	ID       enforcement.ID `bun:"id"`
	Envelope []byte         `bun:"envelope"`
	Sealed   []byte         `bun:"sealed"`
	Subject  enforcement.ID `bun:"subject_id"`
	ListType string         `bun:"list_type"`
	Owner    string         `bun:"name_zh"`
	Year     int            `bun:"year"`
	Until    day.Day        `bun:"valid_until"`
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
