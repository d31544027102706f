package identifier_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"concordat/internal/identifier"
)

func TestNormaliseName(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"演示甲某":              "演示甲某",
		" 演示　甲某\t":          "演示甲某",
		"演 示 甲 某":           "演示甲某",
		"演示•甲某":             "演示·甲某",
		"演示・甲某":             "演示·甲某",
		"演示‧甲某":             "演示·甲某",
		"演示．甲某":             "演示·甲某",
		"演示 · 甲某":           "演示·甲某",
		"Ｄｅｍｏ　 Ｐｅｒｓｏｎ":      "Demo Person",
		"Demo  van  Person": "Demo van Person",
		"南宁市演示(集团)有限公司":     "南宁市演示（集团）有限公司",
		"南宁市演示（集团） 有限公司":    "南宁市演示（集团）有限公司",
		"Demo（Nanning）Ltd":  "Demo(Nanning)Ltd",
		"演示Ａ１公司":            "演示A1公司",
		"Jose\u0301 Demo":   "Jos\u00e9 Demo",
		"𠮷某":                "𠮷某",
		"":                  "",
	} {
		if got := identifier.NormaliseName(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}

func TestParseName(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"演示甲某\n":                 "<nil>",
		strings.Repeat("某", 200): "<nil>",
		" \u3000":                identifier.CodeNameEmpty,
		strings.Repeat("某", 201): identifier.CodeNameLength,
		"演示\u202e甲某":             identifier.CodeNameControl,
		"演示\u2066甲某":             identifier.CodeNameControl,
		"演示\u200b甲某":             identifier.CodeNameControl,
		"演示\u2028甲某":             identifier.CodeNameControl,
		"演示\x00":                 identifier.CodeNameControl,
		"演示\n甲某":                 identifier.CodeNameControl,
		"演示\xff":                 identifier.CodeNameControl,
		"\ufeff演示":               identifier.CodeNameControl,
	} {
		if _, err := identifier.ParseName(text); code(err) != want {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

func TestGrams(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][]string{
		"演示甲某":  {"演", "演示", "示", "示甲", "甲", "甲某", "某"},
		"甲甲甲":   {"甲", "甲甲"},
		"演示·甲":  {"演", "演示", "示", "示甲", "甲"},
		"De Mo": {"d", "de", "e", "em", "m", "mo", "o"},
		"𠮷":     {"𠮷"},
		" ":     {},
	} {
		if diff := cmp.Diff(want, identifier.Grams(name)); diff != "" {
			t.Errorf("%q: %s", name, diff)
		}
	}
}

func TestParseCaseNumber(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]identifier.CaseNumber{
		"(2019)桂0102执1234号":     {Year: 2019, Court: "桂0102", Type: "执", Serial: 1234},
		"（2026）桂01执复12号":        {Year: 2026, Court: "桂01", Type: "执复", Serial: 12},
		"(2025)桂执监3号":           {Year: 2025, Court: "桂", Type: "执监", Serial: 3},
		"(2024)最高法执监45号":        {Year: 2024, Court: "最高法", Type: "执监", Serial: 45},
		"(2024)最高法知民终7号":        {Year: 2024, Court: "最高法知", Type: "民终", Serial: 7},
		"(2026)桂7102执保9号":       {Year: 2026, Court: "桂7102", Type: "执保", Serial: 9},
		"〔２０２６〕桂０１０３ 执 ００１ 号之二": {Year: 2026, Court: "桂0103", Type: "执", Serial: 1, Sub: "二"},
		"（2015）×执字第00690号":      {Year: 2015, Legacy: "(2015)×执字第00690号"},
		"(2014)青执字第12-1号":       {Year: 2014, Legacy: "(2014)青执字第12-1号"},
	} {
		if got, err := identifier.ParseCaseNumber(text); err != nil || got != want {
			t.Errorf("%s: %#v, %v", text, got, err)
		}
	}
	for _, bad := range []string{
		"", "(2019)桂0102执号", "2019桂0102执1号", "(2019)桂0102执1234", "(2019)桂0102执0号", "(2016)青执字第12号",
		"(2026)囗0103执1号", "(2026)桂01030执1号", "(2026)桂0103首次执行1号", "(1900)青执字第1号", "(2026)桂0103执1号之壹",
		"(2026)桂0103执99999999999号",
	} {
		if got, err := identifier.ParseCaseNumber(bad); code(err) != identifier.CodeCaseNumber {
			t.Errorf("%s: %#v, %v", bad, got, err)
		}
	}
}

func TestCaseNumberString(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"（2026）桂0103执01234号":  "(2026)桂0103执1234号",
		"（2026）桂0103执1234号之一": "(2026)桂0103执1234号之一",
		"（2015）南市执字第 00690 号": "(2015)南市执字第00690号",
	} {
		n, err := identifier.ParseCaseNumber(text)
		if err != nil || n.String() != want {
			t.Errorf("%s is written %s, want %s: %v", text, n, want, err)
		}
	}
	if s := (identifier.CaseNumber{}).String(); s != "" {
		t.Errorf("no case number is written %q", s)
	}
}

func TestEnforcementTypes(t *testing.T) {
	t.Parallel()
	for _, typ := range identifier.EnforcementTypes() {
		if n, err := identifier.ParseCaseNumber("(2026)桂0103" + typ + "1号"); err != nil || !n.Enforcement() || n.Type != typ {
			t.Errorf("%s: %v, %v", typ, n, err)
		}
	}
	for text, want := range map[string]bool{"(2026)桂0103民初1号": false, "(2015)青执字第1号": true, "(2015)青民字第1号": false} {
		if n, err := identifier.ParseCaseNumber(text); err != nil || n.Enforcement() != want {
			t.Errorf("%s: %v, %v", text, n.Enforcement(), err)
		}
	}
}
