package enforcement

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"concordat/internal/pg"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// The acts of an adoption in the log.
const (
	EventEditionAdopted    EventKind = "edition-adopted"
	EventAdoptionCompleted EventKind = "adoption-completed"
)

// Adoption is a switch of a memorandum to a new edition.
type Adoption struct {
	ID         ID     `json:"id"`
	Memorandum string `json:"memorandum"`
	// From names the edition that it ended, To the new one. From is empty for the
	// first of a memorandum, and for one of which an older release kept no name.
	From string `json:"from,omitempty"`
	To   string `json:"to"`
	// Day is the first day of the new edition: directives follow from then on.
	Day       day.Day   `json:"day"`
	AdoptedBy string    `json:"adopted_by"`
	AdoptedAt time.Time `json:"adopted_at"`
	// CompletedAt is when no live directive stood on an older edition any more; zero:
	// not yet.
	CompletedAt time.Time `json:"completed_at,omitzero"`
}

// maxEdition bounds a memorandum file, in bytes; the loader's own bound is lower.
const maxEdition = 1 << 20

// Adopt switches a memorandum to the edition of a file, or enters the first one of
// a memorandum, and has the directives of all live grounds follow ([Register.Replan]).
// The edition must begin after the day on which the present one began, and ends that
// the day before; one that begins later is entered now, and directives follow when
// its day comes. Between the switch and the end it may break off at any point:
// [Register.ResumeAdoptions] goes on. What is wrong with the file is
// [memoranda.Mistakes].
func (r *Register) Adopt(ctx context.Context, act Act, source []byte) (Adoption, error) {
	a, err := r.SwitchEdition(ctx, act, "edition.yaml", source)
	if err != nil {
		return a, err
	}
	if _, err := r.ResumeAdoptions(ctx, act, nil); err != nil {
		return a, err
	}
	return r.adoption(ctx, a.ID)
}

// SwitchEdition is the first part of [Register.Adopt]: one transaction, after which
// every publication goes by the new edition. file names the source in mistakes.
func (r *Register) SwitchEdition(ctx context.Context, act Act, file string, source []byte) (Adoption, error) {
	if err := act.check(Operator); err != nil {
		return Adoption{}, err
	}
	if len(source) == 0 || len(source) > maxEdition {
		return Adoption{}, refuse("edition.too-large", "max", strconv.Itoa(maxEdition))
	}
	d, err := r.perform(ctx, act, func(ctx context.Context, tx *pg.Tx) (*event, error) {
		id := NewID()
		e := &event{Kind: EventEditionAdopted, RefersTo: id}
		return e, tx.Pgx(func(t pgx.Tx) error {
			if _, err := t.Exec(ctx, closeEditions); err != nil {
				return fmt.Errorf("close the gate of editions: %w", err)
			}
			known, err := r.learn(ctx, t)
			if err != nil {
				return err
			}
			next, m, err := memoranda.Next(known.catalogue, file, source)
			if err != nil {
				return fmt.Errorf("read the edition to adopt: %w", err)
			}
			hash := next.EditionHash(m)
			e.Day, e.Reason, e.DocumentHash = m.From, m.Slug, hash[:]
			return r.switchEdition(ctx, t, act, id, known, next, m)
		})
	})
	if err != nil {
		return Adoption{}, err
	}
	if err := r.Refresh(ctx); err != nil {
		return Adoption{}, err
	}
	return r.adoption(ctx, d.refersTo)
}

// switchEdition ends the present edition of the record and enters the next one. The
// present one may be one that is unknown to this programme: a new edition is the way
// out of that.
func (r *Register) switchEdition(ctx context.Context, t pgx.Tx, act Act, id ID, known *knowledge, next *memoranda.Catalogue, m *memoranda.Memorandum) error {
	var from int32
	if present := known.present(m.Slug); present != nil {
		if err := mayFollow(present, m); err != nil {
			return err
		}
		from = present.id
		_, err := t.Exec(ctx, `UPDATE edition SET valid_until = $2::date WHERE id = $1`, from, m.From.AddDays(-1))
		if err != nil {
			return fmt.Errorf("end edition %d: %w", from, err)
		}
	}
	var e seedRows
	e.add(next, m)
	if _, err := t.Exec(ctx, insertMeasures, e.memoranda, e.measures); err != nil {
		return fmt.Errorf("number %d measures: %w", len(e.measures), err)
	}
	var to int32
	err := t.QueryRow(ctx, `INSERT INTO edition (memorandum, list_type, list_types, content_hash, valid_from, valid_until, name, source, adopted_by, adopted_at)
		VALUES ($1, $2, $3, $4, $5::date, $6::date, $7, $8, $9, $10) RETURNING id`,
		m.Slug, m.ListType, m.ListTypes, e.hashes[0], m.From, m.Until, m.Edition, e.source[0], act.Actor.ID, act.At.UTC()).Scan(&to)
	if err != nil {
		return fmt.Errorf("enter edition %s of %s: %w", m.Edition, m.Slug, err)
	}
	_, err = t.Exec(ctx, `INSERT INTO adoption (id, memorandum, from_edition, to_edition, day, adopted_by, adopted_at) VALUES ($1, $2, nullif($3, 0), $4, $5::date, $6, $7)`,
		id, m.Slug, from, to, m.From, act.Actor.ID, act.At.UTC())
	if err != nil {
		return fmt.Errorf("enter adoption %s: %w", id, err)
	}
	return nil
}

// present is the newest edition of a memorandum in the record, or nil.
func (k *knowledge) present(memorandum string) *edition {
	var last *edition
	for i := range k.editions { // by first day
		if k.editions[i].Memorandum == memorandum {
			last = &k.editions[i]
		}
	}
	return last
}

