package paper

import (
	"context"
	"encoding/binary"
	"fmt"
	"time"

	"concordat/enforcement"
	"concordat/internal/pg"
)

const (
	// DefaultKeepYears is how long a paper is kept after its case has ended, where the
	// configuration says nothing: as long as the records of use and delivery are
	// (政务数据共享条例 Art. 29, by analogy).
	DefaultKeepYears = 3
	// monthsAhead is for how many months there are partitions, this one included.
	monthsAhead = 3
	// patience is how long a paper may take to come in before its sender counts as gone;
	// longSince is for how long the pieces that one left are looked for.
	patience  = 24 * time.Hour
	longSince = 30 * 24 * time.Hour
	// retainBatch is how many uses of ended cases are told at once until when they are kept.
	retainBatch = 5_000
	// rotateBatch is how many keys are wrapped anew in one transaction.
	rotateBatch = 500
)

// Daily is what papers need of a day: partitions for the months ahead, which nobody makes
// who brings one; pieces of what never became a paper, swept; and the day until which the
// papers of ended cases are kept, set. It erases nothing.
func (p *Papers) Daily(ctx context.Context, act enforcement.Act) error {
	if err := act.Check(enforcement.Operator, enforcement.System); err != nil {
		return err
	}
	now := enforcement.NewID().Made() // the clock by which ids fall into months
	if _, err := p.Record.DB.NewRaw(`SELECT make_paper_months(?::date, ?::integer)`, now.Format(time.DateOnly), pg.Number(monthsAhead)).Exec(ctx); err != nil {
		return fmt.Errorf("make the months of papers: %w", err)
	}
	_, err := p.Record.DB.NewDelete().Model((*chunkRow)(nil)).Where("paper_id >= ? AND paper_id < ?", firstID(now.Add(-longSince)), firstID(now.Add(-patience))).
		Where("NOT EXISTS (SELECT FROM paper p WHERE p.id = paper_id)").Exec(ctx)
	if err != nil {
		return fmt.Errorf("sweep away what never became a paper: %w", err)
	}
	return p.retain(ctx)
}

// firstID is the smallest id of an instant.
func firstID(at time.Time) (id enforcement.ID) {
	binary.BigEndian.PutUint64(id[:8], uint64(at.UnixMilli())<<16)
	return id
}

// retain says of the papers of ended cases until when they are kept.
func (p *Papers) retain(ctx context.Context) error {
	years := p.KeepYears
	if years == 0 {
		years = DefaultKeepYears
	}
	for {
		ended := p.Record.DB.NewSelect().TableExpr("paper_use AS i").Join("JOIN ground AS g ON g.id = i.ground_id").
			ColumnExpr("i.serves, i.paper_id, i.purpose, (g.ended_on + make_interval(years => ?::integer))::date AS until", pg.Number(years)).
			Where("i.keep_until IS NULL AND g.ended_on IS NOT NULL").Limit(retainBatch)
		done, err := p.Record.DB.NewUpdate().Model((*useRow)(nil)).With("ended", ended).TableExpr("ended AS e").Set("keep_until = e.until").
			Where("u.serves = e.serves AND u.paper_id = e.paper_id AND u.purpose = e.purpose").Exec(ctx)
		if err != nil {
			return fmt.Errorf("note until when papers are kept: %w", err)
		}
		if n, err := done.RowsAffected(); err != nil || n < retainBatch {
			return err
		}
	}
}

// Rotate wraps the keys of papers that concern several with the vault's current key and
// returns how many it brought over. Those of a case's papers are under its subject's key,
// which [party.Parties.RotateSubjects] wraps.
func (p *Papers) Rotate(ctx context.Context, act enforcement.Act) (n int, err error) {
	if err := act.Check(enforcement.Operator, enforcement.System); err != nil {
		return 0, err
	}
	current := binary.BigEndian.AppendUint16(nil, uint16(p.Record.Vault.Current())) //nolint:gosec // versions are positive
	for {
		var batch int
		err := p.Record.DB.InTx(ctx, func(ctx context.Context, tx *pg.Tx) error {
			var old []paperRow
			err := tx.NewSelect().Model(&old).Column("id", "envelope").Where("envelope IS NOT NULL AND substring(envelope FROM 1 FOR 2) < ?", current).
				Limit(rotateBatch).For("NO KEY UPDATE").Scan(ctx)
			if err != nil {
				return fmt.Errorf("look for papers under an older key: %w", err)
			}
			batch = len(old)
			return p.rewrap(tx, old)
		})
		if n += batch; err != nil || batch < rotateBatch {
			return n, enforcement.AsRefusal(err)
		}
	}
}

func (p *Papers) rewrap(tx *pg.Tx, old []paperRow) error {
	for _, one := range old {
		wrapped, _, err := p.Record.Vault.Rewrap(one.ID, one.Envelope)
		if err != nil {
			return fmt.Errorf("wrap the key of paper %s anew: %w", one.ID, err)
		}
		tx.Later(tx.NewUpdate().Model((*paperRow)(nil)).Set("envelope = ?", wrapped).Where("id = ?", one.ID), "store the key of paper %s", one.ID)
	}
	return nil
}
