package enforcement

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"concordat/internal/pg"
	"concordat/memoranda/day"
)

// The stages at which a subject is heard.
const (
	StageNotice       = "notice"       // after the notice, before the decision
	StageAnnouncement = "announcement" // while a batch is announced, before publication
)

// TaskStatement is the owner's task to answer a statement that waits too long.
const TaskStatement = "statement-unanswered"

// The causes for which a listing is given up because its subject was found right.
const (
	CauseStatementUpheld = "statement-upheld"
	CauseObjectionUpheld = "objection-upheld"
)

// Statement is what a subject said.
type Statement struct {
	// ReceivedOn is the day it reached the owner. After the window, too, it is
	// taken and must be answered, as long as nothing is decided.
	ReceivedOn day.Day
	Text       string
	Document   []byte
}

// RecordStatement records what the subject states in its defence, or, while a
// batch is announced, objects. It waits for an answer: until then nothing is
// decided, and nothing published.
func (r *Register) RecordStatement(ctx context.Context, act Act, c Change, s Statement) error {
	given := Given{"text": s.Text, "received_on": s.ReceivedOn}
	return r.administrative.Do(ctx, act, c, given, func(ctx context.Context, tx *pg.Tx, t *Turn[AdministrativeListing]) error {
		l := &t.Case
		stage, since := StageNotice, l.NoticeServedOn
		if t.Next == Announced {
			stage, since = StageAnnouncement, l.AnnouncedOn
			t.Set("objected_on", max(l.ObjectedOn, s.ReceivedOn), "objection_answered_on", nil)
		} else {
			t.Set("stated_on", max(l.StatedOn, s.ReceivedOn), "answered_on", nil)
		}
		// A notice by announcement takes effect late; who answers it sooner is heard.
		if s.ReceivedOn < min(since, t.Today) {
			return refuse("statement.date")
		}
		id := NewID()
		sealed, err := t.Seal(statementField(id), s.Text)
		if err != nil {
			return err
		}
		t.Within(clockAnswer, own(r.answerWithin, answerDays))
		t.Event.Day, t.Event.Reason, t.Event.RefersTo, t.Event.DocumentHash = s.ReceivedOn, stage, id, r.vault.DocumentHash([]byte(s.Text))
		return tx.Pgx(func(p pgx.Tx) error {
			_, err := p.Exec(ctx, `INSERT INTO administrative_statement (id, listing_id, stage, received_on, recorded_by, statement) VALUES ($1, $2, $3, $4::date, $5, $6)`,
				id, t.ID, stage, s.ReceivedOn, act.Actor.ID, sealed)
			if err != nil {
				return fmt.Errorf("record a statement on listing %s: %w", t.ID, err)
			}
			return nil
		})
	}, MoveState)
}

func statementField(id ID) string { return "statement/" + id.String() }

func answerField(id ID) string { return "statement-answer/" + id.String() }

// StatementAnswer is the owner's answer to all that waits for one.
type StatementAnswer struct {
	Text string
	// Upheld: the subject was found right; the listing is given up.
	Upheld bool
}

// AnswerStatement verifies and answers every open statement on a listing; one
// that is upheld ends the matter without a listing.
func (r *Register) AnswerStatement(ctx context.Context, act Act, c Change, a StatementAnswer) error {
	move := MoveReply
	if a.Upheld {
		move = MoveUphold
	}
	return r.administrative.Do(ctx, act, c, Given{"text": a.Text}, func(ctx context.Context, tx *pg.Tx, t *Turn[AdministrativeListing]) error {
		if err := r.answerOpen(ctx, tx, t, a); err != nil {
			return err
		}
		t.Event.Reason, t.Event.DocumentHash = "dismissed", r.vault.DocumentHash([]byte(a.Text))
		if a.Upheld {
			t.Event.Reason = CauseStatementUpheld
			if t.State == Announced {
				t.Event.Reason = CauseObjectionUpheld
			}
			t.Set("end_cause", t.Event.Reason)
			return nil
		}
		if t.State == Announced {
			t.Set("objection_answered_on", t.Today)
		} else {
			t.Set("answered_on", t.Today)
		}
		_, err := closeTasks(ctx, tx, t.ID, TaskStatement, "answered", t.Today)
		return err
	}, move)
}

