package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/listing"
)

// TestLifeThroughTheAPI drives a listing of a person from entry to deletion, and
// what a department sees of it, by HTTP alone.
func TestLifeThroughTheAPI(t *testing.T) {
	t.Parallel()
	b := setup(t)
	person := b.Person()
	today := b.Day().String()

	subject := b.want(http.StatusCreated, b.clerk, http.MethodPost, "/v1/subjects", identityBody(person))
	if got := b.want(http.StatusOK, b.judge, http.MethodGet, subject.header.Get("Location"), nil); got.body["number"] != person.Number || got.body["masked"] != false {
		t.Errorf("a judge reads %v", got.body)
	}
	masked := b.want(http.StatusOK, b.overseer, http.MethodGet, "/v1/subjects/"+subject.id(), nil)
	if masked.body["masked"] != true || strings.Contains(masked.text, person.Number) || masked.body["birth"] != nil {
		t.Errorf("an overseer reads %s", masked.text)
	}

	execution := b.want(http.StatusCreated, b.clerk, http.MethodPost, "/v1/cases", object{
		"number": "（2025）桂0103执777号", "filed_on": b.Day().AddDays(-30).String(), "basis_document": "（2024）桂0103民初7号", "basis_unit": "演示法院",
	})
	if cases := b.want(http.StatusOK, b.clerk, http.MethodGet, "/v1/cases", nil).items(); len(cases) != 1 {
		t.Errorf("%d cases", len(cases))
	}
	listing := b.want(http.StatusCreated, b.judge, http.MethodPost, "/v1/listings", b.draftBody(subject.id(), execution.id())).id()

	warning := b.warnBody()
	warning["document"] = "5ryU56S6"
	if a := b.moved(b.clerk, listing, "warning", warning); a.body["state"] != "warned" || a.header.Get("ETag") != `"2"` {
		t.Errorf("after the warning: %s %s", a.header.Get("ETag"), a.text)
	}
	b.moved(b.clerk, listing, "application", object{"received_on": today, "document": []byte("演示申请书")})
	waiting := func() int {
		return len(b.want(http.StatusOK, b.president, http.MethodGet, "/v1/listings?to_sign=true", nil).items())
	}
	if n := waiting(); n != 0 {
		t.Errorf("%d wait for the signature before anything was proposed", n)
	}
	b.moved(b.judge, listing, "proposal", object{"number": "（2025）桂0103执777号之一", "reasons": "演示:经审查,符合规定的理由", "own_motion_reason": "演示:拒不申报财产,依职权列入", "document": []byte("演示决定书全文")})
	if n := waiting(); n != 1 {
		t.Errorf("%d wait for the signature", n)
	}
	b.moved(b.president, listing, "signature", nil)
	if n := waiting(); n != 0 {
		t.Errorf("%d wait for the signature that was given", n)
	}
	foresight := b.want(http.StatusOK, b.president, http.MethodGet, "/v1/listings/"+listing+"/foresee", nil)
	if lines, _ := foresight.body["lines"].([]any); len(lines) == 0 {
		t.Errorf("nothing is foreseen: %s", foresight.text)
	}
	b.moved(b.clerk, listing, "service", b.serviceBody())
	if a := b.moved(b.clerk, listing, "publication", nil); a.body["state"] != "active" {
		t.Errorf("published, and %v", a.body["state"])
	}

	public := b.want(http.StatusOK, "", http.MethodGet, "/v1/public/listings", nil)
	if len(public.items()) != 1 || !strings.Contains(public.text, person.Name) || strings.Contains(public.text, person.Number) {
		t.Errorf("the public reads %s", public.text)
	}

	file := b.want(http.StatusOK, b.judge, http.MethodGet, "/v1/listings/"+listing, nil)
	directives, _ := file.body["directives"].([]any)
	events, _ := file.body["events"].([]any)
	clocks, _ := file.body["clocks"].([]any)
	if len(directives) == 0 || len(events) < 6 || len(clocks) == 0 {
		t.Errorf("a file of %d directives, %d events, %d clocks", len(directives), len(events), len(clocks))
	}
	tasks := b.want(http.StatusOK, b.judge, http.MethodGet, "/v1/tasks", nil).items()
	if len(tasks) != 1 {
		t.Fatalf("%d tasks", len(tasks))
	}
	if kind, en := at[string](t, tasks[0], "kind"), at[string](t, tasks[0], "en"); kind != "consumption-order-missing" || !strings.Contains(en, "a reason why there is none") || at[string](t, tasks[0], "zh") == "" {
		t.Errorf("the task %s says %q", kind, en)
	}
	for kind, want := range map[string]int{"consumption-order-missing": 1, "barred": 0} {
		if n := len(b.want(http.StatusOK, b.judge, http.MethodGet, "/v1/tasks?kind="+kind, nil).items()); n != want {
			t.Errorf("%d tasks of the kind %s, not %d", n, kind, want)
		}
	}
	task := at[string](t, tasks[0], "id")
	b.want(http.StatusNoContent, b.judge, http.MethodPost, "/v1/tasks/"+task+"/closure", object{"reason": "assets-suffice"})

	// A department whose organisation the plan names.
	place := -1
	for i, org := range b.Departments {
		if strings.Contains(file.text, fmt.Sprintf(`"organisation":%d,"ground"`, org)) {
			place = i
			break
		}
	}
	if place < 0 {
		t.Fatal("no department got a directive")
	}
	clerk, reviewer := b.token(enforcement.DepartmentClerk, b.Departments[place]), b.token(enforcement.DepartmentReviewer, b.Departments[place])
	b.SendAll(directive.Left)
	own := b.want(http.StatusOK, clerk, http.MethodGet, "/v1/directives", nil).items()
	if len(own) != 1 {
		t.Fatalf("a department holds %d directives", len(own))
	}
	id, measures := at[string](t, own[0], "id"), at[[]any](t, own[0], "measures")
	b.want(http.StatusOK, clerk, http.MethodGet, "/v1/directives/"+id, nil)
	b.want(http.StatusNoContent, reviewer, http.MethodPost, "/v1/answers", object{"answers": []object{{
		"directive": id, "version": 1, "outcome": "acknowledged",
		"reports": []object{{"measure": measures[0], "outcome": "implemented"}},
	}}})
	if step := b.want(http.StatusOK, b.overseer, http.MethodGet, "/v1/directives/"+id, nil).body["step"]; step != "acknowledged" {
		t.Errorf("step %v", step)
	}

	b.moved(b.clerk, listing, "suspension", object{"reason": "wrong-person"})
	b.moved(b.president, listing, "resumption", resumption)
	b.moved(b.judge, listing, "correction", object{"found_on": today})
	b.moved(b.judge, listing, "correction/data", identityBody(person))
	b.want(http.StatusNoContent, b.clerk, http.MethodPost, "/v1/listings/"+listing+"/searches", object{"searched_on": today, "ruling_on": b.Day().AddDays(-3).String(), "found": false})
	exclusion := b.want(http.StatusCreated, b.clerk, http.MethodPost, "/v1/listings/"+listing+"/exclusions", object{"kind": "security-given", "on": today}).id()
	b.want(http.StatusNoContent, b.president, http.MethodPost, "/v1/exclusions/"+exclusion+"/closure", object{"on": today, "reasons": "演示:已经审查有关材料并予记录", "document": []byte("演示材料")})
	if a := b.moved(b.judge, listing, "deletion", object{"item": 1, "event_on": today, "reasons": "演示：履行完毕", "document": []byte("演示结束决定书")}); a.body["state"] != "deleted" {
		t.Errorf("deleted, and %v", a.body["state"])
	}
	if left := b.want(http.StatusOK, "", http.MethodGet, "/v1/public/listings", nil).items(); len(left) != 0 {
		t.Errorf("%d entries are public after the end", len(left))
	}
	if kind := b.want(http.StatusOK, clerk, http.MethodGet, "/v1/directives/"+id, nil).body["kind"]; kind != "withdraw" {
		t.Errorf("the department's newest version is %v", kind)
	}
}

