// Package adversary is a test: departments that answer whatever they like while
// listings are published, suspended, corrected, extended and ended, and people of courts
// and departments who claim whatever they like (see Claims). It has no code of its
// own.
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
// # Claims
//
// In two courts and two departments, where some have several roles, clerks, judges,
// presidents and reviewers enter subjects, cases and entries on lists and lead them on
// over the API: as they ought to, or with one field spoilt, as another or as somebody of
// another house, on another day, without a paper or with what is none, with words that
// say nothing, at any door in any order. Names are corrected by a character again and
// again, performance is recorded, people are entered a second time with another birth.
//
// What was taken is remembered as it was sent. Whoever any recipient is told to restrict,
// at any time, has to have in it: a decision by a second person in the office that the
// law names, every step with its paper, its day and its words in order, the time to be
// heard, service that took effect, a measure that somebody attested, his age and his name.
// Whoever is put in force behind the back of the guards is found.
//
// # Longer runs
//
//	make adversary STEPS=20000
//	go test ./internal/adversary -run 'TestAdversary|TestClaims' -v -adversary.steps=20000 -rapid.seed=N
//
// A failure prints its seed and the shortest tale that was found. What workers do at the
// same time is up to the scheduler, so a tale may need several runs to fail again.
package adversary
