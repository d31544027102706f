// pgx: the directives of a chunk of grounds are read in binary, thousands at a time.

package replan

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	pgbinary "concordat/internal/pg/binary"
	"concordat/memoranda/day"
)

// reading is a directive's own row, read under its lock.
type reading struct {
	id           enforcement.ID
	ground       int // its place in the chunk
	organisation enforcement.OrganisationID
	step         directive.Step
	due          bool
	until        day.Day
	set          []int16
}

// laterVersion is a row of a later version.
type laterVersion struct {
	version int16
	kind    directive.VersionKind
	step    directive.Step
	due     bool
	until   day.Day
	set     []int16
}

// lockFollowed locks the directives of grounds at some organisations, by id, and
// reads them. Equal sets share one slice: there are many rows and few sets.
func lockFollowed(ctx context.Context, p pgx.Tx, subjects, grounds []enforcement.ID, orgs []enforcement.OrganisationID) ([]reading, error) {
	rows, err := p.Query(ctx, selectFollowed, pgx.QueryExecModeCacheStatement, subjects, grounds, orgs)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	list := make([]reading, 0, len(grounds))
	shared := sharedSets{}
	var before reading
	for rows.Next() {
		row := pgbinary.Row{Columns: rows.RawValues()}
		one := reading{id: row.ID(), ground: int(row.Integer()) - 1, organisation: enforcement.OrganisationID(row.Integer()), step: directive.Step(row.Text(string(before.step)))}
		one.due, one.until, one.set = row.Flag(), row.Day(), shared.read(&row)
		if row.Err != nil {
			return nil, row.Err
		}
		list = append(list, one)
		before = one
	}
	return list, rows.Err()
}

func readVersions(ctx context.Context, p pgx.Tx, ids []enforcement.ID) (map[enforcement.ID][]laterVersion, error) {
	rows, err := p.Query(ctx, selectVersions, pgx.QueryExecModeCacheStatement, ids)
	if err != nil {
		return nil, fmt.Errorf("read later versions: %w", err)
	}
	defer rows.Close()
	later := map[enforcement.ID][]laterVersion{}
	shared := sharedSets{}
	var before laterVersion
	for rows.Next() {
		row := pgbinary.Row{Columns: rows.RawValues()}
		id := row.ID()
		v := laterVersion{version: row.Small(), kind: directive.VersionKind(row.Text(string(before.kind))), step: directive.Step(row.Text(string(before.step)))}
		v.due, v.until, v.set = row.Flag(), row.Day(), shared.read(&row)
		if row.Err != nil {
			return nil, fmt.Errorf("read later versions: %w", row.Err)
		}
		later[id] = append(later[id], v)
		before = v
	}
	return later, rows.Err()
}

func namedByAttempts(ctx context.Context, p pgx.Tx, ids []enforcement.ID, orgs []enforcement.OrganisationID) (map[directive.VersionKey]bool, error) {
	rows, err := p.Query(ctx, selectNamed, ids, orgs)
	if err != nil {
		return nil, fmt.Errorf("read what open attempts name: %w", err)
	}
	named := map[directive.VersionKey]bool{}
	var k directive.VersionKey
	_, err = pgx.ForEachRow(rows, []any{&k.Directive, &k.Version}, func() error {
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
func (r *reading) stands(later []laterVersion, named map[directive.VersionKey]bool, unknown bool) followed {
	f := followed{id: r.id, organisation: r.organisation, version: 1, kind: directive.Impose, until: r.until, carried: r.set, gone: unknown}
	see := func(version int16, step directive.Step, due bool, set []int16) {
		f.pending = f.pending || due
		if step == directive.Left || step == directive.Delivered || step == directive.Acknowledged || named[directive.VersionKey{Directive: r.id, Version: version}] {
			f.gone, f.has = true, set
		}
	}
	see(1, r.step, r.due, r.set)
	for _, v := range later {
		f.version, f.kind, f.until = v.version, v.kind, v.until
		if v.kind == directive.Amend || v.kind == directive.Resume || v.kind == directive.PermitEnd {
			f.carried = v.set
		}
		see(v.version, v.step, v.due, v.set)
	}
	return f
}

// sharedSets keeps one slice of each set, by its binary form.
type sharedSets map[string][]int16

func (s sharedSets) read(row *pgbinary.Row) []int16 {
	raw := row.Next(0)
	if set, ok := s[string(raw)]; ok {
		return set
	}
	row.At--
	set := row.Smalls()
	slices.Sort(set)
	s[string(raw)] = set
	return set
}
