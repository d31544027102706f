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
	if err := act.check(ofOwners...); err != nil {
		return err
	}
	today := r.Today(act.At)
	if s.Text == "" {
		return refuse("statement.empty")
	}
	return r.changeAdministrative(ctx, act, c, MoveState, func(ctx context.Context, tx *pg.Tx, l AdministrativeListing, next AdministrativeState) (*event, error) {
		stage, since, columns := StageNotice, l.NoticeServedOn, `stated_on = greatest(stated_on, $4::date), answered_on = NULL`
		if next == AdministrativeAnnounced {
			stage, since, columns = StageAnnouncement, l.AnnouncedOn, `objected_on = greatest(objected_on, $4::date), objection_answered_on = NULL`
		}
		// A notice by announcement takes effect late; who answers it sooner is heard.
		if s.ReceivedOn.IsZero() || s.ReceivedOn > today || s.ReceivedOn < min(since, today) {
			return nil, refuse("statement.date")
		}
		id := NewID()
		sealed, err := r.sealAdministrative(l, statementField(id), s.Text)
		if err != nil {
			return nil, err
		}
		err = tx.Pgx(func(p pgx.Tx) error {
			_, err := p.Exec(ctx, `INSERT INTO administrative_statement (id, listing_id, stage, received_on, recorded_by, statement) VALUES ($1, $2, $3, $4::date, $5, $6)`,
				id, l.ID, stage, s.ReceivedOn, act.Actor.ID, sealed)
			if err != nil {
				return fmt.Errorf("record a statement on listing %s: %w", l.ID, err)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		if err := r.startAnswerClock(ctx, tx, l, s.ReceivedOn); err != nil {
			return nil, err
		}
		return &event{Kind: EventAdministrativeStated, Day: s.ReceivedOn, Reason: stage, RefersTo: id, LegalBasis: noticeBasis, DocumentHash: r.vault.DocumentHash([]byte(s.Text))},
			setAdministrative(ctx, tx, l, next, columns, s.ReceivedOn)
	})
}

// startAnswerClock starts the owner's clock, or starts it again for another
// statement of the same day.
func (r *Register) startAnswerClock(ctx context.Context, tx *pg.Tx, l AdministrativeListing, from day.Day) error {
	if err := r.startClock(ctx, tx, l.Organisation, l.ID, from, term{clockAnswer, r.answerWithin}); err != nil {
		return err
	}
	return tx.Pgx(func(p pgx.Tx) error {
		_, err := p.Exec(ctx, `UPDATE clock SET done_on = NULL WHERE ground_id = $1 AND kind = $2 AND started_on = $3::date`, l.ID, clockAnswer, from)
		if err != nil {
			return fmt.Errorf("start the clock of the answer on listing %s: %w", l.ID, err)
		}
		return nil
	})
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
	if err := act.check(ofOwners...); err != nil {
		return err
	}
	if a.Text == "" {
		return refuse("statement.answer")
	}
	move := MoveReply
	if a.Upheld {
		move = MoveUphold
	}
	return r.changeAdministrative(ctx, act, c, move, func(ctx context.Context, tx *pg.Tx, l AdministrativeListing, next AdministrativeState) (*event, error) {
		today := r.Today(act.At)
		answered, err := r.answerOpen(ctx, tx, act, l, a)
		if err != nil {
			return nil, err
		}
		if answered == 0 {
			return nil, refuse("statement.none")
		}
		e := &event{Kind: EventAdministrativeAnswered, Reason: "dismissed", LegalBasis: noticeBasis, DocumentHash: r.vault.DocumentHash([]byte(a.Text))}
		if a.Upheld {
			cause := CauseStatementUpheld
			if l.State == AdministrativeAnnounced {
				cause = CauseObjectionUpheld
			}
			e.Reason = cause
			return e, r.giveUp(ctx, tx, act, l, next, cause)
		}
		err = tx.Pgx(func(p pgx.Tx) error {
			if _, err := p.Exec(ctx, `UPDATE clock SET done_on = $3::date WHERE ground_id = $1 AND kind = $2 AND done_on IS NULL`, l.ID, clockAnswer, today); err != nil {
				return fmt.Errorf("stop the clock of the answer on listing %s: %w", l.ID, err)
			}
			_, err := p.Exec(ctx, `UPDATE task SET closed_on = $3::date, closed_because = 'answered' WHERE ground_id = $1 AND kind = $2 AND closed_on IS NULL`, l.ID, TaskStatement, today)
			return err
		})
		if err != nil {
			return nil, err
		}
		column := `answered_on = $4::date`
		if l.State == AdministrativeAnnounced {
			column = `objection_answered_on = $4::date`
		}
		return e, setAdministrative(ctx, tx, l, next, column, today)
	})
}

// answerOpen seals the answer with each open statement and counts them.
func (r *Register) answerOpen(ctx context.Context, tx *pg.Tx, act Act, l AdministrativeListing, a StatementAnswer) (int, error) {
	var open []ID
	err := tx.Pgx(func(p pgx.Tx) error {
		rows, err := p.Query(ctx, `SELECT id FROM administrative_statement WHERE listing_id = $1 AND answered_on IS NULL ORDER BY id`, l.ID)
		if err != nil {
			return err
		}
		open, err = pgx.CollectRows(rows, pgx.RowTo[ID])
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("read the open statements on listing %s: %w", l.ID, err)
	}
	for _, id := range open {
		sealed, err := r.sealAdministrative(l, answerField(id), a.Text)
		if err != nil {
			return 0, err
		}
		err = tx.Pgx(func(p pgx.Tx) error {
			_, err := p.Exec(ctx, `UPDATE administrative_statement SET answered_on = $2::date, answered_by = $3, upheld = $4, answer = $5 WHERE id = $1`,
				id, r.Today(act.At), act.Actor.ID, a.Upheld, sealed)
			return err
		})
		if err != nil {
			return 0, fmt.Errorf("answer statement %s: %w", id, err)
		}
	}
	return len(open), nil
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
			_, err = p.Exec(ctx, `INSERT INTO task (id, kind, organisation_id, ground_id, opened_on)
				SELECT ($2::uuid[])[u.n], $3, g.organisation_id, g.id, $4::date FROM unnest($1::uuid[]) WITH ORDINALITY u (id, n) JOIN ground g ON g.id = u.id
				ON CONFLICT (kind, ground_id) WHERE closed_on IS NULL DO NOTHING`, late, newIDs(len(late)), TaskStatement, today)
			if err != nil {
				return fmt.Errorf("give the tasks of %d overdue answers: %w", len(late), err)
			}
			return nil
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
	if err := act.check(ofOwners...); err != nil {
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
