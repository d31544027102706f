package register_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"concordat/enforcement"
	"concordat/enforcement/audit"
	"concordat/enforcement/directive"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/ground"
	"concordat/enforcement/restore"
	"concordat/internal/pg"
)

func operatorOf(b *enforcetest.Bundle, id string) enforcement.Act {
	return enforcement.Act{At: b.At(), Actor: enforcement.Actor{ID: id, Role: enforcement.Operator}}
}

// restored says of the bundle's database that it was brought back just now: what
// is in it is what the backup knew.
func restored(t testing.TB, b *enforcetest.Bundle) restore.Restoration {
	t.Helper()
	machine := func() time.Time { return time.Now().UTC() }
	return value(restore.Restored(t.Context(), b.DB, machine, operatorOf(b, "op-1"), machine(), func(context.Context, *pg.Tx) error { return nil }))(t)
}

// The states that a backup can know a directive in.
const (
	knownQueued       = "queued"
	knownAcknowledged = "acknowledged"
	knownSuspended    = "suspended"
	knownWithdrawn    = "withdrawn"
	knownEndedNotSent = "ended, not sent"
	knownNotAtAll     = "unknown"
	nothingHeld       = -1
	newestThereCanBe  = 32767
)

// ruling is one rule of a reconciliation: what the backup knew, what the
// recipient holds, and what the record has afterwards as its newest version.
type ruling struct {
	name string
	knew string
	// holds is the version held there; withdrawn and carries as the line has it.
	holds              int
	withdrawn, carries bool

	want     string // kind/version/step of the newest version
	orphan   string // version/step of a withdrawal beside the record
	doubt    bool   // the listing is suspended for restored
	incident string
}

var rulings = []ruling{
	{name: "unknown and in force there", knew: knownNotAtAll, holds: 3, carries: true, orphan: "1001/queued"},
	{name: "unknown and withdrawn there", knew: knownNotAtAll, holds: 4, withdrawn: true},
	{name: "unknown, from a second restoration", knew: knownNotAtAll, holds: 1002, carries: true, orphan: "1003/queued"},
	{name: "the same", knew: knownAcknowledged, holds: 1, carries: true, want: "impose/1/acknowledged"},
	{name: "the withdrawal is lost", knew: knownAcknowledged, holds: 2, withdrawn: true, want: "withdraw/1001/acknowledged", doubt: true},
	{name: "an amendment is lost", knew: knownAcknowledged, holds: 2, carries: true, want: "suspend/1001/queued", doubt: true},
	{name: "a suspension is lost", knew: knownAcknowledged, holds: 2, want: "suspend/1001/queued", doubt: true},
	{name: "the recipient lost it", knew: knownAcknowledged, holds: nothingHeld, want: "impose/1/acknowledged", incident: "receiver-lost"},
	{name: "queued, held", knew: knownQueued, holds: 1, carries: true, want: "impose/1/delivered"},
	{name: "queued, not held", knew: knownQueued, holds: nothingHeld, want: "impose/1/queued"},
	{name: "queued, withdrawn there", knew: knownQueued, holds: 2, withdrawn: true, want: "withdraw/1001/acknowledged", doubt: true},
	{name: "a suspension did not last", knew: knownSuspended, holds: 1, carries: true, want: "suspend/2/queued", incident: "receiver-lost"},
	{name: "a suspension, and another version of its number", knew: knownSuspended, holds: 2, carries: true, want: "suspend/1001/queued", doubt: true},
	{name: "a suspension, and versions of another restoration", knew: knownSuspended, holds: 1004, carries: true, want: "suspend/1005/queued", doubt: true},
	{name: "suspended there too", knew: knownSuspended, holds: 2, want: "suspend/2/acknowledged"},
	{name: "withdrawn there too", knew: knownWithdrawn, holds: 2, withdrawn: true, want: "withdraw/2/acknowledged"},
	{name: "a withdrawal did not last", knew: knownWithdrawn, holds: 1, carries: true, want: "withdraw/2/queued", incident: "receiver-lost"},
	{name: "the tombstone is gone", knew: knownWithdrawn, holds: nothingHeld, want: "withdraw/2/queued", incident: "receiver-lost"},
	{name: "withdrawn, and newer in force there", knew: knownWithdrawn, holds: 1003, carries: true, want: "withdraw/2/acknowledged", orphan: "1004/queued"},
	{name: "a withdrawal under way", knew: knownEndedNotSent, holds: 1, carries: true, want: "withdraw/2/queued"},
	{name: "a withdrawal under way, arrived", knew: knownEndedNotSent, holds: 2, withdrawn: true, want: "withdraw/2/delivered"},
	{name: "the last version there can be", knew: knownAcknowledged, holds: newestThereCanBe, carries: true, want: "impose/1/acknowledged", doubt: true, incident: "inventory-version"},
}

