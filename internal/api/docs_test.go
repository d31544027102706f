package api_test

import (
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"concordat/enforcement/directive"
	"concordat/enforcement/ground"
	"concordat/enforcement/listing"
	"concordat/enforcement/party"
	"concordat/internal/api"
	"concordat/internal/identifier"
	"concordat/memoranda"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestOpenAPIIsTheGoldenCopy(t *testing.T) {
	t.Parallel()
	b := setup(t)
	got := b.want(http.StatusOK, "", http.MethodGet, "/v1/openapi.json", nil)
	golden := filepath.Join("testdata", "openapi.json")
	if *update {
		must(t, os.WriteFile(golden, []byte(got.text), 0o600))
	}
	want, err := os.ReadFile(golden)
	must(t, err)
	if diff := cmp.Diff(string(want), got.text); diff != "" {
		t.Errorf("the interface changed; if that is meant, run with -update (-golden +served):\n%.4000s", diff)
	}
	if got.body["openapi"] != "3.1.0" {
		t.Errorf("version %v", got.body["openapi"])
	}
	for _, foreign := range []string{"$schema", "ErrorModel", "ErrorDetail"} {
		if strings.Contains(got.text, foreign) {
			t.Errorf("%s of huma's stands in the schema", foreign)
		}
	}
}

// enumOf is the vocabulary that a schema's property allows.
func enumOf(t *testing.T, schemas object, schema, property string) []string {
	t.Helper()
	s, ok := schemas[schema].(object)
	if !ok {
		t.Fatalf("no schema %s", schema)
	}
	p, _ := s["properties"].(object)[property].(object)
	if items, ok := p["items"].(object); ok {
		p = items
	}
	var values []string
	list, _ := p["enum"].([]any)
	for _, v := range list {
		values = append(values, at[string](t, v))
	}
	slices.Sort(values)
	return values
}

func texts[T ~string](values ...T) []string {
	list := make([]string, 0, len(values))
	for _, v := range values {
		list = append(list, string(v))
	}
	slices.Sort(list)
	return list
}

// TestEnumsAreTheRecords holds the vocabularies of the schema against the record's.
func TestEnumsAreTheRecords(t *testing.T) {
	t.Parallel()
	b := setup(t)
	doc := b.want(http.StatusOK, "", http.MethodGet, "/v1/openapi.json", nil)
	schemas := at[object](t, doc.body, "components", "schemas")
	for _, c := range []struct {
		schema, property string
		want             []string
	}{
		{"IdentityBody", "kind", texts(memoranda.SubjectKinds()...)},
		{"IdentityBody", "number_kind", texts(identifier.Kinds()...)},
		{"ServiceBody", "enclosures", texts(ground.Enclosures()...)},
		{"NewOrganisationBody", "kind", texts(party.Court, party.Authority, party.AssistingUnit, party.InformedBody)},
		{"AbandonmentBody", "reason", texts(ground.Performed, ground.Minor, ground.Dead, ground.WrongPerson, ground.Excluded)},
		{"SuspensionBody", "reason", []string{ground.CourtStay, ground.WrongPersonClaim}},
		{"ServiceBody", "manner", texts(ground.ServedDirectly, ground.ServedByLeaving, ground.ServedElectronically, ground.ServedByMail, ground.ServedByAnnouncement)},
		{"NewListingBody", "capacity", texts(listing.Debtor, "legal-representative", "principal", "responsible-person", "controller")},
		{"NewExclusionBody", "kind", texts(listing.SecurityGiven, "assets-suffice", "not-yet-liable", "not-able", "creditor-asks-not-to", "campus-loan-student", "performed")},
		{"AnswerBody", "outcome", texts(directive.Delivered, directive.Acknowledged)},
		{"ReportBody", "outcome", texts(directive.Implemented, directive.NotApplicable, directive.RefusedReport, directive.Lifted, "kept")},
	} {
		if diff := cmp.Diff(c.want, enumOf(t, schemas, c.schema, c.property)); diff != "" {
			t.Errorf("%s.%s (-record +schema):\n%s", c.schema, c.property, diff)
		}
	}
	for _, state := range listing.Table().States() {
		b.want(http.StatusOK, b.clerk, http.MethodGet, "/v1/listings?state="+string(state), nil)
	}
}

var tagged = regexp.MustCompile(`(?i)\b(?:src|href|action|data|url)\s*[=(]\s*["']?([^"'\s>)]+)`)

func TestDocsAskNobodyElse(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, lang := range []string{"zh-CN", "en"} {
		page := b.want(http.StatusOK, "", http.MethodGet, "/docs?lang="+lang, nil)
		if strings.Contains(page.text, "http://") || strings.Contains(page.text, "https://") || strings.Contains(page.text, `="//`) {
			t.Errorf("%s: an address outside", lang)
		}
		if strings.Contains(page.text, "<script") || strings.Contains(page.text, "style=") || strings.Contains(page.text, "onclick") {
			t.Errorf("%s: script or inline style", lang)
		}
		for _, m := range tagged.FindAllStringSubmatch(page.text, -1) {
			if !strings.HasPrefix(m[1], "#") && !strings.HasPrefix(m[1], "?lang=") && !slices.Contains([]string{"/docs/style.css", "/v1/openapi.json"}, m[1]) {
				t.Errorf("%s: refers to %s", lang, m[1])
			}
		}
		if page.header.Get("Content-Security-Policy") != "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'" || page.header.Get("Content-Language") != lang {
			t.Errorf("%s: headers %v", lang, page.header)
		}
		for _, want := range []string{"演示 / DEMO", `id="decision.unsigned"`, "/v1/listings/{id}/correction/data", `lang="` + lang + `"`, "conducts"} {
			if !strings.Contains(page.text, want) {
				t.Errorf("%s: no %s", lang, want)
			}
		}
	}
	if style := b.want(http.StatusOK, "", http.MethodGet, "/docs/style.css", nil); strings.Contains(style.text, "url(") || strings.Contains(style.text, "@import") {
		t.Error("the style sheet loads something")
	}
	if zh, en := b.call("", http.MethodGet, "/docs", nil).text, b.call("", http.MethodGet, "/docs", nil, "Accept-Language", "en").text; zh == en {
		t.Error("one language for all")
	}
}

func TestDocsOfARealInstallationBearNoDemoMark(t *testing.T) {
	t.Parallel()
	b := setup(t)
	config := b.config
	config.Demo = false
	handler, err := api.New(config)
	must(t, err)
	b.server.Config.Handler = handler
	page := b.want(http.StatusOK, "", http.MethodGet, "/docs", nil)
	if strings.Contains(page.text, "DEMO") || page.header.Get("X-Concordat-Demo") != "" {
		t.Error("a real installation calls itself a demonstration")
	}
}
