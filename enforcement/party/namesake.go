package party

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/internal/calendar"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// namesakeDomain separates hashes of what is shown of a person from every other hash.
const namesakeDomain = "public-namesake"

// namesake is what a person is found by who would look the same in a public list; nil for units,
// whose codes are whole.
func (r *Parties) namesake(i Identity) []byte {
	if i.Kind != memoranda.NaturalPerson {
		return nil
	}
	return r.Record.Vault.Hash(namesakeDomain, i.shown()).Sum
}

// shown is what a public list shows of a person on every day.
func (i Identity) shown() string { return i.Name + "\n" + i.Sex() + "\n" + i.Masked() }

// Sex is male or female where the number says it, else empty.
func (i Identity) Sex() string {
	sex, _ := i.identifier().Sex()
	return sex
}

// looksLike reports whether a public list would show two people in the same words on a day.
func (i Identity) looksLike(other Identity, on day.Day) bool {
	return i.shown() == other.shown() && i.Number != other.Number && calendar.Age(i.Birth, on) == calendar.Age(other.Birth, on)
}

// Alike tells of some people, by id, which of them look on a day like another who is shown too:
// one of them, or one of the subjects that shown selects.
func (r *Parties) Alike(ctx context.Context, db bun.IDB, people map[enforcement.ID]Identity, shown *bun.SelectQuery, on day.Day) (map[enforcement.ID]bool, error) {
	var sums [][]byte
	for _, i := range people {
		if i.Kind != memoranda.NaturalPerson {
			continue
		}
		for _, h := range r.Record.Vault.Hashes(namesakeDomain, i.shown()) {
			sums = append(sums, h.Sum)
		}
	}
	alike := map[enforcement.ID]bool{}
	if len(sums) == 0 {
		return alike, nil
	}
	var rows []Row
	err := db.NewSelect().Model(&rows).Column("id", "envelope", "sealed").Where("s.namesake IN (?) AND s.envelope IS NOT NULL", bun.List(sums)).
		Where("s.id IN (?)", shown).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("look for people of the same name: %w", err)
	}
	others := make([]Identity, 0, len(rows)+len(people))
	for i := range rows {
		identity, err := r.OpenIdentity(rows[i].ID, rows[i].Wrapped, rows[i].Sealed)
		if err != nil {
			return nil, err
		}
		others = append(others, identity)
	}
	for _, i := range people {
		others = append(others, i)
	}
	for id, i := range people {
		for _, other := range others {
			alike[id] = alike[id] || i.Kind == memoranda.NaturalPerson && i.looksLike(other, on)
		}
	}
	return alike, nil
}

// NumberShown is what a public list shows of a number: the last character only where another
// entry would look the same without.
func (i Identity) NumberShown(alike bool) string {
	if alike {
		return i.MaskedApart()
	}
	return i.Masked()
}
