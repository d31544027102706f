// Package upgrade holds the test that version N runs on the schemas N and N+1, so
// that a roll-out needs no stop: the program of the release before this one is
// built from git, and leads whole lives over its API on a database that has this
// release's schema, both when it starts there and when the schema changes under
// it. Nothing is linked into the program.
//
// The release is a constant in the test ("previous"); who makes a release changes
// it in the first commit afterwards (CONTRIBUTING.md).
package upgrade
