package api_test

import (
	"net/http"
	"strings"
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/enforcetest"
)

// What a department keeps is on the page of those whom it concerns and in the file, and
// nobody notes it but a reviewer of who keeps the list.
func TestKeptThroughTheAPI(t *testing.T) {
	t.Parallel()
	b := setup(t)
	listing := b.Published(b.Subject(b.Company()))
	b.SendAll(directive.Acknowledged)
	list, err := b.Directives.Of(t.Context(), listing)
	if err != nil {
		t.Fatal(err)
	}
	d := list[0]
	if err := b.Listings.Delete(t.Context(), b.Judge(), enforcetest.Of(listing), b.Ending(1)); err != nil {
		t.Fatal(err)
	}
	b.SendAll(directive.Delivered)
	reviewer := b.token(enforcement.DepartmentReviewer, d.Organisation)
	measure := func(n int) string { return d.Measures[n].Memorandum + "/" + d.Measures[n].Slug }
	keep := func(n int, change func(object)) object {
		report := object{
			"measure": measure(n), "outcome": "kept", "cited": object{"title": "《演示条例》", "article": "第1条"}, "kept_until": b.Day().AddYears(1).String(),
			"decision": object{"number": "演示决字〔2025〕1号", "served_on": b.Day().String(), "remedy": "六十日内向演示市人民政府申请行政复议"},
		}
		change(report)
		return object{"answers": []object{{"directive": d.ID, "version": 2, "outcome": "acknowledged", "reports": []object{report}}}}
	}
	for what, row := range map[string]struct {
		change func(object)
		code   string
	}{
		"the words of an earlier release": {func(r object) { delete(r, "cited"); delete(r, "decision"); r["basis"] = "演示法第1条" }, "report.kept-basis"},
		"no decision":                     {func(r object) { delete(r, "decision") }, "report.kept-decision"},
		"markup":                          {func(r object) { r["cited"] = object{"title": "<img src=x>演示法", "article": "第1条"} }, "report.kept-basis"},
	} {
		if a := b.call(reviewer, http.MethodPost, "/v1/answers", keep(0, row.change)); a.status != http.StatusUnprocessableEntity || a.code() != row.code {
			t.Errorf("%s: %d %s", what, a.status, a.text)
		}
	}
	for n := range 2 { // of one directive, so on one page
		b.want(http.StatusNoContent, reviewer, http.MethodPost, "/v1/answers", keep(n, func(object) {}))
	}
	for _, token := range []string{b.overseer, b.president, b.clerk, reviewer} {
		page := b.want(http.StatusOK, token, http.MethodGet, "/v1/kept?limit=1", nil)
		if items := page.items(); len(items) != 2 || page.body["next"] != nil || at[string](t, items[0], "state") != "open" {
			t.Errorf("listed: %s", page.text)
		}
	}
	if a := b.want(http.StatusOK, b.token(enforcement.President, b.OtherCourt), http.MethodGet, "/v1/kept", nil); len(a.items()) != 0 {
		t.Errorf("another court sees %s", a.text)
	}
	b.want(http.StatusForbidden, b.operator, http.MethodGet, "/v1/kept", nil)
	note := object{"measure": measure(0), "note": "disputed", "reasons": "该依据不适用"}
	path := "/v1/kept/" + d.ID.String() + "/notes"
	for _, token := range []string{b.clerk, b.judge, b.overseer, b.department} {
		b.want(http.StatusForbidden, token, http.MethodPost, path, note)
	}
	b.want(http.StatusNotFound, b.token(enforcement.President, b.OtherCourt), http.MethodPost, path, note)
	b.want(http.StatusUnprocessableEntity, b.president, http.MethodPost, path, object{"measure": measure(0), "note": "disputed"})
	b.want(http.StatusNoContent, b.president, http.MethodPost, path, note)
	b.want(http.StatusNoContent, b.president, http.MethodPost, path, object{"measure": measure(1), "note": "noted"})
	if a := b.want(http.StatusOK, reviewer, http.MethodGet, "/v1/kept?state=disputed", nil); len(a.items()) != 1 || !strings.Contains(a.text, "该依据不适用") {
		t.Errorf("the department reads %s", a.text)
	}
	file := b.want(http.StatusOK, b.judge, http.MethodGet, "/v1/listings/"+listing.String(), nil)
	if kept := at[[]any](t, file.body, "kept"); len(kept) != 2 || !strings.Contains(file.text, "演示决字〔2025〕1号") {
		t.Errorf("the file has %v", kept)
	}
}
