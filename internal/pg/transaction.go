package pg

import (
	"errors"

	"github.com/jackc/pgx/v5"
)

// transaction is the [driver.Tx] of a conn.
type transaction struct{ *conn }

var errEnded = errors.New("pg: the transaction was ended by a statement")

// Commit sends what is still queued, and the COMMIT with it, unless something of that
// must be looked at first. A transaction of no statement costs nothing.
func (t *transaction) Commit() error {
	defer t.leave()
	if t.over {
		return nil
	}
	if !t.begun() && len(t.queue) == 1 {
		return nil
	}
	for i := range t.queue {
		if t.queue[i].otherwise != nil {
			if err := t.flush(t.life); err != nil {
				return errors.Join(err, t.rollback())
			}
			break
		}
	}
	sent, err := t.send(t.life, "COMMIT")
	if err != nil {
		return errors.Join(err, t.rollback())
	}
	tag, err := sent.finish()
	if err == nil && tag.String() == "ROLLBACK" {
		err = pgx.ErrTxCommitRollback
	}
	return err
}

// Rollback undoes what was sent; what is queued is forgotten.
func (t *transaction) Rollback() error {
	defer t.leave()
	t.queue = nil
	return t.rollback()
}

// rollback ends the transaction, if the database knows of it. Where that fails, nobody
// uses the connection again.
func (t *transaction) rollback() error {
	t.broken = nil
	if t.Conn().IsClosed() || !t.begun() {
		return nil
	}
	sent, err := t.send(t.life, "ROLLBACK")
	if err == nil {
		_, err = sent.finish()
	}
	if err != nil {
		_ = t.Conn().Close(t.life) // the error is told
	}
	return err
}

func (t *transaction) leave() {
	t.queue, t.tx, t.life, t.broken, t.over = nil, false, nil, nil, false
}
