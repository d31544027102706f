package api_test

import (
	"testing"
	"time"

	"concordat/enforcement"
)

// An organisation that stands for a body is told what others were: once anything was sent
// two operators enter it, by the API as anywhere.
func TestAnOrganisationTakesTwoPeopleByTheAPI(t *testing.T) {
	t.Parallel()
	b := setup(t)
	organisation := func(slug string) object {
		return object{
			"slug": slug, "name_zh": "演示局", "name_en": "Demo bureau", "kind": "authority", "serves": "450103",
			"bodies": []object{{"body": b.someBody(), "from": "2020-01-01"}},
		}
	}
	first := b.want(201, b.operator, "POST", "/v1/organisations", organisation("demo-first"))
	if at[float64](t, first.body, "id") == 0 {
		t.Errorf("before anything was sent: %v", first.body)
	}
	b.Published(b.Subject(b.Person()))
	proposed := b.want(202, b.operator, "POST", "/v1/organisations", organisation("demo-second"), "Idempotency-Key", "once")
	if again := b.want(202, b.operator, "POST", "/v1/organisations", organisation("demo-second"), "Idempotency-Key", "once"); !same(proposed, again) {
		t.Errorf("asked again: %v, then %v", proposed.body, again.body)
	}
	path := "/v1/changes/" + at[string](t, proposed.body, "proposal")
	if n := b.Count(`SELECT count(*) FROM organisation WHERE slug = 'demo-second'`); n != 0 {
		t.Error("one person entered it")
	}
	if a := b.call(b.operator, "POST", "/v1/organisations", organisation("demo-first")); a.status != 409 || a.code() != "organisation.exists" {
		t.Errorf("proposed what cannot be entered: %d %s", a.status, a.code())
	}
	for name, try := range map[string]struct {
		token string
		code  string
	}{
		"who proposed it": {b.operator, "change.second-person"}, "a clerk": {b.clerk, "role.forbidden"}, "a department": {b.department, "role.forbidden"},
		"an overseer": {b.overseer, "role.forbidden"}, "nobody": {"", "token.missing"},
	} {
		if a := b.call(try.token, "POST", path+"/confirm", nil); a.code() != try.code {
			t.Errorf("confirmed by %s: %d %s", name, a.status, a.code())
		}
	}
	same, err := b.tokens.Issue(t.Context(), b.who(b.operator), enforcement.Operator, 0, true, time.Time{})
	must(t, err)
	if a := b.call(same, "POST", path+"/confirm", nil); a.status != 403 || a.code() != "change.second-person" {
		t.Errorf("by the same human's other token: %d %s", a.status, a.code())
	}
	second, err := b.tokens.Issue(t.Context(), "second-operator", enforcement.Operator, 0, true, time.Time{})
	must(t, err)
	for name, token := range map[string]string{"an overseer": b.overseer, "an operator": second} {
		if items := b.want(200, token, "GET", "/v1/changes", nil).items(); len(items) != 1 {
			t.Errorf("%s sees %d proposals", name, len(items))
		}
	}
	b.want(204, second, "POST", path+"/confirm", nil)
	if a := b.call(second, "POST", path+"/confirm", nil); a.status != 409 || a.code() != "change.ended" {
		t.Errorf("twice: %d %s", a.status, a.code())
	}
	if n := b.Count(`SELECT count(*) FROM organisation_role r JOIN organisation o ON o.id = r.organisation_id WHERE slug = 'demo-second'`); n != 1 {
		t.Errorf("it stands for %d bodies", n)
	}
	if n := b.Count(`SELECT count(*) FROM notice n JOIN organisation o ON o.id = n.organisation_id WHERE slug = 'demo-first' AND n.kind = 'organisation-entered'
		AND changed_by = 'second-operator' AND proposed_by = $1`, b.who(b.operator)); n != 1 {
		t.Errorf("who stood for the body was told %d times", n)
	}
	// A court is sent nothing: one person enters it.
	court := organisation("demo-court")
	delete(court, "bodies")
	court["kind"], court["court_code"] = "court", "桂0199"
	b.want(201, b.operator, "POST", "/v1/organisations", court)

	dropped := b.want(202, b.operator, "POST", "/v1/organisations", organisation("demo-third"))
	path = "/v1/changes/" + at[string](t, dropped.body, "proposal")
	b.want(204, b.operator, "POST", path+"/drop", nil)
	if a := b.call(second, "POST", path+"/confirm", nil); a.status != 409 || a.code() != "change.ended" {
		t.Errorf("dropped: %d %s", a.status, a.code())
	}
}

// who is the actor of a token.
func (b *bundle) who(token string) string {
	b.T.Helper()
	return at[string](b.T, b.want(200, token, "GET", "/v1/me", nil).body, "actor")
}
