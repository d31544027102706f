package memoranda

import (
	"cmp"
	"slices"
	"strings"

	"concordat/memoranda/day"
)

// span is a validity that may not overlap others of its family.
type span struct {
	family, name string
	from, until  day.Day
	// strict spans without an end last for ever; others end where the next begins.
	strict bool
	at     place
}

// checkOverlaps compares each span with the one that begins next before it.
func (l *loader) checkOverlaps() {
	slices.SortStableFunc(l.spans, func(a, b span) int {
		return cmp.Or(cmp.Compare(a.family, b.family), cmp.Compare(a.from, b.from), cmp.Compare(a.at.String(), b.at.String()))
	})
	for i := 1; i < len(l.spans); i++ {
		before, s := l.spans[i-1], l.spans[i]
		if before.family != s.family || before.from.IsZero() {
			continue
		}
		endless := before.until.IsZero() && before.strict
		if endless || before.from == s.from || (!before.until.IsZero() && before.until >= s.from) {
			l.note(s.at, "memoranda.overlap", before.name)
		}
	}
}

// checkCycles walks the successions of every body, each body once.
func (l *loader) checkCycles() {
	bodies := make(map[string]*Body, len(l.catalogue.Bodies))
	for i := range l.catalogue.Bodies {
		bodies[l.catalogue.Bodies[i].Slug] = &l.catalogue.Bodies[i]
	}
	const open, closed = 1, 2
	state := make(map[string]int, len(bodies))
	var trail []string
	var walk func(slug string)
	walk = func(slug string) {
		body := bodies[slug]
		if body == nil || state[slug] == closed {
			return
		}
		if state[slug] == open {
			round := append(slices.Clone(trail[slices.Index(trail, slug):]), slug)
			l.note(l.names[kindBody][slug], "memoranda.succession-cycle", strings.Join(round, " → "))
			return
		}
		state[slug] = open
		trail = append(trail, slug)
		for _, s := range body.Successions {
			for _, to := range s.To {
				walk(to)
			}
		}
		trail = trail[:len(trail)-1]
		state[slug] = closed
	}
	for _, b := range l.catalogue.Bodies {
		if b.Slug != "" {
			walk(b.Slug)
		}
	}
}
