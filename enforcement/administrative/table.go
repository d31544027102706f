package administrative

import (
	"slices"

	"concordat/enforcement"
	"concordat/enforcement/docket"
	"concordat/enforcement/ground"
	"concordat/enforcement/paper"
	"concordat/enforcement/record"
	"concordat/internal/calendar"
)

// The acts of an administrative listing in the log.
const (
	eventDrafted      record.EventKind = "administrative-drafted"
	eventNotified     record.EventKind = "administrative-notified"
	eventStated       record.EventKind = "administrative-stated"
	eventAnswered     record.EventKind = "administrative-answered"
	eventDecided      record.EventKind = "administrative-decided"
	eventServed       record.EventKind = "administrative-served"
	eventAnnounced    record.EventKind = "administrative-announced"
	eventPublished    record.EventKind = "administrative-published"
	eventDeleted      record.EventKind = "administrative-deleted"
	eventExpired      record.EventKind = "administrative-expired"
	eventEarlyDeleted record.EventKind = "administrative-early-deleted"
	eventRevoked      record.EventKind = "administrative-revoked"
	eventAbandoned    record.EventKind = "administrative-abandoned"
)

// The states that only administrative listings know.
const (
	notified  ground.State = "notified"  // the window to state and defend runs, or is over
	stated    ground.State = "stated"    // a statement waits for its answer
	answered  ground.State = "answered"  // every statement is answered
	announced ground.State = "announced" // batch lists: objections are heard
)

// The moves that only administrative listings know. To answer a statement leads back
// to where the listing waits, to uphold it gives the listing up.
const (
	moveNotify   ground.MoveName = "notify"
	moveState    ground.MoveName = "state"
	moveReply    ground.MoveName = "answer"
	moveUphold   ground.MoveName = "uphold"
	moveDecide   ground.MoveName = "decide"
	moveAnnounce ground.MoveName = "announce"
)

// The clocks of an administrative listing; their lengths come from its list type.
const (
	clockWindow   = "state-and-defend"
	clockAnswer   = "answer-statement"
	clockObjected = "object-to-announcement"
)

const (
	noticeBasis = "国办发〔2020〕49号 item 8"
	repairBasis = "国办发〔2025〕22号 item 2"
)

// No clock of this table runs from that day.
var dayOfCause = ground.Need{Field: "event_on", Rule: ground.RulePast, Code: ground.DayOfEnd.Code, ZH: "事由发生、申请修复或者错误发现之日", EN: "the day of the event, of the request for repair, or of the discovery"}

// Table is the life of an entry on an administrative list. The order of notice,
// statement, answer and decision is that of 国办发〔2020〕49号 item 8. A statement is taken
// at any time before the decision, an objection at any time before publication.
func Table() *ground.Table {
	return &ground.Table{
		Slug: "administrative-listing", ZH: "行政名单列入", EN: "Entry on an administrative list", Collection: "/v1/administrative-listings", People: enforcement.Department,
		Steps: []ground.Step{
			{Paper: paper.AdministrativeNotice, Taken: []ground.State{notified, stated, answered, ground.Decided, ground.Served, announced}},
			{Paper: paper.Decision, Taken: []ground.State{ground.Decided, ground.Served, announced}},
			{Paper: paper.Service, Taken: []ground.State{ground.Served, announced}},
		},
		Rows: "administrative_listing", OwnerColumn: "l.organisation_id", ListColumn: "l.list_type", Suspends: true, WrongBy: docket.OwnTerm, Waits: []ground.State{ground.Served, announced},
		Before: []ground.State{ground.Draft, notified, stated, answered, ground.Decided, ground.Served, announced}, Live: []ground.State{ground.Active},
		Ended: []ground.State{ground.Deleted, ground.Expired, ground.EarlyDeleted, ground.Revoked, ground.Abandoned},
		Moves: slices.Concat(administrativeHearing(), administrativeDecision(), administrativeForce()),
	}
}

