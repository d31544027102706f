package plan

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"concordat/enforcement"
	"concordat/internal/pg"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// MeasureTable numbers the measures: a set of measures is an array of these
// numbers. It is filled once and then only read.
type MeasureTable struct {
	id   map[string]int16 // "memorandum/slug" → number
	Name map[int16]MeasureName
}

// MeasureName names a measure: its memorandum and its slug there.
type MeasureName struct {
	Memorandum string
	Slug       string
}

func (n MeasureName) key() string { return n.Memorandum + "/" + n.Slug }

func (t *MeasureTable) enter(number int16, n MeasureName) {
	t.id[n.key()] = number
	t.Name[number] = n
}

// MeasureNumber returns the number of a measure; ok is false for an unknown one.
func (r *Plans) MeasureNumber(n MeasureName) (number int16, ok bool) {
	number, ok = r.Text().Measures.id[n.key()]
	return number, ok
}

// MeasureName returns the name behind a number.
func (r *Plans) MeasureName(number int16) MeasureName { return r.Text().Measures.Name[number] }

// Seed numbers the measures of the shipped catalogue and enters its editions,
// those of memoranda of which the record has none: what it has of a memorandum is
// changed by [replan.Replanner.Adopt] alone. Rows of older releases get their text where
// it is ours.
func (r *Plans) Seed(ctx context.Context) error {
	e := editionsOf(r.Shipped)
	var lacking bool
	err := r.Record.DB.Pool.QueryRow(ctx, selectLacking, e.memoranda, e.measures, e.own, e.hashes, e.from).Scan(&lacking)
	if err != nil {
		return fmt.Errorf("look for what the record lacks: %w", err)
	}
	if lacking {
		err = r.Record.DB.InTx(ctx, func(ctx context.Context, tx *pg.Tx) error {
			return tx.Lend(func(t pgx.Tx) error { return r.enterSeed(ctx, t, e) })
		})
	}
	if err != nil {
		return err
	}
	return r.Refresh(ctx)
}

// seedRows is a catalogue in the form in which statements take it: measures with
// the memoranda they are of, and editions column by column.
type seedRows struct {
	memoranda, measures                         []string // by measure
	own, listType, listTypes, from, until, name []string // by edition
	hashes                                      [][]byte
	source                                      []string
}

func editionsOf(c *memoranda.Catalogue) seedRows {
	var e seedRows
	for i := range c.Memoranda {
		e.add(c, &c.Memoranda[i])
	}
	return e
}

func (e *seedRows) add(c *memoranda.Catalogue, m *memoranda.Memorandum) {
	for j := range m.Measures {
		e.memoranda = append(e.memoranda, m.Slug)
		e.measures = append(e.measures, m.Measures[j].Slug)
	}
	hash := c.EditionHash(m)
	e.own = append(e.own, m.Slug)
	e.listType = append(e.listType, m.ListType)
	e.listTypes = append(e.listTypes, strings.Join(m.ListTypes, ","))
	e.from = append(e.from, m.From.String())
	e.until = append(e.until, m.Until.String())
	e.name = append(e.name, m.Edition)
	e.hashes = append(e.hashes, hash[:])
	e.source = append(e.source, string(m.Source()))
}

