// Package pgbinary reads and writes PostgreSQL's binary rows and speaks its binary COPY.
package pgbinary