// administrativeHearing are the moves before the decision: the subject is heard.
func administrativeHearing() []ground.Move {
	return []ground.Move{
		{
			Name: moveNotify, Door: "notice", Group: ground.GroupAdvance, From: []ground.State{ground.Draft}, To: notified, Roles: enforcement.Department, Event: eventNotified,
			ZH: "登记事先告知的送达；陈述申辩期开始", EN: "Record the notice of cause, basis and rights; the time to state and defend begins", Source: ground.Law(noticeBasis), Effect: ground.EffectNone,
			Needs: []ground.Need{
				{Field: "manner", Rule: ground.RuleOneOf, Of: ground.Manners(), Code: "service.manner"},
				{Field: "contents", Rule: ground.RuleAllOf, Of: NoticeContents(), Code: "notice.contents"},
				{Field: "served_on", Rule: ground.RulePast, Code: "notice.date"},
				ground.LastPosted,
			},
			Papers: append([]ground.PaperNeed{ground.Papered(paper.AdministrativeNotice, "notice_paper", "事先告知书", "the notice"), ground.Receipt()}, ground.PapersByManner()...),
			Starts: []docket.Deadline{{Kind: clockWindow, Whose: calendar.Subject}},
		},
		{
			Name: moveState, Door: "statement", Group: ground.GroupRemedy, From: []ground.State{notified, stated, answered}, To: stated, Stays: []ground.State{announced}, Roles: enforcement.Department, Event: eventStated,
			ZH: "登记陈述申辩，或者对公示的异议", EN: "Record a statement, or an objection to the announcement", Source: ground.Law(noticeBasis), Effect: ground.EffectNone,
			Needs: []ground.Need{
				{Field: "text", Rule: ground.RuleWritten, Code: "statement.empty"},
				{Field: "received_on", Rule: ground.RulePast, Code: "statement.date", ZH: "不早于告知或者公示", EN: "not before the notice or the announcement"},
			},
			Papers: []ground.PaperNeed{ground.Owing(paper.Statement, "陈述申辩书或者笔录", "the statement in writing, or its record")},
			Starts: []docket.Deadline{{Kind: clockAnswer}},
		},
		{
			Name: moveReply, Door: "answer", Choice: &ground.Choice{Field: "upheld", Value: "false"}, Group: ground.GroupRemedy, From: []ground.State{stated}, To: answered, Stays: []ground.State{announced}, Roles: enforcement.Department, Event: eventAnswered,
			ZH: "答复陈述申辩", EN: "Answer what was stated", Source: ground.Law(noticeBasis), Effect: ground.EffectNone,
			Needs: []ground.Need{{Field: "text", Rule: ground.RuleWhy, Min: enforcement.LeastReasons, Code: "statement.answer"}}, Stops: []string{clockAnswer},
			Papers: []ground.PaperNeed{ground.Papered(paper.Answer, "", "对陈述申辩的答复书", "the answer in writing")},
		},
		{
			Name: moveUphold, Door: "answer", Choice: &ground.Choice{Field: "upheld", Value: "true"}, Group: ground.GroupEnd, From: []ground.State{stated, announced}, To: ground.Abandoned, Roles: enforcement.Department, Event: eventAnswered,
			ZH: "陈述申辩成立，不予列入", EN: "Uphold what was stated: the matter ends", Source: ground.Law(noticeBasis), Effect: ground.EffectGivesUp,
			Needs: []ground.Need{{Field: "text", Rule: ground.RuleWritten, Code: "statement.answer"}}, Stops: []string{ground.Every},
			Papers: []ground.PaperNeed{ground.Owing(paper.Answer, "对陈述申辩的答复书", "the answer in writing")},
		},
	}
}

