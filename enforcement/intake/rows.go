package intake

import (
	"context"

	"concordat/enforcement"
	"concordat/enforcement/ground"
	"concordat/enforcement/listing"
	"concordat/enforcement/party"
	"concordat/enforcement/plan"
	"concordat/enforcement/record"
	"concordat/internal/pg"
	pgbinary "concordat/internal/pg/binary"
	"concordat/memoranda"
)

// importRows are the rows a batch of an import enters. Those of other rooms their
// owners copy in.
type importRows struct {
	subjects []party.Sealed
	cases    []party.Case
	grounds  []ground.NewGround
	listings []listing.FromFile
	events   []record.Event

	sources, reviews *pgbinary.Copier
}

func newImportRows() *importRows {
	return &importRows{
		sources: pgbinary.NewCopier(7, `COPY listing_source (listing_id, case_id, subject_id, source_record, import_id, line, content_hash)
			FROM STDIN (FORMAT binary)`),
		reviews: pgbinary.NewCopier(12, `COPY review_item (id, import_id, line, court_id, case_id, subject_id, source_record, content_hash,
			code, args, sealed, opened_on) FROM STDIN (FORMAT binary)`),
	}
}

// send copies all of them, table by table in the order in which they refer to each other.
func (c *importRows) send(ctx context.Context, tx *pg.Tx, r *Intake, act enforcement.Act) error {
	if err := r.Parties.Copy(ctx, tx, act, c.subjects, c.cases); err != nil {
		return err
	}
	if err := r.Grounds.Copy(ctx, tx, c.grounds); err != nil {
		return err
	}
	if err := r.Listings.Copy(ctx, tx, c.listings); err != nil {
		return err
	}
	for _, table := range []*pgbinary.Copier{c.sources, c.reviews} {
		if err := table.Send(ctx, tx.Pgx()); err != nil {
			return err
		}
	}
	return r.Record.Copy(ctx, tx, act, c.events)
}

// listing enters a listing and its ground.
func (c *importRows) listing(l listing.FromFile) {
	c.grounds = append(c.grounds, ground.NewGround{
		ID: l.ID, Subject: l.Subject, ExecutionCase: l.Case, Kind: memoranda.OnListing, ListType: plan.ListType,
		Reference: l.DecisionNumber, Owner: l.Court, DecidedOn: l.DecidedOn, Until: l.TermUntil,
	})
	c.listings = append(c.listings, l)
}

func (c *importRows) source(id enforcement.ID, k sourceKey, run enforcement.ID, row *preparedRow) {
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