const (
	selectLacking = `SELECT EXISTS (SELECT FROM unnest($1::text[], $2::text[]) u (memorandum, slug) WHERE NOT EXISTS (SELECT FROM measure m WHERE m.memorandum = u.memorandum AND m.slug = u.slug))
		OR EXISTS (SELECT FROM unnest($3::text[]) u (memorandum) WHERE NOT EXISTS (SELECT FROM edition e WHERE e.memorandum = u.memorandum))
		OR EXISTS (SELECT FROM unnest($3::text[], $4::bytea[], $5::text[]) u (memorandum, hash, valid_from) JOIN edition e ON e.memorandum = u.memorandum AND e.valid_from = u.valid_from::date
			WHERE e.source IS NULL AND e.content_hash = u.hash)`
	// Numbers are given here and not by the column's sequence: it loses one for every
	// row that is there already, and they are small.
	insertMeasures = `INSERT INTO measure (id, memorandum, slug)
		SELECT (SELECT coalesce(max(id), 0) FROM measure) + row_number() OVER (ORDER BY n), memorandum, slug FROM
			(SELECT u.memorandum, u.slug, min(u.n) AS n FROM unnest($1::text[], $2::text[]) WITH ORDINALITY u (memorandum, slug, n)
				WHERE NOT EXISTS (SELECT FROM measure m WHERE m.memorandum = u.memorandum AND m.slug = u.slug) GROUP BY 1, 2) missing`
	insertEditions = `INSERT INTO edition (memorandum, list_type, list_types, content_hash, valid_from, valid_until, name, source, adopted_by, adopted_at)
		SELECT u.memorandum, u.list_type, string_to_array(u.list_types, ','), u.hash, u.valid_from::date, nullif(u.valid_until, '')::date, u.name, u.source, $9, $10
		FROM unnest($1::text[], $2::text[], $3::text[], $4::bytea[], $5::text[], $6::text[], $7::text[], $8::text[]) WITH ORDINALITY
			u (memorandum, list_type, list_types, hash, valid_from, valid_until, name, source, n)
		WHERE NOT EXISTS (SELECT FROM edition e WHERE e.memorandum = u.memorandum) ORDER BY u.n`
	updateSources = `UPDATE edition e SET source = u.source, name = u.name, list_types = string_to_array(u.list_types, ',')
		FROM unnest($1::text[], $2::bytea[], $3::text[], $4::text[], $5::text[], $6::text[]) u (memorandum, hash, valid_from, name, source, list_types)
		WHERE e.memorandum = u.memorandum AND e.valid_from = u.valid_from::date AND e.content_hash = u.hash AND e.source IS NULL`
)

func (r *Plans) enterSeed(ctx context.Context, t pgx.Tx, e seedRows) error {
	if _, err := t.Exec(ctx, closeEditions); err != nil {
		return fmt.Errorf("close the gate of editions: %w", err)
	}
	if _, err := t.Exec(ctx, insertMeasures, e.memoranda, e.measures); err != nil {
		return fmt.Errorf("number %d measures: %w", len(e.measures), err)
	}
	if _, err := t.Exec(ctx, updateSources, e.own, e.hashes, e.from, e.name, e.source, e.listTypes); err != nil {
		return fmt.Errorf("enter the texts of editions: %w", err)
	}
	_, err := t.Exec(ctx, insertEditions, e.own, e.listType, e.listTypes, e.hashes, e.from, e.until, e.name, e.source, "catalogue", r.Record.Machine())
	if err != nil {
		return fmt.Errorf("enter %d editions: %w", len(e.own), err)
	}
	return nil
}

func readMeasures(ctx context.Context, t pgx.Tx) (*MeasureTable, error) {
	table := &MeasureTable{id: map[string]int16{}, Name: map[int16]MeasureName{}}
	rows, err := t.Query(ctx, `SELECT id, memorandum, slug FROM measure`)
	if err != nil {
		return nil, fmt.Errorf("read the numbers of measures: %w", err)
	}
	var id int16
	var n MeasureName
	if _, err = pgx.ForEachRow(rows, []any{&id, &n.Memorandum, &n.Slug}, func() error {
		table.enter(id, n)
		return nil
	}); err != nil {
		return nil, fmt.Errorf("read the numbers of measures: %w", err)
	}
	return table, nil
}

// readEditions reads every edition row; texts that are the shipped catalogue's own
// stay where they are.
func (r *Plans) readEditions(ctx context.Context, t pgx.Tx) ([]edition, error) {
	shipped := editionsOf(r.Shipped)
	rows, err := t.Query(ctx, `SELECT id, memorandum, coalesce(name, ''), valid_from, valid_until, content_hash, coalesce(list_types, ARRAY[list_type]),
			CASE WHEN EXISTS (SELECT FROM unnest($1::text[], $2::text[], $3::bytea[]) u (memorandum, valid_from, hash)
				WHERE u.memorandum = e.memorandum AND u.valid_from::date = e.valid_from AND u.hash = e.content_hash) THEN '' ELSE coalesce(source, '') END
		FROM edition e ORDER BY memorandum, valid_from`, shipped.own, shipped.from, shipped.hashes)
	if err != nil {
		return nil, fmt.Errorf("read the editions: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (edition, error) {
		var e edition
		var hash []byte
		var source string
		err := row.Scan(&e.id, &e.Memorandum, &e.Name, &e.From, &e.Until, &hash, &e.listTypes, &source)
		e.Hash, e.Source = [32]byte(hash), []byte(source)
		return e, err
	})
	if err != nil {
		return nil, fmt.Errorf("read the editions: %w", err)
	}
	return list, nil
}