// mayFollow holds the rule of [memoranda.Next] for rows too: of a row without a text
// the catalogue tells nothing.
func mayFollow(present *edition, m *memoranda.Memorandum) error {
	switch {
	case m.From <= present.From:
		return refuse("edition.not-after", "from", present.From.String())
	case !present.Until.IsZero() && present.Until < m.From.AddDays(-1):
		return refuse("edition.gap", "until", present.Until.String())
	default:
		return nil
	}
}

// Whether live grounds still stand on an edition of the memorandum that began before
// a day, or are on their way from one. A plan of nobody stands on none.
const selectFollowing = `WITH RECURSIVE b (id) AS ((SELECT plan_id FROM ground WHERE state IN ('in-force', 'suspended') ORDER BY plan_id LIMIT 1)
    UNION ALL SELECT (SELECT plan_id FROM ground WHERE state IN ('in-force', 'suspended') AND plan_id > b.id ORDER BY plan_id LIMIT 1) FROM b WHERE b.id IS NOT NULL)
  SELECT EXISTS (SELECT FROM plan_switch WHERE done_at IS NULL)
    OR EXISTS (SELECT FROM b JOIN plan_edition x ON x.plan_id = plan_now(b.id) JOIN edition e ON e.id = x.edition_id
      WHERE b.id IS NOT NULL AND e.memorandum = $1 AND e.valid_from < $2::date AND EXISTS (SELECT FROM plan_line l WHERE l.plan_id = x.plan_id))`

// ResumeAdoptions has the directives of all live grounds follow what is in force on
// the act's day, whatever changed it: an adoption, begun by whom it may be, a
// statement, or the day itself. It records the adoptions that are complete by it, and
// returns how far it came. step, when not nil, is called between transactions.
func (r *Register) ResumeAdoptions(ctx context.Context, act Act, step func(ReplanProgress)) (ReplanProgress, error) {
	progress, err := r.Replan(ctx, act, step)
	if err != nil {
		return progress, fmt.Errorf("have directives follow what is in force: %w", err)
	}
	open, err := r.adoptions(ctx, `WHERE a.completed_at IS NULL AND a.day <= $1::date ORDER BY a.adopted_at`, r.Today(act.At))
	if err != nil {
		return progress, err
	}
	for _, a := range open {
		if err := r.complete(ctx, act, a); err != nil {
			return progress, err
		}
	}
	return progress, nil
}

// complete records that an adoption is, where it is.
func (r *Register) complete(ctx context.Context, act Act, a Adoption) error {
	return r.db.InTx(ctx, func(ctx context.Context, tx *pg.Tx) error {
		done := false
		err := tx.Pgx(func(t pgx.Tx) error {
			var follows bool
			if err := t.QueryRow(ctx, selectFollowing, a.Memorandum, a.Day).Scan(&follows); err != nil {
				return fmt.Errorf("look for what stands on older editions of %s: %w", a.Memorandum, err)
			}
			if follows {
				return nil
			}
			tag, err := t.Exec(ctx, `UPDATE adoption SET completed_at = $2 WHERE id = $1 AND completed_at IS NULL`, a.ID, act.At.UTC())
			if err != nil {
				return fmt.Errorf("complete adoption %s: %w", a.ID, err)
			}
			done = tag.RowsAffected() == 1
			return nil
		})
		if err != nil || !done {
			return err
		}
		return r.log(ctx, tx, Act{At: act.At, Actor: act.Actor}, event{Kind: EventAdoptionCompleted, RefersTo: a.ID, Reason: a.Memorandum})
	})
}

// Adoptions lists the adoptions, newest first, up to 200; open those alone that are
// not complete.
func (r *Register) Adoptions(ctx context.Context, open bool) ([]Adoption, error) {
	if open {
		return r.adoptions(ctx, `WHERE a.completed_at IS NULL ORDER BY a.adopted_at DESC LIMIT 200`)
	}
	return r.adoptions(ctx, `ORDER BY a.adopted_at DESC LIMIT 200`)
}

func (r *Register) adoption(ctx context.Context, id ID) (Adoption, error) {
	list, err := r.adoptions(ctx, `WHERE a.id = $1`, id)
	if err != nil {
		return Adoption{}, err
	}
	if len(list) == 0 {
		return Adoption{}, refuse("not-found")
	}
	return list[0], nil
}

func (r *Register) adoptions(ctx context.Context, which string, args ...any) ([]Adoption, error) {
	rows, err := r.db.Pool.Query(ctx, `SELECT a.id, a.memorandum, coalesce(f.name, ''), coalesce(t.name, ''), a.day, a.adopted_by, a.adopted_at, coalesce(a.completed_at, '0001-01-01Z')
		FROM adoption a LEFT JOIN edition f ON f.id = a.from_edition JOIN edition t ON t.id = a.to_edition `+which, args...)
	if err != nil {
		return nil, fmt.Errorf("list the adoptions: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Adoption, error) {
		var a Adoption
		err := row.Scan(&a.ID, &a.Memorandum, &a.From, &a.To, &a.Day, &a.AdoptedBy, &a.AdoptedAt, &a.CompletedAt)
		return a, err
	})
	if err != nil {
		return nil, fmt.Errorf("list the adoptions: %w", err)
	}
	return list, nil
}

// UnknownEditions names the editions that stand on a day or later and that this
// programme does not read as they were adopted, as memorandum@first-day: on the list
// types of those that stand nothing is published.
func (r *Register) UnknownEditions(ctx context.Context, on day.Day) ([]string, error) {
	if err := r.Refresh(ctx); err != nil {
		return nil, err
	}
	var list []string
	for _, e := range r.known().editions {
		if !e.known && (e.Until.IsZero() || on <= e.Until) {
			list = append(list, e.File())
		}
	}
	return list, nil
}
