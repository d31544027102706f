package main

import (
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"concordat/enforcement"
	"concordat/enforcement/ground"
	"concordat/enforcement/listing"
	"concordat/internal/calendar"
)

// Somebody pauses the queue of the day: a process that delivers ends all the same whose term
// is over, and withdraws what was sent.
func TestAPausedDayHoldsNobody(t *testing.T) {
	t.Parallel()
	p := newPairOn(t, listing.ObstructsByForce)
	ctx, of := t.Context(), ground.Change{}
	okay(t, of.Ground.UnmarshalText([]byte(p.listing)))
	clerk := enforcement.Act{At: now(), Actor: enforcement.Actor{ID: "clerk-2", Role: enforcement.Clerk, Organisation: p.court}}
	okay(t, p.office.register.Listings.Publish(ctx, clerk, of))
	p.serve()
	p.holding(true, time.Now().Add(goesWithin))
	p.stop()
	_, err := p.office.db.Pool.Exec(ctx, `BEGIN; SET LOCAL session_replication_role = 'replica'; -- two years go by
		UPDATE ground SET decided_on = decided_on - 735;
		UPDATE listing SET rules = 0, decided_on = decided_on - 735, term_until = term_until - 735;
		UPDATE river.river_queue SET paused_at = now() WHERE name = 'daily'; COMMIT`, pgx.QueryExecModeSimpleProtocol)
	okay(t, err)
	p.serve()
	p.holding(false, time.Now().Add(goesWithin))
	have, err := p.office.register.Listings.Get(ctx, clerk, of.Ground)
	okay(t, err)
	if have.State != ground.Expired {
		t.Errorf("of %s, whose term ended on %s: %s", calendar.DayOf(now()), have.TermUntil, have.State)
	}
}
