package intake

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"concordat/enforcement"
	"concordat/enforcement/ground"
	"concordat/enforcement/listing"
	"concordat/enforcement/record"
	"concordat/internal/pg"
)

// importRetries is how often a batch is tried when somebody else enters the same
// people or cases at the same time.
const importRetries = 10

// Settled tells what became of a batch.
type Settled struct {
	// Run is the run with the batch counted.
	Run Run
	// Refusals are the rows of the batch that were not taken, by line: those that
	// could not be read, and those that the record did not take.
	Refusals []Refusal
	// Remarks are what is told of the file and of rows that were taken.
	Remarks []FileRemark
}

// Write settles the next rows of a run, whatever it takes: subjects, cases,
// drafts (or listings in force), reviews and refusals, an event for each listing,
// and how far the run is, all in one transaction. It does so only if the run
// still stands where the caller saw it: a batch that somebody else settled
// meanwhile is refused with import.elsewhere and changes nothing.
//
// Under one key of court, case, subject and source record the same content is
// skipped and other content reported as a conflict; nothing is overwritten, and
// what has ended stays ended.
//
// refused, when not nil, is called within the transaction with the rows that
// are not taken, and with what is told of others, and returns how long the file beside the input is with them.
// It may be called again for the same batch, with the run as it stood.
func (r *Intake) Write(ctx context.Context, act enforcement.Act, run Run, p *Prepared, bytesDone int64, refused func(Run, []Refusal) (int64, error)) (Settled, error) {
	if err := act.Check(importRoles(run.Kind)...); err != nil {
		return Settled{}, err
	}
	if err := act.OfOwner(run.Court); err != nil {
		return Settled{}, err
	}
	for attempt := 1; ; attempt++ {
		var done Settled
		err := r.Record.DB.InTx(ctx, func(ctx context.Context, tx *pg.Tx) (err error) {
			done, err = r.writeImport(ctx, tx, act, run, p, bytesDone, refused)
			return err
		})
		if name, ok := pg.Constraint(err); ok && slices.Contains(importRaces, name) && attempt < importRetries {
			continue // the next try finds what the other one entered
		}
		return done, enforcement.AsRefusal(err)
	}
}

// importRaces are the constraints that two writers of the same people and cases
// meet in.
var importRaces = []string{"subject_lookup_pkey", "execution_case_number_key", "listing_one_live", "listing_source_key", "review_item_key"}

func (r *Intake) writeImport(ctx context.Context, tx *pg.Tx, act enforcement.Act, run Run, p *Prepared, bytesDone int64, refused func(Run, []Refusal) (int64, error)) (Settled, error) {
	w := &importWriter{intake: r, act: act, run: run, rows: newImportRows(), refusals: slices.Clone(p.refusals), remarks: slices.Clone(p.remarks)}
	if err := w.lock(ctx, tx); err != nil {
		return Settled{}, err
	}
	if err := w.look(ctx, tx, p.rows); err != nil {
		return Settled{}, err
	}
	for i := range p.rows {
		if err := w.decide(&p.rows[i]); err != nil {
			return Settled{}, fmt.Errorf("settle line %d of import %s: %w", p.rows[i].line, run.ID, err)
		}
	}
	if err := w.rows.send(ctx, tx, r, act); err != nil {
		return Settled{}, err
	}
	if len(w.taken) > 0 {
		if err := r.inForceFromElsewhere(ctx, tx, act, run, w.taken); err != nil {
			return Settled{}, err
		}
	}
	w.run.Refused += int64(len(p.refusals))
	w.run.Rows += int64(p.Rows())
	w.run.BytesDone = bytesDone
	slices.SortStableFunc(w.refusals, func(a, b Refusal) int { return int(a.Line - b.Line) })
	if refused != nil {
		var err error
		if w.run.RefusedBytes, err = refused(run, w.beside()); err != nil {
			return Settled{}, fmt.Errorf("tell the refused rows of import %s: %w", run.ID, err)
		}
	}
	w.storeRefusals(tx)
	w.storeRemarks(tx)
	w.count(tx)
	return Settled{w.run, w.refusals, w.remarks}, nil
}

