package enforcement_test

import (
	"slices"
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/enforcetest"
)

// The table alone: nothing leads out of an end, every end can be reached from
// what is published, every state before can be given up, and nothing is decided
// while a statement waits.
func TestAdministrativeMachine(t *testing.T) {
	t.Parallel()
	ends := []enforcement.ListingMove{enforcement.MoveDelete, enforcement.MoveExpire, enforcement.MoveEarly, enforcement.MoveRevoke}
	reached := map[enforcement.AdministrativeState]bool{enforcement.AdministrativeDraft: true}
	for _, s := range enforcement.AdministrativeStates() {
		moves := 0
		for _, m := range enforcement.AdministrativeMoves() {
			next, err := s.After(m)
			if err != nil {
				wantCode(t, string(s)+" "+string(m), err, "state.forbidden")
				continue
			}
			moves++
			reached[next] = true
			if next.Live() && !s.Live() && m != enforcement.MovePublish {
				t.Errorf("%s becomes %s without publication, by %s", s, next, m)
			}
			if s.Live() && !next.Live() && !slices.Contains(ends, m) {
				t.Errorf("%s ends by %s", s, m)
			}
		}
		if s.Ended() != (moves == 0) || (s.Live() && s.Ended()) {
			t.Errorf("%s: ended %v, and %d moves", s, s.Ended(), moves)
		}
		for _, end := range ends {
			if _, err := s.After(end); (err == nil) != s.Live() {
				t.Errorf("%s: %s is allowed: %v", s, end, err == nil)
			}
		}
		if _, err := s.After(enforcement.MoveAbandon); (err == nil) == (s.Live() || s.Ended()) {
			t.Errorf("%s: abandoning is allowed: %v", s, err == nil)
		}
		if _, err := s.After(enforcement.MoveDecide); (err == nil) != (s == enforcement.AdministrativeNotified || s == enforcement.AdministrativeAnswered) {
			t.Errorf("%s: deciding is allowed: %v", s, err == nil)
		}
	}
	for _, s := range enforcement.AdministrativeStates() {
		if !reached[s] {
			t.Errorf("nothing leads to %s", s)
		}
	}
	if _, err := enforcement.AdministrativeState("grace").After(enforcement.MoveRevoke); err == nil {
		t.Error("an unknown state has moves")
	}
}

// place is a state, and what else is under way in it.
type place struct {
	name string
	list string
	// ground of the list, "" for its first.
	ground    string
	state     enforcement.AdministrativeState
	suspended bool
	objected  bool
	walk      []enforcement.ListingMove
}

func places() []place {
	and := func(walk []enforcement.ListingMove, more ...enforcement.ListingMove) []enforcement.ListingMove {
		return append(slices.Clone(walk), more...)
	}
	notified := []enforcement.ListingMove{enforcement.MoveNotify}
	decided := and(notified, enforcement.MoveDecide)
	served := and(decided, enforcement.MoveServe)
	active := and(served, enforcement.MovePublish)
	announced := and(served, enforcement.MoveAnnounce)
	serious, batch := enforcetest.ListSerious, enforcetest.ListBatch
	return []place{
		{"draft", serious, "", enforcement.AdministrativeDraft, false, false, nil},
		{"notified", serious, "", enforcement.AdministrativeNotified, false, false, notified},
		{"stated", serious, "", enforcement.AdministrativeStated, false, false, and(notified, enforcement.MoveState)},
		{"answered", serious, "", enforcement.AdministrativeAnswered, false, false, and(notified, enforcement.MoveState, enforcement.MoveReply)},
		{"decided", serious, "", enforcement.AdministrativeDecided, false, false, decided},
		{"served", serious, "", enforcement.AdministrativeServed, false, false, served},
		{"served on a batch list", batch, "", enforcement.AdministrativeServed, false, false, served},
		{"announced", batch, "", enforcement.AdministrativeAnnounced, false, false, announced},
		{"announced and objected to", batch, "", enforcement.AdministrativeAnnounced, false, true, and(announced, enforcement.MoveState)},
		{"active", serious, "", enforcement.AdministrativeActive, false, false, active},
		{"active, open", batch, "fare", enforcement.AdministrativeActive, false, false, and(announced, enforcement.MovePublish)},
		{"suspended", serious, "", enforcement.AdministrativeActive, true, false, and(active, enforcement.MoveSuspend)},
		{"deleted", batch, "fare", enforcement.AdministrativeDeleted, false, false, and(announced, enforcement.MovePublish, enforcement.MoveDelete)},
		{"expired", serious, "", enforcement.AdministrativeExpired, false, false, and(active, enforcement.MoveExpire)},
		{"early-deleted", serious, "", enforcement.AdministrativeEarlyDeleted, false, false, and(active, enforcement.MoveEarly)},
		{"revoked", serious, "", enforcement.AdministrativeRevoked, false, false, and(active, enforcement.MoveRevoke)},
		{"upheld", serious, "", enforcement.AdministrativeAbandoned, false, false, and(notified, enforcement.MoveState, enforcement.MoveUphold)},
		{"abandoned", serious, "", enforcement.AdministrativeAbandoned, false, false, and(decided, enforcement.MoveAbandon)},
	}
}

