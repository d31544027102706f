package docket

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/enforcement/change"
	"concordat/enforcement/record"
	"concordat/internal/calendar"
	"concordat/internal/pg"
	"concordat/memoranda/day"
)

// Notice is a notice of holidays that the record has.
type Notice struct {
	ID         int       `json:"id"`
	Region     string    `json:"region,omitempty"` // empty: the nation's
	Year       int       `json:"year"`
	Reference  string    `json:"reference"`
	Published  day.Day   `json:"published"`
	Amends     string    `json:"amends,omitempty"`
	EnteredBy  string    `json:"entered_by"`
	ProposedBy string    `json:"proposed_by,omitempty"` // empty: nothing had been sent yet
	EnteredAt  time.Time `json:"entered_at"`            // machine time
}

// noticeRow is a notice as it is kept.
type noticeRow struct {
	bun.BaseModel `bun:"table:calendar_notice,alias:n"`

	ID         int       `bun:"id,pk,autoincrement"`
	Region     string    `bun:"region"`
	Year       int       `bun:"year"`
	Reference  string    `bun:"reference"`
	Published  day.Day   `bun:"published"`
	Amends     string    `bun:"amends"`
	File       string    `bun:"file"`
	Source     string    `bun:"source"`
	EnteredBy  string    `bun:"entered_by"`
	ProposedBy string    `bun:"proposed_by,nullzero"`
	EnteredAt  time.Time `bun:"entered_at"`
}

// AskedNotice is what came of asking for a notice: it was entered, or a second person has to
// confirm the proposal.
type AskedNotice struct {
	Told     string         // the notice in a line
	Proposal enforcement.ID // zero: it is entered
}

// filedNotice is what is proposed.
type filedNotice struct {
	File   string `json:"file"`
	Source string `json:"source"`
}

// ShelfOf lays the notices that a record has over a calendar. read is the id of the last one.
func ShelfOf(ctx context.Context, db bun.IDB, given calendar.Shelf) (shelf calendar.Shelf, read int, err error) {
	var rows []noticeRow
	if err := db.NewSelect().Model(&rows).Column("id", "file", "source").Order("id").Scan(ctx); err != nil {
		return given, 0, fmt.Errorf("read the notices of holidays: %w", err)
	}
	shelf = given
	for i := range rows {
		f, err := calendar.ParseFiled(rows[i].File, []byte(rows[i].Source), nil)
		if err != nil {
			return given, 0, fmt.Errorf("read notice %d of holidays: %w", rows[i].ID, err)
		}
		read = rows[i].ID
		if f.Outdated(shelf) { // the program knows a later one
			continue
		}
		if shelf, err = shelf.With(f); err != nil {
			return given, 0, fmt.Errorf("lay notice %d over the calendar: %w", rows[i].ID, err)
		}
	}
	return shelf, read, nil
}

// Refresh has the process count by the notices that the record has, where there are more
// than it has read.
func (r *Docket) Refresh(ctx context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	var last int
	if err := r.Record.DB.NewSelect().Model((*noticeRow)(nil)).ColumnExpr("coalesce(max(id), 0)").Scan(ctx, &last); err != nil {
		return fmt.Errorf("ask for new notices of holidays: %w", err)
	}
	if last == r.read {
		return nil
	}
	shelf, read, err := ShelfOf(ctx, r.Record.DB, r.Given)
	if err != nil {
		return err
	}
	r.Record.Calendar.Put(shelf)
	r.read = read
	return nil
}

// Notices lists the notices that were loaded, oldest first.
func (r *Docket) Notices(ctx context.Context) (list []Notice, err error) {
	err = r.Record.DB.NewSelect().Model((*noticeRow)(nil)).Column("id", "region", "year", "reference", "published", "amends", "entered_by", "entered_at").
		ColumnExpr("coalesce(proposed_by, '') AS proposed_by").Order("id").Scan(ctx, &list)
	if err != nil {
		return nil, fmt.Errorf("list the notices of holidays: %w", err)
	}
	return list, nil
}

// AskNotice enters a notice of holidays where one operator may, and proposes it otherwise.
// It is held against all that the record knows now, and what is wrong with it is told whole,
// by line ([calendar.Mistake]).
func (r *Docket) AskNotice(ctx context.Context, act enforcement.Act, file string, source []byte) (asked AskedNotice, err error) {
	if err := act.Check(enforcement.Operator); err != nil {
		return asked, err
	}
	if err := r.Refresh(ctx); err != nil {
		return asked, err
	}
	known := r.Record.Calendar.Shelf()
	f, err := calendar.ParseFiled(file, source, &known)
	if err != nil {
		return asked, err //nolint:wrapcheck // the mistakes say where
	}
	asked.Told = f.Told()
	alone, err := r.Changes.Alone(ctx, r.Record.DB, act)
	if err != nil {
		return asked, err
	}
	content := filedNotice{file, string(source)}
	done, err := r.Record.Perform(ctx, act, func(ctx context.Context, tx *pg.Tx) (*record.Event, error) {
		if alone {
			return r.enterNotice(ctx, tx, act, content, "")
		}
		return r.Changes.ProposeIn(ctx, tx, act, change.New{Kind: change.Calendar, What: asked.Told, Content: content})
	})
	if err != nil {
		return asked, enforcement.AsRefusal(err)
	}
	asked.Proposal = done.RefersTo
	return asked, r.Refresh(ctx)
}

// CarryNotice enters a notice that two people want.
func (r *Docket) CarryNotice(ctx context.Context, tx *pg.Tx, act enforcement.Act, p change.Proposal, content []byte) (*record.Event, error) {
	var filed filedNotice
	if err := json.Unmarshal(content, &filed); err != nil {
		return nil, fmt.Errorf("read proposal %s: %w", p.ID, err)
	}
	return r.enterNotice(ctx, tx, act, filed, p.ProposedBy)
}

// enterNotice enters a notice that still fits what the record knows. Deadlines that a notice
// which takes another's place may move are provisional until they are counted again.
func (r *Docket) enterNotice(ctx context.Context, tx *pg.Tx, act enforcement.Act, filed filedNotice, proposedBy string) (*record.Event, error) {
	known, _, err := ShelfOf(ctx, tx, r.Given)
	if err != nil {
		return nil, err
	}
	f, err := calendar.ParseFiled(filed.File, []byte(filed.Source), &known)
	if err != nil {
		return nil, errors.Join(enforcement.Refuse("calendar.contradicts"), err)
	}
	row := noticeRow{
		Region: f.Region(), Year: f.Year(), Reference: f.Reference(), Published: f.Published(), Amends: f.Amends, File: filed.File, Source: filed.Source,
		EnteredBy: act.Actor.ID, ProposedBy: proposedBy, EnteredAt: r.Record.Machine().UTC(),
	}
	tx.Later(tx.NewInsert().Model(&row).ExcludeColumn("id").Returning("NULL"), "enter the notice of holidays of %d", row.Year)
	again := tx.NewUpdate().Model((*clockRow)(nil)).Set("provisional = true").Where("done_on IS NULL AND NOT provisional AND fired < ? AND due_on >= ?", pg.Number(StepPassed), f.Changed())
	tx.Later(again, "have the deadlines counted again that the notice of %d touches", row.Year)
	return &record.Event{Kind: record.EventCalendarLoaded, Day: f.Published(), Reason: f.Told()}, nil
}
