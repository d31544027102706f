package listing

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

// The acts of a listing in the log.
const (
	eventWarned          record.EventKind = "listing-warned"
	eventApplied         record.EventKind = "listing-applied"
	eventRefused         record.EventKind = "listing-refused"
	eventProposed        record.EventKind = "decision-proposed"
	eventDecided         record.EventKind = "listing-decided"
	eventServed          record.EventKind = "listing-served"
	eventAbandoned       record.EventKind = "listing-abandoned"
	eventPublished       record.EventKind = "listing-published"
	eventExtended        record.EventKind = "listing-extended"
	eventCorrecting      record.EventKind = "correction-opened"
	eventCorrected       record.EventKind = "listing-corrected"
	eventDeleted         record.EventKind = "listing-deleted"
	eventExpired         record.EventKind = "listing-expired"
	eventEarlyDeleted    record.EventKind = "listing-early-deleted"
	eventRevoked         record.EventKind = "listing-revoked"
	eventExclusionOpened record.EventKind = "exclusion-opened"
	eventExclusionClosed record.EventKind = "exclusion-closed"
	eventGroundDropped   record.EventKind = "listing-ground-dropped"
	eventSearched        record.EventKind = "network-search"
	eventWorded          record.EventKind = "listing-worded"
	eventReworded        record.EventKind = "listing-reworded"
)

// The states that only courts' listings know.
const (
	warned   ground.State = "warned"
	applied  ground.State = "applied"
	Refused  ground.State = "refused"
	Grace    ground.State = "grace"
	Extended ground.State = "extended"
)

// The moves that only courts' listings know.
const (
	moveWarn           ground.MoveName = "warn"
	moveApply          ground.MoveName = "apply"
	moveRefuse         ground.MoveName = "refuse"
	movePropose        ground.MoveName = "propose"
	moveSign           ground.MoveName = "sign"
	moveExtend         ground.MoveName = "extend"
	moveResumeRestored ground.MoveName = "resume-restored"
	moveOpenCorrection ground.MoveName = "open-correction"
	moveCorrect        ground.MoveName = "correct"
	moveDrop           ground.MoveName = "drop-barred"
	moveWord           ground.MoveName = "word"
	moveReword         ground.MoveName = "reword"
)

// The clocks of a listing; where no law sets the time it is our own.
var (
	clockDecideApplication = docket.Deadline{Kind: "decide-application", Period: calendar.Period{Value: 15, Unit: calendar.CalendarDays, Source: "法释〔2017〕7号 Art. 5 ¶2"}}
	clockDelete            = docket.Deadline{Kind: "delete", Period: calendar.Period{Value: 3, Unit: calendar.WorkingDays, Source: "法释〔2017〕7号 Art. 10 ¶1"}}
	clockExpire            = docket.Deadline{Kind: "delete-on-expiry", Period: calendar.Period{Value: 3, Unit: calendar.WorkingDays, Source: "法释〔2017〕7号 Art. 10 ¶2"}}
	clockRevoke            = docket.Deadline{Kind: "revoke", Period: calendar.Period{Value: 3, Unit: calendar.WorkingDays, Source: "法释〔2017〕7号 Art. 9"}}
	// A bar that stood when it was decided is a listing that should never have been; what a
	// later one asks for no law times (docs/open-questions.md), nor what performance asks for
	// of a listing with a term.
	clockBarred        = docket.Deadline{Kind: "revoke-barred", Period: calendar.Period{Value: 3, Unit: calendar.WorkingDays, Source: "法释〔2017〕7号 Art. 9"}}
	clockExamineBar    = docket.Deadline{Kind: "examine-bar", Period: calendar.Period{Value: 3, Unit: calendar.WorkingDays, Source: docket.OwnTerm}}
	clockEarlyDeletion = docket.Deadline{Kind: "decide-early-deletion", Period: calendar.Period{Value: 3, Unit: calendar.WorkingDays, Source: docket.OwnTerm}}
	clockCorrect       = docket.Deadline{Kind: "correct", Period: calendar.Period{Value: 3, Unit: calendar.WorkingDays, Source: "法释〔2017〕7号 Art. 9"}}
)

