package directive

import (
	"context"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/enforcement/docket"
	"concordat/enforcement/record"
	"concordat/internal/calendar"
	"concordat/internal/pg"
	"concordat/memoranda/day"
)

// EventDoubted is a department's word that it cannot tell whose identity it is; with it its
// own directive of the ground is suspended.
const EventDoubted record.EventKind = "identity-doubted"

// TaskIdentityDoubtful is opened where a department cannot tell whether the person is the
// one that is meant; who decided must look.
const TaskIdentityDoubtful = "identity-doubtful"

// ClockDoubt is how long who decided may leave a doubt unexamined: a time of our own. When
// it is over the case is suspended everywhere.
var ClockDoubt = docket.Deadline{
	Kind: "examine-identity", Period: calendar.Period{Value: 1, Unit: calendar.WorkingDays, Source: docket.OwnTerm}, Event: "identity-doubted",
}

// reasonDoubtful is the reason of a refusal that says so.
const reasonDoubtful = "identity-doubtful"

// doubtRow is a doubt as it is kept.
type doubtRow struct {
	bun.BaseModel `bun:"table:identity_doubt,alias:i"`

	ID           enforcement.ID             `bun:"id,pk"`
	Ground       enforcement.ID             `bun:"ground_id"`
	Organisation enforcement.OrganisationID `bun:"organisation_id"`
	ReportedBy   string                     `bun:"reported_by"`
	ReportedOn   day.Day                    `bun:"reported_on"`
}

// A doubt changes directives that the answer does not name: all that its organisation has
// of the ground. The ground comes before them in the order of locks.
const (
	lockDoubtedGrounds = `SELECT FROM ground WHERE id IN (SELECT ground_id FROM directive WHERE id = ANY ($1)) ORDER BY id FOR NO KEY UPDATE`
	lockOfDoubted      = `SELECT FROM directive WHERE id = ANY ($1) OR id IN (SELECT d.id FROM directive a
      JOIN directive d ON d.subject_id = a.subject_id AND d.ground_id = a.ground_id AND d.organisation_id = a.organisation_id
      WHERE a.id = ANY ($2)) ORDER BY id FOR NO KEY UPDATE`
)

// lockDoubted locks what the doubts in results change, and what else the answer moves by
// later versions. Where nothing is doubted it locks nothing.
func lockDoubted(ctx context.Context, tx *pg.Tx, a Attempt, results []Result, later []enforcement.ID) (doubted bool, err error) {
	var ids []enforcement.ID
	for i, result := range results {
		if slices.ContainsFunc(result.Reports, func(p Report) bool { return p.Reason == reasonDoubtful }) {
			ids = append(ids, a.Directives[i])
		}
	}
	if len(ids) == 0 {
		return false, nil
	}
	if _, err := tx.Pgx().Exec(ctx, lockDoubtedGrounds, ids); err != nil {
		return true, fmt.Errorf("lock the grounds of %d doubts: %w", len(ids), err)
	}
	if _, err := tx.Pgx().Exec(ctx, lockOfDoubted, later, ids); err != nil {
		return true, fmt.Errorf("lock the directives of %d doubts: %w", len(ids), err)
	}
	return true, nil
}

// doubt is what a new word that an identity is doubtful does, at once: who decided gets the
// task and its clock, and what the organisation was told of the ground is taken back there.
// Of a reward, which burdens nobody, there is the task alone. The caller holds the locks
// ([lockDoubted]).
func (r *Directives) doubt(ctx context.Context, tx *pg.Tx, act enforcement.Act, org enforcement.OrganisationID, grounds []enforcement.ID) error {
	if len(grounds) == 0 {
		return nil
	}
	today := r.Record.Today(act.At)
	docket.OpenTasks(tx, grounds, TaskIdentityDoubtful, today)
	r.Docket.StartClocksOf(tx, grounds, today, ClockDoubt)
	var standing Standing
	own := tx.NewRaw(selectNewest+` WHERE g.id = ANY (?) AND d.organisation_id = ? ORDER BY d.id`, pg.Array(grounds), pg.Number(org))
	if err := tx.Together(ctx, pg.All(own, (*[]newest)(&standing))); err != nil {
		return fmt.Errorf("read what organisation %d doubts: %w", org, err)
	}
	for _, ground := range grounds {
		of := slices.DeleteFunc(slices.Clone(standing), func(c newest) bool { return c.Ground != ground || c.Reward })
		if len(of) == 0 {
			continue
		}
		row := doubtRow{ID: enforcement.NewID(), Ground: ground, Organisation: org, ReportedBy: act.Actor.ID, ReportedOn: today}
		tx.Later(tx.NewInsert().Model(&row).On("CONFLICT (ground_id, organisation_id) WHERE closed_on IS NULL DO NOTHING"), "note a doubt of ground %s", ground)
		e := record.Event{Kind: EventDoubted, Reason: reasonDoubtful, Ground: ground, Day: today}
		told := slices.DeleteFunc(of, func(c newest) bool { return c.Kind == Suspend || c.Kind == Withdraw })
		for _, c := range told { // one: the others of the organisation are withdrawn
			if err := r.Append(ctx, tx, &e, Suspend, Standing{c}, c.ValidUntil); err != nil {
				return err
			}
		}
		r.Record.Log(ctx, tx, act, e)
	}
	return nil
}

