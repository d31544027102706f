package plan

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/uptrace/bun"

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
	err := r.Record.DB.NewRaw(selectLacking, pg.Array(e.memoranda), pg.Array(e.measures), pg.Array(e.own), pg.Array(e.hashes), pg.Array(e.from)).
		Scan(ctx, &lacking)
	if err != nil {
		return fmt.Errorf("look for what the record lacks: %w", err)
	}
	if lacking {
		err = r.Record.DB.InTx(ctx, func(_ context.Context, tx *pg.Tx) error {
			r.enterSeed(tx, e)
			return nil
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
	selectLacking = `SELECT EXISTS (SELECT FROM unnest(?0::text[], ?1::text[]) u (memorandum, slug)
			WHERE NOT EXISTS (SELECT FROM measure m WHERE m.memorandum = u.memorandum AND m.slug = u.slug))
		OR EXISTS (SELECT FROM unnest(?2::text[]) u (memorandum) WHERE NOT EXISTS (SELECT FROM edition e WHERE e.memorandum = u.memorandum))
		OR EXISTS (SELECT FROM unnest(?2::text[], ?3::bytea[], ?4::text[]) u (memorandum, hash, valid_from)
			JOIN edition e ON e.memorandum = u.memorandum AND e.valid_from = u.valid_from::date
			WHERE e.source IS NULL AND e.content_hash = u.hash)`
	// Numbers are given here and not by the column's sequence: it loses one for every
	// row that is there already, and they are small.
	insertMeasures = `INSERT INTO measure (id, memorandum, slug)
		SELECT (SELECT coalesce(max(id), 0) FROM measure) + row_number() OVER (ORDER BY n), memorandum, slug
		FROM (SELECT u.memorandum, u.slug, min(u.n) AS n FROM unnest(?::text[], ?::text[]) WITH ORDINALITY u (memorandum, slug, n)
			WHERE NOT EXISTS (SELECT FROM measure m WHERE m.memorandum = u.memorandum AND m.slug = u.slug) GROUP BY 1, 2) missing`
	insertEditions = `INSERT INTO edition (memorandum, list_type, list_types, content_hash, valid_from, valid_until,
			name, source, adopted_by, adopted_at)
		SELECT u.memorandum, u.list_type, string_to_array(u.list_types, ','), u.hash, u.valid_from::date, nullif(u.valid_until, '')::date,
			u.name, u.source, ?, ?::timestamptz
		FROM unnest(?::text[], ?::text[], ?::text[], ?::bytea[], ?::text[], ?::text[], ?::text[], ?::text[]) WITH ORDINALITY
			u (memorandum, list_type, list_types, hash, valid_from, valid_until, name, source, n)
		WHERE NOT EXISTS (SELECT FROM edition e WHERE e.memorandum = u.memorandum) ORDER BY u.n`
	updateSources = `UPDATE edition e SET source = u.source, name = u.name, list_types = string_to_array(u.list_types, ',')
		FROM unnest(?::text[], ?::bytea[], ?::text[], ?::text[], ?::text[], ?::text[]) u (memorandum, hash, valid_from, name, source, list_types)
		WHERE e.memorandum = u.memorandum AND e.valid_from = u.valid_from::date AND e.content_hash = u.hash AND e.source IS NULL`
)

// enterSeed enters what is lacking, in one message.
func (r *Plans) enterSeed(tx *pg.Tx, e seedRows) {
	of := pg.Array
	tx.Later(tx.NewRaw(closeEditions), "close the gate of editions")
	tx.Later(tx.NewRaw(insertMeasures, of(e.memoranda), of(e.measures)), "number %d measures", len(e.measures))
	tx.Later(tx.NewRaw(updateSources, of(e.own), of(e.hashes), of(e.from), of(e.name), of(e.source), of(e.listTypes)), "enter the texts of editions")
	tx.Later(tx.NewRaw(insertEditions, "catalogue", r.Record.Machine(), of(e.own), of(e.listType), of(e.listTypes), of(e.hashes), of(e.from), of(e.until), of(e.name), of(e.source)),
		"enter %d editions", len(e.own))
}

func readMeasures(ctx context.Context, db bun.IDB) (*MeasureTable, error) {
	var rows []struct {
		ID         int16  `bun:"id"`
		Memorandum string `bun:"memorandum"`
		Slug       string `bun:"slug"`
	}
	if err := db.NewSelect().Table("measure").Column("id", "memorandum", "slug").Scan(ctx, &rows); err != nil {
		return nil, fmt.Errorf("read the numbers of measures: %w", err)
	}
	table := &MeasureTable{id: make(map[string]int16, len(rows)), Name: make(map[int16]MeasureName, len(rows))}
	for _, m := range rows {
		table.enter(m.ID, MeasureName{m.Memorandum, m.Slug})
	}
	return table, nil
}

// editionRow is an edition as it is kept, in parts.
type editionRow struct {
	bun.BaseModel `bun:"table:edition,alias:e"`

	ID         int32    `bun:"id,pk"`
	Memorandum string   `bun:"memorandum"`
	Name       string   `bun:"name"`
	From       day.Day  `bun:"valid_from"`
	Until      day.Day  `bun:"valid_until"`
	Hash       []byte   `bun:"content_hash"`
	ListTypes  []string `bun:"list_types,array"`
	Source     string   `bun:"source"`
	ListType   string   `bun:"list_type"`
}

// readEditions reads every edition row; texts that are the shipped catalogue's own
// stay where they are.
func (r *Plans) readEditions(ctx context.Context, db bun.IDB) ([]edition, error) {
	shipped := editionsOf(r.Shipped)
	var rows []editionRow
	ours := db.NewRaw(`SELECT FROM unnest(?::text[], ?::text[], ?::bytea[]) u (memorandum, valid_from, hash)
		WHERE u.memorandum = e.memorandum AND u.valid_from::date = e.valid_from AND u.hash = e.content_hash`,
		pg.Array(shipped.own), pg.Array(shipped.from), pg.Array(shipped.hashes))
	err := db.NewSelect().Model(&rows).Column("id", "memorandum", "name", "valid_from", "valid_until", "content_hash").
		ColumnExpr("coalesce(list_types, ARRAY[list_type]) AS list_types").ColumnExpr("CASE WHEN NOT EXISTS (?) THEN source END AS source", ours).
		Order("memorandum", "valid_from").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the editions: %w", err)
	}
	list := make([]edition, len(rows))
	for i, e := range rows {
		list[i] = edition{
			id: e.ID, listTypes: e.ListTypes,
			Adopted: memoranda.Adopted{Memorandum: e.Memorandum, Name: e.Name, From: e.From, Until: e.Until, Hash: [32]byte(e.Hash), Source: []byte(e.Source)},
		}
	}
	return list, nil
}

// standingOn asks for the editions that stand on a day.
func standingOn(db bun.IDB, on day.Day) *bun.SelectQuery {
	return db.NewSelect().Model((*editionRow)(nil)).Column("id", "memorandum", "content_hash").Where("valid_from <= ?", on).
		Where("valid_until IS NULL OR valid_until >= ?", on).Order("id")
}

// holdEditions holds the rows of the editions that a resolution was made from and
// returns their ids in its order. It refuses where the record has an edition of the
// list type on that day that was not resolved: one whose text this programme does
// not have, or reads differently.
func holdEditions(ctx context.Context, tx *pg.Tx, text *Text, key Key, resolved []memoranda.Edition) ([]int32, error) {
	var have []editionRow
	err := standingOn(tx, key.On).Where("? = ANY (coalesce(list_types, ARRAY[list_type]))", key.ListType).For("SHARE").Scan(ctx, &have)
	if err != nil {
		return nil, fmt.Errorf("hold the editions of %s: %w", key.ListType, err)
	}
	return text.numbers(have, resolved)
}

// numbers are the ids of resolved editions, in their order, among the rows of a list
// type that stand.
func (t *Text) numbers(have []editionRow, resolved []memoranda.Edition) ([]int32, error) {
	ids := map[string]int32{}
	for _, h := range have {
		if !t.reads(h.ID, [32]byte(h.Hash)) {
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

// EditionsOfDay are the editions that stand on one day, of every list type.
type EditionsOfDay struct {
	text       *Text
	byListType map[string][]editionRow
}

// ReadEditionsOfDay reads the editions of a day under a text that is held
// ([Plans.HoldText]), for whoever asks about many list types and writes no plan.
func ReadEditionsOfDay(ctx context.Context, tx *pg.Tx, text *Text, on day.Day) (EditionsOfDay, error) {
	s := EditionsOfDay{text: text, byListType: map[string][]editionRow{}}
	var rows []editionRow
	if err := standingOn(tx, on).ColumnExpr("unnest(coalesce(list_types, ARRAY[list_type])) AS list_type").Scan(ctx, &rows); err != nil {
		return s, fmt.Errorf("read the editions of %s: %w", on, err)
	}
	for _, e := range rows {
		s.byListType[e.ListType] = append(s.byListType[e.ListType], e)
	}
	return s, nil
}

// Of returns the ids of the editions that a resolution for a list type was made
// from, and refuses what [holdEditions] refuses.
func (s EditionsOfDay) Of(listType string, resolved []memoranda.Edition) ([]int32, error) {
	return s.text.numbers(s.byListType[listType], resolved)
}

// reads reports whether the text has an edition row with that hash, and it is readable.
func (t *Text) reads(id int32, hash [32]byte) bool {
	for i := range t.editions {
		if e := &t.editions[i]; e.id == id {
			return e.readable && e.Hash == hash
		}
	}
	return false
}

// Unreadable names the memorandum of an edition that stands for a list type on a
// day and that this programme does not read as it was adopted; empty: there is none.
func (t *Text) Unreadable(listType string, on day.Day) string {
	for i := range t.editions {
		if e := &t.editions[i]; !e.readable && e.standsOn(on) && slices.Contains(e.listTypes, listType) {
			return e.Memorandum
		}
	}
	return ""
}