// knowing brings one listing for each ruling into the state that the backup knew
// and returns the directive of the organisation under each.
func knowing(t *testing.T, b *enforcetest.Bundle, org enforcement.OrganisationID) (listings, ids []enforcement.ID) {
	t.Helper()
	ctx := t.Context()
	listings, ids = make([]enforcement.ID, len(rulings)), make([]enforcement.ID, len(rulings))
	enter := func(i int) {
		listings[i] = b.Published(b.Subject(b.Company()))
		for _, d := range directives(t, b, listings[i]) {
			if d.Organisation == org {
				ids[i] = d.ID
			}
		}
	}
	for i, r := range rulings {
		switch r.knew {
		case knownNotAtAll:
			ids[i] = enforcement.NewID()
		case knownQueued:
		default:
			enter(i)
		}
	}
	sendAll(t, b, directive.Acknowledged)
	for i, r := range rulings {
		switch r.knew {
		case knownSuspended:
			must(t, b.Listings.Suspend(ctx, b.Judge(), of(listings[i]), enforcetest.Stay()))
		case knownWithdrawn:
			must(t, b.Listings.Delete(ctx, b.Judge(), of(listings[i]), b.Ending(1)))
		}
	}
	sendAll(t, b, directive.Acknowledged)
	for i, r := range rulings {
		switch r.knew {
		case knownEndedNotSent:
			must(t, b.Listings.Delete(ctx, b.Judge(), of(listings[i]), b.Ending(1)))
		case knownQueued:
			enter(i)
		}
	}
	return listings, ids
}

// inventory is what the rulings say the recipient holds, and of every other
// directive of the organisation what the record has.
func inventory(ids []enforcement.ID) []directive.InventoryLine {
	var lines []directive.InventoryLine
	for i, r := range rulings {
		if r.holds != nothingHeld {
			lines = append(lines, directive.InventoryLine{Directive: ids[i], Version: int16(r.holds), Withdrawn: r.withdrawn, Carries: r.carries})
		}
	}
	slices.SortFunc(lines, func(a, b directive.InventoryLine) int { return bytes.Compare(a.Directive[:], b.Directive[:]) })
	return lines
}

// hand reconciles by pages of a size.
func hand(t *testing.T, b *enforcetest.Bundle, org enforcement.OrganisationID, lines []directive.InventoryLine, size int) restore.Reconciliation {
	t.Helper()
	var c restore.Reconciliation
	for done := false; !done; {
		n := min(size, len(lines))
		done = n == len(lines)
		page := restore.InventoryPage{Organisation: org, After: c.Reached, Lines: lines[:n], Last: done, Manner: restore.ReconciledAsked}
		c = value(b.Restorer.ReconcilePage(t.Context(), operatorOf(b, "op-1"), page))(t)
		if again := value(b.Restorer.ReconcilePage(t.Context(), operatorOf(b, "op-1"), page))(t); again != c {
			t.Errorf("the same page again: %+v, was %+v", again, c)
		}
		lines = lines[n:]
	}
	return c
}

func TestReconciliationRules(t *testing.T) {
	t.Parallel()
	for _, size := range []int{restore.MaxInventoryPage, 1} {
		t.Run(fmt.Sprintf("pages of %d", size), func(t *testing.T) {
			t.Parallel()
			b := enforcetest.Setup(t)
			org := reaches(t, b)
			listings, ids := knowing(t, b, org)
			made := restored(t, b)
			c := hand(t, b, org, inventory(ids), size)
			if !c.Done() || c.Checked != len(inventory(ids)) {
				t.Errorf("%+v", c)
			}
			if n := b.Count(`SELECT count(*) FROM event WHERE kind = 'reconciled' AND refers_to = $1`, made.ID); size == restore.MaxInventoryPage && n != 1 {
				t.Errorf("%d events for one page", n)
			}
			for i, r := range rulings {
				ruled(t, b, r, listings[i], ids[i])
			}
			wantAudit(t, b)
			// What follows travels like everything else, and nothing of it burdens.
			for _, item := range sendAll(t, b, directive.Acknowledged) {
				if len(item.Measures) > 0 {
					t.Errorf("under the hold left %s/%d with %d measures", item.Directive, item.Version, len(item.Measures))
				}
			}
			wantAudit(t, b)
			if n := b.Count(`SELECT count(*) FROM orphan WHERE step <> 'acknowledged' OR due`); n != 0 {
				t.Errorf("%d orphans were not withdrawn", n)
			}
		})
	}
}

