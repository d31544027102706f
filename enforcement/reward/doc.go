// Package reward keeps the entries on lists that reward (守信激励), and their review.
//
// A department that keeps such a list enters a subject ([Rewards.Enter]). It needs no
// service: on its first day it is in force and every organisation of its plan is told;
// before that it is a draft and nobody is. When its subject is published on a list of
// serious dishonesty, the owner gets a task to review it, and the reward goes on
// meanwhile: notice to the subject, time to answer, then a second person keeps or ends
// it ([Rewards.DecideReview]). Only where the reward's own rule, cited, in force and
// attested, says so does it end by itself ([Rewards.AutomaticEnd]). If the listing behind
// an end is revoked, the reward is granted again as a ground of its own, for a withdrawal
// is final ([Rewards.Reinstate]).
//
// [Table] is its life as data. It owns reward and reward_review. The end of a grant is
// never told as a sanction, never goes before a lifting, and is stopped by a hold as any
// burden. Nothing public shows a child, and what a subject stands on elsewhere is nothing
// for those who only carry the reward out.
//
// Packages listing, administrative and intake tell it of publications and revocations, in
// their own transactions; the API and register call it. It calls record, party, docket,
// hold, plan and ground. Begin with table.go and enter.go, then review.go and decide.go;
// reinstate.go is what a revocation brings back. The example asks the table.
package reward
