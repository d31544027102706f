package plan

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"concordat/enforcement/party"
	"concordat/enforcement/record"
	"concordat/internal/pg"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// Text is what the register goes by, all of one moment of the record: the
// catalogue in force, what of it is attested, and the numbers of its measures. It
// never changes after it is made.
type Text struct {
	Catalogue  *memoranda.Catalogue
	Attested   *memoranda.Attestations
	Measures   *MeasureTable
	editions   []edition
	statements []Attestation
	mark       mark
}

// mark says how much the record told when it was read. Editions, statements,
// what confirms them and what takes them back are only ever added, so equal marks mean equal texts.
type mark struct{ editions, statements, confirmations, withdrawals int64 }

const selectMark = `SELECT (SELECT count(*) FROM edition), (SELECT count(*) FROM attestation),
  (SELECT count(*) FROM attestation_confirmation), (SELECT count(*) FROM attestation_withdrawal)`

func (m *mark) ask(db bun.IDB) pg.Ask {
	return pg.One(db.NewRaw(selectMark), &m.editions, &m.statements, &m.confirmations, &m.withdrawals)
}

// edition is a row of the record. readable: this programme reads its text as it was
// adopted.
type edition struct {
	id int32
	memoranda.Adopted
	listTypes []string
	readable  bool
}

func (e edition) standsOn(d day.Day) bool { return e.From <= d && (e.Until.IsZero() || d <= e.Until) }

// The gate of editions is one advisory lock: whoever makes directives passes with
// it shared, and who adopts an edition or enters a statement holds it alone. So a
// publication goes by all that was in the record when it passed, also by what had
// no row to be locked before.
const (
	enterEditions = `SELECT pg_advisory_xact_lock_shared` + record.EditionGate
	closeEditions = `SELECT pg_advisory_xact_lock` + record.EditionGate
)

// InForce returns the catalogue of the text that this process goes by, the binary's
// overlaid with the record's editions, and the statements that count for it. See
// [Plans.Refresh].
func (r *Plans) InForce() (*memoranda.Catalogue, *memoranda.Attestations) {
	text := r.Text()
	return text.Catalogue, text.Attested
}

// Catalogue is the catalogue in force; see [Plans.InForce].
func (r *Plans) Catalogue() *memoranda.Catalogue { return r.Text().Catalogue }

// Text is the text that this process goes by; see [Plans.Refresh].
func (r *Plans) Text() *Text { return r.text.Load() }

// Refresh reads the editions and statements of the record anew, where there are
// more than this process has read. What makes directives does so by itself.
func (r *Plans) Refresh(ctx context.Context) error {
	var m mark
	db := r.Record.DB
	if err := db.Together(ctx, m.ask(db)); err != nil {
		return fmt.Errorf("ask how many editions and statements there are: %w", err)
	}
	return r.refreshTo(ctx, m)
}

// Fresh asks, together with other questions, whether the record tells more of what was
// agreed and attested than this process has read ([Plans.Since]).
type Fresh struct{ mark mark }

// Ask is the question.
func (f *Fresh) Ask(db bun.IDB) pg.Ask { return f.mark.ask(db) }

// Since is the text that this process goes by when the question was answered. It costs
// nothing, unless the record tells more: then it is read anew.
func (r *Plans) Since(ctx context.Context, f *Fresh) (*Text, error) {
	err := r.refreshTo(ctx, f.mark)
	return r.Text(), err
}

func (r *Plans) refreshTo(ctx context.Context, m mark) error {
	if text := r.Text(); text != nil && text.mark == m {
		return nil
	}
	// Reading is one snapshot, so that what is read belongs together.
	return r.Record.DB.Snapshot(ctx, func(ctx context.Context, tx *pg.Tx) error {
		_, err := r.Learn(ctx, tx)
		return err
	})
}

// HoldText holds the editions and statements of the record as they are until the
// transaction ends, and returns the text that they make and the organisations of the
// moment.
func (r *Plans) HoldText(ctx context.Context, tx *pg.Tx) (*Text, []party.Organisation, error) {
	tx.Later(tx.NewRaw(enterEditions), "pass the gate of editions")
	var m mark
	var organisations int64
	err := tx.Together(ctx, m.ask(tx), pg.One(party.MarkOfOrganisations(tx), &organisations))
	if err != nil {
		return nil, nil, fmt.Errorf("ask how many editions and statements there are: %w", err)
	}
	text := r.Text()
	if text == nil || text.mark != m {
		if text, err = r.Learn(ctx, tx); err != nil {
			return nil, nil, err
		}
	}
	list, err := r.Parties.OrganisationsAt(ctx, tx, organisations)
	return text, list, err
}

