package pg

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"io"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
)

// answer is what the database says to one message: as [driver.Rows], to the query in it
// that was not queued, or to several in turn. It comes as text.
type answer struct {
	all      *pgconn.MultiResultReader
	rows     *pgconn.ResultReader
	fields   []pgconn.FieldDescription
	more     bool // another result was met at the end of this one
	types    *pgtype.Map
	done     func(error)
	finished bool
}

var _ driver.RowsNextResultSet = (*answer)(nil)

// divided is the code of a division by zero (manual, appendix A).
const divided = "22012"

// errNoAnswer is a text in which no statement is.
var errNoAnswer = errors.New("pg: an empty query")

// expect reads the answer to a queued statement.
func (a *answer) expect(q *queued) error {
	if !a.all.NextResult() {
		_, err := a.finish()
		if err == nil {
			err = errNoAnswer
		}
		return fmt.Errorf("%s: %w", q.doing(), err)
	}
	tag, err := a.all.ResultReader().Close()
	if err != nil {
		_, _ = a.finish() // it says the same
		if said, ok := errors.AsType[*pgconn.PgError](err); ok && said.Code == divided && q.otherwise != nil {
			return q.otherwise
		}
		return fmt.Errorf("%s: %w", q.doing(), err)
	}
	if q.otherwise != nil && tag.RowsAffected() != q.rows {
		_, _ = a.finish() // what follows is rolled back with this
		return q.otherwise
	}
	return nil
}

// finish reads what is left, once, and returns the tag of the last result.
func (a *answer) finish() (tag pgconn.CommandTag, err error) {
	if a.finished {
		return tag, nil
	}
	a.finished = true
	if a.more { // it was met, and not begun
		a.begin()
	}
	if a.rows != nil {
		tag, _ = a.rows.Close() // all says the same
	}
	for a.all.NextResult() { // a text of several statements
		tag, _ = a.all.ResultReader().Close()
	}
	err = a.all.Close()
	a.done(err)
	return tag, err //nolint:wrapcheck // database/sql compares driver errors
}

// begin takes up a result.
func (a *answer) begin() {
	a.rows = a.all.ResultReader()
	a.fields = a.rows.FieldDescriptions()
	a.more = false
}

func (a *answer) HasNextResultSet() bool { return a.more }

func (a *answer) NextResultSet() error {
	if !a.more {
		return io.EOF
	}
	a.begin()
	return nil
}

func (a *answer) Columns() []string {
	names := make([]string, len(a.fields))
	for i := range a.fields {
		names[i] = a.fields[i].Name
	}
	return names
}

func (a *answer) Close() error {
	_, err := a.finish()
	return err
}

func (a *answer) Next(dest []driver.Value) error {
	if a.finished || a.more {
		return io.EOF
	}
	if !a.rows.NextRow() {
		if a.more = a.all.NextResult(); a.more {
			return io.EOF
		}
		if _, err := a.finish(); err != nil {
			return err
		}
		return io.EOF
	}
	for i, raw := range a.rows.Values() {
		value, err := a.value(a.fields[i].DataTypeOID, raw)
		if err != nil {
			return fmt.Errorf("read column %s: %w", a.fields[i].Name, err)
		}
		dest[i] = value
	}
	return nil
}

// value is a text as database/sql takes it: what pgx knows by its own codecs, the rest
// as it is.
func (a *answer) value(oid uint32, raw []byte) (driver.Value, error) {
	if raw == nil {
		return nil, nil
	}
	switch oid {
	case pgtype.TextOID, pgtype.VarcharOID, pgtype.UUIDOID, pgtype.NameOID, pgtype.NumericOID:
		return string(raw), nil
	case pgtype.JSONOID, pgtype.JSONBOID:
		return append([]byte(nil), raw...), nil
	}
	known, ok := a.types.TypeForOID(oid)
	if !ok {
		return string(raw), nil
	}
	return known.Codec.DecodeDatabaseSQLValue(a.types, oid, pgtype.TextFormatCode, raw) //nolint:wrapcheck // Next says of which column
}
