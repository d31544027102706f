package enforcement

import "slices"

// The acts of an administrative listing in the log.
const (
	EventAdministrativeDrafted      EventKind = "administrative-drafted"
	EventAdministrativeNotified     EventKind = "administrative-notified"
	EventAdministrativeStated       EventKind = "administrative-stated"
	EventAdministrativeAnswered     EventKind = "administrative-answered"
	EventAdministrativeDecided      EventKind = "administrative-decided"
	EventAdministrativeServed       EventKind = "administrative-served"
	EventAdministrativeAnnounced    EventKind = "administrative-announced"
	EventAdministrativePublished    EventKind = "administrative-published"
	EventAdministrativeDeleted      EventKind = "administrative-deleted"
	EventAdministrativeExpired      EventKind = "administrative-expired"
	EventAdministrativeEarlyDeleted EventKind = "administrative-early-deleted"
	EventAdministrativeRevoked      EventKind = "administrative-revoked"
	EventAdministrativeAbandoned    EventKind = "administrative-abandoned"
)

// The states that only administrative listings know.
const (
	Notified  State = "notified"  // the window to state and defend runs, or is over
	Stated    State = "stated"    // a statement waits for its answer
	Answered  State = "answered"  // every statement is answered
	Announced State = "announced" // batch lists: objections are heard
)