// administrativeDecision are the moves from the decision to publication.
func administrativeDecision() []ground.Move {
	return []ground.Move{
		{
			Name: moveDecide, Door: "decision", Group: ground.GroupAdvance, From: []ground.State{notified, answered}, To: ground.Decided, Roles: enforcement.Reviewers, Signer: "decision.reviewer", Event: eventDecided,
			NotBy: []ground.Person{ground.Drafter}, Second: "decision.second-person", Instead: map[ground.State]string{stated: "statement.unanswered"}, Awaits: true,
			ZH: "作出决定（审核人员，非起草人）", EN: "Decide, as a reviewer who did not draft", Source: ground.ByList, Effect: ground.EffectNone,
			Needs: []ground.Need{
				ground.ReasonsOfDecision,
				{Field: "number", Rule: ground.RuleNumbered, Code: "decision.number"},
				{Field: "removal_conditions", Rule: ground.RuleText, Code: "decision.remedies", Missing: "removal-conditions"},
				{Field: "remedies", Rule: ground.RuleText, Code: "decision.remedies", Missing: "remedies"},
				{Field: "bases", Rule: ground.RuleNoted, Optional: true, Code: "decision.basis", ZH: "名单依据之中；未列的视为全部有效依据", EN: "among the list's own; none: all in force"},
				{Field: "term_until", Rule: ground.RuleNoted, Optional: true, Code: "list.term", ZH: "不超过名单规定的期限", EN: "no longer than the list allows"},
			},
			Papers: []ground.PaperNeed{ground.Papered(paper.Decision, "decision_paper", "决定书全文", "the text of the decision")},
			Stops:  []string{ground.Every}, Starts: []docket.Deadline{ground.ClockStartService},
		},
		{
			Name: ground.MoveServe, Door: "service", Group: ground.GroupAdvance, From: []ground.State{ground.Decided}, To: ground.Served, Roles: enforcement.Department, Event: eventServed,
			ZH: "登记决定书及修复告知书的送达", EN: "Record service of the decision with the repair notice", Source: ground.Law(noticeBasis), Effect: ground.EffectNone,
			Needs: ground.NeedsService(), Papers: ground.PapersOfService(), Stops: []string{ground.ClockStartService.Kind},
		},
		{
			Name: moveAnnounce, Group: ground.GroupAdvance, From: []ground.State{ground.Served}, To: announced, Roles: []enforcement.Role{enforcement.System}, Event: eventAnnounced,
			ZH: "每月公示，接受异议", EN: "Announce in the monthly batch; objections are heard", Source: ground.ByList, Effect: ground.EffectNone, Starts: []docket.Deadline{{Kind: clockObjected, Whose: calendar.Subject}},
		},
		{
			Name: ground.MovePublish, Door: "publication", Group: ground.GroupAdvance, From: []ground.State{ground.Served, announced}, To: ground.Active, Roles: []enforcement.Role{enforcement.DepartmentClerk, enforcement.DepartmentReviewer, enforcement.System}, Event: eventPublished,
			ZH: "公布；协同任务随即下发", EN: "Publish; directives go out with it", Source: ground.ByList, Effect: ground.EffectInForce, Stops: []string{ground.Every}, Instead: map[ground.State]string{ground.Decided: "service.missing"},
		},
		{
			Name: ground.MoveAbandon, Door: "abandonment", Group: ground.GroupEnd, From: []ground.State{ground.Draft, notified, stated, answered, ground.Decided, ground.Served, announced}, To: ground.Abandoned,
			Roles: []enforcement.Role{enforcement.DepartmentClerk, enforcement.DepartmentReviewer, enforcement.System}, Event: eventAbandoned,
			ZH: "公布前放弃列入", EN: "Abandon the entry before publication", Source: ground.Law(noticeBasis), Effect: ground.EffectGivesUp,
			Needs: []ground.Need{{Field: "reason", Rule: ground.RuleOneOf, Of: ground.Reasons(ground.Performed, ground.Minor, ground.Dead, ground.WrongPerson), Code: "abandon.reason"}}, Stops: []string{ground.Every},
		},
		{
			Name: ground.MoveConfirm, Door: "resumption", Group: ground.GroupBrake, From: []ground.State{ground.Decided, ground.Served, announced}, Roles: enforcement.Reviewers, NotBy: ground.NotTwice, Second: "confirmation.second-person", Event: record.EventTaskClosed,
			ZH: "数据恢复前决定、尚未公布的列入：说明理由后确认", EN: "Confirm, with reasons, what was decided and not published before a restoration, which may have lost its end", Source: ground.Ours, Effect: ground.EffectNone,
			Needs: []ground.Need{ground.ReasonsToResume}, Papers: []ground.PaperNeed{ground.PaperToResume},
		},
	}
}

