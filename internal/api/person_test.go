package api_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/google/uuid"

	"concordat/enforcement"
	"concordat/enforcement/enforcetest"
	"concordat/memoranda/day"
)

// Where a staff number stood for somebody, what the number did carries the name and the post of
// the day of the act, not of today's; nobody is named where a number may be two people's.
func TestActsCarryTheNameAndThePostOfTheirDay(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx, clerk, first := t.Context(), b.Clerk(), b.Day()
	enters := func(org enforcement.OrganisationID, number, name, post string, from, until day.Day) {
		_, err := b.DB.Pool.Exec(ctx, `INSERT INTO staff (id, organisation_id, number, name, post, valid_from, valid_until, entered_by, entered_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, 'operator-9', now())`, enforcement.NewID(), org, number, name, post, from, until)
		must(t, err)
	}
	const hostile = `演示<script>甲`
	enters(b.Court, clerk.Actor.ID, hostile, "书记员", first.AddDays(-9), first)
	enters(b.Court, clerk.Actor.ID, hostile, "审判管理办公室主任", first.AddDays(1), 0)
	enters(b.OtherCourt, b.Judge().Actor.ID, "演示乙", "法官", first.AddDays(-9), 0)
	id := b.Draft(b.Subject(b.Company()))
	must(t, b.Listings.Warn(ctx, clerk, enforcetest.Of(id), b.Notice()))
	b.AdvanceTo(first.AddDays(20))
	must(t, b.Listings.Propose(ctx, b.Judge(), enforcetest.Of(id), b.Decision()))
	must(t, b.Listings.Sign(ctx, b.President(), enforcetest.Of(id)))
	must(t, b.Listings.Serve(ctx, b.Clerk(), enforcetest.Of(id), b.Service()))

	path := "/v1/listings/" + id.String()
	type done struct{ ID, Kind, Purpose, Name, Post string }
	var file struct{ Events, Items []done }
	by := map[string]string{}
	for _, address := range []string{path, path + "/papers"} {
		must(t, json.Unmarshal([]byte(b.want(http.StatusOK, b.judge, http.MethodGet, address, nil).text), &file))
	}
	for _, d := range append(file.Events, file.Items...) {
		by[d.Kind+d.Purpose] = d.Post
		if (d.Name == hostile) != (d.Post != "") || d.Name != "" && d.Name != hostile {
			t.Errorf("%+v", d)
		}
	}
	for what, want := range map[string]string{
		"listing-warned": "书记员", "listing-served": "审判管理办公室主任", "listing-decided": "", "execution-notice": "书记员", "service": "审判管理办公室主任", "decision": "",
	} {
		if got, there := by[what]; !there || got != want {
			t.Errorf("%s: by %q, want %q, of %v", what, got, want, by)
		}
	}
	lends, err := uuid.Parse(file.Items[0].ID)
	must(t, err)
	borrows := func(number string, from, until day.Day) {
		_, err := b.DB.Pool.Exec(ctx, `INSERT INTO staff_borrowed (id, organisation_id, staff_of, number, valid_from, valid_until, paper, paper_hash, entered_by, entered_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, '\x00', 'operator-9', now())`, enforcement.NewID(), b.Court, b.OtherCourt, number, from, until, lends)
		must(t, err)
	}
	borrows(b.Judge().Actor.ID, first, first.AddDays(5))
	enters(b.OtherCourt, clerk.Actor.ID, "演示丙", "书记员", first.AddDays(-9), 0)
	borrows(clerk.Actor.ID, first, first.AddDays(5))
	for _, try := range []struct {
		number string
		on     day.Day
		want   string
	}{
		{b.Judge().Actor.ID, first, "演示乙"},
		{b.Judge().Actor.ID, first.AddDays(6), ""},
		{clerk.Actor.ID, first, ""}, // its own, and a borrowed one
		{clerk.Actor.ID, first.AddDays(6), hostile},
		{"nobody", first, ""},
	} {
		var name string
		must(t, b.DB.Pool.QueryRow(ctx, `SELECT coalesce(name, '') FROM person_of($1, $2, $3)`, b.Court, try.number, try.on).Scan(&name))
		if name != try.want {
			t.Errorf("%s on %s is %q, want %q", try.number, try.on, name, try.want)
		}
	}
}
