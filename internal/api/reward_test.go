package api_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/reward"
	"concordat/internal/i18n"
)

// sanctioning are words that no reward is spoken of in.
var sanctioning = regexp.MustCompile(`(?i)惩戒|惩罚|处罚|限制|制裁|撤销|punish|restrict|sanction|penal|impose|withdraw|revok`)

// aReward is a reward by the API, and what its answers said so far.
type aReward struct {
	*bundle
	rewards *enforcetest.RewardBundle
	t       *testing.T

	clerk, reviewer, alpha string
	said                   []string
}

func setupReward(t *testing.T) *aReward {
	t.Helper()
	rewards := enforcetest.SetupRewards(t, false)
	a := &aReward{bundle: setupOn(t, rewards.Bundle), rewards: rewards, t: t}
	a.clerk, a.reviewer = a.token(enforcement.DepartmentClerk, rewards.Keeper), a.token(enforcement.DepartmentReviewer, rewards.Keeper)
	a.alpha = a.token(enforcement.DepartmentReviewer, rewards.Alpha)
	return a
}

func (a *aReward) body(subject enforcement.ID) object {
	return object{"list_type": enforcetest.GoodTaxpayer, "subject": subject, "reference": "演示评价〔2025〕1号", "decided_on": a.Day().String(), "year": 2025, "note": "演示备注", "document": []byte("演示评价决定")}
}

// entered is a new reward of a subject.
func (a *aReward) entered(subject enforcement.ID) string {
	a.t.Helper()
	return a.want(http.StatusCreated, a.clerk, http.MethodPost, "/v1/rewards", a.body(subject)).id()
}

func (a *aReward) file(id string) answer {
	a.t.Helper()
	found := a.want(http.StatusOK, a.clerk, http.MethodGet, "/v1/rewards/"+id, nil)
	a.said = append(a.said, found.text)
	return found
}

// move makes a move of a reward as it stands and demands a status.
func (a *aReward) move(status int, token, id, name string, body object) answer {
	a.t.Helper()
	got := a.call(token, http.MethodPost, "/v1/rewards/"+id+"/"+name, body, "If-Match", a.file(id).header.Get("ETag"))
	if got.status != status {
		a.t.Fatalf("%s: %d instead of %d: %s", name, got.status, status, got.text)
	}
	a.said = append(a.said, got.text)
	return got
}

