package register_test

import (
	"slices"
	"testing"

	"concordat/enforcement/enforcetest"
	"concordat/enforcement/ground"
	"concordat/enforcement/listing"
	"concordat/enforcement/paper"
)

// Of several grounds every paper of the facts that the file lacks is told at once, from the
// draft on, and to the clerk, who brings them and may not propose.
func TestThePapersOfFactsThatAreMissingAreToldAtOnce(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	id, err := b.Listings.Draft(ctx, b.Clerk(), listing.NewListing{
		Case: b.Case(), Subject: b.Subject(b.Company()), Capacity: listing.Debtor, Conducts: []listing.Conduct{listing.EvadesBySham, listing.BreachesReporting}, Facts: enforcetest.Facts(),
		Papers: enforcetest.FactPapers(listing.EvadesBySham),
	})
	must(t, err)
	missing := func(move ground.MoveName) (list []paper.Purpose) {
		_, offers, err := b.Listings.Moves(ctx, b.Clerk(), id)
		must(t, err)
		for _, lack := range offered(offers, move).Missing {
			list = append(list, lack.Purpose)
		}
		return list
	}
	for _, move := range []ground.MoveName{"propose", "sign"} {
		if got := missing(move); !slices.Equal(got, factsOf[listing.BreachesReporting]) {
			t.Errorf("%s: %v", move, got)
		}
	}
	brought(t, b, b.Clerk(), id, "facts-4-service")
	if got := missing("propose"); !slices.Equal(got, []paper.Purpose{"facts-4", "facts-4-term"}) {
		t.Errorf("after one of them: %v", got)
	}
	must(t, b.Listings.Abandon(ctx, b.Clerk(), of(id), "performed"))
	if got := missing("propose"); got != nil {
		t.Errorf("of one that was abandoned: %v", got)
	}
}
