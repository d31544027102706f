package i18n

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestLanguagesHaveTheSameSentences holds keys, arguments and vocabularies of the
// languages against one another.
func TestLanguagesHaveTheSameSentences(t *testing.T) {
	t.Parallel()
	zh, en := phrasebookOf(Chinese), phrasebookOf(English)
	if len(zh.Sentences) < 30 {
		t.Fatalf("only %d sentences were read", len(zh.Sentences))
	}
	for _, key := range Sentences() {
		if diff := cmp.Diff(arguments(zh.Sentences[key]), arguments(en.Sentences[key])); diff != "" && key != "end.repair" {
			t.Errorf("%s: the languages name different arguments (-zh +en):\n%s", key, diff)
		}
	}
	if diff := cmp.Diff(vocabularies(zh), vocabularies(en)); diff != "" {
		t.Errorf("vocabularies (-zh +en):\n%s", diff)
	}
}

func arguments(text string) []string {
	var names []string
	for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
		names = append(names, m[1])
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func vocabularies(b phrasebook) map[string][]string {
	all := map[string][]string{}
	for name, terms := range b.Terms {
		for code := range terms {
			all[name] = append(all[name], code)
		}
		slices.Sort(all[name])
	}
	return all
}

func TestSentence(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, key string
		args      map[string]string
		want      string
	}{
		{"a term", "span", map[string]string{"value": "15", "unit": "working-days"}, "15 working days"},
		{"a code without a term", "span", map[string]string{"value": "15", "unit": "moons"}, "15 moons"},
		{"what steers a terminal", "span", map[string]string{"value": "1\x1b[2J\u202e5", "unit": "years"}, "1[2J5 years"},
		{"an argument that looks like a part", "span", map[string]string{"value": "[{unit}]", "unit": "years"}, "[{unit}] years"},
		{"an argument missing", "span", map[string]string{"unit": "years"}, "… years"},
		{"an unknown key", "no.such", nil, "no.such"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := Sentence(English, c.key, c.args); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
	if got := Sentence(English, "ended", map[string]string{"day": "2026-01-01"}); strings.Contains(got, "[") || got != "It ended on 2026-01-01." {
		t.Errorf("without its part: %q", got)
	}
}
