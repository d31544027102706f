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

// The walk to a period of grace goes by the same move as that to service, by a
// decision that grants one.
const moveServeGrace ground.MoveName = "serve with grace"

// walker brings listings into states and moves them on, with content that only
// the state can be at fault with.
type walker struct {
	*enforcetest.Bundle
	t *testing.T
}

// standing is a state, and what else is under way in it.
type standing struct {
	name      string
	state     ground.State
	fixed     bool // a listing with a term
	suspended bool
	correct   bool // under correction
	walk      []ground.MoveName
}

func standings() []standing {
	warned := []ground.MoveName{"warn"}
	decided := append(warned, "propose", "sign")
	served := append(slices.Clone(decided), ground.MoveServe)
	active := append(slices.Clone(served), ground.MovePublish)
	and := func(walk []ground.MoveName, more ...ground.MoveName) []ground.MoveName {
		return append(slices.Clone(walk), more...)
	}
	const suspend, correct, extend ground.MoveName = "suspend", "open-correction", "extend"
	return []standing{
		{"draft", ground.Draft, false, false, false, nil},
		{"warned", "warned", false, false, false, warned},
		{"applied", "applied", false, false, false, and(warned, "apply")},
		{"refused", listing.Refused, false, false, false, and(warned, "apply", "refuse")},
		{"decided", ground.Decided, false, false, false, decided},
		{"served", ground.Served, false, false, false, served},
		{"grace", listing.Grace, false, false, false, and(decided, moveServeGrace)},
		{"abandoned", ground.Abandoned, false, false, false, and(decided, ground.MoveAbandon)},
		{"active", ground.Active, false, false, false, active},
		{"active with a term", ground.Active, true, false, false, active},
		{"suspended", ground.Active, false, true, false, and(active, suspend)},
		{"braked", ground.Active, false, true, false, and(active, ground.MoveBrake)},
		{"suspended with a term", ground.Active, true, true, false, and(active, suspend)},
		{"correcting", ground.Active, false, false, true, and(active, correct)},
		{"correcting with a term", ground.Active, true, false, true, and(active, correct)},
		{"suspended and correcting", ground.Active, true, true, true, and(active, correct, suspend)},
		{"extended", listing.Extended, true, false, false, and(active, extend)},
		{"extended and suspended", listing.Extended, true, true, false, and(active, extend, suspend)},
		{"extended and correcting", listing.Extended, true, false, true, and(active, extend, correct)},
		{"deleted", ground.Deleted, false, false, false, and(active, ground.MoveDelete)},
		{"expired", ground.Expired, true, false, false, and(active, ground.MoveExpire)},
		{"early-deleted", ground.EarlyDeleted, true, false, false, and(active, ground.MoveEarly)},
		{"revoked", ground.Revoked, false, false, false, and(active, ground.MoveRevoke)},
	}
}

// enter makes a listing in the standing.
func (w walker) enter(s standing) (enforcement.ID, party.Identity) {
	w.t.Helper()
	identity := w.Company()
	conduct := listing.AbleButRefuses
	if s.fixed {
		conduct = listing.EvadesBySham
	}
	id := w.Draft(w.Subject(identity), conduct)
	grace := slices.Contains(s.walk, moveServeGrace)
	for _, m := range s.walk {
		must(w.t, w.move(id, m, identity, conduct, grace, itself))
	}
	l := state(w.t, w.Bundle, id)
	if l.State != s.state || (l.SuspendedFor != "") != s.suspended || l.CorrectingSince.IsZero() == s.correct {
		w.t.Fatalf("%s: the walk led to %+v", s.name, l)
	}
	return id, identity
}

// move makes one move by its real method, by the usual person handed through as.
// Publication and expiry come late enough for grace and terms.
func (w walker) move(id enforcement.ID, m ground.MoveName, identity party.Identity, conduct listing.Conduct, grace bool, as func(enforcement.Act) enforcement.Act) error {
	ctx, c := w.t.Context(), of(id)
	late := w.System()
	switch m {
	case "warn":
		return w.Listings.Warn(ctx, enforcetest.Before(as(w.Clerk())), c, w.Notice())
	case "apply":
		return w.Listings.Apply(ctx, as(w.Clerk()), c, w.Application())
	case "refuse":
		return w.Listings.RefuseApplication(ctx, as(w.Judge()), c, "演示:经审查,符合规定的理由", enforcetest.Refusing())
	case "propose":
		d := w.Decision(conduct)
		if grace {
			d.GraceMonths = 1
		}
		return w.Listings.Propose(ctx, as(w.Judge()), c, d)
	case "sign":
		return w.Listings.Sign(ctx, as(w.President()), c)
	case ground.MoveServe, moveServeGrace:
		return w.Listings.Serve(ctx, as(w.Clerk()), c, w.Service())
	case ground.MoveAbandon:
		return w.Listings.Abandon(ctx, as(w.Clerk()), c, ground.Performed)
	case ground.MovePublish:
		if grace {
			late.At = late.At.AddDate(0, 2, 0)
		}
		return w.Listings.Publish(ctx, as(late), c)
	case "extend":
		return w.Listings.Extend(ctx, as(w.President()), c, extension(w.Bundle, 1))
	case ground.MoveSuspend:
		return w.Listings.Suspend(ctx, as(w.Judge()), c, enforcetest.Stay())
	case ground.MoveBrake:
		return w.Listings.Suspend(ctx, as(w.Clerk()), c, enforcetest.Brake())
	case ground.MoveResume:
		return w.Listings.Resume(ctx, as(w.President()), c, enforcetest.Resumption())
	case "resume-restored", ground.MoveConfirm: // one door: the state picks
		return w.Listings.ResumeRestored(ctx, as(w.President()), c, enforcetest.Resumption())
	case "drop-barred":
		return w.Listings.Drop(ctx, as(w.Judge()), c, "演示:经审查,符合规定的理由")
	case ground.MoveReaffirm:
		return w.Listings.Reaffirm(ctx, as(w.President()), c, enforcetest.Resumption())
	case "open-correction":
		return w.Listings.OpenCorrection(ctx, as(w.Judge()), c, w.Day())
	case "word":
		return w.Listings.Word(ctx, as(w.Clerk()), c, words)
	case "reword":
		return w.Listings.Reword(ctx, as(w.Judge()), c, words)
	case "correct":
		return w.Listings.Correct(ctx, as(w.Judge()), c, identity)
	case ground.MoveDelete:
		return w.Listings.Delete(ctx, as(w.Judge()), c, w.Ending(1))
	case ground.MoveExpire:
		late.At = late.At.AddDate(9, 0, 0)
		return w.Listings.Expire(ctx, as(late), c)
	case ground.MoveEarly:
		return w.Listings.DeleteEarly(ctx, as(w.Judge()), c, w.Ending(0))
	case ground.MoveRevoke:
		return w.Listings.Revoke(ctx, as(w.Judge()), c, w.Ending(0))
	}
	w.t.Fatalf("no method for the move %s", m)
	return nil
}

