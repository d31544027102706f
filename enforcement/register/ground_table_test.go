package register_test

import (
	"fmt"
	"slices"
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/administrative"
	"concordat/enforcement/ground"
	"concordat/enforcement/kinds"
	"concordat/enforcement/listing"
	"concordat/enforcement/reward"
)

// Each table says all that its readers rely on, and nothing that it contradicts.
func TestTablesAreWhole(t *testing.T) {
	t.Parallel()
	slugs, rows := map[string]bool{}, map[string]bool{}
	for _, kind := range kinds.All() {
		if slugs[kind.Slug] || rows[kind.Rows] {
			t.Errorf("a second kind is called %s, or stands in %s", kind.Slug, kind.Rows)
		}
		slugs[kind.Slug], rows[kind.Rows] = true, true
		t.Run(kind.Slug, func(t *testing.T) {
			t.Parallel()
			for _, fault := range slices.Concat(wholeTable(kind), wholeStates(kind), wholeDoors(kind)) {
				t.Error(fault)
			}
			for i := range kind.Moves {
				m := &kind.Moves[i]
				for _, fault := range slices.Concat(wholeMove(kind, m), wholeEffect(kind, m), wholeNeeds(m)) {
					t.Errorf("%s: %s", m.Name, fault)
				}
			}
		})
	}
}

// faults collects what is not as it should be.
type faults []string

func (f *faults) unless(ok bool, format string, args ...any) {
	if !ok {
		*f = append(*f, fmt.Sprintf(format, args...))
	}
}

func wholeTable(kind *ground.Table) (f faults) {
	f.unless(kind.Slug != "" && kind.ZH != "" && kind.EN != "" && kind.Collection != "", "it has no name, no words or no address")
	f.unless(kind.Rows != "" && kind.OwnerColumn != "" && kind.ListColumn != "", "it does not say where its rows stand")
	f.unless(len(kind.People) > 0 && !slices.Contains(kind.People, enforcement.System), "its people are %v", kind.People)
	f.unless(len(kind.Before) > 0 && len(kind.Live) > 0 && len(kind.Ended) > 0, "it has no beginning, no life or no end")
	seen := map[ground.State]bool{}
	for _, s := range kind.States() {
		f.unless(!seen[s], "the state %s stands twice", s)
		seen[s] = true
	}
	for _, s := range kind.Waits {
		f.unless(slices.Contains(kind.Before, s), "it waits in %s, which is not before publication", s)
	}
	names := map[ground.MoveName]bool{}
	for _, m := range kind.Moves {
		f.unless(!names[m.Name], "%s has two rows", m.Name)
		names[m.Name] = true
	}
	return f
}

// notFromEverywhere are the ends that some states in force do not have: a reward
// under review ends by its review, and only such a one does.
var notFromEverywhere = map[ground.MoveName][]ground.State{
	"end":              {"under-review"},
	"end-after-review": {"in-force"},
}

func wholeStates(kind *ground.Table) (f faults) {
	reached := map[ground.State]bool{kind.Before[0]: true}
	for _, s := range kind.States() {
		var ways, ends int
		for _, m := range kind.Moves {
			from := slices.Contains(m.From, s)
			if !from && !slices.Contains(m.Stays, s) {
				if m.Effect == ground.EffectEnds && kind.IsLive(s) {
					f.unless(kind.Slug == "reward" && slices.Contains(notFromEverywhere[m.Name], s), "%s cannot end by %s", s, m.Name)
				}
				continue
			}
			ways++
			if kind.IsEnded(m.To) {
				ends++
			}
			if from {
				reached[m.To], reached[m.Or] = true, true
			}
		}
		f.unless(kind.IsEnded(s) == (ways == 0), "%d moves lead on from %s", ways, s)
		f.unless(kind.IsEnded(s) || ends > 0, "%s never ends", s)
	}
	for _, s := range kind.States() {
		f.unless(reached[s], "nothing leads to %s", s)
	}
	return f
}

// wholeDoors: of several moves behind one door the request or the state picks one.
func wholeDoors(kind *ground.Table) (f faults) {
	for i, a := range kind.Moves {
		f.unless(a.Door != "" || slices.Equal(a.Roles, []enforcement.Role{enforcement.System}), "%s is for %v and nobody can ask for it", a.Name, a.Roles)
		f.unless(a.Choice == nil || (a.Door != "" && a.Choice.Field != "" && a.Choice.Value != ""), "%s is picked by nothing, or behind no door", a.Name)
		for _, b := range kind.Moves[i+1:] {
			if a.Door == "" || a.Door != b.Door {
				continue
			}
			chosen := a.Choice != nil && b.Choice != nil && a.Choice.Field == b.Choice.Field && a.Choice.Value != b.Choice.Value
			disjoint := !slices.ContainsFunc(slices.Concat(a.From, a.Stays), func(s ground.State) bool { return slices.Contains(b.From, s) || slices.Contains(b.Stays, s) })
			f.unless(chosen || disjoint, "nothing picks between %s and %s", a.Name, b.Name)
		}
	}
	return f
}

