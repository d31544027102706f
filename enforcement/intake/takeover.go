package intake

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/docket"
	"concordat/enforcement/ground"
	"concordat/enforcement/hold"
	"concordat/enforcement/listing"
	"concordat/enforcement/party"
	"concordat/enforcement/record"
	"concordat/internal/calendar"
	"concordat/internal/pg"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// mayTakeOver says why a listing that is in force elsewhere cannot be taken over
// by itself, or nil. The law is that of Sign, Serve and Publish, applied to the
// old days: whatever is missing or over goes to a person, never to publication.
func (r *Intake) mayTakeOver(row *preparedRow, performed string, today day.Day) *enforcement.Refusal {
	t := row.taken
	adult := row.identity.Kind != memoranda.NaturalPerson || (calendar.Adult(row.identity.Birth, t.DecidedOn) && calendar.Adult(row.identity.Birth, today))
	manners := []string{ground.ServedDirectly, ground.ServedByLeaving, ground.ServedElectronically, ground.ServedByMail, ground.ServedByAnnouncement}
	switch {
	case !t.EndedOn.IsZero() || t.EndReason != "" || performed == listing.PerformedAll:
		return enforcement.Refuse("takeover.ended")
	case t.DecisionNumber == "" || t.SignedBy == "" || t.DecidedOn.IsZero():
		return enforcement.Refuse("takeover.decision")
	case !adult:
		return enforcement.Refuse("takeover.minor", "on", t.DecidedOn.String())
	case t.WarnedOn.IsZero():
		return enforcement.Refuse("takeover.no-warning")
	case t.ServedOn.IsZero() || !slices.Contains(manners, t.Manner):
		return enforcement.Refuse("takeover.no-service")
	case t.RepairNotice.IsZero():
		return enforcement.Refuse("takeover.no-repair-notice")
	case t.PublishedOn.IsZero():
		return enforcement.Refuse("takeover.not-published")
	case t.WarnedOn > t.DecidedOn || t.DecidedOn > t.ServedOn || t.ServedOn > t.PublishedOn || max(t.PublishedOn, t.RepairNotice) > today:
		return enforcement.Refuse("takeover.dates")
	}
	if over := listing.CheckTerm(listing.Listing{Conducts: row.conducts}, t.TermUntil, t.DecidedOn); over != nil {
		return enforcement.Refuse("takeover.term", "max", t.DecidedOn.AddYears(listing.TermYears).String())
	}
	if !t.TermUntil.IsZero() && t.TermUntil < today {
		return enforcement.Refuse("takeover.term-over", "until", t.TermUntil.String())
	}
	return nil
}

// onto writes the old days onto a listing, which is still to be put in force in the
// same transaction.
func (t *TakenOver) onto(l *listing.FromFile, reasons []byte) {
	l.State, l.NoticeServedOn, l.DecisionNumber, l.Reasons, l.TermUntil = ground.Active, t.WarnedOn, t.DecisionNumber, reasons, t.TermUntil
	l.SignedBy, l.DecidedOn, l.ServiceManner, l.ServedOn, l.PublishedOn = t.SignedBy, t.DecidedOn, t.Manner, t.ServedOn, t.PublishedOn
}

// inForceFromElsewhere gives listings that are taken over their directives, as a
// publication does; nothing is published anew and no clock starts. While a hold
// stands over the court nothing is taken over: the run waits where it is.
func (r *Intake) inForceFromElsewhere(ctx context.Context, tx *pg.Tx, act enforcement.Act, run Run, listings []enforcement.ID) error {
	if err := hold.RefuseStopped(ctx, tx, run.Court); err != nil {
		return err
	}
	docket.OpenTasks(tx, listings, listing.TaskConsumptionOrder, r.Record.Today(act.At))
	if err := r.Rewards.OpenReviews(ctx, tx, act, listings); err != nil {
		return err
	}
	r.Record.SameClock(tx)
	return r.Grounds.PutInForceFrom(ctx, tx, act, EventTakenOver, listings, directive.Origin{RefersTo: run.ID, Document: run.statement})
}

// reviewed is what a review item seals: the row as it was read.
type reviewed struct {
	Subject    party.Identity    `json:"subject"`
	CaseNumber string            `json:"case_number"`
	Conducts   []listing.Conduct `json:"conducts"`
	Facts      listing.Facts     `json:"facts"`
	Taken      *TakenOver        `json:"taken"`
}

// sealedReview names the field that a review item seals.
const sealedReview = "review"

func (w *importWriter) enterReview(row *preparedRow, s *importSubject, key sourceKey, because *enforcement.Refusal) error {
	var facts listing.Facts
	if err := json.Unmarshal(row.facts, &facts); err != nil {
		return fmt.Errorf("read the facts of a row: %w", err)
	}
	plain, err := json.Marshal(reviewed{row.identity, row.execCase.Number, row.conducts, facts, row.taken})
	if err != nil {
		return fmt.Errorf("write a row for review: %w", err)
	}
	sealed, err := w.seal(s, plain, sealedReview)
	if err != nil {
		return err
	}
	id, today := enforcement.NewID(), w.intake.Record.Today(w.act.At)
	w.run.Reviewed++
	t := w.rows.reviews
	t.Row()
	t.ID(id)
	t.ID(w.run.ID)
	t.Int8(row.line)
	t.Int4(int32(w.run.Court))
	t.ID(key.execCase)
	t.ID(key.subject)
	t.Text(key.record)
	t.Bytes(row.contentHash)
	t.Text(because.Code)
	if len(because.Args) == 0 {
		t.Null()
	} else if err := t.JSON(because.Args); err != nil {
		return err
	}
	t.Bytes(sealed)
	t.Day(today)
	w.rows.events = append(w.rows.events, record.Event{Kind: eventReviewOpened, Subject: s.id, RefersTo: id, Day: today, Reason: because.Code, LegalBasis: "法释〔2017〕7号 Art. 3–5"})
	return nil
}

