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

// AskPlanned asks, together with other questions, for all that it takes to tell what
// plans give on a day.
type AskPlanned struct {
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

	OtherConduct bool `bun:"other_conduct"`
}

// Asks are the questions. births is a query for plan_id: the plans by which the
// directives that it is about were made.
func (a *AskPlanned) Asks(db bun.IDB, births *bun.SelectQuery) []pg.Ask {
	now := db.NewSelect().TableExpr("(SELECT DISTINCT plan_id FROM (?) b) AS b", births).Join("JOIN plan AS p ON p.id = "+plan.Now("b.plan_id")).
		ColumnExpr("b.plan_id AS birth, p.id AS plan").Column("p.ground_kind", "p.list_type", "p.subject_kind", "p.territory", "p.region", "p.other_conduct")
	return []pg.Ask{pg.All(now, &a.now), a.fresh.Ask(db), pg.One(party.MarkOfOrganisations(db), &a.everybody)}
}

// Planned is the answer to [AskPlanned]: the text in force and who there is.
type Planned struct {
	Text          *plan.Text
	Organisations []party.Organisation

	now []planNow
}

// Planned takes the answer up; text and organisations are read anew if the record tells
// more of them.
func (r *Directives) Planned(ctx context.Context, a *AskPlanned) (Planned, error) {
	text, err := r.Plans.Since(ctx, &a.fresh)
	if err != nil {
		return Planned{}, err
	}
	organisations, err := r.Parties.OrganisationsAt(ctx, r.Record.DB, a.everybody)
	return Planned{Text: text, Organisations: organisations, now: a.now}, err
}

// On tells what each of some plans gives on a day: the sets of the plan that the day
// gives for the same key. kinds gives of each plan the kind of its grounds.
func (p *Planned) On(on day.Day, kinds map[int32]memoranda.GroundKind) (map[int32]plan.Sets, error) {
	given, sets := make(map[int32]plan.Sets, len(kinds)), map[int32]plan.Sets{}
	for _, now := range p.now {
		kind, asked := kinds[now.Birth]
		if !asked {
			continue
		}
		if sets[now.Plan] == nil {
			key := plan.Key{Ground: now.Ground, ListType: now.ListType, Subject: now.Subject, Territory: now.Territory, Region: now.Region, OtherConduct: now.OtherConduct, On: on}
			if key.Ground == "" {
				key.Ground = kind
			}
			found, err := p.sets(key)
			if err != nil {
				return nil, err
			}
			sets[now.Plan] = found
		}
		given[now.Birth] = sets[now.Plan]
	}
	return given, nil
}

// sets resolves a key under what is in force on its day.
func (p *Planned) sets(key plan.Key) (plan.Sets, error) {
	if m := p.Text.Unreadable(key.ListType, key.On); m != "" {
		return nil, enforcement.Refuse("plan.edition-unknown", "memorandum", m)
	}
	resolution, err := p.Text.Resolve(key)
	if err != nil {
		return nil, err
	}
	return p.Text.Assign(resolution, key, p.Organisations).Sets(), nil
}
