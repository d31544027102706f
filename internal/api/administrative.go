package api

import (
	"context"
	"net/http"

	"concordat/enforcement"
	"concordat/enforcement/administrative"
	"concordat/enforcement/ground"
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

	State    ground.State `query:"state" enum:"draft,notified,stated,answered,decided,served,announced,active,deleted,expired,early-deleted,revoked,abandoned"`
	ListType string       `query:"list_type" maxLength:"100"`
}

// AdministrativeFile is an administrative listing with all that hangs on it.
type AdministrativeFile struct {
	ETag string `header:"ETag"`
	Body struct {
		Listing administrative.Listing `json:"listing"`
		Texts   *administrative.Texts  `json:"texts,omitempty" doc:"The sealed texts, for the owner's own people"`
		Burden
	}
}

// AdministrativeNotice records the notice before the decision.
type AdministrativeNotice struct {
	Move

	Body struct {
		Manner     string   `json:"manner" enum:"direct,leaving,electronic,mail,announcement"`
		ServedOn   day.Day  `json:"served_on" doc:"Day of service, or of the announcement"`
		LastPosted day.Day  `json:"last_posted_on,omitzero" doc:"Of an announcement: the day of its last posting or printing, from which it counts"`
		Contents   []string `json:"contents" nullable:"false" maxItems:"10" enum:"cause,basis,rights" doc:"What it tells; all of them are needed"`
		ServicePapers
		ReceiptBody
	}
}

// StatementBody is what a subject stated or objected.
type StatementBody struct {
	Move

	Body struct {
		ReceivedOn day.Day `json:"received_on"`
		Text       string  `json:"text" maxLength:"20000"`
		PaperBody
	}
}

// StatementReply is the owner's answer.
type StatementReply struct {
	Move

	Body struct {
		Text   string `json:"text" maxLength:"20000"`
		Upheld bool   `json:"upheld,omitempty" doc:"The subject was found right: the listing is given up"`
		PaperBody
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
		PaperBody
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
		Reason ground.AbandonReason `json:"reason" enum:"performed,minor,dead,wrong-person"`
	}
}

const administrativePath = "/v1/administrative-listings"

// administrative are the administrative listings at the edge.
func (s *server) administrative() *kind[administrative.Listing] {
	return &kind[administrative.Listing]{
		table: administrative.Table(), tag: tagAdministrative,
		read: s.Register.Administrative.Get, list: s.Register.Administrative.List, moves: s.Register.Administrative.Moves,
		id:      func(l administrative.Listing) enforcement.ID { return l.ID },
		version: func(l administrative.Listing) int { return l.Version },
	}
}

func administrativeRoutes(s *server) {
	addPapers(s, s.administrative(), &s.Register.Administrative.Life)
	add(s, operation{
		method: http.MethodPost, path: administrativePath, id: "draft-administrative", tag: tagAdministrative, roles: ofDepartment, status: http.StatusCreated,
		zh: "草拟列入行政名单", en: "Draft an entry on an administrative list",
	}, s.draftAdministrative)
	addAsking(s, s.administrative(), s.Register.Administrative.AskPapers)
	addCases(s, s.administrative(), "本单位的行政名单列入记录", "List the entries of my organisation on administrative lists", func(in *AdministrativePage) (ground.Wanted, error) {
		after, err := in.afterID()
		return ground.Wanted{State: in.State, ListType: in.ListType, After: after, Limit: in.Limit}, err
	})
	add(s, operation{
		method: http.MethodGet, path: administrativePath + "/{id}", id: "get-administrative", tag: tagAdministrative, roles: ofHolders,
		zh: "查看列入记录及其陈述、答复、协同任务、时限和日志", en: "Read an entry with statements, answers, directives, clocks and events",
	}, s.administrativeFile)
	add(s, operation{
		method: http.MethodGet, path: administrativePath + "/{id}/foresee", id: "foresee-administrative", tag: tagAdministrative, roles: ofHolders,
		zh: "预览今日公布将及于哪些机构和措施", en: "Foresee what publication today would reach, and what it would not and why",
	}, s.foreseeAdministrative)
	administrativeDecision(s)
	administrativeForce(s)
}

func (s *server) draftAdministrative(ctx context.Context, act enforcement.Act, in *NewAdministrative) (*Created, error) {
	b := in.Body
	id, err := s.Register.Administrative.Draft(ctx, act, administrative.NewListing{
		ListType: b.ListType, Subject: b.Subject, Grounds: b.Grounds, Facts: administrative.Facts{Conduct: b.Conduct, Finding: b.Finding},
	})
	if err != nil {
		return nil, err
	}
	return created(administrativePath, id), nil
}

func (s *server) administrativeFile(ctx context.Context, act enforcement.Act, in *Path) (*AdministrativeFile, error) {
	// Who may read the listing may read what hangs on it; whoever may not is told
	// that there is none.
	var out AdministrativeFile
	asks, told := out.Body.asks(s.Register, act, in.ID)
	l, err := s.Register.Administrative.Get(ctx, act, in.ID, asks...)
	if err != nil {
		return nil, err
	}
	out.ETag, out.Body.Listing = etag(l.Version), l
	if act.Actor.Role != enforcement.Overseer {
		texts, err := s.Register.Administrative.Texts(ctx, act, in.ID)
		if err != nil {
			return nil, err
		}
		out.Body.Texts = &texts
	}
	return &out, told(ctx)
}

func (s *server) foreseeAdministrative(ctx context.Context, act enforcement.Act, in *Path) (*Foresight, error) {
	lines, excluded, gaps, err := s.Register.Administrative.Foresee(ctx, act, in.ID)
	if err != nil {
		return nil, err
	}
	return foresight(lines, excluded, gaps), nil
}
