package api_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/administrative"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/ground"
	"concordat/enforcement/listing"
	"concordat/enforcement/party"
	"concordat/enforcement/reward"
)

// world is one kind of case whose moves are tried by HTTP: its table, how cases come
// to where they can stand, and a valid body for each door.
type world struct {
	*bundle
	table  *ground.Table
	tokens map[enforcement.Role]string
	stages []stage
	body   func(door string, c madeCase) object
}

// stage is a place where a case can stand, and the way there.
type stage struct {
	name string
	make func() madeCase
}

// madeCase is a case that was brought to a stage.
type madeCase struct {
	id       string
	identity party.Identity
	fixed    bool // it has a term
	grace    int  // months
	two      bool // grounds, of which one can be barred
}

func (w *world) path(c madeCase) string { return w.table.Collection + "/" + c.id }

// offers are the moves of a case as a role sees them, and the case's tag.
func (w *world) offers(role enforcement.Role, c madeCase) (list []any, tag string) {
	w.T.Helper()
	a := w.want(http.StatusOK, w.tokens[role], http.MethodGet, w.path(c)+"/moves", nil)
	return at[[]any](w.T, a.body, "moves"), a.header.Get("ETag")
}

// valid is a body that the door takes for a move; none for a door that takes none.
func (w *world) valid(m *ground.Move, c madeCase) object {
	body := maps.Clone(w.body(m.Door, c))
	if m.Choice != nil {
		body[m.Choice.Field] = chosen(m.Choice.Value)
	}
	return body
}

// chosen is a choice as JSON has it.
func chosen(value string) any {
	switch value {
	case "true":
		return true
	case "false":
		return false
	}
	return value
}

// post asks for a move.
func (w *world) post(role enforcement.Role, c madeCase, m *ground.Move, tag string, body object) answer {
	w.T.Helper()
	var sent any
	if body != nil {
		sent = body
	}
	return w.call(w.tokens[role], http.MethodPost, w.path(c)+"/"+m.Door, sent, "If-Match", tag)
}

// walk makes moves of a case in turn, each in the first role that may, by HTTP.
func (w *world) walk(c madeCase, moves ...ground.MoveName) madeCase {
	w.T.Helper()
	for _, name := range moves {
		m := w.table.Move(name)
		_, tag := w.offers(m.Roles[0], c)
		if a := w.post(m.Roles[0], c, m, tag, w.valid(m, c)); a.status != http.StatusOK {
			w.T.Fatalf("%s: status %d: %s", name, a.status, a.text)
		}
	}
	return c
}

// sql changes what no request changes: what a restoration leaves behind.
func (w *world) sql(c madeCase, statements ...string) madeCase {
	w.T.Helper()
	for _, s := range statements {
		_, err := w.DB.Pool.Exec(w.T.Context(), s, c.id)
		must(w.T, err)
	}
	return c
}

const inDoubt = `INSERT INTO task (id, kind, organisation_id, ground_id, opened_on) SELECT gen_random_uuid(), 'restored', organisation_id, id, '2025-09-01' FROM ground WHERE id = $1`

