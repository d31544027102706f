package replan

import (
	"context"
	"fmt"

	"concordat/enforcement"
	"concordat/enforcement/ground"
	"concordat/enforcement/party"
	"concordat/enforcement/plan"
	"concordat/enforcement/record"
	"concordat/internal/pg"
)

// oneGround is a ground that moves by itself, locked, with the key of its plan.
type oneGround struct {
	walkedGround

	owner   enforcement.OrganisationID
	state   string
	wrapped []byte
	plan    int32
	key     plan.Key
}

// StateRegion notes where the subject of a case is registered or lives: an act of the case's
// owner, with a reason. The directives of a case in force follow in the same act, what is
// lifted first; where something is added, no hold may stand. What the subject's row says stays.
func (r *Replanner) StateRegion(ctx context.Context, act enforcement.Act, id enforcement.ID, region, reason string) error {
	if err := act.Check(enforcement.Judge, enforcement.President, enforcement.DepartmentReviewer); err != nil {
		return err
	}
	if !party.IsRegion(region) {
		return enforcement.Refuse("subject.region")
	}
	if !ground.Says(reason) {
		return enforcement.Refuse("region.reason")
	}
	_, err := r.Record.Perform(ctx, act, func(ctx context.Context, tx *pg.Tx) (*record.Event, error) {
		g, err := r.lockOne(ctx, tx, act, id, true)
		if err != nil {
			return nil, err
		}
		sealed, err := r.Record.SealUnder(g.Subject, g.wrapped, "region-reason", []byte(reason))
		if err != nil {
			return nil, err
		}
		ground.SetRegion(tx, id, region, sealed)
		if g.state != "pending" {
			if err := noMemorandumHeld(ctx, tx); err != nil {
				return nil, err
			}
			g.key.Region = region
			if err := r.moveOne(ctx, tx, act, g); err != nil {
				return nil, fmt.Errorf("let ground %s follow its region: %w", id, err)
			}
		}
		return &record.Event{Kind: ground.EventRegionStated, Subject: g.Subject, Ground: id, Day: r.Record.Today(act.At), DocumentHash: r.Record.Vault.DocumentHash([]byte(reason))}, nil
	})
	return err
}

// noMemorandumHeld refuses while a memorandum is held: what a directive that there is carries
// of it by another plan, no hold would know.
func noMemorandumHeld(ctx context.Context, tx *pg.Tx) error {
	held, err := tx.NewSelect().Table("hold").ColumnExpr("1").Where("ended_at IS NULL AND scope NOT IN ('everything', 'organisation', 'court')").Exists(ctx)
	switch {
	case err != nil:
		return fmt.Errorf("look for holds: %w", err)
	case held:
		return enforcement.Refuse("hold.standing")
	}
	return nil
}

// lockOne locks a ground that has not ended, with the key of its plan today; owned asks that
// it be the actor's. It is locked first and read then: what an act under way changes beside the
// ground's own row, as the conduct that a listing rests on, no statement sees that was waiting.
func (r *Replanner) lockOne(ctx context.Context, tx *pg.Tx, act enforcement.Act, id enforcement.ID, owned bool) (g oneGround, err error) {
	g.ID, g.key.On = id, r.Record.Today(act.At)
	tx.Later(tx.NewSelect().Table("ground").ColumnExpr("1").Where("id = ?", id).For("NO KEY UPDATE"), "lock ground %s", id)
	err = tx.NewSelect().TableExpr("ground AS g").Join("JOIN subject AS s ON s.id = g.subject_id").
		Join("JOIN organisation AS o ON o.id = g.organisation_id").
		Column("g.subject_id", "g.organisation_id", "g.state", "g.valid_until", "s.envelope").
		ColumnExpr("coalesce("+plan.Now("g.plan_id")+", 0), unconfirmed(g), g.kind, g.list_type, s.kind, o.serves, coalesce(g.region, s.region, ''), other_conduct(g)").
		Where("g.id = ?", id).For("NO KEY UPDATE OF g").
		Scan(ctx, &g.Subject, &g.owner, &g.state, &g.Until, &g.wrapped, &g.plan, &g.unconfirmed, &g.key.Ground, &g.key.ListType, &g.key.Subject, &g.key.Territory, &g.key.Region, &g.key.OtherConduct)
	if err != nil {
		return g, enforcement.NotFound(err, "lock ground "+id.String())
	}
	if owned {
		if err := act.OfOwner(g.owner); err != nil {
			return g, err
		}
	}
	if g.state == "ended" {
		return g, enforcement.Refuse("state.forbidden", "state", g.state)
	}
	g.suspended = g.state == "suspended"
	return g, nil
}

// moveOne has one live ground stand on the plan of its key: as a change of plan does with all
// grounds of one, in one transaction and in the same order.
func (r *Replanner) moveOne(ctx context.Context, tx *pg.Tx, act enforcement.Act, g oneGround) error {
	text, organisations, err := r.Plans.HoldText(ctx, tx)
	if err != nil {
		return err
	}
	p, err := r.Plans.PlanFor(ctx, tx, text, g.key, organisations)
	if err != nil {
		return err
	}
	if p.ID == g.plan {
		return nil
	}
	var stood []int32
	var told []enforcement.OrganisationID
	err = tx.NewSelect().Table("directive").Column("plan_id", "organisation_id").
		Where("subject_id = ? AND ground_id = ?", g.Subject, g.ID).Scan(ctx, &stood, &told)
	if err != nil {
		return fmt.Errorf("look on which plans it stood: %w", err)
	}
	// Who dropped out of a plan and comes back gets a new directive, of another plan.
	if err := r.Plans.EnterPlan(ctx, tx, g.key, &p, stood...); err != nil {
		return err
	}
	ground.SetPlan(tx, g.ID, p.ID)
	if err := tx.Flush(ctx); err != nil {
		return err
	}
	s := onePlan(g.plan, p, told)
	for _, pass := range []int{passLifting, passAdding} {
		c := newChunk(r, act, s, pass)
		c.grounds = []walkedGround{g.walkedGround}
		if err := c.one(ctx, tx); err != nil {
			return err
		}
	}
	return nil
}

// onePlan is the change of one ground to a plan: everybody who was told of it is asked, and
// everybody of the plan. Who takes away goes first.
func onePlan(from int32, p plan.Plan, told []enforcement.OrganisationID) *switching {
	s := &switching{from: from, to: p.ID, births: []int32{p.ID}, lines: p.Shares, target: p.Sets(), place: map[enforcement.OrganisationID]int16{}, joins: map[enforcement.OrganisationID]bool{}}
	for i, line := range p.Shares {
		s.place[line.Organisation] = int16(i + 1)
		s.joins[line.Organisation] = true
	}
	s.concerned[passLifting] = told
	for _, line := range p.Shares {
		s.concerned[passAdding] = append(s.concerned[passAdding], line.Organisation)
	}
	return s
}
