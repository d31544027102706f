// Command invariants writes docs/invariants.md from docs/invariants.yaml: for
// every statement that must always hold, what holds it (SQL constraint, Go type,
// audit) and which tests show it.
//
// The YAML holds the statements and the names of what holds them; the tests are
// found in the sources by name: TestInvariant07_… belongs to statement 7,
// TestInvariant32a_… to 32a. Nothing is compiled or imported: Go files are
// parsed, SQL files are searched for words. So the table also says the truth
// about packages that do not build today.
//
// Beside the tests stand the attacks of docs/attacks/*.yaml that name the number.
//
// Two kinds of mistakes stop it. A name that does not exist in the sources, a
// number given twice or a test or an attack for a number that no row has is
// wrong at any time. An empty cell is wrong only for a statement whose issue the YAML calls
// finished: until then the row is shown as open.
//
//	go run ./internal/docgen/invariants            writes the file (make generate)
//	go run ./internal/docgen/invariants -root DIR  the same for the checkout in DIR
package main
