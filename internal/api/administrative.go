package api

import (
	"context"
	"net/http"

	"concordat/enforcement"
	"concordat/memoranda/day"
)

// NewAdministrative is a draft for an administrative list.
type NewAdministrative struct {
	Repeatable

	Body struct {
		ListType string         `json:"list_type" maxLength:"100" doc:"Slug of the list"`
		Subject  enforcement.ID `json:"subject"`
		Grounds  []string       `json:"grounds,omitempty" maxItems:"20" doc:"Circumstances of the list, by slug; none where it knows none"`
		Conduct  string         `json:"conduct" maxLength:"4000" doc:"The concrete conduct"`
		Finding  string         `json:"finding,omitempty" maxLength:"400" doc:"The document that found it, such as a penalty decision"`
	}
}

// AdministrativePage asks for a page of administrative listings.
type AdministrativePage struct {
	Page

	State    enforcement.AdministrativeState `query:"state" enum:"draft,notified,stated,answered,decided,served,announced,active,deleted,expired,early-deleted,revoked,abandoned"`
	ListType string                          `query:"list_type" maxLength:"100"`
}

// AdministrativeFile is an administrative listing with all that hangs on it.
type AdministrativeFile struct {
	ETag string `header:"ETag"`
	Body struct {
		Listing    enforcement.AdministrativeListing `json:"listing"`
		Texts      *enforcement.AdministrativeTexts  `json:"texts,omitempty" doc:"The sealed texts, for the owner's own people"`
		Directives []DirectiveView                   `json:"directives" nullable:"false"`
		Clocks     []enforcement.Clock               `json:"clocks" nullable:"false"`
		Events     []enforcement.Event               `json:"events" nullable:"false"`
		Holds      []enforcement.Hold                `json:"holds" nullable:"false" doc:"Holds that stop anything of it now"`
	}
}

// MovedAdministrative is an administrative listing after a move.
type MovedAdministrative struct {
	ETag string `header:"ETag"`
	Body enforcement.AdministrativeListing
}

// AdministrativeNotice records the notice before the decision.
type AdministrativeNotice struct {
	Move

	Body struct {
		Manner   string   `json:"manner" enum:"direct,leaving,electronic,mail,announcement"`
		ServedOn day.Day  `json:"served_on" doc:"Day of service, or of the announcement"`
		Contents []string `json:"contents" nullable:"false" maxItems:"10" enum:"cause,basis,rights" doc:"What it tells; all of them are needed"`
		Document []byte   `json:"document,omitempty" doc:"The notice; only its keyed hash is kept"`
	}
}

// StatementBody is what a subject stated or objected.
type StatementBody struct {
	Move

	Body struct {
		ReceivedOn day.Day `json:"received_on"`
		Text       string  `json:"text" maxLength:"20000"`
	}
}

// StatementReply is the owner's answer.
type StatementReply struct {
	Move

	Body struct {
		Text   string `json:"text" maxLength:"20000"`
		Upheld bool   `json:"upheld,omitempty" doc:"The subject was found right: the listing is given up"`
	}
}

// AdministrativeDecision is the decision of a reviewer who did not draft.
type AdministrativeDecision struct {
	Move

	Body struct {
		Number            string   `json:"number" maxLength:"100" doc:"Number of the decision"`
		Reasons           string   `json:"reasons" maxLength:"20000"`
		Bases             []string `json:"bases,omitempty" maxItems:"20" doc:"Which of the list's bases it cites, by slug; none: all in force"`
		TermUntil         day.Day  `json:"term_until,omitzero" doc:"Last day; may be left out where the list sets its own term"`
		RemovalConditions string   `json:"removal_conditions" maxLength:"20000"`
		Remedies          string   `json:"remedies" maxLength:"20000"`
	}
}

// AdministrativeDeletion ends a listing whose reason ended or whose subject ceased.
type AdministrativeDeletion struct {
	Move

	Body struct {
		Cause string `json:"cause" enum:"reason-ended,subject-ceased"`
		EndingBody
	}
}

// AdministrativeAbandonment gives a listing up before publication.
type AdministrativeAbandonment struct {
	Move

	Body struct {
		Reason enforcement.AbandonReason `json:"reason" enum:"performed,minor,dead,wrong-person"`
	}
}

// AdministrativeResumption resumes a suspended listing.
type AdministrativeResumption struct {
	Move

	Body struct {
		Reasons string `json:"reasons,omitempty" maxLength:"20000" doc:"Needed where a restored record had put it in doubt"`
	}
}

const administrativePath = "/v1/administrative-listings"

