// Package notify is how directives travel and how answers come back.
//
// Package enforcement/directive writes versions and says what is due; here
// they are sent. A [Drainer] empties one lane (express or bulk) of one
// organisation at a time: it holds the lane's lock, commits an attempt, sends
// with no transaction open, and settles what came of it. Whatever a crash or a
// time-out leaves open is in doubt and is sent again; receivers tell versions
// apart, so that a repeat does no harm (package wire).
//
// A [Channel] is a way to send: [Webhook] posts signed batches, [Inbox] lays
// versions where a named officer opens them. [Endpoints] says which channels an
// organisation has and keeps the state of each breaker. A receiver's fault is
// never an error of the drain: it is recorded on the endpoint, which is due again
// at its next probe. Every organisation has an inbox, so nobody can be switched
// off, and what its first channel does not take in time goes there as well: by
// deadline in legal time, not by number of attempts.
//
// Two clocks are handed in: legal time for acts, validity and deadlines, machine
// time for probes, slices and signatures.
//
// Wake-ups are River jobs ([WakeUpWorker]). Whoever holds a lane completes all that wait
// for it before reading what is due: each was committed with what it tells of, so one
// look serves them all. [Drainer.Run] is the plain ticker that finds what a crash swallowed.
package notify
