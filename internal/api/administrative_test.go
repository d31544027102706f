package api_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/administrative"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/party"
)

// lists is an API on the made administrative lists.
type lists struct {
	*bundle
	made                              *enforcetest.Lists
	ownersClerk, ownersReviewer, none string
}

func setupLists(t *testing.T) *lists {
	t.Helper()
	made := enforcetest.SetupLists(t)
	b := setupOn(t, made.Bundle)
	l := &lists{bundle: b, made: made}
	l.ownersClerk, l.ownersReviewer = b.token(enforcement.DepartmentClerk, l.made.Owner), b.token(enforcement.DepartmentReviewer, l.made.Owner)
	l.none = b.token(enforcement.DepartmentClerk, l.made.OtherOwner)
	return l
}

const listings = "/v1/administrative-listings"

func (l *lists) draftOn(list string, identity party.Identity) string {
	l.T.Helper()
	subject := l.want(http.StatusCreated, l.ownersClerk, http.MethodPost, "/v1/subjects", identityBody(identity)).id()
	made := l.want(http.StatusCreated, l.ownersClerk, http.MethodPost, listings, object{
		"list_type": list, "subject": subject, "grounds": enforcetest.NewOn(list, enforcement.ID{}).Grounds, "conduct": "演示:违法行为",
	})
	if !strings.HasSuffix(made.header.Get("Location"), made.id()) {
		l.T.Errorf("made at %s", made.header.Get("Location"))
	}
	return made.id()
}

// step makes a move of an administrative listing as it stands.
func (l *lists) step(token, id, name string, body any) answer {
	l.T.Helper()
	tag := l.want(http.StatusOK, l.ownersClerk, http.MethodGet, listings+"/"+id, nil).header.Get("ETag")
	return l.call(token, http.MethodPost, listings+"/"+id+"/"+name, body, "If-Match", tag)
}

func (l *lists) stepped(token, id, name, state string, body any) {
	l.T.Helper()
	if a := l.step(token, id, name, body); a.status != http.StatusOK || a.body["state"] != state {
		l.T.Fatalf("%s: status %d: %s", name, a.status, a.text)
	}
}

func (l *lists) today() string { return l.Day().String() }

func (l *lists) noticeBody() object {
	return object{"manner": "direct", "served_on": l.today(), "contents": administrative.NoticeContents(), "document": []byte("演示告知书")}
}

func (l *lists) decisionBody() object {
	return object{"number": "演示决字1号", "reasons": "演示:经审查,符合规定的理由", "removal_conditions": "演示移出条件", "remedies": "演示救济途径", "term_until": l.Day().AddMonths(5).String(), "document": []byte("演示决定书全文")}
}

// TestAdministrativeLifeThroughTheAPI drives an entry from draft to repair, by
// HTTP alone, with what its subject says.
func TestAdministrativeLifeThroughTheAPI(t *testing.T) {
	t.Parallel()
	l := setupLists(t)
	person := l.Person()
	id := l.draftOn(enforcetest.ListSerious, person)
	l.stepped(l.ownersClerk, id, "notice", "notified", l.noticeBody())
	l.stepped(l.ownersClerk, id, "statement", "stated", object{"received_on": l.today(), "text": "演示陈述", "document": []byte("演示陈述书")})
	if a := l.step(l.ownersReviewer, id, "decision", l.decisionBody()); a.status != http.StatusConflict || a.code() != "statement.unanswered" {
		t.Errorf("decided over a statement: %d %s", a.status, a.text)
	}
	l.stepped(l.ownersReviewer, id, "answer", "answered", object{"text": "演示:经核实,陈述不能成立", "document": []byte("演示答复书")})
	if a := l.step(l.ownersReviewer, id, "decision", l.decisionBody()); a.status != http.StatusConflict || a.code() != "window.running" {
		t.Errorf("decided inside the window: %d %s", a.status, a.text)
	}
	l.Advance(21)
	if a := l.step(l.ownersClerk, id, "decision", l.decisionBody()); a.status != http.StatusForbidden || a.code() != "decision.reviewer" {
		t.Errorf("a clerk decided: %d %s", a.status, a.text)
	}
	l.stepped(l.ownersReviewer, id, "decision", "decided", l.decisionBody())
	foreseen := l.want(http.StatusOK, l.ownersReviewer, http.MethodGet, listings+"/"+id+"/foresee", nil)
	if lines, _ := foreseen.body["lines"].([]any); len(lines) != 2 {
		t.Errorf("foreseen: %s", foreseen.text)
	}
	l.stepped(l.ownersClerk, id, "service", "served", l.serviceBody())
	if public := l.want(http.StatusOK, "", http.MethodGet, "/v1/public/administrative-listings", nil); len(public.items()) != 0 {
		t.Errorf("the public reads %s", public.text)
	}
	l.stepped(l.ownersClerk, id, "publication", "active", nil)
	public := l.want(http.StatusOK, "", http.MethodGet, "/v1/public/administrative-listings?list_type="+enforcetest.ListSerious, nil)
	if len(public.items()) != 1 || !strings.Contains(public.text, person.Name) || strings.Contains(public.text, person.Number) || strings.Contains(public.text, "演示:违法行为") {
		t.Errorf("the public reads %s", public.text)
	}
	file := l.want(http.StatusOK, l.ownersClerk, http.MethodGet, listings+"/"+id, nil)
	if said := at[[]any](t, file.body, "texts", "statements"); len(said) != 1 || at[string](t, said[0], "answer") != "演示:经核实,陈述不能成立" || len(at[[]any](t, file.body, "directives")) != 2 {
		t.Errorf("the owner reads %s", file.text)
	}
	if seen := l.want(http.StatusOK, l.overseer, http.MethodGet, listings+"/"+id, nil); strings.Contains(seen.text, "演示陈述") || seen.body["texts"] != nil {
		t.Errorf("an overseer reads %s", seen.text)
	}
	for _, token := range []string{l.none, l.token(enforcement.DepartmentClerk, l.made.Alpha)} {
		if a := l.call(token, http.MethodGet, listings+"/"+id, nil); a.status != http.StatusNotFound {
			t.Errorf("another department reads %d %s", a.status, a.text)
		}
	}
	listed := l.want(http.StatusOK, l.ownersClerk, http.MethodGet, listings+"?state=active&list_type="+enforcetest.ListSerious, nil)
	if len(listed.items()) != 1 || len(l.want(http.StatusOK, l.ownersClerk, http.MethodGet, listings+"?state=draft", nil).items()) != 0 || len(l.want(http.StatusOK, l.none, http.MethodGet, listings, nil).items()) != 0 {
		t.Errorf("listed: %s", listed.text)
	}
	l.stepped(l.ownersClerk, id, "suspension", "active", object{"reason": "wrong-person"})
	l.stepped(l.ownersReviewer, id, "resumption", "active", resumption)
	if a := l.step(l.ownersReviewer, id, "early-deletion", object{"event_on": l.today(), "reasons": "演示:经审查,符合规定的理由", "document": []byte("演示结束决定书")}); a.status != http.StatusConflict || a.code() != "repair.too-early" {
		t.Errorf("repaired at once: %d %s", a.status, a.text)
	}
	l.AdvanceTo(l.Day().AddYears(1))
	l.stepped(l.ownersReviewer, id, "early-deletion", "early-deleted", object{"event_on": l.today(), "reasons": "演示:已修复", "document": []byte("演示结束决定书")})
	if public := l.want(http.StatusOK, "", http.MethodGet, "/v1/public/administrative-listings", nil); len(public.items()) != 0 {
		t.Errorf("the public reads %s", public.text)
	}
}