// refusal is what a move that the table allows, or that another method stands
// for, meets because of what else is true of the listing; "" if nothing.
func (s standing) refusal(m ground.MoveName) string {
	_, err := listingTable.After(s.state, m)
	switch {
	case s.state == ground.Decided && m == ground.MovePublish:
		return "service.missing"
	case slices.Contains([]ground.State{ground.Draft, "warned", "applied"}, s.state) &&
		m == ground.MoveServe:
		return "decision.unsigned"
	// What no restoration put in doubt is not confirmed.
	case (m == "resume-restored" || m == ground.MoveConfirm) && (listingTable.IsLive(s.state) || s.state == ground.Decided || s.state == ground.Served || s.state == listing.Grace),
		m == ground.MoveReaffirm && listingTable.IsLive(s.state):
		return "listing.suspension"
	case err != nil:
		return "state.forbidden"
	case m == "drop-barred":
		return "exclusion.none"
	case m == "open-correction" && s.correct:
		return "correction.open"
	case (m == "correct" || m == "reword") && !s.correct:
		return "correction.none"
	case m == "sign":
		return "decision.not-proposed"
	case m == ground.MoveDelete && s.fixed:
		return "end.fixed-term"
	case (m == ground.MoveEarly || m == ground.MoveExpire) && !s.fixed:
		return "end.no-term"
	case m == "extend" && !s.fixed:
		return "extension.no-term"
	case (m == ground.MoveSuspend || m == ground.MoveBrake) && s.suspended:
		return "listing.suspended"
	case m == ground.MoveResume && s.suspended && !s.fixed && !slices.Contains(s.walk, ground.MoveBrake):
		return "resumption.stayed"
	case m == ground.MoveResume && !s.suspended:
		return "listing.suspension"
	default:
		return ""
	}
}

// Every state, alone and with all that can be under way in it, meets every move, in
// every role and from another court, by the real methods on the real database.
func TestEveryStateMeetsEveryMove(t *testing.T) {
	t.Parallel()
	for _, s := range standings() {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			w := walker{enforcetest.Setup(t), t}
			id, identity := w.enter(s)
			conduct := listing.AbleButRefuses
			if s.fixed {
				conduct = listing.EvadesBySham
			}
			may := map[ground.MoveName][]enforcement.Role{}
			for _, m := range listingTable.Moves {
				may[m.Name] = tryEverybody(t, w.Bundle, &m, w.Court, w.OtherCourt, s.refusal(m.Name), func(as func(enforcement.Act) enforcement.Act) error {
					return w.move(id, m.Name, identity, conduct, s.state == listing.Grace, as)
				})
			}
			for _, m := range listingTable.Moves {
				for _, role := range may[m.Name] {
					id, identity := w.enter(s)
					was := state(t, w.Bundle, id)
					must(t, w.move(id, m.Name, identity, conduct, s.state == listing.Grace, func(act enforcement.Act) enforcement.Act { return inRole(act, role, w.Court) }))
					want, _ := listingTable.After(s.state, m.Name)
					now := state(t, w.Bundle, id)
					if now.State != want || now.Version != was.Version+1 {
						t.Errorf("%s by a %s: %s at version %d, want %s at %d", m.Name, role, now.State, now.Version, want, was.Version+1)
					}
					if listingTable.IsEnded(now.State) && (now.SuspendedFor != "" || !now.CorrectingSince.IsZero() || now.EndedOn.IsZero()) {
						t.Errorf("%s won over what was under way, and it goes on: %+v", m.Name, now)
					}
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
	c := ground.Change{Ground: id, Version: state(t, b, id).Version}
	must(t, b.Listings.Warn(t.Context(), enforcetest.Before(b.Clerk()), c, b.Notice()))
	wantCode(t, "propose on what is gone", b.Listings.Propose(t.Context(), b.Judge(), c, b.Decision()), "version.stale")
	c.Version++
	must(t, b.Listings.Propose(t.Context(), b.Judge(), c, b.Decision()))
	wantCode(t, "sign on what is gone", b.Listings.Sign(t.Context(), b.President(), c), "version.stale")
}

// words are public words that hold nothing to hide.
var words = listing.Words{Obligation: "演示:支付货款", Conduct: "演示:有履行能力而拒不履行", Basis: "(2024)桂0103民初1号", BasisUnit: "演示法院"}
