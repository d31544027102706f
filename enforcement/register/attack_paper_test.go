package register_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/administrative"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/ground"
	"concordat/enforcement/listing"
	"concordat/enforcement/paper"
	"concordat/internal/pg"
)

// papered is a move that does not go without its papers, of a case where nothing else
// stands in its way; do makes it with whatever is given.
type papered struct {
	table *ground.Table
	move  ground.MoveName
	id    enforcement.ID
	do    func(given ground.Given) error
}

func does[C any](t *testing.T, life *ground.Life[C], act enforcement.Act, id enforcement.ID, move ground.MoveName) func(ground.Given) error {
	t.Helper()
	return func(given ground.Given) error {
		return life.Do(t.Context(), act, of(id), given, func(context.Context, *pg.Tx, *ground.Turn[C]) error { return nil }, move)
	}
}

// unconfirmedNow is what a restoration leaves.
const unconfirmedNow = `UPDATE ground SET confirmed = record_epoch() - 1 WHERE id = $1`

func setRows(t testing.TB, b *enforcetest.Bundle, sql string, args ...any) {
	t.Helper()
	_, err := b.DB.Pool.Exec(t.Context(), sql, args...)
	must(t, err)
}

// paperedListing are the moves of a court's listing that need papers.
func paperedListing(t *testing.T, b *enforcetest.Bundle) (list []papered) {
	t.Helper()
	w := walker{b, t}
	at := func(name string) enforcement.ID {
		s := standings()
		id, _ := w.enter(s[slices.IndexFunc(s, func(s standing) bool { return s.name == name })])
		return id
	}
	second := b.President()
	second.Actor.ID += "-2"
	add := func(move ground.MoveName, act enforcement.Act, id enforcement.ID) {
		list = append(list, papered{listingTable, move, id, does(t, &b.Listings.Life, act, id, move)})
	}
	add("warn", b.Clerk(), at("draft"))
	add("apply", b.Clerk(), at("warned"))
	add("propose", b.Judge(), at("warned"))
	add(ground.MoveServe, b.Clerk(), at("decided"))
	add("extend", b.President(), at("active with a term"))
	add(ground.MoveResume, second, at("suspended with a term"))
	for move, name := range map[ground.MoveName]string{ground.MoveConfirm: "served", ground.MoveReaffirm: "active"} {
		id := at(name)
		setRows(t, b, unconfirmedNow, id)
		add(move, second, id)
	}
	restored := at("active with a term")
	setRows(t, b, `UPDATE listing SET suspended_for = 'restored', suspended_on = published_on, suspended_by = 'operator', version = version + 1 WHERE id = $1`, restored)
	add("resume-restored", second, restored)
	return list
}

// paperedAdministrative are those of an entry on a department's list.
func paperedAdministrative(t *testing.T, l *enforcetest.Lists) (list []papered) {
	t.Helper()
	w := wayfarer{l, t}
	at := func(name string) enforcement.ID {
		p := places()
		return w.enter(p[slices.IndexFunc(p, func(p place) bool { return p.name == name })])
	}
	add := func(move ground.MoveName, act enforcement.Act, id enforcement.ID) {
		list = append(list, papered{administrativeTable, move, id, does(t, &l.Administrative.Life, act, id, move)})
	}
	stated, decided, served, active, suspended := at("stated"), at("decided"), at("served"), at("active"), at("suspended")
	drafted, notified := at("draft"), at("notified")
	l.Advance(30)
	setRows(t, l.Bundle, unconfirmedNow, served)
	setRows(t, l.Bundle, unconfirmedNow, active)
	add("notify", l.OwnersClerk(), drafted)
	add("answer", l.OwnersReviewer(), stated)
	add("decide", l.OwnersReviewer(), notified)
	add(ground.MoveServe, l.OwnersClerk(), decided)
	add(ground.MoveConfirm, l.SecondReviewer(), served)
	add(ground.MoveReaffirm, l.SecondReviewer(), active)
	add(ground.MoveResume, l.SecondReviewer(), suspended)
	return list
}