// ReviewItem is a row of a takeover that a person must look at: it restrains
// nobody here until somebody enters it by hand.
type ReviewItem struct {
	ID      enforcement.ID `json:"id"`
	Import  enforcement.ID `json:"import"`
	Line    int64          `json:"line"`
	Subject enforcement.ID `json:"subject"`
	Case    enforcement.ID `json:"case"`
	// Record is the id in the court's own system, or empty.
	Record string `json:"record,omitempty"`
	// Code says why, Args with which days.
	Code       string            `json:"code"`
	Args       map[string]string `json:"args,omitempty"`
	Name       string            `json:"name"`
	Number     string            `json:"number"` // masked
	CaseNumber string            `json:"case_number"`
	Conducts   []listing.Conduct `json:"conducts"`
	Taken      TakenOver         `json:"taken"`
	OpenedOn   day.Day           `json:"opened_on"`
}

// Reviews lists the open review items of the actor's court by id, from after on.
func (r *Intake) Reviews(ctx context.Context, act enforcement.Act, after enforcement.ID, limit int) ([]ReviewItem, error) {
	if err := act.Check(enforcement.Clerk, enforcement.Judge, enforcement.President); err != nil {
		return nil, err
	}
	var rows []reviewRow
	err := r.Record.DB.NewSelect().Model(&rows).ColumnExpr("?TableColumns, s.envelope").Join("JOIN subject AS s ON s.id = i.subject_id").
		Where("i.court_id = ? AND i.closed_on IS NULL AND i.id > ?", pg.Number(act.Actor.Organisation), after.Cursor()).Order("i.id").Limit(int64(limit)).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("list reviews: %w", err)
	}
	list := make([]ReviewItem, len(rows))
	for n := range rows {
		if list[n], err = r.openReview(&rows[n]); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// reviewRow is a review item as it is kept, with the envelope of its subject.
type reviewRow struct {
	bun.BaseModel `bun:"table:review_item,alias:i"`

	ID       enforcement.ID    `bun:"id,pk"`
	Import   enforcement.ID    `bun:"import_id"`
	Line     int64             `bun:"line"`
	Subject  enforcement.ID    `bun:"subject_id"`
	Case     enforcement.ID    `bun:"case_id"`
	Record   string            `bun:"source_record"`
	Code     string            `bun:"code"`
	Args     map[string]string `bun:"args,type:jsonb"`
	OpenedOn day.Day           `bun:"opened_on"`
	Sealed   []byte            `bun:"sealed"`
	Wrapped  []byte            `bun:"envelope,scanonly"`
}

func (r *Intake) openReview(row *reviewRow) (ReviewItem, error) {
	i := ReviewItem{
		ID: row.ID, Import: row.Import, Line: row.Line, Subject: row.Subject, Case: row.Case, Record: row.Record, Code: row.Code, Args: row.Args, OpenedOn: row.OpenedOn,
	}
	if row.Wrapped == nil { // shredded meanwhile: nothing is left to look at but that it was there
		return i, nil
	}
	plain, err := r.Record.OpenFor(row.Subject, row.Wrapped, row.Sealed, sealedReview)
	if err != nil {
		return i, fmt.Errorf("open review %s: %w", i.ID, err)
	}
	var v reviewed
	if err := json.Unmarshal(plain, &v); err != nil {
		return i, fmt.Errorf("read review %s: %w", i.ID, err)
	}
	i.Name, i.Number, i.CaseNumber, i.Conducts, i.Taken = v.Subject.Name, v.Subject.Masked(), v.CaseNumber, v.Conducts, *v.Taken
	return i, nil
}

// The reasons to close a review item.
const (
	// reviewEntered: the listing was entered by hand, from the draft on.
	reviewEntered = "entered-by-hand"
	// reviewEnded: it has ended; the court deleted it where it came from.
	reviewEnded = "ended"
	// reviewNotListed: it should not have been in the file, or never was a listing.
	reviewNotListed = "not-listed"
)

// reviewReasons lists the reasons to close a review item.
func reviewReasons() []string { return []string{reviewEntered, reviewEnded, reviewNotListed} }

// CloseReview records what became of a review item of the actor's court.
func (r *Intake) CloseReview(ctx context.Context, act enforcement.Act, id enforcement.ID, reason string) error {
	if err := act.Check(enforcement.Judge, enforcement.President); err != nil {
		return err
	}
	if !slices.Contains(reviewReasons(), reason) {
		return enforcement.Refuse("review.reason")
	}
	_, err := r.Record.Perform(ctx, act, func(ctx context.Context, tx *pg.Tx) (*record.Event, error) {
		e := &record.Event{Kind: eventReviewClosed, RefersTo: id, Day: r.Record.Today(act.At), Reason: reason, LegalBasis: "法释〔2017〕7号 Art. 3–5"}
		err := tx.NewUpdate().Model((*reviewRow)(nil)).Set("closed_on = ?, closed_by = ?, closed_because = ?", e.Day, act.Actor.ID, reason).
			Where("id = ? AND court_id = ? AND closed_on IS NULL", id, pg.Number(act.Actor.Organisation)).Returning("subject_id").Scan(ctx, &e.Subject)
		return e, enforcement.NotFound(err, "close a review")
	})
	return err
}
