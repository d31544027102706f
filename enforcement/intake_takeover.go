package enforcement

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"concordat/internal/calendar"
	"concordat/internal/pg"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// performedAll says that the obligation is performed: the reason has ended.
const performedAll = "all"

// mayTakeOver says why a listing that is in force elsewhere cannot be taken over
// by itself, or nil. The law is that of Sign, Serve and Publish, applied to the
// old days: whatever is missing or over goes to a person, never to publication.
func (r *Register) mayTakeOver(row *preparedRow, performed string, today day.Day) *Refusal {
	t := row.taken
	adult := row.identity.Kind != memoranda.NaturalPerson || (calendar.Adult(row.identity.Birth, t.DecidedOn) && calendar.Adult(row.identity.Birth, today))
	manners := []string{ServedDirectly, ServedByLeaving, ServedElectronically, ServedByMail, ServedByAnnouncement}
	switch {
	case !t.EndedOn.IsZero() || t.EndReason != "" || performed == performedAll:
		return refuse("takeover.ended")
	case t.DecisionNumber == "" || t.SignedBy == "" || t.DecidedOn.IsZero():
		return refuse("takeover.decision")
	case !adult:
		return refuse("takeover.minor", "on", t.DecidedOn.String())
	case t.WarnedOn.IsZero():
		return refuse("takeover.no-warning")
	case t.ServedOn.IsZero() || !slices.Contains(manners, t.Manner):
		return refuse("takeover.no-service")
	case t.RepairNotice.IsZero():
		return refuse("takeover.no-repair-notice")
	case t.PublishedOn.IsZero():
		return refuse("takeover.not-published")
	case t.WarnedOn > t.DecidedOn || t.DecidedOn > t.ServedOn || t.ServedOn > t.PublishedOn || max(t.PublishedOn, t.RepairNotice) > today:
		return refuse("takeover.dates")
	}
	if over := checkTerm(Listing{Conducts: row.conducts}, t.TermUntil, t.DecidedOn); over != nil {
		return refuse("takeover.term", "max", t.DecidedOn.AddYears(termYears).String())
	}
	if !t.TermUntil.IsZero() && t.TermUntil < today {
		return refuse("takeover.term-over", "until", t.TermUntil.String())
	}
	return nil
}

// takenOver writes a listing with its old days, and its ground, still to be put
// in force in the same transaction.
func (c *importCopies) takenOver(id ID, key sourceKey, court OrganisationID, row *preparedRow, facts, reasons []byte, by string) {
	taken := row.taken
	c.ground(id, key, court, taken)
	t := c.listing(id, key, court, Active, row, facts, by)
	t.boolean(true)
	t.day(taken.WarnedOn)
	t.text(taken.DecisionNumber)
	t.bytes(reasons)
	t.day(taken.TermUntil)
	t.text(taken.SignedBy)
	t.text(string(President))
	t.day(taken.DecidedOn)
	t.text(taken.Manner)
	t.day(taken.ServedOn)
	t.texts(repairNotice)
	t.day(taken.PublishedOn)
	t.int4(1)
}

// inForceFromElsewhere gives listings that are taken over their directives, as a
// publication does; nothing is published anew and no clock starts. While a hold
// stands over the court nothing is taken over: the run waits where it is.
func (r *Register) inForceFromElsewhere(ctx context.Context, tx *pg.Tx, act Act, run ImportRun, listings []ID) error {
	err := tx.Pgx(func(t pgx.Tx) error {
		held, err := ownersStopped(ctx, t)
		if err == nil && held(run.Court) {
			return refuse("hold.standing")
		}
		return err
	})
	if err != nil {
		return err
	}
	if err := openTasks(ctx, tx, listings, TaskConsumptionOrder, r.Today(act.At)); err != nil {
		return err
	}
	if err := r.rewardsUnderReview(ctx, tx, act, listings); err != nil {
		return err
	}
	return r.putInForceFrom(ctx, tx, act, EventTakenOver, listings, origin{refersTo: run.ID, document: run.statement})
}

// reviewed is what a review item seals: the row as it was read.
type reviewed struct {
	Subject    Identity   `json:"subject"`
	CaseNumber string     `json:"case_number"`
	Conducts   []Conduct  `json:"conducts"`
	Facts      Facts      `json:"facts"`
	Taken      *TakenOver `json:"taken"`
}

// sealedReview names the field that a review item seals.
const sealedReview = "review"

