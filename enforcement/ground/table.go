package ground

import (
	"slices"

	"concordat/enforcement"
	"concordat/enforcement/docket"
	"concordat/enforcement/paper"
	"concordat/enforcement/record"
	"concordat/internal/calendar"
	"concordat/memoranda/day"
)

// State is where a case of any kind stands; which states a kind has, its [Table]
// says. "Published" is an event and a date, not a state: publication and the first
// directives commit together as [Active].
type State string

// MoveName names what can happen to a case.
type MoveName string

// Group says what a move is for.
type Group string

// The groups of moves.
const (
	GroupAdvance Group = "advance" // towards publication, or a grant
	GroupCorrect Group = "correct" // puts right, extends, hears
	GroupEnd     Group = "end"     // ends, or gives up before publication
	GroupBrake   Group = "brake"   // stops at every recipient while something is checked
	GroupRemedy  Group = "remedy"  // what the subject says, and what is answered
)

// Effect is what a move does to the directives of its case.
type Effect string

// The effects. The first changes nothing at any recipient.
const (
	EffectNone     Effect = "none"
	EffectInForce  Effect = "puts-in-force" // directives come into being
	EffectAmends   Effect = "amends"        // the same measures again, with new data or a new term
	EffectSuspends Effect = "takes-away"    // every set is empty until it is resumed
	EffectResumes  Effect = "gives-back"
	EffectEnds     Effect = "ends"     // every directive is withdrawn, for good
	EffectGivesUp  Effect = "gives-up" // nothing went out, and nothing will
)

// Rule is what a field of a move must be.
type Rule string

// The rules of fields.
const (
	RuleText Rule = "text" // words with a letter or a digit
	RuleWhy  Rule = "why"  // reasons: Min letters or digits at least
	// RuleWritten are words, whatever they say: of what a subject states, and of what lifts.
	RuleWritten Rule = "written"
	// RuleCourtNumber is the number of a court's decision, of the form of a case's number;
	// RuleNumbered that of any other organisation.
	RuleCourtNumber Rule = "court-number"
	RuleNumbered    Rule = "numbered"
	RuleDay         Rule = "day"      // a day
	RulePast        Rule = "past-day" // a day, today at the latest
	RuleOneOf       Rule = "one-of"
	RuleAllOf       Rule = "all-of"
	RuleNumber      Rule = "number"
	RuleYes         Rule = "yes"   // must be true
	RuleNoted       Rule = "noted" // checked by the kind's own rules
)

// Need is a field that a move takes, with its rule and the refusal that says that
// it is missing or wrong.
type Need struct {
	// Field is its name in the request.
	Field string `json:"field"`
	Rule  Rule   `json:"rule"`
	// Of are the values of one-of and all-of; Min and Max the bounds of a number; of a text
	// Min its letters and digits, Max its bytes.
	Of       []string `json:"of,omitempty"`
	Min      int      `json:"min,omitempty"`
	Max      int      `json:"max,omitempty"`
	Optional bool     `json:"optional,omitempty"`
	// Code is the refusal; Missing is the name it gives what is missing, where several
	// fields share a code.
	Code    string `json:"-"`
	Missing string `json:"-"`
	// ZH and EN tell what the rule leaves to the case.
	ZH string `json:"zh,omitempty"`
	EN string `json:"en,omitempty"`
}

// Given are the fields of a request by name: strings, days, numbers, lists of
// strings or yes and no.
type Given map[string]any

// Every stops every clock of the case.
const Every = "*"

// Person is somebody with a part in a case.
type Person string

// The persons of a case: who entered its draft (of a reward: entered it), who proposed
// its decision last, who suspended it or recorded what suspended it, and who gave the
// subject notice of a review.
const (
	Drafter   Person = "drafter"
	Proposer  Person = "proposer"
	Suspender Person = "suspender"
	Noticer   Person = "noticer"
)

// Persons lists every person that a row of a table may name.
func Persons() []Person { return []Person{Drafter, Proposer, Suspender, Noticer} }

// Source is where a move comes from: a law, or a rule of our own. Where the list
// type of the case brings the law, ByList says so.
type Source struct {
	Text   string `json:"text,omitempty"`
	Ours   bool   `json:"ours,omitempty"`
	ByList bool   `json:"by_list,omitempty"`
}

// Law is a source of law.
func Law(text string) Source { return Source{Text: text} }

