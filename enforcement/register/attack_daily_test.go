package register_test

import (
	"slices"
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/ground"
	"concordat/enforcement/listing"
	"concordat/enforcement/party"
)

// One case at fault, as after a bad disk, stands first in the round, day after day: whoever
// comes behind it is lifted all the same, in every part that lifts; what burdens waits.
func TestOneFaultHoldsUpNoLifting(t *testing.T) {
	t.Parallel()
	l := enforcetest.Setup(t)
	ctx := t.Context()
	var over []enforcement.ID
	for range 3 {
		over = append(over, l.Published(l.Subject(l.Company()), listing.Conduct(2)))
	}
	slices.SortFunc(over, func(a, b enforcement.ID) int { return slices.Compare(a[:], b[:]) })
	l.AdvanceTo(state(t, l, over[2]).TermUntil.AddDays(1))
	unread, stuck, minor := l.Published(l.Subject(untold(l))), l.Published(l.Subject(untold(l))), l.Published(l.Subject(untold(l)))
	setRows(t, l, `UPDATE subject SET sealed = sealed || '\x00' WHERE id = $1`, state(t, l, unread).Subject)
	for _, id := range []enforcement.ID{stuck, minor} {
		rewrite(t, l, state(t, l, id).Subject, func(i *party.Identity) { i.Birth = l.Day().AddYears(-17) })
	}
	waits := l.Decided(l.Subject(l.Company()))
	must(t, l.Listings.Serve(ctx, l.Clerk(), of(waits), l.Service()))
	setRows(t, l, `CREATE FUNCTION planted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'planted fault'; END $$`)
	setRows(t, l, `CREATE TRIGGER planted BEFORE UPDATE ON listing FOR EACH ROW WHEN (OLD.id IN ('`+over[0].String()+`', '`+stuck.String()+`')) EXECUTE FUNCTION planted()`)
	for range 2 {
		if _, published, _, err := l.Daily(ctx, l.System(), nil); err == nil || published != 0 {
			t.Errorf("a fault is not told (%v), or %d are published past it", err, published)
		}
	}
	for i, id := range over {
		if ended := state(t, l, id).State == ground.Expired; ended != (i > 0) {
			t.Errorf("the %d. whose term is over ended: %t", i+1, ended)
		}
	}
	if have := state(t, l, minor); have.SuspendedFor != ground.SuspectedMinor {
		t.Errorf("a minor behind an identity that nobody can read, and a case at fault: %+v", have)
	}
	setRows(t, l, `DROP TRIGGER planted ON listing`)
	setRows(t, l, `UPDATE subject SET sealed = substring(sealed FOR length(sealed) - 1) WHERE id = $1`, state(t, l, unread).Subject)
	if ended, published, _, err := l.Daily(ctx, l.System(), nil); err != nil || ended != 1 || published != 1 {
		t.Errorf("when it is mended: %d ended, %d published, %v", ended, published, err)
	}
	if have := state(t, l, stuck); have.SuspendedFor != ground.SuspectedMinor {
		t.Errorf("a minor whose case was at fault: %+v", have)
	}
	wantAudit(t, l)
}