// Every other end and exit, and what a request must bring with it.
func TestAdministrativeEndsThroughTheAPI(t *testing.T) {
	t.Parallel()
	l := setupLists(t)
	active := func() string {
		id := l.draftOn(enforcetest.ListSilent, l.Company())
		l.stepped(l.ownersClerk, id, "notice", "notified", l.noticeBody())
		l.Advance(21)
		l.stepped(l.ownersReviewer, id, "decision", "decided", l.decisionBody())
		l.stepped(l.ownersClerk, id, "service", "served", l.serviceBody())
		l.stepped(l.ownersReviewer, id, "publication", "active", nil)
		return id
	}
	end := object{"event_on": l.Day().String(), "reasons": "演示:经审查,符合规定的理由", "document": []byte("演示结束决定书")}
	l.stepped(l.ownersReviewer, active(), "revocation", "revoked", end)
	l.stepped(l.ownersReviewer, active(), "deletion", "deleted", object{"cause": "subject-ceased", "event_on": l.today(), "reasons": "演示:经审查,符合规定的理由"})
	if a := l.step(l.ownersReviewer, active(), "deletion", object{"cause": "reason-ended", "event_on": l.today(), "reasons": "演示:经审查,符合规定的理由"}); a.status != http.StatusConflict || a.code() != "end.fixed-term" {
		t.Errorf("deleted before its term: %d %s", a.status, a.text)
	}
	draft := l.draftOn(enforcetest.ListSilent, l.Company())
	if a := l.call(l.ownersClerk, http.MethodPost, listings+"/"+draft+"/notice", l.noticeBody()); a.status != http.StatusPreconditionRequired {
		t.Errorf("without a precondition: %d %s", a.status, a.text)
	}
	if a := l.call(l.ownersClerk, http.MethodPost, listings+"/"+draft+"/notice", l.noticeBody(), "If-Match", `"9"`); a.status != http.StatusPreconditionFailed {
		t.Errorf("with a stale one: %d %s", a.status, a.text)
	}
	if a := l.call(l.none, http.MethodPost, listings+"/"+draft+"/notice", l.noticeBody(), "If-Match", `"1"`); a.status != http.StatusNotFound {
		t.Errorf("by another owner: %d %s", a.status, a.text)
	}
	l.stepped(l.ownersClerk, draft, "abandonment", "abandoned", object{"reason": "performed"})
	subject := l.want(http.StatusCreated, l.ownersClerk, http.MethodPost, "/v1/subjects", identityBody(l.Company())).id()
	for list, want := range map[string]int{
		enforcetest.ListFootless: http.StatusConflict, enforcetest.ListUnowned: http.StatusForbidden, enforcetest.ListOfCourt: http.StatusUnprocessableEntity, "nothing": http.StatusUnprocessableEntity,
	} {
		a := l.call(l.ownersClerk, http.MethodPost, listings, object{"list_type": list, "subject": subject, "conduct": "演示"})
		if a.status != want || !strings.HasPrefix(a.code(), "list.") {
			t.Errorf("%s: %d %s", list, a.status, a.text)
		}
	}
	keyed := object{"list_type": enforcetest.ListSilent, "subject": subject, "conduct": "演示"}
	first := l.want(http.StatusCreated, l.ownersClerk, http.MethodPost, listings, keyed, "Idempotency-Key", "one")
	if again := l.want(http.StatusCreated, l.ownersClerk, http.MethodPost, listings, keyed, "Idempotency-Key", "one"); again.id() != first.id() {
		t.Errorf("%s and %s", first.id(), again.id())
	}
	roles := slices.DeleteFunc([]string{l.clerk, l.judge, l.president, l.operator}, func(token string) bool {
		return l.call(token, http.MethodPost, listings, keyed).status == http.StatusForbidden
	})
	if len(roles) != 0 {
		t.Errorf("%d other roles may draft", len(roles))
	}
}