// paperedReward are those of a reward: what takes it away burdens.
func paperedReward(t *testing.T, b *enforcetest.RewardBundle) (list []papered) {
	t.Helper()
	reviewed := func() enforcement.ID {
		subject := b.Subject(b.Company())
		id := b.Rewarded(enforcetest.GoodTaxpayer, subject)
		b.Published(subject)
		return id
	}
	noticed, heard := reviewed(), reviewed()
	b.Heard(heard)
	add := func(move ground.MoveName, act enforcement.Act, id enforcement.ID) {
		list = append(list, papered{rewardTable, move, id, does(t, &b.Rewards.Life, act, id, move)})
	}
	add("notice", b.KeeperClerk(), noticed)
	add("end-after-review", b.KeeperReviewer(), heard)
	add("end", b.KeeperReviewer(), b.Rewarded(enforcetest.GoodTaxpayer, b.Subject(b.Company())))
	return list
}

// paperedOrder are those of a consumption-restriction order.
func paperedOrder(t *testing.T, b *enforcetest.Bundle) (list []papered) {
	t.Helper()
	w := errand{b, t}
	at := func(name string) enforcement.ID {
		h := halts()
		return w.enter(h[slices.IndexFunc(h, func(h halt) bool { return h.name == name })])
	}
	add := func(move ground.MoveName, act enforcement.Act, id enforcement.ID) {
		list = append(list, papered{orderTable, move, id, does(t, &b.Orders.Life, act, id, move)})
	}
	served, active := at("served"), at("active")
	setRows(t, b, unconfirmedNow, served)
	setRows(t, b, unconfirmedNow, active)
	add("notice", b.Clerk(), at("draft"))
	add("propose", b.Judge(), at("noticed"))
	add(ground.MoveServe, b.Clerk(), at("decided"))
	add("keep-order", w.second(), at("active on a listing that ended"))
	add(ground.MoveConfirm, w.second(), served)
	add(ground.MoveReaffirm, w.second(), active)
	add(ground.MoveResume, w.second(), at("suspended"))
	return list
}

// right is a request in order, but for its papers.
func (p papered) right(b *enforcetest.Bundle) ground.Given {
	given := ground.Given{}
	for _, n := range p.table.Move(p.move).Needs {
		given[n.Field] = right(n)
		if n.Rule == ground.RulePast {
			given[n.Field] = b.Day()
		}
	}
	return given
}

// The heart of it: no move that claims a paper goes without one, with blanks, with a paper of
// another case, of another court, or brought for something else; and nothing is left of it.
func TestNoMoveGoesWithoutItsPapers(t *testing.T) {
	t.Parallel()
	t.Run("listing", func(t *testing.T) {
		t.Parallel()
		b := enforcetest.Setup(t)
		few(t, b, 1)
		wrongPapers(t, b, listingTable, paperedListing(t, b))
	})
	t.Run("administrative", func(t *testing.T) {
		t.Parallel()
		l := enforcetest.SetupLists(t)
		wrongPapers(t, l.Bundle, administrativeTable, paperedAdministrative(t, l))
	})
	t.Run("reward", func(t *testing.T) {
		t.Parallel()
		b := enforcetest.SetupRewards(t, false)
		wrongPapers(t, b.Bundle, rewardTable, paperedReward(t, b))
	})
	t.Run("order", func(t *testing.T) {
		t.Parallel()
		b := enforcetest.Setup(t)
		few(t, b, 1)
		wrongPapers(t, b, orderTable, paperedOrder(t, b))
	})
}