// wayfarer brings administrative listings into states and moves them on, with
// content that only the state can be at fault with.
type wayfarer struct {
	*enforcetest.Lists
	t *testing.T
}

func (w wayfarer) enter(p place) enforcement.ID {
	w.t.Helper()
	var grounds []string
	if p.ground != "" {
		grounds = []string{p.ground}
	}
	id := w.On(p.list, w.Subject(w.Person()), grounds...)
	for _, m := range p.walk {
		if err := w.move(id, m); err != nil {
			w.t.Fatalf("%s on the way to %s, on %s: %v", m, p.name, w.Day(), err)
		}
	}
	l := listed(w.t, w.Lists, id)
	if l.State != p.state || (l.SuspendedFor != "") != p.suspended || (!l.ObjectedOn.IsZero() && l.ObjectionAnsweredOn.IsZero()) != p.objected {
		w.t.Fatalf("%s: the walk led to %+v", p.name, l)
	}
	return id
}

// move makes one move by its real method, late enough for windows and terms; the
// bundle's own day goes on only by what the move needs.
func (w wayfarer) move(id enforcement.ID, m enforcement.ListingMove) error {
	ctx, c := w.t.Context(), of(id)
	have := listed(w.t, w.Lists, id)
	switch m { //nolint:exhaustive // the others are the courts' own
	case enforcement.MoveNotify:
		return w.GiveNotice(ctx, w.OwnersClerk(), c, w.NoticeOfIt())
	case enforcement.MoveState:
		return w.RecordStatement(ctx, w.OwnersClerk(), c, enforcement.Statement{ReceivedOn: w.Day(), Text: "演示陈述"})
	case enforcement.MoveReply, enforcement.MoveUphold:
		return w.AnswerStatement(ctx, w.OwnersReviewer(), c, enforcement.StatementAnswer{Text: "演示答复", Upheld: m == enforcement.MoveUphold})
	case enforcement.MoveDecide:
		w.AdvanceTo(max(w.Day(), have.WindowUntil.AddDays(1)))
		d := w.DecisionOnIt()
		if have.ListType == enforcetest.ListBatch {
			d.TermUntil = 0
		}
		return w.DecideAdministrative(ctx, w.OwnersReviewer(), c, d)
	case enforcement.MoveServe:
		return w.ServeAdministrative(ctx, w.OwnersClerk(), c, w.Service())
	case enforcement.MoveAnnounce:
		if have.State != enforcement.AdministrativeServed { // nobody can ask for it
			_, err := have.State.After(m)
			return err
		}
		w.Advance(40)
		_, refused, err := w.MonthlyBatch(ctx, w.System())
		if err == nil && len(refused) > 0 {
			return refused[0].Because
		}
		return err
	case enforcement.MovePublish:
		w.AdvanceTo(max(w.Day(), have.ObjectionUntil.AddDays(1)))
		return w.PublishAdministrative(ctx, w.OwnersClerk(), c)
	case enforcement.MoveSuspend:
		return w.SuspendAdministrative(ctx, w.OwnersReviewer(), c, enforcement.CourtStay)
	case enforcement.MoveResume:
		return w.ResumeAdministrative(ctx, w.OwnersReviewer(), c, "")
	case enforcement.MoveDelete:
		return w.DeleteAdministrative(ctx, w.OwnersReviewer(), c, w.EndOfIt(enforcement.CauseReasonEnded))
	case enforcement.MoveExpire:
		late := w.System()
		late.At = late.At.AddDate(9, 0, 0)
		return w.ExpireAdministrative(ctx, late, c)
	case enforcement.MoveEarly:
		late := w.OwnersReviewer()
		late.At = late.At.AddDate(1, 1, 0)
		return w.DeleteAdministrativeEarly(ctx, late, c, w.EndOfIt(""))
	case enforcement.MoveRevoke:
		return w.RevokeAdministrative(ctx, w.OwnersReviewer(), c, w.EndOfIt(""))
	case enforcement.MoveAbandon:
		return w.AbandonAdministrative(ctx, w.OwnersClerk(), c, enforcement.Performed)
	}
	w.t.Fatalf("no method for the move %s", m)
	return nil
}

// refusal is what a move meets in the place; "" if nothing.
func (p place) refusal(m enforcement.ListingMove) string {
	_, err := p.state.After(m)
	batch := p.list == enforcetest.ListBatch
	switch {
	case p.state == enforcement.AdministrativeStated && m == enforcement.MoveDecide:
		return "statement.unanswered"
	case p.state == enforcement.AdministrativeDecided && m == enforcement.MovePublish:
		return "service.missing"
	// What a restored record put in doubt before its publication is confirmed so.
	case m == enforcement.MoveResume && (p.state == enforcement.AdministrativeServed || p.state == enforcement.AdministrativeAnnounced):
		return "resumption.reasons"
	case p.state == enforcement.AdministrativeServed && m == enforcement.MovePublish && batch:
		return "publication.batch"
	case err != nil:
		return "state.forbidden"
	case m == enforcement.MovePublish && p.objected:
		return "statement.unanswered"
	case (m == enforcement.MoveReply || m == enforcement.MoveUphold) && p.state == enforcement.AdministrativeAnnounced && !p.objected:
		return "statement.none"
	case m == enforcement.MoveDelete && p.ground == "":
		return "end.fixed-term"
	case m == enforcement.MoveExpire && p.ground != "":
		return "end.no-term"
	case m == enforcement.MoveSuspend && p.suspended:
		return "listing.suspended"
	case m == enforcement.MoveResume && !p.suspended:
		return "listing.suspension"
	default:
		return ""
	}
}