// setupListingMoves has every state of a listing, and some more in which other moves
// are possible. The stage that needs time is the last: the others stand on one day.
func setupListingMoves(t *testing.T) *world {
	t.Helper()
	b := setup(t)
	w := &world{
		bundle: b, table: listing.Table(),
		tokens: map[enforcement.Role]string{enforcement.Clerk: b.clerk, enforcement.Judge: b.judge, enforcement.President: b.president, enforcement.Overseer: b.overseer},
	}
	w.body = w.listingBody
	number := 1000
	draft := func(c madeCase) madeCase {
		number++
		c.identity = b.Company()
		subject := b.want(http.StatusCreated, b.clerk, http.MethodPost, "/v1/subjects", identityBody(c.identity))
		execution := b.want(http.StatusCreated, b.clerk, http.MethodPost, "/v1/cases", object{
			"number": fmt.Sprintf("（2025）桂0103执%d号", number), "filed_on": b.Day().AddDays(-30).String(), "basis_document": "（2024）桂0103民初7号", "basis_unit": "演示法院",
		})
		body := b.draftBody(subject.id(), execution.id())
		if c.fixed {
			if body["conducts"], body["papers"] = []int{4}, factPapers(4); c.two {
				body["conducts"], body["papers"] = []int{1, 4}, factPapers(1, 4)
			}
		}
		c.id = b.want(http.StatusCreated, b.judge, http.MethodPost, "/v1/listings", body).id()
		return c
	}
	add := func(name string, c madeCase, moves ...ground.MoveName) {
		w.stages = append(w.stages, stage{name, func() madeCase { return w.walk(draft(c), moves...) }})
	}
	fixed := madeCase{fixed: true}
	applied := []ground.MoveName{"warn", "apply"}
	proposed := append(slices.Clone(applied), "propose")
	decided := append(slices.Clone(proposed), "sign")
	served := append(slices.Clone(decided), ground.MoveServe)
	active := append(slices.Clone(served), ground.MovePublish)
	then := func(moves ...ground.MoveName) []ground.MoveName { return slices.Concat(active, moves) }
	add("draft", fixed)
	add("warned", fixed, "warn")
	add("applied", fixed, applied...)
	add("applied, proposed", fixed, proposed...)
	add("refused", fixed, append(slices.Clone(applied), "refuse")...)
	add("decided", fixed, decided...)
	add("served", fixed, served...)
	add("grace", madeCase{fixed: true, grace: 1}, served...)
	add("abandoned", fixed, append(slices.Clone(served), ground.MoveAbandon)...)
	add("active", fixed, active...)
	add("active, without a term", madeCase{}, active...)
	add("active, suspended", fixed, then(ground.MoveSuspend)...)
	add("active, under correction", fixed, then("open-correction")...)
	add("extended", fixed, then("extend")...)
	add("deleted", madeCase{}, then(ground.MoveDelete)...)
	add("early-deleted", fixed, then(ground.MoveEarly)...)
	add("revoked", fixed, then(ground.MoveRevoke)...)
	w.stages = append(w.stages,
		stage{"served, excluded", func() madeCase {
			c := w.walk(draft(fixed), served...)
			b.want(http.StatusCreated, b.clerk, http.MethodPost, w.path(c)+"/exclusions", object{"kind": "campus-loan-student", "on": b.Day().String()})
			return c
		}},
		stage{"active, one ground barred", func() madeCase {
			c := w.walk(draft(madeCase{fixed: true, two: true}), active...)
			b.want(http.StatusCreated, b.clerk, http.MethodPost, w.path(c)+"/exclusions", object{"kind": "security-given", "on": b.Day().String()})
			return c
		}},
		stage{"served, in doubt after a restoration", func() madeCase { return w.sql(w.walk(draft(fixed), served...), inDoubt) }},
		stage{"active, unconfirmed after a restoration", func() madeCase { return w.sql(w.walk(draft(fixed), active...), unconfirmed) }},
		stage{"active, in doubt after a restoration", func() madeCase {
			return w.sql(w.walk(draft(fixed), then(ground.MoveSuspend)...), `UPDATE listing SET suspended_for = 'restored' WHERE id = $1`, inDoubt)
		}},
		stage{"expired", func() madeCase {
			c := w.walk(draft(fixed), active...)
			b.AdvanceTo(b.Day().AddMonths(termMonths).AddDays(1))
			_, err := b.Listings.ExpireDue().All(t.Context(), b.System(), func(int) {})
			must(t, err)
			return c
		}},
	)
	return w
}

// unconfirmed is what a restoration makes of everything that was decided before it.
const unconfirmed = `UPDATE ground SET confirmed = record_epoch() - 1 WHERE id = $1`

// termMonths is the term of the listings that have one.
const termMonths = 6

func (w *world) listingBody(door string, c madeCase) object {
	today := w.Day().String()
	reasons := object{"reasons": "演示:经审查,符合规定的理由"}
	decision := object{"number": "（2025）桂0103执1号之一", "reasons": "演示:经审查,符合规定的理由", "own_motion_reason": "演示:拒不申报财产,依职权列入", "document": []byte("演示决定书全文")}
	if c.fixed {
		decision["term_until"] = w.Day().AddMonths(termMonths).String()
	}
	if c.grace > 0 {
		decision["grace_months"] = c.grace
	}
	ending := object{"event_on": today, "reasons": "演示：履行完毕", "document": []byte("演示结束决定书")}
	return map[string]object{
		"warning": w.warnBody(), "application": {"received_on": today, "document": []byte("演示申请书")}, "refusal": reasons,
		"proposal": decision, "service": w.serviceBody(), "abandonment": {"reason": "performed"}, "resumption": resumption, "resumption/restored": {"reasons": "演示:丢失的时段内没有退出", "document": []byte("演示核查表")}, "confirmation": {"reasons": "演示:丢失的时段内没有退出", "document": []byte("演示决定")},
		"extension": {
			"number": "（2025）桂0103执1号之二", "reasons": "演示:经审查,符合规定的理由", "cause": "several-dishonest-acts", "acts": []object{{"on": today, "what": "演示:转移应收账款至关联单位"}, {"on": today, "what": "演示:隐匿已查封的机器设备"}}, "years": 1, "served_on": today, "document": []byte("演示延期决定"),
		},
		"suspension": {}, "barred-grounds": reasons, "correction": {"found_on": today}, "correction/data": identityBody(c.identity), "words": wordsBody(), "correction/words": wordsBody(),
		"deletion":       {"item": 1, "event_on": today, "reasons": "演示：履行完毕"},
		"early-deletion": ending, "revocation": ending,
	}[door]
}

