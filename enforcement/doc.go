// Package enforcement decides and keeps the record: subjects, cases, listings
// and what they set off.
//
// A listing moves through the states of listing_state.go. When it is published,
// its plan (plan/resolve.go) says which organisation shall do what, and directive/fanout.go writes
// one directive to each of them, with one event and one wake-up per
// organisation, in the transaction of the publication. From then on every change
// is a new version of those directives (directive/version.go): a version carries the whole
// set of measures now in force, so that a receiver needs only compare versions.
// The end of a listing and the queuing of all its withdrawals are one
// transaction (listing/end.go).
//
// An entry on an administrative list (administrative_state.go) is heard before it
// is decided: notice, a window to state and defend, an answer to all that was
// stated, then the decision of a second person. What each list allows, how long and
// made public in which way, is the catalogue's (administrative/rules.go); from its
// publication on it travels and ends as any listing does.
//
// A list that rewards has entries too: a reward (reward/read.go) is granted by the same
// fan-out, without service. When its subject is published on a list of serious
// dishonesty, its owner gets it to review (reward/review.go) while it goes on; a
// revocation of that listing brings back what ended because of it
// (reward_restore.go).
//
// Courts also load files: an import run (intake/run.go) settles their rows batch
// by batch, each with how far the run is, as drafts or, in a takeover
// (intake/takeover.go), as listings in force under their old days; what is not
// clear waits for a person. Reading files is package internal/courtfile's.
//
// What is in force is the catalogue in the binary overlaid with the record's editions
// and evaluated against its lawyers' statements (plan/known.go, plan/edition.go,
// plan/attestation.go). Whoever makes directives passes a gate behind which neither can
// change, and reads them anew if there are more than this process knows; so several
// processes never plan by different texts. A new edition is adopted in one
// transaction (plan/adoption.go); the directives of live grounds follow it (replan/follow.go).
//
// How versions travel is not known here. This package owns what travel needs of
// the record: what is due, attempts that are committed before anything leaves,
// and settlements (directive/attempt.go); answers and reports (directive/answer.go). Package notify
// does the sending.
//
// Every act leaves one event (record/event.go) in its own transaction; audit/replay.go
// recomputes every directive from the events alone and compares.
//
// Public methods take an Act: when, by whom, in which role. They open the
// transaction; unexported functions take it. A person's mistake comes back as a
// *Refusal with a stable code; anything else is a fault.
package enforcement
