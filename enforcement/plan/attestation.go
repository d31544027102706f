package plan

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/enforcement/record"
	"concordat/internal/pg"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// The acts of attestations in the log.
const (
	eventAttested             record.EventKind = "attested"
	eventAttestationConfirmed record.EventKind = "attestation-confirmed"
	eventAttestationWithdrawn record.EventKind = "attestation-withdrawn"
)

// Attestation is a lawyer's statement in the record.
type Attestation struct {
	ID enforcement.ID
	memoranda.Attestation

	EnteredBy string
	EnteredAt time.Time
	// ConfirmedBy is empty where nobody has, also of what needs nobody ([Attestation.Waits]).
	ConfirmedBy string
	ConfirmedAt time.Time
	WithdrawnBy string // empty: it was not taken back
	WithdrawnAt time.Time
	// WithdrawalReason is for everybody to read.
	WithdrawalReason string

	alone bool // entered by a release that asked for no second person
}

// Waits reports whether a statement attests nothing until a second person confirms it.
func (a *Attestation) Waits() bool {
	return a.ConfirmedBy == "" && !a.alone && !a.Demonstration
}

// maxStatementText bounds each text of a statement, in bytes.
const maxStatementText = 2000

// Attest enters a lawyer's statement (法律核定) that measures, bases or editions of
// the basic list are encoded rightly. A lawyer enters it, and it counts when somebody
// else has confirmed it ([Plans.ConfirmAttestation]). Its hash must be
// [memoranda.Catalogue.AttestedHash] of the words in force, or of those of next,
// which may be nil: what is to be adopted can be attested before.
func (r *Plans) Attest(ctx context.Context, act enforcement.Act, s memoranda.Attestation, next *memoranda.Catalogue) (enforcement.ID, error) {
	if err := act.Check(enforcement.Lawyer); err != nil {
		return enforcement.ID{}, err
	}
	s, err := r.entered(act, s)
	if err != nil {
		return enforcement.ID{}, err
	}
	id := enforcement.NewID()
	d, err := r.Record.Perform(ctx, act, func(ctx context.Context, tx *pg.Tx) (*record.Event, error) {
		tx.Later(tx.NewRaw(closeEditions), "close the gate of editions")
		text, err := r.Learn(ctx, tx)
		if err != nil {
			return nil, err
		}
		if err := mayAttest(cmp.Or(next, text.Catalogue), s); err != nil {
			return nil, err
		}
		tx.Later(tx.NewInsert().Model(statementOf(act, id, s)), "enter statement %s", id)
		return &record.Event{Kind: eventAttested, RefersTo: id, DocumentHash: s.Hash[:], Reason: s.Memorandum}, nil
	})
	if err != nil {
		return enforcement.ID{}, err
	}
	return d.RefersTo, r.Refresh(ctx)
}

// entered brings a statement into the form in which the record keeps it. Who states it is
// whoever enters it, and no name that is given.
func (r *Plans) entered(act enforcement.Act, s memoranda.Attestation) (memoranda.Attestation, error) {
	s.Who = memoranda.Attester{Name: act.Actor.ID, Role: string(act.Actor.Role)}
	source := enforcement.Say(s.Source)
	if s.Source = source.String(); !source.Fits(maxStatementText) || !source.Says(1) {
		return s, enforcement.Refuse("attestation.who", "max", strconv.Itoa(maxStatementText))
	}
	switch {
	case s.When.IsZero() || s.When > r.Record.Today(act.At):
		return s, enforcement.Refuse("attestation.date")
	case s.Demonstration && !r.Demonstration:
		return s, enforcement.Refuse("attestation.demonstration")
	case len(s.Measures)+len(s.Bases)+len(s.BasicList) == 0:
		return s, enforcement.Refuse("attestation.nothing")
	case len(s.Measures) == 0: // of a memorandum without measures nothing is stated
		s.Memorandum, s.Edition = "", ""
	}
	return s, nil
}

func mayAttest(c *memoranda.Catalogue, s memoranda.Attestation) error {
	_, err := memoranda.NewAttestations(c, s)
	mistakes, ok := errors.AsType[memoranda.Mistakes](err)
	switch {
	case !ok && err != nil:
		return fmt.Errorf("read the statement: %w", err)
	case !ok:
		return nil
	case mistakes[0].Code == "memoranda.stale":
		now := c.AttestedHash(s)
		return enforcement.Refuse("attestation.stale", "hash", hex.EncodeToString(now[:]))
	default:
		return enforcement.Refuse("attestation.unknown")
	}
}

