package paper

import (
	"context"
	"fmt"

	"concordat/enforcement"
	"concordat/enforcement/record"
	"concordat/internal/pg"
	"concordat/internal/vault"
)

// share is a use of a paper with the key of its subject, or the paper's own.
type share struct {
	Paper   enforcement.ID             `bun:"paper_id"`
	Owner   enforcement.OrganisationID `bun:"organisation_id"`
	Key     []byte                     `bun:"key"`
	Own     []byte                     `bun:"own"`
	Subject enforcement.ID             `bun:"subject_id"`
	Wrapped []byte                     `bun:"wrapped"`
}

// Link has a paper of the actor's organisation serve a further case of it, with its event.
// Another organisation's paper is not found; one that serves the case for the purpose
// already is "paper.exists", one that nobody can open any more "paper.erased".
func (p *Papers) Link(ctx context.Context, act enforcement.Act, h Holder, purpose Purpose, id enforcement.ID) (one Paper, err error) {
	if err := act.Check(Bringers...); err != nil {
		return one, err
	}
	if err := act.OfOwner(h.Owner); err != nil {
		return one, err
	}
	if !purpose.Known() {
		return one, enforcement.Refuse("paper.purpose", "purpose", "other")
	}
	_, err = p.Record.Perform(ctx, act, func(ctx context.Context, tx *pg.Tx) (*record.Event, error) {
		from, err := p.shareOf(ctx, tx, act, id)
		if err != nil {
			return nil, err
		}
		if err := p.share(tx, act, h, purpose, from); err != nil {
			return nil, err
		}
		return &record.Event{Kind: EventLinked, Subject: h.Subject, Ground: h.Ground, RefersTo: id, Reason: string(purpose)}, nil
	})
	if err != nil {
		return one, err
	}
	return p.one(ctx, h, id)
}

// shareOf is a use of the paper from which its key can be had.
func (p *Papers) shareOf(ctx context.Context, tx *pg.Tx, act enforcement.Act, id enforcement.ID) (share, error) {
	var list []share
	err := tx.NewSelect().TableExpr("paper_use AS u").Join("JOIN paper AS p ON p.id = u.paper_id").
		Join("LEFT JOIN ground AS g ON g.id = u.ground_id").Join("LEFT JOIN subject AS s ON s.id = g.subject_id").
		ColumnExpr("u.paper_id, p.organisation_id, u.key, p.envelope AS own, s.id AS subject_id, s.envelope AS wrapped").
		Where("u.paper_id = ? AND p.organisation_id = ?", id, pg.Number(act.Actor.Organisation)).
		OrderExpr("p.envelope IS NULL AND s.envelope IS NULL").Limit(1).Scan(ctx, &list)
	if err != nil {
		return share{}, fmt.Errorf("look for paper %s: %w", id, err)
	}
	switch {
	case len(list) == 0:
		return share{}, enforcement.Refuse("not-found")
	case list[0].Own == nil && list[0].Wrapped == nil:
		return share{}, enforcement.Refuse("paper.erased")
	}
	return list[0], nil
}

// share queues a further use of a paper.
func (p *Papers) share(tx *pg.Tx, act enforcement.Act, h Holder, purpose Purpose, from share) error {
	use := useRow{Serves: h.serves(), Paper: from.Paper, Purpose: purpose, Ground: h.Ground, UsedBy: act.Actor.ID, UsedRole: act.Actor.Role, UsedAt: act.At.UTC()}
	if from.Own == nil {
		if h.Envelope == nil {
			return enforcement.Refuse("subject.shredded")
		}
		key, err := p.handOn(from, h)
		if err != nil {
			return fmt.Errorf("hand the key of paper %s on to %s: %w", from.Paper, h.Subject, err)
		}
		use.Key = key
	}
	tx.Later(tx.NewInsert().Model(&use), "note what paper %s is for", from.Paper)
	return nil
}

func (p *Papers) handOn(from share, h Holder) ([]byte, error) {
	var of [2]vault.Envelope
	for i, s := range []struct {
		id      enforcement.ID
		wrapped []byte
	}{{from.Subject, from.Wrapped}, {h.Subject, h.Envelope}} {
		e, err := p.Record.Vault.OpenEnvelope(s.id, s.wrapped)
		if err != nil {
			return nil, err
		}
		of[i] = e
	}
	return of[0].HandOn(from.Paper, from.Key, of[1])
}