// Deadlines are those of a listing's clocks that no move starts.
func Deadlines() []docket.Deadline {
	return []docket.Deadline{clockDelete, clockBarred, clockExamineBar, clockEarlyDeletion}
}

var (
	unpublished   = []ground.State{ground.Draft, warned, applied, ground.Decided, ground.Served, Grace}
	inForceStates = []ground.State{ground.Active, Extended}
	judges        = []enforcement.Role{enforcement.Judge, enforcement.President}
)

// Table is the life of an entry on the courts' list. The states and their moves follow
// 法释〔2017〕7号 and 法发〔2019〕35号. Every end is allowed from every state after
// publication, whatever else is under way; before it every state can be abandoned.
func Table() *ground.Table {
	return &ground.Table{
		Slug: "listing", ZH: "失信被执行人名单列入", EN: "Listing of a judgment debtor", Collection: "/v1/listings",
		Rows: "listing", OwnerColumn: "l.court_id", ListColumn: "'" + plan.ListType + "'::text", Suspends: true, WrongBy: clockRevoke.Period.Source, Waits: []ground.State{ground.Served, Grace},
		Steps: []ground.Step{
			{Paper: paper.ExecutionNotice, Taken: unpublished[1:]}, {Paper: paper.Decision, Taken: unpublished[3:]}, {Paper: paper.Service, Taken: unpublished[4:]},
		},
		People: []enforcement.Role{enforcement.Clerk, enforcement.Judge, enforcement.President},
		Before: unpublished, Live: inForceStates, Ended: []ground.State{Refused, ground.Abandoned, ground.Deleted, ground.Expired, ground.EarlyDeleted, ground.Revoked},
		Moves: slices.Concat(listingDecision(), listingPublication(), listingForce(), listingEnds()),
	}
}