// statement is an attestation as it is kept.
type statement struct {
	bun.BaseModel `bun:"table:attestation,alias:a"`

	ID            enforcement.ID `bun:"id,pk"`
	Who           string         `bun:"who"`
	Role          string         `bun:"role"`
	On            day.Day        `bun:"stated_on"`
	Source        string         `bun:"source"`
	Memorandum    string         `bun:"memorandum,nullzero"`
	Edition       string         `bun:"edition,nullzero"`
	Measures      []string       `bun:"measures,array"`
	Bases         []string       `bun:"bases,array"`
	BasicList     []string       `bun:"basic_list,array"`
	Hash          []byte         `bun:"hash"`
	Demonstration bool           `bun:"demonstration"`
	EnteredBy     string         `bun:"entered_by"`
	EnteredAt     time.Time      `bun:"entered_at"`
	Rules         int16          `bun:"rules"`
}

func statementOf(act enforcement.Act, id enforcement.ID, s memoranda.Attestation) *statement {
	return &statement{
		ID: id, Who: s.Who.Name, Role: s.Who.Role, On: s.When, Source: s.Source, Memorandum: s.Memorandum, Edition: s.Edition, Measures: texts(s.Measures),
		Bases: texts(s.Bases), BasicList: texts(s.BasicList), Hash: s.Hash[:], Demonstration: s.Demonstration, EnteredBy: act.Actor.ID, EnteredAt: act.At.UTC(),
		Rules: 1,
	}
}

func (s *statement) attestation() memoranda.Attestation {
	return memoranda.Attestation{
		Who: memoranda.Attester{Name: s.Who, Role: s.Role}, When: s.On, Source: s.Source, Memorandum: s.Memorandum, Edition: s.Edition, Measures: s.Measures,
		Bases: s.Bases, BasicList: s.BasicList, Hash: [32]byte(s.Hash), Demonstration: s.Demonstration,
	}
}

// texts is a list that is empty and not null.
func texts(list []string) []string { return append([]string{}, list...) }

// ConfirmAttestation says, for a second person with a token of their own, that a statement
// is right: from the next publication on it counts. Its hash must still be that of the words
// in force or, of what is to be adopted, of next's, so nobody confirms what reads otherwise
// now (attestation.stale). Who entered it does not confirm it (attestation.second-person).
func (r *Plans) ConfirmAttestation(ctx context.Context, act enforcement.Act, id enforcement.ID, next *memoranda.Catalogue) error {
	if err := act.Check(enforcement.Lawyer, enforcement.Operator, enforcement.Overseer); err != nil {
		return err
	}
	if act.ByAccount() {
		return enforcement.Refuse("attestation.account")
	}
	_, err := r.Record.Perform(ctx, act, func(ctx context.Context, tx *pg.Tx) (*record.Event, error) {
		tx.Later(tx.NewRaw(closeEditions), "close the gate of editions")
		text, err := r.Learn(ctx, tx)
		if err != nil {
			return nil, err
		}
		i := slices.IndexFunc(text.statements, func(s Attestation) bool { return s.ID == id })
		if i < 0 {
			return nil, enforcement.Refuse("not-found")
		}
		s := &text.statements[i]
		if s.WithdrawnBy != "" {
			return nil, enforcement.Refuse("attestation.withdrawn")
		}
		if err := mayAttest(cmp.Or(next, text.Catalogue), s.Attestation); err != nil {
			return nil, err
		}
		tx.LaterOne(tx.NewRaw(`INSERT INTO attestation_confirmation (attestation_id, entered_by, confirmed_by, confirmed_at) VALUES (?, ?, ?, ?)
			ON CONFLICT DO NOTHING`,
			id, s.EnteredBy, act.Actor.ID, act.At.UTC()), enforcement.Refuse("attestation.confirmed"), "confirm statement %s", id)
		return &record.Event{Kind: eventAttestationConfirmed, RefersTo: id, DocumentHash: s.Hash[:]}, nil
	})
	if err != nil {
		return err
	}
	return r.Refresh(ctx)
}

// WithdrawAttestation takes a statement back: from the next publication on it
// attests nothing.
func (r *Plans) WithdrawAttestation(ctx context.Context, act enforcement.Act, id enforcement.ID, reason string) error {
	if err := act.Check(enforcement.Operator, enforcement.Overseer, enforcement.Lawyer); err != nil {
		return err
	}
	if reason = enforcement.Say(reason).String(); !enforcement.Words(reason).Fits(maxStatementText) {
		return enforcement.Refuse("attestation.reason", "max", strconv.Itoa(maxStatementText))
	}
	if err := enforcement.Public("reason", reason); err != nil {
		return err
	}
	_, err := r.Record.Perform(ctx, act, func(ctx context.Context, tx *pg.Tx) (*record.Event, error) {
		tx.Later(tx.NewRaw(closeEditions), "close the gate of editions")
		found, err := tx.NewSelect().Model((*statement)(nil)).Where("id = ?", id).Exists(ctx)
		if err != nil {
			return nil, fmt.Errorf("look for statement %s: %w", id, err)
		}
		if !found {
			return nil, enforcement.Refuse("not-found")
		}
		tx.LaterOne(tx.NewRaw(`INSERT INTO attestation_withdrawal (attestation_id, reason, withdrawn_by, withdrawn_at) VALUES (?, ?, ?, ?)
			ON CONFLICT DO NOTHING`,
			id, reason, act.Actor.ID, act.At.UTC()), enforcement.Refuse("attestation.withdrawn"), "take statement %s back", id)
		return &record.Event{Kind: eventAttestationWithdrawn, RefersTo: id}, nil
	})
	if err != nil {
		return err
	}
	return r.Refresh(ctx)
}

