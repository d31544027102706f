package notify_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"sync"
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/party"
	"concordat/enforcement/reward"
	"concordat/memoranda"
	"concordat/memoranda/day"
	"concordat/notify/wire"
)

// standsFor is the organisation of the bundle that stands for a body.
func (b *bench) standsFor(t *testing.T, body string) enforcement.OrganisationID {
	t.Helper()
	list, err := b.Parties.Organisations(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range list {
		for _, part := range o.Bodies {
			if part.Body == body {
				return o.ID
			}
		}
	}
	id, err := b.Parties.AddOrganisation(t.Context(), b.System(), party.Organisation{
		Slug: "dept-" + body, NameZH: "演示单位", NameEN: "Department " + body, Kind: party.Authority, Serves: "4501",
		Bodies: []party.Part{{Body: body, From: day.Of(2016, 1, 1)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	b.receivers[id] = b.receive(t, id)
	return id
}

// read gathers every message that organisations are sent.
func (b *bench) read() func() [][]byte {
	var mu sync.Mutex
	var bodies [][]byte
	for _, d := range b.receivers {
		d.intercept(func(_ http.ResponseWriter, r *http.Request) {
			body := reread(r)
			mu.Lock()
			defer mu.Unlock()
			bodies = append(bodies, body)
		})
	}
	return func() [][]byte {
		mu.Lock()
		defer mu.Unlock()
		return bodies
	}
}

// sanctioning are words that no reward is spoken of in.
var sanctioning = regexp.MustCompile(`(?i)惩戒|惩罚|处罚|限制|制裁|失信|punish|restrict|sanction|penal|impose|withdraw|revok`)

// heldAs demands how the receivers hold the directives of a ground, and that there
// are some.
func (b *bench) heldAs(t *testing.T, ground enforcement.ID, kind string, over bool) {
	t.Helper()
	list, err := b.Directives.Of(t.Context(), ground)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range list {
		e, ok := b.receivers[d.Organisation].Ledger.Get([16]byte(d.ID))
		if !ok || e.Kind != kind || e.Withdrawn != over || (len(e.Measures) == 0) != over || d.Step != directive.Acknowledged {
			t.Errorf("directive %s (%s %s) is held as %+v, want %s", d.ID, d.Kind, d.Step, e, kind)
		}
	}
	if len(list) == 0 {
		t.Error("nobody was told anything")
	}
}

// Three rewards of the shipped catalogue travel: one ends after a review and comes
// back with the revocation, one expires, one its owner ends. Nobody is ever told of
// them in the words of a sanction.
func TestRewardsTravel(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	ctx := t.Context()
	tax, customs := b.standsFor(t, "tax"), b.standsFor(t, "customs")
	for _, body := range []string{"development-reform", "market-regulation", "intellectual-property"} {
		b.standsFor(t, body)
	}
	messages := b.read()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	enter := func(list string, owner enforcement.OrganisationID, subject enforcement.ID) enforcement.ID {
		n := reward.NewReward{ListType: list, Subject: subject, Reference: "演示评价〔2025〕1号", DecidedOn: b.Day(), Paper: enforcetest.Paper("演示评价决定")}
		if list == "a-rated-taxpayer" {
			n.Year = 2025
		}
		id, err := b.Rewards.Enter(ctx, b.As(enforcement.DepartmentClerk, owner), n)
		must(err)
		return id
	}
	subject := b.Subject(b.Company())
	rated, exporter, other := enter("a-rated-taxpayer", tax, subject), enter("aeo-enterprise", customs, b.Subject(b.Company())), enter("a-rated-taxpayer", tax, b.Subject(b.Company()))
	b.quiet(t, b.drainer)
	for _, id := range []enforcement.ID{rated, exporter, other} {
		b.heldAs(t, id, "grant", false)
	}

	listing := b.Published(subject)
	b.quiet(t, b.drainer)
	b.heldAs(t, rated, "grant", false) // it goes on under review
	change, reviewer := enforcetest.OfReward(rated), b.As(enforcement.DepartmentReviewer, tax)
	must(b.Rewards.RecordNotice(ctx, b.As(enforcement.DepartmentClerk, tax), change, b.Day(), enforcetest.Paper("演示告知书")))
	must(b.Rewards.RecordAnswer(ctx, reviewer, change, b.Day(), "演示陈述", enforcetest.Paper("演示陈述书")))
	must(b.Rewards.DecideReview(ctx, reviewer, change, reward.Decision{End: true, Reasons: "演示:经审查,符合规定的理由", Basis: "演示规定 第1条", Paper: enforcetest.Paper("演示复核决定")}))
	must(b.Rewards.End(ctx, b.As(enforcement.DepartmentReviewer, customs), enforcetest.OfReward(exporter), "演示:经审查,符合规定的理由", "", enforcetest.Paper("演示终止决定书")))
	b.quiet(t, b.drainer)
	b.heldAs(t, rated, "grant-end", true)
	b.heldAs(t, exporter, "grant-end", true)

	must(b.Listings.Revoke(ctx, b.President(), enforcetest.Of(listing), b.Ending(0)))
	b.quiet(t, b.drainer)
	old, err := b.Rewards.Get(ctx, b.System(), rated)
	must(err)
	b.heldAs(t, old.RestoredBy, "grant", false)
	b.heldAs(t, rated, "grant-end", true)

	w, err := b.Rewards.Get(ctx, b.System(), other)
	must(err)
	b.AdvanceTo(w.ValidUntil.AddDays(1))
	_, _, _, err = b.Daily(ctx, b.System(), nil)
	must(err)
	b.quiet(t, b.drainer)
	b.heldAs(t, other, "grant-end", true)
	b.heldAs(t, old.RestoredBy, "grant-end", true)
	b.agree(t)

	rewards := 0
	for _, body := range messages() {
		var m wire.Message
		must(json.Unmarshal(body, &m))
		for _, d := range m.Directives {
			if d.Ground.Kind != string(memoranda.OnReward) {
				continue
			}
			rewards++
			text, err := json.Marshal(d)
			must(err)
			if found := sanctioning.Find(text); found != nil {
				t.Errorf("%q in %s", found, text)
			}
			for _, name := range d.Measures {
				words := m.Measures[name]
				if found := sanctioning.FindString(words.ZH + " " + words.EN + " " + words.Mode); found != "" {
					t.Errorf("%q in the words of %s", found, name)
				}
			}
		}
	}
	if rewards < 10 {
		t.Errorf("only %d messages of rewards were read", rewards)
	}
}

// An officer who works by inbox reads of a grant and of its end.
func TestARewardInTheInbox(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	ctx := t.Context()
	tax := b.standsFor(t, "tax")
	b.receivers[tax].intercept(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusGone) })
	reviewer := b.As(enforcement.DepartmentReviewer, tax)
	id, err := b.Rewards.Enter(ctx, b.As(enforcement.DepartmentClerk, tax), reward.NewReward{ListType: "a-rated-taxpayer", Subject: b.Subject(b.Company()), Reference: "演示评价〔2025〕2号", DecidedOn: b.Day(), Year: 2025, Paper: enforcetest.Paper("演示评价决定")})
	if err != nil {
		t.Fatal(err)
	}
	opened := func() directive.Item {
		t.Helper()
		b.drain(t, directive.WakeUp{Organisation: tax, Lane: directive.Bulk})
		list, err := b.inbox.List(ctx, reviewer, "", enforcement.ID{}, 10)
		if err != nil || len(list) != 1 {
			t.Fatalf("in the inbox lie %v: %v", list, err)
		}
		items, err := b.inbox.Open(ctx, reviewer, []enforcement.ID{list[0].Directive})
		if err != nil || len(items) != 1 {
			t.Fatalf("opened %v: %v", items, err)
		}
		return items[0]
	}
	if i := opened(); i.Kind != "grant" {
		t.Errorf("the officer reads %s", i.Kind)
	}
	if err := b.Rewards.End(ctx, reviewer, enforcetest.OfReward(id), "演示:经审查,符合规定的理由", "", enforcetest.Paper("演示终止决定书")); err != nil {
		t.Fatal(err)
	}
	if i := opened(); i.Kind != "grant-end" {
		t.Errorf("the officer reads %s", i.Kind)
	}
	b.noFindings(t)
}