// listingDecision are the moves up to the president's signature.
func listingDecision() []ground.Move {
	return []ground.Move{
		{
			Name: moveWarn, Door: "warning", Group: ground.GroupAdvance, From: []ground.State{ground.Draft}, To: warned, Roles: []enforcement.Role{enforcement.Clerk, enforcement.Judge, enforcement.System}, Event: eventWarned,
			ZH: "登记执行通知书及风险提示的送达", EN: "Record the execution notice and its warning", Source: ground.Law("法释〔2017〕7号 Art. 5 ¶1"), Effect: ground.EffectNone,
			Needs:  append([]ground.Need{{Field: "risk_warning", Rule: ground.RuleYes, Code: "notice.risk-warning", ZH: "通知书载明列入风险", EN: "the notice carries the warning about listing"}}, ground.NeedsNotice()...),
			Papers: []ground.PaperNeed{ground.Papered(paper.ExecutionNotice, "notice_paper", "执行通知书（含列入风险提示）", "the execution notice with its warning"), ground.Receipt()},
		},
		{
			Name: moveApply, Door: "application", Group: ground.GroupAdvance, From: []ground.State{warned}, To: applied, Roles: []enforcement.Role{enforcement.Clerk, enforcement.Judge, enforcement.System}, Event: eventApplied,
			ZH: "登记申请执行人的申请", EN: "Record the creditor's application", Source: ground.Law("法释〔2017〕7号 Art. 5 ¶2"), Effect: ground.EffectNone,
			Needs: []ground.Need{{
				Field: "received_on", Rule: ground.RulePast, Code: "application.date",
				ZH: "不早于执行通知书的送达；应申请删除后六个月内不受理（第十条第四款）", EN: "not before the execution notice, nor within six months of a deletion at the creditor's request (Art. 10 ¶4)",
			}},
			Papers: []ground.PaperNeed{ground.Papered(paper.Application, "application_paper", "申请执行人的书面申请", "the creditor's written application")},
			Starts: []docket.Deadline{clockDecideApplication},
		},
		{
			Name: moveRefuse, Door: "refusal", Group: ground.GroupEnd, From: []ground.State{applied}, To: Refused, Roles: judges, Event: eventRefused,
			ZH: "驳回申请", EN: "Refuse the application, with reasons", Source: ground.Law("法释〔2017〕7号 Art. 5 ¶2"), Effect: ground.EffectGivesUp,
			Needs: []ground.Need{ground.ReasonsOfDecision}, Stops: []string{ground.Every},
			Papers: []ground.PaperNeed{ground.Owing(paper.End, "驳回申请的决定书", "the decision that refuses the application")},
		},
		{
			Name: movePropose, Door: "proposal", Group: ground.GroupAdvance, From: []ground.State{warned, applied}, Roles: []enforcement.Role{enforcement.Judge}, Event: eventProposed,
			ZH: "提请决定", EN: "Propose the decision to the president", Source: ground.Law("法释〔2017〕7号 Art. 5 ¶3"), Effect: ground.EffectNone,
			Needs: []ground.Need{
				ground.ReasonsOfDecision,
				{Field: "number", Rule: ground.RuleCourtNumber, Code: "decision.number"},
				{
					Field: "term_until", Rule: ground.RuleDay, Optional: true, Code: "decision.term",
					ZH: "第一项单独无期限；其余不超过二年（第二条）", EN: "none for ground 1 alone; at most two years for the others (Art. 2)",
				},
				{
					Field: "early_reasons", Rule: ground.RuleWhy, Min: enforcement.LeastReasons, Optional: true, Code: "performance.reasons",
					ZH: "履行期限届满前作出决定的理由；第一项须等待届满", EN: "why before the period for performance is over; ground 1 waits for its end",
				},
				{Field: "grace_months", Rule: ground.RuleNumber, Max: 3, Optional: true, Code: "decision.grace", ZH: "宽限期（法发〔2019〕35号第15条）", EN: "a period of grace (法发〔2019〕35号 item 15)"},
				{Field: "own_motion_reason", Rule: ground.RuleNoted, Optional: true, Code: "decision.own-motion", ZH: "没有申请执行人申请的，写明依职权列入的理由", EN: "why of its own motion, where the creditor did not apply"},
			},
			Papers: []ground.PaperNeed{ground.Papered(paper.Decision, "decision_paper", "决定书全文，由院长签发", "the text of the decision, which the president signs")},
		},
		{
			Name: moveWord, Door: "words", Group: ground.GroupAdvance, From: []ground.State{ground.Draft, warned, applied}, Roles: []enforcement.Role{enforcement.Clerk, enforcement.Judge, enforcement.President}, Event: eventWorded,
			ZH: "改写公开文字（隐去号码、住址和他人姓名）", EN: "Write the public words by hand: no numbers, addresses or names of others", Source: ground.Law("法释〔2017〕7号 Art. 6"), Effect: ground.EffectNone,
			Needs: needsWords(),
		},
		{
			Name: moveSign, Door: "signature", Group: ground.GroupAdvance, From: []ground.State{warned, applied}, To: ground.Decided, Roles: []enforcement.Role{enforcement.President}, Signer: "decision.signer", Event: eventDecided,
			NotBy: ground.NotOwn, Second: "signature.second-person",
			ZH: "院长签发决定", EN: "Sign the decision, as the president of the court", Source: ground.Law("法释〔2017〕7号 Art. 5 ¶3"), Effect: ground.EffectNone,
			Stops: []string{clockDecideApplication.Kind}, Starts: []docket.Deadline{ground.ClockStartService},
		},
	}
}

