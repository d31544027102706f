package register_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"testing"
	"time"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/intake"
	"concordat/enforcement/party"
	"concordat/enforcement/record"
	"concordat/enforcement/register"
	"concordat/enforcement/restore"
	"concordat/internal/i18n"
	"concordat/internal/pg"
	"concordat/memoranda/day"
)

// stage is what an example needs of a test: the kit makes the same database, courts and
// departments for both.
type stage struct {
	testing.TB
	cleanups []func()
}

func (s *stage) Helper()                  {}
func (s *stage) Name() string             { return "example" }
func (s *stage) Context() context.Context { return context.Background() }
func (s *stage) Cleanup(f func())         { s.cleanups = append(s.cleanups, f) }
func (s *stage) Error(args ...any)        { fmt.Println(args...) }
func (s *stage) Fatal(args ...any)        { panic(fmt.Sprint(args...)) }

func (s *stage) Errorf(format string, args ...any) { fmt.Printf(format+"\n", args...) }

// setting is a record of its own with a court, its people and the departments that its
// listings reach, on Monday, 1 September 2025; leave drops it.
func setting() (b *enforcetest.Bundle, leave func()) {
	s := &stage{}
	return enforcetest.Setup(s), func() {
		for _, f := range slices.Backward(s.cleanups) {
			f()
		}
	}
}

// Open builds every room over one database. Who asks names the office.
func ExampleOpen() {
	b, leave := setting()
	defer leave()
	ctx := context.Background()

	o, err := register.Open(ctx, b.Config)
	if err != nil {
		fmt.Println(err)
		return
	}
	organisations, err := o.Parties.Organisations(ctx)
	fmt.Println(organisations[1].Slug, err)
	open, err := o.Docket.Incidents(ctx, 10)
	fmt.Println(len(open), err)
	// Output:
	// qingxiu-court <nil>
	// 0 <nil>
}

// The turn of a day publishes what is due: a listing that was served today.
func ExampleOffices_Daily() {
	b, leave := setting()
	defer leave()
	ctx := context.Background()

	id := b.Decided(b.Subject(b.Company()))
	if err := b.Listings.Serve(ctx, b.Clerk(), enforcetest.Of(id), b.Service()); err != nil {
		fmt.Println(err)
		return
	}
	ended, published, refused, err := b.Daily(ctx, b.System(), nil)
	fmt.Println(ended, published, len(refused), err)
	ended, published, refused, err = b.Daily(ctx, b.System(), nil) // asked again, nothing is left
	fmt.Println(ended, published, len(refused), err)
	// Output:
	// 0 1 0 <nil>
	// 0 0 0 <nil>
}

// Package record: an act is one transaction with one event. Asked again under its key it
// is not done again, and what it left the first time is the answer.
func Example_record() {
	b, leave := setting()
	defer leave()

	act := b.Clerk()
	act.Key = "desk-3/0001"
	for range 2 {
		noted := enforcement.NewID()
		done, err := b.Record.Perform(context.Background(), act, func(context.Context, *pg.Tx) (*record.Event, error) {
			fmt.Println("done once")
			return &record.Event{Kind: "example-noted", RefersTo: noted, Day: b.Day()}, nil
		})
		fmt.Println(done.RefersTo == noted, err)
	}
	// Output:
	// done once
	// true <nil>
	// false <nil>
}

// Package party: a subject is entered by its number. The same number under another name is
// refused, for a person to find out which of the two is wrong.
func Example_party() {
	b, leave := setting()
	defer leave()
	ctx := context.Background()

	company := b.Company()
	first, err := b.Parties.EnterSubject(ctx, b.Clerk(), company)
	if err != nil {
		fmt.Println(err)
		return
	}
	again, err := b.Parties.EnterSubject(ctx, b.Clerk(), company)
	fmt.Println(again == first, err)
	company.Name = "演示另一公司"
	_, err = b.Parties.EnterSubject(ctx, b.Clerk(), company)
	fmt.Println(err)
	// Output:
	// true <nil>
	// refused: subject.identity
}

