package administrative

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"concordat/enforcement"
	"concordat/enforcement/ground"
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
	child       bool
}

// PublicEntries returns what the public may see on the day of administrative lists that
// are public: listings in force, and those of a monthly batch while objections to them
// are heard and none is open. An ended or suspended listing is gone at once; list type
// "" is every one.
func (r *Administrative) PublicEntries(ctx context.Context, on day.Day, listType string, after enforcement.ID, limit int) ([]PublicEntry, error) {
	if err := r.Holds.RefuseRestoring(ctx); err != nil {
		return nil, err
	}
	rows, err := r.Record.DB.Pool.Query(ctx, `SELECT l.id, l.list_type, l.subject_id, s.envelope, s.sealed, o.name_zh, l.decision_number, l.decided_on, l.grounds, l.basis,
			l.published_on, l.announced_on, CASE WHEN l.state = 'announced' THEN l.objection_until END, l.term_until
		FROM administrative_listing l JOIN subject s ON s.id = l.subject_id JOIN organisation o ON o.id = l.organisation_id
		WHERE l.publication <> 'none' AND l.suspended_for IS NULL AND l.id > $1 AND ($4 = '' OR l.list_type = $4)
			AND (l.term_until IS NULL OR l.term_until >= $3::date)
			AND (l.state = 'active' OR (l.state = 'announced' AND l.objection_until >= $3::date AND (l.objected_on IS NULL OR l.objection_answered_on IS NOT NULL)))
		ORDER BY l.id LIMIT $2`, [16]byte(after), limit, on, listType)
	if err != nil {
		return nil, fmt.Errorf("read the public administrative lists: %w", err)
	}
	entries, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (PublicEntry, error) { return r.administrativeEntry(row, on) })
	// Nobody under 18 is listed; should a child be, nothing shows it meanwhile.
	return slices.DeleteFunc(entries, func(e PublicEntry) bool { return e.child }), err
}

func (r *Administrative) administrativeEntry(row pgx.CollectableRow, on day.Day) (PublicEntry, error) {
	var e PublicEntry
	var subject enforcement.ID
	var wrapped, sealed []byte
	var grounds []string
	err := row.Scan(&e.Listing, &e.ListType, &subject, &wrapped, &sealed, &e.Authority, &e.Decision, &e.DecidedOn, &grounds, &e.Basis,
		&e.Published, &e.AnnouncedOn, &e.ObjectUntil, &e.Until)
	if err != nil {
		return e, err
	}
	identity, err := r.Parties.OpenIdentity(subject, wrapped, sealed)
	if err != nil {
		return e, err
	}
	e.Name, e.Number, e.child = identity.Name, identity.Masked(), ground.Child(identity, on)
	if identity.Kind != memoranda.NaturalPerson {
		e.Head = identity.Head
	}
	e.Grounds = make([]string, 0, len(grounds))
	if t := r.Plans.Catalogue().ListType(e.ListType); t != nil {
		e.ListTypeZH, e.ListTypeEN = t.ZH, t.EN
		for _, g := range grounds {
			if circumstance := t.ListGround(g); circumstance != nil {
				e.Grounds = append(e.Grounds, circumstance.ZH)
			}
		}
	}
	return e, nil
}
