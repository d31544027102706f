package enforcement_test

import (
	"slices"
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/enforcetest"
)

// The table alone: nothing leads out of an end, every end can be reached from
// every published state, and every state before publication can be abandoned.
func TestListingMachine(t *testing.T) {
	t.Parallel()
	ends := []enforcement.ListingMove{enforcement.MoveDelete, enforcement.MoveExpire, enforcement.MoveEarly, enforcement.MoveRevoke}
	reached := map[enforcement.ListingState]bool{enforcement.Draft: true}
	for _, s := range enforcement.ListingStates() {
		moves := 0
		for _, m := range enforcement.ListingMoves() {
			next, err := s.After(m)
			if err != nil {
				wantCode(t, string(s)+" "+string(m), err, "state.forbidden")
				if next != s {
					t.Errorf("%s %s: refused and yet %s", s, m, next)
				}
				continue
			}
			moves++
			reached[next] = true
			if !slices.Contains(enforcement.ListingStates(), next) {
				t.Errorf("%s %s leads to %q, which is no state", s, m, next)
			}
			if next.Live() && !s.Live() && m != enforcement.MovePublish {
				t.Errorf("%s becomes %s without publication, by %s", s, next, m)
			}
			if s.Live() && !next.Live() && !slices.Contains(ends, m) {
				t.Errorf("%s ends by %s", s, m)
			}
		}
		if s.Ended() != (moves == 0) {
			t.Errorf("%s: ended %v, and %d moves", s, s.Ended(), moves)
		}
		if s.Live() && s.Ended() {
			t.Errorf("%s lives and has ended", s)
		}
		for _, end := range ends {
			if _, err := s.After(end); (err == nil) != s.Live() {
				t.Errorf("%s: %s is allowed: %v", s, end, err == nil)
			}
		}
		if _, err := s.After(enforcement.MoveAbandon); (err == nil) == (s.Live() || s.Ended()) {
			t.Errorf("%s: abandoning is allowed: %v", s, err == nil)
		}
	}
	for _, s := range enforcement.ListingStates() {
		if !reached[s] {
			t.Errorf("nothing leads to %s", s)
		}
	}
	if _, err := enforcement.ListingState("published").After(enforcement.MoveRevoke); err == nil {
		t.Error("an unknown state has moves")
	}
}

// walker brings listings into states and moves them on, with content that only
// the state can be at fault with.
type walker struct {
	*enforcetest.Bundle
	t *testing.T
}

// standing is a state, and what else is under way in it.
type standing struct {
	name      string
	state     enforcement.ListingState
	fixed     bool // a listing with a term
	suspended bool
	correct   bool // under correction
	walk      []enforcement.ListingMove
}

func standings() []standing {
	warned := []enforcement.ListingMove{enforcement.MoveWarn}
	decided := append(warned, enforcement.MovePropose, enforcement.MoveSign)
	served := append(slices.Clone(decided), enforcement.MoveServe)
	active := append(slices.Clone(served), enforcement.MovePublish)
	and := func(walk []enforcement.ListingMove, more ...enforcement.ListingMove) []enforcement.ListingMove {
		return append(slices.Clone(walk), more...)
	}
	suspend, correct, extend := enforcement.MoveSuspend, enforcement.MoveCorrect, enforcement.MoveExtend
	return []standing{
		{"draft", enforcement.Draft, false, false, false, nil},
		{"warned", enforcement.Warned, false, false, false, warned},
		{"applied", enforcement.Applied, false, false, false, and(warned, enforcement.MoveApply)},
		{"refused", enforcement.Refused, false, false, false, and(warned, enforcement.MoveApply, enforcement.MoveRefuse)},
		{"decided", enforcement.Decided, false, false, false, decided},
		{"served", enforcement.Served, false, false, false, served},
		{"grace", enforcement.Grace, false, false, false, and(decided, enforcement.MoveServeGrace)},
		{"abandoned", enforcement.Abandoned, false, false, false, and(decided, enforcement.MoveAbandon)},
		{"active", enforcement.Active, false, false, false, active},
		{"active with a term", enforcement.Active, true, false, false, active},
		{"suspended", enforcement.Active, false, true, false, and(active, suspend)},
		{"suspended with a term", enforcement.Active, true, true, false, and(active, suspend)},
		{"correcting", enforcement.Active, false, false, true, and(active, correct)},
		{"correcting with a term", enforcement.Active, true, false, true, and(active, correct)},
		{"suspended and correcting", enforcement.Active, true, true, true, and(active, correct, suspend)},
		{"extended", enforcement.Extended, true, false, false, and(active, extend)},
		{"extended and suspended", enforcement.Extended, true, true, false, and(active, extend, suspend)},
		{"extended and correcting", enforcement.Extended, true, false, true, and(active, extend, correct)},
		{"deleted", enforcement.Deleted, false, false, false, and(active, enforcement.MoveDelete)},
		{"expired", enforcement.Expired, true, false, false, and(active, enforcement.MoveExpire)},
		{"early-deleted", enforcement.EarlyDeleted, true, false, false, and(active, enforcement.MoveEarly)},
		{"revoked", enforcement.Revoked, false, false, false, and(active, enforcement.MoveRevoke)},
	}
}

