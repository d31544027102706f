package register_test

import (
	"slices"
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/ground"
	"concordat/enforcement/restore"
)

// confirmed has owners confirm, in one act each, all that is unconfirmed but some.
func confirmed(t testing.TB, b *enforcetest.Bundle, by enforcement.Act, except ...enforcement.ID) int {
	t.Helper()
	page := value(b.Restorer.Unconfirmed(t.Context(), by, enforcement.ID{}, restore.MaxConfirmed))(t)
	return value(b.Restorer.Confirm(t.Context(), by, restore.Confirmation{Limit: restore.MaxConfirmed, Hash: page.Hash, Except: except, Reasons: "演示:丢失期间无退出事由", Paper: enforcetest.Paper("演示确认决定书")}))(t)
}

// stateAll has every organisation state that nothing newer came.
func stateAll(t testing.TB, b *enforcetest.Bundle) {
	t.Helper()
	for _, c := range value(b.Restorer.Reconciliations(t.Context()))(t) {
		if !c.Done() {
			value(b.Restorer.ReconcileStated(t.Context(), officer(b, c.Organisation), 0, "演示:此后未收到"))(t)
		}
	}
}

// unheld ends the hold of a restoration past every guard but those of what is unconfirmed,
// as a slip of the program would: what is unconfirmed must not rest on the hold alone.
func unheld(t testing.TB, b *enforcetest.Bundle) {
	t.Helper()
	tamper(t, b, `UPDATE hold SET ended_by = 'x', ended_at = now(), end_reason = 'x'`)
}

// What was published before a restoration is shown nowhere and restricts nobody until its
// owner has confirmed it, though no hold stood.
func TestWhatIsUnconfirmedIsShownNowhereAndSendsNothing(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	subject := b.Subject(b.Company())
	id := b.Published(subject)
	sendAll(t, b, directive.Acknowledged)
	unsent, stayed := b.Published(b.Subject(b.Company())), b.Published(b.Subject(b.Company()))
	must(t, b.Listings.Suspend(ctx, b.Judge(), of(stayed), enforcetest.Brake()))
	restored(t, b)
	unheld(t, b)

	if list := value(b.Listings.PublicEntries(ctx, b.Day(), enforcement.ID{}, 10))(t); len(list) != 0 {
		t.Errorf("the public sees %d", len(list))
	}
	if list := value(b.Directives.MeasuresInForce(ctx, subject, b.Day()))(t); len(list) != 0 {
		t.Errorf("the counter sees %d measures", len(list))
	}
	for _, e := range value(b.Explainer.Directive(ctx, b.Judge(), directives(t, b, id)[0].ID))(t).Measures {
		if e.Applied || e.Reason.Code != "unconfirmed" {
			t.Errorf("explained as %+v", e.Reason)
		}
	}
	must(t, b.Listings.OpenCorrection(ctx, b.Judge(), of(id), b.Day()))
	must(t, b.Listings.Correct(ctx, b.Judge(), of(id), value(b.Parties.Subject(ctx, b.Judge(), subject))(t)))
	wantCode(t, "give back what the court had stayed", b.Listings.Resume(ctx, b.President(), of(stayed), enforcetest.Resumption()), "listing.restored")
	for _, item := range sendAll(t, b, directive.Acknowledged) {
		if len(item.Measures) > 0 {
			t.Errorf("left %s/%d with %d measures", item.Directive, item.Version, len(item.Measures))
		}
	}
	wantCode(t, "who drafted it", b.Listings.Reaffirm(ctx, b.Judge(), of(id), enforcetest.Resuming("演示:已核实,丢失期间无退出事由")), "confirmation.second-person")
	must(t, b.Listings.Reaffirm(ctx, b.President(), of(id), enforcetest.Resuming("演示:已核实,丢失期间无退出事由")))
	must(t, b.Listings.Reaffirm(ctx, b.President(), of(unsent), enforcetest.Resuming("演示:已核实,丢失期间无退出事由")))
	wantCode(t, "twice", b.Listings.Reaffirm(ctx, b.President(), of(id), enforcetest.Resuming("演示:已核实,丢失期间无退出事由")), "listing.suspension")
	must(t, b.Listings.Reaffirm(ctx, b.President(), of(stayed), enforcetest.Resuming("演示:已核实,丢失期间无退出事由")))
	if l := state(t, b, stayed); l.SuspendedFor != ground.WrongPersonClaim {
		t.Errorf("confirmed and suspended for %q", l.SuspendedFor)
	}
	if list := value(b.Listings.PublicEntries(ctx, b.Day(), enforcement.ID{}, 10))(t); len(list) != 2 {
		t.Errorf("the public sees %d", len(list))
	}
	carried := 0
	for _, item := range sendAll(t, b, directive.Acknowledged) {
		if len(item.Measures) > 0 {
			carried++
		}
	}
	if want := len(directives(t, b, id)) + len(directives(t, b, unsent)); carried != want {
		t.Errorf("%d left, want %d", carried, want)
	}
	wantAudit(t, b)
}

