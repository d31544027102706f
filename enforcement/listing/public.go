package listing

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/enforcement/ground"
	"concordat/enforcement/party"
	"concordat/internal/calendar"
	"concordat/internal/mask"
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
	err := shown(r.Record.DB, on).
		ColumnExpr("l.id, s.envelope, "+party.SealedOf("l.court_id")+" AS sealed, l.subject_id, l.case_id, l.facts, l.public_words, o.name_zh, c.number, c.filed_on, c.basis_document, c.basis_unit").
		ColumnExpr("l.published_on, coalesce(l.extended_until, l.term_until) AS until").Join("JOIN subject AS s ON s.id = l.subject_id").
		Join("JOIN execution_case AS c ON c.id = l.case_id").Join("JOIN organisation AS o ON o.id = l.court_id").
		Where("l.id > ?", after.Cursor()).OrderExpr("l.id").Limit(int64(limit)).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("read the public list: %w", err)
	}
	people, debtors, err := r.besidePublic(ctx, rows)
	if err != nil {
		return nil, err
	}
	alike, err := r.Parties.Alike(ctx, r.Record.DB, people, shown(r.Record.DB, on).Column("l.subject_id"), on)
	if err != nil {
		return nil, err
	}
	entries := make([]PublicEntry, 0, len(rows))
	for i := range rows {
		identity := people[rows[i].Subject]
		e, err := r.publicEntry(&rows[i], identity, debtors, on)
		if err != nil {
			return nil, err
		}
		e.Number = identity.NumberShown(alike[rows[i].Subject])
		if !ground.Child(identity, on) { // nobody under 18 is listed; should a child be, nothing shows it meanwhile
			entries = append(entries, e)
		}
	}
	return entries, nil
}

// shown asks for the listings l that the public may see on a day.
func shown(db bun.IDB, on day.Day) *bun.SelectQuery {
	return db.NewSelect().TableExpr("listing AS l").Join("JOIN ground AS g ON g.id = l.id").Where("NOT unconfirmed(g)").
		Where("l.state IN ('active', 'extended') AND l.suspended_for IS NULL").Where("l.term_until IS NULL OR coalesce(l.extended_until, l.term_until) >= ?", on)
}

// publicRow is what a public entry is made of.
type publicRow struct {
	ID         enforcement.ID `bun:"id"`
	Envelope   []byte         `bun:"envelope"`
	Sealed     []byte         `bun:"sealed"`
	Subject    enforcement.ID `bun:"subject_id"`
	Case       enforcement.ID `bun:"case_id"`
	Facts      []byte         `bun:"facts"`
	Words      []byte         `bun:"public_words"`
	Court      string         `bun:"name_zh"`
	CaseNumber string         `bun:"number"`
	FiledOn    day.Day        `bun:"filed_on"`
	Basis      string         `bun:"basis_document"`
	BasisUnit  string         `bun:"basis_unit"`
	Published  day.Day        `bun:"published_on"`
	Until      day.Day        `bun:"until"`
}

// besidePublic opens whom rows are about; of those whose words nobody signed it also reads
// the other debtors, for masking.
func (r *Listings) besidePublic(ctx context.Context, rows []publicRow) (people map[enforcement.ID]party.Identity, others []debtor, err error) {
	people = make(map[enforcement.ID]party.Identity, len(rows))
	var cases []enforcement.ID
	for i := range rows {
		l := &rows[i]
		if people[l.Subject], err = r.Parties.OpenIdentity(l.Subject, l.Envelope, l.Sealed); err != nil {
			return nil, nil, err
		}
		if l.Words == nil {
			cases = append(cases, l.Case)
		}
	}
	if len(cases) > 0 {
		if err := debtors(r.Record.DB, bun.List(cases)).Scan(ctx, &others); err != nil {
			return nil, nil, fmt.Errorf("read the debtors of %d cases: %w", len(cases), err)
		}
	}
	return people, others, nil
}

func (r *Listings) publicEntry(l *publicRow, identity party.Identity, others []debtor, on day.Day) (PublicEntry, error) {
	e := PublicEntry{
		Listing: l.ID, Court: l.Court, CaseNumber: l.CaseNumber, FiledOn: l.FiledOn, Published: l.Published, Until: l.Until, Note: enforcement.NameProvesNothing(),
	}
	var known []mask.Known
	var err error
	if l.Words == nil {
		if known, err = r.known(l.Subject, l.Case, identity, others); err != nil {
			return e, err
		}
	}
	plain, err := r.Record.OpenFor(l.Subject, l.Envelope, l.Facts, "facts")
	if err != nil {
		return e, err
	}
	if err := json.Unmarshal(plain, &e.Facts); err != nil {
		return e, fmt.Errorf("read the facts of listing %s: %w", e.Listing, err)
	}
	one := Listing{ID: l.ID, Subject: l.Subject, envelope: l.Envelope, facts: l.Facts, publicWords: l.Words, basis: l.Basis, basisUnit: l.BasisUnit}
	words, err := r.publicWords(&one, known)
	if err != nil {
		return e, err
	}
	e.Facts.Obligation, e.Facts.Conduct, e.Basis, e.BasisUnit = words.Obligation, words.Conduct, words.Basis, words.BasisUnit
	e.Name = identity.Name
	if identity.Kind == memoranda.NaturalPerson {
		e.Age, e.Sex = calendar.Age(identity.Birth, on), identity.Sex()
	} else {
		e.Head = mask.Text(identity.Head) // an earlier release took anything
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
	// Note says that a name proves nothing, and how to ask exactly.
	Note enforcement.Note `json:"note"`
}