// enter makes a listing in the standing.
func (w walker) enter(s standing) (enforcement.ID, enforcement.Identity) {
	w.t.Helper()
	identity := w.Company()
	conduct := enforcement.AbleButRefuses
	if s.fixed {
		conduct = enforcement.EvadesBySham
	}
	id := w.Draft(w.Subject(identity), conduct)
	grace := slices.Contains(s.walk, enforcement.MoveServeGrace)
	for _, m := range s.walk {
		must(w.t, w.move(id, m, identity, conduct, grace))
	}
	l := state(w.t, w.Bundle, id)
	if l.State != s.state || (l.SuspendedFor != "") != s.suspended || l.CorrectingSince.IsZero() == s.correct {
		w.t.Fatalf("%s: the walk led to %+v", s.name, l)
	}
	return id, identity
}

// move makes one move by its real method; correct is opened or, when open,
// carried out. Publication and expiry come late enough for grace and terms.
func (w walker) move(id enforcement.ID, m enforcement.ListingMove, identity enforcement.Identity, conduct enforcement.Conduct, grace bool) error {
	ctx, c := w.t.Context(), of(id)
	late := w.System()
	switch m { //nolint:exhaustive // the others are of administrative listings
	case enforcement.MoveWarn:
		return w.Warn(ctx, w.Clerk(), c, w.Notice())
	case enforcement.MoveApply:
		return w.Apply(ctx, w.Clerk(), c, w.Day())
	case enforcement.MoveRefuse:
		return w.RefuseApplication(ctx, w.Judge(), c, "演示理由")
	case enforcement.MovePropose:
		d := w.Decision(conduct)
		if grace {
			d.GraceMonths = 1
		}
		return w.Propose(ctx, w.Judge(), c, d)
	case enforcement.MoveSign:
		return w.Sign(ctx, w.President(), c)
	case enforcement.MoveServe, enforcement.MoveServeGrace:
		return w.Serve(ctx, w.Clerk(), c, w.Service())
	case enforcement.MoveAbandon:
		return w.Abandon(ctx, w.Clerk(), c, enforcement.Performed)
	case enforcement.MovePublish:
		if grace {
			late.At = late.At.AddDate(0, 2, 0)
		}
		return w.Publish(ctx, late, c)
	case enforcement.MoveExtend:
		return w.Extend(ctx, w.President(), c, extension(w.Bundle, 1))
	case enforcement.MoveSuspend:
		return w.Suspend(ctx, w.Judge(), c, enforcement.CourtStay)
	case enforcement.MoveResume:
		return w.Resume(ctx, w.Judge(), c)
	case enforcement.MoveCorrect:
		if state(w.t, w.Bundle, id).CorrectingSince.IsZero() {
			return w.OpenCorrection(ctx, w.Judge(), c, w.Day())
		}
		return w.Correct(ctx, w.Judge(), c, identity)
	case enforcement.MoveDelete:
		return w.Delete(ctx, w.Judge(), c, w.Ending(1))
	case enforcement.MoveExpire:
		late.At = late.At.AddDate(9, 0, 0)
		return w.Expire(ctx, late, c)
	case enforcement.MoveEarly:
		return w.DeleteEarly(ctx, w.Judge(), c, w.Ending(0))
	case enforcement.MoveRevoke:
		return w.Revoke(ctx, w.Judge(), c, w.Ending(0))
	}
	w.t.Fatalf("no method for the move %s", m)
	return nil
}