// A reward's life over the API: entered, granted, acknowledged, under review, heard,
// ended, restored with the revocation, ended by its owner; and no answer of it uses
// the words of a sanction.
func TestARewardsLife(t *testing.T) {
	t.Parallel()
	a := setupReward(t)
	ctx := t.Context()
	subject := a.Subject(a.Company())
	id := a.entered(subject)
	file := a.file(id)
	if state := at[string](t, file.body, "reward", "state"); state != "in-force" {
		t.Errorf("entered as %s", state)
	}
	if note := at[string](t, file.body, "reward", "note"); note != "演示备注" {
		t.Errorf("the note reads %q", note)
	}
	one := at[object](t, at[[]any](t, file.body, "directives")[0])
	if one["kind"] != "grant" || one["ground_kind"] != "reward" {
		t.Errorf("the recipient holds %v", one)
	}
	a.SendAll(directive.Left)
	list := a.want(http.StatusOK, a.alpha, http.MethodGet, "/v1/directives", nil)
	a.said = append(a.said, list.text)
	if kind := at[string](t, list.items()[0], "kind"); kind != "grant" {
		t.Errorf("the recipient reads %s", kind)
	}
	a.want(http.StatusNoContent, a.alpha, http.MethodPost, "/v1/answers", object{"answers": []object{
		{"directive": at[string](t, list.items()[0], "id"), "version": 1, "outcome": "acknowledged"},
	}})

	listing := a.Published(subject)
	tasks := a.want(http.StatusOK, a.clerk, http.MethodGet, "/v1/tasks", nil)
	a.said = append(a.said, tasks.text)
	if kind := at[string](t, tasks.items()[0], "kind"); kind != "reward-review" {
		t.Errorf("the owner's task is %s", kind)
	}
	end := object{"decision": "end", "reasons": "演示:经审查,符合规定的理由", "basis": "演示法 第4条", "document": []byte("演示复核决定")}
	if got := a.move(http.StatusConflict, a.reviewer, id, "review", end); got.code() != "reward.notice" {
		t.Errorf("refused with %s", got.code())
	}
	a.move(http.StatusOK, a.clerk, id, "notice", object{"on": a.Day().String(), "document": []byte("演示告知书")})
	if got := a.move(http.StatusConflict, a.reviewer, id, "review", end); got.code() != "reward.answer-running" {
		t.Errorf("refused with %s", got.code())
	}
	a.move(http.StatusConflict, a.reviewer, id, "end", object{"reasons": "演示:经审查,符合规定的理由", "document": []byte("演示决定")})
	a.move(http.StatusOK, a.clerk, id, "answer", object{"on": a.Day().String(), "text": "演示陈述", "document": []byte("演示陈述书")})
	if got := a.move(http.StatusOK, a.reviewer, id, "review", end); at[string](t, got.body, "state") != "ended" {
		t.Errorf("after the decision: %s", got.text)
	}
	must(t, a.Listings.Revoke(ctx, a.President(), enforcetest.Of(listing), a.Ending(0)))
	again := at[string](t, a.file(id).body, "reward", "restored_by")
	restored := a.file(again)
	if at[string](t, restored.body, "reward", "state") != "in-force" || at[string](t, restored.body, "reward", "restores") != id {
		t.Errorf("restored: %s", restored.text)
	}
	a.move(http.StatusConflict, a.reviewer, again, "confirmation", object{"reasons": "演示:经审查,符合规定的理由", "document": []byte("演示决定")})
	a.move(http.StatusOK, a.reviewer, again, "end", object{"reasons": "演示:经审查,符合规定的理由", "document": []byte("演示决定")})
	kinds := []string{}
	for _, d := range at[[]any](t, a.file(again).body, "directives") {
		kinds = append(kinds, at[string](t, d, "kind"))
	}
	if !slices.Equal(kinds, []string{"grant-end", "grant-end"}) {
		t.Errorf("after the end the recipients hold %v", kinds)
	}
	audit, err := a.Auditor.Directives(ctx, nil)
	must(t, err)
	if len(audit.Findings) > 0 {
		t.Errorf("audit: %v", audit.Findings)
	}
	for _, text := range a.said {
		if found := sanctioning.FindString(text); found != "" {
			t.Errorf("%q in %s", found, text)
		}
	}
}

// Everything that is written about rewards for people: the sentences of refusals,
// the names of states and moves, the summaries and descriptions of the interface.
func TestRewardsAreNotSpokenOfAsSanctions(t *testing.T) {
	t.Parallel()
	a := setupReward(t)
	texts := map[string]string{}
	for _, code := range i18n.Codes() {
		if !strings.HasPrefix(code, "reward.") {
			continue
		}
		for _, lang := range i18n.Languages() {
			texts[code+" "+string(lang)] = i18n.Words(lang, code, map[string]string{"until": "2026-01-01", "max": "2026-01-01"})
		}
	}
	table := reward.Table()
	for _, state := range table.States() {
		for _, move := range table.Moves {
			if _, err := table.After(state, move.Name); err == nil {
				continue
			}
			for _, lang := range i18n.Languages() {
				texts[string(state)+" "+string(move.Name)+" "+string(lang)] = i18n.Words(lang, "state.forbidden", map[string]string{"state": string(state), "move": string(move.Name)})
			}
		}
	}
	doc := a.want(http.StatusOK, "", http.MethodGet, "/v1/openapi.json", nil)
	for path, item := range at[object](t, doc.body, "paths") {
		if strings.Contains(path, "/rewards") {
			text, err := json.Marshal(item)
			must(t, err)
			texts[path] = string(text)
		}
	}
	for name, schema := range at[object](t, doc.body, "components", "schemas") {
		if strings.Contains(name, "Reward") {
			text, err := json.Marshal(schema)
			must(t, err)
			texts[name] = string(text)
		}
	}
	if len(texts) < 90 {
		t.Fatalf("only %d texts were found", len(texts))
	}
	for where, text := range texts {
		if found := sanctioning.FindString(text); found != "" {
			t.Errorf("%s says %q: %s", where, found, text)
		}
	}
}

