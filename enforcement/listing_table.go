package enforcement

import (
	"slices"

	"concordat/internal/calendar"
)

// The acts of a listing in the log.
const (
	EventWarned          EventKind = "listing-warned"
	EventApplied         EventKind = "listing-applied"
	EventRefused         EventKind = "listing-refused"
	EventProposed        EventKind = "decision-proposed"
	EventDecided         EventKind = "listing-decided"
	EventServed          EventKind = "listing-served"
	EventAbandoned       EventKind = "listing-abandoned"
	EventPublished       EventKind = "listing-published"
	EventExtended        EventKind = "listing-extended"
	EventCorrecting      EventKind = "correction-opened"
	EventCorrected       EventKind = "listing-corrected"
	EventDeleted         EventKind = "listing-deleted"
	EventExpired         EventKind = "listing-expired"
	EventEarlyDeleted    EventKind = "listing-early-deleted"
	EventRevoked         EventKind = "listing-revoked"
	EventExclusionOpened EventKind = "exclusion-opened"
	EventExclusionClosed EventKind = "exclusion-closed"
	EventSearched        EventKind = "network-search"
)

// The states that listings know; those in force have directives.
const (
	Draft        State = "draft"
	Warned       State = "warned"
	Applied      State = "applied"
	Refused      State = "refused"
	Decided      State = "decided"
	Served       State = "served"
	Grace        State = "grace"
	Abandoned    State = "abandoned"
	Active       State = "active"
	Extended     State = "extended"
	Deleted      State = "deleted"
	Expired      State = "expired"
	EarlyDeleted State = "early-deleted"
	Revoked      State = "revoked"
)

// The moves of a listing.
const (
	MoveWarn           MoveName = "warn"
	MoveApply          MoveName = "apply"
	MoveRefuse         MoveName = "refuse"
	MovePropose        MoveName = "propose"
	MoveSign           MoveName = "sign"
	MoveServe          MoveName = "serve"
	MoveAbandon        MoveName = "abandon"
	MovePublish        MoveName = "publish"
	MoveExtend         MoveName = "extend"
	MoveSuspend        MoveName = "suspend"
	MoveBrake          MoveName = "brake"
	MoveResume         MoveName = "resume"
	MoveResumeRestored MoveName = "resume-restored"
	MoveConfirm        MoveName = "confirm"
	MoveOpenCorrection MoveName = "open-correction"
	MoveCorrect        MoveName = "correct"
	MoveDelete         MoveName = "delete"
	MoveExpire         MoveName = "expire"
	MoveEarly          MoveName = "early-delete"
	MoveRevoke         MoveName = "revoke"
)

// The clocks of a listing; where no law sets the time it is our own.
var (
	clockDecideApplication = Deadline{"decide-application", calendar.Period{Value: 15, Unit: calendar.CalendarDays, Source: "法释〔2017〕7号 Art. 5 ¶2"}}
	clockStartService      = Deadline{"start-service", calendar.Period{Value: 3, Unit: calendar.WorkingDays, Source: OwnTerm}}
	clockDelete            = Deadline{"delete", calendar.Period{Value: 3, Unit: calendar.WorkingDays, Source: "法释〔2017〕7号 Art. 10 ¶1"}}
	clockExpire            = Deadline{"delete-on-expiry", calendar.Period{Value: 3, Unit: calendar.WorkingDays, Source: "法释〔2017〕7号 Art. 10 ¶2"}}
	clockRevoke            = Deadline{"revoke", calendar.Period{Value: 3, Unit: calendar.WorkingDays, Source: "法释〔2017〕7号 Art. 9"}}
	clockCorrect           = Deadline{"correct", calendar.Period{Value: 3, Unit: calendar.WorkingDays, Source: "法释〔2017〕7号 Art. 9"}}
)

var (
	unpublished   = []State{Draft, Warned, Applied, Decided, Served, Grace}
	inForceStates = []State{Active, Extended}
	judges        = []Role{Judge, President}
	reasonsOfEnd  = Need{Field: "reasons", Rule: RuleText, Code: "end.reasons"}
	dayOfEnd      = Need{
		Field: "event_on", Rule: RulePast, Code: "end.event-date",
		ZH: "事由发生或者错误发现之日；三个工作日自该日起算", EN: "the day of the event, or of its discovery; three working days run from it",
	}
	ours = Source{Ours: true}
)