// print is everything that a refused move must leave as it is.
func (w wayfarer) print() string {
	w.t.Helper()
	var text string
	must(w.t, w.DB.Pool.QueryRow(w.t.Context(), `SELECT concat_ws('|', (SELECT count(*) FROM event), (SELECT count(*) FROM river.river_job),
		(SELECT md5(string_agg(l::text, ';' ORDER BY id)) FROM administrative_listing l), (SELECT md5(string_agg(s::text, ';' ORDER BY id)) FROM administrative_statement s),
		(SELECT md5(string_agg(g::text, ';' ORDER BY id)) FROM ground g), (SELECT md5(string_agg(d::text, ';' ORDER BY id)) FROM directive d),
		(SELECT md5(string_agg(a::text, ';' ORDER BY directive_id, version)) FROM amendment a), (SELECT md5(string_agg(c::text, ';' ORDER BY id)) FROM clock c),
		(SELECT md5(string_agg(t::text, ';' ORDER BY id)) FROM task t))`).Scan(&text))
	return text
}

// Every state, alone and with all that can be under way in it, meets every move,
// by the real methods on the real database.
func TestEveryAdministrativeStateMeetsEveryMove(t *testing.T) {
	t.Parallel()
	for _, p := range places() {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			w := wayfarer{enforcetest.SetupLists(t), t}
			id := w.enter(p)
			before := w.print()
			var allowed []enforcement.ListingMove
			for _, m := range enforcement.AdministrativeMoves() {
				code := p.refusal(m)
				// The system announces batch lists alone: on another nothing happens.
				if m == enforcement.MoveAnnounce && p.state == enforcement.AdministrativeServed && p.list != enforcetest.ListBatch {
					must(t, w.move(id, m))
				} else if code == "" {
					allowed = append(allowed, m)
					continue
				} else {
					wantCode(t, string(m), w.move(id, m), code)
				}
				if after := w.print(); after != before {
					t.Fatalf("the refused move %s left something: %s, was %s", m, after, before)
				}
			}
			for _, m := range allowed {
				id := w.enter(p)
				was := listed(t, w.Lists, id)
				if err := w.move(id, m); err != nil {
					t.Fatalf("%s: %v", m, err)
				}
				want, _ := p.state.After(m)
				now := listed(t, w.Lists, id)
				if now.State != want || now.Version != was.Version+1 {
					t.Errorf("%s: %s at version %d, want %s at %d", m, now.State, now.Version, want, was.Version+1)
				}
				if now.State.Ended() && (now.SuspendedFor != "" || now.EndedOn.IsZero() || now.EndCause == "") {
					t.Errorf("%s won over what was under way, and it goes on: %+v", m, now)
				}
			}
			wantAudit(t, w.Bundle)
		})
	}
}

// Who has seen an older version changes nothing, and another organisation's
// listing is not found, in whatever version.
func TestAdministrativeStaleAndForeign(t *testing.T) {
	t.Parallel()
	l := enforcetest.SetupLists(t)
	ctx := t.Context()
	id := l.On(enforcetest.ListSerious, l.Subject(l.Company()))
	c := enforcement.Change{Listing: id, Version: 1}
	other := l.As(enforcement.DepartmentClerk, l.OtherOwner)
	wantCode(t, "another's", l.GiveNotice(ctx, other, c, l.NoticeOfIt()), "not-found")
	wantCode(t, "another's in a wrong version", l.GiveNotice(ctx, other, enforcement.Change{Listing: id, Version: 7}, l.NoticeOfIt()), "not-found")
	must(t, l.GiveNotice(ctx, l.OwnersClerk(), c, l.NoticeOfIt()))
	wantCode(t, "stale", l.AbandonAdministrative(ctx, l.OwnersClerk(), c, enforcement.Performed), "version.stale")
	_, err := l.AdministrativeListing(ctx, other, id)
	wantCode(t, "read another's", err, "not-found")
	_, err = l.AdministrativeTexts(ctx, l.As(enforcement.Overseer, 0), id)
	wantCode(t, "an overseer reads no texts", err, "role.forbidden")
	if all := value(l.AdministrativeListings(ctx, l.As(enforcement.Overseer, 0), "", "", enforcement.ID{}, 10))(t); len(all) != 1 {
		t.Errorf("an overseer sees %d", len(all))
	}
	if none := value(l.AdministrativeListings(ctx, other, "", "", enforcement.ID{}, 10))(t); len(none) != 0 {
		t.Errorf("another owner sees %d", len(none))
	}
}