// Who may come where, what is missing, and what is another's.
func TestWhoSeesAReward(t *testing.T) {
	t.Parallel()
	a := setupReward(t)
	id := a.entered(a.Subject(a.Company()))
	for _, c := range []struct {
		token, method, path string
		body                any
		status              int
		code                string
	}{
		{a.alpha, http.MethodGet, "/v1/rewards/" + id, nil, http.StatusNotFound, "not-found"},
		{a.judge, http.MethodGet, "/v1/rewards/" + id, nil, http.StatusForbidden, "role.forbidden"},
		{a.alpha, http.MethodPost, "/v1/rewards", a.body(a.Subject(a.Company())), http.StatusForbidden, "reward.owner"},
		{a.reviewer, http.MethodPost, "/v1/rewards/" + id + "/end", object{"reasons": "演示:经审查,符合规定的理由", "document": []byte("演示材料")}, http.StatusPreconditionRequired, "precondition.missing"},
		{a.clerk, http.MethodPost, "/v1/rewards/" + id + "/end", object{"reasons": "演示:经审查,符合规定的理由", "document": []byte("演示材料")}, http.StatusForbidden, "role.forbidden"},
		{a.overseer, http.MethodPost, "/v1/rewards/" + id + "/end", object{"reasons": "演示:经审查,符合规定的理由", "document": []byte("演示材料")}, http.StatusForbidden, "role.forbidden"},
	} {
		if got := a.call(c.token, c.method, c.path, c.body); got.status != c.status || got.code() != c.code {
			t.Errorf("%s %s: %d %s, want %d %s", c.method, c.path, got.status, got.code(), c.status, c.code)
		}
	}
	a.move(http.StatusForbidden, a.clerk, id, "end", object{"reasons": "演示:经审查,符合规定的理由", "document": []byte("演示决定")})
	stale := a.call(a.reviewer, http.MethodPost, "/v1/rewards/"+id+"/end", object{"reasons": "演示:经审查,符合规定的理由", "document": []byte("演示材料")}, "If-Match", `"9"`)
	if stale.status != http.StatusPreconditionFailed {
		t.Errorf("a stale version: %d %s", stale.status, stale.text)
	}
	seen := a.want(http.StatusOK, a.overseer, http.MethodGet, "/v1/rewards/"+id, nil)
	if strings.Contains(seen.text, "演示备注") {
		t.Error("an overseer reads the owner's note")
	}
	for token, want := range map[string]int{a.clerk: 1, a.alpha: 0, a.overseer: 1} {
		if n := len(a.want(http.StatusOK, token, http.MethodGet, "/v1/rewards?state=in-force&list_type="+enforcetest.GoodTaxpayer, nil).items()); n != want {
			t.Errorf("%d rewards are listed, want %d", n, want)
		}
	}
	public := a.want(http.StatusOK, "", http.MethodGet, "/v1/public/rewards", nil).items()
	if len(public) != 1 {
		t.Fatalf("%d public rewards", len(public))
	}
	names := []string{}
	for name := range at[object](t, public[0]) {
		names = append(names, name)
	}
	slices.Sort(names)
	if !slices.Equal(names, []string{"list_type", "name", "note", "owner", "reward", "until", "year"}) {
		t.Errorf("the public sees %v", names)
	}
	// The same request under its key enters once.
	body := a.body(a.Subject(a.Company()))
	one := a.want(http.StatusCreated, a.clerk, http.MethodPost, "/v1/rewards", body, "Idempotency-Key", "key-1")
	two := a.want(http.StatusCreated, a.clerk, http.MethodPost, "/v1/rewards", body, "Idempotency-Key", "key-1")
	if one.id() != two.id() {
		t.Errorf("entered twice: %s and %s", one.id(), two.id())
	}
}