// ListingTable is the life of an entry on the courts' list. The states and their
// moves follow 法释〔2017〕7号 and 法发〔2019〕35号. Every end is allowed from every state
// after publication, whatever else is under way; before it every state can be
// abandoned.
func ListingTable() *Table {
	return &Table{
		Slug: "listing", ZH: "失信被执行人名单列入", EN: "Listing of a judgment debtor", Collection: "/v1/listings",
		Rows: "listing", OwnerColumn: "l.court_id", ListColumn: "'" + ListType + "'::text", Suspends: true, Waits: []State{Served, Grace},
		People: []Role{Clerk, Judge, President},
		Before: unpublished, Live: inForceStates, Ended: []State{Refused, Abandoned, Deleted, Expired, EarlyDeleted, Revoked},
		Moves: slices.Concat(listingDecision(), listingPublication(), listingForce(), listingEnds()),
	}
}

// listingDecision are the moves up to the president's signature.
func listingDecision() []Move {
	return []Move{
		{
			Name: MoveWarn, Door: "warning", Group: GroupAdvance, From: []State{Draft}, To: Warned, Roles: []Role{Clerk, Judge, System}, Event: EventWarned,
			ZH: "登记执行通知书及风险提示的送达", EN: "Record the execution notice and its warning", Source: law("法释〔2017〕7号 Art. 5 ¶1"), Effect: EffectNone,
			Needs: []Need{
				{Field: "risk_warning", Rule: RuleYes, Code: "notice.risk-warning", ZH: "通知书载明列入风险", EN: "the notice carries the warning about listing"},
				{Field: "served_on", Rule: RulePast, Code: "notice.date"},
			},
		},
		{
			Name: MoveApply, Door: "application", Group: GroupAdvance, From: []State{Warned}, To: Applied, Roles: []Role{Clerk, Judge, System}, Event: EventApplied,
			ZH: "登记申请执行人的申请", EN: "Record the creditor's application", Source: law("法释〔2017〕7号 Art. 5 ¶2"), Effect: EffectNone,
			Needs: []Need{{
				Field: "received_on", Rule: RulePast, Code: "application.date",
				ZH: "应申请删除后六个月内不受理（第十条第四款）", EN: "not within six months of a deletion at the creditor's request (Art. 10 ¶4)",
			}},
			Starts: []Deadline{clockDecideApplication},
		},
		{
			Name: MoveRefuse, Door: "refusal", Group: GroupEnd, From: []State{Applied}, To: Refused, Roles: judges, Event: EventRefused,
			ZH: "驳回申请", EN: "Refuse the application, with reasons", Source: law("法释〔2017〕7号 Art. 5 ¶2"), Effect: EffectGivesUp,
			Needs: []Need{{Field: "reasons", Rule: RuleText, Code: "decision.reasons"}}, Stops: []string{Every},
		},
		{
			Name: MovePropose, Door: "proposal", Group: GroupAdvance, From: []State{Warned, Applied}, Roles: []Role{Judge}, Event: EventProposed,
			ZH: "提请决定", EN: "Propose the decision to the president", Source: law("法释〔2017〕7号 Art. 5 ¶3"), Effect: EffectNone,
			Needs: []Need{
				{Field: "reasons", Rule: RuleText, Code: "decision.reasons"},
				{Field: "number", Rule: RuleText, Code: "decision.number"},
				{
					Field: "term_until", Rule: RuleDay, Optional: true, Code: "decision.term",
					ZH: "第一项单独无期限；其余不超过二年（第二条）", EN: "none for ground 1 alone; at most two years for the others (Art. 2)",
				},
				{Field: "grace_months", Rule: RuleNumber, Max: 3, Optional: true, Code: "decision.grace", ZH: "宽限期（法发〔2019〕35号第15条）", EN: "a period of grace (法发〔2019〕35号 item 15)"},
			},
		},
		{
			Name: MoveSign, Door: "signature", Group: GroupAdvance, From: []State{Warned, Applied}, To: Decided, Roles: []Role{President}, Signer: "decision.signer", Event: EventDecided,
			ZH: "院长签发决定", EN: "Sign the decision, as the president of the court", Source: law("法释〔2017〕7号 Art. 5 ¶3"), Effect: EffectNone,
			Stops: []string{clockDecideApplication.Kind}, Starts: []Deadline{clockStartService},
		},
	}
}