// Nor does an administrative list show it.
func TestAnUnconfirmedEntryStandsOnNoPublicList(t *testing.T) {
	t.Parallel()
	l := enforcetest.SetupLists(t)
	ctx := t.Context()
	id := l.PublishedOn(enforcetest.ListSerious, l.Subject(l.Company()))
	shown := func() int {
		return len(value(l.Administrative.PublicEntries(ctx, l.Day(), "", enforcement.ID{}, 10))(t))
	}
	if shown() != 1 {
		t.Fatalf("%d entries are shown before", shown())
	}
	restored(t, l.Bundle)
	unheld(t, l.Bundle)
	if shown() != 0 {
		t.Errorf("%d unconfirmed entries are shown", shown())
	}
	wantCode(t, "a clerk", l.Administrative.Reaffirm(ctx, l.OwnersClerk(), of(id), enforcetest.Resuming("演示:已核实")), "role.forbidden")
	wantCode(t, "without reasons", l.Administrative.Reaffirm(ctx, l.OwnersReviewer(), of(id), enforcetest.Resuming(" ")), "resumption.reasons")
	must(t, l.Administrative.Reaffirm(ctx, l.SecondReviewer(), of(id), enforcetest.Resuming("演示:已核实,丢失期间无退出事由")))
	if shown() != 1 {
		t.Errorf("%d entries are shown once it is confirmed", shown())
	}
}

// What was decided and not published before a restoration is not published by any door
// until its owner confirms it; what is decided after it needs nothing more.
func TestNothingOfBeforeIsPublishedUnconfirmed(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	decided, drafted := b.Decided(b.Subject(b.Person())), b.Draft(b.Subject(b.Company()))
	restored(t, b)
	unheld(t, b)
	must(t, b.Listings.Serve(ctx, b.Clerk(), of(decided), b.Service()))
	b.Advance(1)
	tamper(t, b, `UPDATE task SET closed_on = '2026-01-01', closed_because = 'x' WHERE kind = 'restored'`)
	if _, published, refused, err := b.Listings.PublishDue()(ctx, b.System(), enforcement.ID{}, 10); err != nil || published != 0 || len(refused) != 1 || refused[0].Because.Code != "listing.restored" {
		t.Fatalf("%d published, refused %+v, %v", published, refused, err)
	}
	wantCode(t, "by hand", b.Listings.Publish(ctx, b.Judge(), of(decided)), "listing.restored")
	wantCode(t, "past the moves", b.Grounds.PutInForce(ctx, b.System(), []enforcement.ID{decided}), "state.forbidden")
	must(t, b.Listings.ResumeRestored(ctx, b.President(), of(decided), enforcetest.Resuming("演示:已核实,丢失期间无退出事由")))
	must(t, b.Listings.Publish(ctx, b.Judge(), of(decided)))

	must(t, b.Listings.Warn(ctx, enforcetest.Before(b.Clerk()), of(drafted), b.Notice()))
	must(t, b.Listings.Propose(ctx, b.Judge(), of(drafted), b.Decision()))
	must(t, b.Listings.Sign(ctx, b.President(), of(drafted)))
	must(t, b.Listings.Serve(ctx, b.Clerk(), of(drafted), b.Service()))
	b.Advance(1)
	must(t, b.Listings.Publish(ctx, b.Judge(), of(drafted)))
	wantAudit(t, b)
}

