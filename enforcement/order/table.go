package order

import (
	"slices"

	"concordat/enforcement"
	"concordat/enforcement/docket"
	"concordat/enforcement/ground"
	"concordat/enforcement/paper"
	"concordat/enforcement/plan"
	"concordat/enforcement/record"
	"concordat/internal/calendar"
)

// The acts of an order in the log.
const (
	eventDrafted   record.EventKind = "order-drafted"
	eventNoticed   record.EventKind = "order-noticed"
	eventProposed  record.EventKind = "order-proposed"
	eventDecided   record.EventKind = "order-decided"
	eventServed    record.EventKind = "order-served"
	eventInForce   record.EventKind = "order-in-force"
	eventKept      record.EventKind = "order-kept"
	eventBreached  record.EventKind = "order-breached"
	eventLifted    record.EventKind = "order-lifted"
	eventExpired   record.EventKind = "order-expired"
	eventRevoked   record.EventKind = "order-revoked"
	eventAbandoned record.EventKind = "order-abandoned"
	eventTold      record.EventKind = "order-told"
	eventUntold    record.EventKind = "order-lifting-told"
)

// The states that only orders know.
const (
	noticed ground.State = "noticed" // the execution notice is recorded, on whose period it rests
	grace   ground.State = "grace"
	Lifted  ground.State = "lifted"
)

// The moves that only orders know.
const (
	moveNotice  ground.MoveName = "notice"
	movePropose ground.MoveName = "propose"
	moveSign    ground.MoveName = "sign"
	moveLift    ground.MoveName = "lift"
	moveKeep    ground.MoveName = "keep-order"
	moveBreach  ground.MoveName = "breach"
)

// The tasks of a court with its orders, beside [ground.TaskOrderBreach] and
// [ground.TaskOrderPerformed].
const (
	// TaskLiftOrKeep: the listing on which the order rests has ended.
	TaskLiftOrKeep = "order-lift-or-keep"
	// TaskTellLifting: who was told of the order, beside the recipients of its directives, is to
	// be told of its end (Art. 9).
	TaskTellLifting = "order-tell-lifting"
)

// No law sets a time for what follows the end of a listing, nor for a lifting: "promptly".
var (
	clockLiftOrKeep = docket.Deadline{Kind: "order-lift-or-keep", Period: calendar.Period{Value: 3, Unit: calendar.WorkingDays, Source: docket.OwnTerm}, Event: "listing-ended"}
	clockTell       = docket.Deadline{Kind: "order-tell-lifting", Period: calendar.Period{Value: 3, Unit: calendar.WorkingDays, Source: docket.OwnTerm}, Event: string(eventLifted)}
	clockPerformed  = docket.Deadline{Kind: ground.TaskOrderPerformed, Period: calendar.Period{Value: 3, Unit: calendar.WorkingDays, Source: docket.OwnTerm}, Event: "performed"}
	clockBreach     = docket.Deadline{Kind: ground.TaskOrderBreach, Period: calendar.Period{Value: 3, Unit: calendar.WorkingDays, Source: docket.OwnTerm}}
)

// Deadlines are those of an order's clocks that no move starts.
func Deadlines() []docket.Deadline {
	return []docket.Deadline{clockLiftOrKeep, clockTell, clockPerformed}
}

const rule = "法释〔2015〕17号 "

var (
	unissued = []ground.State{ground.Draft, noticed, ground.Decided, ground.Served, grace}
	inForce  = []ground.State{ground.Active}
	judges   = []enforcement.Role{enforcement.Judge, enforcement.President}
	people   = []enforcement.Role{enforcement.Clerk, enforcement.Judge, enforcement.President}
)

// Table is the life of a consumption-restriction order, by 法释〔2015〕17号 and 法发〔2019〕35号
// items 14, 15 and 17. Every end is possible from every state in which it holds; before that
// every state can be abandoned.
func Table() *ground.Table {
	return &ground.Table{
		Slug: "order", ZH: "限制消费令", EN: "Consumption-restriction order", Collection: "/v1/orders", People: people,
		Rows: "consumption_order", OwnerColumn: "l.court_id", ListColumn: "'" + plan.ListType + "'::text", Suspends: true, WrongBy: docket.OwnTerm, Waits: []ground.State{ground.Served, grace},
		Steps:  []ground.Step{{Paper: paper.Decision, Taken: unissued[2:]}, {Paper: paper.Service, Taken: unissued[3:]}},
		Before: unissued, Live: inForce, Ended: []ground.State{Lifted, ground.Expired, ground.Revoked, ground.Abandoned},
		Moves: slices.Concat(orderDecision(), orderForce(), orderEnds()),
	}
}

