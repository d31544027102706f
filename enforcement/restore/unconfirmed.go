package restore

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/enforcement/ground"
	"concordat/enforcement/hold"
	"concordat/enforcement/kinds"
	"concordat/enforcement/party"
	"concordat/internal/pg"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// MaxConfirmed is how many cases one list may show, and one act confirm.
const MaxConfirmed = 1000

// confirms are the roles that answer for an organisation's cases: those that sign.
var confirms = []enforcement.Role{enforcement.Judge, enforcement.President, enforcement.DepartmentReviewer}

// Unconfirmed is a case that was decided before a restoration, which may have lost its
// end, as its owner has it before the eyes.
type Unconfirmed struct {
	Ground    enforcement.ID `json:"ground"`
	Reference string         `json:"reference"`
	// Name is a person's masked, a unit's whole; Number is masked.
	Name        string  `json:"name"`
	Number      string  `json:"number"`
	State       string  `json:"state"`
	PublishedOn day.Day `json:"published_on,omitzero"`
	// LastEvent is the newest act in its own log, that of a round of many not among them.
	LastEvent string    `json:"last_event,omitempty"`
	LastAt    time.Time `json:"last_at,omitzero"`
	// SuspendedFor is why it is suspended, if it is.
	SuspendedFor string `json:"suspended_for,omitempty"`
	// Doubted says that a recipient holds it as lifted, or in a version that is not known
	// here: it is not confirmed with others, but resumed with reasons of its own, or ended.
	Doubted bool `json:"doubted"`
	// OwnDraft says that who asks drafted it: somebody else must confirm it.
	OwnDraft bool `json:"own_draft"`
}

// UnconfirmedPage is a part of what an organisation has to confirm, by id.
type UnconfirmedPage struct {
	Restoration enforcement.ID `json:"restoration"`
	Items       []Unconfirmed  `json:"items" nullable:"false"`
	// Hash stands for exactly this list: what is confirmed must be what was seen.
	Hash string `json:"hash"`
	// Unanswered counts the organisations that have not said yet what they hold.
	Unanswered int `json:"unanswered"`
}

// unconfirmedRow is what an [Unconfirmed] is made of.
type unconfirmedRow struct {
	ID           enforcement.ID        `bun:"id"`
	Subject      enforcement.ID        `bun:"subject_id"`
	SubjectKind  memoranda.SubjectKind `bun:"subject_kind"`
	Envelope     []byte                `bun:"envelope"`
	Sealed       []byte                `bun:"sealed"`
	Reference    string                `bun:"reference"`
	State        string                `bun:"state"`
	Version      int                   `bun:"version"`
	PublishedOn  day.Day               `bun:"in_force_on"`
	SuspendedFor string                `bun:"suspended_for"`
	Doubted      bool                  `bun:"doubted"`
	LastEvent    string                `bun:"last_event"`
	LastAt       time.Time             `bun:"last_at"`
	DraftedBy    string                `bun:"drafted_by"`
}

// part picks a part of an organisation's unconfirmed cases.
type part struct {
	owner enforcement.OrganisationID
	after enforcement.ID
	limit int
}

func (p part) of(q *bun.SelectQuery) *bun.SelectQuery {
	return q.TableExpr("ground AS g").Where("g.organisation_id = ? AND unconfirmed(g) AND g.id > ?", pg.Number(p.owner), p.after.Cursor()).
		OrderExpr("g.id").Limit(int64(p.limit))
}

// read asks for the part, with what is to be seen of each.
func (p part) read(ctx context.Context, db bun.IDB) (rows []unconfirmedRow, err error) {
	q := p.of(db.NewSelect()).Column("g.id", "g.subject_id", "s.envelope", "g.reference", "g.in_force_on", "g.suspended_for").
		ColumnExpr(party.SealedOf("g.organisation_id")+" AS sealed, s.kind AS subject_kind, coalesce(g.case_state, g.state::text) AS state, coalesce(g.case_version, 0) AS version").
		ColumnExpr("g.suspended_for IS NOT DISTINCT FROM ? OR (g.case_state IS NULL AND g.state = 'suspended') AS doubted", ground.SuspendedRestored).
		ColumnExpr("e.kind AS last_event, e.at AS last_at").Join("JOIN subject AS s ON s.id = g.subject_id").
		Join("LEFT JOIN LATERAL (SELECT kind, at FROM event WHERE ground_id = g.id ORDER BY seq DESC LIMIT 1) AS e ON true")
	var drafters []string
	for i, kind := range kinds.All() {
		if kind.Favours {
			continue
		}
		q.Join(fmt.Sprintf("LEFT JOIN ? AS k%d ON k%d.id = g.id", i, i), bun.Ident(kind.Rows))
		drafters = append(drafters, fmt.Sprintf("k%d.drafted_by", i))
	}
	if err := q.ColumnExpr("coalesce("+strings.Join(append(drafters, "''"), ", ")+") AS drafted_by").Scan(ctx, &rows); err != nil {
		return nil, fmt.Errorf("list what organisation %d has to confirm: %w", p.owner, err)
	}
	return rows, nil
}

