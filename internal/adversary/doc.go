// Package adversary is a test: departments that answer whatever they like while
// listings are published, suspended, corrected, extended and ended. It has no code of
// its own.
//
// Everything is as in service: the API over HTTP, River's workers with a
// [notify.Drainer], a PostgreSQL of the test's own. Three departments receive by
// webhook, one is read by its officers in the inbox alone, one takes over what it reads
// by API. A tale is a list of steps that pgregory.net/rapid draws. The courts' side
// publishes, suspends, resumes, corrects, extends and ends in each of the four ways. The
// departments' clerks and reviewers acknowledge, report and keep, of their own directives
// and of others', of versions past and to come, once or again under the same key. Their
// systems are away, slow, answer without a word, nonsense, half of it, something older,
// something of somebody else, or reports that cannot be true; somebody forges messages to
// them and replays old ones. The worker is stopped in the midst of its sends.
//
// Then everybody becomes honest: systems are up, officers open what lies in their inbox,
// until nothing is due. A simple model that has only heard what the courts were answered
// says who may carry what: whatever was answered,
//
//   - every end is in every ledger that ever had the directive;
//   - no ledger carries what the listing, as it stands, does not give its holder;
//   - nothing that burdens left after the answer to an end, but what a worker had read
//     before it, once;
//   - no version stands above a withdrawal, and the audit of the directives finds nothing;
//   - no request was answered with a fault.
//
// A refusal is a fair answer to any step: the model believes only what was done.
//
// # Longer runs
//
//	make adversary STEPS=20000
//	go test ./internal/adversary -run TestAdversary -v -adversary.steps=20000 -rapid.seed=N
//
// A failure prints its seed and the shortest tale that was found. What workers do at the
// same time is up to the scheduler, so a tale may need several runs to fail again.
package adversary
