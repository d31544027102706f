// Package memorandatest makes catalogues for tests and measurements. Everything
// in them is made: no memorandum, department, list or law of that name exists.
//
// It imports nothing of ours, so that the tests of package memoranda can use it:
// what it makes are files, for [memoranda.Load].
//
// [memoranda.Load]: https://pkg.go.dev/concordat/memoranda#Load
package memorandatest
