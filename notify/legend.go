package notify

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"concordat/enforcement/directive"
	"concordat/enforcement/plan"
	"concordat/enforcement/register"
	"concordat/memoranda"
	"concordat/memoranda/day"
	"concordat/notify/wire"
)

// legend holds, for each measure's number, its name and explanation as JSON.
// It is made from a catalogue and never changes; one of a later catalogue takes its
// place.
type legend struct {
	catalogue *memoranda.Catalogue
	on        day.Day

	names map[int16][]byte // quoted "memorandum/slug"
	words map[int16][]byte // "memorandum/slug":{…}
}

// legendFor is the legend that explains what items carry. An edition that was
// adopted since, by this process or another, may have brought measures that the one
// at hand does not know.
func (d *Drainer) legendFor(ctx context.Context, items []directive.Item) (*legend, error) {
	l, today := d.legend.Load(), d.c.Register.Record.Today(d.c.Legal())
	if l.knows(items) && l.on == today && l.catalogue == d.c.Register.Plans.Catalogue() {
		return l, nil
	}
	if err := d.c.Register.Plans.Refresh(ctx); err != nil {
		return nil, err //nolint:wrapcheck // says what it was doing
	}
	newer := newLegend(d.c.Register, d.c.Register.Plans.Catalogue(), today)
	for i := range items {
		for _, m := range items[i].Measures {
			if newer.names[m] == nil { // a measure of a text that this programme cannot read
				name := d.c.Register.Plans.MeasureName(m)
				newer.names[m] = wire.AppendString(nil, name.Memorandum+"/"+name.Slug)
			}
		}
	}
	d.legend.Store(&newer)
	return &newer, nil
}

// knows reports whether every measure of the items has a name.
func (l *legend) knows(items []directive.Item) bool {
	for i := range items {
		for _, m := range items[i].Measures {
			if l.names[m] == nil {
				return false
			}
		}
	}
	return true
}

// newLegend explains every measure as the edition of a day words it; where none
// is in force that day, the newest before it.
func newLegend(r *register.Offices, c *memoranda.Catalogue, on day.Day) legend {
	l := legend{catalogue: c, on: on, names: map[int16][]byte{}, words: map[int16][]byte{}}
	for i := range c.Memoranda { // sorted by slug, then by first day: later editions overwrite
		m := &c.Memoranda[i]
		for n := range m.Measures {
			measure := &m.Measures[n]
			number, ok := r.Plans.MeasureNumber(plan.MeasureName{Memorandum: m.Slug, Slug: measure.Slug})
			if _, have := l.words[number]; !ok || (have && m.From > on) {
				continue
			}
			name := wire.AppendString(nil, m.Slug+"/"+measure.Slug)
			words := wire.Measure{ZH: measure.ZH, EN: measure.EN, Mode: string(measure.Mode), Basis: citations(c, measure.Bases)}
			text, err := json.Marshal(words)
			if err != nil {
				continue // strings always marshal
			}
			l.names[number] = name
			l.words[number] = append(append(slices.Clip(name), ':'), text...)
		}
	}
	return l
}

// citations writes each basis as its title with the article or clause.
func citations(c *memoranda.Catalogue, list []memoranda.Citation) []string {
	texts := make([]string, 0, len(list))
	for _, citation := range list {
		basis := c.Basis(citation.Basis)
		if basis == nil {
			continue
		}
		parts := []string{basis.Title}
		for _, part := range []string{first(citation.Article, basis.Article), first(citation.Clause, basis.Clause)} {
			if part != "" {
				parts = append(parts, part)
			}
		}
		texts = append(texts, strings.Join(parts, " "))
	}
	return texts
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
