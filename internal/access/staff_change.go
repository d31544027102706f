package access

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/enforcement/change"
	"concordat/enforcement/paper"
	"concordat/enforcement/record"
	"concordat/internal/calendar"
	"concordat/internal/pg"
	"concordat/memoranda/day"
)

// Borrowed is a person of a court above who acts as second person of a court for some days.
type Borrowed struct {
	// Organisation borrows, Of lends.
	Organisation, Of enforcement.OrganisationID
	Number           string
	From, Until      day.Day
	// Document is the paper by which the court above lends; the file keeps it.
	Document []byte
}

type borrowedRow struct {
	bun.BaseModel `bun:"table:staff_borrowed"`

	ID           enforcement.ID             `bun:"id,pk"`
	Organisation enforcement.OrganisationID `bun:"organisation_id"`
	Of           enforcement.OrganisationID `bun:"staff_of"`
	Number       string                     `bun:"number"`
	From         day.Day                    `bun:"valid_from"`
	Until        day.Day                    `bun:"valid_until"`
	Paper        enforcement.ID             `bun:"paper,nullzero"`
	PaperHash    []byte                     `bun:"paper_hash"`
	ProposedBy   string                     `bun:"proposed_by,nullzero"`
	EnteredBy    string                     `bun:"entered_by"`
	EnteredAt    time.Time                  `bun:"entered_at"`
}

func (b *borrowedRow) told() string {
	return fmt.Sprintf("%s of organisation %d for organisation %d from %s until %s", b.Number, b.Of, b.Organisation, b.From, b.Until)
}

// EnterStaff enters what a staff number stands for: one operator before anything was sent,
// otherwise it is proposed and another operator confirms it. Neither is whom it is about.
func (t *Tokens) EnterStaff(ctx context.Context, act enforcement.Act, s Staff) (proposal enforcement.ID, err error) {
	if err := act.Check(enforcement.Operator); err != nil {
		return proposal, err
	}
	if s, err = s.checked(calendar.DayOf(t.machine())); err != nil {
		return proposal, err
	}
	if err := t.presidesCourt(ctx, s); err != nil {
		return proposal, err
	}
	row := t.row(act, s)
	n := change.New{Kind: change.Staff, What: row.told(), Content: row}
	return t.byTwo(ctx, act, row.Number, n, func(tx *pg.Tx) error { return row.bring(tx, t, act, s.Document) }, row.enter)
}

// bring keeps the paper of the appointment.
func (r *staffRow) bring(tx *pg.Tx, t *Tokens, act enforcement.Act, document []byte) error {
	one, err := t.keep(tx, act, r.ID, paper.Appointment, document)
	r.Paper, r.PaperHash = one.ID, one.Hash
	return err
}

// enter enters it within a transaction and returns its event.
func (r *staffRow) enter(tx *pg.Tx) *record.Event {
	tx.Later(tx.NewInsert().Model(r), "enter a staff number")
	return &record.Event{Kind: record.EventStaffEntered, RefersTo: r.ID, Day: r.From, Reason: r.told(), DocumentHash: r.PaperHash}
}

// presidesCourt refuses a president of what is no court, and numbers of organisations that
// are not there.
func (t *Tokens) presidesCourt(ctx context.Context, s Staff) error {
	if s.Organisation == 0 {
		return nil
	}
	role := enforcement.Overseer // of any organisation
	if s.Presides != "" {
		role = enforcement.President
	}
	if err := t.checkOrganisation(ctx, role, s.Organisation); errors.Is(err, refuse(CodeOrganisation)) {
		return refuse(codeStaffCourt)
	} else if err != nil {
		return err
	}
	return nil
}

// isAbove is true of a court above another, however far.
const isAbove = `WITH RECURSIVE up AS (SELECT superior_id AS id, 1 AS n FROM organisation WHERE id = ?0
    UNION ALL SELECT o.superior_id, up.n + 1 FROM organisation o JOIN up ON o.id = up.id WHERE up.n < 10)
  SELECT EXISTS (SELECT FROM up JOIN organisation o ON o.id = up.id WHERE o.id = ?1 AND o.kind = 'court')
    AND EXISTS (SELECT FROM organisation WHERE id = ?0 AND kind = 'court')`

// Borrow lets somebody of a court above act for a court until a day, by a paper: entered as
// [Tokens.EnterStaff] enters. Nobody presides over another court by it.
func (t *Tokens) Borrow(ctx context.Context, act enforcement.Act, b Borrowed) (proposal enforcement.ID, err error) {
	if err := act.Check(enforcement.Operator); err != nil {
		return proposal, err
	}
	today := calendar.DayOf(t.machine())
	if b.From.IsZero() {
		b.From = today
	}
	switch {
	case b.Until.IsZero() || b.Until < b.From || b.Until < today:
		return proposal, refuse(codeStaffPeriod)
	case len(b.Document) == 0:
		return proposal, refuse(codeStaffPaper)
	}
	known, err := t.StaffOn(ctx, b.Of, b.Number, max(today, b.From))
	if err != nil {
		return proposal, err
	}
	var above bool
	if err := t.db.NewRaw(isAbove, pg.Number(b.Organisation), pg.Number(b.Of)).Scan(ctx, &above); err != nil {
		return proposal, fmt.Errorf("ask which court is above: %w", err)
	}
	if !above {
		return proposal, refuse(codeStaffCourt)
	}
	row := &borrowedRow{
		ID: enforcement.NewID(), Organisation: b.Organisation, Of: b.Of, Number: known.Number, From: b.From, Until: b.Until,
		EnteredBy: act.Actor.ID, EnteredAt: t.machine().UTC(),
	}
	n := change.New{Kind: change.Borrowed, What: row.told(), Content: row}
	return t.byTwo(ctx, act, row.Number, n, func(tx *pg.Tx) error {
		one, err := t.keep(tx, act, row.ID, paper.Borrowing, b.Document)
		row.Paper, row.PaperHash = one.ID, one.Hash
		return err
	}, row.enter)
}

