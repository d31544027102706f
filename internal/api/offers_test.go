package api_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"concordat/enforcement"
	"concordat/enforcement/ground"
	"concordat/internal/edge"
)

// worlds are the kinds of cases.
var worlds = map[string]func(*testing.T) *world{"listing": setupListingMoves, "administrative": setupAdministrativeMoves, "reward": setupRewardMoves}

// TestWhatIsOfferedIsWhatIsDone goes to every door of a case, in every stage and
// role: what is offered is done; what is not is refused with the reason that was
// told, and nothing is written.
func TestWhatIsOfferedIsWhatIsDone(t *testing.T) {
	t.Parallel()
	for name, set := range worlds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := set(t)
			for _, s := range w.stages {
				c := s.make()
				for _, role := range w.table.People {
					if w.tryRefused(t, s, role, c) {
						continue // not one move is allowed
					}
					c = w.tryAllowed(t, s, role, c)
				}
			}
		})
	}
}

// tryRefused asks for every move that is not offered.
func (w *world) tryRefused(t *testing.T, s stage, role enforcement.Role, c madeCase) (all bool) {
	t.Helper()
	offers, tag := w.offers(role, c)
	before := w.contents()
	all = true
	for i, o := range offers {
		m := &w.table.Moves[i]
		if name := at[string](t, o, "move"); name != string(m.Name) {
			t.Fatalf("%s is offered in the place of %s", name, m.Name)
		}
		if m.Door == "" {
			continue
		}
		if at[bool](t, o, "allowed") {
			all = false
			continue
		}
		if w.doorIsOthers(t, offers, i) {
			continue
		}
		a := w.post(role, c, m, tag, w.valid(m, c))
		if want := at[string](t, o, "because", "code"); a.status < 400 || a.code() != want {
			t.Errorf("%s, %s: %s is not offered for %s, and the answer is %d %s", s.name, role, m.Name, want, a.status, a.text)
		}
	}
	if diff := cmp.Diff(before, w.contents()); diff != "" {
		t.Errorf("%s, %s: something was written:\n%s", s.name, role, diff)
	}
	return all
}

// doorIsOthers reports whether the state picks another move at the same door, which
// then answers for it.
func (w *world) doorIsOthers(t *testing.T, offers []any, i int) bool {
	t.Helper()
	m := &w.table.Moves[i]
	for j, o := range offers {
		other := &w.table.Moves[j]
		if j == i || other.Door != m.Door || m.Choice != nil {
			continue
		}
		if at[bool](t, o, "allowed") || at[string](t, offers[i], "because", "code") == "state.forbidden" && at[string](t, o, "because", "code") != "state.forbidden" {
			return true
		}
	}
	return false
}

// tryAllowed makes every move that is offered, each of a case that stands in the
// stage, and returns one that stands there still.
func (w *world) tryAllowed(t *testing.T, s stage, role enforcement.Role, c madeCase) madeCase {
	t.Helper()
	offers, tag := w.offers(role, c)
	for i, o := range offers {
		m := &w.table.Moves[i]
		if m.Door == "" || !at[bool](t, o, "allowed") {
			continue
		}
		a := w.post(role, c, m, tag, w.valid(m, c))
		if a.status != http.StatusOK {
			t.Errorf("%s, %s: %s is offered, and the answer is %d %s", s.name, role, m.Name, a.status, a.text)
			continue
		}
		c = s.make()
		if _, now := w.offers(role, c); now != tag {
			t.Fatalf("%s: made again it has the version %s instead of %s", s.name, now, tag)
		}
	}
	return c
}

// TestAHoldIsToldBeforehand: while a hold stands, publication is not offered.
func TestAHoldIsToldBeforehand(t *testing.T) {
	t.Parallel()
	w := setupListingMoves(t)
	i := slices.IndexFunc(w.stages, func(s stage) bool { return s.name == "served" })
	c := w.stages[i].make()
	w.want(http.StatusCreated, w.operator, http.MethodPost, "/v1/holds", object{"scope": "court", "organisation": w.Court, "reason": "演示"})
	offers, _ := w.offers(enforcement.Clerk, c)
	publish := slices.IndexFunc(w.table.Moves, func(m ground.Move) bool { return m.Name == ground.MovePublish })
	if code := at[string](t, offers[publish], "because", "code"); code != "hold.standing" {
		t.Errorf("publication is not offered for %s", code)
	}
	w.tryRefused(t, w.stages[i], enforcement.Clerk, c)
}

