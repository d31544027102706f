package listing

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"concordat/enforcement"
	"concordat/enforcement/ground"
	"concordat/internal/calendar"
	"concordat/internal/identifier"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// PublicEntries returns what the public may see on the day: listings in force,
// by id from after on. An ended or suspended listing is gone from it at once,
// and nothing of a person under 14 is ever in it. While a restored record is not
// reconciled it is refused: the end of what it shows may be lost.
func (r *Listings) PublicEntries(ctx context.Context, on day.Day, after enforcement.ID, limit int) ([]PublicEntry, error) {
	if err := r.Holds.RefuseRestoring(ctx); err != nil {
		return nil, err
	}
	rows, err := r.Record.DB.Pool.Query(ctx, `SELECT l.id, s.envelope, s.sealed, l.subject_id, l.facts, o.name_zh, c.number, c.filed_on, c.basis_document, c.basis_unit,
			l.published_on, coalesce(l.extended_until, l.term_until)
		FROM listing l JOIN subject s ON s.id = l.subject_id JOIN execution_case c ON c.id = l.case_id JOIN organisation o ON o.id = l.court_id
		WHERE l.state IN ('active', 'extended') AND l.suspended_for IS NULL AND l.id > $1
			AND (l.term_until IS NULL OR coalesce(l.extended_until, l.term_until) >= $3::date)
		ORDER BY l.id LIMIT $2`, [16]byte(after), limit, on)
	if err != nil {
		return nil, fmt.Errorf("read the public list: %w", err)
	}
	entries, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (PublicEntry, error) { return r.publicEntry(row, on) })
	// Nobody under 18 is listed; should a child be, nothing shows it meanwhile.
	return slices.DeleteFunc(entries, func(e PublicEntry) bool { return e.child }), err
}

func (r *Listings) publicEntry(row pgx.CollectableRow, on day.Day) (PublicEntry, error) {
	var e PublicEntry
	var wrapped, sealed, facts []byte
	var subject enforcement.ID
	if err := row.Scan(&e.Listing, &wrapped, &sealed, &subject, &facts, &e.Court, &e.CaseNumber, &e.FiledOn, &e.Basis, &e.BasisUnit, &e.Published, &e.Until); err != nil {
		return e, err
	}
	identity, err := r.Parties.OpenIdentity(subject, wrapped, sealed)
	if err != nil {
		return e, err
	}
	plain, err := r.Record.OpenFor(subject, wrapped, facts, "facts")
	if err != nil {
		return e, err
	}
	if err := json.Unmarshal(plain, &e.Facts); err != nil {
		return e, fmt.Errorf("read the facts of listing %s: %w", e.Listing, err)
	}
	e.Name, e.Number, e.child = identity.Name, identity.Masked(), ground.Child(identity, on)
	if identity.Kind == memoranda.NaturalPerson {
		e.Age = calendar.Age(identity.Birth, on)
		e.Sex, _ = identifier.Identifier{Kind: identity.NumberKind, Number: identity.Number}.Sex()
	} else {
		e.Head = identity.Head
	}
	return e, nil
}

// PublicEntry is what the public sees of a listing: the items of Art. 6 and
// nothing else, the number masked.
type PublicEntry struct {
	Listing    enforcement.ID `json:"listing"`
	Name       string         `json:"name"`
	Number     string         `json:"number"`
	Head       string         `json:"head,omitempty"`
	Sex        string         `json:"sex,omitempty"`
	Age        int            `json:"age,omitempty"`
	Court      string         `json:"court"`
	CaseNumber string         `json:"case_number"`
	FiledOn    day.Day        `json:"filed_on"`
	Basis      string         `json:"basis_document"`
	BasisUnit  string         `json:"basis_unit"`
	Facts      Facts          `json:"facts"`
	Published  day.Day        `json:"published_on"`
	Until      day.Day        `json:"until,omitzero"`
	child      bool
}