func (w *importWriter) enterReview(row *preparedRow, s *importSubject, key sourceKey, because *Refusal) error {
	var facts Facts
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
	id, today := NewID(), w.register.Today(w.act.At)
	w.run.Reviewed++
	t := w.copies.reviews
	t.row()
	t.id(id)
	t.id(w.run.ID)
	t.int8(row.line)
	t.int4(int32(w.run.Court))
	t.id(key.execCase)
	t.id(key.subject)
	t.text(key.record)
	t.bytes(row.contentHash)
	t.text(because.Code)
	if len(because.Args) == 0 {
		t.null()
	} else if err := t.json(because.Args); err != nil {
		return err
	}
	t.bytes(sealed)
	t.day(today)
	w.copies.event(w.act, w.register.machine(), event{Kind: EventReviewOpened, Subject: s.id, RefersTo: id, Day: today, Reason: because.Code, LegalBasis: "法释〔2017〕7号 Art. 3–5"})
	return nil
}

// ReviewItem is a row of a takeover that a person must look at: it restrains
// nobody here until somebody enters it by hand.
type ReviewItem struct {
	ID      ID    `json:"id"`
	Import  ID    `json:"import"`
	Line    int64 `json:"line"`
	Subject ID    `json:"subject"`
	Case    ID    `json:"case"`
	// Record is the id in the court's own system, or empty.
	Record string `json:"record,omitempty"`
	// Code says why, Args with which days.
	Code       string            `json:"code"`
	Args       map[string]string `json:"args,omitempty"`
	Name       string            `json:"name"`
	Number     string            `json:"number"` // masked
	CaseNumber string            `json:"case_number"`
	Conducts   []Conduct         `json:"conducts"`
	Taken      TakenOver         `json:"taken"`
	OpenedOn   day.Day           `json:"opened_on"`
}

// Reviews lists the open review items of the actor's court by id, from after on.
func (r *Register) Reviews(ctx context.Context, act Act, after ID, limit int) ([]ReviewItem, error) {
	if err := act.check(Clerk, Judge, President); err != nil {
		return nil, err
	}
	rows, err := r.db.Pool.Query(ctx, `SELECT i.id, i.import_id, i.line, i.subject_id, i.case_id, i.source_record, i.code, i.args, i.opened_on, i.sealed, s.envelope
		FROM review_item i JOIN subject s ON s.id = i.subject_id WHERE i.court_id = $1 AND i.closed_on IS NULL AND i.id > $2 ORDER BY i.id LIMIT $3`,
		act.Actor.Organisation, [16]byte(after), limit)
	if err != nil {
		return nil, fmt.Errorf("list reviews: %w", err)
	}
	list, err := pgx.CollectRows(rows, r.scanReview)
	if err != nil {
		return nil, fmt.Errorf("list reviews: %w", err)
	}
	return list, nil
}

func (r *Register) scanReview(row pgx.CollectableRow) (ReviewItem, error) {
	var i ReviewItem
	var sealed, wrapped []byte
	if err := row.Scan(&i.ID, &i.Import, &i.Line, &i.Subject, &i.Case, &i.Record, &i.Code, &i.Args, &i.OpenedOn, &sealed, &wrapped); err != nil {
		return i, err
	}
	if wrapped == nil { // shredded meanwhile: nothing is left to look at but that it was there
		return i, nil
	}
	envelope, err := r.vault.OpenEnvelope(i.Subject, wrapped)
	if err != nil {
		return i, fmt.Errorf("open the envelope of subject %s: %w", i.Subject, err)
	}
	plain, err := envelope.Open(sealed, sealedReview)
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
	// ReviewEntered: the listing was entered by hand, from the draft on.
	ReviewEntered = "entered-by-hand"
	// ReviewEnded: it has ended; the court deleted it where it came from.
	ReviewEnded = "ended"
	// ReviewNotListed: it should not have been in the file, or never was a listing.
	ReviewNotListed = "not-listed"
)

// ReviewReasons lists the reasons to close a review item.
func ReviewReasons() []string { return []string{ReviewEntered, ReviewEnded, ReviewNotListed} }

// CloseReview records what became of a review item of the actor's court.
func (r *Register) CloseReview(ctx context.Context, act Act, id ID, reason string) error {
	if err := act.check(Judge, President); err != nil {
		return err
	}
	if !slices.Contains(ReviewReasons(), reason) {
		return refuse("review.reason")
	}
	_, err := r.perform(ctx, act, func(ctx context.Context, tx *pg.Tx) (*event, error) {
		e := &event{Kind: EventReviewClosed, RefersTo: id, Day: r.Today(act.At), Reason: reason, LegalBasis: "法释〔2017〕7号 Art. 3–5"}
		err := tx.Pgx(func(p pgx.Tx) error {
			return p.QueryRow(ctx, `UPDATE review_item SET closed_on = $2::date, closed_by = $3, closed_because = $4
				WHERE id = $1 AND court_id = $5 AND closed_on IS NULL RETURNING subject_id`,
				id, e.Day, act.Actor.ID, reason, act.Actor.Organisation).Scan(&e.Subject)
		})
		return e, notFound(err, "close a review")
	})
	return err
}
