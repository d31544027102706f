package intake

import (
	"context"
	"fmt"

	"concordat/enforcement"
	"concordat/enforcement/record"
)

// Claim makes the caller the only reader of a run until release is called
// or the process or its connection ends; ok false means that somebody else is.
// What a lost connection lets through meets the count of rows in [Intake.Write].
func (r *Intake) Claim(ctx context.Context, id enforcement.ID) (release func(), ok bool, err error) {
	conn, err := r.Record.DB.Pool.Acquire(ctx)
	if err != nil {
		return nil, false, fmt.Errorf("take a connection for import %s: %w", id, err)
	}
	if err := conn.QueryRow(ctx, `SELECT pg_try_advisory_lock($1, hashtext($2))`, record.ImportLocks, id.String()).Scan(&ok); err != nil || !ok {
		conn.Release()
		if err != nil {
			return nil, false, fmt.Errorf("claim import %s: %w", id, err)
		}
		return nil, false, nil
	}
	return func() {
		// A connection on which this fails is closed by the pool, and the lock with it.
		_, err := conn.Exec(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock($1, hashtext($2))`, record.ImportLocks, id.String())
		if err != nil {
			_ = conn.Conn().Close(context.WithoutCancel(ctx))
		}
		conn.Release()
	}, true, nil
}
