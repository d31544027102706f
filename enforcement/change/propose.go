package change

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/enforcement/record"
	"concordat/internal/pg"
)

// Changes has what decides who is told done by two people.
type Changes struct {
	Record *record.Record
}

// Kind is what a proposal would change.
type Kind string

// The kinds.
const (
	Endpoint      Kind = "endpoint"
	Organisation  Kind = "organisation"
	OperatorToken Kind = "operator-token"
	Staff         Kind = "staff"
	Borrowed      Kind = "borrowed"
	Calendar      Kind = "calendar"
)

// Term is how long a proposal can be confirmed. No law says so; it is ours.
const Term = 7 * 24 * time.Hour

// The acts of proposals in the log. A confirmation is the change's own event.
const (
	eventProposed = record.EventChangeProposed
	eventDropped  = record.EventChangeDropped
)

// Proposal is a change that waits for a second person, or waited.
type Proposal struct {
	ID           enforcement.ID             `json:"id"`
	Kind         Kind                       `json:"kind"`
	Organisation enforcement.OrganisationID `json:"organisation,omitempty"`
	What         string                     `json:"what"`
	// Name and Post are what a staff number that waits would stand for: a second person cannot
	// confirm what it is not shown. The log, and what is over, have no name.
	Name        string    `json:"name,omitempty"`
	Post        string    `json:"post,omitempty"`
	ProposedBy  string    `json:"proposed_by"`
	ProposedAt  time.Time `json:"proposed_at"` // machine time, as all of them
	LapsesAt    time.Time `json:"lapses_at"`
	ConfirmedBy string    `json:"confirmed_by,omitempty"`
	ConfirmedAt time.Time `json:"confirmed_at,omitzero"`
	DroppedBy   string    `json:"dropped_by,omitempty"`
	DroppedAt   time.Time `json:"dropped_at,omitzero"`
}

// row is a proposal as it is kept; the content is sealed.
type row struct {
	bun.BaseModel `bun:"table:change_proposal,alias:p"`

	ID           enforcement.ID             `bun:"id,pk"`
	Kind         Kind                       `bun:"kind"`
	Organisation enforcement.OrganisationID `bun:"organisation_id,nullzero"`
	What         string                     `bun:"what"`
	Content      []byte                     `bun:"content"`
	Digest       []byte                     `bun:"digest"`
	ProposedBy   string                     `bun:"proposed_by"`
	ProposedAt   time.Time                  `bun:"proposed_at"`
	LapsesAt     time.Time                  `bun:"lapses_at"`
	ConfirmedBy  string                     `bun:"confirmed_by,nullzero"`
	ConfirmedAt  time.Time                  `bun:"confirmed_at,nullzero"`
	DroppedBy    string                     `bun:"dropped_by,nullzero"`
	DroppedAt    time.Time                  `bun:"dropped_at,nullzero"`
}

func (p *row) proposal() Proposal {
	return Proposal{
		ID: p.ID, Kind: p.Kind, Organisation: p.Organisation, What: p.What, ProposedBy: p.ProposedBy, ProposedAt: p.ProposedAt, LapsesAt: p.LapsesAt,
		ConfirmedBy: p.ConfirmedBy, ConfirmedAt: p.ConfirmedAt, DroppedBy: p.DroppedBy, DroppedAt: p.DroppedAt,
	}
}

// purpose binds what is sealed to its proposal.
func (p *row) purpose() string { return "change-proposal:" + p.ID.String() }

// digest is over all that a second person confirms.
func (p *row) digest(plain []byte) []byte {
	h := sha256.New()
	_, _ = fmt.Fprintf(h, "%s\x00%s\x00%d\x00%s\x00", p.ID, p.Kind, p.Organisation, p.What)
	h.Write(plain) // a hash never fails
	return h.Sum(nil)
}

// New describes a change to propose.
type New struct {
	Kind         Kind
	Organisation enforcement.OrganisationID // whose messages go elsewhere; 0 is none
	What         string                     // for the second person to read
	Content      any                        // what the kind's [Carry] reads again, as JSON
}