// orderDecision are the moves up to the president's signature.
func orderDecision() []ground.Move {
	return []ground.Move{
		{
			Name: moveNotice, Door: "notice", Group: ground.GroupAdvance, From: []ground.State{ground.Draft}, To: noticed, Roles: []enforcement.Role{enforcement.Clerk, enforcement.Judge}, Event: eventNoticed,
			ZH: "登记执行通知书的送达及其指定的履行期限", EN: "Record the execution notice and the period for performance that it states", Source: ground.Law(rule + "Art. 1 ¶1"), Effect: ground.EffectNone,
			Needs:  ground.NeedsNotice(),
			Papers: []ground.PaperNeed{ground.Papered(paper.ExecutionNotice, "notice_paper", "执行通知书", "the execution notice"), ground.Receipt()},
		},
		{
			Name: movePropose, Door: "proposal", Group: ground.GroupAdvance, From: []ground.State{ground.Draft, noticed}, Roles: []enforcement.Role{enforcement.Judge}, Event: eventProposed,
			ZH: "提请签发限制消费令", EN: "Propose the order to the president", Source: ground.Law(rule + "Art. 2, 4, 5"), Effect: ground.EffectNone,
			Needs: []ground.Need{
				ground.ReasonsOfDecision,
				{Field: "number", Rule: ground.RuleCourtNumber, Code: "decision.number"},
				{Field: "items", Rule: ground.RuleNoted, Code: "order.items", ZH: "第三条第一款所列九类之一或者数类；属于其他非生活和工作必需消费的，另写明内容", EN: "of the nine kinds of Art. 3 ¶1; the open ninth needs its words"},
				{Field: "other_items", Rule: ground.RuleNoted, Optional: true, Code: "order.items", ZH: "其他非生活和工作必需的消费行为的内容", EN: "the words of what else is banned"},
				{Field: "consequences", Rule: ground.RuleText, Code: "order.consequences"},
				{Field: "factors", Rule: ground.RuleNoted, Code: "order.factors", ZH: "第二条所列考虑因素", EN: "which of Art. 2 were weighed"},
				{Field: "ability", Rule: ground.RuleText, Code: "order.factors", ZH: "被执行人的履行能力", EN: "what is known of the ability to perform"},
				{Field: "valid_until", Rule: ground.RuleDay, Optional: true, Code: "order.period", ZH: "限制期间的最后一日；至履行完毕止的，不填", EN: "the last day of its period; none: until the duty is performed"},
				{Field: "received_on", Rule: ground.RulePast, Optional: true, Code: "application.date", ZH: "收到申请执行人书面申请之日；依职权的，写明必要性", EN: "when the creditor's written application came in; without one, why it is necessary"},
				{Field: "own_motion_reason", Rule: ground.RuleNoted, Optional: true, Code: "decision.own-motion", ZH: "依职权作出的必要性", EN: "why it is necessary without an application"},
				{Field: "grace_months", Rule: ground.RuleNumber, Max: 3, Optional: true, Code: "decision.grace", ZH: "宽限期（法发〔2019〕35号第15条）", EN: "a period of grace (法发〔2019〕35号 item 15)"},
			},
			Papers: []ground.PaperNeed{
				ground.Papered(paper.Decision, "decision_paper", "限制消费令全文，由院长签发", "the text of the order, which the president signs"),
				{Field: "application", By: "application_paper", Purpose: paper.Application, Column: "application_paper", Optional: true, ZH: "申请执行人的书面申请", EN: "the creditor's written application"},
				{Field: "role_document", By: "role_paper", Purpose: paper.Role, Column: "role_paper", Optional: true, ZH: "单位人员身份的证据", EN: "what proves the role of a unit's person"},
			},
		},
		{
			Name: moveSign, Door: "signature", Group: ground.GroupAdvance, From: []ground.State{ground.Draft, noticed}, To: ground.Decided, Roles: []enforcement.Role{enforcement.President}, Signer: "decision.signer", Event: eventDecided,
			NotBy: ground.NotOwn, Second: "signature.second-person",
			ZH: "院长签发限制消费令", EN: "Sign the order, as the president of the court", Source: ground.Law(rule + "Art. 5"), Effect: ground.EffectNone,
			Starts: []docket.Deadline{ground.ClockStartService},
		},
		{
			Name: ground.MoveServe, Door: "service", Group: ground.GroupAdvance, From: []ground.State{ground.Decided}, To: ground.Served, Or: grace, Roles: []enforcement.Role{enforcement.Clerk, enforcement.Judge}, Event: eventServed,
			ZH: "登记限制消费令的送达", EN: "Record service of the order", Source: ground.Law("法发〔2019〕35号 item 14"), Effect: ground.EffectNone,
			Needs: ground.NeedsServiceOfOrder(), Papers: ground.PapersOfService(), Stops: []string{ground.ClockStartService.Kind},
			Instead: map[ground.State]string{ground.Draft: "decision.unsigned", noticed: "decision.unsigned"},
		},
		{
			Name: ground.MovePublish, Door: "issue", Group: ground.GroupAdvance, From: []ground.State{ground.Served, grace}, To: ground.Active, Roles: []enforcement.Role{enforcement.Clerk, enforcement.Judge, enforcement.President, enforcement.System}, Event: eventInForce,
			ZH: "生效；协同任务随即下发", EN: "Have it hold; directives go out with it", Source: ground.Law("法发〔2019〕35号 item 15"), Effect: ground.EffectInForce,
			Instead: map[ground.State]string{ground.Decided: "service.missing"},
		},
		{
			Name: ground.MoveAbandon, Door: "abandonment", Group: ground.GroupEnd, From: unissued, To: ground.Abandoned, Roles: []enforcement.Role{enforcement.Clerk, enforcement.Judge, enforcement.President, enforcement.System}, Event: eventAbandoned,
			ZH: "生效前放弃", EN: "Abandon it before it holds", Source: ground.Law("法发〔2019〕35号 item 15"), Effect: ground.EffectGivesUp,
			Needs: []ground.Need{{Field: "reason", Rule: ground.RuleOneOf, Of: ground.Reasons(ground.Performed, ground.Minor, ground.Dead, ground.WrongPerson, ground.Excluded), Code: "abandon.reason"}}, Stops: []string{ground.Every},
		},
		{
			Name: ground.MoveConfirm, Door: "confirmation/unissued", Group: ground.GroupBrake, From: []ground.State{ground.Decided, ground.Served, grace}, Roles: judges, NotBy: ground.NotTwice, Second: "confirmation.second-person", Event: record.EventTaskClosed,
			ZH: "数据恢复前签发、尚未生效的限制消费令：说明理由后确认", EN: "Confirm, with reasons, what was signed and did not hold yet before a restoration, which may have lost its end", Source: ground.Ours, Effect: ground.EffectNone,
			Needs: []ground.Need{ground.ReasonsToResume}, Papers: []ground.PaperNeed{ground.PaperToResume},
		},
	}
}

