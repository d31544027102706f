package enforcement

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"concordat/internal/calendar"
	"concordat/internal/pg"
	"concordat/memoranda/day"
)

// Decision is what a judge proposes and the court's president signs.
type Decision struct {
	Number  string
	Reasons string
	// TermUntil is the last day of the term; none for ground 1 alone (Art. 2).
	TermUntil day.Day
	// GraceMonths is 0 for none, or 1 to 3 (法发〔2019〕35号 item 15).
	GraceMonths int
}

// Propose lays a decision before the president.
func (r *Register) Propose(ctx context.Context, act Act, c Change, d Decision) error {
	if err := act.check(Judge); err != nil {
		return err
	}
	switch {
	case d.Reasons == "":
		return refuse("decision.reasons")
	case d.Number == "":
		return refuse("decision.number")
	case d.GraceMonths < 0 || d.GraceMonths > 3:
		return refuse("decision.grace")
	}
	return r.change(ctx, act, c, MovePropose, func(ctx context.Context, tx *pg.Tx, l Listing, next ListingState) (*event, error) {
		if err := checkTerm(l, d.TermUntil, r.Today(act.At)); err != nil {
			return nil, err
		}
		sealed, err := r.sealFor(l, "reasons", []byte(d.Reasons))
		if err != nil {
			return nil, err
		}
		return &event{Kind: EventProposed, LegalBasis: "法释〔2017〕7号 Art. 5 ¶3", DocumentHash: r.vault.DocumentHash([]byte(d.Reasons))},
			set(ctx, tx, l, next, `decision_number = $4, reasons = $5, term_until = $6::date, grace_months = $7, proposed_by = $8`,
				d.Number, sealed, d.TermUntil, d.GraceMonths, act.Actor.ID)
	})
}

// checkTerm holds Art. 2: ground 1 alone has no term, every other listing one of
// at most two years from the decision.
func checkTerm(l Listing, until, decided day.Day) error {
	fixed := !slices.Equal(l.Conducts, []Conduct{AbleButRefuses})
	if fixed == until.IsZero() {
		return refuse("decision.term", "max", decided.AddYears(termYears).String())
	}
	if fixed && (until <= decided || until > decided.AddYears(termYears)) {
		return refuse("decision.term", "max", decided.AddYears(termYears).String())
	}
	return nil
}

