package party

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"concordat/enforcement"
	"concordat/internal/identifier"
	"concordat/internal/pg"
	"concordat/internal/vault"
)

// RotateSubjects brings up to limit subjects to the vault's current key: their
// data key is wrapped anew and their look-up hash written in the new version
// beside the old one. It returns how many it brought over; 0 means that all are.
// It may run while everything else does: look-ups ask every live version.
func (r *Parties) RotateSubjects(ctx context.Context, act enforcement.Act, limit int) (int, error) {
	if err := act.Check(enforcement.Operator, enforcement.System); err != nil {
		return 0, err
	}
	n := 0
	err := r.Record.DB.InTx(ctx, func(ctx context.Context, tx *pg.Tx) error {
		return tx.Lend(func(p pgx.Tx) error {
			var err error
			n, err = r.rotateSubjects(ctx, p, limit)
			return err
		})
	})
	return n, enforcement.AsRefusal(err)
}

func (r *Parties) rotateSubjects(ctx context.Context, p pgx.Tx, limit int) (int, error) {
	rows, err := p.Query(ctx, `SELECT id, envelope, sealed FROM subject WHERE envelope IS NOT NULL AND key_version < $1 ORDER BY id LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED`, r.Record.Vault.Current(), limit)
	if err != nil {
		return 0, fmt.Errorf("look for subjects under an older key: %w", err)
	}
	type row struct {
		id               enforcement.ID
		envelope, sealed []byte
	}
	old, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (row, error) {
		var o row
		err := r.Scan(&o.id, &o.envelope, &o.sealed)
		return o, err
	})
	if err != nil {
		return 0, fmt.Errorf("look for subjects under an older key: %w", err)
	}
	for _, o := range old {
		identity, err := r.OpenIdentity(o.id, o.envelope, o.sealed)
		if err != nil {
			return 0, err
		}
		wrapped, _, err := r.Record.Vault.Rewrap(o.id, o.envelope)
		if err != nil {
			return 0, fmt.Errorf("wrap the key of subject %s anew: %w", o.id, err)
		}
		version, err := vault.WrappedVersion(wrapped)
		if err != nil {
			return 0, fmt.Errorf("read the key version of subject %s: %w", o.id, err)
		}
		if _, err := p.Exec(ctx, `UPDATE subject SET envelope = $2, key_version = $3, version = version + 1 WHERE id = $1`, o.id, wrapped, version); err != nil {
			return 0, fmt.Errorf("store the key of subject %s: %w", o.id, err)
		}
		number := identifier.Identifier{Kind: identity.NumberKind, State: identity.State, Number: identity.Number}
		for _, h := range r.Record.Vault.Hashes(lookupDomain, number.Key()) {
			if _, err := p.Exec(ctx, `INSERT INTO subject_lookup (key_version, hash, subject_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, h.Version, h.Sum, o.id); err != nil {
				return 0, fmt.Errorf("store the look-up hash of subject %s: %w", o.id, err)
			}
		}
	}
	return len(old), nil
}

// ForgetHashes removes look-up hashes of versions that are no longer live.
func (r *Parties) ForgetHashes(ctx context.Context) error {
	_, err := r.Record.DB.Pool.Exec(ctx, `DELETE FROM subject_lookup WHERE NOT key_version = ANY($1)`, r.Record.Vault.Live())
	if err != nil {
		return fmt.Errorf("forget old look-up hashes: %w", err)
	}
	return nil
}