// answerOpen seals the answer with each open statement.
func (r *Register) answerOpen(ctx context.Context, tx *pg.Tx, t *Turn[AdministrativeListing], a StatementAnswer) error {
	return tx.Pgx(func(p pgx.Tx) error {
		rows, err := p.Query(ctx, `SELECT id FROM administrative_statement WHERE listing_id = $1 AND answered_on IS NULL ORDER BY id`, t.ID)
		if err != nil {
			return fmt.Errorf("read the open statements on listing %s: %w", t.ID, err)
		}
		open, err := pgx.CollectRows(rows, pgx.RowTo[ID])
		if err != nil {
			return fmt.Errorf("read the open statements on listing %s: %w", t.ID, err)
		}
		if len(open) == 0 {
			return refuse("statement.none")
		}
		for _, id := range open {
			sealed, err := t.Seal(answerField(id), a.Text)
			if err != nil {
				return err
			}
			_, err = p.Exec(ctx, `UPDATE administrative_statement SET answered_on = $2::date, answered_by = $3, upheld = $4, answer = $5 WHERE id = $1`,
				id, t.Today, t.Act.Actor.ID, a.Upheld, sealed)
			if err != nil {
				return fmt.Errorf("answer statement %s: %w", id, err)
			}
		}
		return nil
	})
}

// CheckStatements gives the owner of every statement that waits longer than the
// term a task, once each, and returns how many wait.
func (r *Register) CheckStatements(ctx context.Context, act Act) (overdue int, err error) {
	if err := act.check(System, Operator); err != nil {
		return 0, err
	}
	today := r.Today(act.At)
	err = r.db.InTx(ctx, func(ctx context.Context, tx *pg.Tx) error {
		return tx.Pgx(func(p pgx.Tx) error {
			rows, err := p.Query(ctx, `SELECT DISTINCT ground_id FROM clock WHERE kind = $1 AND done_on IS NULL AND due_on < $2::date ORDER BY ground_id`, clockAnswer, today)
			if err != nil {
				return fmt.Errorf("look for overdue answers: %w", err)
			}
			late, err := pgx.CollectRows(rows, pgx.RowTo[ID])
			if err != nil {
				return fmt.Errorf("look for overdue answers: %w", err)
			}
			overdue = len(late)
			return giveTasks(ctx, p, late, TaskStatement, today)
		})
	})
	return overdue, asRefusal(err)
}

// AdministrativeTexts are the sealed texts of a listing, opened.
type AdministrativeTexts struct {
	Facts             AdministrativeFacts `json:"facts"`
	Reasons           string              `json:"reasons,omitempty"`
	RemovalConditions string              `json:"removal_conditions,omitempty"`
	Remedies          string              `json:"remedies,omitempty"`
	Statements        []Heard             `json:"statements"`
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

// AdministrativeTexts opens the texts of a listing for its owner's own people.
func (r *Register) AdministrativeTexts(ctx context.Context, act Act, id ID) (AdministrativeTexts, error) {
	texts := AdministrativeTexts{Statements: []Heard{}}
	if err := act.check(department...); err != nil {
		return texts, err
	}
	l, err := r.AdministrativeListing(ctx, act, id)
	if err != nil {
		return texts, err
	}
	fields := []string{"administrative-facts", "administrative-reasons", "removal-conditions", "remedies"}
	sealed := make([][]byte, len(fields))
	plain := make([][]byte, len(fields))
	err = r.db.Pool.QueryRow(ctx, `SELECT facts, reasons, removal_conditions, remedies FROM administrative_listing WHERE id = $1`, id).Scan(&sealed[0], &sealed[1], &sealed[2], &sealed[3])
	if err != nil {
		return texts, fmt.Errorf("read the texts of listing %s: %w", id, err)
	}
	for i, field := range fields {
		if sealed[i] == nil {
			continue
		}
		if plain[i], err = r.openFor(l.Subject, l.envelope, sealed[i], field); err != nil {
			return texts, err
		}
	}
	if err := json.Unmarshal(plain[0], &texts.Facts); err != nil {
		return texts, fmt.Errorf("read the facts of listing %s: %w", id, err)
	}
	texts.Reasons, texts.RemovalConditions, texts.Remedies = string(plain[1]), string(plain[2]), string(plain[3])
	rows, err := r.db.Pool.Query(ctx, `SELECT id, stage, received_on, statement, answered_on, answer, coalesce(upheld, false) FROM administrative_statement WHERE listing_id = $1 ORDER BY id`, id)
	if err != nil {
		return texts, fmt.Errorf("read the statements on listing %s: %w", id, err)
	}
	heard, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Heard, error) { return r.openStatement(row, l) })
	texts.Statements = slices.Concat(texts.Statements, heard)
	return texts, err
}

func (r *Register) openStatement(row pgx.CollectableRow, l AdministrativeListing) (h Heard, err error) {
	var id ID
	var statement, answer []byte
	if err := row.Scan(&id, &h.Stage, &h.ReceivedOn, &statement, &h.AnsweredOn, &answer, &h.Upheld); err != nil {
		return h, err
	}
	plain, err := r.openFor(l.Subject, l.envelope, statement, statementField(id))
	if err != nil {
		return h, err
	}
	h.Text = string(plain)
	if answer != nil {
		if plain, err = r.openFor(l.Subject, l.envelope, answer, answerField(id)); err != nil {
			return h, err
		}
		h.Answer = string(plain)
	}
	return h, nil
}
