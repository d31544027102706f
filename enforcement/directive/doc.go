// Package directive tells each organisation what to do, version by version, and keeps how
// far each version got.
//
// A directive is what one organisation is told about one subject under one ground. Its row
// is version 1 and is never rewritten; every change is a further version, with the whole
// set of measures now in force, so that a receiver only compares versions. A withdrawal is
// final. [Directives.FanOut] makes them when grounds come in force,
// [Directives.Append] writes later versions. What lifts goes in the [Express] lane, what
// burdens in [Bulk]. Where nothing ever left, the end is not sent either: the recipient
// never heard of the subject and shall not hear now.
//
// How versions travel is not known here. This package owns what travel needs of the
// record: what is due ([Directives.Due]), attempts that are committed before anything
// leaves ([Directives.Open]), settlements ([Directives.Settle]), answers and reports
// ([Directives.Answer]). From the moment an attempt is open all that it names counts as
// having left: what a crash leaves open is in doubt and goes again. A [WakeUp] tells the
// senders that there is something, and no more.
//
// It owns directive, amendment, report, attempt and orphan. Locks come in one order:
// grounds, directives by id, jobs. What the plan of the day no longer holds is out of
// every answer before its withdrawal is written ([Directives.MeasuresInForce]).
//
// Ground, replan and restore write versions, package notify sends and settles, explain and
// the API read. It calls record, party, docket, hold and plan. Begin with
// version.go and fanout.go, then attempt.go; due.go, copy.go and items.go are fast and
// read last. Words and numbers are examples here, the life of one directive one in package
// register.
package directive
