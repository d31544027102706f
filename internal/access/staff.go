package access

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/enforcement/paper"
	"concordat/internal/calendar"
	"concordat/internal/pg"
	"concordat/memoranda/day"
)

// Who holds a token is a human, and a human is a staff number (工号) of an organisation: an
// actor's id is that number, so that whoever holds two tokens under it is one person to
// every rule that asks for a second, in the program and in the schema. Numbers that agree
// are compared as one human across organisations too: the rule errs towards refusing. A
// token of before, or one that the program issues itself, has its actor's id as its human.

// Presides says by what somebody signs as president of a court.
type Presides string

// The ways to preside; an acting president (主持工作的副院长) has a paper and an end.
const (
	Appointed Presides = "appointed"
	Acting    Presides = "acting"
)

// Staff is what a staff number stands for from a day to a day.
type Staff struct {
	ID enforcement.ID `json:"id"`
	// Organisation has given the number; 0: those who run the installation.
	Organisation enforcement.OrganisationID `json:"organisation,omitempty"`
	Number       string                     `json:"number"`
	Name         string                     `json:"name"`
	Post         string                     `json:"post"`
	Presides     Presides                   `json:"presides,omitempty"`
	From         day.Day                    `json:"from"`
	// Until is the last day; none: until further notice.
	Until      day.Day `json:"until,omitzero"`
	ProposedBy string  `json:"proposed_by,omitempty"`
	EnteredBy  string  `json:"entered_by"`
	EndedBy    string  `json:"ended_by,omitempty"`
	// Document is the paper of the appointment: an acting president's must be there. The file
	// keeps it; Paper is its id there.
	Document []byte         `json:"-"`
	Paper    enforcement.ID `json:"paper,omitzero"`
}

// staffRow is a staff number as it is kept.
type staffRow struct {
	bun.BaseModel `bun:"table:staff,alias:s"`

	ID           enforcement.ID             `bun:"id,pk"`
	Organisation enforcement.OrganisationID `bun:"organisation_id,nullzero"`
	Number       string                     `bun:"number"`
	Name         string                     `bun:"name"`
	Post         string                     `bun:"post"`
	Presides     Presides                   `bun:"presides,nullzero"`
	From         day.Day                    `bun:"valid_from"`
	Until        day.Day                    `bun:"valid_until"`
	Paper        enforcement.ID             `bun:"paper,nullzero"`
	PaperHash    []byte                     `bun:"paper_hash"`
	ProposedBy   string                     `bun:"proposed_by,nullzero"`
	EnteredBy    string                     `bun:"entered_by"`
	EnteredAt    time.Time                  `bun:"entered_at"`
	EndedBy      string                     `bun:"ended_by,nullzero"`
}

func (r *staffRow) staff() Staff {
	return Staff{
		ID: r.ID, Organisation: r.Organisation, Number: r.Number, Name: r.Name, Post: r.Post, Presides: r.Presides, From: r.From, Until: r.Until,
		ProposedBy: r.ProposedBy, EnteredBy: r.EnteredBy, EndedBy: r.EndedBy, Paper: r.Paper,
	}
}

// checked brings what is entered into its form and refuses what says nothing, what is of
// the wrong days, and an acting president without a paper or an end.
func (s Staff) checked(today day.Day) (Staff, error) {
	s.Number, s.Name, s.Post = text(s.Number), text(s.Name), text(s.Post)
	if s.From.IsZero() {
		s.From = today
	}
	switch {
	case !staffNumber.MatchString(s.Number) || !says(s.Number) || enforcement.Reserved(s.Number):
		return s, refuse(codeStaffNumber)
	case !says(s.Name) || !says(s.Post):
		return s, refuse(codeStaffText)
	case !s.Until.IsZero() && (s.Until < s.From || s.Until < today):
		return s, refuse(codeStaffPeriod)
	case s.Presides != "" && s.Presides != Appointed && s.Presides != Acting, s.Presides != "" && s.Organisation == 0:
		return s, refuse(codeStaffCourt)
	case s.Presides == Acting && s.Until.IsZero():
		return s, refuse(codeStaffPeriod)
	case s.Presides == Acting && len(s.Document) == 0:
		return s, refuse(codeStaffPaper)
	}
	return s, nil
}

// row is a staff number to be kept, without its paper.
func (t *Tokens) row(act enforcement.Act, s Staff) *staffRow {
	return &staffRow{
		ID: enforcement.NewID(), Organisation: s.Organisation, Number: s.Number, Name: s.Name, Post: s.Post, Presides: s.Presides, From: s.From, Until: s.Until,
		EnteredBy: act.Actor.ID, EnteredAt: t.machine().UTC(),
	}
}