// Move is a row of the table of a kind: one thing that can happen to a case of it.
type Move struct {
	Name   MoveName
	ZH, EN string
	Group  Group
	// From are the states in which it is possible, To where it leads; no To leaves the
	// case where it is. Or is where it leads instead if the case says so. In the states
	// of Stays it is possible too and leaves the case there.
	From  []State
	To    State
	Or    State
	Stays []State
	// Instead names, by state, the refusal that says more than that the state forbids it.
	Instead map[State]string
	// Roles may make it, of the organisation that owns the case; the system for all.
	Roles []enforcement.Role
	// Signer is the refusal of everybody else, where the law names who decides.
	Signer string
	// NotBy are who may not make the move, whatever their role; Second is that refusal.
	NotBy  []Person
	Second string
	Needs  []Need
	// Papers are what it claims to have on paper: who makes it names them.
	Papers []PaperNeed
	// Stops and Starts are clocks, by kind: stopped on the day of the act, started on the
	// day of the event.
	Stops  []string
	Starts []docket.Deadline
	Effect Effect
	// Spares: it lifts although no directive changes, for what threatened the subject is
	// over. What else lifts, its effect says ([Table.Lifts]).
	Spares bool
	// Awaits: it may be made only when somebody's time is over, or burdens because it is.
	Awaits bool
	// Opens are tasks of the owner that begin with it, by kind.
	Opens  []string
	Source Source
	// Door is the last part of its address, Choice the field and value that pick it among
	// several moves behind one door; no door for what nobody can ask for.
	Door   string
	Choice *Choice
	// Event is how the log names it.
	Event record.EventKind
}

// Choice is a field of a request with the value that picks a move.
type Choice struct {
	Field string `json:"field"`
	Value string `json:"value"`
}

// Step is a step before publication, by its paper, and the states before publication in
// which it was taken.
type Step struct {
	Paper paper.Purpose
	Taken []State
}

// Table is the life of one kind of case as data. Everybody reads it: refusals,
// offers, the roles of addresses, the document for lawyers, the tests.
type Table struct {
	Slug   string
	ZH, EN string
	// People are the roles of the organisation that owns a case.
	People []enforcement.Role
	// Before, Live and Ended are the states before publication (or grant), in force, and
	// after the end, each in the order of a life.
	Before, Live, Ended []State
	Moves               []Move
	// Collection is the address of the cases of this kind.
	Collection string
	// Rows is the SQL table of its cases; OwnerColumn and ListColumn its columns (or the
	// constant) of the owner and the list type, the row being l. Suspends says that it
	// has columns for a suspension.
	Rows, OwnerColumn, ListColumn string
	Suspends                      bool
	// Steps are those before publication that have a paper, in the order of a life.
	Steps []Step
	// Waits are the states in which a case is published by itself on its day.
	Waits []State
	// WrongBy is the source of the time in which the owner ends what should never have been.
	WrongBy string
	// Favours: an entry is to its subject's good, so that what takes it away burdens.
	Favours bool
}

// ByClock reports whether a wrong clock would burden somebody by a move: it publishes,
// gives back what was taken away, or ends somebody's time.
func (t *Table) ByClock(m *Move) bool {
	puts := m.Effect == EffectInForce || m.Effect == EffectResumes
	return m.Awaits || puts && !t.Lifts(m)
}

// Lifts reports whether a move only takes from what its subject bears: then nothing
// that others did meanwhile may stand in its way but the state itself, and it is
// taken from whoever has not seen the newest version.
func (t *Table) Lifts(m *Move) bool {
	switch m.Effect {
	case EffectSuspends, EffectEnds, EffectGivesUp:
		return !t.Favours
	case EffectInForce, EffectResumes:
		return t.Favours
	case EffectNone, EffectAmends:
	}
	return m.Spares
}

// States lists every state, in the order of a life.
func (t *Table) States() []State { return slices.Concat(t.Before, t.Live, t.Ended) }

// IsLive reports whether a case in the state is in force: published or granted, and
// not ended.
func (t *Table) IsLive(s State) bool { return slices.Contains(t.Live, s) }

// IsEnded reports whether nothing can happen to a case in the state any more.
func (t *Table) IsEnded(s State) bool { return slices.Contains(t.Ended, s) }

// Move returns the row of a move, or nil.
func (t *Table) Move(name MoveName) *Move {
	for i := range t.Moves {
		if t.Moves[i].Name == name {
			return &t.Moves[i]
		}
	}
	return nil
}

