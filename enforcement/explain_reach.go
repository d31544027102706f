package enforcement

import (
	"context"
	"fmt"

	"concordat/memoranda"
	"concordat/memoranda/day"
)

// Reaching asks what reaches a kind of subject: about nobody in particular.
type Reaching struct {
	ListType string
	Subject  memoranda.SubjectKind
	Ground   memoranda.GroundKind
	On       day.Day
	// Territory is the region that the list's owner serves, Region the subject's;
	// both prefixes of GB/T 2260 codes. Without a Territory it is not asked who
	// carries the measures out.
	Territory, Region string
	// Unattested also includes what nobody attested, which is never sent.
	Unattested bool
}

// Reach is what reaches a kind of subject, what does not and why, and, where a
// territory was given, who carries it out there and which bodies nobody stands for.
type Reach struct {
	memoranda.Resolution

	Lines []PlanLine
	Gaps  []Gap
}

// Reach answers the question for everybody: what was agreed is public.
func (r *Register) Reach(ctx context.Context, q Reaching) (Reach, error) {
	if err := r.Refresh(ctx); err != nil {
		return Reach{}, err
	}
	known := r.known()
	resolution, err := known.catalogue.Resolve(memoranda.Question{
		ListType: q.ListType, Subject: q.Subject, On: q.On, Ground: q.Ground, Attested: known.attested, RequireAttestation: !q.Unattested,
	})
	if err != nil {
		return Reach{}, fmt.Errorf("resolve %s for a %s: %w", q.ListType, q.Subject, err)
	}
	reach := Reach{Resolution: resolution}
	if q.Territory == "" {
		return reach, nil
	}
	organisations, err := r.Organisations(ctx)
	if err != nil {
		return Reach{}, err
	}
	key := planKey{ground: q.Ground, listType: q.ListType, subject: q.Subject, territory: q.Territory, region: q.Region, on: q.On}
	p := known.assign(resolution, key, organisations)
	reach.Gaps = p.gaps
	for _, line := range p.lines {
		names := make([]string, 0, len(line.measures))
		for _, number := range line.measures {
			n := r.MeasureName(number)
			names = append(names, n.Memorandum+"/"+n.Slug)
		}
		reach.Lines = append(reach.Lines, PlanLine{line.organisation, names})
	}
	return reach, nil
}

// MeasureOn explains what carries a measure on a day, for no subject in
// particular: which bodies' organisations stand is not said. ok is false where no
// edition has it.
func (r *Register) MeasureOn(name MeasureName, on day.Day) (e ExplainedMeasure, ok bool) {
	l := r.library()
	e, ok = l.measure(name, memoranda.LegalPerson, on)
	if ok {
		_, measure, _ := l.locate(name, on)
		e.Territory = measure.Territory
	}
	return e, ok
}
