package administrative

import (
	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/enforcement/ground"
	"concordat/enforcement/party"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// row is a listing as it is kept, with what is read beside it: of its subject and its
// owner.
type row struct {
	bun.BaseModel `bun:"table:administrative_listing,alias:l"`

	ID                  enforcement.ID             `bun:"id,pk"`
	ListType            string                     `bun:"list_type"`
	Organisation        enforcement.OrganisationID `bun:"organisation_id"`
	Subject             enforcement.ID             `bun:"subject_id"`
	State               ground.State               `bun:"state"`
	Version             int                        `bun:"version"`
	Grounds             []string                   `bun:"grounds,array"`
	NoticeServedOn      day.Day                    `bun:"notice_served_on"`
	NoticePostedOn      day.Day                    `bun:"notice_posted_on"`
	WindowUntil         day.Day                    `bun:"window_until"`
	StatedOn            day.Day                    `bun:"stated_on"`
	AnsweredOn          day.Day                    `bun:"answered_on"`
	DecisionNumber      string                     `bun:"decision_number"`
	DecidedOn           day.Day                    `bun:"decided_on"`
	Basis               string                     `bun:"basis"`
	Serious             bool                       `bun:"serious"`
	TermUntil           day.Day                    `bun:"term_until"`
	OpenTerm            bool                       `bun:"open_term"`
	ServiceManner       string                     `bun:"service_manner"`
	ServedOn            day.Day                    `bun:"served_on"`
	Publication         memoranda.PublicationRule  `bun:"publication"`
	AnnouncedOn         day.Day                    `bun:"announced_on"`
	ObjectionUntil      day.Day                    `bun:"objection_until"`
	ObjectedOn          day.Day                    `bun:"objected_on"`
	ObjectionAnsweredOn day.Day                    `bun:"objection_answered_on"`
	PublishedOn         day.Day                    `bun:"published_on"`
	SuspendedFor        string                     `bun:"suspended_for"`
	SuspendedBy         string                     `bun:"suspended_by"`
	EndedOn             day.Day                    `bun:"ended_on"`
	EndCause            string                     `bun:"end_cause"`
	DraftedBy           string                     `bun:"drafted_by"`
	NoticePaper         enforcement.ID             `bun:"notice_paper"`
	DecisionPaper       enforcement.ID             `bun:"decision_paper"`
	ServicePaper        enforcement.ID             `bun:"service_paper"`
	Rules               ground.Rules               `bun:"rules"`
	Facts               []byte                     `bun:"facts"`
	Reasons             []byte                     `bun:"reasons"`
	RemovalConditions   []byte                     `bun:"removal_conditions"`
	Remedies            []byte                     `bun:"remedies"`

	SubjectKind memoranda.SubjectKind `bun:"subject_kind,scanonly"`
	Wrapped     []byte                `bun:"envelope,scanonly"`
	Sealed      []byte                `bun:"sealed,scanonly"`
	Region      string                `bun:"region,scanonly"`
	Serves      string                `bun:"serves,scanonly"`
}

// drafted are the columns of a draft.
var drafted = []string{"id", "list_type", "organisation_id", "subject_id", "state", "grounds", "facts", "drafted_by", "rules"}

// beside joins what is read beside the row.
func beside(q *bun.SelectQuery) *bun.SelectQuery {
	return q.Join("JOIN subject AS s ON s.id = l.subject_id").Join("JOIN organisation AS o ON o.id = l.organisation_id").
		ColumnExpr("s.kind AS subject_kind, s.envelope, o.serves, " + party.SealedOf("l.organisation_id") + " AS sealed").
		ColumnExpr("coalesce((SELECT g.region FROM ground g WHERE g.id = l.id), s.region) AS region")
}

func (r *row) listing() Listing {
	return Listing{
		ID: r.ID, ListType: r.ListType, Organisation: r.Organisation, Subject: r.Subject, State: r.State, Version: r.Version, Grounds: r.Grounds, NoticeServedOn: r.NoticeServedOn, noticePostedOn: r.NoticePostedOn,
		WindowUntil: r.WindowUntil, StatedOn: r.StatedOn, AnsweredOn: r.AnsweredOn, DecisionNumber: r.DecisionNumber, DecidedOn: r.DecidedOn, Basis: r.Basis, Serious: r.Serious,
		TermUntil: r.TermUntil, OpenTerm: r.OpenTerm, ServiceManner: r.ServiceManner, ServedOn: r.ServedOn, Publication: r.Publication, AnnouncedOn: r.AnnouncedOn,
		ObjectionUntil: r.ObjectionUntil, ObjectedOn: r.ObjectedOn, ObjectionAnsweredOn: r.ObjectionAnsweredOn, PublishedOn: r.PublishedOn, SuspendedFor: r.SuspendedFor, BeforePapers: r.Rules == ground.RulesBefore,
		EndedOn: r.EndedOn, EndCause: r.EndCause, noticePaper: r.NoticePaper, decisionPaper: r.DecisionPaper, servicePaper: r.ServicePaper, rules: r.Rules, draftedBy: r.DraftedBy, suspendedBy: r.SuspendedBy, subjectKind: r.SubjectKind, envelope: r.Wrapped, sealed: r.Sealed, serves: r.Serves, region: r.Region,
	}
}

// statement is what a subject said, and the answer, as they are kept: sealed.
type statement struct {
	bun.BaseModel `bun:"table:administrative_statement"`

	ID         enforcement.ID `bun:"id,pk"`
	Listing    enforcement.ID `bun:"listing_id"`
	Stage      string         `bun:"stage"`
	ReceivedOn day.Day        `bun:"received_on"`
	RecordedBy string         `bun:"recorded_by"`
	Text       []byte         `bun:"statement"`
	AnsweredOn day.Day        `bun:"answered_on"`
	AnsweredBy string         `bun:"answered_by,nullzero"`
	Upheld     *bool          `bun:"upheld"`
	Answer     []byte         `bun:"answer"`
	// Paper is the statement itself, AnswerPaper its answer; none where an act did not wait.
	Paper       enforcement.ID `bun:"paper"`
	AnswerPaper enforcement.ID `bun:"answer_paper"`
}
