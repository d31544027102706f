package access

import (
	"context"
	"fmt"

	"concordat/enforcement"
	"concordat/enforcement/record"
	"concordat/internal/pg"
)

// Somebody has to issue the first token, and nobody has one yet: the account of the
// operating system that runs the command does, once. Who can run it reads the key file
// and the database anyway; what counts is that it cannot be done unseen, and not beside
// operators who are there.

// firstOnly lets an account issue an operator's token and nothing else.
func firstOnly(act enforcement.Act, role enforcement.Role) error {
	if act.ByAccount() && role != enforcement.Operator {
		return refuse(CodeMissing)
	}
	return nil
}

// refuseWhereOperatorsAre refuses an account while an operator has a token that is valid,
// or will be: the operator issues the next. Two accounts that ask at once take turns.
func (t *Tokens) refuseWhereOperatorsAre(ctx context.Context, tx *pg.Tx) error {
	if _, err := tx.NewRaw(`SELECT pg_advisory_xact_lock` + record.FirstTokenLock).Exec(ctx); err != nil {
		return fmt.Errorf("wait for others who issue a first token: %w", err)
	}
	there, err := tx.NewSelect().Model((*tokenRow)(nil)).Where("role = ? AND revoked_at IS NULL AND demo = ?", enforcement.Operator, t.demo).
		Where("expires_at IS NULL OR expires_at > ?", t.machine().UTC()).Exists(ctx)
	if err != nil {
		return fmt.Errorf("look for operators' tokens: %w", err)
	}
	if there {
		return refuse(CodeMissing)
	}
	return nil
}
