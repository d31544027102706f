package record

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

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
		fresh := false
		err := tx.Lend(func(p pgx.Tx) (err error) {
			c.key, c.Again, fresh, err = r.claimRequest(ctx, p, act)
			return err
		})
		if err != nil || fresh {
			return c, err
		}
	}
	if c.key == "" {
		return c, nil
	}
	var err error
	c.found, err = r.repeated(ctx, tx, c.key)
	return c, err
}

// claimRequest locks the request until the transaction ends, and reads or writes
// its row; fresh says that no event bears its key. PostgreSQL lets go of the lock
// after others see what was committed.
func (r *Record) claimRequest(ctx context.Context, p pgx.Tx, act enforcement.Act) (key string, again, fresh bool, err error) {
	q := act.Request
	var free bool
	if err := p.QueryRow(ctx, `SELECT pg_try_advisory_xact_lock($1)`, q.Lock()).Scan(&free); err != nil {
		return "", false, false, fmt.Errorf("lock a request: %w", err)
	}
	if !free {
		return "", false, false, enforcement.Refuse("request.in-flight")
	}
	row, err := r.requestRow(ctx, p, q)
	if err != nil || row.eventKey != "" {
		return row.eventKey, true, false, err
	}
	if key, fresh, err = r.requestEventKey(ctx, p, act.Key); err != nil {
		return "", false, false, err
	}
	_, err = p.Exec(ctx, `INSERT INTO request_key (organisation_id, route, key_hash, fingerprint, event_key, created_at, personal) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (organisation_id, route, key_hash) DO UPDATE SET fingerprint = excluded.fingerprint, event_key = excluded.event_key,
			created_at = excluded.created_at, personal = excluded.personal, status = NULL, answer = NULL, key_version = NULL`,
		int32(q.Organisation), q.Route, q.KeyHash(), r.Vault.DocumentHash(q.Content), key, r.Machine().UTC(), q.Personal)
	if err != nil {
		return "", false, false, fmt.Errorf("write down a request: %w", err)
	}
	return key, false, fresh, nil
}

// requestEventKey is the key that the event of a request will carry. An event
// younger than a request is kept was left by a process of the release before this
// one, which wrote no rows: the act was done. An older one was left by a request
// that is forgotten, whose key may be used anew. fresh: no event bears it.
func (r *Record) requestEventKey(ctx context.Context, p pgx.Tx, key string) (_ string, fresh bool, err error) {
	if key == "" {
		return enforcement.NewID().String(), true, nil
	}
	var recorded time.Time
	err = p.QueryRow(ctx, `SELECT recorded_at FROM event WHERE act_key = $1`, key).Scan(&recorded)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return key, true, nil
	case err != nil:
		return "", false, fmt.Errorf("look for the act's key: %w", err)
	case recorded.After(r.Machine().Add(-RequestTerm)):
		return key, false, nil
	}
	return key + "/" + enforcement.NewID().String(), true, nil
}

// requestRow is a row as it is found; without an event key there is none.
type requestRow struct {
	eventKey string
	answer   []byte
}

// requestRow reads the row of a request that is still kept, and refuses another
// content under its key.
func (r *Record) requestRow(ctx context.Context, p pg.Querier, q *enforcement.Request) (requestRow, error) {
	var row requestRow
	var fingerprint []byte
	err := p.QueryRow(ctx, `SELECT event_key, fingerprint, answer FROM request_key WHERE organisation_id = $1 AND route = $2 AND key_hash = $3 AND created_at > $4`,
		int32(q.Organisation), q.Route, q.KeyHash(), r.Machine().UTC().Add(-RequestTerm)).Scan(&row.eventKey, &fingerprint, &row.answer)
	if errors.Is(err, pgx.ErrNoRows) {
		return requestRow{}, nil
	}
	if err != nil {
		return requestRow{}, fmt.Errorf("read a request: %w", err)
	}
	if err := r.Vault.VerifyDocument(q.Content, fingerprint); errors.Is(err, vault.ErrTampered) {
		return requestRow{}, enforcement.Refuse("request.key-reused")
	} else if err != nil {
		return requestRow{}, fmt.Errorf("compare a request: %w", err)
	}
	return row, nil
}

