package listing

import (
	"context"
	"encoding/json"
	"fmt"

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
// reconciled it is refused, and what its owner has not confirmed since is not in it: the
// end of what it shows may be lost.
func (r *Listings) PublicEntries(ctx context.Context, on day.Day, after enforcement.ID, limit int) ([]PublicEntry, error) {
	if err := r.Holds.RefuseRestoring(ctx); err != nil {
		return nil, err
	}
	var rows []publicRow
	err := r.Record.DB.NewSelect().TableExpr("listing AS l").
		ColumnExpr("l.id, s.envelope, s.sealed, l.subject_id, l.facts, o.name_zh, c.number, c.filed_on, c.basis_document, c.basis_unit, l.published_on").
		ColumnExpr("coalesce(l.extended_until, l.term_until) AS until").Join("JOIN subject AS s ON s.id = l.subject_id").
		Join("JOIN execution_case AS c ON c.id = l.case_id").Join("JOIN organisation AS o ON o.id = l.court_id").
		Join("JOIN ground AS g ON g.id = l.id").Where("NOT unconfirmed(g)").
		Where("l.state IN ('active', 'extended') AND l.suspended_for IS NULL").Where("l.id > ?", after.Cursor()).
		Where("l.term_until IS NULL OR coalesce(l.extended_until, l.term_until) >= ?", on).OrderExpr("l.id").Limit(int64(limit)).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("read the public list: %w", err)
	}
	entries := make([]PublicEntry, 0, len(rows))
	for i := range rows {
		e, err := r.publicEntry(&rows[i], on)
		if err != nil {
			return nil, err
		}
		if !e.child { // nobody under 18 is listed; should a child be, nothing shows it meanwhile
			entries = append(entries, e)
		}
	}
	return entries, nil
}

// publicRow is what a public entry is made of.
type publicRow struct {
	ID         enforcement.ID `bun:"id"`
	Envelope   []byte         `bun:"envelope"`
	Sealed     []byte         `bun:"sealed"`
	Subject    enforcement.ID `bun:"subject_id"`
	Facts      []byte         `bun:"facts"`
	Court      string         `bun:"name_zh"`
	CaseNumber string         `bun:"number"`
	FiledOn    day.Day        `bun:"filed_on"`
	Basis      string         `bun:"basis_document"`
	BasisUnit  string         `bun:"basis_unit"`
	Published  day.Day        `bun:"published_on"`
	Until      day.Day        `bun:"until"`
}

func (r *Listings) publicEntry(l *publicRow, on day.Day) (PublicEntry, error) {
	e := PublicEntry{
		Listing: l.ID, Court: l.Court, CaseNumber: l.CaseNumber, FiledOn: l.FiledOn, Basis: l.Basis, BasisUnit: l.BasisUnit, Published: l.Published, Until: l.Until,
	}
	identity, err := r.Parties.OpenIdentity(l.Subject, l.Envelope, l.Sealed)
	if err != nil {
		return e, err
	}
	plain, err := r.Record.OpenFor(l.Subject, l.Envelope, l.Facts, "facts")
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
