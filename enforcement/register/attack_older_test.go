package register_test

import (
	"slices"
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/ground"
	"concordat/enforcement/paper"
)

// One receipt for everything: what proved that the notice was served is of the file, brought
// for service, and older than the decision. It does not prove that the decision was served.
func TestAReceiptProvesNothingThatCameLater(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	id := b.Draft(b.Subject(b.Company()))
	n, before := b.Notice(), enforcetest.Before(b.Clerk())
	n.Receipt = enforcetest.Paper("演示送达回证：执行通知书")
	must(t, b.Listings.Warn(ctx, before, of(id), n))
	var receipt enforcement.ID
	must(t, b.DB.Pool.QueryRow(ctx, `SELECT notice_receipt FROM listing WHERE id = $1`, id).Scan(&receipt))
	must(t, b.Listings.Propose(ctx, b.Judge(), of(id), b.Decision()))
	must(t, b.Listings.Sign(ctx, b.President(), of(id)))
	s := b.Service()
	s.Paper = paper.Given{ID: receipt}
	left := fingerprint(t, b)
	wantCode(t, "the decision's service by the notice's receipt", b.Listings.Serve(ctx, b.Clerk(), of(id), s), "paper.older")
	for _, manner := range []string{ground.ServedByLeaving, ground.ServedByMail} {
		s.Manner = manner
		wantCode(t, manner, b.Listings.Serve(ctx, b.Clerk(), of(id), s), "paper.older")
	}
	if fingerprint(t, b) != left {
		t.Error("a refused service left something")
	}
	s.Manner, s.Paper = ground.ServedDirectly, enforcetest.Paper("演示送达回证：决定书")
	must(t, b.Listings.Serve(ctx, b.Clerk(), of(id), s))
	if got := state(t, b, id).State; got != ground.Served {
		t.Errorf("served by its own receipt: %s", got)
	}
}

// A receipt that comes in the request bears the day of the service that it proves, and not the
// day on which somebody typed it in: recorded on the day of the decision, it is of the notice.
func TestAReceiptIsOfItsDay(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	id := b.Draft(b.Subject(b.Company()))
	n := b.Notice()
	n.Receipt = enforcetest.Paper("演示送达回证：执行通知书")
	must(t, b.Listings.Warn(ctx, b.Clerk(), of(id), n))
	var receipt enforcement.ID
	must(t, b.DB.Pool.QueryRow(ctx, `SELECT notice_receipt FROM listing WHERE id = $1`, id).Scan(&receipt))
	must(t, b.Listings.Propose(ctx, b.Judge(), of(id), b.Decision()))
	must(t, b.Listings.Sign(ctx, b.President(), of(id)))
	s := b.Service()
	s.Paper = paper.Given{ID: receipt}
	wantCode(t, "recorded on the day of the decision", b.Listings.Serve(ctx, b.Clerk(), of(id), s), "paper.older")
}

// Every paper of a move that proves a service names the field of the service's day.
func TestEveryProofOfServiceSaysOfWhichDay(t *testing.T) {
	t.Parallel()
	seen := 0
	for _, table := range []*ground.Table{listingTable, administrativeTable, rewardTable, orderTable} {
		for _, m := range table.Moves {
			for i := range m.Papers {
				n := &m.Papers[i]
				if !slices.Contains([]paper.Purpose{paper.Service, paper.Extension, paper.RewardNotice}, n.Purpose) {
					continue
				}
				seen++
				if len(n.NotBefore) == 0 {
					t.Errorf("%s %s: %s proves a service of any day", table.Slug, m.Name, n.Field)
				}
				for _, field := range n.NotBefore {
					known := slices.ContainsFunc(m.Needs, func(need ground.Need) bool { return need.Field == field })
					if !known && field != "last_posted_on" {
						t.Errorf("%s %s: %s is no field of the move", table.Slug, m.Name, field)
					}
				}
			}
		}
	}
	if seen < 6 {
		t.Errorf("found %d proofs of service", seen)
	}
}
