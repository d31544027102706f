// Package audit recomputes every directive from the events and the plans alone and compares
// it with the tables.
//
// [Auditor.Directives] reads the log in order, in one snapshot, and states the rules of
// fan-out, versions, attempts, answers and reconciliations once more on its own: what the
// tables say and the events do not, or the other way, is a [Finding]. It finds what foreign
// keys would have prevented in the bulk tables, cases of which row and ground disagree (for
// every kind, by its table), and what must never be: a directive of an ended ground that
// nothing withdraws. A sound record has no finding, also while sends are under way.
// [Auditor.Figures] counts what operators watch, bounded, so that a backlog of millions
// costs no more than one of thousands.
//
// It keeps no table, writes nothing, and holds one small record per version in memory. That
// the rules stand here a second time is the point: code that shared them with what it
// audits would agree with its mistakes.
//
// The command audit calls it, and package telemetry for the figures. It stands
// above all rooms whose events it reads, and calls nothing of them but their names and
// [replan.ReadSet]. Begin with replay.go; stream.go and rows.go are what is held against
// it. The audit of a record is an example in package register.
package audit