func wholeMove(kind *ground.Table, m *ground.Move) (f faults) {
	states := kind.States()
	f.unless(m.Name != "" && m.ZH != "" && m.EN != "", "it has no words in both languages")
	f.unless(m.Source.Text != "" || m.Source.Ours || m.Source.ByList, "it has no source")
	f.unless(m.Event != "", "the log has no name for it")
	f.unless(slices.Contains([]ground.Group{ground.GroupAdvance, ground.GroupCorrect, ground.GroupEnd, ground.GroupBrake, ground.GroupRemedy}, m.Group), "its group is %q", m.Group)
	f.unless(len(m.Roles) > 0, "nobody may make it")
	for _, role := range m.Roles {
		f.unless(role == enforcement.System || slices.Contains(kind.People, role), "%s is none of its people", role)
		f.unless(m.Signer == "" || role != enforcement.System, "the system decides")
	}
	f.unless(len(m.From) > 0, "it is possible nowhere")
	for _, s := range slices.Concat(m.From, m.Stays) {
		f.unless(slices.Contains(states, s), "it starts in %q, which is no state", s)
		f.unless(!kind.IsEnded(s), "it leads out of %s", s)
		f.unless(m.Instead[s] == "", "in %s it is possible and refused", s)
	}
	for _, s := range m.Stays {
		f.unless(!slices.Contains(m.From, s) && m.To != "", "it stays in %s anyway", s)
	}
	f.unless(m.To == "" || slices.Contains(states, m.To), "it leads to %q, which is no state", m.To)
	f.unless(m.Or == "" || (m.To != "" && m.Or != m.To && slices.Contains(states, m.Or)), "it may lead to %q", m.Or)
	for s, code := range m.Instead {
		f.unless(slices.Contains(states, s) && known(code), "in %q it is refused by %q", s, code)
	}
	f.unless(m.Signer == "" || known(m.Signer), "who may not sign is refused by %q", m.Signer)
	f.unless((len(m.NotBy) == 0) == (m.Second == "") && (m.Second == "" || known(m.Second)), "the second person is %q, refused by %q", m.NotBy, m.Second)
	for _, p := range m.NotBy {
		f.unless(slices.Contains(ground.Persons(), p), "nobody knows who %q is", p)
	}
	// Who signs is another than who drafted, in every kind of case; and what takes a favour
	// away is nobody's alone.
	f.unless(m.Signer == "" || slices.Contains(m.NotBy, ground.Drafter), "who drafted it signs it")
	f.unless(m.Signer == "" || kind.Move("propose") == nil || slices.Contains(m.NotBy, ground.Proposer), "who proposed it signs it")
	f.unless(!kind.Favours || m.Effect != ground.EffectEnds || m.Door == "" || len(m.NotBy) > 0, "one person takes it away")
	// What burdens somebody again is nobody's alone, in every kind of case.
	f.unless(m.Effect != ground.EffectResumes || kind.Favours || slices.Equal(m.NotBy, ground.NotTwice), "who suspended or drafted it gives it back")
	return f
}

// wholeEffect: where a move leads and what it does to the directives are one thing.
func wholeEffect(kind *ground.Table, m *ground.Move) (f faults) {
	over := m.Effect == ground.EffectEnds || m.Effect == ground.EffectGivesUp
	f.unless(over == kind.IsEnded(m.To), "it leads to %q and %s", m.To, m.Effect)
	f.unless(!over || m.Group == ground.GroupEnd || m.Group == ground.GroupRemedy, "it ends and is for %s", m.Group)
	f.unless(!over || slices.Contains(m.Stops, ground.Every), "it ends and clocks go on: %v", m.Stops)
	f.unless(len(m.Stops) == 1 || !slices.Contains(m.Stops, ground.Every), "it stops every clock, and %v", m.Stops)
	for _, s := range m.From {
		live := kind.IsLive(s)
		switch m.Effect {
		case ground.EffectInForce:
			f.unless(!live && kind.IsLive(m.To), "it puts in force from %s to %q", s, m.To)
		case ground.EffectGivesUp:
			f.unless(!live, "it gives up what is in force, in %s", s)
		case ground.EffectAmends, ground.EffectSuspends, ground.EffectResumes:
			f.unless(live && (m.To == "" || kind.IsLive(m.To)), "it %s in %s", m.Effect, s)
		case ground.EffectNone:
			f.unless(live == (kind.IsLive(m.To) || (m.To == "" && live)), "it leads from %s to %q and nothing goes out", s, m.To)
		case ground.EffectEnds:
		default:
			f.unless(false, "its effect is %q", m.Effect)
		}
	}
	for _, d := range m.Starts {
		f.unless(d.Kind != "" && (d.Period.Value == 0 || (d.Period.Unit != "" && d.Period.Source != "")), "it starts the clock %+v", d)
	}
	return f
}

