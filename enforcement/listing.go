package enforcement

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"concordat/internal/pg"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// ListType is the list that this package's listings stand on.
const ListType = "judgment-debtor"

// Conduct is one of the six grounds of 法释〔2017〕7号 Art. 1.
type Conduct int16

// The six grounds, by their numbers in Art. 1.
const (
	AbleButRefuses     Conduct = 1 // no term: ends only by an event of Art. 10
	ObstructsByForce   Conduct = 2
	EvadesBySham       Conduct = 3
	BreachesReporting  Conduct = 4
	BreachesOrder      Conduct = 5
	RefusesSettlement  Conduct = 6
	termYears                  = 2 // Art. 2: listings on grounds 2–6
	relistBarMonths            = 6 // Art. 10 ¶4
	minorAge                   = 18
	protectedAge               = 14 // PIPL Art. 28, our stricter rule
	announcementPeriod         = 30 // days, CPL (2023) Art. 95
)

// Facts are the items of Art. 6 that the listing itself brings; sealed at rest.
type Facts struct {
	// Obligation is what the document obliges the debtor to.
	Obligation string `json:"obligation"`
	// Performed is none, part or all.
	Performed string `json:"performed"`
	// Conduct is the concrete dishonest conduct.
	Conduct string `json:"conduct"`
}

// Listing is a subject's entry on the list, as the court sees it.
type Listing struct {
	ID               ID             `json:"id"`
	Court            OrganisationID `json:"court"`
	Case             ID             `json:"case"`
	Subject          ID             `json:"subject"`
	State            ListingState   `json:"state"`
	Version          int            `json:"version"`
	Conducts         []Conduct      `json:"conducts"`
	NoticeServedOn   day.Day        `json:"notice_served_on,omitzero"`
	AppliedOn        day.Day        `json:"applied_on,omitzero"`
	DecisionNumber   string         `json:"decision_number,omitempty"`
	DecidedOn        day.Day        `json:"decided_on,omitzero"`
	TermUntil        day.Day        `json:"term_until,omitzero"`
	ExtendedUntil    day.Day        `json:"extended_until,omitzero"`
	GraceMonths      int            `json:"grace_months,omitempty"`
	GraceUntil       day.Day        `json:"grace_until,omitzero"`
	ServiceManner    string         `json:"service_manner,omitempty"`
	ServedOn         day.Day        `json:"served_on,omitzero"`
	PublishedOn      day.Day        `json:"published_on,omitzero"`
	SuspendedFor     string         `json:"suspended_for,omitempty"`
	CorrectingSince  day.Day        `json:"correcting_since,omitzero"`
	EndedOn          day.Day        `json:"ended_on,omitzero"`
	draftedBy        string
	proposedBy       string
	creditorWithdrew bool
	subjectKind      memoranda.SubjectKind
	envelope, sealed []byte
	caseNumber       string
	serves           string // region the court serves
	region           string // of the subject; empty: not known
	hasReasons       bool
}

// Until returns the last day of a term, or no day.
func (l Listing) Until() day.Day { return max(l.TermUntil, l.ExtendedUntil) }

const selectListing = `SELECT l.id, l.court_id, l.case_id, l.subject_id, l.state::text, l.version, l.conducts, l.notice_served_on, l.applied_on,
    coalesce(l.decision_number, ''), l.decided_on, l.term_until, l.extended_until, l.grace_months, l.grace_until, coalesce(l.service_manner, ''), l.served_on,
    l.published_on, coalesce(l.suspended_for, ''), l.correcting_since, l.ended_on, l.drafted_by, coalesce(l.proposed_by, ''), l.creditor_withdrew,
    s.kind::text, s.envelope, s.sealed, c.number, o.serves, coalesce(s.region, ''), l.reasons IS NOT NULL
  FROM listing l JOIN subject s ON s.id = l.subject_id JOIN execution_case c ON c.id = l.case_id JOIN organisation o ON o.id = l.court_id`

func scanListing(row pgx.CollectableRow) (Listing, error) {
	var l Listing
	err := row.Scan(&l.ID, &l.Court, &l.Case, &l.Subject, &l.State, &l.Version, &l.Conducts, &l.NoticeServedOn, &l.AppliedOn,
		&l.DecisionNumber, &l.DecidedOn, &l.TermUntil, &l.ExtendedUntil, &l.GraceMonths, &l.GraceUntil, &l.ServiceManner, &l.ServedOn,
		&l.PublishedOn, &l.SuspendedFor, &l.CorrectingSince, &l.EndedOn, &l.draftedBy, &l.proposedBy, &l.creditorWithdrew,
		&l.subjectKind, &l.envelope, &l.sealed, &l.caseNumber, &l.serves, &l.region, &l.hasReasons)
	return l, err
}

// Listing returns one listing of a court; another court's is not found.
func (r *Register) Listing(ctx context.Context, act Act, id ID) (Listing, error) {
	if err := act.check(Clerk, Judge, President, Overseer, System); err != nil {
		return Listing{}, err
	}
	rows, err := r.db.Pool.Query(ctx, selectListing+` WHERE l.id = $1`, id)
	if err != nil {
		return Listing{}, fmt.Errorf("read listing %s: %w", id, err)
	}
	l, err := pgx.CollectExactlyOneRow(rows, scanListing)
	if errors.Is(err, pgx.ErrNoRows) {
		return Listing{}, refuse("not-found")
	}
	if err != nil {
		return Listing{}, fmt.Errorf("read listing %s: %w", id, err)
	}
	if act.Actor.Role != Overseer {
		if err := act.ofCourt(l.Court); err != nil {
			return Listing{}, err
		}
	}
	return l, nil
}

