package listing

import (
	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/enforcement/ground"
	"concordat/enforcement/party"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// row is a listing as it is kept, with what is read beside it: of its subject, its case
// and its court.
type row struct {
	bun.BaseModel `bun:"table:listing,alias:l"`

	ID               enforcement.ID             `bun:"id,pk"`
	Court            enforcement.OrganisationID `bun:"court_id"`
	Case             enforcement.ID             `bun:"case_id"`
	Subject          enforcement.ID             `bun:"subject_id"`
	State            ground.State               `bun:"state"`
	Version          int                        `bun:"version"`
	Conducts         []Conduct                  `bun:"conducts,array"`
	NoticeServedOn   day.Day                    `bun:"notice_served_on"`
	PerformUntil     day.Day                    `bun:"perform_until"`
	AppliedOn        day.Day                    `bun:"applied_on"`
	DecisionNumber   string                     `bun:"decision_number"`
	DecidedOn        day.Day                    `bun:"decided_on"`
	TermUntil        day.Day                    `bun:"term_until"`
	ExtendedUntil    day.Day                    `bun:"extended_until"`
	GraceMonths      int                        `bun:"grace_months"`
	GraceUntil       day.Day                    `bun:"grace_until"`
	ServiceManner    string                     `bun:"service_manner"`
	ServedOn         day.Day                    `bun:"served_on"`
	PublishedOn      day.Day                    `bun:"published_on"`
	SuspendedFor     string                     `bun:"suspended_for"`
	SuspendedBy      string                     `bun:"suspended_by"`
	CorrectingSince  day.Day                    `bun:"correcting_since"`
	EndedOn          day.Day                    `bun:"ended_on"`
	DraftedBy        string                     `bun:"drafted_by"`
	NoticePaper      enforcement.ID             `bun:"notice_paper"`
	ApplicationPaper enforcement.ID             `bun:"application_paper"`
	DecisionPaper    enforcement.ID             `bun:"decision_paper"`
	ServicePaper     enforcement.ID             `bun:"service_paper"`
	Rules            ground.Rules               `bun:"rules"`
	ProposedBy       string                     `bun:"proposed_by"`
	CreditorWithdrew bool                       `bun:"creditor_withdrew"`
	Facts            []byte                     `bun:"facts"`
	PublicWords      []byte                     `bun:"public_words"`
	PublicMarks      []string                   `bun:"public_marks,array"`

	SubjectKind memoranda.SubjectKind `bun:"subject_kind,scanonly"`
	Wrapped     []byte                `bun:"envelope,scanonly"`
	Sealed      []byte                `bun:"sealed,scanonly"`
	Region      string                `bun:"region,scanonly"`
	CaseNumber  string                `bun:"case_number,scanonly"`
	Serves      string                `bun:"serves,scanonly"`
	HasReasons  bool                  `bun:"has_reasons,scanonly"`
	Basis       string                `bun:"basis_document,scanonly"`
	BasisUnit   string                `bun:"basis_unit,scanonly"`
	Early       bool                  `bun:"early,scanonly"`
	FiledOn     day.Day               `bun:"filed_on,scanonly"`
}

// drafted are the columns of a draft.
var drafted = []string{"id", "court_id", "case_id", "subject_id", "state", "conducts", "facts", "drafted_by", "rules"}

// beside joins what is read beside the row.
func beside(q *bun.SelectQuery) *bun.SelectQuery {
	return q.Join("JOIN subject AS s ON s.id = l.subject_id").
		Join("JOIN execution_case AS c ON c.id = l.case_id").
		Join("JOIN organisation AS o ON o.id = l.court_id").
		ColumnExpr("s.kind AS subject_kind, s.envelope, c.number AS case_number, c.basis_document, c.basis_unit, o.serves, " + party.SealedOf("l.court_id") + " AS sealed").
		ColumnExpr("c.filed_on, l.reasons IS NOT NULL AS has_reasons, l.early_reasons IS NOT NULL AS early").
		ColumnExpr("coalesce((SELECT g.region FROM ground g WHERE g.id = l.id), s.region) AS region")
}

func (r *row) listing() Listing {
	return Listing{
		ID: r.ID, Court: r.Court, Case: r.Case, Subject: r.Subject, State: r.State, Version: r.Version, Conducts: r.Conducts, NoticeServedOn: r.NoticeServedOn, PerformUntil: r.PerformUntil,
		AppliedOn: r.AppliedOn, DecisionNumber: r.DecisionNumber, DecidedOn: r.DecidedOn, TermUntil: r.TermUntil, ExtendedUntil: r.ExtendedUntil, GraceMonths: r.GraceMonths,
		GraceUntil: r.GraceUntil, ServiceManner: r.ServiceManner, ServedOn: r.ServedOn, PublishedOn: r.PublishedOn, SuspendedFor: r.SuspendedFor, BeforePapers: r.Rules == ground.RulesBefore, CorrectingSince: r.CorrectingSince,
		EndedOn: r.EndedOn, noticePaper: r.NoticePaper, decisionPaper: r.DecisionPaper, servicePaper: r.ServicePaper, rules: r.Rules, draftedBy: r.DraftedBy, proposedBy: r.ProposedBy, suspendedBy: r.SuspendedBy, creditorWithdrew: r.CreditorWithdrew, subjectKind: r.SubjectKind, envelope: r.Wrapped,
		sealed: r.Sealed, caseNumber: r.CaseNumber, serves: r.Serves, region: r.Region, hasReasons: r.HasReasons, early: r.Early, filedOn: r.FiledOn,
		facts: r.Facts, publicWords: r.PublicWords, publicMarks: r.PublicMarks, basis: r.Basis, basisUnit: r.BasisUnit,
	}
}