func wholeNeeds(m *ground.Move) (f faults) {
	fields := map[string]bool{}
	for _, n := range m.Needs {
		f.unless(n.Field != "" && !fields[n.Field], "the field %q stands twice, or has no name", n.Field)
		fields[n.Field] = true
		f.unless(known(n.Code), "%s is refused by %q", n.Field, n.Code)
		f.unless((n.ZH == "") == (n.EN == ""), "%s is told in one language", n.Field)
		f.unless((n.Rule == ground.RuleOneOf || n.Rule == ground.RuleAllOf) == (len(n.Of) > 0), "%s is %s of %v", n.Field, n.Rule, n.Of)
		f.unless(n.Rule != ground.RuleNumber || (n.Min >= 0 && n.Max > n.Min && (n.Optional || n.Min > 0)), "%s is a number from %d to %d", n.Field, n.Min, n.Max)
		f.unless(n.Rule != ground.RuleWhy || n.Min > 0, "%s may say nothing", n.Field)
		f.unless(n.Rule != ground.RuleNoted || n.EN != "", "%s has a rule that is not told", n.Field)
		f.unless(slices.Contains([]ground.Rule{
			ground.RuleText, ground.RuleWhy, ground.RuleWritten, ground.RuleCourtNumber, ground.RuleNumbered, ground.RuleDay, ground.RulePast, ground.RuleOneOf,
			ground.RuleAllOf, ground.RuleNumber, ground.RuleYes, ground.RuleNoted,
		}, n.Rule), "%s must be %q", n.Field, n.Rule)
	}
	return f
}

func known(code string) bool { return slices.Contains(enforcement.Codes(), code) }

// What a text or a rule of ours says of one kind alone.
func TestWhatEachTableHoldsAlone(t *testing.T) {
	t.Parallel()
	listing, administrative, reward := listing.Table(), administrative.Table(), reward.Table()
	from := func(kind *ground.Table, name ground.MoveName) (list []ground.State) {
		for _, s := range kind.States() {
			if _, err := kind.After(s, name); err == nil {
				list = append(list, s)
			}
		}
		return list
	}
	for _, row := range []struct {
		what string
		kind *ground.Table
		move ground.MoveName
		want []ground.State
	}{
		{"every state before publication can be abandoned", listing, ground.MoveAbandon, listing.Before},
		{"every state before publication can be abandoned", administrative, ground.MoveAbandon, administrative.Before},
		{"nothing is decided while a statement waits", administrative, "decide", []ground.State{"notified", "answered"}},
		{"an owner cannot go round a review", reward, "end", []ground.State{ground.Draft, "in-force"}},
		{"a review ends what is under review", reward, "end-after-review", []ground.State{"under-review"}},
	} {
		if got := from(row.kind, row.move); !slices.Equal(got, row.want) {
			t.Errorf("%s: %s from %v, want %v", row.what, row.move, got, row.want)
		}
	}
	for _, row := range []struct {
		kind  *ground.Table
		birth ground.MoveName
		ends  []ground.MoveName
	}{
		{listing, ground.MovePublish, []ground.MoveName{ground.MoveDelete, ground.MoveExpire, ground.MoveEarly, ground.MoveRevoke}},
		{administrative, ground.MovePublish, []ground.MoveName{ground.MoveDelete, ground.MoveExpire, ground.MoveEarly, ground.MoveRevoke}},
		{reward, "grant", []ground.MoveName{"end-after-review", "end-automatically", "end", ground.MoveExpire}},
	} {
		var ends []ground.MoveName
		for _, m := range row.kind.Moves {
			if (m.Effect == ground.EffectInForce) != (m.Name == row.birth) {
				t.Errorf("%s: %s %s", row.kind.Slug, m.Name, m.Effect)
			}
			if m.Effect == ground.EffectEnds {
				ends = append(ends, m.Name)
			}
		}
		if !slices.Equal(ends, row.ends) {
			t.Errorf("%s ends by %v, want %v", row.kind.Slug, ends, row.ends)
		}
		for _, s := range []ground.State{"published", ""} {
			if next, err := row.kind.After(s, row.ends[0]); err == nil || next != s {
				t.Errorf("%s: an unknown state leads to %q", row.kind.Slug, next)
			}
		}
		if next, err := row.kind.After(row.kind.Before[0], "no such move"); err == nil || next != row.kind.Before[0] {
			t.Errorf("%s: an unknown move leads to %q", row.kind.Slug, next)
		}
	}
}
