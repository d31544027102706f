// Package bench measures what production does against the limit of PostgreSQL
// on the same machine in the same run, so that what counts is a ratio. Nothing
// here is asserted in a test.
//
// The load is synthetic and called so: a made catalogue of 44 bodies with one
// measure each, and 44 made organisations, so that every ground becomes 44
// directives. The subjects are made and sealed like real ones, and what is
// measured is the very function that production calls. Everything runs in
// databases of a private cluster that is removed at the end.
//
// [Fanout] stands beside COPY of the rows it inserted, [Deliver] beside one
// UPDATE per organisation of the rows it sent and settled; ours and the limit
// take turns, each in a fresh copy of one database, after a checkpoint, on the
// same number of connections (delivery holds one more, for its locks), and the
// medians of the rounds are compared. Beside both stands the naive way: a River
// job per directive. The receivers of a delivery are in this process, behind
// HTTP on loopback, and their work counts as ours.
//
// [Repeal] withdraws one measure from live grounds by adopting an edition without
// it, and stands beside one INSERT … SELECT of the amendments that it wrote.
//
// [Year] puts a city's year in force and delivers it. [Import] reads a made file
// of a court, and stands beside COPY of the rows that it wrote. [Day] has no limit beside
// it: it counts what a day costs on which nothing happens, to be compared with itself at
// another number of plans. Nor has [Clocks], a tick while many deadlines run.
package bench
