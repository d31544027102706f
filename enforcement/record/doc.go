// Package record keeps the log: one act is one transaction with one event, and an act
// that is asked again is done once.
//
// [Record.Perform] is the door through which nearly every act of the other rooms goes.
// It takes a function that changes rows and returns the act's [Event]; rows, event and
// jobs commit together or not at all. [Record.PerformKeyed] is the same for an act that
// writes its events itself, as a publication. An act with a key that was done before is
// not done again: what it left ([Done]) is the answer, also when both were asked at once.
//
// It owns two tables. event is the log, append-only: no row is ever changed, and the
// history of every directive follows from these rows and the plans alone (package audit
// proves it). Events name ids, days, codes and keyed hashes, never a person. Each room
// names the kinds of its own acts. request_key holds a client's requests that carried an
// Idempotency-Key, with their answers sealed, for [RequestTerm].
//
// Here too: sealing under a subject's envelope ([Record.SealUnder], [Record.OpenFor]),
// the spans of traces ([Span]), and the mark of a database into which a restore was not
// finished ([Unfinished]).
//
// Every other room stands on this one. It knows package enforcement's words, the vault
// and PostgreSQL, and no room. Begin with perform.go, then event.go; request.go is for
// repeated requests alone. See package register's example of an act asked twice.
package record
