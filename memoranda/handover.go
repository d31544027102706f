package memoranda

import "concordat/memoranda/day"

// Handover is one step by which a role went from one body to another.
type Handover struct {
	From string  `json:"from"`
	To   string  `json:"to"`
	On   day.Day `json:"on"`
	// Precision is "year" when only the year is known; On is then its last day.
	Precision string   `json:"precision,omitempty"`
	Evidence  Evidence `json:"evidence"`
}

// Handovers tells how a body's role for a measure came, by a day, to the body
// that holds it then; no steps where it is that body itself. ok is false where it
// came to another or the slug is unknown.
func (c *Catalogue) Handovers(slug, measure, holder string, on day.Day) (path []Handover, ok bool) {
	body := c.bodies[slug]
	if body == nil {
		return nil, false
	}
	s := body.succession(measure, on)
	if s == nil {
		return nil, slug == holder
	}
	for _, to := range s.To {
		if rest, ok := c.Handovers(to, measure, holder, on); ok {
			step := Handover{From: slug, To: to, On: s.From, Precision: s.Precision, Evidence: s.Evidence}
			return append([]Handover{step}, rest...), true
		}
	}
	return nil, false
}
