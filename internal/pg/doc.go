// Package pg is the door to PostgreSQL: a pool that bun and River share, the
// one way into a transaction, and a private cluster for whoever has no
// database of their own.
//
// # Transactions
//
// [DB] is bun over a pgx pool. [DB.InTx] is the only door to a transaction:
//
//	err := db.InTx(ctx, func(ctx context.Context, tx *pg.Tx) error {
//		if _, err := jobs.InsertManyTx(ctx, tx.Pgx(), wakeUps); err != nil {
//			return err
//		}
//		tx.Later(tx.NewInsert().Model(&row), "enter %s", row.ID)
//		return nil
//	})
//
// The row and the jobs commit together or not at all. The function must be
// repeatable: after a deadlock (40P01) or a serialisation failure (40001) it
// runs again in a new transaction, so it sends nothing and keeps nothing from a
// run that failed. A lost connection is never repeated: nobody knows whether
// its commit arrived.
//
// Bun writes arguments into the text of its queries; the driver takes them out again and
// prepares a text that comes a second time, as pgx does what goes through [DB.Pool] or
// [Tx.Pgx] with arguments. Bun costs some microseconds more in this process, so the hot
// statements of deliveries go by pgx. The round trips are what an act waits for:
// [Tx.Later] queues a statement of which nothing is read, so that it goes with the next
// one or with the COMMIT (as the BEGIN goes with the first), and [Tx.Together] asks
// several questions at once. [DB.Snapshot] reads one moment.
//
// # The private cluster
//
// [StartCluster] runs a PostgreSQL of our own from the binaries of the system,
// in a directory of ours, behind a socket that only this user (and root) can
// reach. It lives and dies with the process that started it; a second process
// that names the same directory is a guest ([Cluster.Adopted]). [FreshDir]
// finds a place for a cluster that is thrown away afterwards, [FreshTestDir] one
// for data that need not outlive the machine.
//
// The package runs on Linux: it relies on parent-death signals and /proc.
package pg
