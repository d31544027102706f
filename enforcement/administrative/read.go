package administrative

import (
	"context"

	"concordat/enforcement"
	"concordat/enforcement/ground"
	"concordat/enforcement/paper"
	"concordat/enforcement/plan"
	"concordat/internal/pg"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// Listing is a subject's entry on an administrative list, as its owner sees it. The
// texts are sealed and read apart ([Administrative.Texts]).
type Listing struct {
	ID           enforcement.ID             `json:"id"`
	ListType     string                     `json:"list_type"`
	Organisation enforcement.OrganisationID `json:"organisation"`
	Subject      enforcement.ID             `json:"subject"`
	State        ground.State               `json:"state"`
	Version      int                        `json:"version"`
	// Grounds are slugs of the list type's grounds.
	Grounds        []string `json:"grounds"`
	NoticeServedOn day.Day  `json:"notice_served_on,omitzero"`
	// WindowUntil is the last day to state and defend.
	WindowUntil    day.Day `json:"window_until,omitzero"`
	StatedOn       day.Day `json:"stated_on,omitzero"`
	AnsweredOn     day.Day `json:"answered_on,omitzero"`
	DecisionNumber string  `json:"decision_number,omitempty"`
	DecidedOn      day.Day `json:"decided_on,omitzero"`
	// Basis is the legal basis as the decision cites it.
	Basis   string `json:"basis,omitempty"`
	Serious bool   `json:"serious,omitempty"`
	// TermUntil is the last day; none where it stands until its reason ends.
	TermUntil day.Day `json:"term_until,omitzero"`
	// OpenTerm: it ends when its reason ends, and on TermUntil at the latest.
	OpenTerm      bool                      `json:"open_term,omitempty"`
	ServiceManner string                    `json:"service_manner,omitempty"`
	ServedOn      day.Day                   `json:"served_on,omitzero"`
	Publication   memoranda.PublicationRule `json:"publication,omitempty"`
	AnnouncedOn   day.Day                   `json:"announced_on,omitzero"`
	// ObjectionUntil is the last day on which the announcement of a batch stands
	// open to objections.
	ObjectionUntil      day.Day `json:"objection_until,omitzero"`
	ObjectedOn          day.Day `json:"objected_on,omitzero"`
	ObjectionAnsweredOn day.Day `json:"objection_answered_on,omitzero"`
	PublishedOn         day.Day `json:"published_on,omitzero"`
	SuspendedFor        string  `json:"suspended_for,omitempty"`
	EndedOn             day.Day `json:"ended_on,omitzero"`
	EndCause            string  `json:"end_cause,omitempty"`
	// BeforePapers: it was entered before papers, or taken over; what it says of its steps no
	// paper proves.
	BeforePapers                             bool `json:"before_papers,omitempty"`
	noticePaper, decisionPaper, servicePaper enforcement.ID
	noticePostedOn                           day.Day // of a notice by announcement: its last posting
	rules                                    ground.Rules
	draftedBy                                string
	suspendedBy                              string
	subjectKind                              memoranda.SubjectKind
	envelope, sealed                         []byte
	serves                                   string // region the owner serves
	region                                   string // of the subject; empty: not known
}

// NewLife is the life of administrative listings over the record.
func NewLife(r *Administrative) ground.Life[Listing] {
	return ground.Life[Listing]{
		Table: Table(), Grounds: r.Grounds, Fetch: ground.Fetching(beside, (*row).listing), Lock: "l", Head: (*Listing).head,
		May: map[ground.MoveName]func(*Listing, day.Day) error{
			moveReply: (*Listing).openStatement, moveUphold: (*Listing).openStatement,
			moveDecide: func(l *Listing, today day.Day) error {
				if today <= l.WindowUntil {
					return enforcement.Refuse("window.running", "until", l.WindowUntil.String())
				}
				return nil
			},
			ground.MovePublish: mayPublishAdministrative,
			ground.MoveResume:  func(l *Listing, today day.Day) error { return r.checkAdministrativeAge(l, min(l.DecidedOn, today)) },
			ground.MoveExpire:  func(l *Listing, today day.Day) error { return ground.OverOn(l.TermUntil, today) },
			ground.MoveEarly: func(l *Listing, today day.Day) error {
				_, err := r.repairable(l, today)
				return err
			},
		},
		Proved: map[ground.MoveName]func(*Listing, []paper.Paper) error{moveAnnounce: publishable, ground.MovePublish: publishable},
	}
}

// publishable refuses to announce or publish what an earlier release took the steps of
// without their papers, until they are in the file.
func publishable(l *Listing, file []paper.Paper) error {
	return ground.StepsProved(l.rules, file, Table().Steps)
}

func (l *Listing) head() ground.Head {
	return ground.Head{
		ID: l.ID, Subject: l.Subject, Owner: l.Organisation, State: l.State, Version: l.Version, ListType: l.ListType, SubjectKind: l.subjectKind,
		Serves: l.serves, Region: l.region, Until: l.TermUntil, SuspendedFor: l.SuspendedFor, Rules: l.rules, DraftedBy: l.draftedBy, SuspendedBy: l.suspendedBy, Envelope: l.envelope,
	}
}

// openStatement refuses an answer where nothing waits for one.
func (l *Listing) openStatement(day.Day) error {
	if l.State == announced && (l.ObjectedOn.IsZero() || !l.ObjectionAnsweredOn.IsZero()) {
		return enforcement.Refuse("statement.none")
	}
	return nil
}

// Get returns one administrative listing of the actor's own organisation; another's is
// not found, nor what is asked beside it. Overseers read every one.
func (r *Administrative) Get(ctx context.Context, act enforcement.Act, id enforcement.ID, beside ...pg.Ask) (Listing, error) {
	return r.Life.Read(ctx, act, id, beside...)
}

// List lists the administrative listings of the actor's organisation, for overseers of
// all.
func (r *Administrative) List(ctx context.Context, act enforcement.Act, w ground.Wanted) ([]Listing, error) {
	return r.Life.List(ctx, act, w)
}

// Foresee tells what an administrative listing would reach if it were published on the
// act's day.
func (r *Administrative) Foresee(ctx context.Context, act enforcement.Act, id enforcement.ID) ([]plan.Line, []memoranda.Exclusion, []plan.Gap, error) {
	return r.Life.Foresee(ctx, act, id)
}

// AskPapers asks for the papers of the steps of an entry in force that its file does not
// hold, and says which ([ground.Life.AskPapers]).
func (r *Administrative) AskPapers(ctx context.Context, act enforcement.Act, id enforcement.ID) ([]paper.Purpose, error) {
	return r.Life.AskPapers(ctx, act, id)
}

// Moves tells of every move of a listing whether the actor can make it now.
func (r *Administrative) Moves(ctx context.Context, act enforcement.Act, id enforcement.ID) (int, []ground.Offer, error) {
	return r.Life.Moves(ctx, act, id)
}
