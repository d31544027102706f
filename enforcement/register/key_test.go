package register_test

import (
	"sync"
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/ground"
	"concordat/enforcement/listing"
	"concordat/enforcement/plan"
)

// asked is an act that can be asked again: prepare makes what it needs and
// returns it; it answers with an id, or none.
type asked struct {
	name    string
	act     func(*enforcetest.Bundle) enforcement.Act
	prepare func(t *testing.T, b *enforcetest.Bundle) func(enforcement.Act) (enforcement.ID, error)
}

func no(err error) (enforcement.ID, error) { return enforcement.ID{}, err }

// acts are those that repeat_test.go does not walk through.
func acts() []asked {
	type bundle = enforcetest.Bundle
	type ask = func(enforcement.Act) (enforcement.ID, error)
	published := func(do func(t *testing.T, b *bundle, act enforcement.Act, id enforcement.ID) error, before func(t *testing.T, b *bundle, id enforcement.ID), conducts ...listing.Conduct) func(*testing.T, *bundle) ask {
		return func(t *testing.T, b *bundle) ask {
			id := b.Published(b.Subject(b.Company()), conducts...)
			if before != nil {
				before(t, b, id)
			}
			return func(act enforcement.Act) (enforcement.ID, error) { return no(do(t, b, act, id)) }
		}
	}
	warned := func(do func(t *testing.T, b *bundle, act enforcement.Act, id enforcement.ID) error) func(*testing.T, *bundle) ask {
		return func(t *testing.T, b *bundle) ask {
			id := b.Draft(b.Subject(b.Company()))
			must(t, b.Listings.Warn(t.Context(), enforcetest.Before(b.Clerk()), of(id), b.Notice()))
			return func(act enforcement.Act) (enforcement.ID, error) { return no(do(t, b, act, id)) }
		}
	}
	return []asked{
		{"apply", (*bundle).Clerk, warned(func(t *testing.T, b *bundle, act enforcement.Act, id enforcement.ID) error {
			return b.Listings.Apply(t.Context(), act, of(id), b.Application())
		})},
		{"abandon", (*bundle).Clerk, warned(func(t *testing.T, b *bundle, act enforcement.Act, id enforcement.ID) error {
			return b.Listings.Abandon(t.Context(), act, of(id), ground.Dead)
		})},
		{"refuse", (*bundle).Judge, func(t *testing.T, b *bundle) ask {
			id := b.Draft(b.Subject(b.Company()))
			must(t, b.Listings.Warn(t.Context(), enforcetest.Before(b.Clerk()), of(id), b.Notice()))
			must(t, b.Listings.Apply(t.Context(), b.Clerk(), of(id), b.Application()))
			return func(act enforcement.Act) (enforcement.ID, error) {
				return no(b.Listings.RefuseApplication(t.Context(), act, of(id), "演示:经审查,申请不符合规定", enforcetest.Refusing()))
			}
		}},
		{"open-exclusion", (*bundle).Judge, func(t *testing.T, b *bundle) ask {
			id := b.Draft(b.Subject(b.Company()))
			return func(act enforcement.Act) (enforcement.ID, error) {
				return b.Listings.OpenExclusion(t.Context(), act, id, enforcetest.Fact("not-able", b.Day()))
			}
		}},
		{"close-exclusion", (*bundle).President, func(t *testing.T, b *bundle) ask {
			id := value(b.Listings.OpenExclusion(t.Context(), b.Judge(), b.Draft(b.Subject(b.Company())), enforcetest.Fact("not-able", b.Day())))(t)
			return func(act enforcement.Act) (enforcement.ID, error) {
				return no(b.Listings.CloseExclusion(t.Context(), act, id, enforcetest.FactOver(b.Day(), why)))
			}
		}},
		{"extend", (*bundle).President, published(func(t *testing.T, b *bundle, act enforcement.Act, id enforcement.ID) error {
			return b.Listings.Extend(t.Context(), act, of(id), extension(b, 1))
		}, nil, listing.EvadesBySham)},
		{"suspend", (*bundle).Judge, published(func(t *testing.T, b *bundle, act enforcement.Act, id enforcement.ID) error {
			return b.Listings.Suspend(t.Context(), act, of(id), enforcetest.Stay())
		}, nil)},
		{"resume", (*bundle).President, published(func(t *testing.T, b *bundle, act enforcement.Act, id enforcement.ID) error {
			return b.Listings.Resume(t.Context(), act, of(id), enforcetest.Resumption())
		}, func(t *testing.T, b *bundle, id enforcement.ID) {
			must(t, b.Listings.Suspend(t.Context(), b.Judge(), of(id), enforcetest.Brake()))
		})},
		{"open-correction", (*bundle).Judge, published(func(t *testing.T, b *bundle, act enforcement.Act, id enforcement.ID) error {
			return b.Listings.OpenCorrection(t.Context(), act, of(id), b.Day())
		}, nil)},
		{"correct", (*bundle).Judge, func(t *testing.T, b *bundle) ask {
			identity := b.Company()
			id := b.Published(b.Subject(identity))
			must(t, b.Listings.OpenCorrection(t.Context(), b.Judge(), of(id), b.Day()))
			return func(act enforcement.Act) (enforcement.ID, error) {
				return no(b.Listings.Correct(t.Context(), act, of(id), identity))
			}
		}},
		{"early-delete", (*bundle).Judge, published(func(t *testing.T, b *bundle, act enforcement.Act, id enforcement.ID) error {
			return b.Listings.DeleteEarly(t.Context(), act, of(id), b.Ending(0))
		}, nil, listing.EvadesBySham)},
		{"revoke", (*bundle).Judge, published(func(t *testing.T, b *bundle, act enforcement.Act, id enforcement.ID) error {
			return b.Listings.Revoke(t.Context(), act, of(id), b.Ending(0))
		}, nil)},
		{"expire", (*bundle).System, published(func(t *testing.T, b *bundle, act enforcement.Act, id enforcement.ID) error {
			act.At = act.At.AddDate(3, 0, 0)
			return b.Listings.Expire(t.Context(), act, of(id))
		}, nil, listing.EvadesBySham)},
		{"search", (*bundle).Clerk, published(func(t *testing.T, b *bundle, act enforcement.Act, id enforcement.ID) error {
			return b.Listings.RecordSearch(t.Context(), act, id, b.Day(), b.Day().AddDays(-1), false)
		}, nil)},
		{"close-task", (*bundle).Judge, func(t *testing.T, b *bundle) ask {
			b.Published(b.Subject(b.Company()))
			tasks := value(b.Docket.Tasks(t.Context(), b.Judge(), enforcement.ID{}, 1000))(t)
			return func(act enforcement.Act) (enforcement.ID, error) {
				return no(b.Listings.CloseTask(t.Context(), act, tasks[len(tasks)-1].ID, string("assets-suffice"), why, enforcetest.Paper("")))
			}
		}},
		{"put-in-force", (*bundle).System, func(t *testing.T, b *bundle) ask {
			ids := []enforcement.ID{pendingGround(t, b)}
			return func(act enforcement.Act) (enforcement.ID, error) {
				return no(b.Grounds.PutInForce(t.Context(), act, ids))
			}
		}},
		{"end-ground", (*bundle).Judge, func(t *testing.T, b *bundle) ask {
			id := b.OrderGround(b.Subject(b.Company()))
			return func(act enforcement.Act) (enforcement.ID, error) {
				return no(b.Grounds.End(t.Context(), act, id, "演示"))
			}
		}},
		{"answer", func(b *bundle) enforcement.Act { return officer(b, b.Departments[0]) }, func(t *testing.T, b *bundle) ask {
			b.Published(b.Subject(b.Company()))
			sendAll(t, b, directive.Left)
			d := value(b.Directives.List(t.Context(), officer(b, b.Departments[0]), enforcement.ID{}, 1000))(t)
			answers := []directive.Answer{{Directive: d[len(d)-1].ID, Version: 1, Step: directive.Acknowledged, Reports: []directive.Report{
				{Measure: d[len(d)-1].Measures[0], Outcome: directive.Implemented},
			}}}
			return func(act enforcement.Act) (enforcement.ID, error) {
				return no(b.Directives.Answer(t.Context(), act, answers))
			}
		}},
		{"shred", func(b *bundle) enforcement.Act { return b.As(enforcement.Operator, 0) }, func(t *testing.T, b *bundle) ask {
			id := b.Subject(b.Company())
			return func(act enforcement.Act) (enforcement.ID, error) { return no(b.Parties.Shred(t.Context(), act, id)) }
		}},
	}
}

