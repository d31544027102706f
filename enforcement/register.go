package enforcement

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"concordat/internal/calendar"
	"concordat/internal/pg"
	"concordat/internal/vault"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// Config is what a Register stands on; what has no zero of its own must be set.
type Config struct {
	DB        *pg.DB
	Jobs      *river.Client[pgx.Tx] // insert-only is enough
	Vault     *vault.Vault
	Calendar  *calendar.Calendar
	Catalogue *memoranda.Catalogue
	// Attestations are lawyers' statements beside those of the record; as those they
	// count as far as they fit the catalogue in force. Where there are none at all
	// nothing is attested, and every plan is empty.
	Attestations *memoranda.Attestations
	// Demonstration lets statements that were made for demonstration be entered into
	// the record and count there: never in production.
	Demonstration bool
	// Machine is machine time: for the log's second column only.
	Machine func() time.Time
	// NoticeWindow is the time to state and defend before an administrative listing
	// is decided, where the list type sets none; zero is five working days.
	NoticeWindow calendar.Period
	// AnswerWithin is the time to answer a statement, which no law sets; zero is
	// five working days.
	AnswerWithin calendar.Period
}

// Register is the record of listings and directives and the decisions on them.
// Its public methods open the transaction; it is safe for concurrent use.
type Register struct {
	db       *pg.DB
	jobs     *river.Client[pgx.Tx]
	vault    *vault.Vault
	calendar *calendar.Calendar
	machine  func() time.Time

	// What the configuration brings, and what is made of it and the record.
	shipped       *memoranda.Catalogue
	attested      *memoranda.Attestations
	demonstration bool
	knows         atomic.Pointer[knowledge]
	learning      sync.Mutex

	noticeWindow, answerWithin calendar.Period // zero is the time of our own

	// bodies are those that an organisation can stand for; checkKeeper refuses a
	// department that keeps no list.
	bodies      *memoranda.Catalogue
	checkKeeper func(ctx context.Context, tx *pg.Tx, act Act) error

	listings       Life[Listing]
	administrative Life[AdministrativeListing]
	rewards        Life[Reward]
}

// New builds a Register and enters into the database what the catalogue seeds:
// numbers for its measures, and editions of memoranda of which the record has none
// yet. A database into which a restore was not finished is refused.
func New(ctx context.Context, c Config) (*Register, error) {
	r := &Register{
		db: c.DB, jobs: c.Jobs, vault: c.Vault, calendar: c.Calendar,
		shipped: c.Catalogue, attested: c.Attestations, demonstration: c.Demonstration, machine: c.Machine,
		noticeWindow: c.NoticeWindow, answerWithin: c.AnswerWithin, bodies: c.Catalogue,
	}
	r.checkKeeper = r.keepsAnyList
	r.listings, r.administrative, r.rewards = listingLife(r), administrativeLife(r), rewardLife(r)
	if err := refuseUnfinished(ctx, c.DB.Pool); err != nil {
		return nil, err
	}
	if err := r.seed(ctx); err != nil {
		return nil, fmt.Errorf("seed the register from the catalogue: %w", err)
	}
	return r, nil
}

// Reading builds a Register that only reads, on a database that it enters nothing
// into: for examining a record. Only DB, Catalogue and Attestations of the
// configuration are needed.
func Reading(ctx context.Context, c Config) (*Register, error) {
	r := &Register{db: c.DB, shipped: c.Catalogue, attested: c.Attestations, demonstration: c.Demonstration, machine: c.Machine}
	r.listings, r.administrative, r.rewards = listingLife(r), administrativeLife(r), rewardLife(r)
	return r, r.Refresh(ctx)
}

// Today returns the legal day of an instant.
func (r *Register) Today(at time.Time) day.Day { return calendar.DayOf(at) }

// done is what an act leaves for its caller, also when it is asked again.
type done struct {
	event   ID
	subject ID
	ground  ID
	// refersTo is the id of what was entered where it is neither.
	refersTo ID
}

// perform runs one act: all of its rows, its event and its jobs commit
// together. An act that was done under the same key is not done again; what it
// left is returned. fn returns the act's event, or nil if nothing changed.
func (r *Register) perform(ctx context.Context, act Act, fn func(ctx context.Context, tx *pg.Tx) (*event, error)) (_ done, err error) {
	ctx, end := under(ctx, "act")
	defer end(&err)
	for {
		var d done
		taken := act
		err := r.db.InTx(ctx, func(ctx context.Context, tx *pg.Tx) error {
			c, err := r.claim(ctx, tx, act)
			if err != nil {
				return err
			}
			if c.found != nil {
				// The request's row, if it is new, is to stay.
				d = *c.found
				return nil
			}
			taken.Key = c.key
			e, err := fn(ctx, tx)
			if err != nil || e == nil {
				d = done{}
				return err
			}
			e.Key = c.key
			if e.ID.IsZero() {
				e.ID = NewID()
			}
			d = done{event: e.ID, subject: e.Subject, ground: e.Ground, refersTo: e.RefersTo}
			return r.log(ctx, tx, act, *e)
		})
		// Two requests with one key at once: the loser looks again and finds
		// what the winner did.
		if name, ok := pg.Constraint(err); ok && name == "event_act_key" {
			continue
		}
		if refused := asRefusal(err); refused != nil {
			return r.overtaken(ctx, taken, refused)
		}
		return d, nil
	}
}

// performs is perform for an act that writes its events itself, as a publication
// does: fn gets the act with the key that its events carry.
func (r *Register) performs(ctx context.Context, act Act, fn func(ctx context.Context, tx *pg.Tx, act Act) error) (err error) {
	ctx, end := under(ctx, "act")
	defer end(&err)
	taken := act
	err = r.db.InTx(ctx, func(ctx context.Context, tx *pg.Tx) error {
		claim, err := r.claim(ctx, tx, act)
		if err != nil || claim.found != nil {
			return err
		}
		taken.Key = claim.key
		return fn(ctx, tx, taken)
	})
	if name, ok := pg.Constraint(err); ok && name == "event_act_key" {
		return nil // the same act, asked twice at once
	}
	if refused := asRefusal(err); refused != nil {
		_, err = r.overtaken(ctx, taken, refused)
		return err
	}
	return nil
}

// overtaken tells whether a refusal only says that the same act, asked at the
// same time under the same key, came first: the loser waited for the winner's
// rows and then met the state they are in, or a number that is taken. Then what
// the winner did is the answer; otherwise the refusal stands.
func (r *Register) overtaken(ctx context.Context, act Act, refused error) (done, error) {
	said, person := errors.AsType[*Refusal](refused)
	if !person || act.Key == "" || said.Code == "request.in-flight" || said.Code == "request.key-reused" {
		return done{}, refused // the last two: whether it is the same act is not known, or it is not
	}
	var found *done
	err := r.db.InTx(ctx, func(ctx context.Context, tx *pg.Tx) (err error) {
		found, err = r.repeated(ctx, tx, act.Key)
		return err
	})
	switch {
	case err != nil:
		return done{}, err
	case found == nil:
		return done{}, refused
	default:
		return *found, nil
	}
}

func (r *Register) repeated(ctx context.Context, tx *pg.Tx, key string) (*done, error) {
	var d done
	found := false
	err := tx.Pgx(func(p pgx.Tx) error {
		err := p.QueryRow(ctx, `SELECT id, subject_id, ground_id, refers_to FROM event WHERE act_key = $1`, key).Scan(&d.event, &d.subject, &d.ground, &d.refersTo)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		found = err == nil
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("look for the act's key: %w", err)
	}
	if !found {
		return nil, nil
	}
	return &d, nil
}
