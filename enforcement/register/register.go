package register

import (
	"sync/atomic"

	"concordat/enforcement/administrative"
	"concordat/enforcement/audit"
	"concordat/enforcement/change"
	"concordat/enforcement/directive"
	"concordat/enforcement/docket"
	"concordat/enforcement/explain"
	"concordat/enforcement/ground"
	"concordat/enforcement/hold"
	"concordat/enforcement/intake"
	"concordat/enforcement/kinds"
	"concordat/enforcement/listing"
	"concordat/enforcement/order"
	"concordat/enforcement/paper"
	"concordat/enforcement/party"
	"concordat/enforcement/plan"
	"concordat/enforcement/record"
	"concordat/enforcement/replan"
	"concordat/enforcement/restore"
	"concordat/enforcement/reward"
	"concordat/internal/calendar"
)

// Offices are all rooms over one database, in the order in which each stands on those
// before it. Who asks names the office: o.Listings.Publish, o.Explainer.Directive.
type Offices struct {
	Record         *record.Record
	Changes        *change.Changes
	Parties        *party.Parties
	Papers         *paper.Papers
	Docket         *docket.Docket
	Holds          *hold.Holds
	Plans          *plan.Plans
	Directives     *directive.Directives
	Grounds        *ground.Grounds
	Replanner      *replan.Replanner
	Rewards        *reward.Rewards
	Administrative *administrative.Administrative
	Listings       *listing.Listings
	Orders         *order.Orders
	Restorer       *restore.Restorer
	Explainer      *explain.Explainer
	Intake         *intake.Intake
	Auditor        *audit.Auditor

	conducts atomic.Pointer[looked] // when followConducts ran last
}

// Deadlines are all that are started anywhere, by kind; a length may be the case's.
func Deadlines() []docket.Deadline {
	list := append(append(listing.Deadlines(), order.Deadlines()...), directive.ClockLift, directive.ClockKept, directive.ClockDoubt, ground.RevokeMinor(docket.OwnTerm))
	for _, t := range kinds.All() {
		for i := range t.Moves {
			list = append(list, t.Moves[i].Starts...)
		}
	}
	return list
}

// build makes the parts, each on those before it.
func build(c Config, days calendar.Shelf) *Offices {
	o := &Offices{}
	o.Record = &record.Record{DB: c.DB, Jobs: c.Jobs, Vault: c.Vault, Calendar: calendar.NewCurrent(days, c.Region), Machine: c.Machine}
	o.Changes = &change.Changes{Record: o.Record}
	o.Parties = &party.Parties{Record: o.Record, Changes: o.Changes, Bodies: c.Catalogue}
	o.Papers = &paper.Papers{Record: o.Record, KeepYears: c.PaperYears, Numbered: o.Parties.Numbered}
	o.Docket = &docket.Docket{Record: o.Record, Changes: o.Changes, Given: days, Kinds: Deadlines(), Schedule: c.Deadlines}
	o.Holds = &hold.Holds{Record: o.Record}
	o.Plans = &plan.Plans{Record: o.Record, Parties: o.Parties, Shipped: c.Catalogue, Given: c.Attestations, Demonstration: c.Demonstration}
	o.Directives = &directive.Directives{Record: o.Record, Parties: o.Parties, Docket: o.Docket, Holds: o.Holds, Plans: o.Plans, Remembered: c.Remembered}
	o.Grounds = &ground.Grounds{Record: o.Record, Parties: o.Parties, Docket: o.Docket, Plans: o.Plans, Directives: o.Directives, Papers: o.Papers, Kinds: kinds.All()}
	o.Replanner = &replan.Replanner{Record: o.Record, Plans: o.Plans, Directives: o.Directives}
	o.Rewards = &reward.Rewards{Record: o.Record, Parties: o.Parties, Holds: o.Holds, Plans: o.Plans, Grounds: o.Grounds}
	o.Administrative = &administrative.Administrative{Record: o.Record, Parties: o.Parties, Holds: o.Holds, Plans: o.Plans, Grounds: o.Grounds, Rewards: o.Rewards, NoticeWindow: c.NoticeWindow, AnswerWithin: c.AnswerWithin}
	o.Orders = &order.Orders{Record: o.Record, Parties: o.Parties, Docket: o.Docket, Grounds: o.Grounds}
	o.Listings = &listing.Listings{Record: o.Record, Parties: o.Parties, Docket: o.Docket, Holds: o.Holds, Grounds: o.Grounds, Rewards: o.Rewards, Replanner: o.Replanner, Orders: o.Orders}
	o.Restorer = &restore.Restorer{Record: o.Record, Holds: o.Holds, Directives: o.Directives, Papers: o.Papers, Parties: o.Parties}
	o.Explainer = &explain.Explainer{Record: o.Record, Parties: o.Parties, Holds: o.Holds, Plans: o.Plans, Directives: o.Directives, Rewards: o.Rewards}
	o.Intake = &intake.Intake{Record: o.Record, Papers: o.Papers, Parties: o.Parties, Grounds: o.Grounds, Rewards: o.Rewards, Listings: o.Listings}
	o.Auditor = &audit.Auditor{Record: o.Record}
	o.Parties.CheckKeeper = o.Plans.KeepsAnyList
	o.Listings.Life, o.Orders.Life = listing.NewLife(o.Listings), order.NewLife(o.Orders)
	o.Administrative.Life = administrative.NewLife(o.Administrative)
	o.Rewards.Life = reward.NewLife(o.Rewards)
	return o
}
