package record

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
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

// Kept is a request as it was found kept, if it was: its own row, or one that the release
// before this one wrote, in which everybody's key of an organisation met, or both.
type Kept []requestRow

// of is the row that counts for a request, or nil: its own one comes first.
func (k Kept) of(q *enforcement.Request) *requestRow {
	own := q.KeyHash()
	for i := range k {
		if bytes.Equal(k[i].KeyHash, own) {
			return &k[i]
		}
	}
	if len(k) > 0 {
		return &k[0]
	}
	return nil
}

// AskKept asks for a request of which is known only what it says: route and key. holder is
// a query for the actor, role and organisation_id of who says it; what stands in place of
// the key is what [enforcement.Request.KeyHash] makes of them.
func (r *Record) AskKept(holder *bun.SelectQuery, route, key string, into *Kept) pg.Ask {
	q := &enforcement.Request{Key: key}
	who := r.DB.NewSelect().TableExpr("(?) AS holder", holder).Column("organisation_id").ColumnExpr("concat(actor, ' ', role) AS who")
	own := r.DB.NewSelect().TableExpr("(?) AS w", who).Column("organisation_id").
		ColumnExpr("sha256(convert_to(concat(octet_length(who), ':', who, ?::text), 'UTF8')) AS key_hash", strconv.Itoa(len(key))+":"+key)
	asked := r.DB.NewSelect().Model((*requestRow)(nil)).With("own", own).Where("k.route = ?", route).
		Where("k.organisation_id = (SELECT organisation_id FROM own)").
		Where("k.key_hash = ANY (ARRAY[(SELECT key_hash FROM own), ?])", q.FormerKeyHash())
	return pg.All(r.fresh(asked), (*[]requestRow)(into))
}

// Replied returns the answer that a request got before it was looked up, or nil if it got
// none yet. Another content under its key is refused with request.key-reused.
func (r *Record) Replied(q *enforcement.Request, kept Kept) (*Reply, error) {
	row := kept.of(q)
	if row == nil {
		return nil, nil
	}
	if err := r.same(q, row); err != nil || row.Answer == nil {
		return nil, err
	}
	return r.openReply(row)
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
	sealed, err := r.Vault.Seal(plain, enforcement.RequestPurpose(q.Organisation, q.Route, q.KeyHash()))
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
	err = r.DB.NewInsert().Model(&row).On(`CONFLICT (organisation_id, route, key_hash) DO UPDATE`).Set(`status = coalesce(k.status, EXCLUDED.status)`).
		Set(`answer = coalesce(k.answer, EXCLUDED.answer)`).Set(`key_version = coalesce(k.key_version, EXCLUDED.key_version)`).Returning("answer").Scan(ctx, &row.Answer)
	if err != nil {
		return given, fmt.Errorf("keep an answer: %w", err)
	}
	reply, err := r.openReply(&row)
	if err != nil {
		return given, err
	}
	return *reply, nil
}

func (r *Record) openReply(row *requestRow) (*Reply, error) {
	plain, err := r.Vault.Open(row.Answer, enforcement.RequestPurpose(row.Organisation, row.Route, row.KeyHash))
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
		err := tx.NewSelect().Model(&old).Where("answer IS NOT NULL AND key_version < ?", pg.Number(r.Vault.Current())).
			Limit(int64(limit)).For("UPDATE SKIP LOCKED").Scan(ctx)
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
		again = again.Set("answer = ?, key_version = ?", sealed, pg.Number(r.Vault.Current()))
	}
	tx.Later(again, "store an answer of organisation %d", row.Organisation)
	return nil
}
