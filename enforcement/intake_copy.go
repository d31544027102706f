package enforcement

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"time"

	"github.com/jackc/pgx/v5"

	"concordat/internal/vault"
	"concordat/memoranda/day"
)

// copier collects rows for PostgreSQL's binary COPY (see copyDirectives).
type copier struct {
	statement string
	columns   uint16
	buf       []byte
	rows      int64
}

func newCopier(columns uint16, statement string) *copier {
	return &copier{statement: statement, columns: columns}
}

func (c *copier) row() {
	if c.buf == nil {
		c.buf = append(make([]byte, 0, 1<<18), "PGCOPY\n\377\r\n\000\000\000\000\000\000\000\000\000"...)
	}
	c.buf = binary.BigEndian.AppendUint16(c.buf, c.columns)
	c.rows++
}

func (c *copier) id(id [16]byte) {
	if id == [16]byte{} {
		c.null()
		return
	}
	c.buf = appendField(c.buf, id[:])
}

func (c *copier) bytes(value []byte) { c.buf = appendField(c.buf, value) }

func (c *copier) text(value string) {
	c.buf = append(appendLength(c.buf, int32(len(value))), value...) //nolint:gosec // a field of a bounded row
}

func (c *copier) null() { c.buf = appendLength(c.buf, -1) }

func (c *copier) int2(n int16) {
	c.buf = binary.BigEndian.AppendUint16(appendLength(c.buf, 2), uint16(n)) //nolint:gosec // two's complement
}

func (c *copier) int4(n int32) { c.buf = appendInt32(c.buf, n) }

func (c *copier) int8(n int64) {
	c.buf = binary.BigEndian.AppendUint64(appendLength(c.buf, 8), uint64(n)) //nolint:gosec // two's complement
}

func (c *copier) boolean(b bool) {
	c.buf = appendLength(c.buf, 1)
	if b {
		c.buf = append(c.buf, 1)
	} else {
		c.buf = append(c.buf, 0)
	}
}

func (c *copier) day(d day.Day) {
	if d.IsZero() {
		c.null()
		return
	}
	c.int4(int32(d - epoch))
}

// epochMicros is the instant from which PostgreSQL counts, in Unix microseconds.
var epochMicros = epoch.UTC().UnixMicro()

func (c *copier) instant(t time.Time) { c.int8(t.UnixMicro() - epochMicros) }

func (c *copier) smalls(set []int16) { c.buf = appendSmalls(c.buf, set) }

// texts writes a text[] of one dimension.
func (c *copier) texts(list ...string) {
	const oidText = 25
	n := 5 * 4
	for _, s := range list {
		n += 4 + len(s)
	}
	c.buf = appendLength(c.buf, int32(n))
	for _, word := range []int32{1, 0, oidText, int32(len(list)), 1} { //nolint:gosec // a few words
		c.buf = appendLength(c.buf, word)
	}
	for _, s := range list {
		c.text(s)
	}
}

// json writes a jsonb: its version, and the text.
func (c *copier) json(value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("write a column: %w", err)
	}
	c.buf = append(appendLength(c.buf, int32(1+len(text))), 1) //nolint:gosec // a few words
	c.buf = append(c.buf, text...)
	return nil
}

// send copies the rows, if there are any.
func (c *copier) send(ctx context.Context, t pgx.Tx) error {
	if c.rows == 0 {
		return nil
	}
	c.buf = binary.BigEndian.AppendUint16(c.buf, math.MaxUint16) // the trailer, -1
	tag, err := t.Conn().PgConn().CopyFrom(ctx, bytes.NewReader(c.buf), c.statement)
	if err != nil {
		return fmt.Errorf("%.40s…: %w", c.statement, err)
	}
	if tag.RowsAffected() != c.rows {
		return fmt.Errorf("%.40s…: %d of %d rows arrived", c.statement, tag.RowsAffected(), c.rows)
	}
	return nil
}

// importCopies are the rows a batch of an import enters, table by table in the
// order in which they refer to each other.
type importCopies struct {
	subjects, lookups, cases, grounds, listings, sources, reviews, events *copier
}

