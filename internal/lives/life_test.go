package lives_test

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/plan"
	"concordat/internal/i18n"
)

var update = flag.Bool("update", false, "write the golden files anew")

// life follows one measure and one subject.
type life struct {
	*town
	name    string
	subject string
	measure plan.MeasureName
	// reader is who asks why: the list's owner.
	reader string
	pages  map[i18n.Language]*strings.Builder
}

func (w *town) follow(name, subject, reader string, measure plan.MeasureName) *life {
	l := &life{town: w, name: name, subject: subject, reader: reader, measure: measure, pages: map[i18n.Language]*strings.Builder{}}
	for _, lang := range i18n.Languages() {
		l.pages[lang] = &strings.Builder{}
	}
	return l
}

// explained waits for what is under way, and asks why the measure is, or is not,
// applied; code is the reason that must be given.
func (l *life) explained(step, code string) {
	l.t.Helper()
	l.delivered()
	l.agrees(strings.HasPrefix(code, "applied"))
	for _, lang := range i18n.Languages() {
		page := l.pages[lang]
		fmt.Fprintf(page, "== %s, %s\n", l.day(), step)
		got := l.ask(l.reader, http.MethodGet, fmt.Sprintf("/v1/subjects/%s/explanation?memorandum=%s&measure=%s&lang=%s", l.subject, l.measure.Memorandum, l.measure.Slug, lang), nil)
		items, _ := got.body["items"].([]any)
		if len(items) == 0 {
			l.t.Fatalf("%s: nothing is said", step)
		}
		first, _ := items[0].(object)["explanation"].(object)["reason"].(object)
		if first["code"] != code {
			l.t.Errorf("%s: %v, want %s", step, first["code"], code)
		}
		for _, item := range items {
			sentences, _ := item.(object)["sentences"].([]any)
			for _, s := range sentences {
				fmt.Fprintln(page, s)
			}
			fmt.Fprintln(page)
		}
	}
}

// agrees demands that the look-up of what is in force says the same.
func (l *life) agrees(applied bool) {
	l.t.Helper()
	subject, err := enforcement.ParseID(l.subject)
	must(l.t, err)
	list, err := l.register.Directives.MeasuresInForce(l.t.Context(), subject, l.day())
	must(l.t, err)
	if slices.ContainsFunc(list, func(m directive.MeasureInForce) bool { return m.Measure == l.measure }) != applied {
		l.t.Errorf("on %s the look-up says %v, the explanation applied %t", l.day(), list, applied)
	}
}

// state is what the explanation says of the organisation and the directive.
func (l *life) state() (organisation, directive string) {
	l.t.Helper()
	got := l.ask(l.reader, http.MethodGet, fmt.Sprintf("/v1/subjects/%s/explanation?memorandum=%s&measure=%s", l.subject, l.measure.Memorandum, l.measure.Slug), nil)
	items, _ := got.body["items"].([]any)
	explanation, _ := items[0].(object)["explanation"].(object)
	o, _ := explanation["organisation"].(object)
	d, _ := explanation["state"].(object)
	organisation, _ = o["slug"].(string)
	directive, _ = d["directive"].(string)
	return organisation, directive
}

var uuid = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)

// told prints the life and compares it with its golden files.
func (l *life) told() {
	l.t.Helper()
	for _, lang := range i18n.Languages() {
		got := uuid.ReplaceAllString(l.pages[lang].String(), "<id>")
		l.t.Log("\n" + got)
		path := filepath.Join("testdata", l.name+"."+string(lang)+".txt")
		if *update {
			must(l.t, os.MkdirAll("testdata", 0o750))
			must(l.t, os.WriteFile(path, []byte(got), 0o600))
		}
		want, err := os.ReadFile(path)
		must(l.t, err)
		if diff := cmp.Diff(string(want), got); diff != "" {
			l.t.Errorf("%s (-golden +told); if that is meant, run with -update:\n%s", path, diff)
		}
	}
}
