package listing

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/enforcement/ground"
	"concordat/enforcement/paper"
	"concordat/enforcement/plan"
	"concordat/internal/mask"
	"concordat/internal/pg"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// Conduct is one of the six grounds of 法释〔2017〕7号 Art. 1.
type Conduct int16

// The six grounds, by their numbers in Art. 1.
const (
	AbleButRefuses    Conduct = 1 // no term: ends only by an event of Art. 10
	ObstructsByForce  Conduct = 2
	EvadesBySham      Conduct = 3
	BreachesReporting Conduct = 4
	BreachesOrder     Conduct = 5
	RefusesSettlement Conduct = 6
	TermYears                 = 2 // Art. 2: listings on grounds 2–6
	relistBarMonths           = 6 // Art. 10 ¶4
)

// PerformedAll says that the obligation is performed in full.
const PerformedAll = "all"

// Facts are the items of Art. 6 that the listing itself brings; sealed at rest.
type Facts struct {
	// Obligation is what the document obliges the debtor to.
	Obligation string `json:"obligation"`
	// Performed is none, part or all ([PerformedAll]), of which nobody is listed.
	Performed string `json:"performed"`
	// Conduct is the concrete dishonest conduct.
	Conduct string `json:"conduct"`
}

// say brings facts into the form in which texts are kept, and reports whether they say
// what they must.
func (f *Facts) say() bool {
	obligation, performed, conduct := enforcement.Say(f.Obligation), enforcement.Say(f.Performed), enforcement.Say(f.Conduct)
	f.Obligation, f.Performed, f.Conduct = obligation.String(), performed.String(), conduct.String()
	return obligation.Fits(0) && obligation.Says(1) && conduct.Fits(0) && conduct.Says(1) && (performed == "" || performed.Fits(0))
}

// Listing is a subject's entry on the list, as the court sees it.
type Listing struct {
	ID              enforcement.ID             `json:"id"`
	Court           enforcement.OrganisationID `json:"court"`
	Case            enforcement.ID             `json:"case"`
	Subject         enforcement.ID             `json:"subject"`
	State           ground.State               `json:"state"`
	Version         int                        `json:"version"`
	Conducts        []Conduct                  `json:"conducts"`
	NoticeServedOn  day.Day                    `json:"notice_served_on,omitzero"`
	PerformUntil    day.Day                    `json:"perform_until,omitzero"`
	AppliedOn       day.Day                    `json:"applied_on,omitzero"`
	DecisionNumber  string                     `json:"decision_number,omitempty"`
	DecidedOn       day.Day                    `json:"decided_on,omitzero"`
	TermUntil       day.Day                    `json:"term_until,omitzero"`
	ExtendedUntil   day.Day                    `json:"extended_until,omitzero"`
	GraceMonths     int                        `json:"grace_months,omitempty"`
	GraceUntil      day.Day                    `json:"grace_until,omitzero"`
	ServiceManner   string                     `json:"service_manner,omitempty"`
	ServedOn        day.Day                    `json:"served_on,omitzero"`
	PublishedOn     day.Day                    `json:"published_on,omitzero"`
	SuspendedFor    string                     `json:"suspended_for,omitempty"`
	CorrectingSince day.Day                    `json:"correcting_since,omitzero"`
	EndedOn         day.Day                    `json:"ended_on,omitzero"`
	// BeforePapers: it was entered before papers, or taken over; what it says of its steps no
	// paper proves.
	BeforePapers                             bool `json:"before_papers,omitempty"`
	noticePaper, decisionPaper, servicePaper enforcement.ID
	rules                                    ground.Rules
	draftedBy                                string
	proposedBy                               string
	suspendedBy                              string
	creditorWithdrew                         bool
	subjectKind                              memoranda.SubjectKind
	envelope, sealed                         []byte
	caseNumber                               string
	serves                                   string // region the court serves
	region                                   string // of the subject; empty: not known
	hasReasons                               bool
	facts, publicWords                       []byte
	publicMarks                              []string
	basis, basisUnit                         string
	known                                    []mask.Known // where a move asked for them
	early                                    bool         // the proposal says why before the period for performance is over
	filedOn                                  day.Day      // of the execution case
}

// Until returns the last day of a term, or no day.
func (l Listing) Until() day.Day { return max(l.TermUntil, l.ExtendedUntil) }

