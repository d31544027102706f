// Package pgbinary reads and writes PostgreSQL's binary rows and speaks its binary COPY
// (PostgreSQL manual, "COPY: Binary Format").
//
// A [Row] walks the columns of a result row as the server sends it, which is a third of the
// price of pgx's Scan where every send passes with each of its directives. A [Copier]
// collects rows for one COPY statement and sends them in one go; the Append functions are
// the same field by field, for who builds a buffer of rows with equal parts.
//
// Nothing here knows a table. Columns must be read in the order and with the types of their
// SELECT, written in those of their COPY: a column of another size is an error of the Row
// (read Err once, at its end), one of another type is not noticed. NULL is the zero value,
// an empty day, or no bytes. Dates count from 2000-01-01, instants in microseconds.
//
// Packages directive, intake and replan use it, where statements handle thousands of rows;
// everywhere else bun and pgx do. It is called pgbinary because encoding/binary stands
// beside it in every file. Begin with the example, then append.go, rows.go and
// reader.go.
package pgbinary
