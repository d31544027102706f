// Package demo plays a year of listings on made data, as the whole system would
// live it: courts draft, warn, decide, serve and publish; directives go out to
// stand-ins for the departments of Nanning; answers come back; listings end in
// each of the four ways, and everything is withdrawn.
//
// The year is a script ([Open] writes it from a seed): which listing is drafted
// on which day, how it is served, and which fate it has. [Demo.Year] plays it
// day by day. Legal time stands within a day and moves on only when the queues
// are empty, or everything left is for a department that is meant to be late.
// Jobs, signatures, probes and time-outs run in real time.
//
// Each department keeps a ledger of its own by the receiver's rule, apart from
// our tables: some are slow, one applies what came and answers 500, one is down,
// one answers everything twice, one has no system but an officer who opens the
// inbox every second day. What is held by a ledger and not wanted by the record,
// or the other way round, is counted at the end: it must be nothing.
//
// Everything made here bears 演示 (DEMO); nobody in it is a real person.
package demo
