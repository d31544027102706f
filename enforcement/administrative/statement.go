package administrative

import (
	"context"
	"encoding/json"
	"fmt"

	"concordat/enforcement"
	"concordat/enforcement/docket"
	"concordat/enforcement/ground"
	"concordat/enforcement/paper"
	"concordat/internal/pg"
	"concordat/memoranda/day"
)

// The stages at which a subject is heard.
const (
	stageNotice       = "notice"       // after the notice, before the decision
	stageAnnouncement = "announcement" // while a batch is announced, before publication
)

// taskStatement is the owner's task to answer a statement that waits too long.
const taskStatement = "statement-unanswered"

// The causes for which a listing is given up because its subject was found right.
const (
	causeStatementUpheld = "statement-upheld"
	causeObjectionUpheld = "objection-upheld"
)

// Statement is what a subject said.
type Statement struct {
	// ReceivedOn is the day it reached the owner. After the window, too, it is
	// taken and must be answered, as long as nothing is decided.
	ReceivedOn day.Day
	Text       string
	// Paper is the statement itself, or its record; it is heard without it too.
	Paper paper.Given
}

// RecordStatement records what the subject states in its defence, or, while a
// batch is announced, objects. It waits for an answer: until then nothing is
// decided, and nothing published.
func (r *Administrative) RecordStatement(ctx context.Context, act enforcement.Act, c ground.Change, s Statement) error {
	given := ground.Given{"text": s.Text, "received_on": s.ReceivedOn, ground.FieldDocument: s.Paper}
	return r.Life.Do(ctx, act, c, given, func(ctx context.Context, tx *pg.Tx, t *ground.Turn[Listing]) error {
		l := &t.Case
		stage, since := stageNotice, l.NoticeServedOn
		if t.Next == announced {
			stage, since = stageAnnouncement, l.AnnouncedOn
			t.Set("objected_on", max(l.ObjectedOn, s.ReceivedOn), "objection_answered_on", nil)
		} else {
			t.Set("stated_on", max(l.StatedOn, s.ReceivedOn), "answered_on", nil)
		}
		// A notice by announcement takes effect late; who answers it sooner is heard.
		if stage == stageNotice && !l.noticePostedOn.IsZero() {
			since = l.noticePostedOn
		}
		if s.ReceivedOn < min(since, t.Today) {
			return enforcement.Refuse("statement.date")
		}
		id := enforcement.NewID()
		sealed, err := t.Seal(statementField(id), s.Text)
		if err != nil {
			return err
		}
		t.Within(clockAnswer, own(r.AnswerWithin, answerDays))
		t.Event.Day, t.Event.Reason, t.Event.RefersTo = s.ReceivedOn, stage, id
		tx.Later(tx.NewInsert().Model(&statement{ID: id, Listing: t.ID, Stage: stage, ReceivedOn: s.ReceivedOn, RecordedBy: act.Actor.ID, Text: sealed, Paper: t.Kept(ground.FieldDocument).ID}), "record a statement on listing %s", t.ID)
		return nil
	}, moveState)
}

func statementField(id enforcement.ID) string { return "statement/" + id.String() }

func answerField(id enforcement.ID) string { return "statement-answer/" + id.String() }

// StatementAnswer is the owner's answer to all that waits for one.
type StatementAnswer struct {
	Text string
	// Upheld: the subject was found right; the listing is given up.
	Upheld bool
	// Paper is the answer in writing; what upholds does not wait for it.
	Paper paper.Given
}

// AnswerStatement verifies and answers every open statement on a listing; one
// that is upheld ends the matter without a listing.
func (r *Administrative) AnswerStatement(ctx context.Context, act enforcement.Act, c ground.Change, a StatementAnswer) error {
	move := moveReply
	if a.Upheld {
		move = moveUphold
	}
	return r.Life.Do(ctx, act, c, ground.Given{"text": a.Text, ground.FieldDocument: a.Paper}, func(ctx context.Context, tx *pg.Tx, t *ground.Turn[Listing]) error {
		if err := r.answerOpen(ctx, tx, t, a); err != nil {
			return err
		}
		t.Event.Reason = "dismissed"
		if a.Upheld {
			t.Event.Reason = causeStatementUpheld
			if t.State == announced {
				t.Event.Reason = causeObjectionUpheld
			}
			t.Set("end_cause", t.Event.Reason)
			return nil
		}
		if t.State == announced {
			t.Set("objection_answered_on", t.Today)
		} else {
			t.Set("answered_on", t.Today)
		}
		_, err := docket.CloseTasks(ctx, tx, t.ID, taskStatement, "answered", t.Today)
		return err
	}, move)
}