// selectBegun asks whether anybody was ever sent anything, in a time that is lost too.
const selectBegun = `SELECT EXISTS (SELECT FROM directive) OR EXISTS (SELECT FROM restoration)`

// Alone reports whether one person may decide who is told: the program for itself, and
// anybody before the installation has sent anything.
func (c *Changes) Alone(ctx context.Context, db bun.IDB, act enforcement.Act) (bool, error) {
	if act.Actor.Role == enforcement.System {
		return true, nil
	}
	var begun bool
	if err := db.NewRaw(selectBegun).Scan(ctx, &begun); err != nil {
		return false, fmt.Errorf("ask whether anything was ever sent: %w", err)
	}
	return !begun, nil
}

// RefuseAlone refuses one person where [Changes.Alone] does not hold.
func (c *Changes) RefuseAlone(ctx context.Context, db bun.IDB, act enforcement.Act) error {
	alone, err := c.Alone(ctx, db, act)
	if err == nil && !alone {
		err = enforcement.Refuse("change.unproposed")
	}
	return err
}

// ProposeIn enters a proposal and returns its event.
func (c *Changes) ProposeIn(_ context.Context, tx *pg.Tx, act enforcement.Act, n New) (*record.Event, error) {
	if err := act.Check(enforcement.Operator); err != nil {
		return nil, err
	}
	if act.ByAccount() {
		return nil, enforcement.Refuse("change.account")
	}
	plain, err := json.Marshal(n.Content)
	if err != nil {
		return nil, fmt.Errorf("write a proposal of kind %s: %w", n.Kind, err)
	}
	at := c.Record.Machine().UTC()
	p := row{ID: enforcement.NewID(), Kind: n.Kind, Organisation: n.Organisation, What: n.What, ProposedBy: act.Actor.ID, ProposedAt: at, LapsesAt: at.Add(Term)}
	p.Digest = p.digest(plain)
	if p.Content, err = c.Record.Vault.Seal(plain, p.purpose()); err != nil {
		return nil, fmt.Errorf("seal a proposal of kind %s: %w", n.Kind, err)
	}
	tx.Later(tx.NewInsert().Model(&p), "propose %s", n.Kind)
	return &record.Event{Kind: eventProposed, RefersTo: p.ID, Reason: string(n.Kind) + ": " + n.What}, nil
}

// List returns the proposals that can be confirmed, oldest first, or all of the last
// ninety days, newest first.
func (c *Changes) List(ctx context.Context, act enforcement.Act, all bool) ([]Proposal, error) {
	if err := act.Check(enforcement.Operator, enforcement.Overseer); err != nil {
		return nil, err
	}
	now := c.Record.Machine().UTC()
	var rows []row
	q := c.Record.DB.NewSelect().Model(&rows)
	if all {
		q = q.Where("p.proposed_at > ?", now.AddDate(0, 0, -90)).OrderExpr("p.proposed_at DESC, p.id")
	} else {
		q = q.Where("p.confirmed_at IS NULL AND p.dropped_at IS NULL AND p.lapses_at > ?", now).OrderExpr("p.proposed_at, p.id")
	}
	if err := q.Scan(ctx); err != nil {
		return nil, fmt.Errorf("list proposals: %w", err)
	}
	list := make([]Proposal, len(rows))
	for i := range rows {
		list[i] = c.shown(&rows[i], now)
	}
	return list, nil
}

// shown is a proposal with the person whom a second one would confirm. Content that does not
// open any more shows none, and is not confirmed either (change.content).
func (c *Changes) shown(p *row, now time.Time) Proposal {
	one := p.proposal()
	if p.Kind != Staff || p.ConfirmedBy != "" || p.DroppedBy != "" || !now.Before(p.LapsesAt) {
		return one
	}
	var person struct{ Name, Post string }
	if plain, err := c.unseal(p); err == nil && json.Unmarshal(plain, &person) == nil {
		one.Name, one.Post = person.Name, person.Post
	}
	return one
}
