package directive

import (
	"context"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/enforcement/party"
	"concordat/enforcement/plan"
	"concordat/internal/pg"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// Holding asks, together with other questions, for all that it takes to tell which
// measures plans hold on a day.
type Holding struct {
	now       []planNow
	fresh     plan.Fresh
	everybody int64 // the mark of organisations
}

// planNow is the plan that stands now in the place of one by which directives were made.
type planNow struct {
	Birth     int32                 `bun:"birth"`
	Plan      int32                 `bun:"plan"`
	Ground    memoranda.GroundKind  `bun:"ground_kind"`
	ListType  string                `bun:"list_type"`
	Subject   memoranda.SubjectKind `bun:"subject_kind"`
	Territory string                `bun:"territory"`
	Region    string                `bun:"region"`
}

// Asks are the questions. births is a query for plan_id: the plans by which the
// directives that it is about were made.
func (h *Holding) Asks(db bun.IDB, births *bun.SelectQuery) []pg.Ask {
	now := db.NewSelect().TableExpr("(SELECT DISTINCT plan_id FROM (?) b) AS b", births).Join("JOIN plan AS p ON p.id = "+plan.Now("b.plan_id")).
		ColumnExpr("b.plan_id AS birth, p.id AS plan").Column("p.ground_kind", "p.list_type", "p.subject_kind", "p.territory", "p.region")
	return []pg.Ask{pg.All(now, &h.now), h.fresh.Ask(db), pg.One(party.MarkOfOrganisations(db), &h.everybody)}
}

// Held is the answer to a [Holding]: the text in force and who there is.
type Held struct {
	Text          *plan.Text
	Organisations []party.Organisation

	now []planNow
}

// Known takes the answer up; text and organisations are read anew if the record tells
// more of them.
func (r *Directives) Known(ctx context.Context, h *Holding) (Held, error) {
	text, err := r.Plans.Since(ctx, &h.fresh)
	if err != nil {
		return Held{}, err
	}
	organisations, err := r.Parties.OrganisationsAt(ctx, r.Record.DB, h.everybody)
	return Held{Text: text, Organisations: organisations, now: h.now}, err
}

// On tells what each of some plans holds on a day: the sets of the plan that the day
// gives for the same key. kinds gives of each plan the kind of its grounds.
func (h *Held) On(on day.Day, kinds map[int32]memoranda.GroundKind) (map[int32]plan.Sets, error) {
	held, sets := make(map[int32]plan.Sets, len(kinds)), map[int32]plan.Sets{}
	for _, p := range h.now {
		kind, asked := kinds[p.Birth]
		if !asked {
			continue
		}
		if sets[p.Plan] == nil {
			key := plan.Key{Ground: p.Ground, ListType: p.ListType, Subject: p.Subject, Territory: p.Territory, Region: p.Region, On: on}
			if key.Ground == "" {
				key.Ground = kind
			}
			found, err := h.sets(key)
			if err != nil {
				return nil, err
			}
			sets[p.Plan] = found
		}
		held[p.Birth] = sets[p.Plan]
	}
	return held, nil
}

// sets resolves a key under what is in force on its day.
func (h *Held) sets(key plan.Key) (plan.Sets, error) {
	if m := h.Text.Unreadable(key.ListType, key.On); m != "" {
		return nil, enforcement.Refuse("plan.edition-unknown", "memorandum", m)
	}
	resolution, err := h.Text.Resolve(key)
	if err != nil {
		return nil, err
	}
	return h.Text.Assign(resolution, key, h.Organisations).Sets(), nil
}
