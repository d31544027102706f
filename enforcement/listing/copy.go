package listing

import (
	"context"

	"concordat/enforcement"
	"concordat/enforcement/ground"
	"concordat/internal/pg"
	pgbinary "concordat/internal/pg/binary"
)

// FromFile is a listing that a court's file brings: a draft, or one that is in force
// elsewhere and has its old days. Facts and Reasons are sealed.
type FromFile struct {
	Listing
	DraftedBy, SignedBy string
	Facts, Reasons      []byte
}

// Copy enters listings by one COPY; who calls it enters their grounds and events.
func (r *Listings) Copy(ctx context.Context, tx *pg.Tx, list []FromFile) error {
	c := pgbinary.NewCopier(22, `COPY listing (id, court_id, case_id, subject_id, state, conducts, facts, drafted_by, risk_warning, notice_served_on, decision_number, reasons, term_until,
		signed_by, signer_role, decided_on, service_manner, served_on, enclosures, published_on, rules, version) FROM STDIN (FORMAT binary)`)
	var conducts []int16
	for i := range list {
		l := &list[i]
		conducts = conducts[:0]
		for _, n := range l.Conducts {
			conducts = append(conducts, int16(n))
		}
		c.Row()
		c.ID(l.ID)
		c.Int4(int32(l.Court))
		c.ID(l.Case)
		c.ID(l.Subject)
		c.Text(string(l.State))
		c.Smalls(conducts)
		c.Bytes(l.Facts)
		c.Text(l.DraftedBy)
		if l.State == ground.Draft {
			for range 12 { // nothing is warned, decided, served or published yet
				c.Null()
			}
			c.Int2(int16(ground.RulesProved))
		} else {
			c.Boolean(true)
			c.Day(l.NoticeServedOn)
			c.Text(l.DecisionNumber)
			c.Bytes(l.Reasons)
			c.Day(l.TermUntil)
			c.Text(l.SignedBy)
			c.Text(string(enforcement.President))
			c.Day(l.DecidedOn)
			c.Text(l.ServiceManner)
			c.Day(l.ServedOn)
			c.Texts(ground.RepairNotice)
			c.Day(l.PublishedOn)
			c.Int2(int16(ground.RulesBefore))
		}
		c.Int4(1)
	}
	return c.Send(ctx, tx.Pgx())
}