// importWriter settles one batch within its transaction.
type importWriter struct {
	intake   *Intake
	act      enforcement.Act
	run      Run
	rows     *importRows
	refusals []Refusal
	remarks  []FileRemark
	taken    []enforcement.ID // listings to be put in force

	subjects map[string]*importSubject // by identifier.Key
	cases    map[string]*importCase    // by number
	sources  map[sourceKey]importSource
	live     map[pairKey]bool
	ended    map[pairKey]bool
	// performed are those of which the record says that they performed in full.
	performed map[pairKey]bool
}

func (w *importWriter) refuse(row *preparedRow, code string) {
	w.run.Refused++
	w.tell(row, code)
}

func (w *importWriter) conflict(row *preparedRow, field string) {
	w.run.Conflicting++
	w.refusals = append(w.refusals, Refusal{Line: row.line, Field: field, Code: "import.conflict", Raw: row.raw})
}

func (w *importWriter) tell(row *preparedRow, code string) {
	w.refusals = append(w.refusals, Refusal{Line: row.line, Field: importField(code), Code: code, Raw: row.raw})
}

// decide settles one row. The rows before it in the batch count as entered, so
// that a file gives the same record however it is cut into batches; a row that
// is not taken leaves nothing.
func (w *importWriter) decide(row *preparedRow) error {
	if row.refusal != nil {
		w.run.Refused++
		w.refusals = append(w.refusals, *row.refusal)
		return nil
	}
	s, c := w.subjects[row.number], w.cases[row.execCase.Number]
	if s != nil && !s.identity.SameAs(row.identity) {
		w.refuse(row, "subject.identity")
		return nil
	}
	// The age is that of the subject on whom the listing will hang, as the record has it.
	if s != nil && row.taken == nil {
		if refused, ok := errors.AsType[*enforcement.Refusal](ground.CheckAge(s.identity, w.intake.Record.Today(w.act.At))); ok {
			w.refuse(row, refused.Code)
			return nil
		}
	}
	if c != nil && (c.given.FiledOn != row.execCase.FiledOn || c.given.BasisDocument != row.execCase.BasisDocument || c.given.BasisUnit != row.execCase.BasisUnit) {
		w.conflict(row, "gistId")
		return nil
	}
	if s != nil && c != nil {
		pair := pairKey{c.id, s.id}
		if before, ok := w.sources[sourceKey{pair, row.record}]; ok {
			if w.same(before, row) {
				w.run.Skipped++
			} else {
				w.conflict(row, "")
			}
			return nil
		}
		if w.live[pair] {
			w.refuse(row, "listing.exists")
			return nil
		}
		if row.taken == nil && w.performed[pair] {
			w.refuse(row, "listing.performed")
			return nil
		}
		if row.taken != nil && row.review == nil && w.ended[pair] {
			// The record knows an end of this case against this person: whether
			// another listing followed it is not for a file to say.
			return w.enter(row, s, c, enforcement.Refuse("takeover.ended-here"))
		}
	}
	return w.enter(row, s, c, row.review)
}

// same compares a row with what stood under its key before.
func (w *importWriter) same(before importSource, row *preparedRow) bool {
	if before.content != nil {
		return string(before.content) == string(row.content)
	}
	return w.intake.Record.Vault.VerifyDocument(row.content, before.hash) == nil
}

