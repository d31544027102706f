package party

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/enforcement/record"
	"concordat/internal/identifier"
	"concordat/internal/pg"
)

// The acts of unit codes that fail their check.
const eventSubjectProposed record.EventKind = "subject-proposed"

// overrideTerm is how long a proposal can be confirmed. No law says so; it is ours.
const overrideTerm = 7 * 24 * time.Hour

// Proposed is a unit whose code fails its check, as it waits for a second person.
type Proposed struct {
	ID         enforcement.ID
	Identity   Identity
	ProposedBy string
	ProposedAt time.Time // machine time
	LapsesAt   time.Time
}

type proposedRow struct {
	bun.BaseModel `bun:"table:subject_proposal"`

	ID           enforcement.ID             `bun:"id,pk"`
	Organisation enforcement.OrganisationID `bun:"organisation_id"`
	Content      []byte                     `bun:"content"`
	ProposedBy   string                     `bun:"proposed_by"`
	ProposedAt   time.Time                  `bun:"proposed_at"`
	LapsesAt     time.Time                  `bun:"lapses_at"`
	ConfirmedBy  string                     `bun:"confirmed_by,nullzero"`
	ConfirmedAt  time.Time                  `bun:"confirmed_at,nullzero"`
	Subject      enforcement.ID             `bun:"subject_id,nullzero"`
}

// purpose binds what is sealed to its proposal.
func (p *proposedRow) purpose() string { return "subject-proposal:" + p.ID.String() }

// sealedProposal is what is sealed of one: the region is not part of an identity's own form.
type sealedProposal struct {
	Identity Identity `json:"identity"`
	Region   string   `json:"region"`
}

// failsCheck reports whether a unit's code is refused for its check alone.
func failsCheck(i Identity, err error) bool {
	bad, ok := errors.AsType[*identifier.Error](err)
	return ok && bad.Code == "identifier.check-digit" && !i.NumberKind.Person()
}

// overridden is the identity of a unit whose code fails its check, accepted by somebody.
func overridden(act enforcement.Act, i Identity, by string) (Identity, identifier.Identifier, error) {
	i.OverrideBy = by
	return i.Check(act)
}

// ProposeSubject lays a unit whose circulating code fails its check before a second person
// of the same organisation. A code that passes needs none (override.needless), a person's
// is never forced in (identifier.override).
func (r *Parties) ProposeSubject(ctx context.Context, act enforcement.Act, given Identity) (id enforcement.ID, err error) {
	if err := act.Check(entering...); err != nil {
		return id, err
	}
	given.OverrideBy = ""
	_, _, err = given.Check(act)
	switch {
	case err == nil:
		return id, enforcement.Refuse("override.needless")
	case given.NumberKind.Person():
		return id, enforcement.Refuse("identifier.override")
	case !failsCheck(given, err):
		return id, enforcement.AsRefusal(err)
	}
	if _, _, err := overridden(act, given, act.Actor.ID); err != nil {
		return id, enforcement.AsRefusal(err)
	}
	plain, err := json.Marshal(sealedProposal{given, given.Region})
	if err != nil {
		return id, fmt.Errorf("write a proposed subject: %w", err)
	}
	at := r.Record.Machine().UTC()
	p := proposedRow{ID: enforcement.NewID(), Organisation: act.Actor.Organisation, ProposedBy: act.Actor.ID, ProposedAt: at, LapsesAt: at.Add(overrideTerm)}
	if p.Content, err = r.Record.Vault.Seal(plain, p.purpose()); err != nil {
		return id, fmt.Errorf("seal a proposed subject: %w", err)
	}
	d, err := r.Record.Perform(ctx, act, func(ctx context.Context, tx *pg.Tx) (*record.Event, error) {
		if err := r.CheckKeeper(ctx, tx, act); err != nil {
			return nil, err
		}
		tx.Later(tx.NewInsert().Model(&p), "propose a subject")
		return &record.Event{Kind: eventSubjectProposed, RefersTo: p.ID}, nil
	})
	return d.RefersTo, err
}

// ConfirmSubject enters what another person of the same organisation proposed, or finds the
// subject where it is known; the actor is the second person that the subject's row names.
func (r *Parties) ConfirmSubject(ctx context.Context, act enforcement.Act, id enforcement.ID) (enforcement.ID, error) {
	if err := act.Check(entering...); err != nil {
		return enforcement.ID{}, err
	}
	return r.entered(ctx, act, func(ctx context.Context, tx *pg.Tx) (*record.Event, error) {
		var p proposedRow
		if err := tx.NewSelect().Model(&p).Where("id = ?", id).For("UPDATE").Scan(ctx); err != nil {
			return nil, enforcement.NotFound(err, "read a proposed subject")
		}
		switch {
		case act.OfOwner(p.Organisation) != nil:
			return nil, act.OfOwner(p.Organisation)
		case p.ConfirmedBy != "":
			return nil, enforcement.Refuse("override.ended")
		case !r.Record.Machine().Before(p.LapsesAt):
			return nil, enforcement.Refuse("override.lapsed")
		}
		given, err := r.openProposed(&p)
		if err != nil {
			return nil, err
		}
		identity, number, err := overridden(act, given, act.Actor.ID)
		if err != nil {
			return nil, err
		}
		e, err := r.enterIn(ctx, tx, act, identity, number, given.Region, false)
		if err != nil {
			return nil, err
		}
		e.RefersTo, e.Reason = p.ID, "proposed by "+p.ProposedBy
		tx.Later(tx.NewUpdate().Model((*proposedRow)(nil)).Set("confirmed_by = ?, confirmed_at = ?", act.Actor.ID, r.Record.Machine().UTC()).
			Set("subject_id = ?, content = ''", e.Subject).Where("id = ?", id), "confirm a proposed subject")
		return e, nil
	})
}

func (r *Parties) openProposed(p *proposedRow) (Identity, error) {
	plain, err := r.Record.Vault.Open(p.Content, p.purpose())
	if err != nil {
		return Identity{}, fmt.Errorf("open proposed subject %s: %w", p.ID, err)
	}
	var sealed sealedProposal
	if err := json.Unmarshal(plain, &sealed); err != nil {
		return Identity{}, fmt.Errorf("read proposed subject %s: %w", p.ID, err)
	}
	sealed.Identity.Region = sealed.Region
	return sealed.Identity, nil
}

// ProposedSubjects lists what waits for a second person of the actor's organisation, oldest
// first.
func (r *Parties) ProposedSubjects(ctx context.Context, act enforcement.Act) ([]Proposed, error) {
	if err := act.Check(entering...); err != nil {
		return nil, err
	}
	var rows []proposedRow
	err := r.Record.DB.NewSelect().Model(&rows).Where("organisation_id = ? AND confirmed_at IS NULL AND lapses_at > ?", pg.Number(act.Actor.Organisation), r.Record.Machine().UTC()).
		Order("proposed_at", "id").Limit(500).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("list proposed subjects: %w", err)
	}
	list := make([]Proposed, len(rows))
	for i := range rows {
		identity, err := r.openProposed(&rows[i])
		if err != nil {
			return nil, err
		}
		list[i] = Proposed{rows[i].ID, identity, rows[i].ProposedBy, rows[i].ProposedAt, rows[i].LapsesAt}
	}
	return list, nil
}
