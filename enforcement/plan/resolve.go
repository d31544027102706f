package plan

import (
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/enforcement/docket"
	"concordat/enforcement/party"
	"concordat/internal/pg"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// Key is what a plan depends on. Territory is the region that the list's owner
// serves, Region the subject's; both are prefixes of GB/T 2260 codes, and an empty
// region is not known.
type Key struct {
	Ground    memoranda.GroundKind
	ListType  string
	Subject   memoranda.SubjectKind
	Territory string
	Region    string
	On        day.Day
	// OtherConduct: a court's listing on conduct 2 to 6 alone ([memoranda.Question]).
	OtherConduct bool
}

// Share is one organisation of a plan and its set of measures.
type Share struct {
	Organisation enforcement.OrganisationID
	Measures     []int16
}

// Equal reports whether two shares are the same.
func (l Share) Equal(other Share) bool {
	return l.Organisation == other.Organisation && slices.Equal(l.Measures, other.Measures)
}

// Plan says which organisation does what; Shares stand in order of organisation.
type Plan struct {
	ID int32
	// Editions are the rows it was resolved under, in order of memorandum.
	Editions []int32
	Shares   []Share
	Gaps     []Gap
}

// Gap is a measure of which a body resolves to no organisation of the territory.
type Gap struct {
	Measure   string              `json:"measure"`
	Body      string              `json:"body"`
	Territory memoranda.Territory `json:"territory"`
	// Region is where the organisation was looked for; empty: the subject's region
	// is not known.
	Region string `json:"region,omitempty"`
}

// Line is a line of a plan, for people.
type Line struct {
	Organisation enforcement.OrganisationID `json:"organisation"`
	Measures     []string                   `json:"measures"`
}

// Foresee tells what a plan of the key would reach, what it would not and why, and
// which bodies nobody plays there. It is shown before signing and changes nothing.
func (r *Plans) Foresee(ctx context.Context, key Key) ([]Line, []memoranda.Exclusion, []Gap, error) {
	organisations, err := r.Parties.Organisations(ctx)
	if err != nil {
		return nil, nil, nil, err
	}
	if err := r.Refresh(ctx); err != nil {
		return nil, nil, nil, err
	}
	text := r.Text()
	resolution, err := text.Resolve(key)
	if err != nil {
		return nil, nil, nil, err
	}
	p := text.Assign(resolution, key, organisations)
	lines := make([]Line, 0, len(p.Shares))
	for _, line := range p.Shares {
		names := make([]string, 0, len(line.Measures))
		for _, m := range line.Measures {
			names = append(names, r.MeasureName(m).Slug)
		}
		lines = append(lines, Line{line.Organisation, names})
	}
	return lines, resolution.Excluded, p.Gaps, nil
}

// Resolve asks the text what it says for a key.
func (t *Text) Resolve(key Key) (memoranda.Resolution, error) {
	resolution, err := t.Catalogue.Resolve(memoranda.Question{
		ListType: key.ListType, Subject: key.Subject, On: key.On, Ground: key.Ground, OtherConduct: key.OtherConduct,
		Attested: t.Attested, RequireAttestation: true,
	})
	if err != nil {
		return resolution, fmt.Errorf("resolve %s for a %s: %w", key.ListType, key.Subject, err)
	}
	return resolution, nil
}

// Assign hands each included measure to the organisations that stand for its
// bodies on the day in the measure's territory.
func (t *Text) Assign(resolution memoranda.Resolution, key Key, organisations []party.Organisation) Plan {
	sets := map[enforcement.OrganisationID][]int16{}
	var p Plan
	for _, in := range resolution.Included {
		number, ok := t.Measures.id[MeasureName{in.Memorandum, in.Measure.Slug}.key()]
		if !ok {
			continue
		}
		for _, body := range in.Bodies {
			region, climbs := t.Whereabouts(in.Territory, body, key)
			found := nearest(organisations, region, climbs, func(o *party.Organisation) bool {
				// Who decides for itself is informed, never ordered (国办发〔2020〕49号 item 10).
				return o.PlaysOn(body, key.On) && (in.Inform || o.Kind != party.InformedBody)
			})
			for _, o := range found {
				sets[o] = append(sets[o], number)
			}
			if len(found) == 0 {
				p.Gaps = append(p.Gaps, Gap{in.Measure.Slug, body, in.Territory, region})
			}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(sets)) {
		set := sets[id]
		slices.Sort(set)
		p.Shares = append(p.Shares, Share{id, slices.Compact(set)})
	}
	return p
}

func (p Plan) hash(key Key) []byte {
	h := sha256.New()
	for i, edition := range p.Editions {
		if i > 0 {
			_, _ = h.Write([]byte{'+'}) // a hash takes every write
		}
		_, _ = fmt.Fprint(h, edition)
	}
	_, _ = fmt.Fprintf(h, "/%s/%s/%s/%s/%s\n", key.Ground, key.ListType, key.Subject, key.Territory, key.Region)
	if key.OtherConduct { // others hash as they did before there were such
		_, _ = h.Write([]byte("other-conduct\n")) // a hash takes every write
	}
	for _, line := range p.Shares {
		_ = binary.Write(h, binary.BigEndian, int32(line.Organisation)) // a hash takes every write
		_ = binary.Write(h, binary.BigEndian, line.Measures)
		h.Write([]byte{0xff, 0xff})
	}
	return h.Sum(nil)
}

// PlanFor resolves the plan for a key by the text that is held ([Plans.HoldText]): until the
// transaction ends no edition can be switched and no statement entered under a
// publication; the rows of its editions are held FOR SHARE. The plan's row is
// entered if it is new, and bodies that resolve to nobody open an incident each.
func (r *Plans) PlanFor(ctx context.Context, tx *pg.Tx, text *Text, key Key, organisations []party.Organisation) (Plan, error) {
	resolution, err := text.Resolve(key)
	if err != nil {
		return Plan{}, err
	}
	p := text.Assign(resolution, key, organisations)
	if p.Editions, err = holdEditions(ctx, tx, text, key, resolution.Editions); err != nil {
		return p, err
	}
	// An entry on a list of which no memorandum speaks is public and carries
	// nothing; a reward that grants nothing is none.
	if len(p.Editions) == 0 && key.Ground != memoranda.OnListing {
		return p, enforcement.Refuse("plan.list-type", "list_type", key.ListType)
	}
	return p, r.EnterPlan(ctx, tx, key, &p)
}

// row is a plan as it is kept.
type row struct {
	bun.BaseModel `bun:"table:plan,alias:p"`

	ID        int32                 `bun:"id,pk,autoincrement"`
	Hash      []byte                `bun:"hash"`
	Edition   int32                 `bun:"edition_id,nullzero"` // the first
	ListType  string                `bun:"list_type"`
	Subject   memoranda.SubjectKind `bun:"subject_kind"`
	Territory string                `bun:"territory"`
	Ground    memoranda.GroundKind  `bun:"ground_kind"`
	Region    string                `bun:"region,nullzero"`

	OtherConduct bool `bun:"other_conduct"`
}

// line is a share of a plan as it is kept.
type line struct {
	bun.BaseModel `bun:"table:plan_line"`

	Plan         int32                      `bun:"plan_id,pk"`
	Position     int                        `bun:"position,pk"`
	Organisation enforcement.OrganisationID `bun:"organisation_id"`
	Measures     []int16                    `bun:"measures,array"`
}

// planUnder asks for the plan of a hash, and whether it gave way to another.
func planUnder(db bun.IDB, hash []byte) *bun.SelectQuery {
	return db.NewSelect().Model((*row)(nil)).Column("id").ColumnExpr("EXISTS (SELECT FROM plan_switch WHERE from_plan = p.id)").Where("hash = ?", hash)
}

// EnterPlan finds the plan's row, or enters it; one of some that it must not be is passed over
// for another that says the same.
func (r *Plans) EnterPlan(ctx context.Context, tx *pg.Tx, key Key, p *Plan, but ...int32) error {
	hash := p.hash(key)
	var replaced bool
	err := planUnder(tx, hash).Scan(ctx, &p.ID, &replaced)
	for (replaced || slices.Contains(but, p.ID)) && err == nil { // a plan that gave way never comes back: one of its own says the same
		again := sha256.Sum256(hash)
		hash = again[:]
		err = planUnder(tx, hash).Scan(ctx, &p.ID, &replaced)
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	made := row{Hash: hash, ListType: key.ListType, Subject: key.Subject, Territory: key.Territory, Ground: key.Ground, Region: key.Region, OtherConduct: key.OtherConduct}
	if len(p.Editions) > 0 {
		made.Edition = p.Editions[0]
	}
	err = tx.NewInsert().Model(&made).On("CONFLICT ON CONSTRAINT plan_hash_key DO NOTHING").Returning("id").Scan(ctx, &p.ID)
	if errors.Is(err, sql.ErrNoRows) { // another publication entered it meanwhile
		err = planUnder(tx, hash).Scan(ctx, &p.ID, &replaced)
		return err
	}
	if err != nil {
		return fmt.Errorf("enter a plan: %w", err)
	}
	enterParts(tx, p)
	for _, gap := range p.Gaps {
		detail := fmt.Sprintf("plan %d: %s of %s in %s", p.ID, gap.Body, gap.Measure, cmp.Or(gap.Region, "an unknown region"))
		docket.Report(tx, "nobody-plays-body", 0, enforcement.ID{}, detail, r.Record.Machine())
	}
	return nil
}

// enterParts enters the editions and lines of a plan whose row is new.
func enterParts(tx *pg.Tx, p *Plan) {
	tx.Later(tx.NewRaw(`INSERT INTO plan_edition (plan_id, edition_id) SELECT ?, unnest(?::integer[])`, pg.Number(p.ID), pg.Array(p.Editions)),
		"enter %d editions of plan %d", len(p.Editions), p.ID)
	if len(p.Shares) == 0 {
		return
	}
	lines := make([]line, len(p.Shares))
	for i, share := range p.Shares {
		lines[i] = line{Plan: p.ID, Position: i + 1, Organisation: share.Organisation, Measures: share.Measures}
	}
	tx.Later(tx.NewInsert().Model(&lines), "enter %d lines of plan %d", len(lines), p.ID)
}

// Now is the SQL for the plan that stands now in the place of the one in a column.
// Most plans were never succeeded, and the call alone costs a tenth of a millisecond,
// so it is made of the others only.
func Now(column string) string {
	return "CASE WHEN EXISTS (SELECT FROM plan_switch s WHERE s.from_plan = " + column + ") THEN plan_now(" + column + ") ELSE " + column + " END"
}
