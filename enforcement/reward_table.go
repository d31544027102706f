package enforcement

import "concordat/internal/calendar"

// The acts of a reward in the log.
const (
	EventRewardEntered            EventKind = "reward-entered"
	EventRewardGranted            EventKind = "reward-granted"
	EventRewardReviewOpened       EventKind = "reward-review-opened"
	EventRewardNoticed            EventKind = "reward-review-noticed"
	EventRewardAnswered           EventKind = "reward-review-answered"
	EventRewardReviewClosed       EventKind = "reward-review-closed"
	EventRewardKept               EventKind = "reward-kept"
	EventRewardEnded              EventKind = "reward-ended"
	EventRewardEndedAfterReview   EventKind = "reward-ended-after-review"
	EventRewardEndedAutomatically EventKind = "reward-ended-automatically"
	EventRewardExpired            EventKind = "reward-expired"
)

// The states that only rewards know. A draft is entered for a day that has not come:
// nobody is told yet.
const (
	InForce State = "in-force"
	// UnderReview is in force all the same: its owner has to say whether it stays,
	// because its subject stands on a list of serious dishonesty.
	UnderReview State = "under-review"
	Ended       State = "ended"
)

// The moves of a reward. MoveMoot closes a review whose listing was revoked.
const (
	MoveGrant         MoveName = "grant"
	MoveReview        MoveName = "review"
	MoveNotice        MoveName = "notice"
	MoveAnswer        MoveName = "answer"
	MoveKeep          MoveName = "keep"
	MoveEndReviewed   MoveName = "end-after-review"
	MoveMoot          MoveName = "close-review"
	MoveEndAutomatic  MoveName = "end-automatically"
	MoveEnd           MoveName = "end"
	maxRewardBasis             = 1_500 // bytes
	clockRewardAnswer          = "reward-answer"
)

// What no source sets: how long the subject of a reward may answer where the list
// type does not say, and when its owner shall have given notice.
var (
	defaultReview     = calendar.Period{Value: 10, Unit: calendar.WorkingDays, Source: OwnTerm}
	clockRewardNotice = Deadline{"reward-notice", calendar.Period{Value: 3, Unit: calendar.WorkingDays, Source: OwnTerm}}
)

// RewardTable is the life of an entry on a list that rewards. A review ends by a
// decision, by the end of what it was opened for, or with the reward's own term;
// its owner cannot go round it.
func RewardTable() *Table {
	live := []State{InForce, UnderReview}
	return &Table{
		Slug: "reward", ZH: "守信激励", EN: "Reward", Collection: "/v1/rewards", People: department,
		Rows: "reward", OwnerColumn: "l.owner_id", ListColumn: "l.list_type",
		Before: []State{Draft}, Live: live, Ended: []State{Ended},
		Moves: rewardMoves(live),
	}
}

