package pgbinary

// Copier collects rows for PostgreSQL's binary COPY (see directive.Copy).
type Copier struct {
	statement string
	columns   uint16
	buf       []byte
	rows      int64
}

// NewCopier makes a copier for a COPY statement over so many columns.
func NewCopier(columns uint16, statement string) *Copier {
	return &Copier{statement: statement, columns: columns}
}

// zeroMicros is the instant from which PostgreSQL counts, in Unix microseconds.
var zeroMicros = zeroDay.UTC().UnixMicro()

// Smalls writes a smallint[] of one dimension.
func (c *Copier) Smalls(set []int16) { c.buf = AppendSmalls(c.buf, set) }
