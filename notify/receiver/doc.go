// Package receiver is the receiving end of package wire: what a department needs
// to take directives over safely. The demonstration's departments, the tests and
// the benches are built on it.
//
// A [Ledger] holds, for each directive, the newest version and its set. A message
// is applied to it by version alone: newer than what is held, it is taken over;
// otherwise it changes nothing and is acknowledged all the same. Order of
// arrival and repeats therefore do not matter, and a withdrawal, which leaves a
// tombstone, is never undone.
//
// [Receiver] is the ledger behind an HTTP handler that verifies signatures.
package receiver
