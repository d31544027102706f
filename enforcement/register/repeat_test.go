package register_test

import (
	"sync"
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/ground"
	"concordat/enforcement/listing"
	"concordat/enforcement/party"
)

// Whoever asks again under the key of an act, at the same time or later, gets the
// answer of the first, whether the loser of the race met the winner's key, its
// number or the state it left.
func TestAnActAskedManyTimesAtOnceIsDoneOnce(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	person := b.Person()
	var subject, caseID, listingID enforcement.ID
	change := func(do func(act enforcement.Act, c ground.Change) error) func(act enforcement.Act) (enforcement.ID, error) {
		return func(act enforcement.Act) (enforcement.ID, error) {
			return listingID, do(act, enforcetest.Of(listingID))
		}
	}
	for _, step := range []struct {
		key  string
		act  enforcement.Act
		keep *enforcement.ID
		do   func(act enforcement.Act) (enforcement.ID, error)
	}{
		{"subject", b.Clerk(), &subject, func(act enforcement.Act) (enforcement.ID, error) { return b.Parties.EnterSubject(ctx, act, person) }},
		{"case", b.Clerk(), &caseID, func(act enforcement.Act) (enforcement.ID, error) {
			return b.Parties.EnterCase(ctx, act, party.Case{
				Number: "(2025)桂0103执77号", FiledOn: b.Day().AddDays(-60), BasisDocument: "(2024)桂0103民初77号", BasisUnit: "演示法院",
			})
		}},
		{"draft", b.Judge(), &listingID, func(act enforcement.Act) (enforcement.ID, error) {
			return b.Listings.Draft(ctx, act, listing.NewListing{
				Case: caseID, Subject: subject, Capacity: listing.Debtor, Conducts: []listing.Conduct{listing.AbleButRefuses}, Facts: enforcetest.Facts(),
				Papers: enforcetest.FactPapers([]listing.Conduct{listing.AbleButRefuses}...),
			})
		}},
		{"warn", b.Clerk(), nil, change(func(act enforcement.Act, c ground.Change) error {
			return b.Listings.Warn(ctx, enforcetest.Before(act), c, b.Notice())
		})},
		{"propose", b.Judge(), nil, change(func(act enforcement.Act, c ground.Change) error { return b.Listings.Propose(ctx, act, c, b.Decision()) })},
		{"sign", b.President(), nil, change(func(act enforcement.Act, c ground.Change) error { return b.Listings.Sign(ctx, act, c) })},
		{"serve", b.Clerk(), nil, change(func(act enforcement.Act, c ground.Change) error { return b.Listings.Serve(ctx, act, c, b.Service()) })},
		{"publish", b.System(), nil, change(func(act enforcement.Act, c ground.Change) error { return b.Listings.Publish(ctx, act, c) })},
		{"delete", b.Judge(), nil, change(func(act enforcement.Act, c ground.Change) error { return b.Listings.Delete(ctx, act, c, b.Ending(1)) })},
	} {
		step.act.Key = step.key
		var answers [6]enforcement.ID
		var all sync.WaitGroup
		for i := range answers {
			all.Go(func() {
				var err error
				if answers[i], err = step.do(step.act); err != nil {
					t.Errorf("%s: %v", step.key, err)
				}
			})
		}
		all.Wait()
		for _, id := range answers {
			if id != answers[0] {
				t.Errorf("%s: answered %s and %s", step.key, answers[0], id)
			}
		}
		if step.keep != nil {
			*step.keep = answers[0]
		}
		if n := b.Count(`SELECT count(*) FROM event WHERE act_key = $1`, step.key); n != 1 {
			t.Errorf("%s: %d events", step.key, n)
		}
	}
	// Another act under no key, or under a new one, is refused as ever.
	again := b.Judge()
	again.Key = "delete-again"
	for _, act := range []enforcement.Act{b.Judge(), again} {
		if err := b.Listings.Delete(ctx, act, enforcetest.Of(listingID), b.Ending(1)); err == nil {
			t.Error("an ended listing was ended again")
		}
	}
}
