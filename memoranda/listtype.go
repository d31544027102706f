package memoranda

import (
	"slices"

	"concordat/memoranda/day"
)

// ListType is a kind of list, such as judgment-debtor (失信被执行人). What the
// sources do not say stays empty: nothing is assumed here.
type ListType struct {
	Slug      string     `json:"slug"`
	ZH        string     `json:"zh"`
	EN        string     `json:"en"`
	Kind      ListKind   `json:"kind"`
	Authority string     `json:"authority"` // who lists: "court", "department" or "unit", as a railway
	Bases     []Citation `json:"bases"`
	// Subjects are the kinds that can be listed.
	Subjects []SubjectKind `json:"subjects"`
	Evidence Evidence      `json:"evidence"`
	Note     string        `json:"note,omitempty"`

	// Owners are the bodies that may list; empty for courts and where not known.
	Owners []string `json:"owners,omitempty"`
	// Serious says that it is a list of serious dishonesty (严重失信主体名单).
	Serious bool `json:"serious,omitempty"`
	// Region is the prefix of the GB/T 2260 codes of a local list; empty: national.
	Region  string       `json:"region,omitempty"`
	Grounds []ListGround `json:"grounds,omitempty"`
	Terms   []Term       `json:"terms,omitempty"`
	// Notice is the least time to state and defend before the decision
	// (国办发〔2020〕49号 item 8); nil: no source sets it.
	Notice      *Period      `json:"notice,omitempty"`
	Publication *Publication `json:"publication,omitempty"`
	Repair      *Repair      `json:"repair,omitempty"`
	Reward      *RewardRule  `json:"reward,omitempty"`
}

// ListGround is a circumstance for which one can be listed.
type ListGround struct {
	Slug     string    `json:"slug"`
	ZH       string    `json:"zh"`
	EN       string    `json:"en"`
	Place    *Citation `json:"place,omitempty"` // where the rule says so
	Evidence Evidence  `json:"evidence"`
	Note     string    `json:"note,omitempty"`
}

// Period is a span of time that a rule sets.
type Period struct {
	Value    int       `json:"value"`
	Unit     Unit      `json:"unit"`
	Place    *Citation `json:"place,omitempty"`
	Evidence Evidence  `json:"evidence"`
	Note     string    `json:"note,omitempty"`
}

// Term is how long an entry stands: a period, or, Open, until its reason ends, as
// ZH and EN say.
type Term struct {
	Grounds []string `json:"grounds,omitempty"` // of the list type; empty: all
	Open    bool     `json:"open,omitempty"`
	ZH      string   `json:"zh,omitempty"`
	EN      string   `json:"en,omitempty"`
	Period
}

// Publication is when an entry becomes public.
type Publication struct {
	Rule PublicationRule `json:"rule"`
	// Objection is the public notice in which the subject can object before the
	// entry takes effect; nil: none.
	Objection *Period   `json:"objection,omitempty"`
	Place     *Citation `json:"place,omitempty"`
	Evidence  Evidence  `json:"evidence"`
	Note      string    `json:"note,omitempty"`
}

// Repair is how an entry ends before its term.
type Repair struct {
	Rule     RepairRule `json:"rule"`
	After    *Period    `json:"after,omitempty"` // the least time before an application
	ZH       string     `json:"zh,omitempty"`
	EN       string     `json:"en,omitempty"`
	Place    *Citation  `json:"place,omitempty"`
	Evidence Evidence   `json:"evidence"`
	Note     string     `json:"note,omitempty"`
}

// RewardRule is what happens to a reward when its subject is put on a list of
// serious dishonesty. Without Automatic the owner decides, and the subject is
// heard within Review.
type RewardRule struct {
	Review    *Period   `json:"review,omitempty"`
	Automatic *Citation `json:"automatic,omitempty"`
	Evidence  Evidence  `json:"evidence"`
	Note      string    `json:"note,omitempty"`
}

// Unit is a unit of time.
type Unit string

// The units; calendar days, months and years roll over days off, working days
// are counted.
const (
	CalendarDays Unit = "calendar-days"
	WorkingDays  Unit = "working-days"
	Months       Unit = "months"
	Years        Unit = "years"
)

// Units returns every unit.
func Units() []Unit { return []Unit{CalendarDays, WorkingDays, Months, Years} }

// PublicationRule says when an entry becomes public.
type PublicationRule string

// The rules of publication.
const (
	AfterService  PublicationRule = "after-service"
	MonthlyBatch  PublicationRule = "monthly-batch" // on the first working day of each month
	NoPublication PublicationRule = "none"
)

// PublicationRules returns every rule.
func PublicationRules() []PublicationRule {
	return []PublicationRule{AfterService, MonthlyBatch, NoPublication}
}

// RepairRule says who ends an entry before its term, and how.
type RepairRule string

// The rules of repair.
const (
	RepairByOwner   RepairRule = "owner"          // on application, 谁认定、谁修复
	RepairByCourt   RepairRule = "court-deletion" // the court's own deletion rule
	RepairAutomatic RepairRule = "automatic"      // it ends by itself
	NoRepair        RepairRule = "none"
)

// RepairRules returns every rule.
func RepairRules() []RepairRule {
	return []RepairRule{RepairByOwner, RepairByCourt, RepairAutomatic, NoRepair}
}

// Footing is what a list stands on (国办发〔2020〕49号 items 6, 7).
type Footing string

// The footings.
const (
	// FootingLawful: law, regulation, judicial interpretation or central policy;
	// for a local list a local regulation.
	FootingLawful Footing = "lawful"
	// FootingProvisional: a departmental rule, which may set a national list's
	// criteria for the time being.
	FootingProvisional Footing = "provisional"
	FootingNone        Footing = "none"
)

// Footing says what a list type stands on, on a day. A reward list reduces no
// right and needs only a cited basis in force.
func (c *Catalogue) Footing(t *ListType, on day.Day) Footing {
	footing := FootingNone
	for _, one := range t.Bases {
		b := c.bases[one.Basis]
		if !within(on, b.From, b.Until) {
			continue
		}
		switch {
		case t.Kind == Reward, t.Region == "" && b.Kind.carriesList():
			return FootingLawful
		case t.Region != "" && b.Kind == LocalRegulation && covers(b.Region, t.Region):
			return FootingLawful
		case t.Region == "" && b.Kind == DepartmentalRule:
			footing = FootingProvisional
		}
	}
	return footing
}

// covers reports whether a region lies in another; both are prefixes of codes.
func covers(outer, inner string) bool {
	return len(outer) <= len(inner) && inner[:len(outer)] == outer
}

// ListGround returns the circumstance of a slug, or nil.
func (t *ListType) ListGround(slug string) *ListGround {
	at := slices.IndexFunc(t.Grounds, func(g ListGround) bool { return g.Slug == slug })
	if at < 0 {
		return nil
	}
	return &t.Grounds[at]
}