// administrativeForce are the moves of a listing in force.
func administrativeForce() []ground.Move {
	ending := []ground.PaperNeed{ground.Owing(paper.End, "结束列入的决定书", "the decision that ends it")}
	active := []ground.State{ground.Active}
	return []ground.Move{
		{
			Name: ground.MoveSuspend, Door: "suspension", Choice: &ground.Choice{Field: "reason", Value: ground.CourtStay}, Group: ground.GroupBrake, From: active, Roles: enforcement.Reviewers, Event: ground.EventSuspended,
			ZH: "中止（法院裁定）", EN: "Suspend at every recipient, by a court's stay", Source: ground.Ours, Effect: ground.EffectSuspends,
			Needs: []ground.Need{{Field: "reason", Rule: ground.RuleOneOf, Of: []string{ground.CourtStay}, Code: "listing.suspension"}}, Papers: []ground.PaperNeed{ground.Owing(paper.Suspension, "中止的裁定", "the ruling that stays it")},
		},
		{
			Name: ground.MoveBrake, Door: "suspension", Choice: &ground.Choice{Field: "reason", Value: ground.WrongPersonClaim}, Group: ground.GroupBrake, From: active, Roles: enforcement.Department, Event: ground.EventSuspended,
			ZH: "紧急中止：主体可能错误，任何本单位人员均可", EN: "Pull the brake: it may be the wrong person; any of the owner's people can", Source: ground.Ours, Effect: ground.EffectSuspends,
			Needs: []ground.Need{{Field: "reason", Rule: ground.RuleOneOf, Of: []string{ground.WrongPersonClaim}, Code: "listing.suspension"}},
		},
		{
			Name: ground.MoveResume, Door: "resumption", Group: ground.GroupBrake, From: active, Roles: enforcement.Reviewers, Event: ground.EventResumed,
			ZH: "恢复", EN: "Resume at every recipient", Source: ground.Ours, Effect: ground.EffectResumes,
			Needs: []ground.Need{ground.ReasonsToResume}, Papers: []ground.PaperNeed{ground.PaperToResume}, NotBy: ground.NotTwice, Second: "resumption.second-person",
		},
		{
			Name: ground.MoveReaffirm, Door: "confirmation", Group: ground.GroupBrake, From: active, Roles: enforcement.Reviewers, NotBy: ground.NotTwice, Second: "confirmation.second-person", Event: ground.EventReaffirmed,
			ZH: "数据恢复前公布的列入：说明理由后确认", EN: "Confirm, with reasons, what was published before a restoration, which may have lost its end", Source: ground.Ours, Effect: ground.EffectNone,
			Needs: []ground.Need{ground.ReasonsToResume}, Papers: []ground.PaperNeed{ground.PaperToResume},
		},
		{
			Name: ground.MoveDelete, Door: "deletion", Group: ground.GroupEnd, From: active, To: ground.Deleted, Roles: enforcement.Reviewers, Event: eventDeleted,
			ZH: "删除：事由消除或者主体已不存在", EN: "Delete: the reason ended, or the subject ceased to be", Source: ground.ByList, Effect: ground.EffectEnds, Stops: []string{ground.Every},
			Needs: []ground.Need{{
				Field: "cause", Rule: ground.RuleOneOf, Of: []string{causeReasonEnded, causeSubjectCeased}, Code: "end.cause",
				ZH: "有期限的，仅限主体已不存在", EN: "with a term only where the subject ceased to be",
			}, ground.ReasonsOfEnd, dayOfCause}, Papers: ending,
		},
		{
			Name: ground.MoveExpire, Group: ground.GroupEnd, From: active, To: ground.Expired, Roles: []enforcement.Role{enforcement.System}, Event: eventExpired,
			ZH: "期限届满，自行结束", EN: "Expire: its term is over", Source: ground.ByList, Effect: ground.EffectEnds, Stops: []string{ground.Every},
		},
		{
			Name: ground.MoveEarly, Door: "early-deletion", Group: ground.GroupEnd, From: active, To: ground.EarlyDeleted, Roles: enforcement.Reviewers, Event: eventEarlyDeleted,
			ZH: "提前移出（信用修复）", EN: "Remove early, by repair", Source: ground.ByList, Effect: ground.EffectEnds, Stops: []string{ground.Every}, Needs: []ground.Need{ground.ReasonsOfEnd, dayOfCause}, Papers: ending,
		},
		{
			Name: ground.MoveRevoke, Door: "revocation", Group: ground.GroupEnd, From: active, To: ground.Revoked, Roles: enforcement.Reviewers, Event: eventRevoked,
			ZH: "撤销：不应列入", EN: "Revoke: it should never have been", Source: ground.ByList, Effect: ground.EffectEnds, Stops: []string{ground.Every}, Needs: []ground.Need{ground.ReasonsOfEnd, dayOfCause}, Papers: ending,
		},
	}
}
