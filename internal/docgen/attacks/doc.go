// Command attacks keeps the register of attacks: what somebody tried, or may try, to
// have a lifting lost or a person restricted without proof, what stops it, and which
// test shows that. The attacks stand in docs/attacks/*.yaml, by theme.
//
// A test that passes proves little: it may ask only what its author thought of. So each
// attack names its guard as a text in a source file and a text that takes it out, and
// the test must fail where that is done. Nothing in the checkout is touched: the mutant
// is laid over it (go test -overlay).
//
//	go run ./internal/docgen/attacks                     writes docs/attacks.md (make generate)
//	go run ./internal/docgen/attacks -mutants            takes each guard out (make mutants)
//	go run ./internal/docgen/attacks -mutants -since REV those in files changed since a revision
//	go run ./internal/docgen/attacks -mutants -only TEXT those whose theme, test or guard's file contains it
package main
