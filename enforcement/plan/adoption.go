package plan

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"concordat/enforcement"
	"concordat/enforcement/record"
	"concordat/internal/pg"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// The acts of an adoption in the log.
const (
	eventEditionAdopted    record.EventKind = "edition-adopted"
	EventAdoptionCompleted record.EventKind = "adoption-completed"
)

// Adoption is a switch of a memorandum to a new edition.
type Adoption struct {
	ID         enforcement.ID `json:"id"`
	Memorandum string         `json:"memorandum"`
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

// SwitchEdition is the first part of [replan.Replanner.Adopt]: one transaction, after which
// every publication goes by the new edition. file names the source in mistakes.
func (r *Plans) SwitchEdition(ctx context.Context, act enforcement.Act, file string, source []byte) (Adoption, error) {
	if err := act.Check(enforcement.Operator); err != nil {
		return Adoption{}, err
	}
	if len(source) == 0 || len(source) > maxEdition {
		return Adoption{}, enforcement.Refuse("edition.too-large", "max", strconv.Itoa(maxEdition))
	}
	d, err := r.Record.Perform(ctx, act, func(ctx context.Context, tx *pg.Tx) (*record.Event, error) {
		id := enforcement.NewID()
		e := &record.Event{Kind: eventEditionAdopted, RefersTo: id}
		tx.Later(tx.NewRaw(closeEditions), "close the gate of editions")
		text, err := r.Learn(ctx, tx)
		if err != nil {
			return nil, err
		}
		next, m, err := memoranda.Next(text.Catalogue, file, source)
		if err != nil {
			return nil, fmt.Errorf("read the edition to adopt: %w", err)
		}
		hash := next.EditionHash(m)
		e.Day, e.Reason, e.DocumentHash = m.From, m.Slug, hash[:]
		return e, r.switchEdition(ctx, tx, act, id, text, next, m)
	})
	if err != nil {
		return Adoption{}, err
	}
	if err := r.Refresh(ctx); err != nil {
		return Adoption{}, err
	}
	return r.Adoption(ctx, d.RefersTo)
}

// switchEdition ends the present edition of the record and enters the next one. The
// present one may be one that is not readable: a new edition is the way out of that.
func (r *Plans) switchEdition(ctx context.Context, tx *pg.Tx, act enforcement.Act, id enforcement.ID, text *Text, next *memoranda.Catalogue, m *memoranda.Memorandum) error {
	var from int32
	if present := text.present(m.Slug); present != nil {
		if err := mayFollow(present, m); err != nil {
			return err
		}
		from = present.id
		tx.Later(tx.NewUpdate().Table("edition").Set("valid_until = ?", m.From.AddDays(-1)).Where("id = ?", pg.Number(from)), "end edition %d", from)
	}
	var e seedRows
	e.add(next, m)
	tx.Later(tx.NewRaw(insertMeasures, pg.Array(e.memoranda), pg.Array(e.measures)), "number %d measures", len(e.measures))
	var to int32
	err := tx.NewRaw(`INSERT INTO edition (memorandum, list_type, list_types, content_hash, valid_from, valid_until,
			name, source, adopted_by, adopted_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`,
		m.Slug, m.ListType, pg.Array(m.ListTypes), e.hashes[0], m.From, m.Until, m.Edition, e.source[0], act.Actor.ID, act.At.UTC()).Scan(ctx, &to)
	if err != nil {
		return fmt.Errorf("enter edition %s of %s: %w", m.Edition, m.Slug, err)
	}
	tx.Later(tx.NewRaw(`INSERT INTO adoption (id, memorandum, from_edition, to_edition, day, adopted_by, adopted_at)
		VALUES (?, ?, nullif(?, 0), ?, ?, ?, ?)`,
		id, m.Slug, pg.Number(from), pg.Number(to), m.From, act.Actor.ID, act.At.UTC()), "enter adoption %s", id)
	return nil
}

// CompleteAdoption records when all live grounds had followed an adoption, once; done
// is false where that was recorded before.
func (r *Plans) CompleteAdoption(ctx context.Context, tx *pg.Tx, act enforcement.Act, id enforcement.ID) (done bool, err error) {
	set, err := tx.NewUpdate().Table("adoption").Set("completed_at = ?", act.At.UTC()).Where("id = ? AND completed_at IS NULL", id).Exec(ctx)
	if err != nil {
		return false, fmt.Errorf("complete adoption %s: %w", id, err)
	}
	n, err := set.RowsAffected()
	return n == 1, err
}

// present is the newest edition of a memorandum in the record, or nil.
func (t *Text) present(memorandum string) *edition {
	var last *edition
	for i := range t.editions { // by first day
		if t.editions[i].Memorandum == memorandum {
			last = &t.editions[i]
		}
	}
	return last
}

// mayFollow holds the rule of [memoranda.Next] for rows too: of a row without a text
// the catalogue tells nothing.
func mayFollow(present *edition, m *memoranda.Memorandum) error {
	switch {
	case m.From <= present.From:
		return enforcement.Refuse("edition.not-after", "from", present.From.String())
	case !present.Until.IsZero() && present.Until < m.From.AddDays(-1):
		return enforcement.Refuse("edition.gap", "until", present.Until.String())
	default:
		return nil
	}
}

// Adoptions lists the adoptions, newest first, up to 200; open those alone that are
// not complete.
func (r *Plans) Adoptions(ctx context.Context, open bool) ([]Adoption, error) {
	if open {
		return r.SelectAdoptions(ctx, `WHERE a.completed_at IS NULL ORDER BY a.adopted_at DESC LIMIT 200`)
	}
	return r.SelectAdoptions(ctx, `ORDER BY a.adopted_at DESC LIMIT 200`)
}

// Adoption reads one adoption.
func (r *Plans) Adoption(ctx context.Context, id enforcement.ID) (Adoption, error) {
	list, err := r.SelectAdoptions(ctx, `WHERE a.id = ?`, id)
	if err != nil {
		return Adoption{}, err
	}
	if len(list) == 0 {
		return Adoption{}, enforcement.Refuse("not-found")
	}
	return list[0], nil
}

// SelectAdoptions reads the adoptions that a condition picks.
func (r *Plans) SelectAdoptions(ctx context.Context, which string, args ...any) (list []Adoption, err error) {
	err = r.Record.DB.NewRaw(`SELECT a.id, a.memorandum, coalesce(f.name, '') AS "from", coalesce(t.name, '') AS "to", a.day,
			a.adopted_by, a.adopted_at, a.completed_at
		FROM adoption a LEFT JOIN edition f ON f.id = a.from_edition JOIN edition t ON t.id = a.to_edition `+which, args...).Scan(ctx, &list)
	if err != nil {
		return nil, fmt.Errorf("list the adoptions: %w", err)
	}
	return list, nil
}

// UnknownEditions names the editions that stand on a day or later and that this
// programme does not read as they were adopted, as memorandum@first-day: on the list
// types of those that stand nothing is published.
func (r *Plans) UnknownEditions(ctx context.Context, on day.Day) ([]string, error) {
	if err := r.Refresh(ctx); err != nil {
		return nil, err
	}
	var list []string
	for _, e := range r.Text().editions {
		if !e.readable && (e.Until.IsZero() || on <= e.Until) {
			list = append(list, e.File())
		}
	}
	return list, nil
}