// Package directive: what is due is read, the attempt committed before anything leaves,
// and what became of it settled. The end of the listing is a further version for everybody
// that may have heard, and in express.
func Example_directive() {
	b, leave := setting()
	defer leave()
	ctx := context.Background()
	id := b.Published(b.Subject(b.Company()))
	lane := directive.WakeUp{Organisation: b.Departments[0], Lane: directive.Bulk}

	items, err := b.Directives.Due(ctx, lane.Organisation, lane.Lane, b.Day(), enforcement.ID{}, 10)
	if err != nil {
		fmt.Println(err)
		return
	}
	attempt, err := b.Directives.Open(ctx, b.System(), lane, "webhook", items, []byte("hash of the body"))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(items), items[0].Version, items[0].Kind, len(items[0].Measures) > 0)
	fmt.Println(b.Directives.Settle(ctx, b.System(), attempt, []directive.Result{{Step: directive.Acknowledged}}))

	if err := b.Listings.Delete(ctx, b.Judge(), enforcetest.Of(id), b.Ending(1)); err != nil {
		fmt.Println(err)
		return
	}
	for _, w := range shown(b.Directives.Lanes(ctx, b.Day())) {
		for _, i := range shown(b.Directives.Due(ctx, w.Organisation, w.Lane, b.Day(), enforcement.ID{}, 10)) {
			fmt.Println(w == directive.WakeUp{Organisation: lane.Organisation, Lane: directive.Express}, i.Version, i.Kind, i.Measures)
		}
	}
	// Output:
	// 1 1 impose true
	// <nil>
	// true 2 withdraw []
}