// refusal is what a move that the table allows, or that another method stands
// for, meets because of what else is true of the listing; "" if nothing.
func (s standing) refusal(m enforcement.ListingMove) string {
	_, err := s.state.After(m)
	switch {
	// One method serves both ways of service; whether there is grace says the decision.
	case s.state == enforcement.Decided && m == enforcement.MoveServeGrace:
		return ""
	case s.state == enforcement.Decided && m == enforcement.MovePublish:
		return "service.missing"
	case slices.Contains([]enforcement.ListingState{enforcement.Draft, enforcement.Warned, enforcement.Applied}, s.state) &&
		(m == enforcement.MoveServe || m == enforcement.MoveServeGrace):
		return "decision.unsigned"
	case err != nil:
		return "state.forbidden"
	case m == enforcement.MoveSign:
		return "decision.not-proposed"
	case m == enforcement.MoveDelete && s.fixed:
		return "end.fixed-term"
	case (m == enforcement.MoveEarly || m == enforcement.MoveExpire) && !s.fixed:
		return "end.no-term"
	case m == enforcement.MoveExtend && !s.fixed:
		return "extension.no-term"
	case m == enforcement.MoveSuspend && s.suspended:
		return "listing.suspended"
	case m == enforcement.MoveResume && !s.suspended:
		return "listing.suspension"
	default:
		return ""
	}
}

// fingerprint is everything that a refused move must leave as it is.
func (w walker) fingerprint() string {
	w.t.Helper()
	var text string
	must(w.t, w.DB.Pool.QueryRow(w.t.Context(), `SELECT concat_ws('|', (SELECT count(*) FROM event), (SELECT count(*) FROM river.river_job),
		(SELECT md5(string_agg(l::text, ';' ORDER BY id)) FROM listing l), (SELECT md5(string_agg(g::text, ';' ORDER BY id)) FROM ground g),
		(SELECT md5(string_agg(d::text, ';' ORDER BY id)) FROM directive d), (SELECT md5(string_agg(a::text, ';' ORDER BY directive_id, version)) FROM amendment a),
		(SELECT md5(string_agg(c::text, ';' ORDER BY id)) FROM clock c), (SELECT md5(string_agg(t::text, ';' ORDER BY id)) FROM task t),
		(SELECT md5(string_agg(s::text, ';' ORDER BY id)) FROM subject s), (SELECT count(*) FROM listing_extension))`).Scan(&text))
	return text
}

// Every state, alone and with all that can be under way in it, meets every move,
// by the real methods on the real database.
func TestEveryStateMeetsEveryMove(t *testing.T) {
	t.Parallel()
	for _, s := range standings() {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			w := walker{enforcetest.Setup(t), t}
			id, identity := w.enter(s)
			conduct := enforcement.AbleButRefuses
			if s.fixed {
				conduct = enforcement.EvadesBySham
			}
			before := w.fingerprint()
			var allowed []enforcement.ListingMove
			for _, m := range enforcement.ListingMoves() {
				code := s.refusal(m)
				if code == "" {
					allowed = append(allowed, m)
					continue
				}
				wantCode(t, string(m), w.move(id, m, identity, conduct, false), code)
				if after := w.fingerprint(); after != before {
					t.Fatalf("the refused move %s left something: %s, was %s", m, after, before)
				}
			}
			for _, m := range allowed {
				id, identity := w.enter(s)
				was := state(t, w.Bundle, id)
				must(t, w.move(id, m, identity, conduct, s.state == enforcement.Grace))
				want, _ := s.state.After(m)
				if s.state == enforcement.Decided && m == enforcement.MoveServeGrace {
					want = enforcement.Served
				}
				now := state(t, w.Bundle, id)
				if now.State != want || now.Version != was.Version+1 {
					t.Errorf("%s: %s at version %d, want %s at %d", m, now.State, now.Version, want, was.Version+1)
				}
				if now.State.Ended() && (now.SuspendedFor != "" || !now.CorrectingSince.IsZero() || now.EndedOn.IsZero()) {
					t.Errorf("%s won over what was under way, and it goes on: %+v", m, now)
				}
			}
			wantAudit(t, w.Bundle)
		})
	}
}

// Who has seen an older version of a listing changes nothing.
func TestStaleVersionIsRefused(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	id := b.Draft(b.Subject(b.Company()))
	c := enforcement.Change{Listing: id, Version: state(t, b, id).Version}
	must(t, b.Warn(t.Context(), b.Clerk(), c, b.Notice()))
	wantCode(t, "propose on what is gone", b.Propose(t.Context(), b.Judge(), c, b.Decision()), "version.stale")
	c.Version++
	must(t, b.Propose(t.Context(), b.Judge(), c, b.Decision()))
	wantCode(t, "sign on what is gone", b.Sign(t.Context(), b.President(), c), "version.stale")
}
