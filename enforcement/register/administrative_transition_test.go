package register_test

import (
	"slices"
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/administrative"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/ground"
)

// place is a state, and what else is under way in it.
type place struct {
	name string
	list string
	// ground of the list, "" for its first.
	ground    string
	state     ground.State
	suspended bool
	objected  bool
	walk      []ground.MoveName
}

func places() []place {
	and := func(walk []ground.MoveName, more ...ground.MoveName) []ground.MoveName {
		return append(slices.Clone(walk), more...)
	}
	notified := []ground.MoveName{"notify"}
	decided := and(notified, "decide")
	served := and(decided, ground.MoveServe)
	active := and(served, ground.MovePublish)
	announced := and(served, "announce")
	serious, batch := enforcetest.ListSerious, enforcetest.ListBatch
	return []place{
		{"draft", serious, "", ground.Draft, false, false, nil},
		{"notified", serious, "", "notified", false, false, notified},
		{"stated", serious, "", "stated", false, false, and(notified, "state")},
		{"answered", serious, "", "answered", false, false, and(notified, "state", "answer")},
		{"decided", serious, "", ground.Decided, false, false, decided},
		{"served", serious, "", ground.Served, false, false, served},
		{"served on a batch list", batch, "", ground.Served, false, false, served},
		{"announced", batch, "", "announced", false, false, announced},
		{"announced and objected to", batch, "", "announced", false, true, and(announced, "state")},
		{"active", serious, "", ground.Active, false, false, active},
		{"active, open", batch, "fare", ground.Active, false, false, and(announced, ground.MovePublish)},
		{"suspended", serious, "", ground.Active, true, false, and(active, ground.MoveSuspend)},
		{"deleted", batch, "fare", ground.Deleted, false, false, and(announced, ground.MovePublish, ground.MoveDelete)},
		{"expired", serious, "", ground.Expired, false, false, and(active, ground.MoveExpire)},
		{"early-deleted", serious, "", ground.EarlyDeleted, false, false, and(active, ground.MoveEarly)},
		{"revoked", serious, "", ground.Revoked, false, false, and(active, ground.MoveRevoke)},
		{"upheld", serious, "", ground.Abandoned, false, false, and(notified, "state", "uphold")},
		{"abandoned", serious, "", ground.Abandoned, false, false, and(decided, ground.MoveAbandon)},
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
		if err := w.move(id, m, itself); err != nil {
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
func (w wayfarer) move(id enforcement.ID, m ground.MoveName, as func(enforcement.Act) enforcement.Act) error {
	ctx, c := w.t.Context(), of(id)
	have := listed(w.t, w.Lists, id)
	switch m {
	case "notify":
		return w.Administrative.GiveNotice(ctx, as(w.OwnersClerk()), c, w.NoticeOfIt())
	case "state":
		return w.Administrative.RecordStatement(ctx, as(w.OwnersClerk()), c, administrative.Statement{ReceivedOn: w.Day(), Text: "演示陈述", Paper: enforcetest.Paper("演示陈述书")})
	case "answer", "uphold":
		return w.Administrative.AnswerStatement(ctx, as(w.OwnersReviewer()), c, administrative.StatementAnswer{Text: "演示:经核实,陈述不能成立", Upheld: m == "uphold", Paper: enforcetest.Paper("演示答复书")})
	case "decide":
		w.AdvanceTo(max(w.Day(), have.WindowUntil.AddDays(1)))
		d := w.DecisionOnIt()
		if have.ListType == enforcetest.ListBatch {
			d.TermUntil = 0
		}
		return w.Administrative.Decide(ctx, as(w.OwnersReviewer()), c, d)
	case ground.MoveServe:
		return w.Administrative.Serve(ctx, as(w.OwnersClerk()), c, w.Service())
	case "announce":
		if have.State != ground.Served { // nobody can ask for it of one listing
			_, err := administrativeTable.Move(m).Answer(as(w.System()), nil, ground.Head{State: have.State})
			return err
		}
		act := as(w.System())
		if act.Actor.Role == enforcement.System {
			w.Advance(40)
			act.At = w.At()
		}
		_, refused, err := w.Administrative.MonthlyBatch(ctx, act)
		if err == nil && len(refused) > 0 {
			return refused[0].Because
		}
		return err
	case ground.MovePublish:
		w.AdvanceTo(max(w.Day(), have.ObjectionUntil.AddDays(1)))
		return w.Administrative.Publish(ctx, as(w.OwnersClerk()), c)
	case ground.MoveSuspend:
		return w.Administrative.Suspend(ctx, as(w.OwnersReviewer()), c, enforcetest.Stay())
	case ground.MoveBrake:
		return w.Administrative.Suspend(ctx, as(w.OwnersClerk()), c, enforcetest.Brake())
	case ground.MoveResume, ground.MoveConfirm: // one door: the state picks
		return w.Administrative.Resume(ctx, as(w.SecondReviewer()), c, enforcetest.Resumption())
	case ground.MoveReaffirm:
		return w.Administrative.Reaffirm(ctx, as(w.SecondReviewer()), c, enforcetest.Resumption())
	case ground.MoveDelete:
		return w.Administrative.Delete(ctx, as(w.OwnersReviewer()), c, w.EndOfIt("reason-ended"))
	case ground.MoveExpire:
		late := w.System()
		late.At = late.At.AddDate(9, 0, 0)
		return w.Administrative.Expire(ctx, as(late), c)
	case ground.MoveEarly:
		late := w.OwnersReviewer()
		late.At = late.At.AddDate(1, 1, 0)
		return w.Administrative.DeleteEarly(ctx, as(late), c, w.EndOfIt(""))
	case ground.MoveRevoke:
		return w.Administrative.Revoke(ctx, as(w.OwnersReviewer()), c, w.EndOfIt(""))
	case ground.MoveAbandon:
		return w.Administrative.Abandon(ctx, as(w.OwnersClerk()), c, ground.Performed)
	}
	w.t.Fatalf("no method for the move %s", m)
	return nil
}

// refusal is what a move meets in the place; "" if nothing.
func (p place) refusal(m ground.MoveName) string {
	_, err := administrativeTable.After(p.state, m)
	batch := p.list == enforcetest.ListBatch
	switch {
	case p.state == "stated" && m == "decide":
		return "statement.unanswered"
	case p.state == ground.Decided && m == ground.MovePublish:
		return "service.missing"
	// What a restored record put in doubt before its publication is confirmed so.
	case (m == ground.MoveResume || m == ground.MoveConfirm) && (p.state == ground.Decided || p.state == ground.Served || p.state == "announced"):
		return "listing.suspension"
	case m == ground.MoveConfirm && p.state == ground.Active && p.suspended:
		return ""
	case (m == ground.MoveConfirm || m == ground.MoveReaffirm) && p.state == ground.Active:
		return "listing.suspension"
	case p.state == ground.Served && m == ground.MovePublish && batch:
		return "publication.batch"
	case err != nil:
		return "state.forbidden"
	case m == ground.MovePublish && p.objected:
		return "statement.unanswered"
	case (m == "answer" || m == "uphold") && p.state == "announced" && !p.objected:
		return "statement.none"
	case m == ground.MoveDelete && p.ground == "":
		return "end.fixed-term"
	case m == ground.MoveExpire && p.ground != "":
		return "end.no-term"
	case (m == ground.MoveSuspend || m == ground.MoveBrake) && p.suspended:
		return "listing.suspended"
	case m == ground.MoveResume && !p.suspended:
		return "listing.suspension"
	default:
		return ""
	}
}

// Every state, alone and with all that can be under way in it, meets every move, in
// every role and from another owner of the list, by the real methods on the real
// database.
func TestEveryAdministrativeStateMeetsEveryMove(t *testing.T) {
	t.Parallel()
	for _, p := range places() {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			w := wayfarer{enforcetest.SetupLists(t), t}
			id := w.enter(p)
			may := map[ground.MoveName][]enforcement.Role{}
			for _, m := range administrativeTable.Moves {
				may[m.Name] = tryEverybody(t, w.Bundle, &m, w.Owner, w.OtherOwner, p.refusal(m.Name), func(as func(enforcement.Act) enforcement.Act) error {
					return w.move(id, m.Name, as)
				})
			}
			for _, m := range administrativeTable.Moves {
				// The system announces batch lists alone: on another nothing happens.
				nothing := m.Name == "announce" && p.state == ground.Served && p.list != enforcetest.ListBatch
				for _, role := range may[m.Name] {
					again, before := id, fingerprint(t, w.Bundle)
					if !nothing {
						again = w.enter(p)
					}
					was := listed(t, w.Lists, again)
					if err := w.move(again, m.Name, func(act enforcement.Act) enforcement.Act { return inRole(act, role, w.Owner) }); err != nil {
						t.Fatalf("%s by a %s: %v", m.Name, role, err)
					}
					if nothing {
						if fingerprint(t, w.Bundle) != before {
							t.Errorf("%s on a list of another kind left something", m.Name)
						}
						continue
					}
					want, _ := administrativeTable.After(p.state, m.Name)
					now := listed(t, w.Lists, again)
					if now.State != want || now.Version != was.Version+1 {
						t.Errorf("%s by a %s: %s at version %d, want %s at %d", m.Name, role, now.State, now.Version, want, was.Version+1)
					}
					if administrativeTable.IsEnded(now.State) && (now.SuspendedFor != "" || now.EndedOn.IsZero() || now.EndCause == "") {
						t.Errorf("%s won over what was under way, and it goes on: %+v", m.Name, now)
					}
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
	c := ground.Change{Ground: id, Version: 1}
	other := l.As(enforcement.DepartmentClerk, l.OtherOwner)
	wantCode(t, "another's", l.Administrative.GiveNotice(ctx, other, c, l.NoticeOfIt()), "not-found")
	wantCode(t, "another's in a wrong version", l.Administrative.GiveNotice(ctx, other, ground.Change{Ground: id, Version: 7}, l.NoticeOfIt()), "not-found")
	must(t, l.Administrative.GiveNotice(ctx, l.OwnersClerk(), c, l.NoticeOfIt()))
	wantCode(t, "stale", l.Administrative.GiveNotice(ctx, l.OwnersClerk(), c, l.NoticeOfIt()), "version.stale")
	_, err := l.Administrative.Get(ctx, other, id)
	wantCode(t, "read another's", err, "not-found")
	_, err = l.Administrative.Texts(ctx, l.As(enforcement.Overseer, 0), id)
	wantCode(t, "an overseer reads no texts", err, "role.forbidden")
	if all := value(l.Administrative.List(ctx, l.As(enforcement.Overseer, 0), ground.Wanted{Limit: 10}))(t); len(all) != 1 {
		t.Errorf("an overseer sees %d", len(all))
	}
	if none := value(l.Administrative.List(ctx, other, ground.Wanted{Limit: 10}))(t); len(none) != 0 {
		t.Errorf("another owner sees %d", len(none))
	}
}
