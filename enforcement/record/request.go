package record

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/internal/pg"
	"concordat/internal/vault"
)

// RequestTerm is how long a request and its answer are kept, by machine time.
const RequestTerm = 7 * 24 * time.Hour

// Reply is the answer to a request as it was sent.
type Reply struct {
	Status int         `json:"status"`
	Header http.Header `json:"header"`
	Body   []byte      `json:"body"`
}

// claimed is what a transaction finds when it takes up an act.
type claimed struct {
	// key is the key for the act's event.
	key string
	// found is what the act left when it was done before.
	found *Done
	// Again: the request was worked before, whether or not it left an event.
	Again bool
}

// Claim takes up an act in its transaction: an act that was done is found, a
// request is written down, and one that is being worked elsewhere is refused.
// Whoever opens a transaction for an act that can be asked again calls it first.
func (r *Record) Claim(ctx context.Context, tx *pg.Tx, act enforcement.Act) (claimed, error) {
	c := claimed{key: act.Key}
	if act.Request != nil {
		return r.claimRequest(ctx, tx, act)
	}
	if c.key == "" {
		return c, nil
	}
	var err error
	c.found, err = r.repeated(ctx, tx, c.key)
	return c, err
}

// claimRequest locks the request until the transaction ends, and reads or writes
// its row. PostgreSQL lets go of the lock after others see what was committed.
func (r *Record) claimRequest(ctx context.Context, tx *pg.Tx, act enforcement.Act) (c claimed, err error) {
	q := act.Request
	tx.LaterOne(tx.NewRaw(`SELECT FROM (SELECT pg_try_advisory_xact_lock(?) AS free) l WHERE free`, q.Lock()), enforcement.Refuse("request.in-flight"), "lock a request")
	var rows []requestRow
	var events []doneRow
	if err := tx.Together(ctx, pg.All(r.kept(tx, q), &rows), pg.All(doneUnder(tx, act.Key), &events)); err != nil {
		return c, fmt.Errorf("read a request: %w", err)
	}
	if len(rows) > 0 {
		if err := r.same(q, &rows[0]); err != nil {
			return c, err
		}
		c.key, c.Again = rows[0].EventKey, true
		c.found, err = r.repeated(ctx, tx, c.key)
		return c, err
	}
	c.key, c.found = r.requestEventKey(act.Key, events)
	row := r.requestRow(q, c.key)
	tx.Later(tx.NewInsert().Model(&row).On(`CONFLICT (organisation_id, route, key_hash) DO UPDATE`).Set(`fingerprint = EXCLUDED.fingerprint`).
		Set(`event_key = EXCLUDED.event_key`).Set(`created_at = EXCLUDED.created_at`).Set(`personal = EXCLUDED.personal`).
		Set(`status = NULL`).Set(`answer = NULL`).Set(`key_version = NULL`), "write down a request")
	return c, nil
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

// kept asks for the row of a request that is still kept.
func (r *Record) kept(db bun.IDB, q *enforcement.Request) *bun.SelectQuery {
	return db.NewSelect().Model((*requestRow)(nil)).Where("organisation_id = ? AND route = ? AND key_hash = ?", q.Organisation, q.Route, q.KeyHash()).
		Where("created_at > ?", r.Machine().UTC().Add(-RequestTerm))
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

// Replied returns the answer that a request got, or nil if it got none yet.
// Another content under its key is refused with request.key-reused.
func (r *Record) Replied(ctx context.Context, q *enforcement.Request) (*Reply, error) {
	var rows []requestRow
	if err := r.kept(r.DB, q).Scan(ctx, &rows); err != nil {
		return nil, fmt.Errorf("read a request: %w", err)
	}
	if len(rows) == 0 {
		return nil, nil
	}
	if err := r.same(q, &rows[0]); err != nil || rows[0].Answer == nil {
		return nil, err
	}
	return r.openReply(rows[0].Answer, q)
}

// Reply keeps the answer of a request and returns the one to send: whoever
// answers first decides, so that every answer to one request is the same. Only
// successes are kept.
func (r *Record) Reply(ctx context.Context, act enforcement.Act, given Reply) (Reply, error) {
	q := act.Request
	plain, err := json.Marshal(given)
	if err != nil {
		return given, fmt.Errorf("write an answer: %w", err)
	}
	sealed, err := r.Vault.Seal(plain, q.Purpose())
	if err != nil {
		return given, fmt.Errorf("seal an answer: %w", err)
	}
	version, err := vault.SealedVersion(sealed)
	if err != nil {
		return given, fmt.Errorf("seal an answer: %w", err)
	}
	eventKey := act.Key
	if eventKey == "" {
		eventKey = enforcement.NewID().String()
	}
	row := r.requestRow(q, eventKey) // what changed nothing may have left none
	row.Status, row.Answer, row.KeyVersion = given.Status, sealed, version
	var kept []byte
	err = r.DB.NewInsert().Model(&row).On(`CONFLICT (organisation_id, route, key_hash) DO UPDATE`).Set(`status = coalesce(k.status, EXCLUDED.status)`).
		Set(`answer = coalesce(k.answer, EXCLUDED.answer)`).Set(`key_version = coalesce(k.key_version, EXCLUDED.key_version)`).Returning("answer").Scan(ctx, &kept)
	if err != nil {
		return given, fmt.Errorf("keep an answer: %w", err)
	}
	reply, err := r.openReply(kept, q)
	if err != nil {
		return given, err
	}
	return *reply, nil
}

func (r *Record) openReply(sealed []byte, q *enforcement.Request) (*Reply, error) {
	plain, err := r.Vault.Open(sealed, q.Purpose())
	if err != nil {
		return nil, fmt.Errorf("open an answer: %w", err)
	}
	var reply Reply
	if err := json.Unmarshal(plain, &reply); err != nil {
		return nil, fmt.Errorf("read an answer: %w", err)
	}
	return &reply, nil
}

// ForgetRequests deletes up to limit requests whose term is over and returns how
// many it deleted; 0 means none is left.
func (r *Record) ForgetRequests(ctx context.Context, limit int) (int64, error) {
	over := r.DB.NewSelect().Model((*requestRow)(nil)).Column("organisation_id", "route", "key_hash").Where("created_at <= ?", r.Machine().UTC().Add(-RequestTerm)).
		Order("created_at").Limit(int64(limit)).For("UPDATE SKIP LOCKED")
	done, err := r.DB.NewDelete().Model((*requestRow)(nil)).Where("(organisation_id, route, key_hash) IN (?)", over).Exec(ctx)
	if err != nil {
		return 0, fmt.Errorf("forget old requests: %w", err)
	}
	return done.RowsAffected()
}

// ForgetPersonalReplies drops the answers that name subjects: they are sealed
// under the installation's key, so a subject's own cannot be shredded alone. The
// requests stay, and are answered from their events.
func ForgetPersonalReplies(tx *pg.Tx) {
	tx.Later(forget(tx.NewUpdate().Model((*requestRow)(nil))).Where("personal AND answer IS NOT NULL"), "forget the answers that name subjects")
}

func forget(q *bun.UpdateQuery) *bun.UpdateQuery {
	return q.Set("status = NULL, answer = NULL, key_version = NULL")
}

// ResealReplies brings up to limit stored answers to the vault's current key and
// returns how many it looked at; 0 means that all are. One that no longer opens is
// dropped: its request is answered from its event.
func (r *Record) ResealReplies(ctx context.Context, act enforcement.Act, limit int) (n int, err error) {
	if err := act.Check(enforcement.Operator, enforcement.System); err != nil {
		return 0, err
	}
	err = r.DB.InTx(ctx, func(ctx context.Context, tx *pg.Tx) error {
		var old []requestRow
		err := tx.NewSelect().Model(&old).Where("answer IS NOT NULL AND key_version < ?", r.Vault.Current()).Limit(int64(limit)).For("UPDATE SKIP LOCKED").Scan(ctx)
		if err != nil {
			return fmt.Errorf("look for answers under an older key: %w", err)
		}
		n = len(old)
		for i := range old {
			if err := r.reseal(tx, &old[i]); err != nil {
				return err
			}
		}
		return nil
	})
	return n, enforcement.AsRefusal(err)
}

func (r *Record) reseal(tx *pg.Tx, row *requestRow) error {
	sealed, _, err := r.Vault.Reseal(row.Answer, enforcement.RequestPurpose(row.Organisation, row.Route, row.KeyHash))
	again := tx.NewUpdate().Model(row).WherePK()
	switch {
	case errors.Is(err, vault.ErrKeyUnknown), errors.Is(err, vault.ErrTampered):
		again = forget(again)
	case err != nil:
		return fmt.Errorf("seal an answer again: %w", err)
	default:
		again = again.Set("answer = ?, key_version = ?", sealed, r.Vault.Current())
	}
	tx.Later(again, "store an answer of organisation %d", row.Organisation)
	return nil
}
