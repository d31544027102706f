package administrative

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/enforcement/ground"
	"concordat/enforcement/party"
	"concordat/internal/mask"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// PublicEntry is what the public sees of an administrative listing: no more than the
// courts' list shows of a person, the number masked, and nothing of the facts, which
// may name others.
type PublicEntry struct {
	Listing    enforcement.ID `json:"listing"`
	ListType   string         `json:"list_type"`
	ListTypeZH string         `json:"list_type_zh"`
	ListTypeEN string         `json:"list_type_en"`
	Name       string         `json:"name"`
	Number     string         `json:"number"`
	Head       string         `json:"head,omitempty"`
	Authority  string         `json:"authority"`
	Decision   string         `json:"decision_number"`
	DecidedOn  day.Day        `json:"decided_on"`
	// Grounds are the list type's own words, in Chinese.
	Grounds []string `json:"grounds"`
	Basis   string   `json:"basis"`
	// Published is empty while the entry is announced and open to objections.
	Published   day.Day `json:"published_on,omitzero"`
	AnnouncedOn day.Day `json:"announced_on,omitzero"`
	ObjectUntil day.Day `json:"objection_until,omitzero"`
	Until       day.Day `json:"until,omitzero"`
	// Note says that a name proves nothing, and how to ask exactly.
	Note enforcement.Note `json:"note"`
}

// PublicEntries returns what the public may see on the day of administrative lists that
// are public: listings in force, and those of a monthly batch while objections to them
// are heard and none is open. An ended or suspended listing is gone at once; list type
// "" is every one.
func (r *Administrative) PublicEntries(ctx context.Context, on day.Day, listType string, after enforcement.ID, limit int) ([]PublicEntry, error) {
	if err := r.Holds.RefuseRestoring(ctx); err != nil {
		return nil, err
	}
	q := shown(r.Record.DB, on).
		ColumnExpr("l.id, l.list_type, l.subject_id, s.envelope, "+party.SealedOf("l.organisation_id")+" AS sealed, o.name_zh, l.decision_number, l.decided_on, l.grounds, l.basis, l.published_on, l.announced_on").
		ColumnExpr("CASE WHEN l.state = 'announced' THEN l.objection_until END AS objection_until, l.term_until").
		Join("JOIN subject AS s ON s.id = l.subject_id").Join("JOIN organisation AS o ON o.id = l.organisation_id").Where("l.id > ?", after.Cursor())
	if listType != "" {
		q = q.Where("l.list_type = ?", listType)
	}
	var rows []publicRow
	if err := q.OrderExpr("l.id").Limit(int64(limit)).Scan(ctx, &rows); err != nil {
		return nil, fmt.Errorf("read the public administrative lists: %w", err)
	}
	people := make(map[enforcement.ID]party.Identity, len(rows))
	for i := range rows {
		identity, err := r.Parties.OpenIdentity(rows[i].Subject, rows[i].Envelope, rows[i].Sealed)
		if err != nil {
			return nil, err
		}
		people[rows[i].Subject] = identity
	}
	alike, err := r.Parties.Alike(ctx, r.Record.DB, people, shown(r.Record.DB, on).Column("l.subject_id"), on)
	if err != nil {
		return nil, err
	}
	entries := make([]PublicEntry, 0, len(rows))
	for i := range rows {
		identity := people[rows[i].Subject]
		e := r.publicEntry(&rows[i], identity)
		e.Number = identity.NumberShown(alike[rows[i].Subject])
		if !ground.Child(identity, on) { // nobody under 18 is listed; should a child be, nothing shows it meanwhile
			entries = append(entries, e)
		}
	}
	return entries, nil
}

// shown asks for the listings l that the public may see on a day.
func shown(db bun.IDB, on day.Day) *bun.SelectQuery {
	return db.NewSelect().TableExpr("administrative_listing AS l").Join("JOIN ground AS g ON g.id = l.id").Where("NOT unconfirmed(g)").
		Where("l.publication <> 'none' AND l.suspended_for IS NULL").Where("l.term_until IS NULL OR l.term_until >= ?", on).
		Where("l.state = 'active' OR (l.state = 'announced' AND l.objection_until >= ? AND (l.objected_on IS NULL OR l.objection_answered_on IS NOT NULL))", on)
}

// publicRow is what a public entry is made of.
type publicRow struct {
	ID          enforcement.ID `bun:"id"`
	ListType    string         `bun:"list_type"`
	Subject     enforcement.ID `bun:"subject_id"`
	Envelope    []byte         `bun:"envelope"`
	Sealed      []byte         `bun:"sealed"`
	Authority   string         `bun:"name_zh"`
	Decision    string         `bun:"decision_number"`
	DecidedOn   day.Day        `bun:"decided_on"`
	Grounds     []string       `bun:"grounds,array"`
	Basis       string         `bun:"basis"`
	Published   day.Day        `bun:"published_on"`
	AnnouncedOn day.Day        `bun:"announced_on"`
	ObjectUntil day.Day        `bun:"objection_until"`
	Until       day.Day        `bun:"term_until"`
}

func (r *Administrative) publicEntry(l *publicRow, identity party.Identity) PublicEntry {
	e := PublicEntry{
		Listing: l.ID, ListType: l.ListType, Authority: l.Authority, Decision: mask.Text(l.Decision), DecidedOn: l.DecidedOn, Basis: l.Basis,
		Published: l.Published, AnnouncedOn: l.AnnouncedOn, ObjectUntil: l.ObjectUntil, Until: l.Until, Name: identity.Name, Note: enforcement.NameProvesNothing(),
	}
	if identity.Kind != memoranda.NaturalPerson {
		e.Head = mask.Text(identity.Head) // an earlier release took anything
	}
	e.Grounds = make([]string, 0, len(l.Grounds))
	if t := r.Plans.Catalogue().ListType(e.ListType); t != nil {
		e.ListTypeZH, e.ListTypeEN = t.ZH, t.EN
		for _, g := range l.Grounds {
			if circumstance := t.ListGround(g); circumstance != nil {
				e.Grounds = append(e.Grounds, circumstance.ZH)
			}
		}
	}
	return e
}
