package memoranda

import (
	"slices"

	"concordat/memoranda/day"
)

// NoEdition is the code of a [Standing] whose edition is not in force on the day,
// or whose own status keeps it out; [Catalogue.Resolve] passes such an edition
// over.
const NoEdition = "edition-not-in-force"

// Standing says how a measure stands on a day, whoever is entered on its list: on
// the one kind of ground that its mode travels on, and for all kinds of subject
// that can be on the list.
type Standing struct {
	Memorandum *Memorandum
	Measure    *Measure
	// Ground is empty for what never travels.
	Ground GroundKind
	// Subjects are the kinds it would reach; none if it is held back.
	Subjects []SubjectKind
	// Code says why it travels, or what holds it back: the first condition that
	// fails for the kind of subject that comes furthest.
	Code string
	// In is what the first of Subjects would get; nil if there are none.
	In *Inclusion
}

// Travels reports whether the measure would reach anybody.
func (s *Standing) Travels() bool { return s.In != nil }

// Reason is the code in words.
func (s *Standing) Reason() Reason {
	if s.Code == NoEdition {
		return Reason{NoEdition, "当日该备忘录版本不在有效期内，或其现状不允许适用", "on that day this edition is not in force, or its status keeps it out"}
	}
	return reasons[s.Code]
}

// TravelsOn returns the kind of ground on which a measure of the mode travels where
// its list is of the kind, and whether there is one.
func (m Mode) TravelsOn(list ListKind) (GroundKind, bool) {
	for _, ground := range GroundKinds() {
		if groundCode(m, list, ground) == "" {
			return ground, true
		}
	}
	return "", false
}

// Standings says of every measure of an edition, in its order, how it stands on a
// day. m must be of the index's catalogue.
func (x *Index) Standings(m *Memorandum, on day.Day) []Standing {
	all := make([]Standing, len(m.Measures))
	for i := range m.Measures {
		measure := &m.Measures[i]
		all[i] = Standing{Memorandum: m, Measure: measure, Code: NoEdition}
		x.stand(&all[i], x.catalogue.listTypes[m.ListOf(measure)], on)
	}
	return all
}

func (x *Index) stand(s *Standing, t *ListType, on day.Day) {
	var travels bool
	if s.Ground, travels = s.Measure.Mode.TravelsOn(t.Kind); !travels {
		s.Code = groundCode(s.Measure.Mode, t.Kind, OnListing)
		return
	}
	for _, subject := range t.Subjects {
		v, found := x.verdict(t.Slug, s, subject, on)
		switch {
		case !found:
		case v.Included():
			if s.In == nil {
				s.In, s.Code = v.In, v.Code
			}
			s.Subjects = append(s.Subjects, subject)
		case s.In == nil && (s.Code == NoEdition || !ofSubject(v.Code)):
			s.Code = v.Code
		}
	}
}

// ofSubject reports whether a code speaks of whom a measure reaches: another kind
// of subject may come further.
func ofSubject(code string) bool {
	return code == ExcludedDoesNotReachSubject || code == ExcludedAnsweredOnStatusCheck
}

// verdict looks one measure up.
func (x *Index) verdict(listType string, s *Standing, subject SubjectKind, on day.Day) (Verdict, bool) {
	t := &x.tables[slices.Index(GroundKinds(), s.Ground)*len(SubjectKinds())+slices.Index(SubjectKinds(), subject)]
	for _, b := range x.blocks[listType] {
		if b.memorandum != s.Memorandum || !within(on, b.from, b.until) {
			continue
		}
		at := slices.Index(b.measures, s.Measure)
		b.first, b.measures = b.first+at, b.measures[at:at+1]
		var one [1]Verdict
		return x.append(one[:0], &b, t, on)[0], true
	}
	return Verdict{}, false
}