// NewLife is the life of listings over the record.
func NewLife(r *Listings) ground.Life[Listing] {
	return ground.Life[Listing]{
		Table: Table(), Grounds: r.Grounds, Fetch: ground.Fetching(beside, (*row).listing), Lock: "l", Head: (*Listing).head,
		May: map[ground.MoveName]func(*Listing, day.Day) error{
			moveSign: func(l *Listing, today day.Day) error {
				if !l.hasReasons || l.proposedBy == "" {
					return enforcement.Refuse("decision.not-proposed")
				}
				return l.performing(today, l.early)
			},
			ground.MovePublish: onItsDay,
			moveExtend:         mayExtend,
			ground.MoveResume:  r.mayResume,
			moveResumeRestored: r.mayResumeRestored,
			moveOpenCorrection: func(l *Listing, _ day.Day) error { return l.correcting(false) },
			moveCorrect:        func(l *Listing, _ day.Day) error { return l.correcting(true) },
			moveReword:         func(l *Listing, _ day.Day) error { return l.correcting(true) },
			ground.MoveDelete:  func(l *Listing, _ day.Day) error { return l.term(false) },
			ground.MoveEarly:   func(l *Listing, _ day.Day) error { return l.term(true) },
			ground.MoveExpire:  func(l *Listing, today day.Day) error { return ground.OverOn(l.Until(), today) },
		},
		Beside: map[ground.MoveName]func(bun.IDB, enforcement.ID) ground.Question[Listing]{
			moveWarn: r.unperformed, moveApply: r.unperformed, movePropose: r.unperformed, ground.MoveServe: r.unperformed, ground.MoveConfirm: r.unperformed,
			moveSign: r.signable, moveWord: r.beside, moveReword: r.beside, ground.MovePublish: r.barred, moveExtend: r.barred, ground.MoveResume: r.barred,
			moveResumeRestored: r.barred, moveDrop: r.droppable,
		},
		Proved: map[ground.MoveName]func(*Listing, []paper.Paper) error{movePropose: factsProved, moveSign: signable, ground.MovePublish: publishable},
		Lacks:  map[ground.MoveName]func(*Listing, []paper.Paper) []ground.Lack{movePropose: factsToBring, moveSign: factsToBring},
		Last:   map[ground.MoveName]func(*Listing) day.Day{moveExtend: func(l *Listing) day.Day { return l.TermUntil }},
	}
}

func (l *Listing) head() ground.Head {
	return ground.Head{
		OtherConduct: !hasConduct(l, AbleButRefuses),
		ID:           l.ID, Subject: l.Subject, Owner: l.Court, State: l.State, Version: l.Version, ListType: plan.ListType, SubjectKind: l.subjectKind, Serves: l.serves, Region: l.region,
		Until: l.Until(), SuspendedFor: l.SuspendedFor, Rules: l.rules, DraftedBy: l.draftedBy, ProposedBy: l.proposedBy, SuspendedBy: l.suspendedBy, Envelope: l.envelope,
	}
}

// correcting refuses where a correction is not open, or open already.
func (l *Listing) correcting(want bool) error {
	switch {
	case want && l.CorrectingSince.IsZero():
		return enforcement.Refuse("correction.none")
	case !want && !l.CorrectingSince.IsZero():
		return enforcement.Refuse("correction.open")
	}
	return nil
}

// term refuses an end that needs a term, or that needs none.
func (l *Listing) term(want bool) error {
	switch {
	case want && l.TermUntil.IsZero():
		return enforcement.Refuse("end.no-term")
	case !want && !l.TermUntil.IsZero():
		return enforcement.Refuse("end.fixed-term")
	}
	return nil
}

// Get returns one listing of the actor's court; another court's is not found, nor
// what is asked beside it.
func (r *Listings) Get(ctx context.Context, act enforcement.Act, id enforcement.ID, beside ...pg.Ask) (Listing, error) {
	return r.Life.Read(ctx, act, id, beside...)
}

// List lists the listings of the actor's court.
func (r *Listings) List(ctx context.Context, act enforcement.Act, w ground.Wanted) ([]Listing, error) {
	return r.Life.List(ctx, act, w)
}

// ToSign narrows a list to what a judge has laid before the president.
func ToSign(q *bun.SelectQuery) *bun.SelectQuery {
	return q.Where("l.state::text IN (?) AND l.proposed_by IS NOT NULL", bun.List([]ground.State{warned, applied}))
}

// AskPapers asks for the papers of the steps of an entry in force that its file does not
// hold, and says which ([ground.Life.AskPapers]).
func (r *Listings) AskPapers(ctx context.Context, act enforcement.Act, id enforcement.ID) ([]paper.Purpose, error) {
	return r.Life.AskPapers(ctx, act, id)
}

// Moves tells of every move of a listing whether the actor can make it now.
func (r *Listings) Moves(ctx context.Context, act enforcement.Act, id enforcement.ID) (int, []ground.Offer, error) {
	return r.Life.Moves(ctx, act, id)
}

func hasConduct(l *Listing, conducts ...Conduct) bool {
	return slices.ContainsFunc(conducts, func(c Conduct) bool { return slices.Contains(l.Conducts, c) })
}
