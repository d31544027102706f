package ground

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"concordat/enforcement"
	"concordat/enforcement/paper"
	"concordat/internal/pg"
	"concordat/memoranda/day"
)

// PaperNeed is a paper that a move names: one of the file by its id, or one that comes in
// the act's own request.
type PaperNeed struct {
	// Field is the field of a request with its content, By the one with the id of a paper
	// that is in the file.
	Field string `json:"field"`
	By    string `json:"by"`
	// Purpose is what it must prove; a paper of the file must have been brought for it.
	Purpose paper.Purpose `json:"purpose"`
	// When picks it by another field of the request; none: it is needed always.
	When *Choice `json:"when,omitempty"`
	// Owed: the move does not wait for it. Without it a task opens, with three working days.
	Owed bool `json:"owed,omitempty"`
	// Optional: it is taken where it is given, and nothing is owed without it.
	Optional bool `json:"optional,omitempty"`
	// NotBefore are the fields of the request with the days of what it proves: no paper proves
	// what came after it. One that comes in the request bears the last of them.
	NotBefore []string `json:"not_before,omitempty"`
	// Column of the case's row names it; empty: the kind says where.
	Column string `json:"-"`
	ZH     string `json:"zh"`
	EN     string `json:"en"`
}

// Names of the fields of a request: one paper of a move, and what some manners of service
// need beside it.
const (
	FieldDocument = "document"
	FieldConsent  = "consent_document"
	FieldSearch   = "search_document"
	FieldReceipt  = "receipt"
)

// Receipt is the paper that proves the day on which a notice was served.
func Receipt() PaperNeed {
	return PaperNeed{
		Field: FieldReceipt, By: "receipt_paper", Purpose: paper.Service, Optional: true, Column: "notice_receipt", NotBefore: []string{"served_on", "last_posted_on"},
		ZH: "通知的送达凭证；未附的，期限自登记之日起算", EN: "what proves the day on which the notice was served; without it times run from the day it is recorded",
	}
}

// Papered is the paper of a move that has one, in the fields document and paper.
func Papered(purpose paper.Purpose, column, zh, en string) PaperNeed {
	return PaperNeed{Field: FieldDocument, By: "paper", Purpose: purpose, Column: column, ZH: zh, EN: en}
}

// Owing is [Papered] for a move that does not wait for it.
func Owing(purpose paper.Purpose, zh, en string) PaperNeed {
	n := Papered(purpose, "", zh, en)
	n.Owed = true
	return n
}

// Proving is the need for a paper that proves something of a day, which the fields of the
// request say.
func (n PaperNeed) Proving(days ...string) PaperNeed {
	n.NotBefore = days
	return n
}

// proves is the day of what the paper proves: the last that the request says. There is none
// where nothing is said, or a day to come, which another rule refuses.
func (n *PaperNeed) proves(given Given, today day.Day) (on day.Day) {
	for _, field := range n.NotBefore {
		said, _ := given[field].(day.Day)
		on = max(on, said)
	}
	if on > today {
		return 0
	}
	return on
}

// applies reports whether the need is one of what is given.
func (n *PaperNeed) applies(given Given) bool {
	return n.When == nil || given[n.When.Field] == n.When.Value
}

// MissingPaper refuses what names no paper, by the field of the request and what it proves.
func MissingPaper(field string, purpose paper.Purpose) error {
	return enforcement.Refuse("paper.missing", "field", field, "purpose", string(purpose))
}

// Kept is the paper of a field as it is kept; none where the move does not wait for it.
func (t *Turn[C]) Kept(field string) paper.Paper { return t.papers[field] }

// Filed is [Filed] of the file of the case.
func (t *Turn[C]) Filed(purpose paper.Purpose, id enforcement.ID) (paper.Paper, bool) {
	return Filed(t.file, purpose, id)
}

// Filed is the paper of the file with an id, for a purpose; none where it is not there or
// was brought for another.
func Filed(file []paper.Paper, purpose paper.Purpose, id enforcement.ID) (paper.Paper, bool) {
	at := slices.IndexFunc(file, func(p paper.Paper) bool { return p.ID == id && p.Purpose == purpose && !p.Erased })
	if at < 0 {
		return paper.Paper{}, false
	}
	return file[at], true
}

// Holds reports whether a file holds a paper for a purpose.
func Holds(file []paper.Paper, purpose paper.Purpose) bool {
	return slices.ContainsFunc(file, func(p paper.Paper) bool { return p.Purpose == purpose && !p.Erased })
}