// One act confirms the list that was seen, by who may and did not draft, and nothing else.
func TestWhoConfirmsAListAndWhich(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	ids := []enforcement.ID{b.Published(b.Subject(b.Company())), b.Published(b.Subject(b.Person())), b.Published(b.Subject(b.Company()))}
	slices.SortFunc(ids, func(a, b enforcement.ID) int { return slices.Compare(a[:], b[:]) })
	sent := sendAll(t, b, directive.Acknowledged)
	_, err := b.Restorer.Unconfirmed(ctx, b.Judge(), enforcement.ID{}, 10)
	wantCode(t, "before any restoration", err, "restore.none")
	made := restored(t, b)
	judge := b.President()
	page := value(b.Restorer.Unconfirmed(ctx, judge, enforcement.ID{}, 10))(t)
	if len(page.Items) != 3 || page.Unanswered == 0 || page.Items[1].LastEvent == "" || page.Items[1].PublishedOn.IsZero() {
		t.Fatalf("%+v", page)
	}
	for _, item := range page.Items {
		if !slices.Contains(ids, item.Ground) || item.Doubted || item.Number == "" || item.Reference == "" {
			t.Errorf("%+v", item)
		}
	}
	c := restore.Confirmation{Limit: 10, Hash: page.Hash, Reasons: "演示:丢失期间无退出事由", Paper: enforcetest.Paper("演示确认决定书")}
	confirm := func(by enforcement.Act, change func(*restore.Confirmation)) error {
		one := c
		if change != nil {
			change(&one)
		}
		_, err := b.Restorer.Confirm(ctx, by, one)
		return err
	}
	wantCode(t, "before recipients have answered", confirm(judge, nil), "restore.not-reconciled")
	// One organisation holds the second listing as withdrawn; the others nothing newer.
	at := slices.IndexFunc(sent, func(i directive.Item) bool { return i.Ground.ID == ids[1] })
	org := enforcement.OrganisationID(b.Count(`SELECT organisation_id FROM directive WHERE id = $1`, sent[at].Directive))
	var lines []directive.InventoryLine
	for _, item := range sent {
		if enforcement.OrganisationID(b.Count(`SELECT organisation_id FROM directive WHERE id = $1`, item.Directive)) == org {
			lifted := item.Ground.ID == ids[1]
			line := directive.InventoryLine{Directive: item.Directive, Version: 1, Withdrawn: lifted, Carries: !lifted}
			if lifted {
				line.Version = 2
			}
			lines = append(lines, line)
		}
	}
	slices.SortFunc(lines, func(a, b directive.InventoryLine) int { return slices.Compare(a.Directive[:], b.Directive[:]) })
	hand(t, b, org, lines, restore.MaxInventoryPage)
	stateAll(t, b)
	wantCode(t, "a list of before", confirm(judge, nil), "confirmation.changed")
	page = value(b.Restorer.Unconfirmed(ctx, judge, enforcement.ID{}, 10))(t)
	c.Hash = page.Hash
	doubted := slices.IndexFunc(page.Items, func(u restore.Unconfirmed) bool { return u.Doubted })
	if doubted < 0 || page.Items[doubted].Ground != ids[1] {
		t.Fatalf("%+v", page.Items)
	}
	except := func(c *restore.Confirmation) { c.Except = []enforcement.ID{ids[1]} }
	for what, row := range map[string]struct {
		by     enforcement.Act
		change func(*restore.Confirmation)
		code   string
	}{
		"what a recipient doubts":  {judge, nil, "confirmation.doubted"},
		"another court's judge":    {b.As(enforcement.Judge, b.OtherCourt), except, "confirmation.changed"},
		"a clerk":                  {b.Clerk(), except, "role.forbidden"},
		"an operator":              {operatorOf(b, "op-2"), except, "role.forbidden"},
		"the system":               {b.System(), except, "role.forbidden"},
		"who drafted one of them":  {b.Judge(), except, "confirmation.second-person"},
		"no reasons":               {judge, func(c *restore.Confirmation) { except(c); c.Reasons = " \n" }, "resumption.reasons"},
		"another hash":             {judge, func(c *restore.Confirmation) { except(c); c.Hash = page.Restoration.String() }, "confirmation.changed"},
		"a shorter list":           {judge, func(c *restore.Confirmation) { except(c); c.Limit = 2 }, "confirmation.changed"},
		"except what is not there": {judge, func(c *restore.Confirmation) { c.Except = []enforcement.ID{ids[1], made.ID} }, "confirmation.except"},
		"except everything":        {judge, func(c *restore.Confirmation) { c.Except = ids }, "confirmation.nothing"},
	} {
		wantCode(t, what, confirm(row.by, row.change), row.code)
	}
	must(t, confirm(judge, except))
	wantCode(t, "twice", confirm(judge, except), "confirmation.changed")
	if n := b.Count(`SELECT cardinality(grounds) FROM event WHERE kind = $1`, string(restore.EventConfirmed)); n != 2 {
		t.Errorf("the event speaks of %d", n)
	}
	wantCode(t, "the hold while one is open", b.Holds.End(ctx, operatorOf(b, "op-2"), made.Hold, "演示"), "restore.unconfirmed")
	_, err = b.DB.Pool.Exec(ctx, `UPDATE hold SET ended_by = 'op-2', ended_at = now(), end_reason = 'x'`)
	wantCode(t, "by hand at the database", enforcement.AsRefusal(err), "restore.unconfirmed")
	wantCode(t, "with others' reasons", b.Listings.Reaffirm(ctx, judge, of(ids[1]), enforcetest.Resuming("演示:已核实,丢失期间无退出事由")), "confirmation.doubted")
	must(t, b.Listings.Delete(ctx, b.Judge(), of(ids[1]), b.Ending(1)))
	must(t, b.Holds.End(ctx, operatorOf(b, "op-2"), made.Hold, "演示"))
	if list := value(b.Listings.PublicEntries(ctx, b.Day(), enforcement.ID{}, 10))(t); len(list) != 2 {
		t.Errorf("the public sees %d", len(list))
	}
	wantAudit(t, b)
}

// A recipient's word that comes after the owner's confirmation takes it back.
func TestALateDoubtReopensAConfirmation(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	id := b.Published(b.Subject(b.Company()))
	sendAll(t, b, directive.Acknowledged)
	made := restored(t, b)
	must(t, b.Listings.Reaffirm(ctx, b.President(), of(id), enforcetest.Resuming("演示:已核实,丢失期间无退出事由")))
	d := directives(t, b, id)[0]
	hand(t, b, d.Organisation, []directive.InventoryLine{{Directive: d.ID, Version: 2, Withdrawn: true}}, restore.MaxInventoryPage)
	stateAll(t, b)
	wantCode(t, "the hold", b.Holds.End(ctx, operatorOf(b, "op-2"), made.Hold, "演示"), "restore.unconfirmed")
	must(t, b.Listings.ResumeRestored(ctx, b.President(), of(id), enforcetest.Resuming("演示:已核实,丢失期间无退出事由")))
	must(t, b.Holds.End(ctx, operatorOf(b, "op-2"), made.Hold, "演示"))
	wantAudit(t, b)
}