// TestOtherEnds goes the ways that the first life does not.
func TestOtherEnds(t *testing.T) {
	t.Parallel()
	b := setup(t)
	today := b.Day().String()
	published := func(conducts ...listing.Conduct) string {
		return b.Published(b.Subject(b.Company()), conducts...).String()
	}
	fixed := published(listing.BreachesReporting)
	b.moved(b.president, fixed, "extension", object{
		"number": "（2025）桂0103执1号之二", "reasons": "演示:经审查,符合规定的理由", "cause": "several-dishonest-acts", "acts": []object{{"on": today, "what": "演示:转移应收账款至关联单位"}, {"on": today, "what": "演示:隐匿已查封的机器设备"}}, "years": 1, "served_on": today, "document": []byte("演示延期决定"),
	})
	if a := b.moved(b.president, fixed, "early-deletion", object{"event_on": today, "reasons": "演示：积极履行", "document": []byte("演示结束决定书")}); a.body["state"] != "early-deleted" {
		t.Errorf("deleted early, and %v", a.body["state"])
	}
	if a := b.moved(b.president, published(), "revocation", object{"event_on": today, "reasons": "演示：不应列入", "document": []byte("演示结束决定书")}); a.body["state"] != "revoked" {
		t.Errorf("revoked, and %v", a.body["state"])
	}
	draft := b.Draft(b.Subject(b.Company())).String()
	if a := b.moved(b.clerk, draft, "abandonment", object{"reason": "performed"}); a.body["state"] != "abandoned" {
		t.Errorf("abandoned, and %v", a.body["state"])
	}
	refused := b.Draft(b.Subject(b.Company())).String()
	b.moved(b.clerk, refused, "warning", b.warnBody())
	b.moved(b.clerk, refused, "application", object{"received_on": today, "document": []byte("演示申请书")})
	if a := b.moved(b.judge, refused, "refusal", object{"reasons": "演示：经审查，申请理由不成立", "document": []byte("演示决定")}); a.body["state"] != "refused" {
		t.Errorf("refused, and %v", a.body["state"])
	}
	ended := b.want(http.StatusOK, b.clerk, http.MethodGet, "/v1/listings?state=revoked", nil).items()
	if len(ended) != 1 {
		t.Errorf("%d revoked listings", len(ended))
	}
}

