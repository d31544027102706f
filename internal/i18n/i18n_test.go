package i18n_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"concordat/internal/i18n"
)

func TestLanguagesHaveTheSameWords(t *testing.T) {
	t.Parallel()
	codes := i18n.Codes()
	if len(codes) < 100 {
		t.Fatalf("only %d codes were read", len(codes))
	}
	if missing := i18n.Missing(codes...); len(missing) > 0 {
		t.Errorf("in one language only: %v", missing)
	}
	for _, code := range codes {
		zhNeeded, zhOptional := i18n.Arguments(i18n.Chinese, code)
		enNeeded, enOptional := i18n.Arguments(i18n.English, code)
		zh, en := slices.Concat(zhNeeded, zhOptional), slices.Concat(enNeeded, enOptional)
		slices.Sort(zh)
		slices.Sort(en)
		if diff := cmp.Diff(zh, en); diff != "" {
			t.Errorf("%s: the languages name different arguments (-zh +en):\n%s", code, diff)
		}
		for _, lang := range i18n.Languages() {
			text := i18n.Words(lang, code, nil)
			if strings.ContainsAny(text, "[]{}") || strings.Contains(text, "  ") {
				t.Errorf("%s %s: unbalanced marks: %s", lang, code, text)
			}
			if !strings.HasSuffix(text, ".") && !strings.HasSuffix(text, "。") && !strings.HasSuffix(text, "号.") {
				t.Errorf("%s %s: not a sentence: %s", lang, code, text)
			}
		}
	}
}

func TestMissingNamesWhatHasNoWords(t *testing.T) {
	t.Parallel()
	want := []string{"zh-CN no.such", "en no.such"}
	if diff := cmp.Diff(want, i18n.Missing("no.such", "not-found")); diff != "" {
		t.Error(diff)
	}
	if got := i18n.Words(i18n.English, "no.such", nil); got != "no.such" {
		t.Errorf("a code without words reads %q", got)
	}
}

func TestWordsShowOnlyWhatTheyKnow(t *testing.T) {
	t.Parallel()
	const number = "450103199001011234"
	for _, c := range []struct {
		name, code string
		args       map[string]string
		want       string
	}{
		{"date", "service.not-yet", map[string]string{"on": "2026-04-01"}, "Service has not taken effect yet; it does on 2026-04-01. Please come back then."},
		{"no argument", "service.not-yet", nil, "Service has not taken effect yet. Please come back then."},
		{"value of a vocabulary", "decision.signer", map[string]string{"role": "clerk"}, "The decision must be signed by the president of the court; your role is clerk. Please lay it before the president (Art. 5)."},
		{"value outside it", "decision.signer", map[string]string{"role": "演示甲子某"}, "The decision must be signed by the president of the court. Please lay it before the president (Art. 5)."},
		{"a number where a date belongs", "service.not-yet", map[string]string{"on": number}, "Service has not taken effect yet. Please come back then."},
		{"a name where a position belongs", "name.control", map[string]string{"position": "演示甲子某"}, "The name holds an invisible or control character. Please remove it."},
		{"two optional parts, one given", "state.forbidden", map[string]string{"state": "served"}, "This is not possible in the present state (served). Please check where the matter stands."},
		{"two ranges", "identifier.length", map[string]string{"expected": "18/15", "actual": "3"}, "The number has the wrong length, 3 instead of 18/15. Please check it against the document."},
		{"a range", "identifier.length", map[string]string{"expected": "4-9", "actual": "3"}, "The number has the wrong length, 3 instead of 4-9. Please check it against the document."},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := i18n.Words(i18n.English, c.code, c.args); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestNegotiate(t *testing.T) {
	t.Parallel()
	for accept, want := range map[string]i18n.Language{
		"":                               i18n.Chinese,
		"en":                             i18n.English,
		"en-GB,en;q=0.9,zh;q=0.8":        i18n.English,
		"zh-TW,zh;q=0.9,en;q=0.1":        i18n.Chinese,
		"zh-Hans-CN":                     i18n.Chinese,
		"fr,de;q=0.9":                    i18n.Chinese,
		"fr,en;q=0.2":                    i18n.English,
		"en;q=0,zh":                      i18n.Chinese,
		"*":                              i18n.Chinese,
		"%%%":                            i18n.Chinese,
		strings.Repeat("en,", 1000) + "": i18n.Chinese,
	} {
		if got := i18n.Negotiate(accept); got != want {
			t.Errorf("%.40q: got %s, want %s", accept, got, want)
		}
	}
}

func TestTitles(t *testing.T) {
	t.Parallel()
	if got := i18n.Title(i18n.Chinese, 404); got != "未找到" {
		t.Errorf("404 is headed %q", got)
	}
	if got := i18n.Title(i18n.English, 599); got != i18n.Title(i18n.English, 500) {
		t.Errorf("an unknown status is headed %q", got)
	}
}