// listingPublication are the moves from the decision to publication, and out of it.
func listingPublication() []ground.Move {
	return []ground.Move{
		{
			Name: ground.MoveServe, Door: "service", Group: ground.GroupAdvance, From: []ground.State{ground.Decided}, To: ground.Served, Or: Grace, Roles: []enforcement.Role{enforcement.Clerk, enforcement.Judge, enforcement.System}, Event: eventServed,
			ZH: "登记决定书的送达", EN: "Record service of the decision", Source: ground.Law("法释〔2017〕7号 Art. 5 ¶3"), Effect: ground.EffectNone,
			Needs: ground.NeedsService(), Papers: ground.PapersOfService(), Stops: []string{ground.ClockStartService.Kind},
			Instead: map[ground.State]string{ground.Draft: "decision.unsigned", warned: "decision.unsigned", applied: "decision.unsigned"},
		},
		{
			Name: ground.MovePublish, Door: "publication", Group: ground.GroupAdvance, From: []ground.State{ground.Served, Grace}, To: ground.Active, Roles: []enforcement.Role{enforcement.Clerk, enforcement.Judge, enforcement.President, enforcement.System}, Event: eventPublished,
			ZH: "公布；协同任务随即下发", EN: "Publish; directives go out with it", Source: ground.Law("法释〔2017〕7号 Art. 7, 8"), Effect: ground.EffectInForce,
			Instead: map[ground.State]string{ground.Decided: "service.missing"},
		},
		{
			Name: ground.MoveAbandon, Door: "abandonment", Group: ground.GroupEnd, From: unpublished, To: ground.Abandoned, Roles: []enforcement.Role{enforcement.Clerk, enforcement.Judge, enforcement.President, enforcement.System}, Event: eventAbandoned,
			ZH: "公布前放弃列入", EN: "Abandon the listing before publication", Source: ground.Law("法发〔2019〕35号 item 15"), Effect: ground.EffectGivesUp,
			Needs: []ground.Need{{Field: "reason", Rule: ground.RuleOneOf, Of: ground.Reasons(ground.Performed, ground.Minor, ground.Dead, ground.WrongPerson, ground.Excluded), Code: "abandon.reason"}}, Stops: []string{ground.Every},
		},
		{
			Name: ground.MoveConfirm, Door: "resumption/restored", Group: ground.GroupBrake, From: []ground.State{ground.Decided, ground.Served, Grace}, Roles: judges, NotBy: ground.NotTwice, Second: "confirmation.second-person", Event: record.EventTaskClosed,
			ZH: "数据恢复前决定、尚未公布的列入：说明理由后确认", EN: "Confirm, with reasons, what was decided and not published before a restoration, which may have lost its end", Source: ground.Ours, Effect: ground.EffectNone,
			Needs: []ground.Need{ground.ReasonsToResume}, Papers: []ground.PaperNeed{ground.PaperToResume},
		},
	}
}

