package record

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/internal/pg"
	"concordat/internal/vault"
)

// claimed is what a transaction finds when it takes up an act.
type claimed struct {
	// key is the key for the act's event.
	key string
	// found is what the act left when it was done before.
	found *Done
	// Again: the request was worked before, whether or not it left an event.
	Again bool
	// row is a request that is new.
	row *requestRow
}

// Claim takes up an act in its transaction: an act that was done is found, and a request
// that is being worked elsewhere is refused. Whoever opens a transaction for an act that
// can be asked again calls it first, and at the end writes the request down ([claimed.WriteDown]).
// What the act asks for itself, and whatever of that it locks, comes after.
func (r *Record) Claim(ctx context.Context, tx *pg.Tx, act enforcement.Act, more ...asking) (c claimed, err error) {
	var rows Kept
	var events []doneRow
	q, asks := act.Request, []pg.Ask{}
	if q != nil { // locked until the transaction ends: PostgreSQL lets go after others see what was committed
		tx.LaterOne(tx.NewRaw(`SELECT 1 / pg_try_advisory_xact_lock(?)::integer`, pg.Number(q.Lock())), enforcement.Refuse("request.in-flight"), "lock a request")
		asks = append(asks, pg.All(r.kept(tx, q), (*[]requestRow)(&rows)))
	}
	if q != nil || act.Key != "" {
		asks = append(asks, pg.All(doneUnder(tx, act.Key), &events))
	}
	for _, ask := range more {
		asks = append(asks, ask(tx)...)
	}
	if len(asks) > 0 {
		if err := tx.Together(ctx, asks...); err != nil {
			return c, fmt.Errorf("take an act up: %w", err)
		}
	}
	switch {
	case q != nil:
		return r.claimRequest(ctx, tx, act, rows, events)
	case len(events) > 0:
		c.found = events[0].done()
	}
	c.key = act.Key
	return c, nil
}

// asking is what an act asks for when it is taken up.
type asking func(tx *pg.Tx) []pg.Ask

// claimRequest weighs a request that is locked: its row, if it has one, or the event
// that bears its key; otherwise it is new.
func (r *Record) claimRequest(ctx context.Context, tx *pg.Tx, act enforcement.Act, rows Kept, events []doneRow) (c claimed, err error) {
	q := act.Request
	if row := rows.of(q); row != nil {
		if err := r.same(q, row); err != nil {
			return c, err
		}
		c.key, c.Again = row.EventKey, true
		c.found, err = r.repeated(ctx, tx, c.key)
		return c, err
	}
	c.key, c.found = r.requestEventKey(act.Key, events)
	row := r.requestRow(q, c.key)
	c.row = &row
	return c, nil
}

// WriteDown notes a request that is new.
func (c *claimed) WriteDown(tx *pg.Tx) {
	if c.row == nil {
		return
	}
	tx.Later(tx.NewInsert().Model(c.row).On(`CONFLICT (organisation_id, route, key_hash) DO UPDATE`).Set(`fingerprint = EXCLUDED.fingerprint`).
		Set(`event_key = EXCLUDED.event_key`).Set(`created_at = EXCLUDED.created_at`).Set(`personal = EXCLUDED.personal`).
		Set(`status = NULL`).Set(`answer = NULL`).Set(`key_version = NULL`), "write down a request")
}

// requestEventKey is the key that the event of a request will carry, where some bear
// its own key already. An event younger than a request is kept was left by a process of
// the release before this one, which wrote no rows: the act was done. An older one was
// left by a request that is forgotten, whose key may be used anew.
func (r *Record) requestEventKey(key string, events []doneRow) (string, *Done) {
	switch {
	case key == "":
		return enforcement.NewID().String(), nil
	case len(events) == 0:
		return key, nil
	case events[0].RecordedAt.After(r.Machine().Add(-RequestTerm)):
		return key, events[0].done()
	}
	return key + "/" + enforcement.NewID().String(), nil
}

