package party

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/enforcement/change"
	"concordat/enforcement/record"
	"concordat/internal/pg"
)

// Asked is what came of asking for an organisation: it was entered, or a second person has
// to confirm the proposal.
type Asked struct {
	ID       enforcement.OrganisationID // 0: not entered
	Proposal enforcement.ID             // zero: none was needed
}

// errTried ends a transaction that only tried.
var errTried = errors.New("only tried")

// AskOrganisation enters an organisation where one person may, and proposes it otherwise.
// What could not be entered is refused now, and not when somebody confirms it.
func (r *Parties) AskOrganisation(ctx context.Context, act enforcement.Act, o Organisation) (asked Asked, err error) {
	if err := act.Check(enforcement.Operator, enforcement.System); err != nil {
		return asked, err
	}
	alone, err := r.Changes.Alone(ctx, r.Record.DB, act)
	if err != nil {
		return asked, err
	}
	if alone || len(o.Bodies) == 0 {
		asked.ID, err = r.AddOrganisation(ctx, act, o)
		return asked, err
	}
	err = r.Record.DB.InTx(ctx, func(ctx context.Context, tx *pg.Tx) error {
		if _, err := r.enterOrganisation(ctx, tx, o); err != nil {
			return err
		}
		if err := tx.Flush(ctx); err != nil {
			return err
		}
		return errTried
	})
	if !errors.Is(err, errTried) {
		return asked, enforcement.AsRefusal(err)
	}
	done, err := r.Record.Perform(ctx, act, func(ctx context.Context, tx *pg.Tx) (*record.Event, error) {
		return r.Changes.ProposeIn(ctx, tx, act, change.New{Kind: change.Organisation, What: o.told(), Content: o})
	})
	asked.Proposal = done.RefersTo
	return asked, err
}

// CarryOrganisation enters an organisation that two people want. Whoever stood for one of
// its bodies is told: some of what it was sent may go elsewhere now.
func (r *Parties) CarryOrganisation(ctx context.Context, tx *pg.Tx, act enforcement.Act, p change.Proposal, content []byte) (*record.Event, error) {
	var o Organisation
	if err := json.Unmarshal(content, &o); err != nil {
		return nil, fmt.Errorf("read proposal %s: %w", p.ID, err)
	}
	bodies := make([]string, len(o.Bodies))
	for i := range o.Bodies {
		bodies[i] = o.Bodies[i].Body
	}
	var others []enforcement.OrganisationID
	err := tx.NewSelect().Model((*part)(nil)).ColumnExpr("DISTINCT p.organisation_id").Where("p.body IN (?)", bun.List(bodies)).Scan(ctx, &others)
	if err != nil {
		return nil, fmt.Errorf("look for who stands for the same bodies: %w", err)
	}
	r.Changes.Tell(tx, act, change.Change{Organisations: others, Kind: record.EventOrganisationEntered, What: o.told(), ProposedBy: p.ProposedBy})
	if _, err := r.enterOrganisation(ctx, tx, o); err != nil {
		return nil, err
	}
	return &record.Event{Kind: record.EventOrganisationEntered, Reason: o.told()}, nil
}
