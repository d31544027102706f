package memoranda

import (
	"slices"

	"github.com/goccy/go-yaml/ast"
)

// checkOfList holds a measure to its list: what it does must be able to travel on
// an entry of that kind, and it must reach somebody who can be entered there.
func (r *reader) checkOfList(n ast.Node, m *Measure, list string) {
	at := slices.IndexFunc(r.catalogue.ListTypes, func(t ListType) bool { return t.Slug == list })
	if at < 0 || m.Mode == "" {
		return
	}
	t := &r.catalogue.ListTypes[at]
	if (t.Kind == Reward && !m.Mode.rewards()) || (t.Kind == Punish && m.Mode == Grant) {
		r.note(r.at(n), "memoranda.wrong-mode", m.Mode, t.Slug)
	}
	reached := slices.DeleteFunc(slices.Clone(m.Reaches), func(reach Reach) bool { return !reach.IsSubject() })
	listed := func(reach Reach) bool { return slices.Contains(t.Subjects, SubjectKind(reach)) }
	if len(reached) > 0 && len(t.Subjects) > 0 && !slices.ContainsFunc(reached, listed) {
		r.note(r.at(n), "memoranda.reaches-nobody", t.Slug)
	}
}

// rewards reports whether a measure of this mode can stand on a list that rewards.
func (m Mode) rewards() bool {
	return m == Grant || m == Publish || m == Honour || m == Inform
}
