package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"concordat/enforcement"
	"concordat/enforcement/ground"
	"concordat/enforcement/listing"
	"concordat/enforcement/party"
	"concordat/internal/edge"
	"concordat/internal/i18n"
)

// TestRefusalsSayWhyAndWriteNothing is the list of bad input: each is refused
// with its code, in both languages, without repeating what was sent, and leaves
// every table as it was.
func TestRefusalsSayWhyAndWriteNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	today, tomorrow := b.Day().String(), b.Day().AddDays(1).String()
	person := b.Person()
	subject := b.Subject(person).String()
	minor := b.Made.Minor(b.Day())
	child := b.Subject(party.Identity{Kind: "natural-person", Name: "演示甲子某", NumberKind: minor.Kind, Number: minor.Number}).String()
	execution := b.Case().String()
	draft := b.Draft(b.Subject(b.Company())).String()
	warnedFixed := b.Draft(b.Subject(b.Company()), listing.BreachesReporting).String()
	b.moved(b.clerk, warnedFixed, "warning", b.warnBody())
	proposed := b.Draft(b.Subject(b.Company())).String()
	b.moved(b.clerk, proposed, "warning", b.warnBody())
	b.moved(b.judge, proposed, "proposal", object{"number": "(2025)桂0103执1号之一", "reasons": "演示:经审查,符合规定的理由", "own_motion_reason": "演示:拒不申报财产,依职权列入", "document": []byte("演示决定书全文")})
	decided := b.Decided(b.Subject(b.Company())).String()
	active := b.Published(b.Subject(person)).String()
	b.moved(b.judge, active, "correction", object{"found_on": today})
	var directive string
	must(t, b.DB.Pool.QueryRow(t.Context(), `SELECT id::text FROM directive WHERE organisation_id <> $1 LIMIT 1`, b.Departments[0]).Scan(&directive))

	wrongDigit := person
	wrongDigit.Number = person.Number[:17] + string("0123456789X0"[strings.IndexByte("0123456789X", person.Number[17])+1])
	otherName := identityBody(person)
	otherName["name"] = "演示乙丑某"
	otherPerson := b.Person()
	newCase := func(number string) object {
		return object{"number": number, "filed_on": today, "basis_document": "（2024）桂0103民初7号", "basis_unit": "演示法院"}
	}
	drafted := func(change func(object)) object {
		body := b.draftBody(subject, execution)
		change(body)
		return body
	}
	organisation := func(change func(object)) object {
		body := object{"slug": "demo-new", "name_zh": "演示", "name_en": "Demo", "kind": "authority", "serves": "4501"}
		change(body)
		return body
	}

	moves := func(listing, name string) string { return "/v1/listings/" + listing + "/" + name }
	type row struct {
		name, token, path string
		body              any
		status            int
		code              string
	}
	for _, r := range []row{
		{"wrong check digit", b.clerk, "/v1/subjects", identityBody(wrongDigit), 422, "identifier.check-digit"},
		{"name alone", b.clerk, "/v1/subjects", object{"kind": "natural-person", "name": person.Name, "number_kind": "resident-id"}, 422, "subject.name-only"},
		{"number of somebody else", b.clerk, "/v1/subjects", otherName, 409, "subject.identity"},
		{"unit with a person's number", b.clerk, "/v1/subjects", object{"kind": "legal-person", "name": "演示公司", "number_kind": "resident-id", "number": otherPerson.Number}, 422, "subject.kind"},
		{"spreadsheet number", b.clerk, "/v1/subjects", object{"kind": "natural-person", "name": person.Name, "number_kind": "resident-id", "number": "4.50103E+17"}, 422, "identifier.spreadsheet"},
		{"malformed case number", b.clerk, "/v1/cases", newCase("桂0103执1号"), 422, "case-number.malformed"},
		{"case of another court", b.clerk, "/v1/cases", newCase("（2025）桂0105执1号"), 422, "case.court"},
		{"case twice", b.clerk, "/v1/cases", newCase("（2025）桂0103执1号"), 409, "case.exists"},
		{"minor", b.judge, "/v1/listings", b.draftBody(child, execution), 422, "listing.minor"},
		{"hold without a reason", b.operator, "/v1/holds", object{"scope": "everything", "reason": " "}, 422, "hold.reason"},
		{"hold on a court that is none", b.operator, "/v1/holds", object{"scope": "court", "organisation": b.Departments[0], "reason": "演示"}, 422, "hold.scope"},
		{"president holds elsewhere", b.president, "/v1/holds", object{"scope": "everything", "reason": "演示"}, 403, "role.forbidden"},
		{"functionary", b.judge, "/v1/listings", drafted(func(o object) { o["capacity"] = "legal-representative" }), 422, "listing.functionary"},
		{"no ground", b.judge, "/v1/listings", drafted(func(o object) { o["conducts"] = []int{} }), 422, "listing.conduct"},
		{"no such subject", b.judge, "/v1/listings", b.draftBody(enforcement.NewID().String(), execution), 404, "not-found"},
		{"case of another court", b.otherClerk, "/v1/listings", b.draftBody(subject, execution), 404, "not-found"},
		{"no risk warning", b.clerk, moves(draft, "warning"), object{"served_on": today, "risk_warning": false}, 422, "notice.risk-warning"},
		{"warned tomorrow", b.clerk, moves(draft, "warning"), object{"served_on": tomorrow, "risk_warning": true, "document": []byte("演示执行通知书")}, 422, "notice.date"},
		{"signed before warned", b.president, moves(draft, "signature"), nil, 409, "state.forbidden"},
		{"nothing to sign", b.president, moves(warnedFixed, "signature"), nil, 409, "decision.not-proposed"},
		{"term too long", b.judge, moves(warnedFixed, "proposal"), object{"number": "(2025)桂0103执1号之一", "reasons": "演示:经审查,符合规定的理由", "term_until": b.Day().AddYears(2).AddDays(1).String(), "document": []byte("演示决定书全文")}, 422, "decision.term"},
		{"term missing", b.judge, moves(warnedFixed, "proposal"), object{"number": "(2025)桂0103执1号之一", "reasons": "演示:经审查,符合规定的理由", "document": []byte("演示决定书全文")}, 422, "decision.term"},
		{"term on ground 1", b.judge, moves(proposed, "proposal"), object{"number": "(2025)桂0103执1号之一", "reasons": "演示:经审查,符合规定的理由", "term_until": b.Day().AddYears(1).String(), "document": []byte("演示决定书全文")}, 422, "decision.term"},
		{"grace too long", b.judge, moves(proposed, "proposal"), object{"number": "(2025)桂0103执1号之一", "reasons": "演示:经审查,符合规定的理由", "grace_months": 4, "document": []byte("演示决定书全文")}, 422, "decision.grace"},
		{"no reasons", b.judge, moves(proposed, "proposal"), object{"number": "(2025)桂0103执1号之一", "reasons": "", "document": []byte("演示决定书全文")}, 422, "decision.reasons"},
		{"clerk who signs", b.clerk, moves(proposed, "signature"), nil, 403, "decision.signer"},
		{"judge who signs", b.judge, moves(proposed, "signature"), nil, 403, "decision.signer"},
		{"clerk who proposes", b.clerk, moves(proposed, "proposal"), object{"number": "(2025)桂0103执1号之一", "reasons": "演示:经审查,符合规定的理由", "document": []byte("演示决定书全文")}, 403, "role.forbidden"},
		{"unsigned decision served", b.clerk, moves(proposed, "service"), b.serviceBody(), 409, "decision.unsigned"},
		{"published without service", b.clerk, moves(decided, "publication"), nil, 409, "service.missing"},
		{"no repair notice", b.clerk, moves(decided, "service"), object{"manner": "direct", "on": today, "enclosures": ground.Enclosures()[:4]}, 422, "service.repair-notice"},
		{"served tomorrow", b.clerk, moves(decided, "service"), object{"manner": "direct", "on": tomorrow, "enclosures": ground.Enclosures(), "document": []byte("演示送达回证")}, 422, "service.date"},
		{"correction of the number", b.judge, moves(active, "correction/data"), identityBody(otherPerson), 422, "correction.identity"},
		{"correction of the name", b.judge, moves(active, "correction/data"), otherName, 422, "correction.identity"},
		{"correction not opened", b.judge, moves(decided, "correction/data"), identityBody(person), 409, "state.forbidden"},
		{"deletion of no item", b.judge, moves(active, "deletion"), object{"item": 8, "event_on": today, "reasons": "演示:经审查,符合规定的理由", "document": []byte("演示结束决定书")}, 422, "end.item"},
		{"early deletion without term", b.judge, moves(active, "early-deletion"), object{"event_on": today, "reasons": "演示:经审查,符合规定的理由", "document": []byte("演示结束决定书")}, 409, "end.no-term"},
		{"deletion without searches", b.judge, moves(active, "deletion"), object{"item": 4, "event_on": today, "reasons": "演示:经审查,符合规定的理由", "document": []byte("演示结束决定书")}, 409, "end.searches"},
		{"extension without term", b.president, moves(active, "extension"), object{"number": "(2025)桂0103执1号之一", "reasons": "演示:经审查,符合规定的理由", "cause": "serious-violence-or-threat", "years": 1, "served_on": today, "document": []byte("演示延期决定")}, 409, "extension.no-term"},
		{"extension of four years", b.president, moves(active, "extension"), object{"number": "(2025)桂0103执1号之一", "reasons": "演示:经审查,符合规定的理由", "cause": "serious-violence-or-threat", "years": 4, "served_on": today, "document": []byte("演示延期决定")}, 422, "extension.term"},
		{"search before the ruling", b.clerk, moves(active, "searches"), object{"searched_on": today, "ruling_on": today, "found": false}, 422, "search.before-ruling"},
		{"exclusion ends before it began", b.clerk, moves(draft, "exclusions"), object{"kind": "security-given", "on": "2025-02-30"}, 422, "request.invalid"},
		{"no such exclusion", b.judge, "/v1/exclusions/" + enforcement.NewID().String() + "/closure", object{"on": today, "reasons": "演示:已经审查有关材料并予记录", "document": []byte("演示材料")}, 404, "not-found"},
		{"no such task", b.judge, "/v1/tasks/" + enforcement.NewID().String() + "/closure", object{"reason": "assets-suffice"}, 404, "not-found"},
		{"unknown body", b.operator, "/v1/organisations", organisation(func(o object) { o["bodies"] = []object{{"body": "ministry-of-magic", "from": today}} }), 422, "organisation.body"},
		{"body until before from", b.operator, "/v1/organisations", organisation(func(o object) { o["bodies"] = []object{{"body": b.someBody(), "from": today, "until": "2020-01-01"}} }), 422, "organisation.period"},
		{"unknown superior", b.operator, "/v1/organisations", organisation(func(o object) { o["superior"] = 99999 }), 422, "organisation.unknown"},
		{"organisation twice", b.operator, "/v1/organisations", organisation(func(o object) { o["slug"] = "qingxiu-court" }), 409, "organisation.exists"},
		{"organisation with a court code", b.operator, "/v1/organisations", organisation(func(o object) { o["court_code"] = "桂0199" }), 422, "organisation.court-code"},
		{"organisation with a bad slug", b.operator, "/v1/organisations", organisation(func(o object) { o["slug"] = "Demo New" }), 422, "organisation.slug"},
		{"wrong role: clerk enters an organisation", b.clerk, "/v1/organisations", organisation(func(object) {}), 403, "role.forbidden"},
		{"wrong role: overseer enters a subject", b.overseer, "/v1/subjects", identityBody(otherPerson), 403, "role.forbidden"},
		{"wrong role: operator drafts", b.operator, "/v1/listings", b.draftBody(subject, execution), 403, "role.forbidden"},
		{"wrong role: court answers", b.clerk, "/v1/answers", object{"answers": []object{{"directive": directive, "version": 1, "outcome": "acknowledged"}}}, 403, "role.forbidden"},
		{"wrong role: department clerk reports", b.department, "/v1/answers", object{"answers": []object{{"directive": directive, "version": 1, "outcome": "acknowledged", "reports": []object{{"measure": "a/b", "outcome": "implemented"}}}}}, 403, "role.forbidden"},
		{"answer for another organisation", b.reviewer, "/v1/answers", object{"answers": []object{{"directive": directive, "version": 1, "outcome": "acknowledged"}}}, 404, "answer.directive"},
		{"report on an unknown measure", b.reviewer, "/v1/answers", object{"answers": []object{{"directive": directive, "version": 1, "outcome": "acknowledged", "reports": []object{{"measure": "a/b", "outcome": "implemented"}}}}}, 422, "answer.measure"},
		{"kept without basis", b.reviewer, "/v1/answers", object{"answers": []object{{"directive": directive, "version": 1, "outcome": "acknowledged", "reports": []object{{"measure": "a/b", "outcome": "kept"}}}}}, 422, "report.kept"},
		{"no token", "", "/v1/subjects", identityBody(otherPerson), 401, "token.missing"},
		{"unknown token", "cct_" + strings.Repeat("x", 43), "/v1/subjects", identityBody(otherPerson), 401, "token.unknown"},
		{"unknown field", b.clerk, "/v1/subjects", `{"kind":"natural-person","name":"演示甲子某","number_kind":"resident-id","number":"(2025)桂0103执1号之一","score":600}`, 422, "request.invalid"},
		{"no body", b.clerk, "/v1/subjects", nil, 400, "body.missing"},
		{"not JSON", b.clerk, "/v1/subjects", `{"kind":`, 400, "body.malformed"},
		{"field twice", b.clerk, "/v1/subjects", `{"kind":"natural-person","kind":"legal-person"}`, 400, "body.malformed"},
		{"oversized body", b.clerk, "/v1/subjects", `{"name":"` + strings.Repeat("演", 1<<20) + `"}`, 413, "body.too-large"},
		{"no such place", b.clerk, "/v1/scores", object{}, 404, "route.unknown"},
	} {
		t.Run(r.name+" "+r.code, func(t *testing.T) {
			headers := []string{"Accept-Language", "en"}
			if listing, _, ok := strings.Cut(strings.TrimPrefix(r.path, "/v1/listings/"), "/"); ok && strings.HasPrefix(r.path, "/v1/listings/") {
				headers = append(headers, "If-Match", b.want(http.StatusOK, b.clerk, http.MethodGet, "/v1/listings/"+listing, nil).header.Get("ETag"))
			}
			before := b.contents()
			a := b.call(r.token, http.MethodPost, r.path, r.body, headers...)
			if a.status != r.status || a.code() != r.code {
				t.Errorf("got %d %s, want %d %s: %.300s", a.status, a.code(), r.status, r.code, a.text)
			}
			checkProblem(t, a)
			checkNoEcho(t, a, r.body)
			if diff := cmp.Diff(before, b.contents()); diff != "" {
				t.Errorf("something was written:\n%s", diff)
			}
		})
	}
}

