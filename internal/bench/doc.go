// Package bench measures what production does against the limit of PostgreSQL
// on the same machine in the same run, so that what counts is a ratio. Nothing
// here is asserted in a test.
//
// The load is synthetic and called so: a made catalogue of 44 bodies with one
// measure each, and 44 made organisations, so that every ground becomes 44
// directives. The subjects are made and sealed like real ones, and what is
// measured is the very function that production calls. Each round runs in a
// fresh database of a private cluster that is removed at the end.
package bench