// readStatements reads all of them, who confirmed them, and what was taken back.
func readStatements(ctx context.Context, db bun.IDB) ([]Attestation, error) {
	var rows []struct {
		statement

		ConfirmedBy      string    `bun:"confirmed_by"`
		ConfirmedAt      time.Time `bun:"confirmed_at"`
		WithdrawnBy      string    `bun:"withdrawn_by"`
		WithdrawnAt      time.Time `bun:"withdrawn_at"`
		WithdrawalReason string    `bun:"reason"`
	}
	err := db.NewSelect().TableExpr("attestation AS a").Join("LEFT JOIN attestation_withdrawal AS w ON w.attestation_id = a.id").
		Join("LEFT JOIN attestation_confirmation AS c ON c.attestation_id = a.id").
		ColumnExpr("a.*, c.confirmed_by, c.confirmed_at, w.withdrawn_by, w.withdrawn_at, w.reason").Order("a.entered_at", "a.id").Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("read the statements: %w", err)
	}
	list := make([]Attestation, len(rows))
	for i := range rows {
		s := &rows[i]
		list[i] = Attestation{
			ID: s.ID, EnteredBy: s.EnteredBy, EnteredAt: s.EnteredAt, ConfirmedBy: s.ConfirmedBy, ConfirmedAt: s.ConfirmedAt, WithdrawnBy: s.WithdrawnBy, WithdrawnAt: s.WithdrawnAt, WithdrawalReason: s.WithdrawalReason,
			Attestation: s.attestation(), alone: s.Rules == 0,
		}
	}
	return list, nil
}

// AttestationState is a statement of the record and whether it counts.
type AttestationState struct {
	Attestation
	// Counts is false for one that was taken back, waits for a second person, was made for
	// demonstration, or whose words are not in force: changed since, or not adopted yet.
	Counts bool
}

// Attestations lists the record's statements, oldest first.
func (r *Plans) Attestations(ctx context.Context) ([]AttestationState, error) {
	if err := r.Refresh(ctx); err != nil {
		return nil, err
	}
	text := r.Text()
	list := make([]AttestationState, len(text.statements))
	for i, s := range text.statements {
		_, fallen := memoranda.StandingAttestations(text.Catalogue, []memoranda.Attestation{s.Attestation})
		list[i] = AttestationState{s, r.mayCount(&s) && len(fallen) == 0}
	}
	return list, nil
}

// Attested says how much of what is in force on a day may be sent.
type Attested struct {
	On day.Day `json:"on"`
	// Measures stand in editions that are in force that day.
	Measures int `json:"measures"`
	// Attested of them are attested by a statement that counts, Travel would be sent.
	Attested int `json:"attested"`
	Travel   int `json:"travel"`
	// HeldBack counts the others by the code of what holds each of them back
	// ([memoranda.Reasons], [memoranda.NoEdition]).
	HeldBack map[string]int `json:"held_back"`
}

// AttestedOn counts what is attested and what is held back.
func (r *Plans) AttestedOn(ctx context.Context, on day.Day) (Attested, error) {
	a := Attested{On: on, HeldBack: map[string]int{}}
	if err := r.Refresh(ctx); err != nil {
		return a, err
	}
	text := r.Text()
	index, err := text.Catalogue.Index(text.Attested, true)
	if err != nil {
		return a, fmt.Errorf("compile the catalogue: %w", err)
	}
	for i := range text.Catalogue.Memoranda {
		m := &text.Catalogue.Memoranda[i]
		if m.From > on || (!m.Until.IsZero() && m.Until < on) {
			continue
		}
		for _, s := range index.Standings(m, on) {
			a.Measures++
			if text.Attested.Measure(m.Slug, m.Edition, s.Measure.Slug) {
				a.Attested++
			}
			if s.Travels() {
				a.Travel++
			} else {
				a.HeldBack[s.Code]++
			}
		}
	}
	return a, nil
}
