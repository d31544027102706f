package enforcement

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"concordat/memoranda/day"
)

// reading is a directive's own row, read under its lock.
type reading struct {
	id           ID
	ground       int // its place in the chunk
	organisation OrganisationID
	step         Step
	due          bool
	until        day.Day
	set          []int16
}

// laterVersion is a row of a later version.
type laterVersion struct {
	version int16
	kind    VersionKind
	step    Step
	due     bool
	until   day.Day
	set     []int16
}

// lockFollowed locks the directives of grounds at some organisations, by id, and
// reads them. Equal sets share one slice: there are many rows and few sets.
func lockFollowed(ctx context.Context, p pgx.Tx, subjects, grounds []ID, orgs []OrganisationID) ([]reading, error) {
	rows, err := p.Query(ctx, selectFollowed, pgx.QueryExecModeCacheStatement, subjects, grounds, orgs)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	list := make([]reading, 0, len(grounds))
	known := knownSets{}
	var before reading
	for rows.Next() {
		row := itemRow{columns: rows.RawValues()}
		one := reading{id: row.id(), ground: int(row.integer()) - 1, organisation: OrganisationID(row.integer()), step: Step(row.text(string(before.step)))}
		one.due, one.until, one.set = row.flag(), row.day(), known.read(&row)
		if row.err != nil {
			return nil, row.err
		}
		list = append(list, one)
		before = one
	}
	return list, rows.Err()
}

func readVersions(ctx context.Context, p pgx.Tx, ids []ID) (map[ID][]laterVersion, error) {
	rows, err := p.Query(ctx, selectVersions, pgx.QueryExecModeCacheStatement, ids)
	if err != nil {
		return nil, fmt.Errorf("read later versions: %w", err)
	}
	defer rows.Close()
	later := map[ID][]laterVersion{}
	known := knownSets{}
	var before laterVersion
	for rows.Next() {
		row := itemRow{columns: rows.RawValues()}
		id := row.id()
		v := laterVersion{version: row.small(), kind: VersionKind(row.text(string(before.kind))), step: Step(row.text(string(before.step)))}
		v.due, v.until, v.set = row.flag(), row.day(), known.read(&row)
		if row.err != nil {
			return nil, fmt.Errorf("read later versions: %w", row.err)
		}
		later[id] = append(later[id], v)
		before = v
	}
	return later, rows.Err()
}

func namedByAttempts(ctx context.Context, p pgx.Tx, ids []ID, orgs []OrganisationID) (map[versionKey]bool, error) {
	rows, err := p.Query(ctx, selectNamed, ids, orgs)
	if err != nil {
		return nil, fmt.Errorf("read what open attempts name: %w", err)
	}
	named := map[versionKey]bool{}
	var k versionKey
	_, err = pgx.ForEachRow(rows, []any{&k.directive, &k.version}, func() error {
		named[k] = true
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read what open attempts name: %w", err)
	}
	return named, nil
}

// stands says how a directive stands after its later versions, in their order.
// unknown: the record was restored and does not know what left.
func (r *reading) stands(later []laterVersion, named map[versionKey]bool, unknown bool) followed {
	f := followed{id: r.id, organisation: r.organisation, version: 1, kind: Impose, until: r.until, carried: r.set, gone: unknown}
	see := func(version int16, step Step, due bool, set []int16) {
		f.pending = f.pending || due
		if step == Left || step == Delivered || step == Acknowledged || named[versionKey{r.id, version}] {
			f.gone, f.held = true, set
		}
	}
	see(1, r.step, r.due, r.set)
	for _, v := range later {
		f.version, f.kind, f.until = v.version, v.kind, v.until
		if v.kind == Amend || v.kind == Resume || v.kind == PermitEnd {
			f.carried = v.set
		}
		see(v.version, v.step, v.due, v.set)
	}
	return f
}

// knownSets keeps one slice of each set, by its binary form.
type knownSets map[string][]int16

func (k knownSets) read(row *itemRow) []int16 {
	raw := row.next(0)
	if set, ok := k[string(raw)]; ok {
		return set
	}
	row.at--
	set := row.smalls()
	slices.Sort(set)
	k[string(raw)] = set
	return set
}
