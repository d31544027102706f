package party

import (
	"context"
	"fmt"
	"time"
	"unicode"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/enforcement/record"
	"concordat/internal/mask"
	"concordat/internal/pg"
)

// EventSubjectRevealed is the act of reading who somebody is of whom the own organisation has
// no case; EventIdentityRequested and EventIdentityGranted are of a department after the end.
const (
	EventSubjectRevealed   record.EventKind = "subject-revealed"
	EventIdentityRequested record.EventKind = "identity-requested"
	EventIdentityGranted   record.EventKind = "identity-granted"
)

// readers may read whom their own organisation's cases are about.
var readers = []enforcement.Role{
	enforcement.Clerk, enforcement.Judge, enforcement.President, enforcement.DepartmentClerk, enforcement.DepartmentReviewer,
}

// ownCase is true of a subject whom an organisation entered by number and name, by itself or by
// a file, and of one of whom a decision of its own stands: a draft that somebody makes of an
// id alone shows nobody who that is.
const ownCase = `(EXISTS (SELECT FROM event WHERE subject_id = ?0 AND organisation_id = ?1 AND kind = 'subject-entered')
    OR EXISTS (SELECT FROM ground WHERE subject_id = ?0 AND organisation_id = ?1 AND decided_on IS NOT NULL)
    OR EXISTS (SELECT FROM listing_source o JOIN listing l ON l.id = o.listing_id WHERE o.subject_id = ?0 AND l.court_id = ?1)
    OR EXISTS (SELECT FROM review_item WHERE subject_id = ?0 AND court_id = ?1))`

func (r *Parties) hasCase(ctx context.Context, db bun.IDB, act enforcement.Act, subject enforcement.ID) (own bool, err error) {
	if act.Actor.Role == enforcement.System {
		return true, nil
	}
	err = db.NewRaw("SELECT "+ownCase, subject, pg.Number(act.Actor.Organisation)).Scan(ctx, &own)
	if err != nil {
		return false, fmt.Errorf("look for cases about subject %s: %w", subject, err)
	}
	return own, nil
}

// Subject returns a subject's identity to the people of an organisation that has a case about
// it; others say why ([Parties.Reveal]).
func (r *Parties) Subject(ctx context.Context, act enforcement.Act, id enforcement.ID) (Identity, error) {
	if err := act.Check(append([]enforcement.Role{enforcement.System}, readers...)...); err != nil {
		return Identity{}, err
	}
	var identity Identity
	err := r.Record.DB.InTx(ctx, func(ctx context.Context, tx *pg.Tx) error {
		var err error
		if identity, err = r.identity(ctx, tx, id, act.Actor.Organisation); err != nil {
			return err
		}
		own, err := r.hasCase(ctx, tx, act, id)
		if err == nil && !own {
			err = enforcement.Refuse("reveal.needed")
		}
		return err
	})
	if err != nil {
		return Identity{}, enforcement.AsRefusal(err)
	}
	return identity, nil
}

// leastReason is how many letters or digits say why somebody is looked up.
const leastReason, mostReason = 10, 2000

// CheckReason refuses reasons that say nothing, and those that hold a number that identifies
// somebody: they stand in the log for others to read.
func CheckReason(reason string) error {
	n := 0
	for _, c := range reason {
		if unicode.IsLetter(c) || unicode.IsDigit(c) {
			n++
		}
	}
	if n < leastReason || len(reason) > mostReason || len(mask.Numbers(reason)) > 0 {
		return enforcement.Refuse("reveal.reason")
	}
	return nil
}

// Reveal returns the identity of a subject of whom the own organisation has no case. It is an
// act: who, when and why stand in the log, and in the subject's file ([Parties.Accesses]).
func (r *Parties) Reveal(ctx context.Context, act enforcement.Act, id enforcement.ID, reason string) (Identity, error) {
	if err := act.Check(readers...); err != nil {
		return Identity{}, err
	}
	if err := CheckReason(reason); err != nil {
		return Identity{}, err
	}
	var identity Identity
	_, err := r.Record.Perform(ctx, act, func(ctx context.Context, tx *pg.Tx) (*record.Event, error) {
		if _, err := r.identity(ctx, tx, id, act.Actor.Organisation); err != nil {
			return nil, err
		}
		return &record.Event{Kind: EventSubjectRevealed, Subject: id, Day: r.Record.Today(act.At), Reason: reason}, nil
	})
	if err != nil {
		return Identity{}, err
	}
	err = r.Record.DB.InTx(ctx, func(ctx context.Context, tx *pg.Tx) error {
		identity, err = r.identity(ctx, tx, id, act.Actor.Organisation)
		return err
	})
	return identity, enforcement.AsRefusal(err)
}

// Access is somebody's look at a subject, and why.
type Access struct {
	Event        enforcement.ID             `bun:"id" json:"event"`
	Kind         record.EventKind           `bun:"kind" json:"kind" enum:"subject-revealed,identity-requested,identity-granted"`
	At           time.Time                  `bun:"at" json:"at"`
	Actor        string                     `bun:"actor" json:"actor"`
	Name         string                     `bun:"name" json:"name,omitempty" doc:"Whose number it was on that day, if it was entered"`
	Post         string                     `bun:"post" json:"post,omitempty" doc:"The post on that day"`
	Role         enforcement.Role           `bun:"role" json:"role"`
	Organisation enforcement.OrganisationID `bun:"organisation_id" json:"organisation"`
	Reason       string                     `bun:"reason" json:"reason,omitempty"`
}

// Accesses tells who looked a subject up without a case of the own organisation, newest first,
// 200 at most: to organisations that have one, and to overseers.
func (r *Parties) Accesses(ctx context.Context, act enforcement.Act, id enforcement.ID) ([]Access, error) {
	if err := act.Check(append([]enforcement.Role{enforcement.Overseer, enforcement.System}, readers...)...); err != nil {
		return nil, err
	}
	if act.Actor.Role != enforcement.Overseer {
		own, err := r.hasCase(ctx, r.Record.DB, act, id)
		if err != nil {
			return nil, err
		}
		if !own {
			return nil, enforcement.Refuse("not-found")
		}
	}
	list := []Access{}
	err := r.Record.DB.NewSelect().TableExpr("event AS e").Join("LEFT JOIN LATERAL "+record.Person("e.organisation_id", "e.actor", "e.at")+" AS p ON true").
		Column("e.id", "e.kind", "e.at", "e.actor", "p.name", "p.post", "e.role", "e.organisation_id", "e.reason").Where("e.subject_id = ?", id).
		Where("e.kind IN (?)", bun.List([]record.EventKind{EventSubjectRevealed, EventIdentityRequested, EventIdentityGranted})).OrderExpr("e.seq DESC").Limit(200).Scan(ctx, &list)
	if err != nil {
		return nil, fmt.Errorf("read who looked subject %s up: %w", id, err)
	}
	return list, nil
}
