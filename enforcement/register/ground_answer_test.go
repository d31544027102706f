//go:build !race

// One thing after the other, over much: of data races nothing is asked here (make plain).

package register_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"concordat/enforcement"
	"concordat/enforcement/ground"
	"concordat/enforcement/kinds"
	"concordat/internal/calendar"
	"concordat/memoranda/day"
)

// Every move of every kind, asked for in every state, by everybody and with every
// field missing or wrong, is answered as its row says.
func TestEveryMoveAnswersAsItsRowSays(t *testing.T) {
	t.Parallel()
	const unknown ground.State = "no such state"
	asked, by := 0, everybody()
	for _, kind := range kinds.All() {
		for i := range kind.Moves {
			m := &kind.Moves[i]
			for _, f := range fillings(m) {
				for _, s := range append(kind.States(), unknown) {
					for _, who := range by {
						asked++
						next, err := m.Answer(who.act, f.given, ground.Head{
							State: s, DraftedBy: theDrafter, ProposedBy: theProposer, SuspendedBy: theSuspender, NoticedBy: []string{"", theNoticer},
						})
						want := rowSays(m, s, who, f)
						if got := answeredWith(err); got != want.refusal || next != want.next {
							t.Errorf("%s %s in %s by %s with %s: %q and %q, the row says %q and %q", kind.Slug, m.Name, s, who.name, f.name, next, got, want.next, want.refusal)
						}
					}
				}
			}
		}
	}
	if asked < 20_000 {
		t.Errorf("only %d combinations were asked", asked)
	}
	t.Logf("%d combinations", asked)
}

// answered is where a move leads, or the code and the telling arguments of a refusal.
type answered struct {
	next    ground.State
	refusal string
}

// rowSays reads the row, in the order of what comes first.
func rowSays(m *ground.Move, s ground.State, who asker, f filling) answered {
	refused := func(parts ...string) answered { return answered{s, strings.Join(parts, " ")} }
	role := who.act.Actor.Role
	switch {
	case who.malformed != "":
		return refused(who.malformed)
	case !slices.Contains(m.Roles, role) && m.Signer != "":
		return refused(m.Signer, string(role))
	case !slices.Contains(m.Roles, role):
		return refused("role.forbidden", string(role))
	case f.refusal != "":
		return refused(f.refusal)
	case !slices.Contains(m.From, s) && !slices.Contains(m.Stays, s) && m.Instead[s] != "":
		return refused(m.Instead[s])
	case !slices.Contains(m.From, s) && !slices.Contains(m.Stays, s):
		return refused("state.forbidden", string(s), string(m.Name))
	}
	next := s
	if m.To != "" && !slices.Contains(m.Stays, s) {
		next = m.To
	}
	if slices.ContainsFunc(m.NotBy, func(p ground.Person) bool { return who.act.Actor.ID == persons[p] }) {
		return answered{next, m.Second}
	}
	return answered{next, ""}
}

func answeredWith(err error) string {
	if err == nil {
		return ""
	}
	var refusal *enforcement.Refusal
	if !errors.As(err, &refusal) {
		return "fault: " + err.Error()
	}
	parts := []string{refusal.Code}
	for _, name := range []string{"missing", "state", "move", "role"} {
		if refusal.Args[name] != "" {
			parts = append(parts, refusal.Args[name])
		}
	}
	return strings.Join(parts, " ")
}

const theDrafter, theProposer, theSuspender, theNoticer = "drafter", "proposer", "suspender", "noticer"

var persons = map[ground.Person]string{
	ground.Drafter: theDrafter, ground.Proposer: theProposer, ground.Suspender: theSuspender, ground.Noticer: theNoticer,
}

// asker asks; malformed is the refusal of who is nobody.
type asker struct {
	name, malformed string
	act             enforcement.Act
}

