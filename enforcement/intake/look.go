// pgx: the people, cases and listings of a batch are looked up by arrays of thousands.

package intake

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"concordat/enforcement"
	"concordat/enforcement/ground"
	"concordat/enforcement/listing"
	"concordat/enforcement/party"
	"concordat/internal/pg"
	"concordat/internal/vault"
)

type importSubject struct {
	id       enforcement.ID
	identity party.Identity
	wrapped  []byte
	envelope *vault.Envelope
}

type importCase struct {
	id    enforcement.ID
	given party.Case
}

type pairKey struct{ execCase, subject enforcement.ID }

// sourceKey is under which a record of a court's own system stands here.
type sourceKey struct {
	pairKey

	record string
}

type importSource struct{ content, hash []byte }

// look reads what the record knows of the batch's people, cases and records.
func (w *importWriter) look(ctx context.Context, tx *pg.Tx, rows []preparedRow) error {
	t := tx.Pgx()
	w.subjects, w.cases = map[string]*importSubject{}, map[string]*importCase{}
	w.sources, w.live, w.ended, w.performed = map[sourceKey]importSource{}, map[pairKey]bool{}, map[pairKey]bool{}, map[pairKey]bool{}
	if err := w.lookSubjects(ctx, t, rows); err != nil {
		return fmt.Errorf("look for the subjects of an import: %w", err)
	}
	if err := w.lookCases(ctx, t, rows); err != nil {
		return fmt.Errorf("look for the cases of an import: %w", err)
	}
	if err := w.lookListings(ctx, t); err != nil {
		return fmt.Errorf("look for the listings of an import: %w", err)
	}
	return nil
}

func (w *importWriter) lookSubjects(ctx context.Context, t pgx.Tx, rows []preparedRow) error {
	type versioned struct {
		version int16
		sum     [16]byte
	}
	wanted, sums := map[versioned]string{}, make([][]byte, 0, len(rows))
	for i := range rows {
		for _, h := range rows[i].subject.Hashes {
			k := versioned{h.Version, [16]byte(h.Sum)}
			if _, twice := wanted[k]; !twice {
				wanted[k] = rows[i].number
				sums = append(sums, h.Sum)
			}
		}
	}
	found, err := t.Query(ctx, `SELECT l.key_version, l.hash, s.id, s.envelope, `+party.SealedOf("$2")+` FROM subject_lookup l JOIN subject s
		ON s.id = l.subject_id WHERE l.hash = ANY($1)`, sums, w.run.Court)
	if err != nil {
		return err
	}
	var version int16
	var sum, wrapped, sealed []byte
	var id enforcement.ID
	_, err = pgx.ForEachRow(found, []any{&version, &sum, &id, &wrapped, &sealed}, func() error {
		number, ok := wanted[versioned{version, [16]byte(sum)}]
		if !ok || w.subjects[number] != nil {
			return nil
		}
		have, err := w.intake.Parties.OpenIdentity(id, wrapped, sealed)
		if err != nil {
			return err
		}
		w.subjects[number] = &importSubject{id: id, identity: have, wrapped: slices.Clone(wrapped)}
		return nil
	})
	return err
}

func (w *importWriter) lookCases(ctx context.Context, t pgx.Tx, rows []preparedRow) error {
	numbers := make([]string, 0, len(rows))
	for i := range rows {
		if rows[i].refusal == nil {
			numbers = append(numbers, rows[i].execCase.Number)
		}
	}
	slices.Sort(numbers)
	found, err := t.Query(ctx, `SELECT id, court_id, number, filed_on, basis_document, basis_unit FROM execution_case WHERE court_id = $1
		AND number = ANY($2)`,
		w.run.Court, slices.Compact(numbers))
	if err != nil {
		return err
	}
	var id enforcement.ID
	var c party.Case
	_, err = pgx.ForEachRow(found, []any{&id, &c.Court, &c.Number, &c.FiledOn, &c.BasisDocument, &c.BasisUnit}, func() error {
		w.cases[c.Number] = &importCase{id, c}
		return nil
	})
	return err
}

// lookListings asks only where both sides are known: what is new has none.
func (w *importWriter) lookListings(ctx context.Context, t pgx.Tx) error {
	if len(w.cases) == 0 || len(w.subjects) == 0 {
		return nil
	}
	cases, subjects := make([]enforcement.ID, 0, len(w.cases)), make([]enforcement.ID, 0, len(w.subjects))
	for _, c := range w.cases {
		cases = append(cases, c.id)
	}
	for _, s := range w.subjects {
		subjects = append(subjects, s.id)
	}
	if err := w.lookSources(ctx, t, `SELECT case_id, subject_id, source_record, content_hash FROM listing_source WHERE case_id = ANY($1)`, cases); err != nil {
		return err
	}
	if w.run.Kind == Takeover {
		if err := w.lookSources(ctx, t, `SELECT case_id, subject_id, source_record, content_hash FROM review_item WHERE case_id = ANY($1)`, cases); err != nil {
			return err
		}
	}
	rows, err := t.Query(ctx, `SELECT case_id, subject_id, state::text,
			EXISTS (SELECT FROM exclusion_fact x WHERE x.listing_id = l.id AND x.kind = 'performed' AND x.closed_on IS NULL)
		FROM listing l WHERE subject_id = ANY($1)`, subjects)
	if err != nil {
		return err
	}
	var k pairKey
	var state ground.State
	var performed bool
	life := listing.Table()
	_, err = pgx.ForEachRow(rows, []any{&k.execCase, &k.subject, &state, &performed}, func() error {
		if performed {
			w.performed[k] = true
		}
		if life.IsEnded(state) {
			w.ended[k] = true
		} else {
			w.live[k] = true
		}
		return nil
	})
	return err
}

func (w *importWriter) lookSources(ctx context.Context, t pgx.Tx, sql string, cases []enforcement.ID) error {
	rows, err := t.Query(ctx, sql, cases)
	if err != nil {
		return err
	}
	var k sourceKey
	var hash []byte
	_, err = pgx.ForEachRow(rows, []any{&k.execCase, &k.subject, &k.record, &hash}, func() error {
		w.sources[k] = importSource{hash: slices.Clone(hash)}
		return nil
	})
	return err
}
