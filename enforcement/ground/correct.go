package ground

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/docket"
	"concordat/enforcement/party"
	"concordat/enforcement/record"
	"concordat/internal/pg"
	"concordat/memoranda/day"
)

// EventIdentityCorrected is the log's word for a case whose recipients are told the corrected
// identity of its subject; it refers to the correction, which holds the old and the new one.
const (
	EventIdentityCorrected record.EventKind = "identity-corrected"
	eventAccepted          record.EventKind = "correction-accepted"
	eventDeclined          record.EventKind = "correction-declined"
)

// TaskCorrection is the task of an owner to answer a correction that another made of the
// identity of somebody of whom it has cases too.
const TaskCorrection = "correction-proposed"

// The outcomes of a correction.
const (
	correctionMade     = "made"
	correctionAccepted = "accepted"
	correctionDeclined = "declined"
	correctionReplaced = "replaced"
)

// correction is a correction for one owner as it is kept.
type correction struct {
	bun.BaseModel `bun:"table:identity_correction,alias:x"`

	ID         enforcement.ID             `bun:"id,pk"`
	Subject    enforcement.ID             `bun:"subject_id"`
	Owner      enforcement.OrganisationID `bun:"organisation_id"`
	Ground     enforcement.ID             `bun:"ground_id"`
	Before     []byte                     `bun:"before"`
	After      []byte                     `bun:"after"`
	ProposedBy string                     `bun:"proposed_by"`
	OpenedOn   day.Day                    `bun:"opened_on"`
	Outcome    string                     `bun:"outcome,nullzero"`
	ClosedOn   day.Day                    `bun:"closed_on"`
	ClosedBy   string                     `bun:"closed_by,nullzero"`
	Wrapped    []byte                     `bun:"envelope,scanonly"`
}

// concerned is a case that has not ended of the person whose identity is corrected.
type concerned struct {
	ID      enforcement.ID             `bun:"id"`
	Subject enforcement.ID             `bun:"subject_id"`
	Owner   enforcement.OrganisationID `bun:"organisation_id"`
	Wrapped []byte                     `bun:"envelope"`
	Sealed  []byte                     `bun:"sealed"`
	Decided []byte                     `bun:"decided"`
	InForce bool                       `bun:"in_force"`
}

// concernedBy are the cases of a person that have not ended, whoever's they are.
func concernedBy(ctx context.Context, tx *pg.Tx, subject enforcement.ID) (list []concerned, err error) {
	err = tx.NewSelect().TableExpr("ground AS g").Join("JOIN subject AS s ON s.id = g.subject_id").Column("g.id", "g.subject_id", "g.organisation_id", "s.envelope").
		ColumnExpr(party.SealedOf("g.organisation_id")+" AS sealed").ColumnExpr("g.state = 'in-force' AS in_force").
		ColumnExpr("CASE WHEN g.decided_on IS NOT NULL THEN coalesce(g.decided_identity, "+party.SealedOf("g.organisation_id")+") END AS decided").
		Where("g.subject_id IN (SELECT same_person(?)) AND g.state <> 'ended'", subject).OrderExpr("g.id").Scan(ctx, &list)
	if err != nil {
		return nil, fmt.Errorf("look who has cases of subject %s: %w", subject, err)
	}
	return list, nil
}

// Correct has a corrected identity hold for the owner of a case: it is measured against what
// was decided in each of the owner's cases, its recipients are told, and everybody else who
// has cases of the person is asked. That it makes a minor of the person suspends at once
// whatever burdens it, whoever's it is ([Grounds.SuspendIfMinor]). id is the correction's, but the
// case whose own act tells its recipients.
func (r *Grounds) Correct(ctx context.Context, tx *pg.Tx, act enforcement.Act, id, subject enforcement.ID, after party.Identity, but enforcement.ID) error {
	holdIdentity(tx, subject)
	list, err := concernedBy(ctx, tx, subject)
	if err != nil {
		return err
	}
	owner := act.Actor.Organisation
	own := slices.DeleteFunc(slices.Clone(list), func(c concerned) bool { return c.Owner != owner || c.Subject != subject })
	if len(own) == 0 {
		return enforcement.Refuse("not-found")
	}
	sealed, err := r.hold(ctx, tx, own, list, after)
	if err != nil {
		return err
	}
	made := &correction{
		ID: id, Subject: subject, Owner: owner, Ground: but, Before: own[0].Sealed, After: sealed, ProposedBy: act.Actor.ID, OpenedOn: r.Record.Today(act.At),
		Outcome: correctionMade, ClosedOn: r.Record.Today(act.At), ClosedBy: act.Actor.ID,
	}
	tx.Later(tx.NewInsert().Model(made), "note correction %s", id)
	if err := r.propose(tx, act, list, own, after); err != nil {
		return err
	}
	return r.tellCorrected(ctx, tx, act, id, own, but)
}