// reaches returns an organisation that listings of companies reach.
func reaches(t *testing.T, b *enforcetest.Bundle) enforcement.OrganisationID {
	t.Helper()
	return directives(t, b, b.Published(b.Subject(b.Company())))[0].Organisation
}

// ruled compares what became of one line with its ruling.
func ruled(t *testing.T, b *enforcetest.Bundle, r ruling, listing, id enforcement.ID) {
	t.Helper()
	text := func(sql string) (s string) {
		must(t, b.DB.Pool.QueryRow(t.Context(), `SELECT coalesce((`+sql+`), '')`, id).Scan(&s))
		return s
	}
	newest := text(`SELECT coalesce(a.kind::text, 'impose') || '/' || coalesce(a.version, 1) || '/' || coalesce(a.step, d.step) FROM directive d
		LEFT JOIN amendment a ON a.directive_id = d.id WHERE d.id = $1 ORDER BY a.version DESC LIMIT 1`)
	orphan := text(`SELECT version || '/' || step FROM orphan WHERE directive_id = $1`)
	if newest != r.want || orphan != r.orphan {
		t.Errorf("%s: newest %q, want %q; beside it %q, want %q", r.name, newest, r.want, orphan, r.orphan)
	}
	if r.knew != knownNotAtAll {
		l := state(t, b, listing)
		tasks := b.Count(`SELECT count(*) FROM task WHERE ground_id = $1 AND kind = 'restored' AND closed_on IS NULL`, listing)
		if (l.SuspendedFor == ground.SuspendedRestored) != r.doubt || (tasks == 1) != r.doubt {
			t.Errorf("%s: suspended for %q with %d tasks, in doubt: %v", r.name, l.SuspendedFor, tasks, r.doubt)
		}
	}
	if r.incident == "inventory-version" && b.Count(`SELECT count(*) FROM incident WHERE kind = $1 AND directive_id = $2`, r.incident, id) != 1 {
		t.Errorf("%s: no incident", r.name)
	}
}

// Every recipient that lost something is told to an operator, once a page.
func TestReconciliationOpensIncidents(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	org := reaches(t, b)
	_, ids := knowing(t, b, org)
	restored(t, b)
	foreign := value(b.Directives.List(t.Context(), b.System(), enforcement.ID{}, 1000))(t)
	at := slices.IndexFunc(foreign, func(d directive.Directive) bool { return d.Organisation != org })
	lines := append(inventory(ids), directive.InventoryLine{Directive: foreign[at].ID, Version: 1, Carries: true})
	slices.SortFunc(lines, func(a, b directive.InventoryLine) int { return bytes.Compare(a.Directive[:], b.Directive[:]) })
	hand(t, b, org, lines, restore.MaxInventoryPage)
	for kind, want := range map[string]int{"receiver-lost": 1, "inventory-foreign": 1, "inventory-version": 1} {
		if n := b.Count(`SELECT count(*) FROM incident WHERE kind = $1 AND organisation_id = $2`, kind, org); n != want {
			t.Errorf("%d incidents %s, want %d", n, kind, want)
		}
	}
	if n := b.Count(`SELECT count(*) FROM orphan WHERE directive_id = $1`, foreign[at].ID); n != 0 {
		t.Error("another organisation's directive is withdrawn")
	}
	wantAudit(t, b)
}