// orderForce are the moves of an order that holds and goes on.
func orderForce() []ground.Move {
	return []ground.Move{
		{
			Name: moveKeep, Door: "keeping", Group: ground.GroupCorrect, From: inForce, Roles: judges, NotBy: ground.NotOwn[:1], Second: "order.keep-second-person", Event: eventKept,
			ZH: "名单信息终止后，说明理由保留限制消费令", EN: "Keep it, with reasons, after the listing on which it rests has ended", Source: ground.Ours, Effect: ground.EffectNone,
			Needs: []ground.Need{ground.ReasonsOfDecision}, Papers: []ground.PaperNeed{ground.Papered(paper.Keeping, "keep_paper", "保留限制消费令的书面意见", "what it is kept on, in writing")},
			Stops: []string{clockLiftOrKeep.Kind},
		},
		{
			Name: moveBreach, Door: "breaches", Group: ground.GroupCorrect, From: inForce, Roles: people, Event: eventBreached,
			ZH: "登记违反限制消费令的举报，由法官审查", EN: "Record a report of a breach, for a judge to examine", Source: ground.Law(rule + "Art. 10"), Effect: ground.EffectNone,
			Needs: []ground.Need{{Field: "breached_on", Rule: ground.RulePast, Code: "order.breach", ZH: "生效之后", EN: "after it began to hold"}, {Field: "text", Rule: ground.RuleText, Code: "order.breach"}},
			Opens: []string{ground.TaskOrderBreach}, Starts: []docket.Deadline{clockBreach},
		},
		{
			Name: ground.MoveSuspend, Door: "suspension", Choice: &ground.Choice{Field: "reason", Value: ground.CourtStay}, Group: ground.GroupBrake, From: inForce, Roles: judges, Event: ground.EventSuspended,
			ZH: "中止（裁定中止执行）", EN: "Suspend at every recipient, by a stay of execution", Source: ground.Ours, Effect: ground.EffectSuspends,
			Needs: []ground.Need{{Field: "reason", Rule: ground.RuleOneOf, Of: []string{ground.CourtStay}, Code: "listing.suspension"}}, Papers: []ground.PaperNeed{ground.Owing(paper.Suspension, "中止的裁定", "the ruling that stays it")},
		},
		{
			Name: ground.MoveBrake, Door: "suspension", Choice: &ground.Choice{Field: "reason", Value: ground.WrongPersonClaim}, Group: ground.GroupBrake, From: inForce, Roles: people, Event: ground.EventSuspended,
			ZH: "紧急中止：主体可能错误，任何本院人员均可", EN: "Pull the brake: it may be the wrong person; any of the court's people can", Source: ground.Ours, Effect: ground.EffectSuspends,
			Needs: []ground.Need{{Field: "reason", Rule: ground.RuleOneOf, Of: []string{ground.WrongPersonClaim}, Code: "listing.suspension"}},
		},
		{
			Name: ground.MoveResume, Door: "resumption", Group: ground.GroupBrake, From: inForce, Roles: judges, Event: ground.EventResumed,
			ZH: "恢复", EN: "Resume at every recipient", Source: ground.Ours, Effect: ground.EffectResumes,
			Needs: []ground.Need{ground.ReasonsToResume}, Papers: []ground.PaperNeed{ground.PaperToResume}, NotBy: ground.NotTwice, Second: "resumption.second-person",
		},
		{
			Name: ground.MoveReaffirm, Door: "confirmation", Group: ground.GroupBrake, From: inForce, Roles: judges, NotBy: ground.NotTwice, Second: "confirmation.second-person", Event: ground.EventReaffirmed,
			ZH: "数据恢复前生效的限制消费令：说明理由后确认", EN: "Confirm, with reasons, what held before a restoration, which may have lost its end", Source: ground.Ours, Effect: ground.EffectNone,
			Needs: []ground.Need{ground.ReasonsToResume}, Papers: []ground.PaperNeed{ground.PaperToResume},
		},
	}
}