// listingPublication are the moves from the decision to publication, and out of it.
func listingPublication() []Move {
	return []Move{
		{
			Name: MoveServe, Door: "service", Group: GroupAdvance, From: []State{Decided}, To: Served, Or: Grace, Roles: []Role{Clerk, Judge, System}, Event: EventServed,
			ZH: "登记决定书的送达", EN: "Record service of the decision", Source: law("法释〔2017〕7号 Art. 5 ¶3"), Effect: EffectNone,
			Needs: needsService(), Stops: []string{clockStartService.Kind},
			Instead: map[State]string{Draft: "decision.unsigned", Warned: "decision.unsigned", Applied: "decision.unsigned"},
		},
		{
			Name: MovePublish, Door: "publication", Group: GroupAdvance, From: []State{Served, Grace}, To: Active, Roles: []Role{Clerk, Judge, President, System}, Event: EventPublished,
			ZH: "公布；协同任务随即下发", EN: "Publish; directives go out with it", Source: law("法释〔2017〕7号 Art. 7, 8"), Effect: EffectInForce,
			Instead: map[State]string{Decided: "service.missing"},
		},
		{
			Name: MoveAbandon, Door: "abandonment", Group: GroupEnd, From: unpublished, To: Abandoned, Roles: []Role{Clerk, Judge, President, System}, Event: EventAbandoned,
			ZH: "公布前放弃列入", EN: "Abandon the listing before publication", Source: law("法发〔2019〕35号 item 15"), Effect: EffectGivesUp,
			Needs: []Need{{Field: "reason", Rule: RuleOneOf, Of: reasons(Performed, Minor, Dead, WrongPerson, Excluded), Code: "abandon.reason"}}, Stops: []string{Every},
		},
		{
			Name: MoveConfirm, Door: "resumption/restored", Group: GroupBrake, From: []State{Served, Grace}, Roles: judges, Event: EventTaskClosed,
			ZH: "数据恢复后存疑、尚未公布的列入：说明理由后确认", EN: "Confirm, with reasons, what waits for publication and a restored record put in doubt", Source: ours, Effect: EffectNone,
			Needs: []Need{{Field: "reasons", Rule: RuleText, Code: "resumption.reasons"}},
		},
	}
}

// listingForce are the moves of a listing in force.
func listingForce() []Move {
	return []Move{
		{
			Name: MoveExtend, Door: "extension", Group: GroupCorrect, From: []State{Active}, To: Extended, Roles: []Role{President}, Signer: "decision.signer", Event: EventExtended,
			ZH: "延长期限（院长签发并已送达）", EN: "Extend the term, as the president, served before it ends", Source: law("法释〔2017〕7号 Art. 2 ¶1"), Effect: EffectAmends,
			Needs: []Need{
				{Field: "reasons", Rule: RuleText, Code: "decision.reasons"},
				{Field: "number", Rule: RuleText, Code: "decision.number"},
				{Field: "years", Rule: RuleNumber, Min: 1, Max: 3, Code: "extension.term"},
				{Field: "cause", Rule: RuleOneOf, Of: []string{"serious-violence-or-threat", "several-dishonest-acts"}, Code: "extension.cause"},
				{Field: "acts", Rule: RuleNumber, Max: 1000, Optional: true, Code: "extension.cause", ZH: "多次失信的，不少于二次", EN: "two at least, for several-dishonest-acts"},
				{Field: "served_on", Rule: RuleNoted, Code: "extension.late", ZH: "在原期限届满之前", EN: "before the old end"},
			},
		},
		{
			Name: MoveSuspend, Door: "suspension", Choice: &Choice{"reason", CourtStay}, Group: GroupBrake, From: inForceStates, Roles: judges, Event: EventSuspended,
			ZH: "中止（法院裁定）", EN: "Suspend at every recipient, by a court's stay", Source: ours, Effect: EffectSuspends,
			Needs: []Need{{Field: "reason", Rule: RuleOneOf, Of: []string{CourtStay}, Code: "listing.suspension"}},
		},
		{
			Name: MoveBrake, Door: "suspension", Choice: &Choice{"reason", WrongPersonClaim}, Group: GroupBrake, From: inForceStates, Roles: []Role{Clerk, Judge, President}, Event: EventSuspended,
			ZH: "紧急中止：主体可能错误，任何法院人员均可", EN: "Pull the brake: it may be the wrong person; any of the court's people can", Source: ours, Effect: EffectSuspends,
			Needs: []Need{{Field: "reason", Rule: RuleOneOf, Of: []string{WrongPersonClaim}, Code: "listing.suspension"}},
		},
		{
			Name: MoveResume, Door: "resumption", Group: GroupBrake, From: inForceStates, Roles: judges, Event: EventResumed,
			ZH: "恢复", EN: "Resume at every recipient", Source: ours, Effect: EffectResumes,
		},
		{
			Name: MoveResumeRestored, Door: "resumption/restored", Group: GroupBrake, From: inForceStates, Roles: judges, Event: EventResumed,
			ZH: "数据恢复后存疑的列入：说明理由后恢复", EN: "Resume, with reasons, what a restored record put in doubt", Source: ours, Effect: EffectResumes,
			Needs: []Need{{Field: "reasons", Rule: RuleText, Code: "resumption.reasons", ZH: "说明丢失期间并未结束或者中止", EN: "why the lost time held no end of it"}},
		},
		{
			Name: MoveOpenCorrection, Door: "correction", Group: GroupCorrect, From: inForceStates, Roles: judges, Event: EventCorrecting,
			ZH: "登记发现的错误；三个工作日内更正", EN: "Record that data are inaccurate; three working days begin", Source: law("法释〔2017〕7号 Art. 9"), Effect: EffectNone,
			Needs: []Need{{Field: "found_on", Rule: RulePast, Code: "end.event-date"}}, Starts: []Deadline{clockCorrect},
		},
		{
			Name: MoveCorrect, Door: "correction/data", Group: GroupCorrect, From: inForceStates, Roles: judges, Event: EventCorrected,
			ZH: "更正数据并通知所有接收单位", EN: "Correct the data and send them to every holder", Source: law("法释〔2017〕7号 Art. 9"), Effect: EffectAmends,
			Needs: []Need{{
				Field: "name", Rule: RuleNoted, Code: "correction.identity",
				ZH: "类别、号码不变，姓名至多一字之差；否则应撤销后另行草拟", EN: "kind and number stay, the name differs in one character at most; else revoke and draft anew",
			}}, Stops: []string{clockCorrect.Kind},
		},
	}
}