func newImportCopies() *importCopies {
	return &importCopies{
		subjects: newCopier(7, `COPY subject (id, kind, envelope, sealed, key_version, created_at, region) FROM STDIN (FORMAT binary)`),
		lookups:  newCopier(3, `COPY subject_lookup (key_version, hash, subject_id) FROM STDIN (FORMAT binary)`),
		cases:    newCopier(6, `COPY execution_case (id, court_id, number, filed_on, basis_document, basis_unit) FROM STDIN (FORMAT binary)`),
		grounds:  newCopier(9, `COPY ground (id, kind, list_type, subject_id, organisation_id, case_id, reference, decided_on, valid_until) FROM STDIN (FORMAT binary)`),
		listings: newCopier(21, `COPY listing (id, court_id, case_id, subject_id, state, conducts, facts, drafted_by, risk_warning, notice_served_on, decision_number, reasons, term_until,
			signed_by, signer_role, decided_on, service_manner, served_on, enclosures, published_on, version) FROM STDIN (FORMAT binary)`),
		sources: newCopier(7, `COPY listing_source (listing_id, case_id, subject_id, source_record, import_id, line, content_hash) FROM STDIN (FORMAT binary)`),
		reviews: newCopier(12, `COPY review_item (id, import_id, line, court_id, case_id, subject_id, source_record, content_hash, code, args, sealed, opened_on) FROM STDIN (FORMAT binary)`),
		events:  newCopier(13, `COPY event (id, kind, at, recorded_at, actor, role, organisation_id, subject_id, ground_id, refers_to, day, reason, legal_basis) FROM STDIN (FORMAT binary)`),
	}
}

func (c *importCopies) send(ctx context.Context, t pgx.Tx) error {
	for _, table := range []*copier{c.subjects, c.lookups, c.cases, c.grounds, c.listings, c.sources, c.reviews, c.events} {
		if err := table.send(ctx, t); err != nil {
			return err
		}
	}
	return nil
}

func (c *importCopies) subject(row *preparedRow, at time.Time) {
	s := c.subjects
	s.row()
	s.id(row.subject)
	s.text(string(row.identity.Kind))
	s.bytes(row.wrapped)
	s.bytes(row.sealed)
	s.int2(row.keyVersion)
	s.instant(at)
	if row.identity.Region == "" {
		s.null()
	} else {
		s.text(row.identity.Region)
	}
	for _, h := range row.hashes {
		c.lookup(h, row.subject)
	}
}

func (c *importCopies) lookup(h vault.Hash, subject ID) {
	c.lookups.row()
	c.lookups.int2(h.Version)
	c.lookups.bytes(h.Sum)
	c.lookups.id(subject)
}

func (c *importCopies) execCase(id ID, given Case) {
	t := c.cases
	t.row()
	t.id(id)
	t.int4(int32(given.Court))
	t.text(given.Number)
	t.day(given.FiledOn)
	t.text(given.BasisDocument)
	t.text(given.BasisUnit)
}

func (c *importCopies) source(id ID, k sourceKey, run ID, row *preparedRow) {
	t := c.sources
	t.row()
	t.id(id)
	t.id(k.execCase)
	t.id(k.subject)
	t.text(k.record)
	t.id(run)
	t.int8(row.line)
	t.bytes(row.contentHash)
}

func (c *importCopies) event(act Act, machine time.Time, e event) {
	t := c.events
	t.row()
	t.id(NewID())
	t.text(string(e.Kind))
	t.instant(act.At)
	t.instant(machine)
	t.text(act.Actor.ID)
	t.text(string(act.Actor.Role))
	t.int4(int32(act.Actor.Organisation))
	t.id(e.Subject)
	t.id(e.Ground)
	t.id(e.RefersTo)
	t.day(e.Day)
	if e.Reason == "" {
		t.null()
	} else {
		t.text(e.Reason)
	}
	t.text(e.LegalBasis)
}
