// Package kinds lists every kind of case that has a life, for those who go through all of
// them: the audit compares each kind's rows with their grounds, a restoration puts each
// kind's waiting cases in doubt, docs/procedures.md prints each kind's table.
//
// It is one function and keeps nothing. A new kind adds its table to [All] and is then
// known to all of them; what forgets it is found by package register's tests, which ask
// every table the same questions. The order is that in which rows of several kinds are
// locked.
//
// It knows the kinds and package ground. Read one of their tables next: listing.Table.
package kinds
