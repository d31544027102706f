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
	from     results
	rows     *pgconn.ResultReader
	fields   []pgconn.FieldDescription
	more     bool // another result was met at the end of the last one, and taken up
	err      error
	types    *pgtype.Map
	done     func(error)
	finished bool
}

var _ driver.RowsNextResultSet = (*answer)(nil)

// divided is the code of a division by zero (manual, appendix A).
const divided = "22012"

// errNoAnswer is a text in which no statement is.
var errNoAnswer = errors.New("pg: an empty query")

// next takes up the next result, if there is one.
func (a *answer) next() bool {
	a.more = false
	if a.err != nil {
		return false
	}
	if a.rows, a.err = a.from.next(); a.rows == nil {
		return false
	}
	a.fields = a.rows.FieldDescriptions()
	return true
}

// expect reads the answer to a queued statement.
func (a *answer) expect(q *queued) error {
	if !a.next() {
		_, err := a.finish()
		return a.failed(q, err)
	}
	tag, err := a.rows.Close()
	a.rows = nil
	if err != nil {
		_, _ = a.finish() // it says the same
		return a.failed(q, err)
	}
	if q.otherwise != nil && tag.RowsAffected() != q.rows {
		_, _ = a.finish() // what follows is rolled back with this
		return q.otherwise
	}
	return nil
}

func (a *answer) failed(q *queued, err error) error {
	if said, ok := errors.AsType[*pgconn.PgError](err); ok && said.Code == divided && q.otherwise != nil {
		return q.otherwise
	}
	if err == nil {
		err = errNoAnswer
	}
	return fmt.Errorf("%s: %w", q.doing(), err)
}

// finish reads what is left, once, and returns the tag of the last result.
func (a *answer) finish() (tag pgconn.CommandTag, err error) {
	if a.finished {
		return tag, nil
	}
	a.finished = true
	for ; a.rows != nil; a.next() { // a text of several statements, or several asked together
		if tag, err = a.rows.Close(); err != nil {
			a.err = err
			break
		}
	}
	if closed := a.from.close(); a.err == nil {
		a.err = closed
	}
	a.done(a.err)
	return tag, a.err
}

func (a *answer) HasNextResultSet() bool { return a.more }

func (a *answer) NextResultSet() error {
	if !a.more {
		return io.EOF
	}
	a.more = false
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
		_, err := a.rows.Close()
		if err == nil && a.next() {
			a.more = true
			return io.EOF
		}
		a.rows = nil
		if a.err == nil {
			a.err = err
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