// At lists the moves behind a door.
func (t *Table) At(door string) (list []*Move) {
	for i := range t.Moves {
		if t.Moves[i].Door == door {
			list = append(list, &t.Moves[i])
		}
	}
	return list
}

// After returns the state a move leads to from a state, or a refusal.
func (t *Table) After(s State, name MoveName) (State, error) {
	m := t.Move(name)
	if m == nil {
		return s, enforcement.Refuse("state.forbidden", "state", string(s), "move", string(name))
	}
	return m.After(s)
}

// After tells where the move leads from a state.
func (m *Move) After(s State) (State, error) {
	switch {
	case slices.Contains(m.Stays, s), slices.Contains(m.From, s) && m.To == "":
		return s, nil
	case slices.Contains(m.From, s):
		return m.To, nil
	case m.Instead[s] != "":
		return s, enforcement.Refuse(m.Instead[s])
	default:
		return s, enforcement.Refuse("state.forbidden", "state", string(s), "move", string(m.Name))
	}
}

// confirms reports whether the move dispels the doubt of a restoration and does nothing
// else.
func (m *Move) confirms() bool {
	return (m.Name == MoveConfirm || m.Name == MoveReaffirm) && m.Effect == EffectNone
}

// mayAct refuses who may never make the move.
func (m *Move) mayAct(act enforcement.Act) error {
	if err := act.Check(); err != nil {
		return err
	}
	if m.Signer != "" && !slices.Contains(m.Roles, act.Actor.Role) {
		return enforcement.Refuse(m.Signer, "role", string(act.Actor.Role))
	}
	return act.Check(m.Roles...)
}

// Answer is what the row alone says to whoever asks for the move of a case: the state
// it leads to, or the refusal that comes first. Somebody must ask, in a role that may
// make it, and give what it needs; then the state must allow it, and who must be a
// second person be one. What the case itself rules out is asked after that.
func (m *Move) Answer(act enforcement.Act, given Given, h Head) (State, error) {
	if err := m.asked(act, given); err != nil {
		return h.State, err
	}
	return m.stands(act, h)
}

// asked is the part of the answer for which no case need be known.
func (m *Move) asked(act enforcement.Act, given Given) error {
	if err := m.mayAct(act); err != nil {
		return err
	}
	return m.missing(given, calendar.DayOf(act.At))
}

// stands is the part of the answer that the case gives.
func (m *Move) stands(act enforcement.Act, h Head) (State, error) {
	next, err := m.After(h.State)
	if err == nil && slices.ContainsFunc(m.NotBy, func(p Person) bool { return h.is(act.Actor.ID, p) }) {
		return next, enforcement.Refuse(m.Second)
	}
	return next, err
}

// is reports whether somebody is one of the persons of the case.
func (h *Head) is(actor string, p Person) bool {
	switch p {
	case Drafter:
		return actor == h.DraftedBy
	case Proposer:
		return actor == h.ProposedBy
	case Suspender:
		return actor == h.SuspendedBy
	case Noticer:
		return slices.Contains(h.NoticedBy, actor)
	}
	return true // a person nobody knows: the move is made by nobody
}

// missing refuses the first field that is missing or wrong.
func (m *Move) missing(given Given, today day.Day) error {
	for _, n := range m.Needs {
		if err := n.check(given[n.Field], today); err != nil {
			return err
		}
	}
	return nil
}

// ByList says that the list type's own rule is the source.
var ByList = Source{ByList: true}

// ClockStartService is the time to begin service after a decision.
var ClockStartService = docket.Deadline{Kind: "start-service", Period: calendar.Period{Value: 3, Unit: calendar.WorkingDays, Source: docket.OwnTerm}}

// ReasonsOfDecision are those that the law asks of a decision, ReasonsOfEnd those of an end:
// a lifting is not refused for how it is put.
var (
	ReasonsOfDecision = Need{Field: "reasons", Rule: RuleWhy, Min: minReasons, Code: "decision.reasons"}

	ReasonsOfEnd = Need{Field: "reasons", Rule: RuleWritten, Code: "end.reasons"}
	DayOfEnd     = Need{
		Field: "event_on", Rule: RulePast, Code: "end.event-date",
		ZH: "事由发生或者错误发现之日；三个工作日自该日起算", EN: "the day of the event, or of its discovery; three working days run from it",
	}
	Ours = Source{Ours: true}
)