// The moves that only administrative listings know. To answer a statement leads back
// to where the listing waits, to uphold it gives the listing up.
const (
	MoveNotify   MoveName = "notify"
	MoveState    MoveName = "state"
	MoveReply    MoveName = "answer"
	MoveUphold   MoveName = "uphold"
	MoveDecide   MoveName = "decide"
	MoveAnnounce MoveName = "announce"
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

var (
	department = []Role{DepartmentClerk, DepartmentReviewer}
	reviewers  = []Role{DepartmentReviewer}
	byList     = Source{ByList: true}
	// No clock of this table runs from that day.
	dayOfCause = Need{Field: "event_on", Rule: RulePast, Code: dayOfEnd.Code, ZH: "事由发生、申请修复或者错误发现之日", EN: "the day of the event, of the request for repair, or of the discovery"}
)

// AdministrativeTable is the life of an entry on an administrative list. The order
// of notice, statement, answer and decision is that of 国办发〔2020〕49号 item 8. A
// statement is taken at any time before the decision, an objection at any time
// before publication.
func AdministrativeTable() *Table {
	return &Table{
		Slug: "administrative-listing", ZH: "行政名单列入", EN: "Entry on an administrative list", Collection: "/v1/administrative-listings", People: department,
		Rows: "administrative_listing", OwnerColumn: "l.organisation_id", ListColumn: "l.list_type", Suspends: true, Waits: []State{Served, Announced},
		Before: []State{Draft, Notified, Stated, Answered, Decided, Served, Announced}, Live: []State{Active},
		Ended: []State{Deleted, Expired, EarlyDeleted, Revoked, Abandoned},
		Moves: slices.Concat(administrativeHearing(), administrativeDecision(), administrativeForce()),
	}
}

// administrativeHearing are the moves before the decision: the subject is heard.
func administrativeHearing() []Move {
	return []Move{
		{
			Name: MoveNotify, Door: "notice", Group: GroupAdvance, From: []State{Draft}, To: Notified, Roles: department, Event: EventAdministrativeNotified,
			ZH: "登记事先告知的送达；陈述申辩期开始", EN: "Record the notice of cause, basis and rights; the time to state and defend begins", Source: law(noticeBasis), Effect: EffectNone,
			Needs: []Need{
				{Field: "manner", Rule: RuleOneOf, Of: manners(), Code: "service.manner"},
				{Field: "contents", Rule: RuleAllOf, Of: NoticeContents(), Code: "notice.contents"},
				{Field: "served_on", Rule: RulePast, Code: "notice.date"},
			},
			Starts: []Deadline{{Kind: clockWindow}},
		},
		{
			Name: MoveState, Door: "statement", Group: GroupRemedy, From: []State{Notified, Stated, Answered}, To: Stated, Stays: []State{Announced}, Roles: department, Event: EventAdministrativeStated,
			ZH: "登记陈述申辩，或者对公示的异议", EN: "Record a statement, or an objection to the announcement", Source: law(noticeBasis), Effect: EffectNone,
			Needs: []Need{
				{Field: "text", Rule: RuleText, Code: "statement.empty"},
				{Field: "received_on", Rule: RulePast, Code: "statement.date", ZH: "不早于告知或者公示", EN: "not before the notice or the announcement"},
			},
			Starts: []Deadline{{Kind: clockAnswer}},
		},
		{
			Name: MoveReply, Door: "answer", Choice: &Choice{"upheld", "false"}, Group: GroupRemedy, From: []State{Stated}, To: Answered, Stays: []State{Announced}, Roles: department, Event: EventAdministrativeAnswered,
			ZH: "答复陈述申辩", EN: "Answer what was stated", Source: law(noticeBasis), Effect: EffectNone,
			Needs: []Need{{Field: "text", Rule: RuleText, Code: "statement.answer"}}, Stops: []string{clockAnswer},
		},
		{
			Name: MoveUphold, Door: "answer", Choice: &Choice{"upheld", "true"}, Group: GroupEnd, From: []State{Stated, Announced}, To: Abandoned, Roles: department, Event: EventAdministrativeAnswered,
			ZH: "陈述申辩成立，不予列入", EN: "Uphold what was stated: the matter ends", Source: law(noticeBasis), Effect: EffectGivesUp,
			Needs: []Need{{Field: "text", Rule: RuleText, Code: "statement.answer"}}, Stops: []string{Every},
		},
	}
}

// administrativeDecision are the moves from the decision to publication.
func administrativeDecision() []Move {
	return []Move{
		{
			Name: MoveDecide, Door: "decision", Group: GroupAdvance, From: []State{Notified, Answered}, To: Decided, Roles: reviewers, Signer: "decision.reviewer", Event: EventAdministrativeDecided,
			NotBy: Drafter, Second: "decision.second-person", Instead: map[State]string{Stated: "statement.unanswered"},
			ZH: "作出决定（审核人员，非起草人）", EN: "Decide, as a reviewer who did not draft", Source: byList, Effect: EffectNone,
			Needs: []Need{
				{Field: "reasons", Rule: RuleText, Code: "decision.reasons"},
				{Field: "number", Rule: RuleText, Code: "decision.number"},
				{Field: "removal_conditions", Rule: RuleText, Code: "decision.remedies", Missing: "removal-conditions"},
				{Field: "remedies", Rule: RuleText, Code: "decision.remedies", Missing: "remedies"},
				{Field: "bases", Rule: RuleNoted, Optional: true, Code: "decision.basis", ZH: "名单依据之中；未列的视为全部有效依据", EN: "among the list's own; none: all in force"},
				{Field: "term_until", Rule: RuleNoted, Optional: true, Code: "list.term", ZH: "不超过名单规定的期限", EN: "no longer than the list allows"},
			},
			Stops: []string{Every}, Starts: []Deadline{clockStartService},
		},
		{
			Name: MoveServe, Door: "service", Group: GroupAdvance, From: []State{Decided}, To: Served, Roles: department, Event: EventAdministrativeServed,
			ZH: "登记决定书及修复告知书的送达", EN: "Record service of the decision with the repair notice", Source: law(noticeBasis), Effect: EffectNone,
			Needs: needsService(), Stops: []string{clockStartService.Kind},
		},
		{
			Name: MoveAnnounce, Group: GroupAdvance, From: []State{Served}, To: Announced, Roles: []Role{System}, Event: EventAdministrativeAnnounced,
			ZH: "每月公示，接受异议", EN: "Announce in the monthly batch; objections are heard", Source: byList, Effect: EffectNone, Starts: []Deadline{{Kind: clockObjected}},
		},
		{
			Name: MovePublish, Door: "publication", Group: GroupAdvance, From: []State{Served, Announced}, To: Active, Roles: []Role{DepartmentClerk, DepartmentReviewer, System}, Event: EventAdministrativePublished,
			ZH: "公布；协同任务随即下发", EN: "Publish; directives go out with it", Source: byList, Effect: EffectInForce, Instead: map[State]string{Decided: "service.missing"},
		},
		{
			Name: MoveAbandon, Door: "abandonment", Group: GroupEnd, From: []State{Draft, Notified, Stated, Answered, Decided, Served, Announced}, To: Abandoned,
			Roles: []Role{DepartmentClerk, DepartmentReviewer, System}, Event: EventAdministrativeAbandoned,
			ZH: "公布前放弃列入", EN: "Abandon the entry before publication", Source: law(noticeBasis), Effect: EffectGivesUp,
			Needs: []Need{{Field: "reason", Rule: RuleOneOf, Of: reasons(Performed, Minor, Dead, WrongPerson), Code: "abandon.reason"}}, Stops: []string{Every},
		},
		{
			Name: MoveConfirm, Door: "resumption", Group: GroupBrake, From: []State{Served, Announced}, Roles: reviewers, Event: EventTaskClosed,
			ZH: "数据恢复后存疑、尚未公布的列入：说明理由后确认", EN: "Confirm, with reasons, what waits for publication and a restored record put in doubt", Source: ours, Effect: EffectNone,
			Needs: []Need{{Field: "reasons", Rule: RuleText, Code: "resumption.reasons"}},
		},
	}
}

// administrativeForce are the moves of a listing in force.
func administrativeForce() []Move {
	active := []State{Active}
	return []Move{
		{
			Name: MoveSuspend, Door: "suspension", Choice: &Choice{"reason", CourtStay}, Group: GroupBrake, From: active, Roles: reviewers, Event: EventSuspended,
			ZH: "中止（法院裁定）", EN: "Suspend at every recipient, by a court's stay", Source: ours, Effect: EffectSuspends,
			Needs: []Need{{Field: "reason", Rule: RuleOneOf, Of: []string{CourtStay}, Code: "listing.suspension"}},
		},
		{
			Name: MoveBrake, Door: "suspension", Choice: &Choice{"reason", WrongPersonClaim}, Group: GroupBrake, From: active, Roles: department, Event: EventSuspended,
			ZH: "紧急中止：主体可能错误，任何本单位人员均可", EN: "Pull the brake: it may be the wrong person; any of the owner's people can", Source: ours, Effect: EffectSuspends,
			Needs: []Need{{Field: "reason", Rule: RuleOneOf, Of: []string{WrongPersonClaim}, Code: "listing.suspension"}},
		},
		{
			Name: MoveResume, Door: "resumption", Group: GroupBrake, From: active, Roles: reviewers, Event: EventResumed,
			ZH: "恢复", EN: "Resume at every recipient", Source: ours, Effect: EffectResumes,
			Needs: []Need{{Field: "reasons", Rule: RuleText, Optional: true, Code: "resumption.reasons", ZH: "数据恢复后存疑的必须说明", EN: "needed where a restored record had put it in doubt"}},
		},
		{
			Name: MoveDelete, Door: "deletion", Group: GroupEnd, From: active, To: Deleted, Roles: reviewers, Event: EventAdministrativeDeleted,
			ZH: "删除：事由消除或者主体已不存在", EN: "Delete: the reason ended, or the subject ceased to be", Source: byList, Effect: EffectEnds, Stops: []string{Every},
			Needs: []Need{{
				Field: "cause", Rule: RuleOneOf, Of: []string{CauseReasonEnded, CauseSubjectCeased}, Code: "end.cause",
				ZH: "有期限的，仅限主体已不存在", EN: "with a term only where the subject ceased to be",
			}, reasonsOfEnd, dayOfCause},
		},
		{
			Name: MoveExpire, Group: GroupEnd, From: active, To: Expired, Roles: []Role{System}, Event: EventAdministrativeExpired,
			ZH: "期限届满，自行结束", EN: "Expire: its term is over", Source: byList, Effect: EffectEnds, Stops: []string{Every},
		},
		{
			Name: MoveEarly, Door: "early-deletion", Group: GroupEnd, From: active, To: EarlyDeleted, Roles: reviewers, Event: EventAdministrativeEarlyDeleted,
			ZH: "提前移出（信用修复）", EN: "Remove early, by repair", Source: byList, Effect: EffectEnds, Stops: []string{Every}, Needs: []Need{reasonsOfEnd, dayOfCause},
		},
		{
			Name: MoveRevoke, Door: "revocation", Group: GroupEnd, From: active, To: Revoked, Roles: reviewers, Event: EventAdministrativeRevoked,
			ZH: "撤销：不应列入", EN: "Revoke: it should never have been", Source: byList, Effect: EffectEnds, Stops: []string{Every}, Needs: []Need{reasonsOfEnd, dayOfCause},
		},
	}
}