// Learn is the text of the record, read anew where the record says more than this
// process has read.
func (r *Plans) Learn(ctx context.Context, tx *pg.Tx) (*Text, error) {
	var m mark
	if err := tx.Together(ctx, m.ask(tx)); err != nil {
		return nil, fmt.Errorf("ask how many editions and statements there are: %w", err)
	}
	if text := r.Text(); text != nil && text.mark == m {
		return text, nil
	}
	text := &Text{mark: m}
	var err error
	if text.editions, err = r.readEditions(ctx, tx); err != nil {
		return nil, err
	}
	if text.statements, err = readStatements(ctx, tx); err != nil {
		return nil, err
	}
	if text.Measures, err = readMeasures(ctx, tx); err != nil {
		return nil, err
	}
	r.reading.Lock() // several read the same at once: one of them does the work
	defer r.reading.Unlock()
	if now := r.Text(); now != nil && now.mark == m {
		return now, nil
	}
	text.Catalogue = effective(r.Shipped, text.editions)
	for i := range text.editions {
		text.editions[i].readable = text.Catalogue.Known(text.editions[i].Adopted)
	}
	text.Attested = r.attest(text.Catalogue, text.statements)
	if now := r.Text(); now == nil || !now.mark.exceeds(m) {
		r.text.Store(text)
	}
	return text, nil
}

// exceeds reports whether the mark was taken later than the other.
func (m mark) exceeds(other mark) bool {
	return m.editions > other.editions || m.statements > other.statements || m.confirmations > other.confirmations || m.withdrawals > other.withdrawals
}

// effective lays the record over the seed. A text that no longer fits the seed is
// left out, and what then makes no sense at all leaves the seed alone: in both
// cases what is left out is not readable, and nothing is published on it.
func effective(seed *memoranda.Catalogue, rows []edition) *memoranda.Catalogue {
	adopted := make([]memoranda.Adopted, len(rows))
	for i, row := range rows {
		adopted[i] = row.Adopted
	}
	for range len(rows) + 1 {
		c, err := memoranda.Effective(seed, adopted)
		mistakes, ok := errors.AsType[memoranda.Mistakes](err)
		if !ok {
			return c
		}
		left := len(adopted)
		for i := range adopted {
			name := adopted[i].File()
			if len(adopted[i].Source) > 0 && slices.ContainsFunc(mistakes, func(m memoranda.Mistake) bool { return m.File == name }) {
				adopted[i].Source = nil
				left--
			}
		}
		if left == len(adopted) {
			break
		}
	}
	return seed
}

// mayCount reports whether a statement may attest anything: nobody took it back, a second
// person confirmed it, and it was not made for demonstration where this is none.
func (r *Plans) mayCount(s *Attestation) bool {
	return s.WithdrawnBy == "" && !s.Waits() && (!s.Demonstration || r.Demonstration)
}

// attest evaluates the statements of the record, and those of a demonstration's
// configuration, against a catalogue. Elsewhere a file is a typed claim, and counts nowhere.
func (r *Plans) attest(c *memoranda.Catalogue, statements []Attestation, more ...memoranda.Attestation) *memoranda.Attestations {
	counting := slices.Clone(more)
	if r.Given != nil && r.Demonstration {
		counting = append(counting, r.Given.Statements...)
	}
	for i := range statements {
		if s := &statements[i]; r.mayCount(s) {
			counting = append(counting, s.Attestation)
		}
	}
	attested, _ := memoranda.StandingAttestations(c, counting)
	return attested
}

// With is the text that another catalogue would make with the same statements and
// more. Measures that have no number yet get the next ones, for this reckoning
// alone.
func (r *Plans) With(text *Text, next *memoranda.Catalogue, more []memoranda.Attestation) *Text {
	other := &Text{
		Catalogue: next, Attested: r.attest(next, text.statements, more...), editions: text.editions, statements: text.statements, mark: text.mark,
		Measures: &MeasureTable{id: make(map[string]int16, len(text.Measures.id)), Name: make(map[int16]MeasureName, len(text.Measures.Name))},
	}
	var last int16
	for number, name := range text.Measures.Name {
		other.Measures.enter(number, name)
		last = max(last, number)
	}
	for i := range next.Memoranda {
		for j := range next.Memoranda[i].Measures {
			name := MeasureName{next.Memoranda[i].Slug, next.Memoranda[i].Measures[j].Slug}
			if _, ok := other.Measures.id[name.key()]; !ok {
				last++
				other.Measures.enter(last, name)
			}
		}
	}
	return other
}