// listingForce are the moves of a listing in force.
func listingForce() []ground.Move {
	return []ground.Move{
		{
			Name: moveExtend, Door: "extension", Group: ground.GroupCorrect, From: []ground.State{ground.Active}, To: Extended, Roles: []enforcement.Role{enforcement.President}, Signer: "decision.signer", Event: eventExtended,
			NotBy: ground.NotOwn, Second: "signature.second-person",
			ZH: "延长期限（院长签发并已送达）", EN: "Extend the term, as the president, served before it ends", Source: ground.Law("法释〔2017〕7号 Art. 2 ¶1"), Effect: ground.EffectAmends,
			Needs: []ground.Need{
				ground.ReasonsOfDecision,
				{Field: "number", Rule: ground.RuleCourtNumber, Code: "decision.number"},
				{Field: "years", Rule: ground.RuleNumber, Min: 1, Max: 3, Code: "extension.term"},
				{Field: "cause", Rule: ground.RuleOneOf, Of: []string{"serious-violence-or-threat", "several-dishonest-acts"}, Code: "extension.cause"},
				{
					Field: "acts", Rule: ground.RuleNumber, Max: mostActs, Optional: true, Code: "extension.acts",
					ZH: "多项失信行为的，不少于二项，逐项写明日期和行为", EN: "two at least, each with its day and what it was, for several-dishonest-acts",
				},
				{Field: "served_on", Rule: ground.RuleNoted, Code: "extension.late", ZH: "公布之后，原期限届满之前", EN: "after publication and before the old end"},
			},
			Papers: []ground.PaperNeed{ground.Papered(paper.Extension, "", "延长期限的决定书及其送达凭证", "the decision that extends the term, and what proves its service").Proving("served_on")},
		},
		{
			Name: ground.MoveSuspend, Door: "suspension", Choice: &ground.Choice{Field: "reason", Value: ground.CourtStay}, Group: ground.GroupBrake, From: inForceStates, Roles: judges, Event: ground.EventSuspended,
			ZH: "中止（再审或者破产等裁定）；无期限的列入须在三个工作日内删除，中止仅为过渡", EN: "Suspend at every recipient, by a court's stay; without a term it is to be deleted in three working days, which the suspension only bridges",
			Source: ground.Law("法释〔2017〕7号 Art. 10 ¶1"), Effect: ground.EffectSuspends,
			Needs:  []ground.Need{{Field: "reason", Rule: ground.RuleOneOf, Of: []string{ground.CourtStay}, Code: "listing.suspension"}},
			Papers: []ground.PaperNeed{ground.Owing(paper.Suspension, "中止的裁定", "the ruling that stays it")},
			Starts: []docket.Deadline{clockDelete}, Opens: []string{TaskStayed},
		},
		{
			Name: ground.MoveBrake, Door: "suspension", Choice: &ground.Choice{Field: "reason", Value: ground.WrongPersonClaim}, Group: ground.GroupBrake, From: inForceStates, Roles: []enforcement.Role{enforcement.Clerk, enforcement.Judge, enforcement.President}, Event: ground.EventSuspended,
			ZH: "紧急中止：主体可能错误，任何法院人员均可", EN: "Pull the brake: it may be the wrong person; any of the court's people can", Source: ground.Ours, Effect: ground.EffectSuspends,
			Needs: []ground.Need{{Field: "reason", Rule: ground.RuleOneOf, Of: []string{ground.WrongPersonClaim}, Code: "listing.suspension"}},
		},
		{
			Name: ground.MoveResume, Door: "resumption", Group: ground.GroupBrake, From: inForceStates, Roles: judges, Event: ground.EventResumed,
			ZH: "恢复；因裁定中止且无期限的，须另行决定", EN: "Resume at every recipient; what was stayed and has no term comes back by a new decision only", Source: ground.Ours, Effect: ground.EffectResumes,
			Needs: []ground.Need{ground.ReasonsToResume}, Papers: []ground.PaperNeed{ground.PaperToResume}, NotBy: ground.NotTwice, Second: "resumption.second-person",
		},
		{
			Name: moveResumeRestored, Door: "resumption/restored", Group: ground.GroupBrake, From: inForceStates, Roles: judges, Event: ground.EventResumed,
			ZH: "数据恢复后存疑的列入：说明理由后恢复", EN: "Resume, with reasons, what a restored record put in doubt", Source: ground.Ours, Effect: ground.EffectResumes,
			Needs: []ground.Need{ground.ReasonsToResume}, Papers: []ground.PaperNeed{ground.PaperToResume}, NotBy: ground.NotTwice, Second: "resumption.second-person",
		},
		{
			Name: ground.MoveReaffirm, Door: "confirmation", Group: ground.GroupBrake, From: inForceStates, Roles: judges, NotBy: ground.NotTwice, Second: "confirmation.second-person", Event: ground.EventReaffirmed,
			ZH: "数据恢复前公布的列入：说明理由后确认", EN: "Confirm, with reasons, what was published before a restoration, which may have lost its end", Source: ground.Ours, Effect: ground.EffectNone,
			Needs: []ground.Need{ground.ReasonsToResume}, Papers: []ground.PaperNeed{ground.PaperToResume},
		},
		{
			Name: moveOpenCorrection, Door: "correction", Group: ground.GroupCorrect, From: inForceStates, Roles: judges, Event: eventCorrecting,
			ZH: "登记发现的错误；三个工作日内更正", EN: "Record that data are inaccurate; three working days begin", Source: ground.Law("法释〔2017〕7号 Art. 9"), Effect: ground.EffectNone,
			Needs: []ground.Need{{Field: "found_on", Rule: ground.RulePast, Code: "end.event-date"}}, Starts: []docket.Deadline{clockCorrect},
		},
		{
			Name: moveCorrect, Door: "correction/data", Group: ground.GroupCorrect, From: inForceStates, Roles: judges, Event: eventCorrected,
			ZH: "更正数据并通知所有接收单位", EN: "Correct the data and send them to every holder", Source: ground.Law("法释〔2017〕7号 Art. 9"), Effect: ground.EffectAmends,
			Needs: []ground.Need{{
				Field: "name", Rule: ground.RuleNoted, Code: "correction.identity",
				ZH: "类别、号码不变，姓名至多一字之差；否则应撤销后另行草拟", EN: "kind and number stay, the name differs in one character at most; else revoke and draft anew",
			}}, Stops: []string{clockCorrect.Kind},
		},
		{
			Name: moveReword, Door: "correction/words", Group: ground.GroupCorrect, From: inForceStates, Roles: judges, Event: eventReworded,
			ZH: "更正公开文字", EN: "Correct the public words", Source: ground.Law("法释〔2017〕7号 Art. 9"), Effect: ground.EffectNone,
			Needs: needsWords(), Stops: []string{clockCorrect.Kind},
		},
		{
			Name: moveDrop, Door: "barred-grounds", Group: ground.GroupCorrect, From: inForceStates, Roles: judges, Event: eventGroundDropped,
			ZH: "去除不得列入的情形；其余情形仍足以列入", EN: "Drop the grounds that a recorded fact bars; another carries the listing", Source: ground.Law("法释〔2017〕7号 Art. 3"), Effect: ground.EffectAmends, Spares: true,
			Needs: []ground.Need{ground.ReasonsOfEnd}, Stops: []string{clockBarred.Kind, clockExamineBar.Kind},
		},
	}
}