func wrongPapers(t *testing.T, b *enforcetest.Bundle, table *ground.Table, list []papered) {
	t.Helper()
	tried := map[ground.MoveName]bool{}
	for _, p := range list {
		tried[p.move] = true
		for i := range table.Move(p.move).Papers {
			n := &table.Move(p.move).Papers[i]
			given := p.right(b)
			for _, other := range table.Move(p.move).Papers {
				given[other.Field] = enforcetest.Paper("演示文书")
			}
			if n.When != nil {
				given[n.When.Field] = n.When.Value
			}
			wrongPaper(t, b, p, n, given)
		}
	}
	for _, m := range table.Moves {
		if needs := slices.ContainsFunc(m.Papers, func(n ground.PaperNeed) bool { return !n.Owed }); needs != tried[m.Name] {
			t.Errorf("%s needs papers: %v, and was tried: %v", m.Name, needs, tried[m.Name])
		}
	}
}

func wrongPaper(t *testing.T, b *enforcetest.Bundle, p papered, n *ground.PaperNeed, given ground.Given) {
	t.Helper()
	elsewhere := someUse(t, b, `serves <> $1 AND purpose = $2`, p.id, n.Purpose)
	before := fingerprint(t, b)
	for what, c := range map[string]struct {
		given any
		code  string
	}{
		"none":             {nil, "paper.missing"},
		"the empty one":    {paper.Given{}, "paper.missing"},
		"blanks":           {enforcetest.Paper(" \n\t "), "paper.missing"},
		"a text, no paper": {"演示文书", "paper.missing"},
		"nobody's":         {paper.Given{ID: enforcement.NewID()}, "paper.unknown"},
		"another case's":   {paper.Given{ID: elsewhere}, "paper.unknown"},
		"a program":        {enforcetest.Paper("MZ\x90\x00\x03"), "paper.type"},
		"tomorrow's":       {paper.Given{Content: []byte("演示文书"), Day: b.Day().AddDays(90)}, "paper.day"},
	} {
		if n.Optional && c.code == "paper.missing" {
			continue
		}
		one := maps.Clone(given)
		one[n.Field] = c.given
		wantCode(t, fmt.Sprintf("%s %s, %s: %s", p.table.Slug, p.move, n.Field, what), p.do(one), c.code)
	}
	for _, field := range n.NotBefore {
		one := maps.Clone(given)
		one[field] = b.Day()
		one[n.Field] = paper.Given{Content: []byte("演示文书"), Day: b.Day().AddDays(-1)}
		wantCode(t, fmt.Sprintf("%s %s, %s: older than %s", p.table.Slug, p.move, n.Field, field), p.do(one), "paper.older")
	}
	if fingerprint(t, b) != before {
		t.Errorf("%s %s: a refused paper left something", p.table.Slug, p.move)
	}
}

// someUse is a paper that serves something else: the file of another case, kept for this test.
func someUse(t *testing.T, b *enforcetest.Bundle, where string, id enforcement.ID, purpose paper.Purpose) (found enforcement.ID) {
	t.Helper()
	other := b.Draft(b.Subject(b.Company()))
	brought(t, b, b.Clerk(), other, purpose)
	must(t, b.DB.Pool.QueryRow(t.Context(), `SELECT paper_id FROM paper_use WHERE `+where+` LIMIT 1`, id, purpose).Scan(&found))
	return found
}

// brought brings a paper to the file of a court's case.
func brought(t *testing.T, b *enforcetest.Bundle, act enforcement.Act, id enforcement.ID, purpose paper.Purpose) (one paper.Paper) {
	t.Helper()
	must(t, b.DB.InTx(t.Context(), func(ctx context.Context, tx *pg.Tx) error {
		var err error
		h := ground.Head{ID: id, Owner: act.Actor.Organisation}
		if err := tx.NewSelect().TableExpr("ground AS g").Join("JOIN subject AS s ON s.id = g.subject_id").ColumnExpr("g.subject_id, s.envelope").Where("g.id = ?", id).Scan(ctx, &h.Subject, &h.Envelope); err != nil {
			return err
		}
		one, err = b.Grounds.Given(ctx, tx, act, h, purpose, enforcetest.Paper("演示文书"))
		return err
	}))
	return one
}

