package order

import (
	"context"
	"fmt"

	"concordat/enforcement"
	"concordat/enforcement/ground"
	"concordat/enforcement/paper"
	"concordat/enforcement/plan"
	"concordat/internal/pg"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// Duty is what the effective document obliges the debtor to.
type Duty string

// The duties. Only one to pay carries an order without a listing (Art. 1 ¶1).
const (
	Payment Duty = "payment"
	Act     Duty = "act"
)

// Role is which of a unit's people somebody is (Art. 3 ¶2); empty: the debtor itself.
type Role string

// The four roles.
const (
	LegalRepresentative Role = "legal-representative"
	Principal           Role = "principal"
	ResponsiblePerson   Role = "responsible-person"
	Controller          Role = "controller"
)

// Roles lists the four.
func Roles() []Role { return []Role{LegalRepresentative, Principal, ResponsiblePerson, Controller} }

// Items are the nine kinds of spending of Art. 3 ¶1 in their order, by name; the ninth is
// trains, with all else that is not needed for life and work, which [OtherItem] names.
func Items() []string {
	return []string{"transport", "venues", "real-estate", "premises", "vehicles", "travel", "schools", "insurance", "trains", OtherItem}
}

// OtherItem is what the open end of the ninth kind bans, in words.
const OtherItem = "other"

// Factors are what a court weighs beside the ability to perform (Art. 2).
func Factors() []string { return []string{"passive-performance", "evasion", "resistance"} }

// Order is a consumption-restriction order against one person, as its court sees it. The
// texts are sealed and read apart ([Orders.Texts]).
type Order struct {
	ID      enforcement.ID             `json:"id"`
	Court   enforcement.OrganisationID `json:"court"`
	Case    enforcement.ID             `json:"case"`
	Subject enforcement.ID             `json:"subject"`
	// Debtor is the subject itself, or the unit whose person it is.
	Debtor  enforcement.ID `json:"debtor"`
	State   ground.State   `json:"state"`
	Version int            `json:"version"`
	Duty    Duty           `json:"duty"`
	// Listing is the debtor's, on which it rests; none: on the period of the notice.
	Listing        enforcement.ID `json:"listing,omitzero"`
	Role           Role           `json:"role,omitempty"`
	NoticeServedOn day.Day        `json:"notice_served_on,omitzero"`
	PerformUntil   day.Day        `json:"perform_until,omitzero"`
	AppliedOn      day.Day        `json:"applied_on,omitzero"`
	Factors        []string       `json:"factors,omitempty"`
	Items          []string       `json:"items,omitempty"`
	DecisionNumber string         `json:"decision_number,omitempty"`
	DecidedOn      day.Day        `json:"decided_on,omitzero"`
	// ValidUntil is the last day of its period; none: until the duty is performed.
	ValidUntil    day.Day `json:"valid_until,omitzero"`
	GraceMonths   int     `json:"grace_months,omitempty"`
	GraceUntil    day.Day `json:"grace_until,omitzero"`
	ServiceManner string  `json:"service_manner,omitempty"`
	ServedOn      day.Day `json:"served_on,omitzero"`
	InForceOn     day.Day `json:"in_force_on,omitzero"`
	// KeptOn is the day on which the court kept it although its listing had ended.
	KeptOn       day.Day `json:"kept_on,omitzero"`
	SuspendedFor string  `json:"suspended_for,omitempty"`
	EndedOn      day.Day `json:"ended_on,omitzero"`
	EndCause     string  `json:"end_cause,omitempty"`
	// BeforePapers: it was taken over; what it says of its steps no paper proves.
	BeforePapers bool `json:"before_papers,omitempty"`

	rules                              ground.Rules
	draftedBy, proposedBy, suspendedBy string
	decisionPaper                      enforcement.ID
	subjectKind                        memoranda.SubjectKind
	envelope, sealed                   []byte
	serves, region                     string
	filedOn                            day.Day // of the execution case
	hasReasons                         bool
	listed                             bool // the listing it rests on is in force
	listingOver                        bool // and that has ended
	unkeepable                         bool // in a way after which nothing is kept
	performed                          bool // the debtor performed in full
}

// NewLife is the life of orders over the record.
func NewLife(r *Orders) ground.Life[Order] {
	return ground.Life[Order]{
		Table: Table(), Grounds: r.Grounds, Fetch: ground.Fetching(beside, (*row).order), Lock: "l", Head: (*Order).head,
		May: map[ground.MoveName]func(*Order, day.Day) error{
			moveNotice:          (*Order).unlisted,
			movePropose:         (*Order).grounded,
			moveSign:            r.signable,
			ground.MoveServe:    (*Order).unperformed,
			ground.MovePublish:  r.mayHold,
			ground.MoveConfirm:  (*Order).unperformed,
			ground.MoveResume:   r.mayRestrict,
			ground.MoveReaffirm: (*Order).unperformed,
			moveKeep:            (*Order).keepable,
			ground.MoveExpire:   func(o *Order, today day.Day) error { return ground.OverOn(o.ValidUntil, today) },
		},
		Proved: map[ground.MoveName]func(*Order, []paper.Paper) error{moveSign: proved, ground.MovePublish: publishable},
	}
}

func (o *Order) head() ground.Head {
	return ground.Head{
		ID: o.ID, Subject: o.Subject, Owner: o.Court, State: o.State, Version: o.Version, Kind: memoranda.OnOrder, ListType: plan.ListType, SubjectKind: o.subjectKind,
		Serves: o.serves, Region: o.region, Until: o.ValidUntil, SuspendedFor: o.SuspendedFor, Rules: o.rules, DraftedBy: o.draftedBy, ProposedBy: o.proposedBy, SuspendedBy: o.suspendedBy, Envelope: o.envelope,
	}
}

// Get returns one order of the actor's court; another's is not found, nor what is asked
// beside it. Overseers read every one.
func (r *Orders) Get(ctx context.Context, act enforcement.Act, id enforcement.ID, beside ...pg.Ask) (Order, error) {
	return r.Life.Read(ctx, act, id, beside...)
}

// List lists the orders of the actor's court, for overseers of all.
func (r *Orders) List(ctx context.Context, act enforcement.Act, w ground.Wanted) ([]Order, error) {
	return r.Life.List(ctx, act, w)
}

// Foresee tells what an order would reach if it held from the act's day.
func (r *Orders) Foresee(ctx context.Context, act enforcement.Act, id enforcement.ID) ([]plan.Line, []memoranda.Exclusion, []plan.Gap, error) {
	return r.Life.Foresee(ctx, act, id)
}

// Moves tells of every move of an order whether the actor can make it now.
func (r *Orders) Moves(ctx context.Context, act enforcement.Act, id enforcement.ID) (int, []ground.Offer, error) {
	return r.Life.Moves(ctx, act, id)
}

// AskPapers asks for the papers of the steps of an order that holds and whose file does not
// have them, and says which ([ground.Life.AskPapers]).
func (r *Orders) AskPapers(ctx context.Context, act enforcement.Act, id enforcement.ID) ([]paper.Purpose, error) {
	return r.Life.AskPapers(ctx, act, id)
}

// Texts are the sealed texts of an order, opened for its court.
type Texts struct {
	OwnMotion    string `json:"own_motion_reason,omitempty"`
	Ability      string `json:"ability,omitempty"`
	OtherItems   string `json:"other_items,omitempty"`
	Consequences string `json:"consequences,omitempty"`
	Reasons      string `json:"reasons,omitempty"`
	KeepReasons  string `json:"keep_reasons,omitempty"`
	EndReasons   string `json:"end_reasons,omitempty"`
	// Breaches are the reports of breaches, oldest first.
	Breaches []Breach `json:"breaches,omitempty"`
}

// sealedTexts are the columns of the texts, in the order of [Texts], and under which name
// each is sealed.
var sealedTexts = [...]struct{ column, field string }{
	{"own_motion_reason", "order-own-motion"},
	{"ability", "order-ability"},
	{"other_items", "order-other-items"},
	{"consequences", "order-consequences"},
	{"reasons", "order-reasons"},
	{"keep_reasons", "order-keep-reasons"},
	{"end_reasons", "order-end-reasons"},
}

// Texts opens the sealed texts of an order of the actor's court.
func (r *Orders) Texts(ctx context.Context, act enforcement.Act, id enforcement.ID) (t Texts, err error) {
	if err := act.Check(people...); err != nil {
		return t, err
	}
	o, err := r.Life.Read(ctx, act, id)
	if err != nil {
		return t, err
	}
	var kept textRow
	if err := r.Record.DB.NewSelect().Model(&kept).Where("id = ?", id).Scan(ctx); err != nil {
		return t, enforcement.NotFound(err, "read the texts of order "+id.String())
	}
	sealed := [...][]byte{kept.OwnMotion, kept.Ability, kept.OtherItems, kept.Consequences, kept.Reasons, kept.KeepReasons, kept.EndReasons}
	var breaches []breach
	if err := r.Record.DB.NewSelect().Model(&breaches).Where("order_id = ?", id).Order("id").Scan(ctx); err != nil {
		return t, fmt.Errorf("read the breaches of order %s: %w", id, err)
	}
	for _, b := range breaches {
		text, err := r.Record.OpenFor(o.Subject, o.envelope, b.Report, "order-breach")
		if err != nil {
			return t, err
		}
		t.Breaches = append(t.Breaches, Breach{b.On, string(text)})
	}
	for i, text := range []*string{&t.OwnMotion, &t.Ability, &t.OtherItems, &t.Consequences, &t.Reasons, &t.KeepReasons, &t.EndReasons} {
		if sealed[i] == nil {
			continue
		}
		open, err := r.Record.OpenFor(o.Subject, o.envelope, sealed[i], sealedTexts[i].field)
		if err != nil {
			return t, err
		}
		*text = string(open)
	}
	return t, nil
}
