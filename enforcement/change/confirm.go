package change

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"

	"concordat/enforcement"
	"concordat/enforcement/record"
	"concordat/internal/pg"
)

// Carry carries out what was proposed and confirmed, within the confirmation's
// transaction, and returns the change's event. content is what was proposed, as JSON.
type Carry func(ctx context.Context, tx *pg.Tx, act enforcement.Act, p Proposal, content []byte) (*record.Event, error)

// Carriers are the rooms' own ways of carrying out each kind.
type Carriers map[Kind]Carry

// Confirm carries out what somebody else proposed: both are operators, the actor is
// another person, and the proposal has neither lapsed nor ended nor been touched. Other
// proposals that would turn the same organisation's messages are dropped with it: they
// were made of what was before.
func (c *Changes) Confirm(ctx context.Context, act enforcement.Act, id enforcement.ID, carriers Carriers) (done Proposal, err error) {
	if err := mayEnd(act); err != nil {
		return done, err
	}
	_, err = c.Record.Perform(ctx, act, func(ctx context.Context, tx *pg.Tx) (*record.Event, error) {
		p, err := c.open(ctx, tx, id)
		if err != nil {
			return nil, err
		}
		if err := c.confirmable(ctx, tx, act, p); err != nil {
			return nil, err
		}
		plain, err := c.unseal(p)
		if err != nil {
			return nil, err
		}
		p.ConfirmedBy, p.ConfirmedAt = act.Actor.ID, c.Record.Machine().UTC()
		if _, err := tx.NewUpdate().Model(p).Column("confirmed_by", "confirmed_at").WherePK().Exec(ctx); err != nil {
			return nil, fmt.Errorf("confirm proposal %s: %w", id, err)
		}
		carry := carriers[p.Kind]
		if carry == nil {
			return nil, fmt.Errorf("confirm proposal %s: nobody carries out the kind %s", id, p.Kind)
		}
		done = p.proposal()
		e, err := carry(ctx, tx, act, done, plain)
		if err != nil {
			return nil, err
		}
		e.Reason += ", proposed by " + p.ProposedBy
		return e, c.DropIn(ctx, tx, act, p.Organisation)
	})
	return done, err
}

// mayEnd demands an operator with a token: an account of the operating system may be the
// other person's.
func mayEnd(act enforcement.Act) error {
	if err := act.Check(enforcement.Operator); err != nil {
		return err
	}
	if act.ByAccount() {
		return enforcement.Refuse("change.account")
	}
	return nil
}

// open locks a proposal that has not ended.
func (c *Changes) open(ctx context.Context, tx *pg.Tx, id enforcement.ID) (*row, error) {
	p := &row{}
	if err := tx.NewSelect().Model(p).Where("p.id = ?", id).For("UPDATE").Scan(ctx); err != nil {
		return nil, enforcement.NotFound(err, "read a proposal")
	}
	if !p.ConfirmedAt.IsZero() || !p.DroppedAt.IsZero() {
		return nil, enforcement.Refuse("change.ended")
	}
	return p, nil
}

func (c *Changes) confirmable(ctx context.Context, tx *pg.Tx, act enforcement.Act, p *row) error {
	if p.ProposedBy == act.Actor.ID {
		return enforcement.Refuse("change.second-person")
	}
	lost, err := tx.NewSelect().Table("restoration").Where("restored_at >= ?", p.ProposedAt).Exists(ctx)
	if err != nil {
		return fmt.Errorf("look for a restoration since the proposal: %w", err)
	}
	if lost || !c.Record.Machine().Before(p.LapsesAt) {
		return enforcement.Refuse("change.lapsed")
	}
	return nil
}

// unseal opens what was proposed, and refuses what is not that any more.
func (c *Changes) unseal(p *row) ([]byte, error) {
	plain, err := c.Record.Vault.Open(p.Content, p.purpose())
	if err != nil || !bytes.Equal(p.digest(plain), p.Digest) {
		return nil, enforcement.Refuse("change.content")
	}
	return plain, nil
}

// Drop ends a proposal without carrying it out; whoever made it may, and any operator.
func (c *Changes) Drop(ctx context.Context, act enforcement.Act, id enforcement.ID) error {
	if err := mayEnd(act); err != nil {
		return err
	}
	_, err := c.Record.Perform(ctx, act, func(ctx context.Context, tx *pg.Tx) (*record.Event, error) {
		p, err := c.open(ctx, tx, id)
		if err != nil {
			return nil, err
		}
		p.DroppedBy, p.DroppedAt = act.Actor.ID, c.Record.Machine().UTC()
		tx.Later(tx.NewUpdate().Model(p).Column("dropped_by", "dropped_at").WherePK(), "drop proposal %s", id)
		return &record.Event{Kind: eventDropped, RefersTo: id, Reason: string(p.Kind) + ": " + p.What}, nil
	})
	return err
}

// DropIn drops what is open of an organisation's; 0 is nobody's. A pause, for one, is not
// undone by what was proposed before it.
func (c *Changes) DropIn(ctx context.Context, tx *pg.Tx, act enforcement.Act, org enforcement.OrganisationID) error {
	if org == 0 {
		return nil
	}
	var dropped []row
	err := tx.NewUpdate().Model(&dropped).Set("dropped_by = ?, dropped_at = ?", act.Actor.ID, c.Record.Machine().UTC()).
		Where("p.organisation_id = ? AND p.confirmed_at IS NULL AND p.dropped_at IS NULL", pg.Number(org)).Returning("id, kind, what").Scan(ctx)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("drop what was proposed for organisation %d: %w", org, err)
	}
	for i := range dropped {
		c.Record.Log(ctx, tx, act, record.Event{Kind: eventDropped, RefersTo: dropped[i].ID, Reason: string(dropped[i].Kind) + ": " + dropped[i].What + ", overtaken"})
	}
	return nil
}
