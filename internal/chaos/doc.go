// Package chaos is a test: the record and its deliveries under kill -9 and under
// a database that crashes. It has no code of its own.
//
// The test process owns what must survive: the PostgreSQL cluster and the
// departments, which are receivers on loopback with ledgers of their own. Some
// are slow, some apply what came and answer 500, some lose lines, answer twice or
// shut the connection. The worker is this test's binary started again: it lives
// the lives of some hundred listings (draft, warn, propose, sign, serve, publish,
// suspend, brake, resume, correct, extend, abandon, end in each of the four ways)
// and delivers at the same time, with River and a [notify.Drainer]. A seed
// decides everything the worker does and when it dies.
//
// Every act carries a key made of seed, listing and step, and its own legal time,
// so that it may be asked again: after a kill the next worker asks for everything
// of each unfinished life, the last one for everything there was. One act of
// sixteen is asked twice at once.
//
// The worker tells each step through a pipe and waits for one byte: each act,
// both sides of each commit, and the four steps of a send. At a step drawn from
// the seed the test kills it instead of answering, and starts the next. Between
// some lives, and in the midst of others, PostgreSQL is restarted in mode
// immediate; a living worker has to get over it by itself.
//
// At the end, within a minute of the last act, nothing is due. Then no receiver
// holds a measure that the record does not want, or lacks one that it wants
// (held_wrongly is 0), every answered act has exactly one event, the audit of the
// directives finds nothing, and no ended ground is without its withdrawals.
//
// A test of its own adopts an edition meanwhile, in a further process that is killed
// as well: at the end nobody holds what the edition repealed.
//
// The cluster runs without fsync, as all tests do. That is enough here: what is
// killed are processes, not the machine. PostgreSQL hands its log to the kernel
// by write before it reports a commit, with fsync or without, and what the kernel
// holds outlives every process; an immediate stop interrupts no write half way.
//
// # Longer runs
//
//	go test ./internal/chaos -run TestChaos -v -timeout 1h -chaos.lives=5000 -chaos.kills=60
//
// -chaos.seed=N repeats a seed, which each run prints: the same script, the same
// kills at the same counts. What falls together at that count is up to the
// scheduler, so a failure may need several runs to come again.
package chaos
