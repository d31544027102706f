package api_test

import (
	"net/http"
	"strings"
	"testing"

	"concordat/enforcement/enforcetest"
	"concordat/internal/pg/pgtest"
)

// mostTrips is how many round trips to the database one of the answers below may cost,
// the look-up of the token among them.
const mostTrips = 8

// counted is a bundle with a listing in force, and what a request costs: of the second
// of two, for the first prepares what is prepared once per connection.
func counted(t *testing.T) (b *bundle, listing string, cost func(token, path string) int) {
	t.Helper()
	db, trips := pgtest.NewCounted(t)
	b = setupOn(t, enforcetest.SetupOn(t, db))
	id := b.Published(b.Subject(b.Person()))
	return b, id.String(), func(token, path string) int {
		t.Helper()
		b.want(http.StatusOK, token, http.MethodGet, path, nil)
		trips.Taken()
		b.want(http.StatusOK, token, http.MethodGet, path, nil)
		return trips.Taken()
	}
}

func wantTrips(t *testing.T, path string, got int) {
	t.Helper()
	t.Logf("%s: %d round trips", path, got)
	if got < 1 || got > mostTrips {
		t.Errorf("%s costs %d round trips, at most %d are allowed", path, got, mostTrips)
	}
}

func TestRoundTripsOfAnExplanation(t *testing.T) {
	t.Parallel()
	b, id, cost := counted(t)
	listing := b.want(http.StatusOK, b.clerk, http.MethodGet, "/v1/listings/"+id, nil).body
	d := at[object](t, at[[]any](t, listing, "directives")[0])
	memorandum, measure, _ := strings.Cut(at[string](t, at[[]any](t, d, "measures")[0]), "/")
	of := "/v1/subjects/" + at[string](t, listing, "listing", "subject") + "/explanation?memorandum=" + memorandum + "&measure=" + measure
	for _, path := range []string{
		"/v1/directives/" + at[string](t, d, "id") + "/explanation", of, of + "&on=" + b.Day().AddDays(-1).String(),
	} {
		for _, token := range []string{b.clerk, b.overseer} {
			wantTrips(t, path, cost(token, path))
		}
	}
}

func TestRoundTripsOfACase(t *testing.T) {
	t.Parallel()
	b, id, cost := counted(t)
	for _, path := range []string{"/v1/listings/" + id, "/v1/listings/" + id + "/moves", "/v1/directives"} {
		wantTrips(t, path, cost(b.overseer, path))
	}
}
