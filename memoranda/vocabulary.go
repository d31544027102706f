package memoranda

import "slices"

// Mode is what a measure does, and so how it may travel.
type Mode string

// The modes. Restrict limits without barring and travels like prohibit; inform
// tells a body that decides for itself and is never an order.
const (
	Prohibit            Mode = "prohibit"
	Restrict            Mode = "restrict"
	StrictReview        Mode = "strict-review"
	PrudentialReference Mode = "prudential-reference"
	Supervise           Mode = "supervise"
	Publish             Mode = "publish"
	Honour              Mode = "honour"
	Grant               Mode = "grant"
	Inform              Mode = "inform"
	Consumption         Mode = "consumption"
	Exit                Mode = "exit"
	Assist              Mode = "assist"
	Criminal            Mode = "criminal"
)

// Modes returns every mode, in the order of the vocabulary.
func Modes() []Mode {
	return []Mode{
		Prohibit, Restrict, StrictReview, PrudentialReference, Supervise, Publish,
		Honour, Grant, Inform, Consumption, Exit, Assist, Criminal,
	}
}

// needsItem reports whether a measure of this mode on a list that punishes must
// stand on the national basic list. Assistance rests on procedure law alone,
// criminal liability never travels, and what is granted burdens nobody.
func (m Mode) needsItem() bool { return m != Grant && m != Assist && m != Criminal }

// Status says whether law or central policy carries a measure today. It does not
// say that the memorandum's own text is repealed.
type Status string

// The statuses. Only in-force and moved let a measure reach anybody.
const (
	InForce      Status = "in-force"
	Moved        Status = "moved"         // carried, by a body's successor
	PartlyLapsed Status = "partly-lapsed" // part of its object no longer exists
	BasisLapsed  Status = "basis-lapsed"  // only departmental documents carry it
	Uncertain    Status = "uncertain"     // kept out until verified
)

// Statuses returns every status.
func Statuses() []Status {
	return []Status{InForce, Moved, PartlyLapsed, BasisLapsed, Uncertain}
}

// Carries reports whether a measure of this status may reach anybody.
func (s Status) Carries() bool { return s == InForce || s == Moved }

// Evidence says how an entry of the catalogue is known to us.
type Evidence string

// The kinds of evidence.
const (
	Seen       Evidence = "seen"       // a source on this very point was read
	Known      Evidence = "known"      // own knowledge, text not seen
	Unverified Evidence = "unverified" // not shown; never travels unless a lawyer attests it
)

// Evidences returns every kind of evidence.
func Evidences() []Evidence { return []Evidence{Seen, Known, Unverified} }

// SubjectKind is what a listed or restricted subject is.
type SubjectKind string

// The kinds of subject.
const (
	NaturalPerson     SubjectKind = "natural-person"
	LegalPerson       SubjectKind = "legal-person"
	SoleTrader        SubjectKind = "sole-trader"
	OtherOrganisation SubjectKind = "other-organisation"
)

// SubjectKinds returns every kind of subject.
func SubjectKinds() []SubjectKind {
	return []SubjectKind{NaturalPerson, LegalPerson, SoleTrader, OtherOrganisation}
}

// Reach is whom a measure reaches: a kind of listed subject, or somebody who
// stands in a relation to one.
type Reach string

// The relations; the kinds of subject are reaches too.
const (
	LegalRepresentative    Reach = "legal-representative"
	Principal              Reach = "principal"
	ActualController       Reach = "actual-controller"
	DirectlyResponsible    Reach = "directly-responsible-person"
	ApplicantsOfficers     Reach = "directors-supervisors-executives" // looked up at an application
	UnitLedByListedPersons Reach = "unit-led-by-listed-person"
)

// Reaches returns every reach: the kinds of subject, then the relations.
func Reaches() []Reach {
	all := make([]Reach, 0, 10)
	for _, k := range SubjectKinds() {
		all = append(all, Reach(k))
	}
	return append(all, LegalRepresentative, Principal, ActualController,
		DirectlyResponsible, ApplicantsOfficers, UnitLedByListedPersons)
}

// IsSubject reports whether r is a kind of subject rather than a relation.
func (r Reach) IsSubject() bool { return slices.Contains(SubjectKinds(), SubjectKind(r)) }

// Territory says whose region's organisations carry a measure out. No source
// fixes it: it is our own encoding, to be confirmed by whoever adopts an edition.
type Territory string

