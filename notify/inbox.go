package notify

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/party"
	"concordat/enforcement/register"
	"concordat/internal/pg"
)

// InboxName is the name of the inbox channel.
const InboxName = "inbox"

// Inbox lays versions where the officers of an organisation find them. What lies
// there has left and is not delivered before a named officer opens it.
type Inbox struct {
	DB       *pg.DB
	Register *register.Offices
	// Machine is machine time.
	Machine func() time.Time
}

// Name is InboxName.
func (b *Inbox) Name() string { return InboxName }

// Send lays each item once and closes what an organisation holds of older
// versions of the same directives. Laying twice changes nothing.
func (b *Inbox) Send(ctx context.Context, d Delivery) (Outcome, error) {
	ids, versions := keys(d.Items)
	err := b.DB.InTx(ctx, func(_ context.Context, tx *pg.Tx) error {
		tx.Later(tx.NewRaw(`UPDATE inbox_item i SET closed_at = ? FROM unnest(?::uuid[], ?::smallint[]) u (id, v)
			WHERE i.directive_id = u.id AND i.version < u.v AND i.closed_at IS NULL AND i.organisation_id = ?`,
			b.Machine(), pg.Array(ids), pg.Array(versions), pg.Number(d.Organisation)), "close what lies of older versions")
		tx.Later(tx.NewRaw(`INSERT INTO inbox_item (organisation_id, directive_id, version, lane, placed_at)
			SELECT ?, u.id, u.v, ?, ?::timestamptz FROM unnest(?::uuid[], ?::smallint[]) u (id, v)
			WHERE NOT EXISTS (SELECT FROM inbox_item n WHERE n.directive_id = u.id AND n.version > u.v) ON CONFLICT DO NOTHING`,
			pg.Number(d.Organisation), d.Lane, b.Machine(), pg.Array(ids), pg.Array(versions)), "lay the items")
		return nil
	})
	if err != nil {
		return Outcome{}, fmt.Errorf("lay %d items into the inbox of organisation %d: %w", len(d.Items), d.Organisation, err)
	}
	results := make([]directive.Result, len(d.Items))
	for i := range results {
		results[i] = directive.Result{Step: directive.Left, Placed: true}
	}
	return Outcome{Results: results}, nil
}

// InboxItem is a version that waits for an officer.
type InboxItem struct {
	Directive enforcement.ID `json:"directive"`
	Version   int16          `json:"version"`
	Lane      directive.Lane `json:"lane"`
	PlacedAt  time.Time      `json:"placed_at"`
	OpenedAt  *time.Time     `json:"opened_at,omitempty"`
	OpenedBy  string         `json:"opened_by,omitempty"`
}

func (i InboxItem) same(other InboxItem) bool {
	return i.Directive == other.Directive && i.Version == other.Version
}

// open asks for what lies open in the inbox of an organisation, by directive. What a
// hold stops is not shown while it stands. An item whose version, or a newer one, was
// acknowledged by another channel is no longer open, even if nobody has closed it: the
// lane that laid it may have done so after the other lane's answer, and a crash may have
// come before the closing. But what goes express, as all does that lifts, may have been
// acknowledged by hand by who never saw it: it lies open until an officer opened it.
func (b *Inbox) open(org enforcement.OrganisationID) *bun.SelectQuery {
	return b.DB.NewSelect().TableExpr("inbox_item AS i").
		ColumnExpr("i.directive_id AS directive, i.version, i.lane, i.placed_at, i.opened_at, i.opened_by").
		Join("LEFT JOIN directive AS d ON d.id = i.directive_id").
		Join("LEFT JOIN amendment AS a ON a.directive_id = i.directive_id AND a.version = i.version").
		Join("LEFT JOIN orphan AS n ON n.directive_id = i.directive_id AND n.version = i.version").
		Where("i.organisation_id = ? AND i.closed_at IS NULL", pg.Number(org)).
		Where("(coalesce(a.step, n.step, d.step) < 'acknowledged' OR i.lane = 'express' AND i.opened_at IS NULL)").
		Where(`NOT EXISTS (SELECT FROM amendment n
			WHERE n.directive_id = i.directive_id AND n.version > i.version AND n.step = 'acknowledged')`).
		Where("NOT (coalesce(a.burdens, i.version = 1) AND directive_held(d.organisation_id, d.ground_id, d.plan_id))").
		OrderExpr("i.directive_id, i.version")
}

// List returns what is open in the inbox of the actor's organisation, by
// directive id from after on. Lane "" is both.
func (b *Inbox) List(ctx context.Context, act enforcement.Act, lane directive.Lane, after enforcement.ID, limit int) ([]InboxItem, error) {
	if err := officer(act); err != nil {
		return nil, err
	}
	open := b.open(act.Actor.Organisation).Where("i.directive_id > ?", after.Cursor()).Limit(int64(limit))
	if lane != "" {
		open = open.Where("i.lane::text = ?", lane)
	}
	items := []InboxItem{}
	if err := open.Scan(ctx, &items); err != nil {
		return nil, fmt.Errorf("list the inbox of organisation %d: %w", act.Actor.Organisation, err)
	}
	return items, nil
}