// requestRow is a request as it is kept; the answer is sealed.
type requestRow struct {
	bun.BaseModel `bun:"table:request_key,alias:k"`

	Organisation enforcement.OrganisationID `bun:"organisation_id,pk"`
	Route        string                     `bun:"route,pk"`
	KeyHash      []byte                     `bun:"key_hash,pk"`
	Fingerprint  []byte                     `bun:"fingerprint"`
	EventKey     string                     `bun:"event_key"`
	CreatedAt    time.Time                  `bun:"created_at"`
	Personal     bool                       `bun:"personal"`
	Status       int                        `bun:"status,nullzero"`
	Answer       []byte                     `bun:"answer"`
	KeyVersion   int16                      `bun:"key_version,nullzero"`
}

func (r *Record) requestRow(q *enforcement.Request, eventKey string) requestRow {
	return requestRow{
		Organisation: q.Organisation, Route: q.Route, KeyHash: q.KeyHash(), Fingerprint: r.Vault.DocumentHash(q.Content), EventKey: eventKey, CreatedAt: r.Machine().UTC(), Personal: q.Personal,
	}
}

// kept asks for the rows of a request that are still kept.
func (r *Record) kept(db bun.IDB, q *enforcement.Request) *bun.SelectQuery {
	asked := db.NewSelect().Model((*requestRow)(nil)).Where("organisation_id = ? AND route = ? AND key_hash IN (?, ?)", pg.Number(q.Organisation), q.Route, q.KeyHash(), q.FormerKeyHash())
	return r.fresh(asked)
}

// fresh narrows a query for requests to those whose term is not over.
func (r *Record) fresh(q *bun.SelectQuery) *bun.SelectQuery {
	return q.Where("k.created_at > ?", r.Machine().UTC().Add(-RequestTerm))
}

// same refuses another content under the key of a request.
func (r *Record) same(q *enforcement.Request, row *requestRow) error {
	err := r.Vault.VerifyDocument(q.Content, row.Fingerprint)
	switch {
	case errors.Is(err, vault.ErrTampered):
		return enforcement.Refuse("request.key-reused")
	case err != nil:
		return fmt.Errorf("compare a request: %w", err)
	}
	return nil
}

// doneRow is an event as far as it is what an act left.
type doneRow struct {
	bun.BaseModel `bun:"table:event"`

	ID         enforcement.ID `bun:"id,pk"`
	Subject    enforcement.ID `bun:"subject_id"`
	Ground     enforcement.ID `bun:"ground_id"`
	RefersTo   enforcement.ID `bun:"refers_to"`
	RecordedAt time.Time      `bun:"recorded_at"`
}

// doneUnder asks for the event that bears a key.
func doneUnder(db bun.IDB, key string) *bun.SelectQuery {
	return db.NewSelect().Model((*doneRow)(nil)).Where("act_key = ?", key)
}

func (d *doneRow) done() *Done {
	return &Done{event: d.ID, Subject: d.Subject, Ground: d.Ground, RefersTo: d.RefersTo}
}

// repeated returns what an act with the key left, or nil.
func (r *Record) repeated(ctx context.Context, db bun.IDB, key string) (*Done, error) {
	var found []doneRow
	if err := doneUnder(db, key).Scan(ctx, &found); err != nil {
		return nil, fmt.Errorf("look for the act's key: %w", err)
	}
	if len(found) == 0 {
		return nil, nil
	}
	return found[0].done(), nil
}

// Overtaken tells whether a refusal only says that the same act, asked at the
// same time under the same key, came first: the loser waited for the winner's
// rows and then met the state they are in, or a number that is taken. Then what
// the winner did is the answer; otherwise the refusal stands.
func (r *Record) Overtaken(ctx context.Context, act enforcement.Act, refused error) (Done, error) {
	said, person := errors.AsType[*enforcement.Refusal](refused)
	if !person || act.Key == "" || said.Code == "request.in-flight" || said.Code == "request.key-reused" {
		return Done{}, refused // the last two: whether it is the same act is not known, or it is not
	}
	found, err := r.repeated(ctx, r.DB, act.Key)
	switch {
	case err != nil:
		return Done{}, err
	case found == nil:
		return Done{}, refused
	default:
		return *found, nil
	}
}