// A paper of the file is named by its id, for what it was brought for and nothing else.
func TestAPaperOfTheFileProvesWhatItWasBroughtFor(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	id := b.Draft(b.Subject(b.Company()))
	notice, other := brought(t, b, b.Clerk(), id, paper.ExecutionNotice), brought(t, b, b.Clerk(), id, paper.Other)
	before := fingerprint(t, b)
	n := b.Notice()
	n.Paper = paper.Given{ID: other.ID}
	wantCode(t, "another purpose", b.Listings.Warn(ctx, b.Clerk(), of(id), n), "paper.purpose")
	n.Paper = paper.Given{ID: notice.ID, Content: []byte("演示另一份通知书")}
	wantCode(t, "two at once", b.Listings.Warn(ctx, b.Clerk(), of(id), n), "paper.twice")
	if fingerprint(t, b) != before {
		t.Error("a refused paper left something")
	}
	n.Paper = paper.Given{ID: notice.ID}
	must(t, b.Listings.Warn(ctx, b.Clerk(), of(id), n))
	if b.Count(`SELECT count(*) FROM listing WHERE notice_paper = $1`, notice.ID) != 1 || b.Count(`SELECT count(*) FROM event WHERE kind = 'listing-warned' AND document_hash = $1`, notice.Hash) != 1 {
		t.Error("the step does not name its paper")
	}
	schemaRefuses(t, b, "listing_papers_fit", `UPDATE listing SET application_paper = $2 WHERE id = $1`, id, notice.ID)
	schemaRefuses(t, b, "listing_papers_fit", `UPDATE listing SET notice_paper = $2, application_paper = $2 WHERE id = $1`, b.Draft(b.Subject(b.Company())), notice.ID)
	schemaRefuses(t, b, "listing_papers_final", `UPDATE listing SET notice_paper = NULL WHERE id = $1`, id)
}

// factsOf is what each ground of 法释〔2017〕7号 Art. 1 rests on: the means; the act; the sham;
// the order to report, its service, and that its term is over; the served order and its
// breach; the settlement and its refusal.
var factsOf = map[listing.Conduct][]paper.Purpose{
	1: {"facts-1"}, 2: {"facts-2"}, 3: {"facts-3"}, 4: {"facts-4", "facts-4-service", "facts-4-term"}, 5: {"facts-5", "facts-5-breach"}, 6: {"facts-6", "facts-6-refusal"},
}

