package change

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/enforcement/record"
	"concordat/internal/pg"
)

// Notice tells an organisation that how it is reached, or what it stands for, was changed.
type Notice struct {
	ID   enforcement.ID `bun:"id" json:"id"`
	Kind string         `bun:"kind" json:"kind"` // of the event
	What string         `bun:"what" json:"what"`
	// ChangedBy and ProposedBy are staff numbers; nobody proposed what one person may do.
	ChangedBy  string    `bun:"changed_by" json:"changed_by"`
	ProposedBy string    `bun:"proposed_by" json:"proposed_by,omitempty"`
	ChangedAt  time.Time `bun:"changed_at" json:"changed_at"`
	ReadBy     string    `bun:"read_by" json:"read_by,omitempty"`
	ReadAt     time.Time `bun:"read_at" json:"read_at,omitzero"`
}

// Change is what organisations are told of.
type Change struct {
	Organisations []enforcement.OrganisationID
	Kind          record.EventKind
	What          string // nothing secret
	ProposedBy    string // empty: nobody
}

// insertNotices keeps the way that is in use: what the change leaves of it may be another's.
const insertNotices = `INSERT INTO notice
    (id, organisation_id, kind, what, changed_by, proposed_by, changed_at, url, secrets, allow_internal, due_at)
  SELECT gen_random_uuid(), o.id, ?1, ?2, ?3, nullif(?4, ''), ?5, e.url, e.secrets, coalesce(e.allow_internal, false),
    CASE WHEN e.url IS NOT NULL THEN ?5::timestamptz END
  FROM organisation o LEFT JOIN endpoint e ON e.organisation_id = o.id AND e.secrets IS NOT NULL AND NOT e.gone WHERE o.id = ANY (?0)`

// Tell has organisations told of a change. It is called before the change is made, in its
// transaction. What the program does by itself it tells nobody of.
func (c *Changes) Tell(tx *pg.Tx, act enforcement.Act, n Change) {
	if act.Actor.Role == enforcement.System || len(n.Organisations) == 0 {
		return
	}
	ids := make([]int32, len(n.Organisations))
	for i, id := range n.Organisations {
		ids[i] = int32(id)
	}
	tx.Later(tx.NewRaw(insertNotices, pg.Array(ids), string(n.Kind), n.What, act.Actor.ID, n.ProposedBy, c.Record.Machine().UTC()), "tell of %s", n.Kind)
}

// Notices returns what an organisation was told and nobody there has read, oldest first;
// all is the newest hundred of all, newest first. It is for the organisation's people.
func (c *Changes) Notices(ctx context.Context, act enforcement.Act, all bool) ([]Notice, error) {
	if err := act.Check(enforcement.Department...); err != nil {
		return nil, err
	}
	list := []Notice{}
	q := noticesOf(c.Record.DB, act.Actor.Organisation)
	if all {
		q = q.OrderExpr("n.changed_at DESC, n.id").Limit(100)
	} else {
		q = q.Where("n.read_at IS NULL").OrderExpr("n.changed_at, n.id")
	}
	if err := q.Scan(ctx, &list); err != nil {
		return nil, fmt.Errorf("list the notices of organisation %d: %w", act.Actor.Organisation, err)
	}
	return list, nil
}

// Posting is a notice that is due to the address that was used before the change.
type Posting struct {
	Notice

	Organisation  enforcement.OrganisationID `bun:"organisation_id"`
	Slug          string                     `bun:"slug"`
	URL           string                     `bun:"url"`
	Secrets       []byte                     `bun:"secrets"` // as the endpoint's were sealed
	AllowInternal bool                       `bun:"allow_internal"`
}

// maxTries is how often a notice is posted; the pauses double from a minute.
const maxTries = 8

// takeDue counts the try before it is made, so that a crash repeats none at once, and two
// processes take none twice.
const takeDue = `UPDATE notice n SET tries = n.tries + 1,
    due_at = CASE WHEN n.tries + 1 < ?1 THEN ?0::timestamptz + make_interval(mins => (2 ^ n.tries)::integer) END
  FROM (SELECT id FROM notice WHERE due_at <= ?0 ORDER BY due_at LIMIT ?2 FOR UPDATE SKIP LOCKED) d, organisation o
  WHERE n.id = d.id AND o.id = n.organisation_id
  RETURNING n.id, n.kind, n.what, n.changed_by, coalesce(n.proposed_by, '') AS proposed_by, n.changed_at, n.organisation_id, o.slug,
    n.url, n.secrets, n.allow_internal`

// TakeDue takes up to so many notices that are due to be posted.
func (c *Changes) TakeDue(ctx context.Context, most int) (list []Posting, err error) {
	err = c.Record.DB.NewRaw(takeDue, c.Record.Machine().UTC(), pg.Number(maxTries), pg.Number(most)).Scan(ctx, &list)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, fmt.Errorf("take the notices that are due: %w", err)
	}
	return list, nil
}

// Posted notes that a notice arrived, or that it will not: it is posted no more.
func (c *Changes) Posted(ctx context.Context, id enforcement.ID, arrived bool) error {
	q := c.Record.DB.NewUpdate().Table("notice").Set("due_at = NULL").Where("id = ?", id)
	if arrived {
		q = q.Set("posted_at = ?", c.Record.Machine().UTC())
	}
	if _, err := q.Exec(ctx); err != nil {
		return fmt.Errorf("note that notice %s was posted: %w", id, err)
	}
	return nil
}

func noticesOf(db bun.IDB, org enforcement.OrganisationID) *bun.SelectQuery {
	return db.NewSelect().TableExpr("notice AS n").
		ColumnExpr("n.id, n.kind, n.what, n.changed_by, coalesce(n.proposed_by, '') AS proposed_by, n.changed_at").
		ColumnExpr("coalesce(n.read_by, '') AS read_by, n.read_at").Where("n.organisation_id = ?", pg.Number(org))
}

// Read notes that an officer of the organisation has read a notice; the first one counts.
func (c *Changes) Read(ctx context.Context, act enforcement.Act, id enforcement.ID) error {
	if err := act.Check(enforcement.Department...); err != nil {
		return err
	}
	done, err := c.Record.DB.NewUpdate().Table("notice").Set("read_by = coalesce(read_by, ?)", act.Actor.ID).
		Set("read_at = coalesce(read_at, ?)", c.Record.Machine().UTC()).
		Where("id = ? AND organisation_id = ?", id, pg.Number(act.Actor.Organisation)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("note that notice %s was read: %w", id, err)
	}
	if n, err := done.RowsAffected(); err != nil || n == 0 {
		return errors.Join(err, enforcement.Refuse("not-found"))
	}
	return nil
}
