package api_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"concordat/enforcement"
	"concordat/memoranda"
)

// of141 is the memorandum whose content a test may rely on.
const of141 = "judgment-debtor-141"

func TestMemorandaAreReadByAnybody(t *testing.T) {
	t.Parallel()
	b := setup(t)
	list := b.want(http.StatusOK, "", http.MethodGet, "/v1/memoranda", nil)
	slugs := map[string]bool{}
	for i := range b.Config.Catalogue.Memoranda {
		slugs[b.Config.Catalogue.Memoranda[i].Slug] = true
	}
	if len(list.items()) != len(slugs) {
		t.Errorf("%d memoranda of %d", len(list.items()), len(slugs))
	}
	for _, item := range list.items() {
		line := at[object](t, item)
		if _, given := line["number"]; !given {
			t.Errorf("%v says nothing of its number, not even null", line["slug"])
		}
		if line["slug"] == of141 && (line["number"] != "发改财金〔2016〕141号" || line["in_force"] != true || at[float64](t, line, "counts", "measures") < 30 || len(at[string](t, line, "hash")) != 64) {
			t.Errorf("%v", line)
		}
	}
	for _, item := range b.want(http.StatusOK, "", http.MethodGet, "/v1/memoranda?list_type=judgment-debtor", nil).items() {
		if !slices.Contains(at[[]any](t, item, "list_types"), any("judgment-debtor")) {
			t.Errorf("%v", item)
		}
	}
	one := b.want(http.StatusOK, "", http.MethodGet, "/v1/memoranda/"+of141+"?edition=2016", nil)
	if len(at[[]any](t, one.body, "memorandum", "measures")) < 30 || at[string](t, one.body, "line", "edition") != "2016" {
		t.Errorf("%.300s", one.text)
	}
	before := b.want(http.StatusOK, "", http.MethodGet, "/v1/memoranda/"+of141+"?on=2015-01-01", nil)
	if at[bool](t, before.body, "line", "in_force") {
		t.Error("in force before it was signed")
	}
	for path, code := range map[string]string{
		"/v1/memoranda/no-such": "memoranda.memorandum", "/v1/memoranda/" + of141 + "?edition=1999": "memoranda.memorandum", "/v1/list-types/no-such": "memoranda.list-type",
		"/v1/measures/" + of141 + "/no-such": "memoranda.measure", "/v1/measures/no-such/no-such": "memoranda.measure",
	} {
		if a := b.call("", http.MethodGet, path, nil); a.status != http.StatusNotFound || a.code() != code {
			t.Errorf("%s: %d %s", path, a.status, a.text)
		}
	}
	for _, path := range []string{"/v1/memoranda?on=2025-02-30", "/v1/memoranda?on=today", "/v1/measures?mode=score", "/v1/measures?score=1"} {
		if a := b.call("", http.MethodGet, path, nil); a.status != http.StatusUnprocessableEntity || a.code() != "request.invalid" {
			t.Errorf("%s: %d %s", path, a.status, a.text)
		}
	}
}

func TestWhatWasAgreedIsAskedForByItsTag(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, path := range []string{"/v1/memoranda", "/v1/memoranda/" + of141, "/v1/measures", "/v1/measures/" + of141 + "/credit-bureau", "/v1/list-types", "/v1/list-types/judgment-debtor"} {
		first := b.want(http.StatusOK, "", http.MethodGet, path, nil)
		tag := first.header.Get("ETag")
		if len(tag) != 34 || first.header.Get("Cache-Control") != "no-cache" {
			t.Errorf("%s: %v", path, first.header)
		}
		for _, given := range []string{tag, "W/" + tag, `"other", ` + tag, "*"} {
			if a := b.call("", http.MethodGet, path, nil, "If-None-Match", given); a.status != http.StatusNotModified || a.text != "" || a.header.Get("ETag") != tag {
				t.Errorf("%s with %s: %d %.100s", path, given, a.status, a.text)
			}
		}
		for _, given := range []string{`"other"`, strings.Trim(tag, `"`), ""} {
			if a := b.call("", http.MethodGet, path, nil, "If-None-Match", given); a.status != http.StatusOK || a.text != first.text {
				t.Errorf("%s with %s: %d", path, given, a.status)
			}
		}
	}
}