// enter enters a row: as a draft, as a listing to be put in force, or for review.
func (w *importWriter) enter(row *preparedRow, s *importSubject, c *importCase, review *enforcement.Refusal) error {
	if s == nil {
		s = &importSubject{id: row.subject.ID, identity: row.identity, wrapped: row.subject.Wrapped, envelope: &row.subject.Envelope}
		w.subjects[row.number] = s
		w.rows.subjects = append(w.rows.subjects, row.subject)
	}
	if c == nil {
		c = &importCase{enforcement.NewID(), row.execCase}
		w.cases[row.execCase.Number] = c
		given := row.execCase
		given.ID = c.id
		w.rows.cases = append(w.rows.cases, given)
	}
	key := sourceKey{pairKey{c.id, s.id}, row.record}
	w.sources[key] = importSource{content: row.content}
	if review != nil {
		return w.enterReview(row, s, key, review)
	}
	facts := row.sealedFacts
	if s.id != row.subject.ID {
		var err error
		if facts, err = w.seal(s, row.facts, "facts"); err != nil {
			return err
		}
	}
	if row.remark != "" {
		w.remarks = append(w.remarks, FileRemark{Line: row.line, Code: row.remark, raw: row.raw})
	}
	id := enforcement.NewID()
	w.live[key.pairKey] = true
	w.run.Drafted++
	l := listing.FromFile{
		Listing:   listing.Listing{ID: id, Court: w.run.Court, Case: c.id, Subject: s.id, State: ground.Draft, Conducts: row.conducts},
		DraftedBy: w.act.Actor.ID, Facts: facts,
	}
	if row.taken != nil {
		reasons, err := w.seal(s, []byte(row.taken.DecisionNumber), "reasons")
		if err != nil {
			return err
		}
		row.taken.onto(&l, reasons)
		w.taken = append(w.taken, id)
	} else {
		w.rows.events = append(w.rows.events, record.Event{
			Kind: record.EventDrafted, Subject: s.id, Ground: id, RefersTo: w.run.ID, Day: w.intake.Record.Today(w.act.At), LegalBasis: "法释〔2017〕7号 Art. 1",
		})
	}
	w.rows.listing(l)
	w.rows.source(id, key, w.run.ID, row)
	return nil
}

// seal seals a field under the envelope of a subject.
func (w *importWriter) seal(s *importSubject, plain []byte, field string) ([]byte, error) {
	if s.envelope == nil {
		envelope, err := w.intake.Record.Vault.OpenEnvelope(s.id, s.wrapped)
		if err != nil {
			return nil, fmt.Errorf("open the envelope of subject %s: %w", s.id, err)
		}
		s.envelope = &envelope
	}
	sealed, err := s.envelope.Seal(plain, field)
	if err != nil {
		return nil, fmt.Errorf("seal %s of subject %s: %w", field, s.id, err)
	}
	return sealed, nil
}

// lock holds the run and makes sure that it stands where the caller saw it.
func (w *importWriter) lock(ctx context.Context, tx *pg.Tx) error {
	var rows int64
	var state State
	var confirmed string
	err := tx.NewSelect().Table("import_run").Column("rows_done", "state").ColumnExpr("coalesce(confirmed_by, '')").
		Where("id = ?", w.run.ID).For("NO KEY UPDATE").Scan(ctx, &rows, &state, &confirmed)
	if err != nil {
		return enforcement.NotFound(err, "lock an import")
	}
	if err := refuseUnstated(w.run.Kind, confirmed); err != nil {
		return err
	}
	if rows != w.run.Rows || state != Running {
		return enforcement.Refuse("import.elsewhere")
	}
	return nil
}

// count moves the run past the batch.
func (w *importWriter) count(tx *pg.Tx) {
	i := w.run
	tx.Later(tx.NewUpdate().Model((*importRow)(nil)).Where("id = ?", i.ID).
		Set("rows_done = ?, drafted = ?, skipped = ?, conflicting = ?", pg.Number(i.Rows), pg.Number(i.Drafted), pg.Number(i.Skipped), pg.Number(i.Conflicting)).
		Set("remarks = ?", pg.Number(i.Remarks)).
		Set("refused = ?, reviewed = ?, refused_bytes = ?, bytes_done = ?", pg.Number(i.Refused), pg.Number(i.Reviewed), pg.Number(i.RefusedBytes), pg.Number(i.BytesDone)), "move import %s on", i.ID)
}