// Sign makes the decision: by the president of the court, after the checks of
// age and exclusion on the day of decision (Art. 3–5).
func (r *Register) Sign(ctx context.Context, act Act, c Change) error {
	if err := act.check(); err != nil {
		return err
	}
	if act.Actor.Role != President {
		return refuse("decision.signer", "role", string(act.Actor.Role))
	}
	return r.change(ctx, act, c, MoveSign, func(ctx context.Context, tx *pg.Tx, l Listing, next ListingState) (*event, error) {
		today := r.Today(act.At)
		if !l.hasReasons || l.proposedBy == "" {
			return nil, refuse("decision.not-proposed")
		}
		if err := checkTerm(l, l.TermUntil, today); err != nil {
			return nil, err
		}
		identity, err := r.openIdentity(l.Subject, l.envelope, l.sealed)
		if err != nil {
			return nil, err
		}
		if err := r.checkAge(identity, today); err != nil {
			return nil, err
		}
		if err := r.checkExclusions(ctx, tx, l); err != nil {
			return nil, err
		}
		if err := r.stopClock(ctx, tx, l.Court, l.ID, termDecideApplication, today); err != nil {
			return nil, err
		}
		if err := r.startClock(ctx, tx, l.Court, l.ID, today, termStartService); err != nil {
			return nil, err
		}
		err = tx.Pgx(func(p pgx.Tx) error {
			_, err := p.Exec(ctx, `UPDATE ground SET reference = $2, decided_on = $3::date, valid_until = $4::date WHERE id = $1`, l.ID, l.DecisionNumber, today, l.TermUntil)
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("enter the decision of ground %s: %w", l.ID, err)
		}
		return &event{Kind: EventDecided, LegalBasis: "法释〔2017〕7号 Art. 5 ¶3"},
			set(ctx, tx, l, next, `signed_by = $4, signer_role = 'president', decided_on = $5::date`, act.Actor.ID, today)
	})
}

// The manners of service of the Civil Procedure Law.
const (
	ServedDirectly       = "direct"
	ServedByLeaving      = "leaving"
	ServedElectronically = "electronic"
	ServedByMail         = "mail"
	ServedByAnnouncement = "announcement"
)

// Enclosures lists what every listing decision goes out with.
func Enclosures() []string {
	return []string{"reasons", "consequences", "removal-conditions", "remedies", repairNotice}
}

const repairNotice = "repair-notice"

// Service is the record that a decision was served.
type Service struct {
	Manner string
	// On is the day of service, or the day of the announcement.
	On         day.Day
	Enclosures []string
	Document   []byte
}

// Serve records service. By announcement it takes effect when thirty days have
// passed (CPL Art. 95). The repair notice must be among the enclosures
// (国办发〔2025〕22号); without service nothing is published.
func (r *Register) Serve(ctx context.Context, act Act, c Change, s Service) error {
	if err := act.check(Clerk, Judge, System); err != nil {
		return err
	}
	if !slices.Contains([]string{ServedDirectly, ServedByLeaving, ServedElectronically, ServedByMail, ServedByAnnouncement}, s.Manner) {
		return refuse("service.manner")
	}
	for _, needed := range Enclosures() {
		if !slices.Contains(s.Enclosures, needed) {
			return refuse("service.repair-notice", "missing", needed)
		}
	}
	if s.On.IsZero() || s.On > r.Today(act.At) {
		return refuse("service.date")
	}
	effective := s.On
	if s.Manner == ServedByAnnouncement {
		effective = r.calendar.AddCalendarDays(s.On, announcementPeriod).Day
	}
	_, err := r.perform(ctx, act, func(ctx context.Context, tx *pg.Tx) (*event, error) {
		l, err := lockChange(ctx, tx, act, c)
		if err != nil {
			return nil, err
		}
		if l.State == Warned || l.State == Applied || l.State == Draft {
			return nil, refuse("decision.unsigned")
		}
		move, grace := MoveServe, day.Day(0)
		if l.GraceMonths > 0 {
			move = MoveServeGrace
			grace = r.calendar.Add(effective, calendar.Period{Value: l.GraceMonths, Unit: calendar.Months, Source: "法发〔2019〕35号 item 15"}).Day
		}
		next, err := l.State.After(move)
		if err != nil {
			return nil, err
		}
		if s.On < l.DecidedOn {
			return nil, refuse("service.date")
		}
		if err := r.stopClock(ctx, tx, l.Court, l.ID, termStartService, r.Today(act.At)); err != nil {
			return nil, err
		}
		e := &event{Kind: EventServed, Subject: l.Subject, Ground: l.ID, Day: effective, Reason: s.Manner, DocumentHash: r.vault.DocumentHash(s.Document), LegalBasis: "法释〔2017〕7号 Art. 5 ¶3"}
		return e, set(ctx, tx, l, next, `service_manner = $4, served_on = $5::date, enclosures = $6, grace_until = $7::date`, s.Manner, effective, s.Enclosures, grace)
	})
	return err
}

// ExclusionKind is a fact that forbids a listing while it stands.
type ExclusionKind string

// Art. 3 of 法释〔2017〕7号, and item 16 of 法发〔2019〕35号.
const (
	SecurityGiven     ExclusionKind = "security-given"
	AssetsSuffice     ExclusionKind = "assets-suffice"
	NotYetLiable      ExclusionKind = "not-yet-liable"
	NotAble           ExclusionKind = "not-able"
	CreditorAsksNot   ExclusionKind = "creditor-asks-not-to"
	CampusLoanStudent ExclusionKind = "campus-loan-student"
)

// excludes maps each fact to the grounds it bars. That a student's case bars
// every ground is our reading of "as a rule neither" (docs/open-questions.md).
var excludes = map[ExclusionKind][]Conduct{
	SecurityGiven:     {AbleButRefuses},
	AssetsSuffice:     {AbleButRefuses, RefusesSettlement},
	NotYetLiable:      {AbleButRefuses},
	NotAble:           {AbleButRefuses},
	CreditorAsksNot:   {AbleButRefuses, RefusesSettlement},
	CampusLoanStudent: {AbleButRefuses, ObstructsByForce, EvadesBySham, BreachesReporting, BreachesOrder, RefusesSettlement},
}

// OpenExclusion records a fact that forbids the listing until it is closed.
func (r *Register) OpenExclusion(ctx context.Context, act Act, listing ID, kind ExclusionKind, on day.Day) (ID, error) {
	if err := act.check(Clerk, Judge, President); err != nil {
		return ID{}, err
	}
	if _, ok := excludes[kind]; !ok {
		return ID{}, refuse("exclusion.kind")
	}
	if on.IsZero() || on > r.Today(act.At) {
		return ID{}, refuse("exclusion.period")
	}
	id := NewID()
	d, err := r.perform(ctx, act, func(ctx context.Context, tx *pg.Tx) (*event, error) {
		l, err := lockListing(ctx, tx, act, listing)
		if err != nil {
			return nil, err
		}
		err = tx.Pgx(func(p pgx.Tx) error {
			_, err := p.Exec(ctx, `INSERT INTO exclusion_fact (id, listing_id, kind, opened_on) VALUES ($1, $2, $3::text::exclusion_kind, $4::date)`, id, listing, kind, on)
			return err
		})
		return &event{Kind: EventExclusionOpened, Subject: l.Subject, Ground: l.ID, RefersTo: id, Reason: string(kind), Day: on, LegalBasis: "法释〔2017〕7号 Art. 3"}, err
	})
	return d.refersTo, err
}

// CloseExclusion records that the fact no longer stands.
func (r *Register) CloseExclusion(ctx context.Context, act Act, id ID, on day.Day) error {
	if err := act.check(Judge, President); err != nil {
		return err
	}
	if on.IsZero() || on > r.Today(act.At) {
		return refuse("exclusion.period")
	}
	_, err := r.perform(ctx, act, func(ctx context.Context, tx *pg.Tx) (*event, error) {
		e := &event{Kind: EventExclusionClosed, RefersTo: id, Day: on, LegalBasis: "法释〔2017〕7号 Art. 3"}
		err := tx.Pgx(func(p pgx.Tx) error {
			return p.QueryRow(ctx, `UPDATE exclusion_fact SET closed_on = $2::date FROM listing l
				WHERE exclusion_fact.id = $1 AND closed_on IS NULL AND l.id = listing_id AND l.court_id = $3 RETURNING l.id, l.subject_id`,
				id, on, act.Actor.Organisation).Scan(&e.Ground, &e.Subject)
		})
		return e, notFound(err, "close an exclusion")
	})
	return err
}

// checkExclusions refuses while a recorded fact bars a ground of the listing.
func (r *Register) checkExclusions(ctx context.Context, tx *pg.Tx, l Listing) error {
	open, err := openExclusions(ctx, tx, []ID{l.ID})
	if err != nil {
		return err
	}
	return excluded(l, open[l.ID])
}

func excluded(l Listing, open []ExclusionKind) error {
	for _, k := range open {
		if hasConduct(l, excludes[k]...) {
			return refuse("listing.excluded", "because", string(k))
		}
	}
	return nil
}

func openExclusions(ctx context.Context, tx *pg.Tx, listings []ID) (map[ID][]ExclusionKind, error) {
	open := map[ID][]ExclusionKind{}
	err := tx.Pgx(func(p pgx.Tx) error {
		rows, err := p.Query(ctx, `SELECT listing_id, kind::text FROM exclusion_fact WHERE listing_id = ANY($1) AND closed_on IS NULL ORDER BY kind`, listings)
		if err != nil {
			return err
		}
		var id ID
		var kind ExclusionKind
		_, err = pgx.ForEachRow(rows, []any{&id, &kind}, func() error {
			open[id] = append(open[id], kind)
			return nil
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the exclusions of %d listings: %w", len(listings), err)
	}
	return open, nil
}

// notFound turns "no row" into a refusal and wraps everything else.
func notFound(err error, doing string) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, pgx.ErrNoRows) {
		return refuse("not-found")
	}
	return fmt.Errorf("%s: %w", doing, err)
}