func TestMeasuresByWhatTheyAre(t *testing.T) {
	t.Parallel()
	b := setup(t)
	read := func(query string) []object {
		t.Helper()
		var all []object
		next := ""
		for {
			page := b.want(http.StatusOK, "", http.MethodGet, "/v1/measures?limit=7&"+query+next, nil)
			for _, item := range page.items() {
				all = append(all, at[object](t, item))
			}
			mark, _ := page.body["next"].(string)
			if mark == "" || len(all) > 5000 {
				return all
			}
			next = "&after=" + mark
		}
	}
	want := 0
	c := b.Config.Catalogue
	for i := range c.Memoranda {
		if m := &c.Memoranda[i]; m.Slug == of141 {
			want += len(m.Measures)
		}
	}
	all := read("memorandum=" + of141)
	if len(all) != want {
		t.Errorf("%d of %d measures", len(all), want)
	}
	if none := read("memorandum=" + of141 + "&on=2015-01-01"); len(none) != 0 {
		t.Errorf("%d measures before it was signed", len(none))
	}
	count := func(fits func(object) bool) (n int) {
		for _, m := range all {
			if fits(m) {
				n++
			}
		}
		return n
	}
	for query, fits := range map[string]func(object) bool{
		"mode=inform": func(m object) bool { return m["mode"] == "inform" },
		"body=central-bank": func(m object) bool {
			return slices.Contains(at[[]any](t, m, "bodies"), any("central-bank")) || slices.Contains(at[[]any](t, m, "holders"), any("central-bank"))
		},
		"list_type=judgment-debtor": func(m object) bool { return m["list_type"] == "judgment-debtor" },
		"list_type=no-such":         func(object) bool { return false },
	} {
		if got, want := len(read("memorandum="+of141+"&"+query)), count(fits); got != want {
			t.Errorf("%s: %d, want %d", query, got, want)
		}
	}
	one := b.want(http.StatusOK, "", http.MethodGet, "/v1/measures/"+of141+"/credit-bureau", nil)
	if len(at[[]any](t, one.body, "legal_bases")) == 0 || at[string](t, one.body, "basic_list", "edition") != "2024" || len(at[[]any](t, one.body, "held_by")) == 0 || one.body["demonstration"] != true || one.body["in_force"] != true {
		t.Error(one.text)
	}
	for _, s := range b.Config.Attestations.Statements {
		if strings.Contains(one.text, s.Who.Name) {
			t.Error("the public reads who attested it")
		}
	}
}

func TestListTypesTellTheirRules(t *testing.T) {
	t.Parallel()
	b := setup(t)
	list := b.want(http.StatusOK, "", http.MethodGet, "/v1/list-types", nil)
	if len(list.items()) != len(b.Config.Catalogue.ListTypes) {
		t.Errorf("%d list types", len(list.items()))
	}
	one := b.want(http.StatusOK, "", http.MethodGet, "/v1/list-types/judgment-debtor", nil)
	if one.body["footing"] != "lawful" || one.body["authority"] != "court" || one.body["kind"] != "punish" {
		t.Error(one.text)
	}
	if early := b.want(http.StatusOK, "", http.MethodGet, "/v1/list-types/judgment-debtor?on=1990-01-01", nil); early.body["footing"] == nil {
		t.Error(early.text)
	}
}