// TestInbox opens what lies in an inbox; opened is delivered.
func TestInbox(t *testing.T) {
	t.Parallel()
	b := setup(t)
	person := b.Person()
	b.Published(b.Subject(person))
	var org enforcement.OrganisationID
	must(t, b.DB.Pool.QueryRow(t.Context(), `SELECT organisation_id FROM directive ORDER BY organisation_id LIMIT 1`).Scan(&org))
	clerk := b.token(enforcement.DepartmentClerk, org)
	items, err := b.Directives.Due(t.Context(), org, directive.Bulk, b.Day(), enforcement.ID{}, 10)
	must(t, err)
	wake := directive.WakeUp{Organisation: org, Lane: directive.Bulk}
	attempt, err := b.Directives.Open(t.Context(), b.System(), wake, "inbox", items, make([]byte, 32))
	must(t, err)
	_, err = b.DB.Pool.Exec(t.Context(), `INSERT INTO inbox_item (organisation_id, directive_id, version, lane, placed_at) VALUES ($1, $2, 1, 'bulk', now())`, org, items[0].Directive)
	must(t, err)
	must(t, b.Directives.Settle(t.Context(), b.System(), attempt, []directive.Result{{Step: directive.Left, Placed: true}}))

	if list := b.want(http.StatusOK, clerk, http.MethodGet, "/v1/inbox?lane=bulk", nil).items(); len(list) != 1 {
		t.Fatalf("%d items in the inbox", len(list))
	}
	opened := b.want(http.StatusOK, clerk, http.MethodPost, "/v1/inbox/open", object{"directives": []string{items[0].Directive.String()}}, "Idempotency-Key", "k")
	if n := b.Count(`SELECT count(*) FROM request_key WHERE personal AND answer IS NOT NULL`); n != 1 {
		t.Error("the answer that is kept is not marked as naming a subject")
	}
	if !strings.Contains(opened.text, person.Number) || !strings.Contains(opened.text, `"owner":"qingxiu-court"`) {
		t.Errorf("opened: %s", opened.text)
	}
	if step := b.want(http.StatusOK, clerk, http.MethodGet, "/v1/directives/"+items[0].Directive.String(), nil).body["step"]; step != "delivered" {
		t.Errorf("opened, and %v", step)
	}
	stranger := b.call(b.otherDepartment, http.MethodPost, "/v1/inbox/open", object{"directives": []string{items[0].Directive.String()}})
	if b.Departments[1] != org && (stranger.status != http.StatusNotFound || stranger.code() != "not-found") {
		t.Errorf("another organisation opens it: %s", stranger.text)
	}
}

// TestOrganisations enters one and pages through all.
func TestOrganisations(t *testing.T) {
	t.Parallel()
	b := setup(t)
	made := b.want(http.StatusCreated, b.operator, http.MethodPost, "/v1/organisations", object{
		"slug": "demo-tax", "name_zh": "演示税务局", "name_en": "Demo tax office", "kind": "authority", "serves": "450103", "superior": b.Departments[0],
	})
	seen, path := 0, "/v1/organisations?limit=7"
	for path != "" {
		page := b.want(http.StatusOK, b.department, http.MethodGet, path, nil)
		seen += len(page.items())
		next, _ := page.body["next"].(string)
		path = ""
		if next != "" {
			path = "/v1/organisations?limit=7&after=" + next
		}
	}
	if want := b.Count(`SELECT count(*) FROM organisation`); seen != want {
		t.Errorf("the pages hold %d of %d organisations", seen, want)
	}
	if made.body["id"] == nil {
		t.Error(made.text)
	}
	me := b.want(http.StatusOK, b.clerk, http.MethodGet, "/v1/me", nil)
	if me.body["role"] != "clerk" || me.body["demo"] != true || me.body["today"] != b.Day().String() || !strings.Contains(me.text, "青秀") {
		t.Errorf("I am %s", me.text)
	}
	b.want(http.StatusOK, b.operator, http.MethodGet, "/v1/incidents", nil)
}

// resumption is the body that gives back whatever was suspended.
var resumption = object{"reasons": "演示:已核实身份证件,确系本人", "document": []byte("演示身份核查表")}