// someBody is a body that the memoranda know.
func (b *bundle) someBody() string {
	var body string
	must(b.T, b.DB.Pool.QueryRow(b.T.Context(), `SELECT min(body) FROM organisation_role`).Scan(&body))
	return body
}

// checkProblem holds an answer against the form of a problem document.
func checkProblem(t *testing.T, a answer) {
	t.Helper()
	if got := a.header.Get("Content-Type"); got != "application/problem+json" {
		t.Errorf("content type %q", got)
	}
	var p edge.Problem
	must(t, json.Unmarshal([]byte(a.text), &p))
	if p.Status != a.status || p.Reference == "" || p.Reference != a.header.Get("X-Request-Id") || p.Type != "/docs#"+p.Code || p.Title == "" {
		t.Errorf("problem %+v", p)
	}
	if p.DetailZH == p.DetailEN || p.DetailEN == p.Code || p.Detail != p.DetailEN || a.header.Get("Content-Language") != "en" {
		t.Errorf("words: %q, %q, %q in %s", p.Detail, p.DetailZH, p.DetailEN, a.header.Get("Content-Language"))
	}
	if strings.Contains(a.text, "$schema") || strings.Contains(a.text, `"value"`) {
		t.Errorf("more than a problem: %s", a.text)
	}
	for _, inside := range []string{"SQLSTATE", "pgx", "constraint", "INSERT", "SELECT", ".go:", "concordat/", "panic"} {
		if strings.Contains(a.text, inside) {
			t.Errorf("%q from inside: %s", inside, a.text)
		}
	}
}