// Each ground rests on papers of its facts: with one of them missing nobody proposes it, and
// what was proposed without is not signed.
func TestNoGroundWithoutThePapersOfItsFacts(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	for c := listing.AbleButRefuses; c <= listing.RefusesSettlement; c++ {
		facts := enforcetest.FactPapers(c)
		purposes := []paper.Purpose{}
		for _, f := range facts {
			purposes = append(purposes, f.Purpose)
		}
		if !slices.Equal(purposes, factsOf[c]) {
			t.Errorf("ground %d rests on %v, not on %v", c, purposes, factsOf[c])
		}
		for left := range facts {
			id, err := b.Listings.Draft(ctx, b.Judge(), listing.NewListing{
				Case: b.Case(), Subject: b.Subject(b.Company()), Capacity: listing.Debtor, Conducts: []listing.Conduct{c}, Facts: enforcetest.Facts(),
				Papers: slices.Concat(facts[:left], facts[left+1:]),
			})
			must(t, err)
			must(t, b.Listings.Warn(ctx, enforcetest.Before(b.Clerk()), of(id), b.Notice()))
			err = b.Listings.Propose(ctx, b.Judge(), of(id), b.Decision(c))
			wantCode(t, fmt.Sprintf("ground %d without %s", c, facts[left].Purpose), err, "paper.missing")
			_, offers, err := b.Listings.Moves(ctx, b.Judge(), id)
			must(t, err)
			if because := offered(offers, "propose").Because; because == nil || because.Code != "paper.missing" || because.Args["purpose"] != string(facts[left].Purpose) || because.Args["conduct"] != fmt.Sprint(c) {
				t.Errorf("ground %d without %s is offered: %+v", c, facts[left].Purpose, because)
			}
			setRows(t, b, `UPDATE listing SET reasons = '\x00', proposed_by = 'judge', decision_number = '1', term_until = CASE WHEN $2 THEN NULL ELSE $3::date END WHERE id = $1`, id, c == listing.AbleButRefuses, b.Day().AddYears(2))
			wantCode(t, "signed without the papers of its facts", b.Listings.Sign(ctx, b.President(), of(id)), "paper.missing")
			brought(t, b, b.Clerk(), id, facts[left].Purpose)
			wantCode(t, "signed without the text", b.Listings.Sign(ctx, b.President(), of(id)), "paper.missing")
			_, offers, err = b.Listings.Moves(ctx, b.President(), id)
			must(t, err)
			if because := offered(offers, "sign").Because; because == nil || because.Code != "paper.missing" {
				t.Errorf("a decision without its text is offered to be signed: %+v", because)
			}
			must(t, b.Listings.Propose(ctx, b.Judge(), of(id), b.Decision(c)))
			must(t, b.Listings.Sign(ctx, b.President(), of(id)))
		}
	}
	for _, papers := range [][]ground.Brought{{{Purpose: "facts-1"}}, {{Purpose: "facts-1", Paper: paper.Given{ID: enforcement.NewID()}}}} {
		_, err := b.Listings.Draft(ctx, b.Judge(), listing.NewListing{
			Case: b.Case(), Subject: b.Subject(b.Company()), Capacity: listing.Debtor, Conducts: []listing.Conduct{1}, Facts: enforcetest.Facts(), Papers: papers,
		})
		wantCode(t, "a draft with the name of a paper", err, "paper.missing")
	}
}

// What the president signs is the text that was proposed, by its hash; and it stays.
func TestWhatIsSignedIsWhatWasProposed(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	id := b.Draft(b.Subject(b.Company()))
	must(t, b.Listings.Warn(ctx, enforcetest.Before(b.Clerk()), of(id), b.Notice()))
	must(t, b.Listings.Propose(ctx, b.Judge(), of(id), b.Decision()))
	seen := state(t, b, id).Version
	must(t, b.Listings.Propose(ctx, b.Judge(), of(id), b.Decision()))
	wantCode(t, "signed what was exchanged meanwhile", b.Listings.Sign(ctx, b.President(), ground.Change{Ground: id, Version: seen}), "version.stale")
	must(t, b.Listings.Sign(ctx, b.President(), of(id)))
	if n := b.Count(`SELECT count(*) FROM event e JOIN listing l ON l.id = e.ground_id JOIN paper p ON p.id = l.decision_paper WHERE e.kind = 'listing-decided' AND e.document_hash = p.hash`); n != 1 {
		t.Error("the signature does not name the text")
	}
	other := brought(t, b, b.Judge(), id, paper.Decision)
	schemaRefuses(t, b, "listing_papers_final", `UPDATE listing SET decision_paper = $2 WHERE id = $1`, id, other.ID)
	schemaRefuses(t, b, "listing_rules_final", `UPDATE listing SET rules = 0 WHERE id = $1`, id)
	l := enforcetest.SetupLists(t)
	decided := l.DecidedOn(enforcetest.ListSerious, l.Subject(l.Company()))
	schemaRefuses(t, l.Bundle, "administrative_papers_final", `UPDATE administrative_listing SET decision_paper = NULL WHERE id = $1`, decided)
	schemaRefuses(t, l.Bundle, "administrative_rules_final", `UPDATE administrative_listing SET rules = 0 WHERE id = $1`, decided)
}

