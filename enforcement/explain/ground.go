package explain

import (
	"slices"

	"concordat/enforcement"
	"concordat/enforcement/listing"
	"concordat/enforcement/plan"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// explainedGround is a ground with what an explanation says of its decision.
type explainedGround struct {
	ID            enforcement.ID             `bun:"id"`
	Kind          memoranda.GroundKind       `bun:"kind"`
	ListType      string                     `bun:"list_type"`
	Subject       enforcement.ID             `bun:"subject_id"`
	SubjectKind   memoranda.SubjectKind      `bun:"subject_kind"`
	Owner         enforcement.OrganisationID `bun:"organisation_id"`
	OwnerZH       string                     `bun:"name_zh"`
	OwnerEN       string                     `bun:"name_en"`
	Serves        string                     `bun:"serves"`
	Region        string                     `bun:"region"` // the subject's; empty: not known
	Reference     string                     `bun:"reference"`
	DecidedOn     day.Day                    `bun:"decided_on"`
	ValidUntil    day.Day                    `bun:"valid_until"`
	State         string                     `bun:"state"`
	InForceOn     day.Day                    `bun:"in_force_on"`
	EndedOn       day.Day                    `bun:"ended_on"`
	CaseNumber    string                     `bun:"case_number"`
	Envelope      []byte                     `bun:"envelope"`
	Sealed        []byte                     `bun:"sealed"`
	Conducts      []listing.Conduct          `bun:"conducts,array"`      // of a court's listing
	Circumstances []string                   `bun:"circumstances,array"` // of an administrative listing, slugs of its list type
	Basis         string                     `bun:"basis"`               // as an administrative decision cites it
	NoticedOn     day.Day                    `bun:"noticed_on"`
	WindowUntil   day.Day                    `bun:"window_until"` // to state and defend
	AnnouncedOn   day.Day                    `bun:"announced_on"`
	ServedOn      day.Day                    `bun:"served_on"`
	PublishedOn   day.Day                    `bun:"published_on"`
	TermUntil     day.Day                    `bun:"term_until"`
	How           string                     `bun:"how"`           // it ended; empty: it did not, or before anything was in force
	HasDirective  bool                       `bun:"has_directive"` // one to the organisation that asks
	Unconfirmed   bool                       `bun:"unconfirmed"`   // since a restoration, which may have lost its end

	suspensions []suspension
}

// suspension is a span of days on which a ground was suspended; no until: still.
type suspension struct{ from, until day.Day }

func seesAll(act enforcement.Act) bool {
	return act.Actor.Role == enforcement.Overseer || act.Actor.Role == enforcement.System
}

func (g explainedGround) mayExplain(act enforcement.Act) bool {
	return seesAll(act) || g.Owner == act.Actor.Organisation || g.HasDirective
}

// stateOn is the ground's state on a day, as far as days tell: what changed on a
// day counts for all of it. today is the day of the one who asks.
func (g explainedGround) stateOn(on, today day.Day) string {
	if on == today {
		return g.State
	}
	switch {
	case g.InForceOn.IsZero() || on < g.InForceOn:
		return "pending"
	case !g.EndedOn.IsZero() && g.EndedOn <= on:
		return "ended"
	case slices.ContainsFunc(g.suspensions, func(s suspension) bool { return s.from <= on && (s.until.IsZero() || on < s.until) }):
		return "suspended"
	default:
		return "in-force"
	}
}

// outOfForce is why nothing of the ground applies on a day; empty if it may.
func (g explainedGround) outOfForce(on, today day.Day) string {
	switch g.stateOn(on, today) {
	case "pending":
		return unappliedPending
	case "ended":
		return unappliedEnded
	case "suspended":
		return unappliedSuspended
	}
	if until := max(g.ValidUntil, g.TermUntil); !until.IsZero() && until < on {
		return unappliedTermOver
	}
	if g.Unconfirmed && on == today {
		return unappliedUnconfirmed
	}
	return ""
}

// key is what the ground's plan depends on, on a day.
func (g explainedGround) key(on day.Day) plan.Key {
	return plan.Key{Ground: g.Kind, ListType: g.ListType, Subject: g.SubjectKind, Territory: g.Serves, Region: g.Region, On: on, OtherConduct: len(g.Conducts) > 0 && !slices.Contains(g.Conducts, listing.AbleButRefuses)}
}

func (g explainedGround) decision(on, today day.Day) *Decision {
	d := &Decision{
		Ground: g.ID, Kind: g.Kind, Reference: g.Reference, CaseNumber: g.CaseNumber, OwnerZH: g.OwnerZH, OwnerEN: g.OwnerEN,
		DecidedOn: g.DecidedOn, ServedOn: g.ServedOn, PublishedOn: g.PublishedOn, InForceOn: g.InForceOn, EndedOn: g.EndedOn, State: g.stateOn(on, today),
		NoticeServedOn: g.NoticedOn, WindowUntil: g.WindowUntil, AnnouncedOn: g.AnnouncedOn, Basis: g.Basis, Circumstances: []LegalWord{},
	}
	return d
}

// explainedSubject names the subject, with its name for the court of the ground
// and for overseers, who find it under its id as well.
func (r *Explainer) explainedSubject(act enforcement.Act, g explainedGround) (Subject, error) {
	s := Subject{ID: g.Subject, Kind: g.SubjectKind}
	ofOwner := g.Owner == act.Actor.Organisation && slices.Contains([]enforcement.Role{enforcement.Clerk, enforcement.Judge, enforcement.President}, act.Actor.Role)
	if g.Envelope == nil || (!ofOwner && act.Actor.Role != enforcement.Overseer) {
		return s, nil
	}
	identity, err := r.Parties.OpenIdentity(g.Subject, g.Envelope, g.Sealed)
	s.Name = identity.Name
	return s, err
}
