package memoranda

import (
	"cmp"
	"reflect"
	"slices"
	"strings"
)

// Difference is one thing that two catalogues, or two editions of a memorandum,
// say differently.
type Difference struct {
	Kind   string `json:"kind"`   // one of [DifferenceKinds]
	Change string `json:"change"` // added, removed, changed
	// Memorandum and Edition are set for editions and their measures; where two
	// editions are compared, of the later.
	Memorandum string `json:"memorandum,omitempty"`
	Edition    string `json:"edition,omitempty"`
	Slug       string `json:"slug,omitempty"`  // what of; an edition of the basic list by its name
	Field      string `json:"field,omitempty"` // as in the file; empty for what is added or removed whole
	// Before and After are the field's values; of lists, Gains and Losses are the
	// entries instead, unless only their order differs.
	Before string   `json:"before,omitempty"`
	After  string   `json:"after,omitempty"`
	Gains  []string `json:"gains,omitempty"`
	Losses []string `json:"losses,omitempty"`
	ZH     string   `json:"zh"`
	EN     string   `json:"en"`
}

// Changes of a [Difference].
const (
	Added   = "added"
	Removed = "removed"
	Changed = "changed"
)

// Kinds of what can differ.
const (
	diffEdition   = "edition"
	diffMeasure   = "measure"
	diffListType  = "list-type"
	diffBody      = "body"
	diffBasis     = "basis"
	diffItem      = "basic-list-item"
	diffBasicList = "basic-list-edition"
)

// DifferenceKinds returns every kind, in the order of [Diff].
func DifferenceKinds() []string {
	return []string{diffEdition, diffMeasure, diffListType, diffBody, diffBasis, diffItem, diffBasicList}
}

// Diff returns what b says differently from a, sorted by kind, then by name. An
// edition that only b has is also compared, measure by measure, with the one that
// it follows in b, or with a's last.
func Diff(a, b *Catalogue) []Difference {
	d := &differing{}
	d.editions(a, b)
	compareAll(d, diffListType, a.ListTypes, b.ListTypes, func(t *ListType) string { return t.Slug })
	compareAll(d, diffBody, a.Bodies, b.Bodies, func(t *Body) string { return t.Slug })
	compareAll(d, diffBasis, a.Bases, b.Bases, func(t *LegalBasis) string { return t.Slug })
	compareAll(d, diffItem, a.BasicList.Items, b.BasicList.Items, func(t *BasicListItem) string { return t.Slug })
	compareAll(d, diffBasicList, a.BasicList.Editions, b.BasicList.Editions, func(t *BasicListEdition) string { return t.Name })
	return d.sorted()
}

// DiffEditions returns what the edition b of a memorandum says differently from
// the edition a, its name and its days among it.
func DiffEditions(a, b *Memorandum) []Difference {
	d := &differing{memorandum: b.Slug, edition: b.Edition}
	d.compareEditions(a, b)
	return d.sorted()
}

// differing gathers differences; memorandum and edition are those at hand.
type differing struct {
	memorandum, edition string
	found               []Difference
}

func (d *differing) sorted() []Difference {
	order := DifferenceKinds()
	slices.SortStableFunc(d.found, func(a, b Difference) int {
		return cmp.Or(
			cmp.Compare(slices.Index(order, a.Kind), slices.Index(order, b.Kind)),
			cmp.Compare(a.Memorandum, b.Memorandum), cmp.Compare(a.Edition, b.Edition),
		)
	})
	return d.found
}

func (d *differing) note(one Difference) {
	one.Memorandum, one.Edition = d.memorandum, d.edition
	one.ZH, one.EN = one.words()
	d.found = append(d.found, one)
}

func (d *differing) editions(a, b *Catalogue) {
	for i := range b.Memoranda {
		m := &b.Memoranda[i]
		d.memorandum, d.edition = m.Slug, m.Edition
		if before := a.Memorandum(m.Slug, m.Edition); before != nil {
			d.compareEditions(before, m)
			continue
		}
		d.note(Difference{Kind: diffEdition, Change: Added, Slug: m.Slug})
		if before := followed(a, b, i); before != nil {
			d.compareMeasures(before, m)
		}
	}
	for i := range a.Memoranda {
		if m := &a.Memoranda[i]; b.Memorandum(m.Slug, m.Edition) == nil {
			d.memorandum, d.edition = m.Slug, m.Edition
			d.note(Difference{Kind: diffEdition, Change: Removed, Slug: m.Slug})
		}
	}
	d.memorandum, d.edition = "", ""
}

// followed is the edition before the i-th of b, or else the last of a that begins
// no later.
func followed(a, b *Catalogue, i int) *Memorandum {
	m := &b.Memoranda[i]
	if i > 0 && b.Memoranda[i-1].Slug == m.Slug {
		return &b.Memoranda[i-1]
	}
	for j := range slices.Backward(a.Memoranda) {
		if a.Memoranda[j].Slug == m.Slug && a.Memoranda[j].From <= m.From {
			return &a.Memoranda[j]
		}
	}
	return nil
}

func (d *differing) compareEditions(a, b *Memorandum) {
	d.compare(diffEdition, b.Slug, reflect.ValueOf(*a), reflect.ValueOf(*b))
	d.compareMeasures(a, b)
}

func (d *differing) compareMeasures(a, b *Memorandum) {
	compareAll(d, diffMeasure, a.Measures, b.Measures, func(m *Measure) string { return m.Slug })
}

// compareAll pairs entries by name: those of b in their order, then those that only
// a has.
func compareAll[T any](d *differing, kind string, a, b []T, name func(*T) string) {
	find := func(in []T, wanted string) *T {
		for i := range in {
			if name(&in[i]) == wanted {
				return &in[i]
			}
		}
		return nil
	}
	for i := range b {
		slug := name(&b[i])
		if before := find(a, slug); before != nil {
			d.compare(kind, slug, reflect.ValueOf(*before), reflect.ValueOf(b[i]))
		} else {
			d.note(Difference{Kind: kind, Change: Added, Slug: slug})
		}
	}
	for i := range a {
		if slug := name(&a[i]); find(b, slug) == nil {
			d.note(Difference{Kind: kind, Change: Removed, Slug: slug})
		}
	}
}

// compare compares two structs field by field, as their files name the fields. What
// is compared entry by entry elsewhere, or names the struct itself, is left out.
func (d *differing) compare(kind, slug string, a, b reflect.Value) {
	for _, f := range reflect.VisibleFields(a.Type()) {
		name := fieldName(f)
		if name == "" || (kind == diffEdition && name == "measures") {
			continue
		}
		before, after := a.FieldByIndex(f.Index), b.FieldByIndex(f.Index)
		one := Difference{Kind: kind, Change: Changed, Slug: slug, Field: name, Before: shown(before), After: shown(after)}
		if one.Before == one.After {
			continue
		}
		if f.Type.Kind() == reflect.Slice {
			one.Losses, one.Gains = without(entries(before), entries(after)), without(entries(after), entries(before))
			if len(one.Losses)+len(one.Gains) > 0 {
				one.Before, one.After = "", ""
			}
		}
		d.note(one)
	}
}

// fieldName is what a file calls a field; nothing for what is no part of a file.
func fieldName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	if !f.IsExported() || name == "-" {
		return ""
	}
	return name
}

func entries(v reflect.Value) []string {
	all := make([]string, v.Len())
	for i := range v.Len() {
		all[i] = shown(v.Index(i))
	}
	return all
}

func without(all, those []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(s string) bool { return slices.Contains(those, s) })
}