// holdIdentity holds who a subject is: what is put in force meanwhile waits and sees the
// correction, or is there when the correction looks whom it makes a minor.
func holdIdentity(tx *pg.Tx, subject enforcement.ID) {
	tx.Later(tx.NewSelect().Table("subject").ColumnExpr("1").Where("id = ?", subject).For("NO KEY UPDATE"), "hold who subject %s is", subject)
}

// hold writes a corrected identity for the owner of some cases.
func (r *Grounds) hold(ctx context.Context, tx *pg.Tx, own, all []concerned, after party.Identity) ([]byte, error) {
	for _, c := range own {
		if c.Decided == nil {
			continue
		}
		decided, err := r.Parties.OpenIdentity(c.Subject, c.Wrapped, c.Decided)
		if err != nil {
			return nil, err
		}
		if !after.Corrects(decided) {
			return nil, enforcement.Refuse("correction.identity")
		}
	}
	one := own[0]
	sealed, err := r.Parties.SealFor(one.Subject, one.Wrapped, after)
	if err != nil {
		return nil, err
	}
	shared := slices.ContainsFunc(all, func(c concerned) bool { return c.Subject == one.Subject && c.Owner != one.Owner })
	return sealed, r.Parties.Correct(ctx, tx, one.Subject, one.Owner, after, sealed, shared)
}

// propose asks every other owner; a proposal that waits is replaced.
func (r *Grounds) propose(tx *pg.Tx, act enforcement.Act, list, own []concerned, after party.Identity) error {
	asked := map[enforcement.OrganisationID]bool{own[0].Owner: true}
	today := r.Record.Today(act.At)
	for _, c := range list {
		if asked[c.Owner] {
			continue
		}
		asked[c.Owner] = true
		sealed, err := r.Parties.SealFor(c.Subject, c.Wrapped, after)
		if err != nil {
			return err
		}
		tx.Later(tx.NewUpdate().Model((*correction)(nil)).Set("outcome = ?, closed_on = ?, closed_by = ?", correctionReplaced, today, act.Actor.ID).
			Where("subject_id = ? AND organisation_id = ? AND closed_on IS NULL", c.Subject, pg.Number(c.Owner)), "replace what was proposed to organisation %d", c.Owner)
		docket.CloseTasksOf(tx, grounds(list, c.Owner), TaskCorrection, correctionReplaced, today)
		tx.Later(tx.NewInsert().Model(&correction{
			ID: enforcement.NewID(), Subject: c.Subject, Owner: c.Owner, Ground: c.ID, Before: c.Sealed, After: sealed, ProposedBy: act.Actor.ID, OpenedOn: today,
		}), "propose a correction to organisation %d", c.Owner)
		docket.OpenTasks(tx, []enforcement.ID{c.ID}, TaskCorrection, today)
	}
	return nil
}

// grounds are the cases of one owner.
func grounds(list []concerned, owner enforcement.OrganisationID) (ids []enforcement.ID) {
	for _, c := range list {
		if c.Owner == owner {
			ids = append(ids, c.ID)
		}
	}
	return ids
}

// tellCorrected tells the recipients of cases the identity as it is now, with an event each.
// Of a suspended one its resumption tells them.
func (r *Grounds) tellCorrected(ctx context.Context, tx *pg.Tx, act enforcement.Act, id enforcement.ID, own []concerned, but enforcement.ID) error {
	for _, c := range own {
		if c.ID == but || !c.InForce {
			continue
		}
		var until day.Day
		var inForce bool
		var standing directive.Standing
		one := tx.NewSelect().Model((*row)(nil)).Column("valid_until").ColumnExpr("state = 'in-force'").Where("id = ?", c.ID).For("NO KEY UPDATE")
		if err := tx.Together(ctx, append([]pg.Ask{pg.One(one, &until, &inForce)}, standing.Ask(tx, c.ID)...)...); err != nil {
			return fmt.Errorf("lock the directives of ground %s: %w", c.ID, err)
		}
		if !inForce { // it ended, or was suspended, while it was waited for
			continue
		}
		e := record.Event{Kind: EventIdentityCorrected, Subject: c.Subject, Ground: c.ID, RefersTo: id, Day: r.Record.Today(act.At)}
		if err := r.Directives.Append(ctx, tx, &e, directive.Amend, standing, until); err != nil {
			return err
		}
		r.Record.Log(ctx, tx, act, e)
	}
	return nil
}