// shown is a value whose error an example does not show.
func shown[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// Package replan: a district's own bureau takes over from the city's. The directive of the
// one is withdrawn first, the other gets a new one.
func Example_replan() {
	b, leave := setting()
	defer leave()
	ctx := context.Background()
	id := b.Published(b.Subject(b.Company()))
	told := shown(b.Directives.Of(ctx, id))[0].Organisation
	organisations := shown(b.Parties.Organisations(ctx))
	city := organisations[slices.IndexFunc(organisations, func(o party.Organisation) bool { return o.ID == told })]

	_, err := b.Parties.AddOrganisation(ctx, b.System(), party.Organisation{
		Slug: "qingxiu-bureau", NameZH: "演示区局", NameEN: "District bureau", Kind: party.Authority, Serves: "450103",
		Bodies: []party.Part{{Body: city.Bodies[0].Body, From: day.Of(2025, time.September, 1)}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	progress, err := b.Replanner.Follow(ctx, b.System(), nil)
	fmt.Println(progress.Plans, progress.Withdrawn, progress.Added, err)
	progress, err = b.Replanner.Follow(ctx, b.System(), nil) // every directive stands on the day's plan
	fmt.Println(progress.Plans, err)
	// Output:
	// 1 1 1 <nil>
	// 0 <nil>
}

// Package restore: after a backup was brought back nobody is shown and nothing burdens
// until every organisation has said what it holds, each owner has confirmed its list, and
// a second person ended the hold.
func Example_restore() {
	b, leave := setting()
	defer leave()
	ctx := context.Background()
	b.Published(b.Subject(b.Company()))
	_, err := b.Restorer.Reconciliations(ctx)
	fmt.Println(err) // there is none to reconcile after

	operator := b.As(enforcement.Operator, 0)
	machine := b.Config.Machine
	restoration, err := restore.Restored(ctx, b.DB, machine, operator, machine(), func(context.Context, *pg.Tx) error { return nil })
	fmt.Println(restoration.Epoch, err)
	_, err = b.Listings.PublicEntries(ctx, b.Day(), enforcement.ID{}, 10)
	fmt.Println(err)

	for _, one := range shown(b.Restorer.Reconciliations(ctx)) {
		if _, err := b.Restorer.ReconcileStated(ctx, b.As(enforcement.DepartmentReviewer, one.Organisation), 0, "nothing newer came"); err != nil {
			fmt.Println(err)
			return
		}
	}
	second := operator
	second.Actor.ID = "operator-2"
	fmt.Println(b.Holds.End(ctx, second, restoration.Hold, "all have answered"))
	list := shown(b.Restorer.Unconfirmed(ctx, b.President(), enforcement.ID{}, 100))
	fmt.Println(b.Restorer.Confirm(ctx, b.President(), restore.Confirmation{Limit: 100, Hash: list.Hash, Reasons: "no end was entered meanwhile", Paper: enforcetest.Paper("decision to stand by them")}))
	fmt.Println(b.Holds.End(ctx, second, restoration.Hold, "all have answered"))
	// Output:
	// refused: restore.none
	// 1 <nil>
	// refused: restore.reconciling
	// refused: restore.unconfirmed
	// 1 <nil>
	// <nil>
}

// Package explain: why a measure is applied, step by step, as data and in words.
func Example_explain() {
	b, leave := setting()
	defer leave()
	ctx := context.Background()
	subject := b.Subject(b.Company())
	id := b.Published(subject)
	measure := shown(b.Directives.Of(ctx, id))[0].Measures[0]

	explained, err := b.Explainer.Explain(ctx, b.Judge(), subject, measure, 0)
	if err != nil {
		fmt.Println(err)
		return
	}
	e := explained[0]
	fmt.Println(e.Applied, e.Reason.Code, "since", e.Decision.InForceOn)
	fmt.Println(e.Sentences(i18n.Chinese)[1])

	_, err = b.Explainer.Explain(ctx, b.Judge(), subject, measure, b.Day().AddDays(1))
	fmt.Println(err) // of a day to come nothing can be explained
	// Output:
	// true applied-on-its-way since 2025-09-01
	// 决定：南宁市青秀区人民法院以(2025)桂0103执1号之一决定列入，决定日期2025-09-01，案号(2025)桂0103执1号，2025-09-01送达，2025-09-01公布，2025-09-01起生效。
	// refused: explain.day
}

// Package intake: a file is one run, read once. Its rows become drafts; the same file is
// the same run, and nothing is entered a second time.
func Example_intake() {
	b, leave := setting()
	defer leave()
	ctx := context.Background()
	file := intake.NewRun{Kind: intake.Listings, Content: sha256.Sum256([]byte("a file")), Size: 6}

	run, err := b.Intake.Start(ctx, b.Clerk(), file)
	if err != nil {
		fmt.Println(err)
		return
	}
	batch, err := b.Intake.Prepare(b.Clerk(), run, []intake.Row{importRow(0), importRow(1), importRow(0)}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	settled, err := b.Intake.Write(ctx, b.Clerk(), run, batch, file.Size, nil)
	fmt.Println(settled.Run.Drafted, settled.Run.Skipped, len(settled.Refusals), err)
	run, err = b.Intake.Finish(ctx, b.Clerk(), settled.Run, nil, 0)
	fmt.Println(run.State, err)

	again, err := b.Intake.Start(ctx, b.Clerk(), file)
	fmt.Println(again.ID == run.ID, again.State, err)
	// Output:
	// 2 1 0 <nil>
	// done <nil>
	// true done <nil>
}

// Package audit: every directive is recomputed from the events alone. What somebody wrote
// past the log is found.
func Example_audit() {
	b, leave := setting()
	defer leave()
	ctx := context.Background()
	b.Published(b.Subject(b.Company()))

	audit, err := b.Auditor.Directives(ctx, nil)
	fmt.Println(audit.Versions > 0, len(audit.Findings), err)

	if _, err := b.DB.Pool.Exec(ctx, `UPDATE directive SET step = 'acknowledged', due = false WHERE organisation_id = $1`, b.Departments[0]); err != nil {
		fmt.Println(err)
		return
	}
	audit, err = b.Auditor.Directives(ctx, nil)
	fmt.Println(len(audit.Findings), audit.Findings[0].What, err)
	// Output:
	// true 0 <nil>
	// 1 the table says acknowledged (due false), the events say queued (due true) <nil>
}