// Doubted says whether an organisation doubts whose identity it is.
func (s Standing) Doubted() bool {
	return slices.ContainsFunc(s, func(c newest) bool { return c.doubted() })
}

// DoubtedBy says whether somebody had a part in such a doubt.
func (s Standing) DoubtedBy(who string) bool {
	return slices.ContainsFunc(s, func(c newest) bool { return c.doubted() && (c.DoubtedBy == who || c.ConfirmedBy == who) })
}

// CloseDoubts ends the doubts of a ground.
func CloseDoubts(tx *pg.Tx, ground enforcement.ID, because string, on day.Day) {
	tx.Later(tx.NewUpdate().Model((*doubtRow)(nil)).Set("closed_on = ?, closed_because = ?", on, because).Where("ground_id = ? AND closed_on IS NULL", ground), "close the doubts of ground %s", ground)
}

// Cleared are the same directives after their doubts were closed: what is written next
// reaches all of them.
func (s Standing) Cleared() Standing {
	cleared := slices.Clone(s)
	for i := range cleared {
		cleared[i].DoubtedBy, cleared[i].ConfirmedBy = "", ""
	}
	return cleared
}

// OnlyDoubted are those of which the organisation doubts whose identity it is.
func (s Standing) OnlyDoubted() Standing {
	return slices.DeleteFunc(slices.Clone(s), func(c newest) bool { return !c.doubted() })
}

// OpenDoubt is a doubt that waits for a second person of its organisation.
type OpenDoubt struct {
	ID, Ground enforcement.ID
}

// ToConfirm finds the doubt of the actor's organisation that a directive of its own is
// about: doubt.none if nothing waits to be confirmed. It is not locked:
// [OpenDoubt.Confirm] looks again.
func ToConfirm(ctx context.Context, tx *pg.Tx, act enforcement.Act, id enforcement.ID) (found OpenDoubt, err error) {
	var confirmed bool
	err = tx.NewSelect().TableExpr("directive AS d").
		Join("LEFT JOIN identity_doubt AS i").JoinOn("i.ground_id = d.ground_id").JoinOn("i.organisation_id = d.organisation_id").JoinOn("i.closed_on IS NULL").
		Column("i.id", "d.ground_id").ColumnExpr("i.confirmed_by IS NOT NULL").
		Where("d.id = ? AND d.organisation_id = ?", id, pg.Number(act.Actor.Organisation)).Scan(ctx, &found.ID, &found.Ground, &confirmed)
	switch {
	case err != nil:
		return found, enforcement.NotFound(err, "look for a doubt")
	case found.ID.IsZero() || confirmed:
		return found, enforcement.Refuse("doubt.none")
	}
	return found, nil
}

// Confirm notes who confirmed the doubt; doubt.none if it was confirmed or closed meanwhile.
// Who reported it the schema refuses (doubt.second-person).
func (d OpenDoubt) Confirm(ctx context.Context, tx *pg.Tx, by string, on day.Day) error {
	done, err := tx.NewUpdate().Model((*doubtRow)(nil)).Set("confirmed_by = ?, confirmed_on = ?", by, on).Where("id = ? AND closed_on IS NULL AND confirmed_by IS NULL", d.ID).Exec(ctx)
	if err != nil {
		return fmt.Errorf("confirm a doubt of ground %s: %w", d.Ground, err)
	}
	if n, err := done.RowsAffected(); err != nil || n == 0 {
		return enforcement.Refuse("doubt.none")
	}
	return nil
}