// Open shows a named officer what lies open of the given directives, and records
// it as delivered. Ids that are not in the organisation's inbox are refused.
func (b *Inbox) Open(ctx context.Context, act enforcement.Act, ids []enforcement.ID) ([]directive.Item, error) {
	if err := officer(act); err != nil {
		return nil, err
	}
	var open []InboxItem
	if err := b.open(act.Actor.Organisation).Where("i.directive_id = ANY (?)", pg.Array(ids)).Scan(ctx, &open); err != nil {
		return nil, fmt.Errorf("open %d inbox items: %w", len(ids), err)
	}
	if len(open) != len(ids) {
		return nil, &enforcement.Refusal{Code: "not-found"}
	}
	items, err := b.Register.Directives.Inventory(ctx, act, ids)
	if err != nil {
		return nil, err
	}
	on := b.Register.Record.Today(act.At)
	for i := range items { // the newest version is shown, which may lie here only later: it left with this
		if shown := (InboxItem{Directive: items[i].Directive, Version: items[i].Version}); !slices.ContainsFunc(open, shown.same) {
			open = append(open, shown)
		}
		switch {
		case barred(&items[i], on) == barChild: // laid before the mistake was seen
			return nil, &enforcement.Refusal{Code: "not-found"}
		case underFourteen(&items[i], on):
			items[i].Subject = party.Identity{}
		}
	}
	answers := make([]directive.Answer, 0, len(open))
	for _, item := range open {
		answers = append(answers, directive.Answer{Directive: item.Directive, Version: item.Version, Step: directive.Delivered})
	}
	if err := b.Register.Directives.Opened(ctx, act, answers); err != nil {
		return nil, err
	}
	// A hold that was placed since the items were looked for is kept as well.
	if held, err := b.held(ctx, open); err != nil || held {
		return nil, errors.Join(err, &enforcement.Refusal{Code: "not-found"})
	}
	_, err = b.DB.NewUpdate().Table("inbox_item").Set("opened_at = ?, opened_by = ?", b.Machine(), act.Actor.ID).
		Set(`closed_at = (SELECT ?::timestamptz FROM amendment a
			WHERE a.directive_id = inbox_item.directive_id AND a.version = inbox_item.version AND a.step = 'acknowledged')`, b.Machine()).
		Where("organisation_id = ? AND directive_id = ANY (?)", pg.Number(act.Actor.Organisation), pg.Array(ids)).
		Where("closed_at IS NULL AND opened_at IS NULL").Exec(ctx)
	if err != nil {
		return nil, fmt.Errorf("record the opening of %d inbox items: %w", len(ids), err)
	}
	return items, nil
}

// Answer records answers of the actor's organisation, as Directives.Answer does,
// and closes what lies in its inbox of the versions acknowledged; but what goes express
// and nobody has opened yet stays there, whatever one of them answers.
func (b *Inbox) Answer(ctx context.Context, act enforcement.Act, answers []directive.Answer) error {
	if err := b.Register.Directives.Answer(ctx, act, answers); err != nil {
		return err
	}
	var ids []enforcement.ID
	var versions []int16
	for _, a := range answers {
		if a.Step == directive.Acknowledged {
			ids, versions = append(ids, a.Directive), append(versions, a.Version)
		}
	}
	return closeItems(ctx, b.DB, act.Actor.Organisation, ids, versions, b.Machine(), seen)
}

// seen is what an officer's word closes: what was opened, and what travels in bulk.
const seen = "i.opened_at IS NOT NULL OR i.lane = 'bulk'"

// closeItems closes what lies of these versions and of older ones, as far as a condition says.
func closeItems(ctx context.Context, db *pg.DB, org enforcement.OrganisationID, ids []enforcement.ID, versions []int16, now time.Time, which string) error {
	if len(ids) == 0 {
		return nil
	}
	_, err := db.NewRaw(`UPDATE inbox_item i SET closed_at = ? FROM unnest(?::uuid[], ?::smallint[]) u (id, v)
		WHERE i.directive_id = u.id AND i.version <= u.v AND i.closed_at IS NULL AND i.organisation_id = ? AND (`+which+`)`,
		now, pg.Array(ids), pg.Array(versions), pg.Number(org)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("close %d inbox items of organisation %d: %w", len(ids), org, err)
	}
	return nil
}

func keys(items []directive.Item) ([]enforcement.ID, []int16) {
	ids, versions := make([]enforcement.ID, len(items)), make([]int16, len(items))
	for i := range items {
		ids[i], versions[i] = items[i].Directive, items[i].Version
	}
	return ids, versions
}

// officer demands a named person of a department.
func officer(act enforcement.Act) error {
	if act.Actor.ID == "" || act.At.IsZero() {
		return &enforcement.Refusal{Code: "act.actor"}
	}
	if act.Actor.Role != enforcement.DepartmentClerk && act.Actor.Role != enforcement.DepartmentReviewer {
		return &enforcement.Refusal{Code: "role.forbidden", Args: map[string]string{"role": string(act.Actor.Role)}}
	}
	return nil
}