// pendingGround is a decided ground that is not an organisation's business yet.
func pendingGround(t *testing.T, b *enforcetest.Bundle) enforcement.ID {
	t.Helper()
	id := enforcement.NewID()
	_, err := b.DB.Pool.Exec(t.Context(), `INSERT INTO ground (id, kind, list_type, subject_id, organisation_id, reference, decided_on) VALUES ($1, 'order', $2, $3, $4, '演示', $5)`,
		id, plan.ListType, b.Subject(b.Company()), b.Court, b.Day().UTC())
	must(t, err)
	return id
}

// Every act asked twice under one key, one after the other or at once, is done
// once and answered alike.
func TestEveryActIsDoneOnceUnderItsKey(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	for _, a := range acts() {
		for _, together := range []bool{false, true} {
			ask := a.prepare(t, b)
			act := a.act(b)
			act.Key = a.name
			if together {
				act.Key += "-together"
			}
			before := b.Count(`SELECT count(*) FROM event`)
			var ids [2]enforcement.ID
			var errs [2]error
			var both sync.WaitGroup
			for i := range ids {
				both.Go(func() { ids[i], errs[i] = ask(act) })
				if !together {
					both.Wait()
				}
			}
			both.Wait()
			if errs[0] != nil || errs[1] != nil || ids[0] != ids[1] {
				t.Errorf("%s: answered %s (%v) and %s (%v)", act.Key, ids[0], errs[0], ids[1], errs[1])
			}
			if n := b.Count(`SELECT count(*) FROM event WHERE act_key = $1`, act.Key); n != 1 {
				t.Errorf("%s: %d events under the key", act.Key, n)
			}
			want := 1
			if a.name == "answer" {
				want = 2 // the reports have an event of their own
			}
			if n := b.Count(`SELECT count(*) FROM event`) - before; n != want {
				t.Errorf("%s: %d events in all, want %d", act.Key, n, want)
			}
		}
	}
	wantAudit(t, b)
}