func TestResolveIsAboutNobody(t *testing.T) {
	t.Parallel()
	b := setup(t)
	traces := b.Count(`SELECT count(*) FROM event`) // of who was entered and let in
	ask := func(body object) answer { t.Helper(); return b.call("", http.MethodPost, "/v1/resolve", body) }
	question := object{"list_type": "judgment-debtor", "subject_kind": "natural-person"}
	got := ask(question)
	r, err := b.Config.Catalogue.Resolve(memoranda.Question{
		ListType: "judgment-debtor", Subject: memoranda.NaturalPerson, On: b.Day(), Ground: memoranda.OnListing, Attested: b.Config.Attestations, RequireAttestation: true,
	})
	must(t, err)
	if got.status != http.StatusOK || len(at[[]any](t, got.body, "included")) != len(r.Included) || len(at[[]any](t, got.body, "excluded")) != len(r.Excluded) || got.body["lines"] != nil {
		t.Fatalf("%d %.300s", got.status, got.text)
	}
	for _, x := range at[[]any](t, got.body, "excluded") {
		if at[string](t, x, "reason", "code") == "" || at[string](t, x, "reason", "zh") == "" || at[string](t, x, "reason", "en") == "" {
			t.Errorf("%v", x)
		}
	}
	with := maps.Clone(question)
	with["territory"] = "450103"
	placed := ask(with)
	if len(at[[]any](t, placed.body, "lines")) == 0 {
		t.Errorf("%.300s", placed.text)
	}
	with["territory"] = "110000"
	if far := ask(with); far.body["lines"] != nil || len(at[[]any](t, far.body, "gaps")) == 0 {
		t.Errorf("%.300s", far.text)
	}
	for field, value := range map[string]any{"score": 600, "name": "演示甲", "number": "450103199001010000", "subject": enforcement.NewID().String(), "credit_score": "A"} {
		with := maps.Clone(question)
		with[field] = value
		if a := ask(with); a.status != http.StatusUnprocessableEntity || a.code() != "request.invalid" || !strings.Contains(a.text, "field.unknown") {
			t.Errorf("%s: %d %s", field, a.status, a.text)
		}
	}
	for code, body := range map[string]object{
		"resolve.list-type": {"list_type": "no-such", "subject_kind": "natural-person"},
		"request.invalid":   {"list_type": "judgment-debtor", "subject_kind": "robot"},
	} {
		if a := ask(body); a.status != http.StatusUnprocessableEntity || a.code() != code {
			t.Errorf("%s: %d %s", code, a.status, a.text)
		}
	}
	for _, bad := range []object{{"territory": "45010"}, {"territory": "南宁"}, {"ground": "whim"}, {"on": "2025-02-30"}} {
		with := maps.Clone(question)
		maps.Copy(with, bad)
		if a := ask(with); a.status/100 != 4 {
			t.Errorf("%v: %d %s", bad, a.status, a.text)
		}
	}
	if b.Count(`SELECT count(*) FROM event`) != traces {
		t.Error("a question left a trace")
	}
}

func TestExplanationsInTwoLanguages(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.Published(b.Subject(b.Person()))
	l, err := b.Listings.Get(t.Context(), b.System(), id)
	must(t, err)
	directives, err := b.Directives.Of(t.Context(), id)
	must(t, err)
	d := directives[0]
	path := "/v1/directives/" + d.ID.String() + "/explanation"
	zh := b.want(http.StatusOK, b.clerk, http.MethodGet, path+"?lang=zh-CN", nil)
	en := b.want(http.StatusOK, b.clerk, http.MethodGet, path, nil, "Accept-Language", "en")
	if !strings.Contains(zh.text, "法律依据：") || !strings.Contains(en.text, "Legal basis: ") || len(at[[]any](t, zh.body, "sentences")) != len(at[[]any](t, en.body, "sentences")) {
		t.Errorf("%.500s\n%.500s", zh.text, en.text)
	}
	if at[string](t, en.body, "explanation", "decision", "owner_zh") != "南宁市青秀区人民法院" || at[bool](t, en.body, "explanation", "applied") != true {
		t.Errorf("%.500s", en.text)
	}
	m := d.Measures[0]
	why := "/v1/subjects/" + l.Subject.String() + "/explanation?memorandum=" + m.Memorandum + "&measure=" + m.Slug
	if a := b.want(http.StatusOK, b.overseer, http.MethodGet, why, nil); len(a.items()) == 0 || !at[bool](t, a.items()[0], "explanation", "applied") {
		t.Error(a.text)
	}
	yesterday := b.want(http.StatusOK, b.overseer, http.MethodGet, why+"&lang=en&on="+b.Day().AddDays(-1).String(), nil)
	if at[string](t, yesterday.items()[0], "explanation", "reason", "code") != "decision-not-in-force" {
		t.Error(yesterday.text)
	}
	for path, code := range map[string]string{
		why + "&on=" + b.Day().AddDays(1).String(): "explain.day",
		strings.Replace(why, m.Slug, "no-such", 1): "explain.measure",
		strings.SplitN(why, "&measure", 2)[0]:      "request.invalid",
		path + "?lang=fr":                          "request.invalid",
	} {
		if a := b.call(b.overseer, http.MethodGet, path, nil); a.code() != code || a.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d %s", code, a.status, a.text)
		}
	}
	if a := b.call(b.otherClerk, http.MethodGet, path, nil); a.status != http.StatusNotFound {
		t.Errorf("another court: %d", a.status)
	}
}