// Listings lists a court's listings by id from after on; state "" is any.
func (r *Register) Listings(ctx context.Context, act Act, state ListingState, after ID, limit int) ([]Listing, error) {
	if err := act.check(Clerk, Judge, President, Overseer, System); err != nil {
		return nil, err
	}
	court := act.Actor.Organisation
	if act.Actor.Role == Overseer || act.Actor.Role == System {
		court = 0
	}
	rows, err := r.db.Pool.Query(ctx, selectListing+` WHERE ($1 = 0 OR l.court_id = $1) AND ($2 = '' OR l.state::text = $2) AND l.id > $3 ORDER BY l.id LIMIT $4`,
		int32(court), state, [16]byte(after), limit)
	if err != nil {
		return nil, fmt.Errorf("list listings: %w", err)
	}
	return pgx.CollectRows(rows, scanListing)
}

// lockListing reads a listing for change within the transaction.
func lockListing(ctx context.Context, tx *pg.Tx, act Act, id ID) (Listing, error) {
	l, err := lockAnyListing(ctx, tx, id)
	if errors.Is(err, pgx.ErrNoRows) {
		return l, refuse("not-found")
	}
	if err != nil {
		return l, err
	}
	return l, act.ofCourt(l.Court)
}

// lockAnyListing is lockListing whoever's it is; pgx.ErrNoRows if there is none.
func lockAnyListing(ctx context.Context, tx *pg.Tx, id ID) (l Listing, err error) {
	err = tx.Pgx(func(p pgx.Tx) error {
		rows, err := p.Query(ctx, selectListing+` WHERE l.id = $1 FOR NO KEY UPDATE OF l`, id)
		if err != nil {
			return err
		}
		l, err = pgx.CollectExactlyOneRow(rows, scanListing)
		return err
	})
	if err != nil {
		return l, fmt.Errorf("lock listing %s: %w", id, err)
	}
	return l, nil
}

// lockChange is lockListing for who has seen a version of it.
func lockChange(ctx context.Context, tx *pg.Tx, act Act, c Change) (Listing, error) {
	l, err := lockListing(ctx, tx, act, c.Listing)
	if err == nil && c.Version != 0 && c.Version != l.Version {
		err = refuse("version.stale")
	}
	return l, err
}

// Change names a listing and the version its caller has seen; 0 is any.
type Change struct {
	Listing ID
	Version int
}

// change runs one move of one listing: the state is checked, the update is
// conditional, the event carries subject and ground.
func (r *Register) change(ctx context.Context, act Act, c Change, move ListingMove,
	fn func(ctx context.Context, tx *pg.Tx, l Listing, next ListingState) (*event, error),
) error {
	_, err := r.perform(ctx, act, func(ctx context.Context, tx *pg.Tx) (*event, error) {
		l, err := lockChange(ctx, tx, act, c)
		if err != nil {
			return nil, err
		}
		next, err := l.State.After(move)
		if err != nil {
			return nil, err
		}
		e, err := fn(ctx, tx, l, next)
		if err != nil || e == nil {
			return nil, err
		}
		e.Subject, e.Ground = l.Subject, l.ID
		if e.Day.IsZero() {
			e.Day = r.Today(act.At)
		}
		return e, nil
	})
	return err
}

// set updates columns of a listing on the condition that nobody else moved it.
// columns is SQL whose arguments begin at $4.
func set(ctx context.Context, tx *pg.Tx, l Listing, next ListingState, columns string, args ...any) error {
	return moveRow(ctx, tx, "listing", "listing_state", l.ID, l.Version, string(next), columns, args...)
}

// moveRow moves a row of a table, of whose states the enumeration is named, on the
// condition that nobody else moved it. Both names are constants of the callers.
func moveRow(ctx context.Context, tx *pg.Tx, table, states string, id ID, version int, next, columns string, args ...any) error {
	return tx.Pgx(func(p pgx.Tx) error {
		sql := `UPDATE ` + table + ` SET state = $3::text::` + states + `, version = version + 1`
		if columns != "" {
			sql += ", " + columns
		}
		tag, err := p.Exec(ctx, sql+` WHERE id = $1 AND version = $2`, append([]any{id, version, next}, args...)...)
		if err != nil {
			return fmt.Errorf("move %s %s to %s: %w", table, id, next, err)
		}
		if tag.RowsAffected() != 1 {
			return refuse("version.stale")
		}
		return nil
	})
}

// sealFor seals a text under the envelope of the listing's subject.
func (r *Register) sealFor(l Listing, field string, plain []byte) ([]byte, error) {
	return r.sealUnder(l.Subject, l.envelope, field, plain)
}

func hasConduct(l Listing, conducts ...Conduct) bool {
	return slices.ContainsFunc(conducts, func(c Conduct) bool { return slices.Contains(l.Conducts, c) })
}