// answerers may answer what is proposed to their organisation.
var answerers = []enforcement.Role{enforcement.Judge, enforcement.President, enforcement.DepartmentReviewer}

// AcceptCorrection has a correction that another owner made hold for the actor's
// organisation too; its recipients are told. It goes as far from what was decided here as a
// correction may, whatever the other decided.
func (r *Grounds) AcceptCorrection(ctx context.Context, act enforcement.Act, id enforcement.ID) error {
	return r.answerCorrection(ctx, act, id, eventAccepted, correctionAccepted, func(ctx context.Context, tx *pg.Tx, c *correction) error {
		after, err := r.Parties.OpenIdentity(c.Subject, c.Wrapped, c.After)
		if err != nil {
			return err
		}
		holdIdentity(tx, c.Subject)
		list, err := concernedBy(ctx, tx, c.Subject)
		if err != nil {
			return err
		}
		own := slices.DeleteFunc(slices.Clone(list), func(one concerned) bool { return one.Owner != c.Owner || one.Subject != c.Subject })
		if len(own) == 0 { // all ended meanwhile: nobody is left to be told
			return enforcement.Refuse("not-found")
		}
		if _, err := r.hold(ctx, tx, own, list, after); err != nil {
			return err
		}
		if err := r.tellCorrected(ctx, tx, act, id, own, enforcement.ID{}); err != nil {
			return err
		}
		return r.SuspendIfMinor(ctx, tx, act, c.Subject, after)
	})
}

// DeclineCorrection says why a correction that another owner made does not hold for the
// actor's organisation.
func (r *Grounds) DeclineCorrection(ctx context.Context, act enforcement.Act, id enforcement.ID, reasons string) error {
	reasons = strings.TrimSpace(reasons)
	if !Says(reasons) {
		return enforcement.Refuse("correction.reasons")
	}
	return r.answerCorrection(ctx, act, id, eventDeclined, correctionDeclined, func(_ context.Context, tx *pg.Tx, c *correction) error {
		sealed, err := r.Record.SealUnder(c.Subject, c.Wrapped, "correction-reasons", []byte(reasons))
		tx.Later(tx.NewUpdate().Model((*correction)(nil)).Set("reasons = ?", sealed).Where("id = ?", id), "note why correction %s was declined", id)
		return err
	})
}

func (r *Grounds) answerCorrection(ctx context.Context, act enforcement.Act, id enforcement.ID, kind record.EventKind, outcome string, do func(context.Context, *pg.Tx, *correction) error) error {
	if err := act.Check(answerers...); err != nil {
		return err
	}
	_, err := r.Record.Perform(ctx, act, func(ctx context.Context, tx *pg.Tx) (*record.Event, error) {
		var c correction
		err := tx.NewSelect().Model(&c).ColumnExpr("?TableColumns, s.envelope").Join("JOIN subject AS s ON s.id = x.subject_id").
			Where("x.id = ? AND x.organisation_id = ? AND x.closed_on IS NULL", id, pg.Number(act.Actor.Organisation)).For("NO KEY UPDATE OF x").Scan(ctx)
		if err != nil {
			return nil, enforcement.NotFound(err, "answer a correction")
		}
		today := r.Record.Today(act.At)
		tx.Later(tx.NewUpdate().Model((*correction)(nil)).Set("outcome = ?, closed_on = ?, closed_by = ?", outcome, today, act.Actor.ID).Where("id = ?", id), "answer correction %s", id)
		if err := do(ctx, tx, &c); err != nil {
			return nil, err
		}
		docket.CloseTasksOf(tx, []enforcement.ID{c.Ground}, TaskCorrection, outcome, today)
		return &record.Event{Kind: kind, Subject: c.Subject, Ground: c.Ground, RefersTo: id, Day: today}, nil
	})
	return err
}