func (s *server) administrativeRoutes() {
	add(s, operation{
		method: http.MethodPost, path: administrativePath, id: "draft-administrative", tag: tagAdministrative, roles: ofDepartment, status: http.StatusCreated,
		zh: "草拟列入行政名单", en: "Draft an entry on an administrative list",
	}, s.draftAdministrative)
	add(s, operation{
		method: http.MethodGet, path: administrativePath, id: "list-administrative", tag: tagAdministrative, roles: ofHolders,
		zh: "本单位的行政名单列入记录", en: "List the entries of my organisation on administrative lists",
	}, s.administrativeListings)
	add(s, operation{
		method: http.MethodGet, path: administrativePath + "/{id}", id: "get-administrative", tag: tagAdministrative, roles: ofHolders,
		zh: "查看列入记录及其陈述、答复、协同任务、时限和日志", en: "Read an entry with statements, answers, directives, clocks and events",
	}, s.administrativeFile)
	add(s, operation{
		method: http.MethodGet, path: administrativePath + "/{id}/foresee", id: "foresee-administrative", tag: tagAdministrative, roles: ofHolders,
		zh: "预览今日公布将及于哪些机构和措施", en: "Foresee what publication today would reach, and what it would not and why",
	}, s.foreseeAdministrative)
	add(s, administrativeMove("notice", "notify-administrative", "登记事先告知的送达；陈述申辩期开始", "Record the notice of cause, basis and rights; the time to state and defend begins"), s.notifyAdministrative)
	add(s, administrativeMove("statement", "state-administrative", "登记陈述申辩，或者对公示的异议", "Record a statement, or an objection to the announcement"), s.stateAdministrative)
	add(s, administrativeMove("answer", "answer-administrative", "答复陈述申辩；成立的不予列入", "Answer what was stated; what is upheld ends the matter"), s.answerAdministrative)
	add(s, administrativeMove("decision", "decide-administrative", "作出决定（审核人员，非起草人）", "Decide, as a reviewer who did not draft"), s.decideAdministrative)
	add(s, administrativeMove("service", "serve-administrative", "登记决定书及修复告知书的送达", "Record service of the decision with the repair notice"), s.serveAdministrative)
	add(s, administrativeMove("publication", "publish-administrative", "公布；协同任务随即下发", "Publish; directives go out with it"), s.publishAdministrative)
	add(s, administrativeMove("abandonment", "abandon-administrative", "公布前放弃列入", "Abandon the entry before publication"), s.abandonAdministrative)
	add(s, administrativeMove("suspension", "suspend-administrative", "中止；错误主体的任何本单位人员均可紧急中止", "Suspend at every recipient"), s.suspendAdministrative)
	add(s, administrativeMove("resumption", "resume-administrative", "恢复", "Resume at every recipient"), s.resumeAdministrative)
	add(s, administrativeMove("deletion", "delete-administrative", "删除：事由消除或者主体已不存在", "Delete: the reason ended, or the subject ceased to be"), s.deleteAdministrative)
	add(s, administrativeMove("early-deletion", "delete-administrative-early", "提前移出（信用修复）", "Remove early, by repair"), s.deleteAdministrativeEarly)
	add(s, administrativeMove("revocation", "revoke-administrative", "撤销：不应列入", "Revoke: it should never have been"), s.revokeAdministrative)
}

// administrativeMove is an endpoint that moves an administrative listing.
func administrativeMove(name, id, zh, en string) operation {
	return operation{method: http.MethodPost, path: administrativePath + "/{id}/" + name, id: id, tag: tagAdministrative, roles: ofDepartment, zh: zh, en: en}
}

func (s *server) draftAdministrative(ctx context.Context, act enforcement.Act, in *NewAdministrative) (*Created, error) {
	b := in.Body
	id, err := s.Register.DraftAdministrative(ctx, act, enforcement.NewAdministrative{
		ListType: b.ListType, Subject: b.Subject, Grounds: b.Grounds, Facts: enforcement.AdministrativeFacts{Conduct: b.Conduct, Finding: b.Finding},
	})
	if err != nil {
		return nil, err
	}
	return created(administrativePath, id), nil
}

func (s *server) administrativeListings(ctx context.Context, act enforcement.Act, in *AdministrativePage) (*List[enforcement.AdministrativeListing], error) {
	after, err := in.afterID()
	if err != nil {
		return nil, err
	}
	list, err := s.Register.AdministrativeListings(ctx, act, in.State, in.ListType, after, in.Limit+1)
	if err != nil {
		return nil, err
	}
	return listed(list, in.Limit, func(l enforcement.AdministrativeListing) enforcement.ID { return l.ID }), nil
}

func (s *server) administrativeFile(ctx context.Context, act enforcement.Act, in *Path) (*AdministrativeFile, error) {
	// Who may read the listing may read what hangs on it; whoever may not is told
	// that there is none.
	l, err := s.Register.AdministrativeListing(ctx, act, in.ID)
	if err != nil {
		return nil, err
	}
	out := AdministrativeFile{ETag: etag(l.Version)}
	out.Body.Listing = l
	if act.Actor.Role != enforcement.Overseer {
		texts, err := s.Register.AdministrativeTexts(ctx, act, in.ID)
		if err != nil {
			return nil, err
		}
		out.Body.Texts = &texts
	}
	h, err := s.hangsOn(ctx, act, l.ID)
	out.Body.Directives, out.Body.Clocks, out.Body.Events, out.Body.Holds = h.directives, h.clocks, h.events, h.holds
	return &out, err
}

func (s *server) foreseeAdministrative(ctx context.Context, act enforcement.Act, in *Path) (*Foresight, error) {
	lines, excluded, gaps, err := s.Register.ForeseeAdministrative(ctx, act, in.ID)
	if err != nil {
		return nil, err
	}
	return foresight(lines, excluded, gaps), nil
}

// moveAdministrative makes one move of an administrative listing under its
// precondition and answers with the listing as it then stands.
func (s *server) moveAdministrative(ctx context.Context, act enforcement.Act, in Move, do func(enforcement.Change) error) (*MovedAdministrative, error) {
	c, err := in.change()
	if err != nil {
		return nil, err
	}
	if err := do(c); err != nil {
		return nil, err
	}
	l, err := s.Register.AdministrativeListing(ctx, act, in.ID)
	if err != nil {
		return nil, err
	}
	return &MovedAdministrative{ETag: etag(l.Version), Body: l}, nil
}