// takePapers takes the papers of the move: what was given by its content is kept, what was
// given by id must stand in the file of this case for this purpose. The event names the
// first; where nothing was given it names none.
func (t *Turn[C]) takePapers(tx *pg.Tx, given Given) error {
	t.papers = map[string]paper.Paper{}
	for i := range t.Move.Papers {
		n := &t.Move.Papers[i]
		if !n.applies(given) {
			continue
		}
		p, err := t.paper(tx, n, given)
		_, refused := errors.AsType[*enforcement.Refusal](err)
		switch {
		case err == nil:
		case n.Owed && refused: // what lifts does not wait for a good paper either
			t.owed = append(t.owed, n.Purpose)
			continue
		case n.Optional && !named(given, n):
			continue
		default:
			return err
		}
		t.papers[n.Field] = p
		if n.Column != "" {
			t.Set(n.Column, p.ID)
		}
		if t.Event.DocumentHash == nil {
			t.Event.DocumentHash = p.Hash
		}
	}
	return nil
}

// Named reports whether a paper is given at all: blanks are none.
func Named(g paper.Given) bool { return !g.ID.IsZero() || len(bytes.TrimSpace(g.Content)) > 0 }

// named reports whether a need is given.
func named(given Given, n *PaperNeed) bool {
	g, _ := given[n.Field].(paper.Given)
	return Named(g)
}

// missing refuses a move that names no paper, and says where it is the check of an identity.
func (t *Turn[C]) missing(n *PaperNeed) error {
	if n.Purpose == paper.Resumption && (t.standing.Doubted() || slices.Contains(ofIdentity, t.SuspendedFor)) {
		return enforcement.Refuse("resumption.identity")
	}
	return MissingPaper(n.Field, n.Purpose)
}

func (t *Turn[C]) paper(tx *pg.Tx, n *PaperNeed, given Given) (paper.Paper, error) {
	g, _ := given[n.Field].(paper.Given)
	if !Named(g) {
		return paper.Paper{}, t.missing(n)
	}
	on := n.proves(given, t.Today)
	if g.Day.IsZero() {
		g.Day = on
	}
	p, err := t.life.Grounds.Papers.Take(tx, t.Act, t.holder(), t.file, n.Purpose, g)
	if err == nil && p.Day < on {
		return paper.Paper{}, enforcement.Refuse("paper.older", "day", p.Day.String(), "proves", on.String())
	}
	return p, err
}

// holder is whose file the papers of a case stand in.
func (h Head) holder() paper.Holder {
	return paper.Holder{Ground: h.ID, Subject: h.Subject, Owner: h.Owner, Envelope: h.Envelope}
}

// owe opens what the move did not wait for.
func (t *Turn[C]) owe(tx *pg.Tx) {
	for _, purpose := range t.owed {
		t.life.Grounds.Docket.OwePaper(tx, t.Owner, t.ID, string(purpose), t.Today)
	}
}

// Brought is a paper that comes with the draft of a case, and what it proves.
type Brought struct {
	Purpose paper.Purpose
	Paper   paper.Given
}

// Bring keeps the papers that come with the draft of a case.
func (r *Grounds) Bring(tx *pg.Tx, act enforcement.Act, h paper.Holder, brought []Brought) error {
	for _, b := range brought {
		if !Named(b.Paper) || !b.Paper.ID.IsZero() {
			return MissingPaper("papers", b.Purpose)
		}
		if _, err := r.Papers.Keep(tx, act, h, b.Purpose, b.Paper); err != nil {
			return err
		}
	}
	return nil
}

// Given takes the paper of an act beside the moves of a case: what burdens names one.
func (r *Grounds) Given(ctx context.Context, tx *pg.Tx, act enforcement.Act, h Head, purpose paper.Purpose, g paper.Given) (paper.Paper, error) {
	if !Named(g) {
		return paper.Paper{}, MissingPaper(FieldDocument, purpose)
	}
	var file []paper.Paper
	if !g.ID.IsZero() {
		if err := tx.Together(ctx, paper.Find(tx, h.ID, &file)); err != nil {
			return paper.Paper{}, fmt.Errorf("read the file of case %s: %w", h.ID, err)
		}
	}
	return r.Papers.Take(tx, act, h.holder(), file, purpose, g)
}

// Owed takes the paper of an act that does not wait for it, and returns its hash; without
// one, or with one that is refused, the task to bring it opens.
func (r *Grounds) Owed(ctx context.Context, tx *pg.Tx, act enforcement.Act, h Head, purpose paper.Purpose, g paper.Given) ([]byte, error) {
	p, err := r.Given(ctx, tx, act, h, purpose, g)
	if _, refused := errors.AsType[*enforcement.Refusal](err); refused {
		r.Docket.OwePaper(tx, h.Owner, h.ID, string(purpose), r.Record.Today(act.At))
		return nil, nil
	}
	return p.Hash, err
}

// StepsProved refuses a case that an earlier release took through its steps without papers:
// for each step there must be one in the file by now. What is entered now names them in its
// row, and the schema holds that.
func StepsProved(rules Rules, file []paper.Paper, steps []Step) error {
	if rules == RulesProved {
		return nil
	}
	for _, step := range steps {
		if !Holds(file, step.Paper) {
			return MissingPaper("paper", step.Paper)
		}
	}
	return nil
}