// The territories.
const (
	TerritoryCourt        Territory = "court"        // the listing court's region
	TerritoryRegistration Territory = "registration" // where a unit is registered
	TerritoryResidence    Territory = "residence"    // where a person lives
	TerritoryNation       Territory = "nation"       // one body for the whole country
)

// Territories returns every territory.
func Territories() []Territory {
	return []Territory{TerritoryCourt, TerritoryRegistration, TerritoryResidence, TerritoryNation}
}

// For returns the territory as it applies to a kind of subject: a natural person
// has no registration and is looked for at home, a unit has no residence and is
// looked for where it is registered.
func (t Territory) For(kind SubjectKind) Territory {
	switch {
	case t == TerritoryRegistration && kind == NaturalPerson:
		return TerritoryResidence
	case t == TerritoryResidence && kind != NaturalPerson:
		return TerritoryRegistration
	default:
		return t
	}
}

// BasisKind is the rank of a legal basis.
type BasisKind string

// The ranks.
const (
	Law                    BasisKind = "law"
	Regulation             BasisKind = "regulation"
	JudicialInterpretation BasisKind = "judicial-interpretation"
	CentralPolicy          BasisKind = "central-policy"       // Party centre, alone or with the State Council
	StateCouncilPolicy     BasisKind = "state-council-policy" // State Council or its General Office
	LocalRegulation        BasisKind = "local-regulation"     // carries local lists; no measure alone
	DepartmentalRule       BasisKind = "departmental-rule"    // a ministry's order; carries a list for the time being, no burden alone
	Departmental           BasisKind = "departmental"         // everything below; never suffices alone
)

// BasisKinds returns every rank, highest first.
func BasisKinds() []BasisKind {
	return []BasisKind{Law, Regulation, JudicialInterpretation, CentralPolicy, StateCouncilPolicy, LocalRegulation, DepartmentalRule, Departmental}
}

// carriesMeasure reports whether a document of this rank can carry a measure that
// reduces rights or adds duties (国办发〔2020〕49号 item 9). Local regulations do so
// through local supplements of the basic list, which the catalogue does not hold.
func (k BasisKind) carriesMeasure() bool {
	return k != Departmental && k != DepartmentalRule && k != LocalRegulation
}

// carriesList reports whether a document of this rank can found a national list.
func (k BasisKind) carriesList() bool { return k.carriesMeasure() }

// IsPolicy reports whether the document is cited by clause instead of article.
func (k BasisKind) IsPolicy() bool { return k == CentralPolicy || k == StateCouncilPolicy }

// GroundKind is what a directive rests on, as far as this package must know.
type GroundKind string

// The kinds of ground.
const (
	OnListing      GroundKind = "listing"       // a subject's entry on a list
	OnOrder        GroundKind = "order"         // a served consumption-restriction order
	OnCourtRequest GroundKind = "court-request" // the court's own request in the case
	OnReward       GroundKind = "reward"        // an entry on a list that rewards
)

// GroundKinds returns every kind of ground.
func GroundKinds() []GroundKind {
	return []GroundKind{OnListing, OnOrder, OnCourtRequest, OnReward}
}

// ListKind says whether a list punishes or rewards.
type ListKind string

// The kinds of list.
const (
	Punish ListKind = "punish"
	Reward ListKind = "reward"
)

// ListKinds returns both.
func ListKinds() []ListKind { return []ListKind{Punish, Reward} }

// Class is the class of a basic-list item.
type Class string

// The classes of the basic list.
const (
	ClassI   Class = "I"   // by public bodies, reducing rights or adding duties
	ClassII  Class = "II"  // by public bodies in their management, reducing no right
	ClassIII Class = "III" // by others, of their own decision
)

// Classes returns every class.
func Classes() []Class { return []Class{ClassI, ClassII, ClassIII} }

// Level is a level of territory.
type Level string

// The levels.
const (
	City     Level = "city"
	Province Level = "province"
	Nation   Level = "nation"
)

// Levels returns every level, lowest first.
func Levels() []Level { return []Level{City, Province, Nation} }

// DocumentKind is what kind of document a memorandum is.
type DocumentKind string

// The kinds of document.
const (
	IsMemorandum DocumentKind = "memorandum"
	IsNotice     DocumentKind = "notice"
	IsOpinion    DocumentKind = "opinion"
	IsActionPlan DocumentKind = "action-plan"
)

// DocumentKinds returns every kind.
func DocumentKinds() []DocumentKind {
	return []DocumentKind{IsMemorandum, IsNotice, IsOpinion, IsActionPlan}
}
