package record

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"concordat/enforcement"
)

// RestoringMark names the table that stands in a database while a backup is
// being brought back into it. It goes with the transaction that places the hold.
const RestoringMark = "concordat_restoring"

// Unfinished reports whether a restore into this database has not come to its
// end: nobody may work on it.
func Unfinished(ctx context.Context, db bun.IDB) (bool, error) {
	var marked bool
	if err := db.NewRaw(`SELECT to_regclass('public.' || ?) IS NOT NULL`, RestoringMark).Scan(ctx, &marked); err != nil {
		return false, fmt.Errorf("look for an unfinished restore: %w", err)
	}
	return marked, nil
}

// RefuseUnfinished is Unfinished as a refusal.
func RefuseUnfinished(ctx context.Context, db bun.IDB) error {
	marked, err := Unfinished(ctx, db)
	if err == nil && marked {
		err = enforcement.Refuse("restore.unfinished")
	}
	return err
}
