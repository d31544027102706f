package access

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"concordat/enforcement"
	"concordat/enforcement/change"
	"concordat/enforcement/record"
	"concordat/internal/pg"
)

// Whoever makes operators can make a second person of nobody: so an operator's token takes
// two people itself once anything was sent. Before there are operators, and where there is
// one left, the account of the operating system that runs the command may issue one. Who
// can run it reads the key file and the database anyway; what counts is that it is not done
// unseen, and not beside operators who are there.

// operatorsToken is what is proposed: the row is there, and ended before it began.
type operatorsToken struct {
	Token   enforcement.ID `json:"token"`
	Expires time.Time      `json:"expires"`
}

// Ask is [Tokens.IssueBy], never for a demonstration, where one person may issue the token.
// Otherwise it is proposed: the token works from when a second operator confirms.
func (t *Tokens) Ask(ctx context.Context, act enforcement.Act, n Wanted) (plaintext string, proposal enforcement.ID, err error) {
	plaintext, err = t.issue(ctx, act, n, false)
	if !errors.Is(err, enforcement.Refuse("change.unproposed")) {
		return plaintext, proposal, err
	}
	row, plaintext, err := t.made(ctx, act, n, false)
	if err == nil && row.enrols != nil {
		err = refuse(codeStaffAlone)
	}
	if err != nil {
		return "", proposal, err
	}
	what, wanted := row.told(), operatorsToken{Token: row.ID, Expires: row.ExpiresAt}
	row.ExpiresAt = row.CreatedAt
	err = t.db.InTx(ctx, func(ctx context.Context, tx *pg.Tx) error {
		tx.Later(tx.NewInsert().Model(&row), "insert a token that is proposed")
		event, err := t.Changes.ProposeIn(ctx, tx, act, change.New{Kind: change.OperatorToken, What: what, Content: wanted})
		if err != nil {
			return err
		}
		proposal = event.RefersTo
		t.record().Log(ctx, tx, act, *event)
		return nil
	})
	if err != nil {
		return "", enforcement.ID{}, fmt.Errorf("propose a token of %s: %w", n.Role, err)
	}
	return plaintext, proposal, nil
}

// Carry lets an operator's token begin that two people want. The one whom it is for is
// neither of them.
func (t *Tokens) Carry(ctx context.Context, tx *pg.Tx, act enforcement.Act, p change.Proposal, content []byte) (*record.Event, error) {
	var wanted operatorsToken
	if err := json.Unmarshal(content, &wanted); err != nil {
		return nil, fmt.Errorf("read proposal %s: %w", p.ID, err)
	}
	done, err := tx.NewUpdate().Model((*tokenRow)(nil)).Set("expires_at = ?", wanted.Expires).
		Where("id = ? AND revoked_at IS NULL AND expires_at = created_at AND actor <> ?", wanted.Token, act.Actor.ID).Exec(ctx)
	if err != nil {
		return nil, fmt.Errorf("let token %s begin: %w", wanted.Token, err)
	}
	if n, err := done.RowsAffected(); err != nil || n == 0 {
		return nil, errors.Join(err, refuse(CodeRevoked))
	}
	return &record.Event{Kind: record.EventTokenIssued, RefersTo: wanted.Token, Reason: p.What}, nil
}

// mayIssue refuses who may not issue a token of a role by that act.
func (t *Tokens) mayIssue(ctx context.Context, tx *pg.Tx, act enforcement.Act, role enforcement.Role) error {
	if role != enforcement.Operator {
		return nil
	}
	alone, err := (&change.Changes{Record: t.record()}).Alone(ctx, tx, act)
	switch {
	case err != nil:
		return err
	case act.ByAccount():
		return t.refuseWhereOperatorsAre(ctx, tx, alone)
	case !alone:
		return enforcement.Refuse("change.unproposed")
	}
	return nil
}

// refuseWhereOperatorsAre refuses an account while an operator has a token that is valid
// and does not sleep: the operator issues the next. Where that takes two people, they are
// refused while there are two. Accounts that ask at once take turns.
func (t *Tokens) refuseWhereOperatorsAre(ctx context.Context, tx *pg.Tx, alone bool) error {
	if _, err := tx.NewRaw(`SELECT pg_advisory_xact_lock` + record.FirstOperatorLock).Exec(ctx); err != nil {
		return fmt.Errorf("wait for others who issue a first token: %w", err)
	}
	var there int
	err := tx.NewSelect().Model((*tokenRow)(nil)).ColumnExpr("count(DISTINCT actor)").
		Where("role = ? AND demo = ?", enforcement.Operator, t.demo).Where(valid, t.machine().UTC()).Where("NOT ("+asleep+")").Scan(ctx, &there)
	if err != nil {
		return fmt.Errorf("look for operators' tokens: %w", err)
	}
	if there >= 2 || alone && there > 0 {
		return refuse(CodeMissing)
	}
	return nil
}
