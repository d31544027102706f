// pgx: pieces come back in the binary form of COPY, as a backup has them.

package paper

import (
	"context"
	"fmt"
	"io"

	"concordat/internal/pg"
)

// BringBack enters pieces that a backup copied out, in the binary form of COPY: those of
// papers that the restored record knows, and that are not there yet. All of them or none.
func BringBack(ctx context.Context, db *pg.DB, copied io.Reader) error {
	conn, err := db.Pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("take a connection: %w", err)
	}
	defer conn.Release()
	plain := conn.Conn().PgConn()
	if _, err := plain.Exec(ctx, `CREATE TEMPORARY TABLE IF NOT EXISTS brought (paper_id uuid, position integer, sealed bytea); TRUNCATE brought`).ReadAll(); err != nil {
		return fmt.Errorf("make room for pieces: %w", err)
	}
	if _, err := plain.CopyFrom(ctx, copied, `COPY brought FROM STDIN (FORMAT binary)`); err != nil {
		return fmt.Errorf("copy pieces in: %w", err)
	}
	_, err = plain.Exec(ctx, `INSERT INTO paper_chunk (paper_id, position, sealed) SELECT b.paper_id, b.position, b.sealed FROM brought b
		WHERE EXISTS (SELECT FROM paper p WHERE p.id = b.paper_id) ON CONFLICT DO NOTHING; DROP TABLE brought`).ReadAll()
	if err != nil {
		return fmt.Errorf("enter pieces: %w", err)
	}
	return nil
}