// orderEnds are the moves by which it ends.
func orderEnds() []ground.Move {
	ending := []ground.PaperNeed{ground.Owing(paper.End, "解除限制消费令的文书", "the decision that lifts it")}
	dayOfCause := ground.DayOfEnd
	dayOfCause.ZH, dayOfCause.EN = "事由发生或者错误发现之日", "the day of the event, or of its discovery"
	return []ground.Move{
		{
			Name: moveLift, Door: "lifting", Group: ground.GroupEnd, From: inForce, To: Lifted, Roles: judges, Event: eventLifted,
			ZH: "解除：履行完毕的应当解除；担保或者申请执行人同意的可以解除", EN: "Lift: on performance it shall be, on security or consent it may", Source: ground.Law(rule + "Art. 9"), Effect: ground.EffectEnds, Stops: []string{ground.Every},
			Needs: []ground.Need{{Field: "cause", Rule: ground.RuleOneOf, Of: Causes(), Code: "end.cause"}, ground.ReasonsOfEnd, dayOfCause}, Papers: ending,
		},
		{
			Name: ground.MoveExpire, Group: ground.GroupEnd, From: inForce, To: ground.Expired, Roles: []enforcement.Role{enforcement.System}, Event: eventExpired,
			ZH: "限制期间届满，自行结束", EN: "Expire: its period is over", Source: ground.Law(rule + "Art. 5"), Effect: ground.EffectEnds, Stops: []string{ground.Every},
		},
		{
			Name: ground.MoveRevoke, Door: "revocation", Group: ground.GroupEnd, From: inForce, To: ground.Revoked, Roles: judges, Event: eventRevoked,
			ZH: "撤销：不应发出（未成年人、主体错误等）", EN: "Revoke: it should never have been, as against a minor or the wrong person", Source: ground.Law("法发〔2019〕35号 item 18"), Effect: ground.EffectEnds, Stops: []string{ground.Every},
			Needs: []ground.Need{ground.ReasonsOfEnd, dayOfCause}, Papers: ending,
		},
	}
}
