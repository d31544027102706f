package directive

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/enforcement/party"
	"concordat/enforcement/record"
	"concordat/internal/pg"
	"concordat/memoranda/day"
)

// rememberedYears is how long a department finds what ended, where it is not configured.
const rememberedYears = 3

// toldOf picks the versions that a department is told of: those that left or may have with an
// attempt that is open, and whatever lifts. What burdens and is held, queued or cancelled is
// nothing to it.
const toldOf = `step ` + hasLeft + ` OR (NOT burdens AND step <> 'cancelled')
    OR EXISTS (SELECT ` + openAttempts + `amendment.organisation_id AND u.id = amendment.directive_id AND u.version = amendment.version)`

// remembered is true of a directive d that did not end, that is still to be lifted, or that ended
// on a day or later.
const remembered = `NOT EXISTS (SELECT FROM ground e WHERE e.id = d.ground_id AND e.ended_on < ?)
    OR EXISTS (SELECT FROM amendment w WHERE w.directive_id = d.id AND w.kind = 'withdraw' AND w.step IN ('queued', 'left', 'delivered'))`

// rememberedSince is the first day of an end that a department still finds.
func (r *Directives) rememberedSince(act enforcement.Act) day.Day {
	return r.RememberedSince(r.Record.Today(act.At))
}

// RememberedSince is the first day of an end that a department still finds on a day.
func (r *Directives) RememberedSince(today day.Day) day.Day {
	years := r.Remembered
	if years <= 0 {
		years = rememberedYears
	}
	return today.AddYears(-years)
}

// Past is what a department still finds of a directive that ended: no identity, only the number
// of the case, a masked name, and what it reported itself.
type Past struct {
	EndedOn    day.Day      `json:"ended_on"`
	CaseNumber string       `json:"case_number,omitempty"`
	Name       string       `json:"name,omitempty" doc:"Masked; empty where nobody can read it any more"`
	Reports    []PastReport `json:"reports" nullable:"false"`
}

// PastReport is a department's own word on one measure.
type PastReport struct {
	Measure    string        `json:"measure" doc:"memorandum/slug"`
	Version    int16         `json:"version"`
	Outcome    ReportOutcome `json:"outcome"`
	ReportedOn day.Day       `json:"reported_on"`
	KeptUntil  day.Day       `json:"kept_until,omitzero"`
}

// past is what is left of a directive whose case ended, or nil.
func (r *Directives) past(ctx context.Context, act enforcement.Act, id enforcement.ID) (*Past, error) {
	var rows []pastRow
	var reports []struct {
		Measure    int16         `bun:"measure_id"`
		Version    int16         `bun:"version"`
		Outcome    ReportOutcome `bun:"outcome"`
		ReportedOn day.Day       `bun:"reported_on"`
		KeptUntil  day.Day       `bun:"kept_until"`
	}
	db := r.Record.DB
	said := db.NewSelect().TableExpr("report AS p").Column("p.measure_id", "p.version", "p.outcome", "p.reported_on", "p.kept_until").Where("p.directive_id = ?", id).OrderExpr("p.version, p.measure_id")
	if err := db.Together(ctx, pg.All(ended(db, act, id), &rows), pg.All(said, &reports)); err != nil {
		return nil, fmt.Errorf("read what is left of directive %s: %w", id, err)
	}
	if len(rows) == 0 {
		return nil, nil //nolint:nilnil // it did not end
	}
	p := &Past{EndedOn: rows[0].EndedOn, CaseNumber: rows[0].CaseNumber, Reports: []PastReport{}}
	for _, s := range reports {
		name := r.Plans.MeasureName(s.Measure)
		p.Reports = append(p.Reports, PastReport{name.Memorandum + "/" + name.Slug, s.Version, s.Outcome, s.ReportedOn, s.KeptUntil})
	}
	if rows[0].Envelope == nil {
		return p, nil
	}
	identity, err := r.Parties.OpenIdentity(rows[0].Subject, rows[0].Envelope, rows[0].Sealed)
	p.Name = identity.MaskedName()
	return p, err
}

type pastRow struct {
	EndedOn    day.Day        `bun:"ended_on"`
	CaseNumber string         `bun:"case_number"`
	Subject    enforcement.ID `bun:"subject_id"`
	Envelope   []byte         `bun:"envelope"`
	Sealed     []byte         `bun:"sealed"`
}

// ended asks for a directive of the actor's organisation that left and whose case ended.
func ended(db bun.IDB, act enforcement.Act, id enforcement.ID) *bun.SelectQuery {
	return db.NewSelect().TableExpr("directive AS d").Join("JOIN ground AS g ON g.id = d.ground_id AND g.subject_id = d.subject_id").
		Join("JOIN subject AS s ON s.id = d.subject_id").Join("LEFT JOIN execution_case AS c ON c.id = g.case_id").
		ColumnExpr("g.ended_on, coalesce(c.number, '') AS case_number, d.subject_id, s.envelope, s.sealed").
		Where("d.id = ? AND d.organisation_id = ?", id, pg.Number(act.Actor.Organisation)).Where(mayHaveLeft).Where("g.ended_on IS NOT NULL")
}

