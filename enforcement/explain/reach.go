package explain

import (
	"context"
	"fmt"

	"concordat/enforcement/plan"
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
	// OtherConduct: for a court's listing on conduct 2 to 6 alone (法释〔2017〕7号 Art. 1).
	OtherConduct bool
}

// Reach is what reaches a kind of subject, what does not and why, and, where a
// territory was given, who carries it out there and which bodies nobody stands for.
type Reach struct {
	memoranda.Resolution

	Lines []plan.Line
	Gaps  []plan.Gap
}

// Reach answers the question for everybody: what was agreed is public.
func (r *Explainer) Reach(ctx context.Context, q Reaching) (Reach, error) {
	if err := r.Plans.Refresh(ctx); err != nil {
		return Reach{}, err
	}
	text := r.Plans.Text()
	resolution, err := text.Catalogue.Resolve(memoranda.Question{
		ListType: q.ListType, Subject: q.Subject, On: q.On, Ground: q.Ground, OtherConduct: q.OtherConduct, Attested: text.Attested, RequireAttestation: !q.Unattested,
	})
	if err != nil {
		return Reach{}, fmt.Errorf("resolve %s for a %s: %w", q.ListType, q.Subject, err)
	}
	reach := Reach{Resolution: resolution}
	if q.Territory == "" {
		return reach, nil
	}
	organisations, err := r.Parties.Organisations(ctx)
	if err != nil {
		return Reach{}, err
	}
	key := plan.Key{Ground: q.Ground, ListType: q.ListType, Subject: q.Subject, Territory: q.Territory, Region: q.Region, On: q.On}
	p := text.Assign(resolution, key, organisations)
	reach.Gaps = p.Gaps
	for _, line := range p.Shares {
		names := make([]string, 0, len(line.Measures))
		for _, number := range line.Measures {
			n := r.Plans.MeasureName(number)
			names = append(names, n.Memorandum+"/"+n.Slug)
		}
		reach.Lines = append(reach.Lines, plan.Line{Organisation: line.Organisation, Measures: names})
	}
	return reach, nil
}

// MeasureOn explains what carries a measure on a day, for no subject in
// particular: which bodies' organisations stand is not said. ok is false where no
// edition has it.
func (r *Explainer) MeasureOn(name plan.MeasureName, on day.Day) (e Measure, ok bool) {
	l := r.library()
	e, ok = l.measure(name, memoranda.LegalPerson, on)
	if ok {
		_, measure, _ := l.locate(name, on)
		e.Territory = measure.Territory
	}
	return e, ok
}