// rewardMoves are the moves of a reward; live are its states in force.
func rewardMoves(live []State) []Move {
	reasons := Need{Field: "reasons", Rule: RuleText, Code: "reward.reasons"}
	basis := Need{Field: "basis", Rule: RuleText, Max: maxRewardBasis, Optional: true, Code: "reward.basis", ZH: "引用的规定，不得涉及主体", EN: "the rule cited; never anything about the subject"}
	cited := basis
	cited.Optional = false
	system := []Role{System}
	return []Move{
		{
			Name: MoveGrant, Group: GroupAdvance, From: []State{Draft}, To: InForce, Roles: system, Event: EventRewardGranted,
			ZH: "首日起生效", EN: "Grant it on its first day", Source: byList, Effect: EffectInForce,
		},
		{
			Name: MoveReview, Group: GroupRemedy, From: live, To: UnderReview, Roles: system, Event: EventRewardReviewOpened,
			ZH: "主体被列入严重失信名单，须由认定单位复核", EN: "Open its review: its subject was put on a list of serious dishonesty", Source: ours, Effect: EffectNone, Starts: []Deadline{clockRewardNotice},
		},
		{
			Name: MoveNotice, Door: "notice", Group: GroupRemedy, From: []State{UnderReview}, Roles: department, Event: EventRewardNoticed,
			ZH: "登记对主体的告知", EN: "Record the notice to the subject of a reward under review", Source: byList, Effect: EffectNone,
			Needs: []Need{{Field: "on", Rule: RulePast, Code: "reward.dates", ZH: "不早于复核开始", EN: "not before the review was opened"}},
			Stops: []string{clockRewardNotice.Kind}, Starts: []Deadline{{Kind: clockRewardAnswer}},
		},
		{
			Name: MoveAnswer, Door: "answer", Group: GroupRemedy, From: []State{UnderReview}, Roles: department, Event: EventRewardAnswered,
			ZH: "登记主体的陈述", EN: "Record what the subject answered", Source: ours, Effect: EffectNone,
			Needs: []Need{{Field: "text", Rule: RuleText, Code: "reward.answer"}, {Field: "on", Rule: RulePast, Code: "reward.dates", ZH: "不早于告知", EN: "not before the notice"}},
		},
		{
			Name: MoveKeep, Door: "review", Choice: &Choice{"decision", "keep"}, Group: GroupCorrect, From: []State{UnderReview}, To: InForce, Roles: reviewers, Event: EventRewardKept,
			ZH: "复核后维持激励", EN: "Keep a reward after its review", Source: ours, Effect: EffectNone, Needs: []Need{reasons, basis}, Stops: []string{Every},
		},
		{
			Name: MoveEndReviewed, Door: "review", Choice: &Choice{"decision", "end"}, Group: GroupEnd, From: []State{UnderReview}, To: Ended, Roles: reviewers, Event: EventRewardEndedAfterReview,
			ZH: "复核后终止激励", EN: "End a reward after its review, with reasons and the rule cited", Source: byList, Effect: EffectEnds, Needs: []Need{reasons, cited}, Stops: []string{Every},
		},
		{
			Name: MoveMoot, Group: GroupCorrect, From: []State{UnderReview}, To: InForce, Roles: system, Event: EventRewardReviewClosed,
			ZH: "所依据的列入被撤销，复核终止", EN: "Close a review whose listing was revoked", Source: ours, Effect: EffectNone, Stops: []string{Every},
		},
		{
			Name: MoveEndAutomatic, Group: GroupEnd, From: live, To: Ended, Roles: system, Event: EventRewardEndedAutomatically,
			ZH: "名单规定自动终止的，引用规定终止", EN: "End it by the list's own rule, which is cited", Source: byList, Effect: EffectEnds, Stops: []string{Every},
		},
		{
			Name: MoveEnd, Door: "end", Group: GroupEnd, From: []State{Draft, InForce}, To: Ended, Roles: reviewers, Event: EventRewardEnded,
			ZH: "终止激励", EN: "End a reward that is not under review", Source: ours, Effect: EffectEnds, Needs: []Need{reasons, basis}, Stops: []string{Every},
		},
		{
			Name: MoveExpire, Group: GroupEnd, From: []State{Draft, InForce, UnderReview}, To: Ended, Roles: system, Event: EventRewardExpired,
			ZH: "期限届满，自行结束", EN: "Expire: its term is over", Source: byList, Effect: EffectEnds, Stops: []string{Every},
		},
		{
			Name: MoveConfirm, Door: "confirmation", Group: GroupBrake, From: live, Roles: reviewers, Event: EventResumed,
			ZH: "数据恢复后确认激励", EN: "Confirm a reward that a restored record put in doubt", Source: ours, Effect: EffectResumes, Needs: []Need{reasons},
		},
	}
}

// RewardEnd is how a reward ended.
type RewardEnd string

// The ends of a reward. Only what the two reviews ended is reinstated when the
// listing behind them is revoked.
const (
	RewardExpired            RewardEnd = "expired"
	RewardEndedByOwner       RewardEnd = "ended-by-owner"
	RewardEndedAfterReview   RewardEnd = "ended-after-review"
	RewardEndedAutomatically RewardEnd = "ended-automatically"
)