// identityRequest is a department's wish to know whom an ended directive names.
type identityRequest struct {
	bun.BaseModel `bun:"table:identity_request"`

	ID           enforcement.ID             `bun:"id,pk"`
	Directive    enforcement.ID             `bun:"directive_id"`
	Organisation enforcement.OrganisationID `bun:"organisation_id"`
	Reason       string                     `bun:"reason"`
	AskedBy      string                     `bun:"asked_by"`
	AskedAt      time.Time                  `bun:"asked_at"`
}

// AskIdentity asks, for a suit, whom a directive names that ended; another reviewer of the same
// department grants it ([Directives.GrantIdentity]).
func (r *Directives) AskIdentity(ctx context.Context, act enforcement.Act, id enforcement.ID, reason string) error {
	if err := act.Check(enforcement.DepartmentReviewer); err != nil {
		return err
	}
	if err := party.CheckReason(reason); err != nil {
		return err //nolint:wrapcheck // a refusal
	}
	_, err := r.Record.Perform(ctx, act, func(ctx context.Context, tx *pg.Tx) (*record.Event, error) {
		subject, err := r.endedSubject(ctx, tx, act, id)
		if err != nil {
			return nil, err
		}
		open, err := r.openRequest(ctx, tx, act, id)
		if err != nil {
			return nil, err
		}
		if open != nil {
			return nil, enforcement.Refuse("reveal.open")
		}
		tx.Later(tx.NewInsert().Model(&identityRequest{
			ID: enforcement.NewID(), Directive: id, Organisation: act.Actor.Organisation, Reason: reason, AskedBy: act.Actor.ID, AskedAt: act.At.UTC(),
		}), "ask whom directive %s names", id)
		return &record.Event{Kind: party.EventIdentityRequested, Subject: subject, Directives: []enforcement.ID{id}, Reason: reason}, nil
	})
	return err
}

// GrantIdentity grants what another reviewer of the same department asked for, and tells whom the
// directive names.
func (r *Directives) GrantIdentity(ctx context.Context, act enforcement.Act, id enforcement.ID) (subject enforcement.ID, identity party.Identity, err error) {
	if err := act.Check(enforcement.DepartmentReviewer); err != nil {
		return subject, identity, err
	}
	done, err := r.Record.Perform(ctx, act, func(ctx context.Context, tx *pg.Tx) (*record.Event, error) {
		subject, err := r.endedSubject(ctx, tx, act, id)
		if err != nil {
			return nil, err
		}
		open, err := r.openRequest(ctx, tx, act, id)
		switch {
		case err != nil:
			return nil, err
		case open == nil:
			return nil, enforcement.Refuse("reveal.none")
		case open.AskedBy == act.Actor.ID:
			return nil, enforcement.Refuse("reveal.second-person")
		}
		tx.Later(tx.NewUpdate().Model((*identityRequest)(nil)).Set("granted_by = ?, granted_at = ?", act.Actor.ID, act.At.UTC()).Where("id = ?", open.ID), "grant whom directive %s names", id)
		return &record.Event{Kind: party.EventIdentityGranted, Subject: subject, RefersTo: open.ID, Directives: []enforcement.ID{id}, Reason: open.Reason}, nil
	})
	if err != nil {
		return subject, identity, err
	}
	identity, err = r.Parties.Subject(ctx, enforcement.Daily(act.At), done.Subject)
	return done.Subject, identity, err
}

// endedSubject is whom a directive names that the actor's department was sent, that ended, and
// that is not forgotten yet.
func (r *Directives) endedSubject(ctx context.Context, tx *pg.Tx, act enforcement.Act, id enforcement.ID) (enforcement.ID, error) {
	var rows []pastRow
	if err := ended(tx, act, id).Where(remembered, r.rememberedSince(act)).Scan(ctx, &rows); err != nil {
		return enforcement.ID{}, fmt.Errorf("read directive %s that ended: %w", id, err)
	}
	if len(rows) == 0 {
		return enforcement.ID{}, enforcement.Refuse("not-found")
	}
	return rows[0].Subject, nil
}

// openRequest is what waits to be granted, or nil.
func (r *Directives) openRequest(ctx context.Context, tx *pg.Tx, act enforcement.Act, id enforcement.ID) (*identityRequest, error) {
	var list []identityRequest
	err := tx.NewSelect().Model(&list).Where("directive_id = ? AND organisation_id = ? AND granted_by IS NULL", id, pg.Number(act.Actor.Organisation)).For("UPDATE").Limit(1).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("look for who asked whom directive %s names: %w", id, err)
	}
	if len(list) == 0 {
		return nil, nil //nolint:nilnil // nobody asked
	}
	return &list[0], nil
}
