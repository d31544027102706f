package memoranda

import (
	"slices"
	"testing"

	"concordat/memoranda/day"
)

// TestInvariant28_WholeCatalogue: on every list, for every kind of subject and
// ground, on every day on which anything changes, what is included rests on a
// basis in force that suffices and on the basic list of that day, travels on the
// ground that its mode allows, and stands on a list that has a footing.
func TestInvariant28_WholeCatalogue(t *testing.T) {
	t.Parallel()
	c := embedded(t)
	reached := make(map[string]bool)
	for _, on := range boundaries(c) {
		list := c.BasicListOn(on)
		for i := range c.ListTypes {
			for _, kind := range SubjectKinds() {
				for _, ground := range GroundKinds() {
					r := resolve(t, c, Question{ListType: c.ListTypes[i].Slug, Subject: kind, On: on, Ground: ground})
					for _, in := range r.Included {
						reached[c.ListTypes[i].Slug] = true
						if why := c.unlawful(&c.ListTypes[i], list, ground, on, &in); why != "" {
							t.Errorf("%s, %s, %s, %s: %s/%s %s", c.ListTypes[i].Slug, kind, ground, on, in.Memorandum, in.Measure.Slug, why)
						}
					}
				}
			}
		}
	}
	for _, list := range []string{"judgment-debtor", "major-tax-violation", "a-rated-taxpayer", "aeo-enterprise"} {
		if !reached[list] {
			t.Errorf("nothing ever travels on %s: the test shows nothing of it", list)
		}
	}
}

// unlawful says why an inclusion should not have been one; nothing if all is well.
func (c *Catalogue) unlawful(t *ListType, list *BasicListEdition, ground GroundKind, on day.Day, in *Inclusion) string {
	m := in.Measure
	suffices := func(one Citation) bool {
		b := c.Basis(one.Basis)
		rank := slices.Contains([]BasisKind{Law, Regulation, JudicialInterpretation, CentralPolicy, StateCouncilPolicy}, b.Kind)
		return within(on, b.From, b.Until) && (m.Mode == Grant || (rank && one.Article+one.Clause != ""))
	}
	wanted := map[Mode]GroundKind{Consumption: OnOrder, Exit: OnCourtRequest, Assist: OnCourtRequest, Grant: OnReward}[m.Mode]
	if wanted == "" {
		wanted = map[ListKind]GroundKind{Punish: OnListing, Reward: OnReward}[t.Kind]
	}
	switch {
	case m.Mode == Criminal:
		return "is criminal liability"
	case ground != wanted:
		return "travels on " + string(ground)
	case !slices.ContainsFunc(in.Bases, suffices):
		return "has no sufficient basis in force"
	case m.Status != InForce && m.Status != Moved:
		return "is " + string(m.Status)
	case c.Footing(t, on) == FootingNone:
		return "stands on a list without a footing"
	case t.Kind == Punish && m.Mode != Assist && (list == nil || !slices.Contains(list.Items, m.BasicListItem)):
		return "is on no basic list of that day"
	case m.Evidence == Unverified:
		return "is unverified"
	}
	return ""
}