// answerOpen seals the answer with each open statement.
func (r *Administrative) answerOpen(ctx context.Context, tx *pg.Tx, t *ground.Turn[Listing], a StatementAnswer) error {
	var open []statement
	err := tx.NewSelect().Model(&open).Column("id").Where("listing_id = ? AND answered_on IS NULL", t.ID).Order("id").Scan(ctx)
	if err != nil {
		return fmt.Errorf("read the open statements on listing %s: %w", t.ID, err)
	}
	if len(open) == 0 {
		return enforcement.Refuse("statement.none")
	}
	for _, s := range open {
		s.AnsweredOn, s.AnsweredBy, s.Upheld, s.AnswerPaper = t.Today, t.Act.Actor.ID, &a.Upheld, t.Kept(ground.FieldDocument).ID
		if s.Answer, err = t.Seal(answerField(s.ID), a.Text); err != nil {
			return err
		}
		tx.Later(tx.NewUpdate().Model(&s).Column("answered_on", "answered_by", "upheld", "answer", "answer_paper").WherePK(), "answer statement %s", s.ID)
	}
	return nil
}

// CheckStatements gives the owner of every statement that waits longer than the
// term a task, once each, and returns how many wait.
func (r *Administrative) CheckStatements(ctx context.Context, act enforcement.Act) (overdue int, err error) {
	if err := act.Check(enforcement.System, enforcement.Operator); err != nil {
		return 0, err
	}
	today := r.Record.Today(act.At)
	err = r.Record.DB.InTx(ctx, func(ctx context.Context, tx *pg.Tx) error {
		late, err := docket.Late(ctx, tx, clockAnswer, today)
		if err != nil || len(late) == 0 {
			return err
		}
		overdue = len(late)
		docket.OpenTasks(tx, late, taskStatement, today)
		return nil
	})
	return overdue, enforcement.AsRefusal(err)
}

// Texts are the sealed texts of a listing, opened.
type Texts struct {
	Facts             Facts   `json:"facts"`
	Reasons           string  `json:"reasons,omitempty"`
	RemovalConditions string  `json:"removal_conditions,omitempty"`
	Remedies          string  `json:"remedies,omitempty"`
	Statements        []Heard `json:"statements"`
}

// Heard is a statement and its answer.
type Heard struct {
	Stage      string  `json:"stage"`
	ReceivedOn day.Day `json:"received_on"`
	Text       string  `json:"text"`
	AnsweredOn day.Day `json:"answered_on,omitzero"`
	Answer     string  `json:"answer,omitempty"`
	Upheld     bool    `json:"upheld,omitempty"`
}

// Texts opens the texts of a listing for its owner's own people.
func (r *Administrative) Texts(ctx context.Context, act enforcement.Act, id enforcement.ID) (Texts, error) {
	texts := Texts{Statements: []Heard{}}
	if err := act.Check(enforcement.Department...); err != nil {
		return texts, err
	}
	l, err := r.Get(ctx, act, id)
	if err != nil {
		return texts, err
	}
	var found row
	var heard []statement
	err = r.Record.DB.Together(ctx, pg.One(r.Record.DB.NewSelect().Model(&found).Column("facts", "reasons", "removal_conditions", "remedies").Where("l.id = ?", id), &found),
		pg.All(r.Record.DB.NewSelect().Model((*statement)(nil)).Where("listing_id = ?", id).Order("id"), &heard))
	if err != nil {
		return texts, fmt.Errorf("read the texts of listing %s: %w", id, err)
	}
	fields := []string{"administrative-facts", "administrative-reasons", "removal-conditions", "remedies"}
	sealed := [][]byte{found.Facts, found.Reasons, found.RemovalConditions, found.Remedies}
	plain := make([][]byte, len(fields))
	for i, field := range fields {
		if sealed[i] == nil {
			continue
		}
		if plain[i], err = r.Record.OpenFor(l.Subject, l.envelope, sealed[i], field); err != nil {
			return texts, err
		}
	}
	if err := json.Unmarshal(plain[0], &texts.Facts); err != nil {
		return texts, fmt.Errorf("read the facts of listing %s: %w", id, err)
	}
	texts.Reasons, texts.RemovalConditions, texts.Remedies = string(plain[1]), string(plain[2]), string(plain[3])
	for i := range heard {
		h, err := r.openStatement(&heard[i], l)
		if err != nil {
			return texts, err
		}
		texts.Statements = append(texts.Statements, h)
	}
	return texts, nil
}

func (r *Administrative) openStatement(s *statement, l Listing) (h Heard, err error) {
	h = Heard{Stage: s.Stage, ReceivedOn: s.ReceivedOn, AnsweredOn: s.AnsweredOn, Upheld: s.Upheld != nil && *s.Upheld}
	plain, err := r.Record.OpenFor(l.Subject, l.envelope, s.Text, statementField(s.ID))
	if err != nil {
		return h, err
	}
	h.Text = string(plain)
	if s.Answer != nil {
		if plain, err = r.Record.OpenFor(l.Subject, l.envelope, s.Answer, answerField(s.ID)); err != nil {
			return h, err
		}
		h.Answer = string(plain)
	}
	return h, nil
}