// keep keeps the paper of an appointment, or by which somebody is lent; none is none.
func (t *Tokens) keep(tx *pg.Tx, act enforcement.Act, of enforcement.ID, purpose paper.Purpose, document []byte) (one paper.Paper, err error) {
	if len(document) == 0 {
		return one, nil
	}
	return t.Papers.Keep(tx, act, paper.Holder{Owner: act.Actor.Organisation, Serves: of}, purpose, paper.Given{Content: document})
}

// told is what a second person reads, and the log keeps: no name, as everywhere in the log.
func (r *staffRow) told() string {
	what := fmt.Sprintf("%s of organisation %d from %s", r.Number, r.Organisation, r.From)
	if !r.Until.IsZero() {
		what += " until " + r.Until.String()
	}
	if r.Presides != "" {
		what += ", presides: " + string(r.Presides)
	}
	return what
}

// StaffOn returns what a staff number of an organisation (0: the installation's own) stands
// for on a day; none is staff.none.
func (t *Tokens) StaffOn(ctx context.Context, org enforcement.OrganisationID, number string, on day.Day) (Staff, error) {
	var row staffRow
	err := t.db.NewSelect().Model(&row).Where("lower(number) = lower(?) AND organisation_id IS NOT DISTINCT FROM nullif(?, 0)", text(number), pg.Number(org)).
		Where("? >= valid_from AND ? <= coalesce(valid_until, 'infinity')", on, on).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return Staff{}, refuse(codeStaffNone)
	}
	if err != nil {
		return Staff{}, fmt.Errorf("look for a staff number: %w", err)
	}
	return row.staff(), nil
}

// ListStaff lists staff numbers with all that they stood for, by number and day: an
// operator's and an overseer's act of all organisations, others of their own.
func (t *Tokens) ListStaff(ctx context.Context, act enforcement.Act) ([]Staff, error) {
	if err := act.Check(); err != nil {
		return nil, err
	}
	var rows []staffRow
	q := t.db.NewSelect().Model(&rows).OrderExpr("organisation_id NULLS FIRST, lower(number), valid_from")
	if act.Actor.Role != enforcement.Operator && act.Actor.Role != enforcement.Overseer {
		q = q.Where("organisation_id IS NOT DISTINCT FROM nullif(?, 0)", pg.Number(act.Actor.Organisation))
	}
	if err := q.Scan(ctx); err != nil {
		return nil, fmt.Errorf("list staff numbers: %w", err)
	}
	list := make([]Staff, len(rows))
	for i := range rows {
		list[i] = rows[i].staff()
	}
	return list, nil
}

// human makes a token one of the staff number that it is issued for, or enters that along.
func (t *Tokens) human(ctx context.Context, row *tokenRow, n Wanted) error {
	today := calendar.DayOf(t.machine())
	of := n.Of
	if of == 0 {
		of = n.Organisation
	}
	row.Staffed, row.StaffOf = true, of
	known, err := t.StaffOn(ctx, of, n.Staff, today)
	switch {
	case err == nil && n.Enter != nil && (text(n.Enter.Name) != known.Name || text(n.Enter.Post) != known.Post):
		return refuse(codeStaffExists)
	case err == nil:
		row.Actor = known.Number
		return t.inPost(ctx, row, today)
	case !errors.Is(err, refuse(codeStaffNone)):
		return err
	case n.Enter == nil:
		return refuse(CodeStaff)
	}
	s := *n.Enter
	s.Organisation, s.Number = of, n.Staff
	if s, err = s.checked(today); err != nil {
		return err
	}
	if s.From > today || row.Role == enforcement.President && s.Presides == "" || n.Organisation != 0 && of != n.Organisation {
		return refuse(CodePost)
	}
	row.Actor, row.enrols = s.Number, &s
	return nil
}

// inPost refuses a token whose staff number is not in post for it.
func (t *Tokens) inPost(ctx context.Context, row *tokenRow, on day.Day) error {
	var may bool
	err := t.db.NewRaw(`SELECT in_post(nullif(?, 0), nullif(?, 0), ?, ?, ?)`, pg.Number(row.Organisation), pg.Number(row.StaffOf), row.Actor, row.Role, on).Scan(ctx, &may)
	if err != nil {
		return fmt.Errorf("ask whether a staff number is in post: %w", err)
	}
	if !may {
		return refuse(CodePost)
	}
	return nil
}

// enrol enters a staff number along with its token: before anything was sent, and for the
// operator whom an account begins with. Later it takes two people ([Tokens.EnterStaff]).
func (t *Tokens) enrol(ctx context.Context, tx *pg.Tx, act enforcement.Act, s *Staff) error {
	if s == nil {
		return nil
	}
	if err := t.Changes.RefuseAlone(ctx, tx, act); err != nil && !act.ByAccount() {
		if errors.Is(err, enforcement.Refuse("change.unproposed")) {
			return refuse(codeStaffAlone)
		}
		return err
	}
	row := t.row(act, *s)
	if err := row.bring(tx, t, act, s.Document); err != nil {
		return err
	}
	t.record().Log(ctx, tx, act, *row.enter(tx))
	return nil
}