func TestWhoMayReconcileAndWhat(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	org, other := b.Departments[0], b.Departments[1]
	page := func(change func(*restore.InventoryPage)) restore.InventoryPage {
		p := restore.InventoryPage{Organisation: org, Last: true, Manner: restore.ReconciledFile, Lines: []directive.InventoryLine{{Directive: enforcement.NewID(), Version: 1}}}
		if change != nil {
			change(&p)
		}
		return p
	}
	_, err := b.Restorer.ReconcilePage(ctx, officer(b, org), page(nil))
	wantCode(t, "without a restoration", err, "restore.none")
	_, err = b.Restorer.Reconciliations(ctx)
	wantCode(t, "without a restoration", err, "restore.none")
	made := restored(t, b)
	first, second := enforcement.NewID(), enforcement.NewID()
	for what, row := range map[string]struct {
		act  enforcement.Act
		page restore.InventoryPage
		code string
	}{
		"a clerk":              {b.As(enforcement.DepartmentClerk, org), page(nil), "role.forbidden"},
		"a court":              {b.President(), page(nil), "role.forbidden"},
		"another's reviewer":   {officer(b, other), page(nil), "not-found"},
		"an operator's file":   {operatorOf(b, "op-1"), page(nil), "role.forbidden"},
		"no organisation":      {operatorOf(b, "op-1"), page(func(p *restore.InventoryPage) { p.Organisation, p.Manner = 0, restore.ReconciledAsked }), "organisation.unknown"},
		"unknown organisation": {operatorOf(b, "op-1"), page(func(p *restore.InventoryPage) { p.Organisation, p.Manner = 9999, restore.ReconciledAsked }), "organisation.unknown"},
		"no lines":             {officer(b, org), page(func(p *restore.InventoryPage) { p.Lines, p.Last = nil, false }), "reconciliation.lines"},
		"out of order": {officer(b, org), page(func(p *restore.InventoryPage) {
			p.Lines = []directive.InventoryLine{{Directive: second, Version: 1}, {Directive: first, Version: 1}}
		}), "reconciliation.lines"},
		"withdrawn and in force": {officer(b, org), page(func(p *restore.InventoryPage) { p.Lines[0].Withdrawn, p.Lines[0].Carries = true, true }), "reconciliation.lines"},
		"no version":             {officer(b, org), page(func(p *restore.InventoryPage) { p.Lines[0].Version = 0 }), "reconciliation.lines"},
		"too many": {officer(b, org), page(func(p *restore.InventoryPage) {
			p.Lines = make([]directive.InventoryLine, restore.MaxInventoryPage+1)
		}), "reconciliation.lines"},
		"a page left out": {officer(b, org), page(func(p *restore.InventoryPage) { p.After = first; p.Lines[0].Directive = second }), "reconciliation.page"},
	} {
		_, err := b.Restorer.ReconcilePage(ctx, row.act, row.page)
		wantCode(t, what, err, row.code)
	}
	_, err = b.Restorer.ReconcileStated(ctx, operatorOf(b, "op-1"), org, "演示:此后未收到")
	wantCode(t, "an operator states it", err, "role.forbidden")
	_, err = b.Restorer.ReconcileStated(ctx, officer(b, org), org, " ")
	wantCode(t, "nothing is stated", err, "reconciliation.statement")

	wantCode(t, "before any", b.Holds.End(ctx, operatorOf(b, "op-2"), made.Hold, "演示"), "restore.not-reconciled")
	for _, c := range value(b.Restorer.Reconciliations(ctx))(t) {
		stated := value(b.Restorer.ReconcileStated(ctx, officer(b, c.Organisation), 0, "演示:此后未收到"))(t)
		if !stated.Done() || stated.Manner != "stated" || stated.DoneBy != officer(b, c.Organisation).Actor.ID {
			t.Errorf("%+v", stated)
		}
	}
	wantCode(t, "who restored", b.Holds.End(ctx, operatorOf(b, "op-1"), made.Hold, "演示"), "hold.second-person")
	wantCode(t, "a second person", b.Holds.End(ctx, operatorOf(b, "op-2"), made.Hold, "演示"), "")
	_, err = b.Restorer.ReconcilePage(ctx, officer(b, org), page(nil))
	wantCode(t, "when it is over", err, "restore.none")
}

// An end that is entered before anybody is reconciled goes out at once, also to
// whom nothing had left as far as the record knows: it cannot know.
func TestAnEndAfterARestoreGoesToEverybody(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	id := b.Published(b.Subject(b.Company()))
	restored(t, b)
	must(t, b.Listings.Delete(t.Context(), b.Judge(), of(id), b.Ending(1)))
	sent := sendAll(t, b, directive.Acknowledged)
	if want := len(directives(t, b, id)); len(sent) != want || want == 0 {
		t.Errorf("%d of %d were told", len(sent), want)
	}
	for _, item := range sent {
		if item.Kind != directive.Withdraw || item.Version != 1001 {
			t.Errorf("left %s/%d", item.Kind, item.Version)
		}
	}
	wantAudit(t, b)
}

