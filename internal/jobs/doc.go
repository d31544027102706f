// Package jobs builds the two River clients of a process.
//
// [Insert] makes the one that the rooms of enforcement are given: it inserts jobs in
// the record's own transactions and works none. [Work] makes the one that works
// them and is built after it, so that nothing refers to itself. Jobs only say
// that there is something to do; what is to do stands in the record, so a job
// may be lost, repeated or late without harm.
//
// [Reading] reads a court's file into the record, for the command line and for
// the job of uploads alike; a killed one goes on where it stopped.
package jobs
