package reward

import (
	"concordat/enforcement"
	"concordat/enforcement/docket"
	"concordat/enforcement/ground"
	"concordat/enforcement/paper"
	"concordat/enforcement/record"
	"concordat/internal/calendar"
)

// The acts of a reward in the log.
const (
	eventEntered            record.EventKind = "reward-entered"
	eventGranted            record.EventKind = "reward-granted"
	eventReviewOpened       record.EventKind = "reward-review-opened"
	eventNoticed            record.EventKind = "reward-review-noticed"
	eventAnswered           record.EventKind = "reward-review-answered"
	eventReviewClosed       record.EventKind = "reward-review-closed"
	eventKept               record.EventKind = "reward-kept"
	eventEnded              record.EventKind = "reward-ended"
	eventEndedAfterReview   record.EventKind = "reward-ended-after-review"
	eventEndedAutomatically record.EventKind = "reward-ended-automatically"
	eventExpired            record.EventKind = "reward-expired"
)

// The states that only rewards know. A draft is entered for a day that has not come:
// nobody is told yet.
const (
	inForce ground.State = "in-force"
	// underReview is in force all the same: its owner has to say whether it stays,
	// because its subject stands on a list of serious dishonesty.
	underReview ground.State = "under-review"
	ended       ground.State = "ended"
)

// The moves of a reward. moveMoot closes a review whose listing was revoked.
const (
	moveGrant         ground.MoveName = "grant"
	moveReview        ground.MoveName = "review"
	moveNotice        ground.MoveName = "notice"
	moveAnswer        ground.MoveName = "answer"
	moveKeep          ground.MoveName = "keep"
	moveEndReviewed   ground.MoveName = "end-after-review"
	moveMoot          ground.MoveName = "close-review"
	moveEndAutomatic  ground.MoveName = "end-automatically"
	moveEnd           ground.MoveName = "end"
	maxRewardBasis                    = 1_500 // bytes
	clockRewardAnswer                 = "reward-answer"
)

// What no source sets: how long the subject of a reward may answer where the list
// type does not say, and when its owner shall have given notice.
var (
	defaultReview     = calendar.Period{Value: 10, Unit: calendar.WorkingDays, Source: docket.OwnTerm}
	clockRewardNotice = docket.Deadline{Kind: "reward-notice", Period: calendar.Period{Value: 3, Unit: calendar.WorkingDays, Source: docket.OwnTerm}}
)

// Table is the life of an entry on a list that rewards. A review ends by a
// decision, by the end of what it was opened for, or with the reward's own term;
// its owner cannot go round it.
func Table() *ground.Table {
	live := []ground.State{inForce, underReview}
	return &ground.Table{
		Slug: "reward", ZH: "守信激励", EN: "Reward", Collection: "/v1/rewards", People: enforcement.Department, Favours: true,
		Rows: "reward", OwnerColumn: "l.owner_id", ListColumn: "l.list_type",
		Before: []ground.State{ground.Draft}, Live: live, Ended: []ground.State{ended},
		Moves: rewardMoves(live),
	}
}