// One act about many: each ground has its own event under the key, and the act
// asked again finds them done.
func TestOneKeyForManyGrounds(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	act := b.System()
	act.Key = "many"
	orders := []enforcement.ID{pendingGround(t, b), b.OrderGround(b.Subject(b.Person()))}
	wantCode(t, "a ground in force among them", b.Grounds.PutInForce(ctx, act, orders), "state.forbidden")
	person := enforcement.NewID()
	_, err := b.DB.Pool.Exec(ctx, `INSERT INTO ground (id, kind, list_type, subject_id, organisation_id, reference, decided_on) VALUES ($1, 'order', $2, $3, $4, '演示', $5)`,
		person, plan.ListType, b.Subject(b.Person()), b.Court, b.Day().UTC())
	must(t, err)
	orders[1] = person // two plans of one ground each
	for range 2 {
		must(t, b.Grounds.PutInForce(ctx, act, orders))
	}
	if n := b.Count(`SELECT count(*) FROM event WHERE act_key LIKE 'many/%'`); n != 2 {
		t.Errorf("%d events of two grounds", n)
	}

	var fixed []enforcement.ID
	for range 3 {
		fixed = append(fixed, b.Published(b.Subject(b.Company()), listing.EvadesBySham))
	}
	b.AdvanceTo(state(t, b, fixed[0]).TermUntil.AddDays(1))
	act = b.System()
	act.Key = "round"
	for _, want := range []int{3, 0} {
		ended, _, _, err := b.Daily(ctx, act, nil)
		if err != nil || ended != want {
			t.Errorf("a round under a key ended %d, want %d (%v)", ended, want, err)
		}
	}
	wantAudit(t, b)
}

// Only its owner ends a ground, never a listing's, and an ended one stays as it is.
func TestEndGround(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	order, listing := b.OrderGround(b.Subject(b.Person())), b.Published(b.Subject(b.Person()))
	wantCode(t, "end another court's", b.Grounds.End(ctx, b.As(enforcement.Judge, b.OtherCourt), order, "r"), "not-found")
	wantCode(t, "end a listing's", b.Grounds.End(ctx, b.Judge(), listing, "r"), "not-found")
	wantCode(t, "end nothing", b.Grounds.End(ctx, b.Judge(), enforcement.NewID(), "r"), "not-found")
	wantCode(t, "end as a clerk", b.Grounds.End(ctx, b.Clerk(), order, "r"), "role.forbidden")
	must(t, b.Grounds.End(ctx, b.Judge(), order, "r"))
	events := b.Count(`SELECT count(*) FROM event`)
	must(t, b.Grounds.End(ctx, b.System(), order, "r"))
	if n := b.Count(`SELECT count(*) FROM event`); n != events {
		t.Error("ending an ended ground was logged")
	}
	wantAudit(t, b)
}

// What the last release did under a request's key, which it hashed without its actor, is
// not done again by an act that nobody asked before at the edge.
func TestARequestOfTheLastReleaseIsClaimedOnce(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	act := b.Judge()
	act.Request = &enforcement.Request{Organisation: b.Court, Actor: "judge", Route: "POST /v1/listings", Key: "k", Content: []byte("draft")}
	draft := listing.NewListing{Case: b.Case(), Subject: b.Subject(b.Person()), Capacity: listing.Debtor, Conducts: []listing.Conduct{listing.AbleButRefuses}, Facts: enforcetest.Facts()}
	first := value(b.Listings.Draft(t.Context(), act, draft))(t)
	_, err := b.DB.Pool.Exec(t.Context(), `UPDATE request_key SET key_hash = $1`, act.Request.FormerKeyHash())
	must(t, err)
	if again := value(b.Listings.Draft(t.Context(), act, draft))(t); again != first {
		t.Errorf("drafted %s again as %s", first, again)
	}
}
