package memoranda

import (
	"slices"

	"concordat/memoranda/day"
)

// With is the catalogue as it would be if the edition in a file stood from its own
// first day: editions of the same memorandum that begin then or later are not in
// it, and the one before ends the day before. Unlike [Next] it may so replace what
// is there; it serves to look at a file, not to adopt it. The error is [Mistakes],
// in which the file is named as given.
func (c *Catalogue) With(file string, source []byte) (*Catalogue, *Memorandum, error) {
	alone := newLoader()
	r := &reader{loader: alone, file: file}
	root := r.parse(source)
	if root == nil || r.refused(root) {
		return nil, nil, alone.found.sorted()
	}
	editionReader{r}.memorandum(root)
	head := alone.catalogue.Memoranda[0]
	var texts []text
	for i := range c.Memoranda {
		m := &c.Memoranda[i]
		t := m.text()
		if t.file == file { // two files of one name would be taken for one
			t.file = m.Slug + "@" + m.From.String()
		}
		if m.Slug == head.Slug {
			if m.From >= head.From {
				continue
			}
			t.stands.until = earlier(m.Until, head.From.AddDays(-1))
		}
		texts = append(texts, t)
	}
	with, err := assemble(c.reference, append(texts, text{file, slices.Clone(source), period{}}))
	if err != nil {
		return nil, nil, err
	}
	return with, with.beginning(head.Slug, head.From), nil
}

// earlier is the earlier of two last days, of which a zero is open.
func earlier(a, b day.Day) day.Day {
	if a.IsZero() || b < a {
		return b
	}
	return a
}