// listingEnds are the four ends. What one person decides, president and creditor are told
// the same day: neither is asked first.
func listingEnds() []ground.Move {
	told := []string{TaskTellPresident, TaskTellCreditor}
	ending := []ground.PaperNeed{ground.Owing(paper.End, "结束列入的决定书", "the decision that ends it")}
	return []ground.Move{
		{
			Name: ground.MoveDelete, Door: "deletion", Group: ground.GroupEnd, From: inForceStates, To: ground.Deleted, Roles: judges, Event: eventDeleted,
			ZH: "删除：事由消除（第十条第一款）", EN: "Delete: its reason ended (Art. 10 ¶1)", Source: ground.Law("法释〔2017〕7号 Art. 10 ¶1"), Effect: ground.EffectEnds,
			Needs:  []ground.Need{{Field: "item", Rule: ground.RuleNumber, Min: 1, Max: 7, Code: "end.item", ZH: "第十条第一款各项", EN: "which event of Art. 10 ¶1"}, ground.ReasonsOfEnd, ground.DayOfEnd},
			Papers: ending, Starts: []docket.Deadline{clockDelete}, Stops: []string{ground.Every}, Opens: told,
		},
		{
			Name: ground.MoveExpire, Group: ground.GroupEnd, From: inForceStates, To: ground.Expired, Roles: []enforcement.Role{enforcement.System}, Event: eventExpired,
			ZH: "期限届满，自行结束", EN: "Expire: its term is over", Source: ground.Law("法释〔2017〕7号 Art. 10 ¶2"), Effect: ground.EffectEnds, Starts: []docket.Deadline{clockExpire}, Stops: []string{ground.Every},
		},
		{
			Name: ground.MoveEarly, Door: "early-deletion", Group: ground.GroupEnd, From: inForceStates, To: ground.EarlyDeleted, Roles: judges, Event: eventEarlyDeleted,
			ZH: "提前删除（第二条第二款）", EN: "Delete early, at the court's discretion (Art. 2 ¶2)", Source: ground.Law("法释〔2017〕7号 Art. 2 ¶2"), Effect: ground.EffectEnds,
			Needs: []ground.Need{ground.ReasonsOfEnd, ground.DayOfEnd}, Papers: ending, Starts: []docket.Deadline{clockDelete}, Stops: []string{ground.Every}, Opens: told,
		},
		{
			Name: ground.MoveRevoke, Door: "revocation", Group: ground.GroupEnd, From: inForceStates, To: ground.Revoked, Roles: judges, Event: eventRevoked,
			ZH: "撤销：不应列入（第九条）", EN: "Revoke: it should never have been (Art. 9)", Source: ground.Law("法释〔2017〕7号 Art. 9"), Effect: ground.EffectEnds,
			Needs: []ground.Need{ground.ReasonsOfEnd, ground.DayOfEnd}, Papers: ending, Starts: []docket.Deadline{clockRevoke}, Stops: []string{ground.Every}, Opens: told,
		},
	}
}

// needsWords are the public words, each of which must say something.
func needsWords() []ground.Need {
	needs := make([]ground.Need, 0, 4)
	for _, field := range []string{"obligation", "conduct", "basis_document", "basis_unit"} {
		needs = append(needs, ground.Need{Field: field, Rule: ground.RuleText, Code: "words.empty"})
	}
	return needs
}