// enter enters it within a transaction and returns its event.
func (b *borrowedRow) enter(tx *pg.Tx) *record.Event {
	tx.Later(tx.NewInsert().Model(b), "enter who is borrowed")
	return &record.Event{Kind: record.EventStaffBorrowed, RefersTo: b.ID, Day: b.From, Reason: b.told(), DocumentHash: b.PaperHash}
}

// byTwo keeps the paper, and enters at once what one person may, and proposes it otherwise.
func (t *Tokens) byTwo(
	ctx context.Context, act enforcement.Act, about string, n change.New, bring func(*pg.Tx) error, enter func(*pg.Tx) *record.Event,
) (proposal enforcement.ID, err error) {
	if strings.EqualFold(about, act.Actor.ID) {
		return proposal, refuse(codeStaffOwn)
	}
	_, err = t.Changes.Record.Perform(ctx, act, func(ctx context.Context, tx *pg.Tx) (*record.Event, error) {
		alone, err := t.Changes.Alone(ctx, tx, act)
		switch {
		case err != nil:
			return nil, err
		case act.ByAccount():
			return nil, enforcement.Refuse("change.account")
		}
		if err := bring(tx); err != nil {
			return nil, err
		}
		if alone {
			return enter(tx), nil
		}
		event, err := t.Changes.ProposeIn(ctx, tx, act, n)
		if err == nil {
			proposal = event.RefersTo
		}
		return event, err
	})
	if err != nil {
		return enforcement.ID{}, fmt.Errorf("enter a staff number: %w", err)
	}
	return proposal, nil
}

// OpenPaper opens the paper of an appointment, or by which somebody is lent, for an operator
// or an overseer.
func (t *Tokens) OpenPaper(ctx context.Context, act enforcement.Act, id enforcement.ID) (*paper.Content, error) {
	var of enforcement.ID
	err := t.db.NewRaw(`SELECT paper FROM staff WHERE id = ?0 AND paper IS NOT NULL
		UNION ALL SELECT paper FROM staff_borrowed WHERE id = ?0 AND paper IS NOT NULL`, id).Scan(ctx, &of)
	if err != nil {
		return nil, enforcement.NotFound(err, "look for the paper of an appointment")
	}
	return t.Papers.OpenShared(ctx, act, id, of, enforcement.Operator, enforcement.Overseer)
}

// CarryStaff enters a staff number that two people want.
func (t *Tokens) CarryStaff(_ context.Context, tx *pg.Tx, act enforcement.Act, p change.Proposal, content []byte) (*record.Event, error) {
	var row staffRow
	if err := json.Unmarshal(content, &row); err != nil {
		return nil, fmt.Errorf("read proposal %s: %w", p.ID, err)
	}
	if strings.EqualFold(row.Number, act.Actor.ID) {
		return nil, refuse(codeStaffOwn)
	}
	row.ProposedBy, row.EnteredBy, row.EnteredAt = p.ProposedBy, act.Actor.ID, t.machine().UTC()
	return row.enter(tx), nil
}

// CarryBorrowed enters who is borrowed, as two people want it.
func (t *Tokens) CarryBorrowed(_ context.Context, tx *pg.Tx, act enforcement.Act, p change.Proposal, content []byte) (*record.Event, error) {
	var row borrowedRow
	if err := json.Unmarshal(content, &row); err != nil {
		return nil, fmt.Errorf("read proposal %s: %w", p.ID, err)
	}
	if strings.EqualFold(row.Number, act.Actor.ID) {
		return nil, refuse(codeStaffOwn)
	}
	row.ProposedBy, row.EnteredBy, row.EnteredAt = p.ProposedBy, act.Actor.ID, t.machine().UTC()
	return row.enter(tx), nil
}

// EndStaff ends a post, or what is borrowed, from today on: the tokens of the number work no
// more in it. One operator is enough, for it gives nobody anything.
func (t *Tokens) EndStaff(ctx context.Context, act enforcement.Act, id enforcement.ID) error {
	if err := act.Check(enforcement.Operator); err != nil {
		return err
	}
	yesterday := calendar.DayOf(t.machine()).AddDays(-1)
	_, err := t.Changes.Record.Perform(ctx, act, func(ctx context.Context, tx *pg.Tx) (*record.Event, error) {
		ended := 0
		for _, table := range []string{"staff", "staff_borrowed"} {
			done, err := tx.NewUpdate().Table(table).Set("valid_until = ?, ended_by = ?", yesterday, act.Actor.ID).
				Where("id = ? AND ended_by IS NULL AND coalesce(valid_until, 'infinity') > ?", id, yesterday).Exec(ctx)
			if err != nil {
				return nil, err
			}
			n, err := done.RowsAffected()
			if err != nil {
				return nil, err
			}
			ended += int(n)
		}
		if ended == 0 {
			return nil, refuse(codeStaffNone)
		}
		return &record.Event{Kind: record.EventStaffEnded, RefersTo: id, Day: yesterday, Reason: id.String()}, nil
	})
	if err != nil {
		return fmt.Errorf("end staff %s: %w", id, err)
	}
	return nil
}