// What ends, suspends or opens a bar never waits for a paper, and is not refused for a bad
// one: it is taken, and the paper is owed in three working days.
func TestWhatLiftsNeverWaitsForAPaper(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	few(t, b, 1)
	ctx := t.Context()
	for what, bad := range map[string]paper.Given{"none": {}, "blanks": enforcetest.Paper("  "), "a program": enforcetest.Paper("MZ\x90\x00\x03"), "nobody's": {ID: enforcement.NewID()}} {
		ending := b.Ending(1)
		ending.Paper = bad
		deleted := b.Published(b.Subject(b.Company()))
		must(t, b.Listings.Delete(ctx, b.Judge(), of(deleted), ending))
		owed(t, b, what, deleted, "end")
		stayed := b.Published(b.Subject(b.Company()), listing.EvadesBySham)
		must(t, b.Listings.Suspend(ctx, b.Judge(), of(stayed), ground.Suspension{Reason: ground.CourtStay, Paper: bad}))
		owed(t, b, what, stayed, "suspension")
		barred := b.Draft(b.Subject(b.Company()))
		_, err := b.Listings.OpenExclusion(ctx, b.Clerk(), barred, listing.NewExclusion{Kind: listing.SecurityGiven, On: b.Day(), Paper: bad})
		must(t, err)
		owed(t, b, what, barred, "exclusion")
	}
	if n := b.Count(`SELECT count(*) FROM event WHERE kind IN ('listing-deleted', 'listing-suspended', 'exclusion-opened') AND document_hash IS NOT NULL`); n != 0 {
		t.Errorf("%d events name a paper that nobody brought", n)
	}
	for _, kind := range []*ground.Table{listingTable, administrativeTable, rewardTable, orderTable} {
		for i := range kind.Moves {
			m := &kind.Moves[i]
			if waits := slices.ContainsFunc(m.Papers, func(n ground.PaperNeed) bool { return !n.Owed }); waits && kind.Lifts(m) {
				t.Errorf("%s: %s lifts, and waits for a paper", kind.Slug, m.Name)
			}
		}
	}
}

// owed demands the task and the clock of a paper that an act did not wait for.
func owed(t *testing.T, b *enforcetest.Bundle, what string, id enforcement.ID, purpose string) {
	t.Helper()
	kind := "paper-due-" + purpose
	if !slices.Contains(openTasks(t, b, id), kind) {
		t.Errorf("%s: nobody owes the paper %s", what, purpose)
	}
	if n := b.Count(`SELECT count(*) FROM clock WHERE ground_id = $1 AND kind = $2 AND done_on IS NULL AND value = 3 AND unit = 'working-days'`, id, kind); n != 1 {
		t.Errorf("%s: %d clocks of the paper %s", what, n, purpose)
	}
}

// No hash is written where there was no paper: what stands as a document in the log is one.
func TestEveryHashInTheLogIsThatOfAPaper(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	few(t, b, 1)
	ctx := t.Context()
	for _, s := range standings() {
		walker{b, t}.enter(s)
	}
	dropped := b.Published(b.Subject(b.Company()), listing.AbleButRefuses, listing.EvadesBySham)
	_, err := b.Listings.OpenExclusion(ctx, b.Clerk(), dropped, enforcetest.Fact(listing.SecurityGiven, b.Day()))
	must(t, err)
	must(t, b.Listings.Drop(ctx, b.Judge(), of(dropped), "演示:其余情形仍足以列入"))
	resumed := b.Published(b.Subject(b.Company()))
	must(t, b.Listings.Suspend(ctx, b.Judge(), of(resumed), enforcetest.Brake()))
	must(t, b.Listings.Resume(ctx, b.President(), of(resumed), enforcetest.Resumption()))
	hashesArePapers(t, b)
	l := enforcetest.SetupLists(t)
	for _, p := range places() {
		wayfarer{l, t}.enter(p)
	}
	hashesArePapers(t, l.Bundle)
	r := enforcetest.SetupRewards(t, false)
	paperedReward(t, r)
	hashesArePapers(t, r.Bundle)
}

