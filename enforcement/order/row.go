package order

import (
	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/enforcement/ground"
	"concordat/enforcement/party"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// row is an order as it is kept, with what is read beside it: of its subject, its case, its
// court and the listing it rests on.
type row struct {
	bun.BaseModel `bun:"table:consumption_order,alias:l"`

	ID             enforcement.ID             `bun:"id,pk"`
	Court          enforcement.OrganisationID `bun:"court_id"`
	Case           enforcement.ID             `bun:"case_id"`
	Subject        enforcement.ID             `bun:"subject_id"`
	Debtor         enforcement.ID             `bun:"debtor_id"`
	State          ground.State               `bun:"state"`
	Version        int                        `bun:"version"`
	Rules          ground.Rules               `bun:"rules"`
	Duty           Duty                       `bun:"duty"`
	Listing        enforcement.ID             `bun:"listing_id,nullzero"`
	Role           Role                       `bun:"role,nullzero"`
	DraftedBy      string                     `bun:"drafted_by"`
	NoticeServedOn day.Day                    `bun:"notice_served_on"`
	PerformUntil   day.Day                    `bun:"perform_until"`
	AppliedOn      day.Day                    `bun:"applied_on"`
	Factors        []string                   `bun:"factors,array"`
	Items          []string                   `bun:"items,array"`
	DecisionNumber string                     `bun:"decision_number"`
	ValidUntil     day.Day                    `bun:"valid_until"`
	GraceMonths    int                        `bun:"grace_months"`
	GraceUntil     day.Day                    `bun:"grace_until"`
	ProposedBy     string                     `bun:"proposed_by"`
	DecidedOn      day.Day                    `bun:"decided_on"`
	DecisionPaper  enforcement.ID             `bun:"decision_paper"`
	ServiceManner  string                     `bun:"service_manner"`
	ServedOn       day.Day                    `bun:"served_on"`
	InForceOn      day.Day                    `bun:"published_on"`
	KeptOn         day.Day                    `bun:"kept_on"`
	SuspendedFor   string                     `bun:"suspended_for"`
	SuspendedBy    string                     `bun:"suspended_by"`
	EndedOn        day.Day                    `bun:"ended_on"`
	EndCause       string                     `bun:"end_cause"`

	SubjectKind memoranda.SubjectKind `bun:"subject_kind,scanonly"`
	Wrapped     []byte                `bun:"envelope,scanonly"`
	Sealed      []byte                `bun:"sealed,scanonly"`
	Region      string                `bun:"region,scanonly"`
	Serves      string                `bun:"serves,scanonly"`
	FiledOn     day.Day               `bun:"filed_on,scanonly"`
	HasReasons  bool                  `bun:"has_reasons,scanonly"`
	Listed      bool                  `bun:"listed,scanonly"`
	ListingOver bool                  `bun:"listing_over,scanonly"`
	Unkeepable  bool                  `bun:"unkeepable,scanonly"`
	Performed   bool                  `bun:"performed,scanonly"`
}

// drafted are the columns of a draft.
var drafted = []string{"id", "court_id", "case_id", "subject_id", "debtor_id", "state", "rules", "duty", "listing_id", "role", "drafted_by"}

// beside joins what is read beside the row.
func beside(q *bun.SelectQuery) *bun.SelectQuery {
	return q.Join("JOIN subject AS s ON s.id = l.subject_id").
		Join("JOIN execution_case AS c ON c.id = l.case_id").
		Join("JOIN organisation AS o ON o.id = l.court_id").
		Join("LEFT JOIN listing AS n ON n.id = l.listing_id").
		ColumnExpr("s.kind AS subject_kind, s.envelope, o.serves, " + party.SealedOf("l.court_id") + " AS sealed, c.filed_on, l.reasons IS NOT NULL AS has_reasons").
		ColumnExpr("coalesce(n.state IN ('active', 'extended') AND n.suspended_for IS NULL, false) AS listed, n.ended_on IS NOT NULL AS listing_over").
		ColumnExpr("coalesce(n.state = 'revoked' OR n.end_item IN (1, 2, 6, 7), false) AS unkeepable").
		ColumnExpr(performedIn("l.case_id", "l.debtor_id") + " AS performed").
		ColumnExpr("coalesce((SELECT g.region FROM ground g WHERE g.id = l.id), s.region) AS region")
}

// performedIn asks whether a debtor performed in a case, as its court recorded of a listing.
func performedIn(execution, debtor string) string {
	return `EXISTS (SELECT FROM exclusion_fact x JOIN listing p ON p.id = x.listing_id
    WHERE p.case_id = ` + execution + ` AND p.subject_id = ` + debtor + ` AND x.kind = 'performed' AND x.closed_on IS NULL)`
}

func (r *row) order() Order {
	return Order{
		ID: r.ID, Court: r.Court, Case: r.Case, Subject: r.Subject, Debtor: r.Debtor, State: r.State, Version: r.Version, Duty: r.Duty, Listing: r.Listing, Role: r.Role,
		NoticeServedOn: r.NoticeServedOn, PerformUntil: r.PerformUntil, AppliedOn: r.AppliedOn, Factors: r.Factors, Items: r.Items, DecisionNumber: r.DecisionNumber, ValidUntil: r.ValidUntil,
		GraceMonths: r.GraceMonths, GraceUntil: r.GraceUntil, DecidedOn: r.DecidedOn, ServiceManner: r.ServiceManner, ServedOn: r.ServedOn, InForceOn: r.InForceOn, KeptOn: r.KeptOn,
		SuspendedFor: r.SuspendedFor, EndedOn: r.EndedOn, EndCause: r.EndCause, BeforePapers: r.Rules == ground.RulesBefore,
		rules: r.Rules, draftedBy: r.DraftedBy, proposedBy: r.ProposedBy, suspendedBy: r.SuspendedBy, decisionPaper: r.DecisionPaper, subjectKind: r.SubjectKind,
		envelope: r.Wrapped, sealed: r.Sealed, serves: r.Serves, region: r.Region, filedOn: r.FiledOn, hasReasons: r.HasReasons, listed: r.Listed, listingOver: r.ListingOver, unkeepable: r.Unkeepable, performed: r.Performed,
	}
}

// textRow are the sealed texts of an order.
type textRow struct {
	bun.BaseModel `bun:"table:consumption_order"`

	OwnMotion    []byte `bun:"own_motion_reason"`
	Ability      []byte `bun:"ability"`
	OtherItems   []byte `bun:"other_items"`
	Consequences []byte `bun:"consequences"`
	Reasons      []byte `bun:"reasons"`
	KeepReasons  []byte `bun:"keep_reasons"`
	EndReasons   []byte `bun:"end_reasons"`
}

// breach is a report of a breach as it is kept: sealed.
type breach struct {
	bun.BaseModel `bun:"table:order_breach"`

	ID         enforcement.ID `bun:"id,pk"`
	Order      enforcement.ID `bun:"order_id"`
	On         day.Day        `bun:"breached_on"`
	Report     []byte         `bun:"report"`
	RecordedBy string         `bun:"recorded_by"`
	RecordedOn day.Day        `bun:"recorded_on"`
}

// toldRow is somebody who was told of an order, as it is kept.
type toldRow struct {
	bun.BaseModel `bun:"table:order_notice,alias:n"`

	ID         enforcement.ID `bun:"id,pk"`
	Order      enforcement.ID `bun:"order_id"`
	Form       Form           `bun:"form"`
	Recipient  string         `bun:"recipient"`
	AskedBy    string         `bun:"asked_by"`
	Advanced   bool           `bun:"cost_advanced"`
	ToldOn     day.Day        `bun:"told_on"`
	Paper      enforcement.ID `bun:"paper"`
	RecordedBy string         `bun:"recorded_by"`
	LiftedOn   day.Day        `bun:"lifted_on"`
	LiftPaper  enforcement.ID `bun:"lift_paper,nullzero"`
	LiftedBy   string         `bun:"lifted_by,nullzero"`
}