// everybody is each role as somebody and as who drafted, and everybody who is nobody.
func everybody() (all []asker) {
	at := calendar.Start(askedOn).Add(10 * time.Hour)
	add := func(name, malformed string, at time.Time, actor enforcement.Actor) {
		all = append(all, asker{name, malformed, enforcement.Act{At: at, Actor: actor}})
	}
	for _, role := range append(enforcement.Roles(), enforcement.System) {
		org, officer := enforcement.OrganisationID(7), true
		if slices.Contains([]enforcement.Role{enforcement.Overseer, enforcement.Operator, enforcement.Lawyer, enforcement.System}, role) {
			org, officer = 0, false
		}
		add(string(role), "", at, enforcement.Actor{ID: "somebody", Role: role, Organisation: org})
		for _, p := range ground.Persons() {
			add("the "+string(p)+" as "+string(role), "", at, enforcement.Actor{ID: persons[p], Role: role, Organisation: org})
		}
		add(string(role)+" without a name", "act.actor", at, enforcement.Actor{Role: role, Organisation: org})
		add(string(role)+" at no time", "act.at", time.Time{}, enforcement.Actor{ID: "somebody", Role: role, Organisation: org})
		if officer {
			add(string(role)+" of nobody", "act.actor", at, enforcement.Actor{ID: "somebody", Role: role})
		}
	}
	add("somebody as nothing", "act.actor", at, enforcement.Actor{ID: "somebody", Organisation: 7})
	return all
}

// filling is what a request gives, and the refusal that it meets for that.
type filling struct {
	name, refusal string
	given         ground.Given
}

// fillings are the full request, the least one, the empty one, and the full one with
// each field missing and wrong in every way.
func fillings(m *ground.Move) []filling {
	full, least, first := ground.Given{}, ground.Given{}, ""
	for _, n := range m.Needs {
		full[n.Field] = right(n)
		if !n.Optional && n.Rule != ground.RuleNoted {
			least[n.Field] = right(n)
			if first == "" {
				first = refusalOf(n, nil)
			}
		}
	}
	all := []filling{{"everything", "", full}, {"what it needs", "", least}, {"nothing", first, nil}}
	for _, n := range m.Needs {
		for what, value := range wrong(n) {
			given, refusal := ground.Given{}, refusalOf(n, value)
			maps.Copy(given, full)
			given[n.Field] = value
			if n.Rule == ground.RuleNoted || (n.Optional && (value == nil || value == "" || value == day.Day(0) || value == 0)) {
				refusal = ""
			}
			all = append(all, filling{n.Field + " " + what, refusal, given})
		}
	}
	return all
}

// refusalOf is what a need says of a value that is wrong.
func refusalOf(n ground.Need, value any) string {
	missing := n.Missing
	if list, ok := value.([]string); ok {
		for _, one := range slices.Backward(n.Of) {
			if !slices.Contains(list, one) {
				missing = one
			}
		}
	}
	return strings.TrimSpace(n.Code + " " + missing)
}

func wrong(n ground.Need) map[string]any {
	values := map[string]any{"not there": nil}
	switch n.Rule {
	case ground.RuleText:
		longest := 60_000
		if n.Max > 0 {
			longest = n.Max
		}
		values["empty"], values["too long"], values["dots"] = "", strings.Repeat("x", longest+1), "— … 。"
	case ground.RuleWritten:
		values["empty"], values["nothing to see"] = "", "\u200b\u202e\u3164\u00a0\u2800"
	case ground.RuleCourtNumber, ground.RuleNumbered:
		values["empty"], values["a dash"], values["words"], values["a year"] = "", "-", "演示", "2025"
	case ground.RuleWhy:
		values["empty"], values["too long"] = "", strings.Repeat("x", 60_001)
		values["a letter too few"], values["dots"] = strings.Repeat("演示理由", n.Min)[:3*(n.Min-1)]+" ", strings.Repeat("。", 10*n.Min)
		values["one key held down"] = strings.Repeat("演", n.Min)
	case ground.RuleDay:
		values["empty"] = day.Day(0)
	case ground.RulePast:
		values["empty"], values["of tomorrow"] = day.Day(0), askedOn.AddDays(1)
	case ground.RuleOneOf:
		values["empty"], values["unheard of"] = "", "unheard-of"
	case ground.RuleAllOf:
		values["empty"] = []string{}
		for i, one := range n.Of {
			values["without "+one] = slices.Delete(slices.Clone(n.Of), i, i+1)
		}
	case ground.RuleNumber:
		values["too small"], values["too great"] = n.Min-1, n.Max+1
	case ground.RuleYes:
		values["no"] = false
	case ground.RuleNoted:
	}
	return values
}