func hashesArePapers(t *testing.T, b *enforcetest.Bundle) {
	t.Helper()
	rows, err := b.DB.Pool.Query(t.Context(), `SELECT DISTINCT kind FROM event e WHERE document_hash IS NOT NULL AND NOT EXISTS (SELECT FROM paper p WHERE p.hash = e.document_hash)`)
	must(t, err)
	defer rows.Close()
	for rows.Next() {
		var kind string
		must(t, rows.Scan(&kind))
		t.Errorf("%s names a document that is no paper", kind)
	}
	must(t, rows.Err())
}

// A reward needs the decision that it rests on, in the entry itself.
func TestNoRewardWithoutItsDecision(t *testing.T) {
	t.Parallel()
	b := enforcetest.SetupRewards(t, false)
	n := b.NewReward(enforcetest.GoodTaxpayer, b.Subject(b.Company()))
	before := fingerprint(t, b.Bundle)
	for what, c := range map[string]struct {
		given paper.Given
		code  string
	}{"none": {paper.Given{}, "paper.missing"}, "blanks": {enforcetest.Paper(" "), "paper.missing"}, "an id": {paper.Given{ID: enforcement.NewID()}, "paper.missing"}, "a program": {enforcetest.Paper("MZ\x90\x00\x03"), "paper.type"}} {
		n.Paper = c.given
		_, err := b.Rewards.Enter(t.Context(), b.KeeperClerk(), n)
		wantCode(t, what, err, c.code)
	}
	if fingerprint(t, b.Bundle) != before {
		t.Error("a refused entry left something")
	}
	id := b.Rewarded(enforcetest.GoodTaxpayer, n.Subject)
	schemaRefuses(t, b.Bundle, "reward_decision_proved", `UPDATE reward SET decision_paper = NULL WHERE id = $1`, id)
	schemaRefuses(t, b.Bundle, "reward_rules_final", `UPDATE reward SET rules = 0 WHERE id = $1`, id)
}

// What an earlier release took through its steps without papers waits for them: it is not
// published, by a person or by the day, until each step has its paper in the file.
func TestACaseUnderWayWaitsForThePapersOfItsSteps(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	few(t, b, 1)
	ctx := t.Context()
	id := b.Decided(b.Subject(b.Company()))
	must(t, b.Listings.Serve(ctx, b.Clerk(), of(id), b.Service()))
	asBefore(t, b, "listing", id)
	steps := []paper.Purpose{paper.ExecutionNotice, paper.Decision, paper.Service, paper.Facts(1)}
	for _, step := range steps {
		wantCode(t, "by a person, without "+string(step), b.Listings.Publish(ctx, b.Clerk(), of(id)), "paper.missing")
		_, _, refused, err := b.Listings.PublishDue()(ctx, b.System(), enforcement.ID{}, 10)
		must(t, err)
		if len(refused) != 1 || refused[0].Because.Code != "paper.missing" {
			t.Errorf("by the day: %+v", refused)
		}
		brought(t, b, b.Clerk(), id, step)
	}
	must(t, b.Listings.Publish(ctx, b.Clerk(), of(id)))
	l := enforcetest.SetupLists(t)
	served := l.ServedOn(enforcetest.ListSerious, l.Subject(l.Company()))
	asBefore(t, l.Bundle, "administrative_listing", served)
	for _, step := range []paper.Purpose{paper.AdministrativeNotice, paper.Decision, paper.Service} {
		wantCode(t, "without "+string(step), l.Administrative.Publish(ctx, l.OwnersClerk(), of(served)), "paper.missing")
		brought(t, l.Bundle, l.OwnersClerk(), served, step)
	}
	must(t, l.Administrative.Publish(ctx, l.OwnersClerk(), of(served)))
}

