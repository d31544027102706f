package party

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

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
		var old []Row
		err := tx.NewSelect().Model(&old).Where("envelope IS NOT NULL AND key_version < ?", pg.Number(r.Record.Vault.Current())).Order("id").Limit(int64(limit)).
			For("NO KEY UPDATE SKIP LOCKED").Scan(ctx)
		if err != nil {
			return fmt.Errorf("look for subjects under an older key: %w", err)
		}
		n = len(old)
		for i := range old {
			if err := r.rotate(tx, &old[i]); err != nil {
				return err
			}
		}
		return nil
	})
	return n, enforcement.AsRefusal(err)
}

func (r *Parties) rotate(tx *pg.Tx, s *Row) error {
	identity, err := r.OpenIdentity(s.ID, s.Wrapped, s.Sealed)
	if err != nil {
		return err
	}
	wrapped, _, err := r.Record.Vault.Rewrap(s.ID, s.Wrapped)
	if err != nil {
		return fmt.Errorf("wrap the key of subject %s anew: %w", s.ID, err)
	}
	version, err := vault.WrappedVersion(wrapped)
	if err != nil {
		return fmt.Errorf("read the key version of subject %s: %w", s.ID, err)
	}
	tx.Later(tx.NewUpdate().Model(s).Set("envelope = ?, key_version = ?, namesake = ?", wrapped, pg.Number(version), r.namesake(identity)).Set("version = version + 1").WherePK(), "store the key of subject %s", s.ID)
	of := identifier.Identifier{Kind: identity.NumberKind, State: identity.State, Number: identity.Number}
	hashes := lookups(s.ID, r.Record.Vault.Hashes(domainOf(s.Owner), of.Key()))
	tx.Later(tx.NewInsert().Model(&hashes).On("CONFLICT DO NOTHING"), "store the look-up hashes of subject %s", s.ID)
	if s.Owner != 0 {
		own := numbers(s.ID, r.Record.Vault.Hashes(lookupDomain, of.Key()))
		tx.Later(tx.NewInsert().Model(&own).On("CONFLICT DO NOTHING"), "store the number of subject %s", s.ID)
	}
	return nil
}

// ForgetHashes removes look-up hashes of versions that are no longer live.
func (r *Parties) ForgetHashes(ctx context.Context) error {
	for _, table := range []any{(*lookup)(nil), (*number)(nil)} {
		if _, err := r.Record.DB.NewDelete().Model(table).Where("key_version NOT IN (?)", bun.List(r.Record.Vault.Live())).Exec(ctx); err != nil {
			return fmt.Errorf("forget old look-up hashes: %w", err)
		}
	}
	return nil
}