// Replied returns the answer that a request got, or nil if it got none yet.
// Another content under its key is refused with request.key-reused.
func (r *Record) Replied(ctx context.Context, q *enforcement.Request) (*Reply, error) {
	row, err := r.requestRow(ctx, r.DB.Pool, q)
	if err != nil || row.answer == nil {
		return nil, err
	}
	return r.openReply(row.answer, q)
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
	var kept []byte
	// What changed nothing may have left no row.
	err = r.DB.Pool.QueryRow(ctx, `INSERT INTO request_key AS k (organisation_id, route, key_hash, fingerprint, event_key, created_at, personal, status, answer, key_version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT (organisation_id, route, key_hash) DO UPDATE SET status = coalesce(k.status, excluded.status), answer = coalesce(k.answer, excluded.answer),
			key_version = coalesce(k.key_version, excluded.key_version)
		RETURNING answer`,
		int32(q.Organisation), q.Route, q.KeyHash(), r.Vault.DocumentHash(q.Content), eventKey, r.Machine().UTC(), q.Personal, given.Status, sealed, version).Scan(&kept)
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
func (r *Record) ForgetRequests(ctx context.Context, limit int) (int, error) {
	tag, err := r.DB.Pool.Exec(ctx, `DELETE FROM request_key WHERE (organisation_id, route, key_hash) IN
		(SELECT organisation_id, route, key_hash FROM request_key WHERE created_at <= $1 ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED)`,
		r.Machine().UTC().Add(-RequestTerm), limit)
	if err != nil {
		return 0, fmt.Errorf("forget old requests: %w", err)
	}
	return int(tag.RowsAffected()), nil
}

// ForgetPersonalReplies drops the answers that name subjects: they are sealed
// under the installation's key, so a subject's own cannot be shredded alone. The
// requests stay, and are answered from their events.
func ForgetPersonalReplies(ctx context.Context, p pgx.Tx) error {
	_, err := p.Exec(ctx, `UPDATE request_key SET status = NULL, answer = NULL, key_version = NULL WHERE personal AND answer IS NOT NULL`)
	if err != nil {
		return fmt.Errorf("forget the answers that name subjects: %w", err)
	}
	return nil
}

// ResealReplies brings up to limit stored answers to the vault's current key and
// returns how many it looked at; 0 means that all are. One that no longer opens is
// dropped: its request is answered from its event.
func (r *Record) ResealReplies(ctx context.Context, act enforcement.Act, limit int) (int, error) {
	if err := act.Check(enforcement.Operator, enforcement.System); err != nil {
		return 0, err
	}
	n := 0
	err := r.DB.InTx(ctx, func(ctx context.Context, tx *pg.Tx) error {
		return tx.Lend(func(p pgx.Tx) (err error) {
			n, err = r.resealReplies(ctx, p, limit)
			return err
		})
	})
	return n, enforcement.AsRefusal(err)
}

func (r *Record) resealReplies(ctx context.Context, p pgx.Tx, limit int) (int, error) {
	type stored struct {
		org     enforcement.OrganisationID
		route   string
		keyHash []byte
		answer  []byte
	}
	rows, err := p.Query(ctx, `SELECT organisation_id, route, key_hash, answer FROM request_key WHERE answer IS NOT NULL AND key_version < $1 LIMIT $2 FOR UPDATE SKIP LOCKED`, r.Vault.Current(), limit)
	if err != nil {
		return 0, fmt.Errorf("look for answers under an older key: %w", err)
	}
	old, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (stored, error) {
		var s stored
		err := row.Scan(&s.org, &s.route, &s.keyHash, &s.answer)
		return s, err
	})
	if err != nil {
		return 0, fmt.Errorf("look for answers under an older key: %w", err)
	}
	for _, s := range old {
		var version *int16
		sealed, _, err := r.Vault.Reseal(s.answer, enforcement.RequestPurpose(s.org, s.route, s.keyHash))
		switch {
		case errors.Is(err, vault.ErrKeyUnknown), errors.Is(err, vault.ErrTampered):
			sealed = nil
		case err != nil:
			return 0, fmt.Errorf("seal an answer again: %w", err)
		default:
			version = new(r.Vault.Current())
		}
		_, err = p.Exec(ctx, `UPDATE request_key SET answer = $4, key_version = $5::smallint, status = CASE WHEN $4::bytea IS NOT NULL THEN status END WHERE organisation_id = $1 AND route = $2 AND key_hash = $3`,
			int32(s.org), s.route, s.keyHash, sealed, version)
		if err != nil {
			return 0, fmt.Errorf("store an answer of organisation %s: %w", strconv.Itoa(int(s.org)), err)
		}
	}
	return len(old), nil
}