// editionRow is an edition's row as it stands in the record on a day.
type editionRow struct {
	ID         int32
	Memorandum string
	Hash       []byte
}

// HoldEditions holds the rows of the editions that a resolution was made from and
// returns their ids in its order. It refuses where the record has an edition of the
// list type on that day that was not resolved: one whose text this programme does
// not have, or reads differently.
func HoldEditions(ctx context.Context, t pgx.Tx, k *Text, key Key, resolved []memoranda.Edition) ([]int32, error) {
	rows, err := t.Query(ctx, `SELECT id, memorandum, content_hash FROM edition WHERE $1 = ANY (coalesce(list_types, ARRAY[list_type]))
		AND valid_from <= $2::date AND (valid_until IS NULL OR valid_until >= $2::date) ORDER BY id FOR SHARE`, key.ListType, key.On)
	if err != nil {
		return nil, fmt.Errorf("hold the editions of %s: %w", key.ListType, err)
	}
	have, err := pgx.CollectRows(rows, pgx.RowToStructByPos[editionRow])
	if err != nil {
		return nil, fmt.Errorf("hold the editions of %s: %w", key.ListType, err)
	}
	return k.numbers(have, resolved)
}

// numbers are the ids of resolved editions, in their order, among the rows of a list
// type that stand.
func (k *Text) numbers(have []editionRow, resolved []memoranda.Edition) ([]int32, error) {
	ids := map[string]int32{}
	for _, h := range have {
		if !k.reads(h.ID, [32]byte(h.Hash)) {
			return nil, enforcement.Refuse("plan.edition-unknown", "memorandum", h.Memorandum)
		}
		ids[h.Memorandum] = h.ID
	}
	list := make([]int32, 0, len(resolved))
	for _, e := range resolved {
		id, ok := ids[e.Memorandum]
		if !ok {
			return nil, enforcement.Refuse("plan.edition", "memorandum", e.Memorandum)
		}
		list = append(list, id)
	}
	return list, nil
}

// StandingEditions are the editions that stand on one day, of every list type.
type StandingEditions struct {
	text       *Text
	byListType map[string][]editionRow
}

// ReadStandingEditions reads the editions of a day under a text that is held
// ([Plans.HoldText]), for whoever asks about many list types and writes no plan.
func ReadStandingEditions(ctx context.Context, t pgx.Tx, k *Text, on day.Day) (StandingEditions, error) {
	s := StandingEditions{text: k, byListType: map[string][]editionRow{}}
	rows, err := t.Query(ctx, `SELECT id, memorandum, content_hash, unnest(coalesce(list_types, ARRAY[list_type])) FROM edition
		WHERE valid_from <= $1::date AND (valid_until IS NULL OR valid_until >= $1::date) ORDER BY id`, on)
	if err != nil {
		return s, fmt.Errorf("read the editions of %s: %w", on, err)
	}
	var one editionRow
	var listType string
	_, err = pgx.ForEachRow(rows, []any{&one.ID, &one.Memorandum, &one.Hash, &listType}, func() error {
		s.byListType[listType] = append(s.byListType[listType], editionRow{one.ID, one.Memorandum, slices.Clone(one.Hash)})
		return nil
	})
	if err != nil {
		return s, fmt.Errorf("read the editions of %s: %w", on, err)
	}
	return s, nil
}

// Of returns the ids of the editions that a resolution for a list type was made
// from, and refuses what [HoldEditions] refuses.
func (s StandingEditions) Of(listType string, resolved []memoranda.Edition) ([]int32, error) {
	return s.text.numbers(s.byListType[listType], resolved)
}

// reads reports whether an edition row is known and is read as it was adopted.
func (k *Text) reads(id int32, hash [32]byte) bool {
	for i := range k.editions {
		if e := &k.editions[i]; e.id == id {
			return e.known && e.Hash == hash
		}
	}
	return false
}

// Unreadable names the memorandum of an edition that stands for a list type on a
// day and that this programme does not read as it was adopted; empty: there is none.
func (k *Text) Unreadable(listType string, on day.Day) string {
	for i := range k.editions {
		if e := &k.editions[i]; !e.known && e.standsOn(on) && slices.Contains(e.listTypes, listType) {
			return e.Memorandum
		}
	}
	return ""
}