// hashOf stands for a list as it was seen: which cases, in which state, and what
// recipients said of them.
func hashOf(restoration enforcement.ID, owner enforcement.OrganisationID, rows []unconfirmedRow) string {
	list := fmt.Appendf(nil, "%s %d\n", restoration, owner)
	for i := range rows {
		r := &rows[i]
		list = fmt.Appendf(list, "%s %d %s %q %t\n", r.ID, r.Version, r.State, r.SuspendedFor, r.Doubted)
	}
	sum := sha256.Sum256(list)
	return hex.EncodeToString(sum[:])
}

// Unconfirmed lists what the actor's organisation has to confirm after a restoration: up
// to limit ([MaxConfirmed] at most) of the cases with ids above after. It refuses
// restore.none where no restoration waits.
func (r *Restorer) Unconfirmed(ctx context.Context, act enforcement.Act, after enforcement.ID, limit int) (UnconfirmedPage, error) {
	var page UnconfirmedPage
	if err := act.Check(confirms...); err != nil {
		return page, err
	}
	db := r.Record.DB
	restoration, err := hold.OpenRestoration(ctx, db)
	if err != nil {
		return page, err
	}
	if page.Unanswered, err = hold.Unanswered(ctx, db, restoration); err != nil {
		return page, err
	}
	rows, err := part{act.Actor.Organisation, after, bounded(limit)}.read(ctx, db)
	if err != nil {
		return page, err
	}
	page.Restoration, page.Hash = restoration.ID, hashOf(restoration.ID, act.Actor.Organisation, rows)
	page.Items = make([]Unconfirmed, 0, len(rows))
	for i := range rows {
		item, err := r.seen(act, &rows[i])
		if err != nil {
			return page, err
		}
		page.Items = append(page.Items, item)
	}
	return page, nil
}

func bounded(limit int) int { return min(max(limit, 1), MaxConfirmed) }

// seen opens what the owner sees of a case.
func (r *Restorer) seen(act enforcement.Act, row *unconfirmedRow) (Unconfirmed, error) {
	u := Unconfirmed{
		Ground: row.ID, Reference: row.Reference, State: row.State, PublishedOn: row.PublishedOn, LastEvent: row.LastEvent, LastAt: row.LastAt,
		SuspendedFor: row.SuspendedFor, Doubted: row.Doubted, OwnDraft: row.DraftedBy == act.Actor.ID,
	}
	if row.Envelope == nil { // shredded: nobody can be shown
		return u, nil
	}
	identity, err := r.Parties.OpenIdentity(row.Subject, row.Envelope, row.Sealed)
	u.Name, u.Number = identity.MaskedName(), identity.Masked()
	return u, err
}

// Owner is an organisation that has cases to confirm.
type Owner struct {
	Organisation enforcement.OrganisationID `json:"organisation"`
	Slug         string                     `json:"slug"`
	Cases        int                        `json:"cases"`
}

// Owners lists who still has to confirm how many cases before the hold of a restoration
// can end, by id.
func (r *Restorer) Owners(ctx context.Context) (list []Owner, err error) {
	err = r.Record.DB.NewSelect().TableExpr("ground AS g").Join("JOIN organisation AS o ON o.id = g.organisation_id").
		ColumnExpr("o.id AS organisation, o.slug, count(*) AS cases").Where("unconfirmed(g)").GroupExpr("o.id").OrderExpr("o.id").Scan(ctx, &list)
	if err != nil {
		return nil, fmt.Errorf("count what owners have to confirm: %w", err)
	}
	return list, nil
}