// What would be published by itself may have been, and have ended, in the lost
// time: it waits for the court.
func TestNothingIsPublishedByItselfAfterARestore(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	var served []enforcement.ID
	for range 3 {
		id := b.Decided(b.Subject(b.Person()))
		must(t, b.Listings.Serve(ctx, b.Clerk(), of(id), b.Service()))
		served = append(served, id)
	}
	made := restored(t, b)
	for _, c := range value(b.Restorer.Reconciliations(ctx))(t) {
		value(b.Restorer.ReconcileStated(ctx, officer(b, c.Organisation), 0, "演示:此后未收到"))(t)
	}
	b.Advance(1)
	_, published, refused, err := b.Listings.PublishDue()(ctx, b.System(), enforcement.ID{}, 10)
	if err != nil || published != 0 || len(refused) != 3 || refused[0].Because.Code != "listing.restored" {
		t.Fatalf("%d published, refused %+v, %v", published, refused, err)
	}
	wantCode(t, "by hand", b.Listings.Publish(ctx, b.System(), of(served[0])), "listing.restored")
	must(t, b.Listings.Abandon(ctx, b.Judge(), of(served[1]), ground.Performed))
	wantCode(t, "the hold meanwhile", b.Holds.End(ctx, operatorOf(b, "op-2"), made.Hold, "演示"), "restore.unconfirmed")
	wantCode(t, "without reasons", b.Listings.ResumeRestored(ctx, b.Judge(), of(served[0]), enforcetest.Resuming("")), "resumption.reasons")
	wantCode(t, "a clerk", b.Listings.ResumeRestored(ctx, b.Clerk(), of(served[0]), enforcetest.Resuming("演示")), "role.forbidden")
	wantCode(t, "who drafted it", b.Listings.ResumeRestored(ctx, b.Judge(), of(served[0]), enforcetest.Resuming("演示:已核实,丢失期间无退出事由")), "confirmation.second-person")
	must(t, b.Listings.ResumeRestored(ctx, b.President(), of(served[0]), enforcetest.Resuming("演示:已核实,丢失期间无退出事由")))
	wantCode(t, "twice", b.Listings.ResumeRestored(ctx, b.President(), of(served[0]), enforcetest.Resuming("演示:已核实,丢失期间无退出事由")), "listing.suspension")
	if n := b.Count(`SELECT count(*) FROM task WHERE kind = 'restored' AND closed_on IS NULL`); n != 1 {
		t.Errorf("%d tasks are open", n)
	}
	if n := confirmed(t, b, b.President()); n != 1 {
		t.Errorf("%d confirmed", n)
	}
	if n := b.Count(`SELECT count(*) FROM task WHERE kind = 'restored' AND closed_on IS NULL`); n != 0 {
		t.Errorf("%d tasks are open", n)
	}
	must(t, b.Holds.End(ctx, operatorOf(b, "op-2"), made.Hold, "演示"))
	if _, published, refused, err = b.Listings.PublishDue()(ctx, b.System(), enforcement.ID{}, 10); err != nil || published != 2 || len(refused) != 0 {
		t.Errorf("%d published, refused %+v, %v", published, refused, err)
	}
	wantAudit(t, b)
}

// The audit takes a jump for what it is only where a restoration explains it.
func TestAuditFindsJumpsThatNothingExplains(t *testing.T) {
	t.Parallel()
	for what, sql := range map[string]string{
		"the restoration is not in the log": `DELETE FROM event WHERE kind = 'restored'`,
		"another jump":                      `UPDATE event SET versions = array_fill(1002::smallint, ARRAY[cardinality(versions)]) WHERE kind = 'listing-suspended'`,
		"no jump":                           `UPDATE event SET versions = array_fill(2::smallint, ARRAY[cardinality(versions)]) WHERE kind = 'listing-suspended'`,
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			b := enforcetest.Setup(t)
			id := b.Published(b.Subject(b.Company()))
			sendAll(t, b, directive.Acknowledged)
			restored(t, b)
			must(t, b.Listings.Suspend(t.Context(), b.Judge(), of(id), enforcetest.Stay()))
			wantAudit(t, b)
			tamper(t, b, sql)
			findings := value(b.Auditor.Directives(t.Context(), nil))(t).Findings
			if !slices.ContainsFunc(findings, func(f audit.Finding) bool { return strings.Contains(f.What, "follows version 1 after") }) {
				t.Errorf("not found in %v", findings)
			}
		})
	}
}