// TestNeededFieldsAreAskedFor spoils every needed field of every move where the move
// is possible: left out, blank, a choice or number that is none of those, a day to
// come. Each is refused as the table says, and nothing is written.
func TestNeededFieldsAreAskedFor(t *testing.T) {
	t.Parallel()
	for name, set := range worlds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := set(t)
			tried := map[ground.MoveName]bool{}
			for _, s := range w.stages {
				c := s.make()
				before := w.contents()
				for _, role := range w.table.People {
					offers, tag := w.offers(role, c)
					for i, o := range offers {
						m := &w.table.Moves[i]
						if m.Door == "" || tried[m.Name] || !at[bool](t, o, "allowed") {
							continue
						}
						tried[m.Name] = true
						for _, n := range m.Needs {
							w.spoil(t, role, c, m, tag, n)
						}
					}
				}
				if diff := cmp.Diff(before, w.contents()); diff != "" {
					t.Errorf("%s: something was written:\n%s", s.name, diff)
				}
			}
			for i := range w.table.Moves {
				if m := &w.table.Moves[i]; m.Door != "" && len(m.Needs) > 0 && !tried[m.Name] {
					t.Errorf("%s is possible in no stage", m.Name)
				}
			}
		})
	}
}

// spoil sends the valid body with one field spoilt in every way.
func (w *world) spoil(t *testing.T, role enforcement.Role, c madeCase, m *ground.Move, tag string, n ground.Need) {
	t.Helper()
	if n.Optional || n.Rule == ground.RuleNoted {
		return
	}
	valid := w.valid(m, c)
	if _, ok := valid[n.Field]; !ok {
		t.Errorf("%s: the valid body has no %s", m.Name, n.Field)
	}
	left := maps.Clone(valid)
	delete(left, n.Field)
	bodies := []object{left}
	for _, bad := range w.wrong(n) {
		body := maps.Clone(valid)
		body[n.Field] = bad
		bodies = append(bodies, body)
	}
	if len(bodies) < 2 {
		t.Errorf("%s: nothing is wrong for %s %s", m.Name, n.Field, n.Rule)
	}
	for _, body := range bodies {
		a := w.post(role, c, m, tag, body)
		if a.code() != n.Code && a.code() != edge.CodeInvalid {
			t.Errorf("%s with %s %#v: %d %s, want %s", m.Name, n.Field, body[n.Field], a.status, a.text, n.Code)
		}
	}
}

// wrong are values that break a field's rule.
func (w *world) wrong(n ground.Need) []any {
	switch n.Rule {
	case ground.RuleWhy:
		return []any{"", strings.Repeat("演示理由", n.Min)[:3*(n.Min-1)], strings.Repeat("。", 2*n.Min), strings.Repeat("演", n.Min)}
	case ground.RuleText:
		return []any{"", " \t", "\u3000", "—", "\u202e\u200b", strings.Repeat("演", 20_001)}
	case ground.RuleWritten:
		return []any{"", " \t", "\u3000", "\u202e\u200b", strings.Repeat("演", 20_001)}
	case ground.RuleCourtNumber, ground.RuleNumbered:
		return []any{"", "\u3000", "-", "演示", "2025"}
	case ground.RuleOneOf:
		return []any{"", "zzz"}
	case ground.RuleAllOf:
		return []any{[]string{}, slices.Clone(n.Of)[1:], []string{"zzz"}}
	case ground.RulePast:
		return []any{"", w.Day().AddDays(1).String(), "2025-02-30"}
	case ground.RuleDay:
		return []any{"", "2025-02-30"}
	case ground.RuleNumber:
		return []any{n.Min - 1, n.Max + 1}
	case ground.RuleYes:
		return []any{false}
	case ground.RuleNoted:
	}
	return nil
}