// setupAdministrativeMoves has the places where entries on administrative lists
// stand; every entry takes some weeks of legal time.
func setupAdministrativeMoves(t *testing.T) *world {
	t.Helper()
	l := setupLists(t)
	w := &world{bundle: l.bundle, table: administrative.Table(), tokens: map[enforcement.Role]string{
		enforcement.DepartmentClerk: l.ownersClerk, enforcement.DepartmentReviewer: l.ownersReviewer, enforcement.Overseer: l.overseer,
	}}
	w.body = func(door string, _ madeCase) object {
		ending := object{"event_on": l.today(), "reasons": "演示:经审查,符合规定的理由", "document": []byte("演示结束决定书")}
		return map[string]object{
			"notice": l.noticeBody(), "statement": {"received_on": l.today(), "text": "演示陈述", "document": []byte("演示陈述书")}, "answer": {"text": "演示:经核实,陈述不能成立", "document": []byte("演示答复书")}, "decision": l.decisionBody(),
			"service": l.serviceBody(), "abandonment": {"reason": "performed"}, "suspension": {}, "resumption": resumption, "confirmation": {"reasons": "演示:丢失的时段内没有退出", "document": []byte("演示决定")},
			"deletion": {"cause": "subject-ceased", "event_on": l.today(), "reasons": "演示:经审查,符合规定的理由"}, "early-deletion": ending, "revocation": ending,
		}[door]
	}
	company := func() enforcement.ID { return l.Subject(l.Company()) }
	of := func(id enforcement.ID) madeCase { return madeCase{id: id.String()} }
	notified := func() madeCase {
		return w.walk(of(l.made.On(enforcetest.ListSerious, company())), "notify")
	}
	w.stages = []stage{
		{"draft", func() madeCase { return of(l.made.On(enforcetest.ListSerious, company())) }},
		{"notified", notified},
		{"notified, the time is over", func() madeCase { c := notified(); l.Advance(30); return c }},
		{"notified, drafted by the reviewer", func() madeCase {
			body := object{"list_type": enforcetest.ListSerious, "subject": company(), "grounds": []string{"fraud"}, "conduct": "演示:违法行为"}
			c := w.walk(madeCase{id: l.want(http.StatusCreated, l.ownersReviewer, http.MethodPost, listings, body).id()}, "notify")
			l.Advance(30)
			return c
		}},
		{"stated", func() madeCase { return w.walk(notified(), "state") }},
		{"answered", func() madeCase {
			c := w.walk(notified(), "state", "answer")
			l.Advance(30)
			return c
		}},
		{"decided", func() madeCase { return of(l.made.DecidedOn(enforcetest.ListSerious, company())) }},
		{"served", func() madeCase { return of(l.made.ServedOn(enforcetest.ListSerious, company())) }},
		{"served, in doubt after a restoration", func() madeCase { return w.sql(of(l.made.ServedOn(enforcetest.ListSerious, company())), inDoubt) }},
		{"active", func() madeCase { return of(l.made.PublishedOn(enforcetest.ListSerious, company())) }},
		{"active, unconfirmed after a restoration", func() madeCase {
			return w.sql(of(l.made.PublishedOn(enforcetest.ListSerious, company())), unconfirmed)
		}},
		{"active, suspended", func() madeCase {
			return w.walk(of(l.made.PublishedOn(enforcetest.ListSerious, company())), ground.MoveBrake)
		}},
		{"active, repairable", func() madeCase { return of(l.made.PublishedOn(enforcetest.ListSilent, company())) }},
		{"revoked", func() madeCase {
			return w.walk(of(l.made.PublishedOn(enforcetest.ListSerious, company())), ground.MoveRevoke)
		}},
	}
	return w
}

// setupRewardMoves has the places where rewards stand.
func setupRewardMoves(t *testing.T) *world {
	t.Helper()
	a := setupReward(t)
	w := &world{bundle: a.bundle, table: reward.Table(), tokens: map[enforcement.Role]string{
		enforcement.DepartmentClerk: a.clerk, enforcement.DepartmentReviewer: a.reviewer, enforcement.Overseer: a.overseer,
	}}
	w.body = func(door string, _ madeCase) object {
		return map[string]object{
			"notice": {"on": a.Day().String(), "document": []byte("演示告知书")}, "answer": {"on": a.Day().String(), "text": "演示陈述", "document": []byte("演示陈述书")}, "review": {"reasons": "演示:经审查,符合规定的理由", "basis": "演示法 第4条", "document": []byte("演示复核决定")},
			"end": {"reasons": "演示:经审查,符合规定的理由", "document": []byte("演示决定")}, "confirmation": {"reasons": "演示:经审查,符合规定的理由", "document": []byte("演示决定")},
		}[door]
	}
	entered := func() (madeCase, enforcement.ID) {
		subject := a.Subject(a.Company())
		return madeCase{id: a.entered(subject)}, subject
	}
	reviewed := func() madeCase {
		c, subject := entered()
		a.Published(subject)
		return c
	}
	w.stages = []stage{
		{"in-force", func() madeCase { c, _ := entered(); return c }},
		{"in-force, in doubt after a restoration", func() madeCase {
			c, _ := entered()
			return w.sql(c, `UPDATE ground SET state = 'suspended' WHERE id = $1`)
		}},
		{"under-review", reviewed},
		{"under-review, noticed", func() madeCase { return w.walk(reviewed(), "notice") }},
		{"under-review, answered", func() madeCase { return w.walk(reviewed(), "notice", "answer") }},
		{"ended", func() madeCase { c, _ := entered(); return w.walk(c, "end") }},
	}
	return w
}
