package enforcement

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"

	"concordat/internal/pg"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// planKey is what a plan depends on. territory is the region that the list's owner
// serves, region the subject's; both are prefixes of GB/T 2260 codes, and an empty
// region is not known.
type planKey struct {
	ground    memoranda.GroundKind
	listType  string
	subject   memoranda.SubjectKind
	territory string
	region    string
	on        day.Day
}

// planLine is one organisation of a plan and its set of measures.
type planLine struct {
	organisation OrganisationID
	measures     []int16
}

func (l planLine) equal(other planLine) bool {
	return l.organisation == other.organisation && slices.Equal(l.measures, other.measures)
}

// plan says which organisation does what; lines stand in order of organisation.
type plan struct {
	id int32
	// editions are the rows it was resolved under, in order of memorandum.
	editions []int32
	lines    []planLine
	gaps     []Gap
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

// PlanLine is a line of a plan, for people.
type PlanLine struct {
	Organisation OrganisationID `json:"organisation"`
	Measures     []string       `json:"measures"`
}

// foresee tells what a plan of the key would reach, what it would not and why, and
// which bodies nobody plays there. It is shown before signing and changes nothing.
func (r *Register) foresee(ctx context.Context, key planKey) ([]PlanLine, []memoranda.Exclusion, []Gap, error) {
	organisations, err := r.Organisations(ctx)
	if err != nil {
		return nil, nil, nil, err
	}
	if err := r.Refresh(ctx); err != nil {
		return nil, nil, nil, err
	}
	known := r.known()
	resolution, err := known.resolve(key)
	if err != nil {
		return nil, nil, nil, err
	}
	p := known.assign(resolution, key, organisations)
	lines := make([]PlanLine, 0, len(p.lines))
	for _, line := range p.lines {
		names := make([]string, 0, len(line.measures))
		for _, m := range line.measures {
			names = append(names, r.MeasureName(m).Slug)
		}
		lines = append(lines, PlanLine{line.organisation, names})
	}
	return lines, resolution.Excluded, p.gaps, nil
}

func (k *knowledge) resolve(key planKey) (memoranda.Resolution, error) {
	resolution, err := k.catalogue.Resolve(memoranda.Question{
		ListType: key.listType, Subject: key.subject, On: key.on, Ground: key.ground,
		Attested: k.attested, RequireAttestation: true,
	})
	if err != nil {
		return resolution, fmt.Errorf("resolve %s for a %s: %w", key.listType, key.subject, err)
	}
	return resolution, nil
}

// assign hands each included measure to the organisations that stand for its
// bodies on the day in the measure's territory.
func (k *knowledge) assign(resolution memoranda.Resolution, key planKey, organisations []Organisation) plan {
	sets := map[OrganisationID][]int16{}
	var p plan
	for _, in := range resolution.Included {
		number, ok := k.measures.id[MeasureName{in.Memorandum, in.Measure.Slug}.key()]
		if !ok {
			continue
		}
		for _, body := range in.Bodies {
			region, climbs := k.whereabouts(in.Territory, body, key)
			found := nearest(organisations, region, climbs, func(o *Organisation) bool {
				// Who decides for itself is informed, never ordered (国办发〔2020〕49号 item 10).
				return o.playsOn(body, key.on) && (in.Inform || o.Kind != InformedBody)
			})
			for _, o := range found {
				sets[o] = append(sets[o], number)
			}
			if len(found) == 0 {
				p.gaps = append(p.gaps, Gap{in.Measure.Slug, body, in.Territory, region})
			}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(sets)) {
		set := sets[id]
		slices.Sort(set)
		p.lines = append(p.lines, planLine{id, slices.Compact(set)})
	}
	return p
}

func (o *Organisation) playsOn(body string, on day.Day) bool {
	return slices.ContainsFunc(o.Bodies, func(p Part) bool {
		return p.Body == body && p.From <= on && (p.Until.IsZero() || on <= p.Until)
	})
}

func (p plan) hash(key planKey) []byte {
	h := sha256.New()
	for i, edition := range p.editions {
		if i > 0 {
			_, _ = h.Write([]byte{'+'}) // a hash takes every write
		}
		_, _ = fmt.Fprint(h, edition)
	}
	_, _ = fmt.Fprintf(h, "/%s/%s/%s/%s/%s\n", key.ground, key.listType, key.subject, key.territory, key.region)
	for _, line := range p.lines {
		_ = binary.Write(h, binary.BigEndian, int32(line.organisation)) // a hash takes every write
		_ = binary.Write(h, binary.BigEndian, line.measures)
		h.Write([]byte{0xff, 0xff})
	}
	return h.Sum(nil)
}

// planFor resolves the plan for a key by what the record says on the day. Until the
// transaction ends no edition can be switched and no statement entered under a
// publication, and the rows of its editions are held FOR SHARE. The plan's row is
// entered if it is new, and bodies that resolve to nobody open an incident each.
func (r *Register) planFor(ctx context.Context, tx *pg.Tx, key planKey, organisations []Organisation) (plan, error) {
	known, err := r.current(ctx, tx)
	if err != nil {
		return plan{}, err
	}
	resolution, err := known.resolve(key)
	if err != nil {
		return plan{}, err
	}
	p := known.assign(resolution, key, organisations)
	err = tx.Pgx(func(t pgx.Tx) error {
		if p.editions, err = holdEditions(ctx, t, known, key, resolution.Editions); err != nil {
			return err
		}
		// An entry on a list of which no memorandum speaks is public and carries
		// nothing; a reward that grants nothing is none.
		if len(p.editions) == 0 && key.ground != memoranda.OnListing {
			return refuse("plan.list-type", "list_type", key.listType)
		}
		return r.enterPlan(ctx, t, key, &p)
	})
	return p, err
}

const selectPlan = `SELECT id, EXISTS (SELECT FROM plan_switch WHERE from_plan = plan.id) FROM plan WHERE hash = $1`

func (r *Register) enterPlan(ctx context.Context, t pgx.Tx, key planKey, p *plan) error {
	hash := p.hash(key)
	var replaced bool
	err := t.QueryRow(ctx, selectPlan, hash).Scan(&p.id, &replaced)
	for replaced && err == nil { // a plan that gave way never comes back: one of its own says the same
		again := sha256.Sum256(hash)
		hash = again[:]
		err = t.QueryRow(ctx, selectPlan, hash).Scan(&p.id, &replaced)
	}
	if err == nil || !errors.Is(err, pgx.ErrNoRows) {
		return err
	}
	var first *int32
	if len(p.editions) > 0 {
		first = &p.editions[0]
	}
	err = t.QueryRow(ctx, `INSERT INTO plan (hash, edition_id, list_type, subject_kind, territory, ground_kind, region) VALUES ($1, $2, $3, $4, $5, $6::text::ground_kind, nullif($7, ''))
		ON CONFLICT ON CONSTRAINT plan_hash_key DO NOTHING RETURNING id`, hash, first, key.listType, key.subject, key.territory, key.ground, key.region).Scan(&p.id)
	if errors.Is(err, pgx.ErrNoRows) { // another publication entered it meanwhile
		return t.QueryRow(ctx, `SELECT id FROM plan WHERE hash = $1`, hash).Scan(&p.id)
	}
	if err != nil {
		return fmt.Errorf("enter a plan: %w", err)
	}
	for _, edition := range p.editions {
		if _, err := t.Exec(ctx, `INSERT INTO plan_edition (plan_id, edition_id) VALUES ($1, $2)`, p.id, edition); err != nil {
			return fmt.Errorf("enter edition %d of plan %d: %w", edition, p.id, err)
		}
	}
	for i, line := range p.lines {
		if _, err := t.Exec(ctx, `INSERT INTO plan_line (plan_id, position, organisation_id, measures) VALUES ($1, $2, $3, $4)`, p.id, i+1, line.organisation, line.measures); err != nil {
			return fmt.Errorf("enter line %d of plan %d: %w", i+1, p.id, err)
		}
	}
	for _, gap := range p.gaps {
		if err := openIncident(ctx, t, "nobody-plays-body", 0, ID{}, fmt.Sprintf("plan %d: %s of %s in %s", p.id, gap.Body, gap.Measure, cmp.Or(gap.Region, "an unknown region")), r.machine()); err != nil {
			return err
		}
	}
	return nil
}
