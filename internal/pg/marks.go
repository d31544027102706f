package pg

import (
	"database/sql"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/schema"
)

// Bun writes arguments into the text of its queries. Where it does, our dialect leaves
// marks, so that the driver can take them out again and send them as parameters: then
// the text is the same each time, and PostgreSQL plans it once. The marks are bytes that
// stand in no statement of ours outside a literal.
const (
	argBegins = '\x01'
	argEnds   = '\x02'
	nextAsk   = '\x03' // between the questions of one message
)

// dialect is bun's for PostgreSQL, with marks around arguments.
type dialect struct {
	*pgdialect.Dialect

	tables *schema.Tables
}

func newDialect() *dialect {
	d := &dialect{Dialect: pgdialect.New()}
	d.tables = schema.NewTables(d)
	return d
}

func (d *dialect) Init(*sql.DB)           {}
func (d *dialect) Tables() *schema.Tables { return d.tables }

// OnTable has every column of a row marked.
func (d *dialect) OnTable(table *schema.Table) {
	d.Dialect.OnTable(table)
	for _, f := range table.FieldMap {
		if write := f.Append; write != nil {
			f.Append = func(gen schema.QueryGen, b []byte, v reflect.Value) []byte {
				return append(write(gen, append(b, argBegins), v), argEnds)
			}
		}
	}
}

func (d *dialect) AppendString(b []byte, s string) []byte {
	return append(d.Dialect.AppendString(append(b, argBegins), s), argEnds)
}

func (d *dialect) AppendBytes(b, s []byte) []byte {
	if s == nil {
		return d.Dialect.AppendBytes(b, s)
	}
	return append(d.Dialect.AppendBytes(append(b, argBegins), s), argEnds)
}

func (d *dialect) AppendTime(b []byte, t time.Time) []byte {
	return append(d.Dialect.AppendTime(append(b, argBegins), t), argEnds)
}

// array is a slice as an argument.
type array struct{ of *pgdialect.ArrayValue }

// Array gives a slice to a query as an array: for "= ANY (?)" and unnest.
func Array(slice any) schema.QueryAppender { return array{pgdialect.Array(slice)} }

func (a array) AppendQuery(gen schema.QueryGen, b []byte) ([]byte, error) {
	b, err := a.of.AppendQuery(gen, append(b, argBegins))
	return append(b, argEnds), err
}

// number is one as an argument, with the type that PostgreSQL would give it.
type number struct {
	n  int64
	of string
}

// Number gives a number to a query. Bun would write it into the text itself, where our
// dialect cannot mark it: each number would make another text, planned anew.
func Number[N ~int | ~int16 | ~int32 | ~int64](n N) schema.QueryAppender {
	if reflect.TypeFor[N]().Size() < 8 {
		return number{int64(n), "::integer"}
	}
	return number{int64(n), "::bigint"}
}

func (n number) AppendQuery(_ schema.QueryGen, b []byte) ([]byte, error) {
	b = strconv.AppendInt(append(b, argBegins, '\''), n.n, 10)
	return append(append(b, '\'', argEnds), n.of...), nil
}

// statement is one statement of a message.
type statement struct {
	text string
	args [][]byte // as text; nil is NULL
}

// parse takes a message apart: into its statements, with their arguments numbered. several
// is true where a text holds more than one statement, which cannot have any.
func parse(marked string) (list []statement, several bool) {
	var text strings.Builder
	var args [][]byte
	// room makes some for a statement, more than is written of it.
	room := func(rest string) {
		end := strings.IndexByte(rest, nextAsk)
		if end < 0 {
			end = len(rest)
		}
		text.Grow(end)
	}
	room(marked)
	for rest := marked; ; {
		at := strings.IndexAny(rest, string(argBegins)+string(nextAsk))
		own := rest
		if at >= 0 {
			own = rest[:at]
		}
		several = several || strings.Contains(own, ";")
		text.WriteString(own)
		if at >= 0 && rest[at] == argBegins {
			var literal string
			literal, rest = argument(rest[at:])
			args = append(args, value(literal))
			text.WriteByte('$')
			text.WriteString(strconv.Itoa(len(args)))
			continue
		}
		list = append(list, statement{text.String(), args})
		if at < 0 {
			return list, several
		}
		args, rest = nil, rest[at+1:]
		text.Reset()
		room(rest)
	}
}

// plain is a message without marks, its arguments in the text.
func plain(marked string) string {
	var text strings.Builder
	text.Grow(len(marked))
	for rest := marked; ; {
		at := strings.IndexAny(rest, string(argBegins)+string(nextAsk))
		if at < 0 {
			text.WriteString(rest)
			return text.String()
		}
		text.WriteString(rest[:at])
		if rest[at] == nextAsk {
			text.WriteString(";\n")
			rest = rest[at+1:]
			continue
		}
		var literal string
		literal, rest = argument(rest[at:])
		text.WriteString(literal)
	}
}

// argument reads one between its marks, which may be there twice: of a column, and of
// what stands in it. What is quoted may hold any byte.
func argument(marked string) (literal, rest string) {
	begins := 0
	for begins < len(marked) && marked[begins] == argBegins {
		begins++
	}
	rest = marked[begins:]
	end := 0
	if strings.HasPrefix(rest, "'") {
		for end = 1; end < len(rest); end++ {
			if rest[end] != '\'' {
				continue
			}
			if end+1 < len(rest) && rest[end+1] == '\'' {
				end++ // a quote that is doubled
				continue
			}
			end++
			break
		}
	} else if end = strings.IndexByte(rest, argEnds); end < 0 {
		end = len(rest)
	}
	literal, rest = rest[:end], rest[end:]
	for range begins {
		rest = strings.TrimPrefix(rest, string(argEnds))
	}
	return literal, rest
}

// value is what a literal says, as the text of a parameter.
func value(literal string) []byte {
	switch {
	case literal == "NULL":
		return nil
	case strings.HasPrefix(literal, "'"):
		return []byte(strings.ReplaceAll(strings.TrimSuffix(literal[1:], "'"), "''", "'"))
	}
	return []byte(literal)
}