// asBefore makes of a case one of an earlier release: of rule set 0, and with no paper.
func asBefore(t *testing.T, b *enforcetest.Bundle, table string, id enforcement.ID) {
	t.Helper()
	must(t, b.DB.InTx(t.Context(), func(ctx context.Context, tx *pg.Tx) error {
		for _, sql := range []string{
			`ALTER TABLE ` + table + ` DISABLE TRIGGER USER`,
			`UPDATE ` + table + ` SET rules = 0, notice_paper = NULL, decision_paper = NULL, service_paper = NULL WHERE id = '` + id.String() + `'`,
			`ALTER TABLE paper_use DISABLE TRIGGER USER`, `DELETE FROM paper_use WHERE serves = '` + id.String() + `'`, `ALTER TABLE paper_use ENABLE TRIGGER USER`,
			`ALTER TABLE ` + table + ` ENABLE TRIGGER USER`,
		} {
			if _, err := tx.NewRaw(sql).Exec(ctx); err != nil {
				return err
			}
		}
		return nil
	}))
}

// What the code holds, the schema holds again, of what stands beside a case too.
func TestTheSchemaAsksForThePaperOfEveryStep(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	few(t, b, 1)
	ctx := t.Context()
	draft, fixed := b.Draft(b.Subject(b.Company())), b.Published(b.Subject(b.Company()), listing.EvadesBySham)
	schemaRefuses(t, b, "listing_notice_proved", `UPDATE listing SET state = 'warned', risk_warning = true, notice_served_on = $2 WHERE id = $1`, draft, b.Day())
	schemaRefuses(t, b, "listing_extension_proved", `INSERT INTO listing_extension (id, listing_id, decision_number, reasons, cause, acts, signed_by, signer_role, decided_on, served_on, old_end, new_end)
		SELECT gen_random_uuid(), id, '1', '\x00', 'serious-violence-or-threat', 0, 'p', 'president', decided_on, decided_on, term_until, (term_until + interval '1 year')::date FROM listing WHERE id = $1`, fixed)
	fact, err := b.Listings.OpenExclusion(ctx, b.Clerk(), draft, enforcetest.Fact(listing.SecurityGiven, b.Day()))
	must(t, err)
	schemaRefuses(t, b, "exclusion_closing_proved", `UPDATE exclusion_fact SET closed_on = $2, closed_by = 'x', closing_reasons = '\x00' WHERE id = $1`, fact, b.Day())
	must(t, b.Listings.Suspend(ctx, b.Judge(), of(fixed), enforcetest.Stay()))
	schemaRefuses(t, b, "listing_resumption_proved", `UPDATE listing SET resumption_reasons = '\x00' WHERE id = $1`, fixed)
	l := enforcetest.SetupLists(t)
	stated := l.On(enforcetest.ListSerious, l.Subject(l.Company()))
	must(t, l.Administrative.GiveNotice(ctx, l.OwnersClerk(), of(stated), l.NoticeOfIt()))
	must(t, l.Administrative.RecordStatement(ctx, l.OwnersClerk(), of(stated), administrative.Statement{ReceivedOn: l.Day(), Text: "演示陈述"}))
	owed(t, l.Bundle, "a statement is heard without its paper", stated, "statement")
	schemaRefuses(t, l.Bundle, "administrative_statement_proved", `UPDATE administrative_statement SET answered_on = $2, answered_by = 'x', upheld = false, answer = '\x00' WHERE listing_id = $1`, stated, l.Day())
	r := enforcetest.SetupRewards(t, false)
	subject := r.Subject(r.Company())
	rewarded := r.Rewarded(enforcetest.GoodTaxpayer, subject)
	r.Published(subject)
	schemaRefuses(t, r.Bundle, "reward_review_proved", `UPDATE reward_review SET noticed_on = $2, answer_until = $2::date + 10 WHERE reward_id = $1`, rewarded, r.Day())
	schemaRefuses(t, r.Bundle, "reward_proved_end", `UPDATE reward SET state = 'ended', end_kind = 'ended-by-owner', ended_on = $2, retain_until = $2::date + 365, end_reasons = '\x00' WHERE id = $1`, rewarded, r.Day())
}
