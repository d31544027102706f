package intake

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"concordat/enforcement"
	"concordat/enforcement/party"
	"concordat/enforcement/record"
	pgbinary "concordat/internal/pg/binary"
	"concordat/internal/vault"
)

// importCopies are the rows a batch of an import enters, table by table in the
// order in which they refer to each other.
type importCopies struct {
	subjects, lookups, cases, grounds, listings, sources, reviews, events *pgbinary.Copier
}

func newImportCopies() *importCopies {
	return &importCopies{
		subjects: pgbinary.NewCopier(7, `COPY subject (id, kind, envelope, sealed, key_version, created_at, region) FROM STDIN (FORMAT binary)`),
		lookups:  pgbinary.NewCopier(3, `COPY subject_lookup (key_version, hash, subject_id) FROM STDIN (FORMAT binary)`),
		cases:    pgbinary.NewCopier(6, `COPY execution_case (id, court_id, number, filed_on, basis_document, basis_unit) FROM STDIN (FORMAT binary)`),
		grounds:  pgbinary.NewCopier(9, `COPY ground (id, kind, list_type, subject_id, organisation_id, case_id, reference, decided_on, valid_until) FROM STDIN (FORMAT binary)`),
		listings: pgbinary.NewCopier(21, `COPY listing (id, court_id, case_id, subject_id, state, conducts, facts, drafted_by, risk_warning, notice_served_on, decision_number, reasons, term_until,
			signed_by, signer_role, decided_on, service_manner, served_on, enclosures, published_on, version) FROM STDIN (FORMAT binary)`),
		sources: pgbinary.NewCopier(7, `COPY listing_source (listing_id, case_id, subject_id, source_record, import_id, line, content_hash) FROM STDIN (FORMAT binary)`),
		reviews: pgbinary.NewCopier(12, `COPY review_item (id, import_id, line, court_id, case_id, subject_id, source_record, content_hash, code, args, sealed, opened_on) FROM STDIN (FORMAT binary)`),
		events:  pgbinary.NewCopier(13, `COPY event (id, kind, at, recorded_at, actor, role, organisation_id, subject_id, ground_id, refers_to, day, reason, legal_basis) FROM STDIN (FORMAT binary)`),
	}
}

func (c *importCopies) send(ctx context.Context, t pgx.Tx) error {
	for _, table := range []*pgbinary.Copier{c.subjects, c.lookups, c.cases, c.grounds, c.listings, c.sources, c.reviews, c.events} {
		if err := table.Send(ctx, t); err != nil {
			return err
		}
	}
	return nil
}

func (c *importCopies) subject(row *preparedRow, at time.Time) {
	s := c.subjects
	s.Row()
	s.ID(row.subject)
	s.Text(string(row.identity.Kind))
	s.Bytes(row.wrapped)
	s.Bytes(row.sealed)
	s.Int2(row.keyVersion)
	s.Instant(at)
	if row.identity.Region == "" {
		s.Null()
	} else {
		s.Text(row.identity.Region)
	}
	for _, h := range row.hashes {
		c.lookup(h, row.subject)
	}
}

func (c *importCopies) lookup(h vault.Hash, subject enforcement.ID) {
	c.lookups.Row()
	c.lookups.Int2(h.Version)
	c.lookups.Bytes(h.Sum)
	c.lookups.ID(subject)
}

func (c *importCopies) execCase(id enforcement.ID, given party.Case) {
	t := c.cases
	t.Row()
	t.ID(id)
	t.Int4(int32(given.Court))
	t.Text(given.Number)
	t.Day(given.FiledOn)
	t.Text(given.BasisDocument)
	t.Text(given.BasisUnit)
}

func (c *importCopies) source(id enforcement.ID, k sourceKey, run enforcement.ID, row *preparedRow) {
	t := c.sources
	t.Row()
	t.ID(id)
	t.ID(k.execCase)
	t.ID(k.subject)
	t.Text(k.record)
	t.ID(run)
	t.Int8(row.line)
	t.Bytes(row.contentHash)
}

func (c *importCopies) event(act enforcement.Act, machine time.Time, e record.Event) {
	t := c.events
	t.Row()
	t.ID(enforcement.NewID())
	t.Text(string(e.Kind))
	t.Instant(act.At)
	t.Instant(machine)
	t.Text(act.Actor.ID)
	t.Text(string(act.Actor.Role))
	t.Int4(int32(act.Actor.Organisation))
	t.ID(e.Subject)
	t.ID(e.Ground)
	t.ID(e.RefersTo)
	t.Day(e.Day)
	if e.Reason == "" {
		t.Null()
	} else {
		t.Text(e.Reason)
	}
	t.Text(e.LegalBasis)
}
