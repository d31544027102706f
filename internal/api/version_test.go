package api_test

import (
	"net/http"
	"strings"
	"testing"
)

func TestAMoveNeedsTheVersionThatWasRead(t *testing.T) {
	t.Parallel()
	b := setup(t)
	listing := b.Draft(b.Subject(b.Company())).String()
	body := b.warnBody()
	for _, r := range []struct {
		name, tag string
		status    int
		code      string
	}{
		{"none", "", 428, "precondition.missing"},
		{"any", "*", 400, "precondition.malformed"},
		{"weak", `W/"1"`, 400, "precondition.malformed"},
		{"unquoted", "1", 400, "precondition.malformed"},
		{"of a version to come", `"2"`, 412, "version.stale"},
		{"current", `"1"`, 200, ""},
		{"stale", `"1"`, 412, "version.stale"},
	} {
		headers := []string{}
		if r.tag != "" {
			headers = []string{"If-Match", r.tag}
		}
		if a := b.call(b.clerk, http.MethodPost, "/v1/listings/"+listing+"/warning", body, headers...); a.status != r.status || a.code() != r.code {
			t.Errorf("%s: %d %s: %s", r.name, a.status, a.code(), a.text)
		}
	}
}

// TestEveryMoveHoldsItsVersion goes to every address of the schema that takes
// If-Match, with a body that is in order; of those that lift, TestALiftingNeedsNoVersion.
func TestEveryMoveHoldsItsVersion(t *testing.T) {
	t.Parallel()
	b := setup(t)
	today, ending := b.Day().String(), object{"event_on": b.Day().String(), "reasons": "演示:经审查,符合规定的理由", "document": []byte("演示结束决定书")}
	listing := b.Draft(b.Subject(b.Company())).String()
	bodies := map[string]any{
		"warning": b.warnBody(), "application": object{"received_on": today, "document": []byte("演示申请书")}, "refusal": object{"reasons": "演示:经审查,符合规定的理由"},
		"proposal": object{"number": "(2025)桂0103执1号之一", "reasons": "演示:经审查,符合规定的理由", "document": []byte("演示决定书全文")}, "signature": nil, "service": b.serviceBody(), "publication": nil, "abandonment": object{"reason": "dead"},
		"extension":  object{"number": "(2025)桂0103执1号之一", "reasons": "演示:经审查,符合规定的理由", "cause": "serious-violence-or-threat", "years": 1, "served_on": today, "document": []byte("演示延期决定")},
		"suspension": object{"reason": "court-stay"}, "resumption": resumption, "resumption/restored": object{"reasons": "演示:丢失的时段内没有退出", "document": []byte("演示核查表")}, "confirmation": object{"reasons": "演示:丢失的时段内没有退出", "document": []byte("演示核查表")}, "barred-grounds": object{"reasons": "演示:经审查,符合规定的理由"}, "correction": object{"found_on": today}, "correction/data": identityBody(b.Company()), "words": wordsBody(), "correction/words": wordsBody(),
		"deletion": object{"item": 1, "event_on": today, "reasons": "演示:经审查,符合规定的理由", "document": []byte("演示结束决定书")}, "early-deletion": ending, "revocation": ending,
	}
	doc := b.want(http.StatusOK, "", http.MethodGet, "/v1/openapi.json", nil)
	for path, item := range at[object](t, doc.body, "paths") {
		name, ok := strings.CutPrefix(path, "/v1/listings/{id}/")
		if o, post := at[object](t, item)["post"]; !ok || !post || !strings.Contains(string(asJSON(t, o)), `"If-Match"`) {
			continue
		}
		body, known := bodies[name]
		if !known {
			t.Errorf("no body for %s", name)
		}
		delete(bodies, name)
		token := b.president
		switch name {
		case "warning", "application", "service":
			token = b.clerk
		case "proposal":
			token = b.judge
		}
		if at[object](t, item, "post")["x-lifts"] != nil {
			continue
		}
		if a := b.call(token, http.MethodPost, "/v1/listings/"+listing+"/"+name, body); a.status != http.StatusPreconditionRequired {
			t.Errorf("%s without If-Match: %d %s", name, a.status, a.text)
		}
		if a := b.call(token, http.MethodPost, "/v1/listings/"+listing+"/"+name, body, "If-Match", `"99"`); a.status != http.StatusPreconditionFailed || a.code() != "version.stale" {
			t.Errorf("%s with a version that was never: %d %s", name, a.status, a.text)
		}
	}
	if len(bodies) > 0 {
		t.Errorf("these moves take no If-Match: %v", bodies)
	}
}

func TestAKeyMakesARequestRepeatable(t *testing.T) {
	t.Parallel()
	b := setup(t)
	first, second := b.Draft(b.Subject(b.Company())).String(), b.Draft(b.Subject(b.Company())).String()
	body := b.warnBody()
	warn := func(listing, key string) answer {
		return b.call(b.clerk, http.MethodPost, "/v1/listings/"+listing+"/warning", body, "If-Match", `"1"`, "Idempotency-Key", key)
	}
	for range 2 { // the second time the version is stale, and the act is done
		if a := warn(first, "k-1"); a.status != http.StatusOK || a.header.Get("ETag") != `"2"` {
			t.Fatalf("%d %s", a.status, a.text)
		}
	}
	if a := warn(second, "k-1"); a.status != http.StatusUnprocessableEntity || a.code() != "request.key-reused" {
		t.Errorf("the key of one listing was taken for another's: %s", a.text)
	}
	if a := warn(second, "k-3"); a.status != http.StatusOK || a.body["id"] != second || a.body["state"] != "warned" {
		t.Errorf("a new key: %s", a.text)
	}
	if n := b.Count(`SELECT count(*) FROM event WHERE kind = 'listing-warned'`); n != 2 {
		t.Errorf("%d warnings", n)
	}
	person := identityBody(b.Person())
	one := b.want(http.StatusCreated, b.clerk, http.MethodPost, "/v1/subjects", person, "Idempotency-Key", "k-2")
	two := b.want(http.StatusCreated, b.clerk, http.MethodPost, "/v1/subjects", person, "Idempotency-Key", "k-2")
	if one.id() != two.id() {
		t.Error("one act, two ids")
	}
	if n := b.Count(`SELECT count(*) FROM event WHERE act_key LIKE '%k-%' OR act_key LIKE '%' || $1 || '%'`, b.clerk); n != 0 {
		t.Error("a key is stored as it was sent")
	}
	for _, bad := range []string{"", "a b", "ä", strings.Repeat("k", 201)} {
		if a := warn(first, bad); a.code() != "key.malformed" {
			t.Errorf("%q: %d %s", bad, a.status, a.code())
		}
	}
}