// rewardMoves are the moves of a reward; live are its states in force.
func rewardMoves(live []ground.State) []ground.Move {
	reasons := ground.Need{Field: "reasons", Rule: ground.RuleWhy, Min: enforcement.LeastReasons, Code: "reward.reasons"}
	kept := ground.Need{Field: "reasons", Rule: ground.RuleWritten, Code: "reward.reasons"}
	basis := ground.Need{Field: "basis", Rule: ground.RuleText, Max: maxRewardBasis, Optional: true, Code: "reward.basis", ZH: "引用的规定，不得涉及主体", EN: "the rule cited; never anything about the subject"}
	cited := basis
	cited.Optional = false
	ending := ground.Papered(paper.End, "end_paper", "终止激励的决定书", "the decision that ends it")
	system := []enforcement.Role{enforcement.System}
	return []ground.Move{
		{
			Name: moveGrant, Group: ground.GroupAdvance, From: []ground.State{ground.Draft}, To: inForce, Roles: system, Event: eventGranted,
			ZH: "首日起生效", EN: "Grant it on its first day", Source: ground.ByList, Effect: ground.EffectInForce,
		},
		{
			Name: moveReview, Group: ground.GroupRemedy, From: live, To: underReview, Roles: system, Event: eventReviewOpened,
			ZH: "主体被列入严重失信名单，须由认定单位复核", EN: "Open its review: its subject was put on a list of serious dishonesty", Source: ground.Ours, Effect: ground.EffectNone, Starts: []docket.Deadline{clockRewardNotice},
		},
		{
			Name: moveNotice, Door: "notice", Group: ground.GroupRemedy, From: []ground.State{underReview}, Roles: enforcement.Department, Event: eventNoticed,
			ZH: "登记对主体的告知", EN: "Record the notice to the subject of a reward under review", Source: ground.ByList, Effect: ground.EffectNone,
			Needs:  []ground.Need{{Field: "on", Rule: ground.RulePast, Code: "reward.dates", ZH: "不早于复核开始", EN: "not before the review was opened"}},
			Papers: []ground.PaperNeed{ground.Papered(paper.RewardNotice, "", "告知书及其送达凭证", "the notice, and what proves its service").Proving("on")},
			Stops:  []string{clockRewardNotice.Kind}, Starts: []docket.Deadline{{Kind: clockRewardAnswer, Whose: calendar.Subject}},
		},
		{
			Name: moveAnswer, Door: "answer", Group: ground.GroupRemedy, From: []ground.State{underReview}, Roles: enforcement.Department, Event: eventAnswered,
			ZH: "登记主体的陈述", EN: "Record what the subject answered", Source: ground.Ours, Effect: ground.EffectNone,
			Needs:  []ground.Need{{Field: "text", Rule: ground.RuleWritten, Code: "reward.answer"}, {Field: "on", Rule: ground.RulePast, Code: "reward.dates", ZH: "不早于告知", EN: "not before the notice"}},
			Papers: []ground.PaperNeed{ground.Owing(paper.Statement, "陈述书或者笔录", "the answer in writing, or its record")},
		},
		{
			Name: moveKeep, Door: "review", Choice: &ground.Choice{Field: "decision", Value: "keep"}, Group: ground.GroupCorrect, From: []ground.State{underReview}, To: inForce, Roles: enforcement.Reviewers, Event: eventKept,
			ZH: "复核后维持激励", EN: "Keep a reward after its review", Source: ground.Ours, Effect: ground.EffectNone, Spares: true, Needs: []ground.Need{kept, basis}, Stops: []string{ground.Every},
		},
		{
			Name: moveEndReviewed, Door: "review", Choice: &ground.Choice{Field: "decision", Value: "end"}, Group: ground.GroupEnd, From: []ground.State{underReview}, To: ended, Roles: enforcement.Reviewers, Event: eventEndedAfterReview,
			NotBy: []ground.Person{ground.Noticer}, Second: "reward.second-person",
			ZH: "复核后终止激励", EN: "End a reward after its review, with reasons and the rule cited", Source: ground.ByList, Effect: ground.EffectEnds, Awaits: true, Needs: []ground.Need{reasons, cited}, Stops: []string{ground.Every},
			Papers: []ground.PaperNeed{ending},
		},
		{
			Name: moveMoot, Group: ground.GroupCorrect, From: []ground.State{underReview}, To: inForce, Roles: system, Event: eventReviewClosed,
			ZH: "所依据的列入被撤销，复核终止", EN: "Close a review whose listing was revoked", Source: ground.Ours, Effect: ground.EffectNone, Spares: true, Stops: []string{ground.Every},
		},
		{
			Name: moveEndAutomatic, Group: ground.GroupEnd, From: live, To: ended, Roles: system, Event: eventEndedAutomatically,
			ZH: "名单规定自动终止的，引用规定终止", EN: "End it by the list's own rule, which is cited", Source: ground.ByList, Effect: ground.EffectEnds, Stops: []string{ground.Every},
		},
		{
			Name: moveEnd, Door: "end", Group: ground.GroupEnd, From: []ground.State{ground.Draft, inForce}, To: ended, Roles: enforcement.Reviewers, Event: eventEnded,
			NotBy: []ground.Person{ground.Drafter}, Second: "reward.second-person",
			ZH: "终止激励", EN: "End a reward that is not under review", Source: ground.Ours, Effect: ground.EffectEnds, Needs: []ground.Need{reasons, basis}, Stops: []string{ground.Every},
			Papers: []ground.PaperNeed{ending},
		},
		{
			Name: ground.MoveExpire, Group: ground.GroupEnd, From: []ground.State{ground.Draft, inForce, underReview}, To: ended, Roles: system, Event: eventExpired,
			ZH: "期限届满，自行结束", EN: "Expire: its term is over", Source: ground.ByList, Effect: ground.EffectEnds, Awaits: true, Stops: []string{ground.Every},
		},
		{
			Name: ground.MoveConfirm, Door: "confirmation", Group: ground.GroupBrake, From: live, Roles: enforcement.Reviewers, Event: ground.EventResumed,
			ZH: "数据恢复后确认激励", EN: "Confirm a reward that a restored record put in doubt", Source: ground.Ours, Effect: ground.EffectResumes, Needs: []ground.Need{kept},
			Papers: []ground.PaperNeed{ground.Owing(paper.Resumption, "确认激励的决定", "the decision to stand by it")},
		},
	}
}

// End is how a reward ended.
type End string

// The ends of a reward. Only what the two reviews ended is reinstated when the
// listing behind them is revoked.
const (
	endExpired       End = "expired"
	endByOwner       End = "ended-by-owner"
	endAfterReview   End = "ended-after-review"
	endAutomatically End = "ended-automatically"
)
