package pg

import (
	"errors"

	"github.com/jackc/pgx/v5/pgconn"
)

// PostgreSQL's codes that somebody here decides by.
const (
	codeSerializationFailure = "40001"
	codeDeadlock             = "40P01"
	classConstraint          = "23"
)

// Constraint names the constraint that refused a statement (PostgreSQL's class
// 23: unique, check, foreign key, exclusion), so that the caller can say it in
// the words of a refusal. A NOT NULL violation has no constraint: its name is
// "table.column". ok is false for every other error.
func Constraint(err error) (name string, ok bool) {
	refused, ok := errors.AsType[*pgconn.PgError](err)
	if !ok || len(refused.Code) != 5 || refused.Code[:2] != classConstraint {
		return "", false
	}
	if refused.ConstraintName == "" {
		return refused.TableName + "." + refused.ColumnName, true
	}
	return refused.ConstraintName, true
}

// IsRetryable tells whether the transaction was given up by PostgreSQL for the
// company it was in (deadlock 40P01, serialisation failure 40001), so that
// running it again is both safe and likely to succeed.
func IsRetryable(err error) bool {
	refused, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (refused.Code == codeDeadlock || refused.Code == codeSerializationFailure)
}

// stale reports whether a prepared plan no longer fits the tables: they were changed since.
func stale(err error) bool {
	said, ok := errors.AsType[*pgconn.PgError](err)
	return ok && said.Code == "0A000"
}
