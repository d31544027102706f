package administrative

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"concordat/enforcement"
	"concordat/enforcement/docket"
	"concordat/enforcement/ground"
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
	Document   []byte
}

// RecordStatement records what the subject states in its defence, or, while a
// batch is announced, objects. It waits for an answer: until then nothing is
// decided, and nothing published.
func (r *Administrative) RecordStatement(ctx context.Context, act enforcement.Act, c ground.Change, s Statement) error {
	given := ground.Given{"text": s.Text, "received_on": s.ReceivedOn}
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
		if s.ReceivedOn < min(since, t.Today) {
			return enforcement.Refuse("statement.date")
		}
		id := enforcement.NewID()
		sealed, err := t.Seal(statementField(id), s.Text)
		if err != nil {
			return err
		}
		t.Within(clockAnswer, own(r.AnswerWithin, answerDays))
		t.Event.Day, t.Event.Reason, t.Event.RefersTo, t.Event.DocumentHash = s.ReceivedOn, stage, id, r.Record.Vault.DocumentHash([]byte(s.Text))
		return tx.Lend(func(p pgx.Tx) error {
			_, err := p.Exec(ctx, `INSERT INTO administrative_statement (id, listing_id, stage, received_on, recorded_by, statement) VALUES ($1, $2, $3, $4::date, $5, $6)`,
				id, t.ID, stage, s.ReceivedOn, act.Actor.ID, sealed)
			if err != nil {
				return fmt.Errorf("record a statement on listing %s: %w", t.ID, err)
			}
			return nil
		})
	}, moveState)
}

func statementField(id enforcement.ID) string { return "statement/" + id.String() }

func answerField(id enforcement.ID) string { return "statement-answer/" + id.String() }

// StatementAnswer is the owner's answer to all that waits for one.
type StatementAnswer struct {
	Text string
	// Upheld: the subject was found right; the listing is given up.
	Upheld bool
}

// AnswerStatement verifies and answers every open statement on a listing; one
// that is upheld ends the matter without a listing.
func (r *Administrative) AnswerStatement(ctx context.Context, act enforcement.Act, c ground.Change, a StatementAnswer) error {
	move := moveReply
	if a.Upheld {
		move = moveUphold
	}
	return r.Life.Do(ctx, act, c, ground.Given{"text": a.Text}, func(ctx context.Context, tx *pg.Tx, t *ground.Turn[Listing]) error {
		if err := r.answerOpen(ctx, tx, t, a); err != nil {
			return err
		}
		t.Event.Reason, t.Event.DocumentHash = "dismissed", r.Record.Vault.DocumentHash([]byte(a.Text))
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
	return tx.Lend(func(p pgx.Tx) error {
		rows, err := p.Query(ctx, `SELECT id FROM administrative_statement WHERE listing_id = $1 AND answered_on IS NULL ORDER BY id`, t.ID)
		if err != nil {
			return fmt.Errorf("read the open statements on listing %s: %w", t.ID, err)
		}
		open, err := pgx.CollectRows(rows, pgx.RowTo[enforcement.ID])
		if err != nil {
			return fmt.Errorf("read the open statements on listing %s: %w", t.ID, err)
		}
		if len(open) == 0 {
			return enforcement.Refuse("statement.none")
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
func (r *Administrative) CheckStatements(ctx context.Context, act enforcement.Act) (overdue int, err error) {
	if err := act.Check(enforcement.System, enforcement.Operator); err != nil {
		return 0, err
	}
	today := r.Record.Today(act.At)
	err = r.Record.DB.InTx(ctx, func(ctx context.Context, tx *pg.Tx) error {
		return tx.Lend(func(p pgx.Tx) error {
			rows, err := p.Query(ctx, `SELECT DISTINCT ground_id FROM clock WHERE kind = $1 AND done_on IS NULL AND due_on < $2::date ORDER BY ground_id`, clockAnswer, today)
			if err != nil {
				return fmt.Errorf("look for overdue answers: %w", err)
			}
			late, err := pgx.CollectRows(rows, pgx.RowTo[enforcement.ID])
			if err != nil {
				return fmt.Errorf("look for overdue answers: %w", err)
			}
			overdue = len(late)
			return docket.GiveTasks(ctx, p, late, taskStatement, today)
		})
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
	fields := []string{"administrative-facts", "administrative-reasons", "removal-conditions", "remedies"}
	sealed := make([][]byte, len(fields))
	plain := make([][]byte, len(fields))
	err = r.Record.DB.Pool.QueryRow(ctx, `SELECT facts, reasons, removal_conditions, remedies FROM administrative_listing WHERE id = $1`, id).Scan(&sealed[0], &sealed[1], &sealed[2], &sealed[3])
	if err != nil {
		return texts, fmt.Errorf("read the texts of listing %s: %w", id, err)
	}
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
	rows, err := r.Record.DB.Pool.Query(ctx, `SELECT id, stage, received_on, statement, answered_on, answer, coalesce(upheld, false) FROM administrative_statement WHERE listing_id = $1 ORDER BY id`, id)
	if err != nil {
		return texts, fmt.Errorf("read the statements on listing %s: %w", id, err)
	}
	heard, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Heard, error) { return r.openStatement(row, l) })
	texts.Statements = slices.Concat(texts.Statements, heard)
	return texts, err
}

func (r *Administrative) openStatement(row pgx.CollectableRow, l Listing) (h Heard, err error) {
	var id enforcement.ID
	var statement, answer []byte
	if err := row.Scan(&id, &h.Stage, &h.ReceivedOn, &statement, &h.AnsweredOn, &answer, &h.Upheld); err != nil {
		return h, err
	}
	plain, err := r.Record.OpenFor(l.Subject, l.envelope, statement, statementField(id))
	if err != nil {
		return h, err
	}
	h.Text = string(plain)
	if answer != nil {
		if plain, err = r.Record.OpenFor(l.Subject, l.envelope, answer, answerField(id)); err != nil {
			return h, err
		}
		h.Answer = string(plain)
	}
	return h, nil
}
