package memoranda

import (
	"slices"

	"concordat/memoranda/day"
)

// Body returns the roles that hold a body's role on a day, sorted: the body
// itself, or, after successions that concern the role as a whole, its
// successors. An unknown slug gives nothing.
func (c *Catalogue) Body(slug string, on day.Day) []string {
	return c.successors(nil, slug, "", on)
}

// BodyFor is [Catalogue.Body] for one measure: where a succession concerns that
// measure alone it goes before the general one.
func (c *Catalogue) BodyFor(slug, measure string, on day.Day) []string {
	return c.successors(nil, slug, measure, on)
}

// currentRoles returns who holds a measure on a day, each once, sorted.
func (c *Catalogue) currentRoles(m *Measure, on day.Day) []string {
	roles := make([]string, 0, len(m.Bodies)+1)
	for _, slug := range m.Bodies {
		roles = c.successors(roles, slug, m.Slug, on)
	}
	return roles
}

// successors inserts into the sorted roles. It ends because the loader refuses
// cycles.
func (c *Catalogue) successors(roles []string, slug, measure string, on day.Day) []string {
	body := c.bodies[slug]
	if body == nil {
		return roles
	}
	s := body.succession(measure, on)
	if s == nil {
		if at, found := slices.BinarySearch(roles, slug); !found {
			roles = slices.Insert(roles, at, slug)
		}
		return roles
	}
	for _, to := range s.To {
		roles = c.successors(roles, to, measure, on)
	}
	return roles
}

// succession returns the one that governs: for the measure alone before the
// general, and of each the latest begun.
func (b *Body) succession(measure string, on day.Day) *Succession {
	var general *Succession
	for i := range slices.Backward(b.Successions) {
		s := &b.Successions[i]
		switch {
		case s.From > on:
		case len(s.Measures) > 0:
			if slices.Contains(s.Measures, measure) {
				return s
			}
		case general == nil:
			general = s
		}
	}
	return general
}