// listingEnds are the four ends.
func listingEnds() []Move {
	return []Move{
		{
			Name: MoveDelete, Door: "deletion", Group: GroupEnd, From: inForceStates, To: Deleted, Roles: judges, Event: EventDeleted,
			ZH: "删除：事由消除（第十条第一款）", EN: "Delete: its reason ended (Art. 10 ¶1)", Source: law("法释〔2017〕7号 Art. 10 ¶1"), Effect: EffectEnds,
			Needs:  []Need{{Field: "item", Rule: RuleNumber, Min: 1, Max: 7, Code: "end.item", ZH: "第十条第一款各项", EN: "which event of Art. 10 ¶1"}, reasonsOfEnd, dayOfEnd},
			Starts: []Deadline{clockDelete}, Stops: []string{Every},
		},
		{
			Name: MoveExpire, Group: GroupEnd, From: inForceStates, To: Expired, Roles: []Role{System}, Event: EventExpired,
			ZH: "期限届满，自行结束", EN: "Expire: its term is over", Source: law("法释〔2017〕7号 Art. 10 ¶2"), Effect: EffectEnds, Starts: []Deadline{clockExpire}, Stops: []string{Every},
		},
		{
			Name: MoveEarly, Door: "early-deletion", Group: GroupEnd, From: inForceStates, To: EarlyDeleted, Roles: judges, Event: EventEarlyDeleted,
			ZH: "提前删除（第二条第二款）", EN: "Delete early, at the court's discretion (Art. 2 ¶2)", Source: law("法释〔2017〕7号 Art. 2 ¶2"), Effect: EffectEnds,
			Needs: []Need{reasonsOfEnd, dayOfEnd}, Starts: []Deadline{clockDelete}, Stops: []string{Every},
		},
		{
			Name: MoveRevoke, Door: "revocation", Group: GroupEnd, From: inForceStates, To: Revoked, Roles: judges, Event: EventRevoked,
			ZH: "撤销：不应列入（第九条）", EN: "Revoke: it should never have been (Art. 9)", Source: law("法释〔2017〕7号 Art. 9"), Effect: EffectEnds,
			Needs: []Need{reasonsOfEnd, dayOfEnd}, Starts: []Deadline{clockRevoke}, Stops: []string{Every},
		},
	}
}

func reasons(list ...AbandonReason) []string {
	names := make([]string, 0, len(list))
	for _, r := range list {
		names = append(names, string(r))
	}
	return names
}