// checkNoEcho looks for every longer text that was sent.
func checkNoEcho(t *testing.T, a answer, body any) {
	t.Helper()
	if text, ok := body.(string); ok {
		if json.Unmarshal([]byte(text), &body) != nil {
			return
		}
	} else if body != nil {
		text, err := json.Marshal(body)
		must(t, err)
		must(t, json.Unmarshal(text, &body))
	}
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case object:
			for _, inner := range v {
				walk(inner)
			}
		case []any:
			for _, inner := range v {
				walk(inner)
			}
		case string:
			if len(v) >= 6 && !isCode(v) && strings.Contains(a.text, v) {
				t.Errorf("%.60q was sent and comes back: %s", v, a.text)
			}
		}
	}
	walk(body)
}

// isCode tells coded values, whose words may be told, from what people type.
func isCode(v string) bool {
	return v == string(listing.Debtor) || i18n.Value(i18n.English, "missing", v) != "" || i18n.Value(i18n.English, "kind", v) != ""
}

// TestHostileInputIsNeverRepeated sends marked texts to every place that takes
// text and looks for the marks in what comes back and in the log.
func TestHostileInputIsNeverRepeated(t *testing.T) {
	t.Parallel()
	b := setup(t)
	const name, number, mark = "演示戊戌某", "450103199001019999", "zzmarkzz"
	hostile := []string{
		name, number, mark, mark + "' OR 1=1 --", "<script>" + mark + "</script>", "${jndi:" + mark + "}", strings.Repeat(mark, 500),
		mark + "\n" + number, "\u202e" + mark, mark + "\\u0000",
	}
	paths := []string{
		"/v1/subjects", "/v1/cases", "/v1/listings", "/v1/answers", "/v1/inbox/open", "/v1/organisations",
		"/v1/tasks/" + mark + "/closure", "/v1/listings/" + mark + "/warning", "/v1/listings/" + enforcement.NewID().String() + "/proposal",
	}
	tokens := map[string]string{"/v1/answers": b.reviewer, "/v1/inbox/open": b.department, "/v1/organisations": b.operator}
	check := func(a answer) {
		t.Helper()
		if a.status < 400 || a.status >= 500 {
			t.Errorf("status %d: %s", a.status, a.text)
		}
		for _, secret := range []string{name, number, mark} {
			if strings.Contains(a.text, secret) {
				t.Errorf("%s comes back: %s", secret, a.text)
			}
			for header := range a.header {
				if strings.Contains(a.header.Get(header), secret) {
					t.Errorf("%s comes back in %s", secret, header)
				}
			}
		}
	}
	for _, path := range paths {
		token := tokens[path]
		if token == "" {
			token = b.judge
		}
		for _, text := range hostile {
			quoted, err := json.Marshal(text)
			must(t, err)
			for _, body := range []string{
				string(quoted), "[" + string(quoted) + "]", text, `{` + string(quoted) + `:1}`,
				fmt.Sprintf(`{"kind":%[1]s,"name":%[1]s,"number_kind":%[1]s,"number":%[1]s,"birth":%[1]s,"slug":%[1]s,"case":%[1]s}`, quoted),
				fmt.Sprintf(`{"kind":"natural-person","name":%[1]s,"number_kind":"resident-id","number":%[1]s}`, quoted),
				fmt.Sprintf(`{"kind":"natural-person","name":"演示","number_kind":"passport","state":%[1]s,"number":%[1]s}`, quoted),
				fmt.Sprintf(`{"number":%[1]s,"filed_on":%[1]s,"basis_document":%[1]s,"basis_unit":%[1]s}`, quoted),
				fmt.Sprintf(`{"number":%[1]s,"filed_on":"2025-01-01","basis_document":%[1]s,"basis_unit":%[1]s}`, quoted),
				fmt.Sprintf(`{"answers":[{"directive":%[1]s,"version":%[1]s,"outcome":%[1]s,%[1]s:[{}]}]}`, quoted),
				fmt.Sprintf(`{"answers":[{"directive":"%[2]s","version":1,"outcome":"acknowledged","reports":[{"measure":%[1]s,"outcome":"implemented","basis":%[1]s}]}]}`, quoted, enforcement.NewID()),
				fmt.Sprintf(`{"slug":"demo-x","name_zh":%[1]s,"name_en":%[1]s,"kind":"authority","serves":"4501","bodies":[{"body":%[1]s,"from":"2025-01-01"}]}`, quoted),
			} {
				check(b.call(token, http.MethodPost, path, body, "If-Match", `"1"`))
			}
		}
	}
	for _, path := range []string{
		"/v1/listings?state=" + mark, "/v1/listings?after=" + mark, "/v1/listings?limit=" + mark, "/v1/listings?" + mark + "=1", "/v1/listings/" + mark,
		"/" + mark, "/v1/directives/" + mark, "/v1/inbox?lane=" + mark, "/v1/subjects/" + mark, "/v1/public/listings?after=" + mark,
	} {
		check(b.call(b.judge, http.MethodGet, path, nil, "Accept-Language", mark, "X-Request-Id", mark))
	}
	check(b.call(b.judge, http.MethodPost, "/v1/listings/"+enforcement.NewID().String()+"/signature", nil, "If-Match", mark))
	check(b.call(b.judge, http.MethodPost, "/v1/listings/"+enforcement.NewID().String()+"/signature", nil, "If-Match", `"1"`, "Idempotency-Key", mark+" "+mark))
	check(b.call(mark, http.MethodGet, "/v1/me", nil))
	check(b.call(b.judge, "ZZMARKZZ", "/v1/me", nil))
	check(b.call(b.judge, http.MethodPost, "/v1/subjects", "x", "Content-Type", "text/"+mark))

	for _, secret := range []string{name, number, mark, strings.ToUpper(mark), b.judge, "cct_"} {
		if strings.Contains(b.log.String(), secret) {
			t.Errorf("%s stands in the log", secret)
		}
	}
}
