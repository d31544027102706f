package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// command runs one command line and returns its exit code and output.
func command(t *testing.T, args ...string) (code int, out, errOut string) {
	t.Helper()
	var o, e bytes.Buffer
	code = run(args, &app{Out: &o, Err: &e})
	return code, o.String(), e.String()
}

func TestMemorandaList(t *testing.T) {
	t.Parallel()
	code, out, errOut := command(t, "memoranda", "list", "--json")
	if code != 0 {
		t.Fatal(errOut)
	}
	var lines []map[string]any
	if err := json.Unmarshal([]byte(out), &lines); err != nil {
		t.Fatalf("no JSON array: %v\n%s", err, out)
	}
	at := slices.IndexFunc(lines, func(line map[string]any) bool { return line["slug"] == "judgment-debtor-141" })
	if at < 0 || lines[at]["measures"] != 55.0 || lines[at]["bodies"] != 44.0 || lines[at]["number"] != "发改财金〔2016〕141号" ||
		lines[at]["kind"] != "memorandum" || fmt.Sprint(lines[at]["list_types"]) != "[judgment-debtor]" {
		t.Errorf("list: %v", lines)
	}
	for _, line := range lines { // what is not known is null, and there
		for _, key := range []string{"number", "signed", "dated", "counted"} {
			if value, there := line[key]; !there || value == "" {
				t.Errorf("%s: %s is %v", line["slug"], key, value)
			}
		}
	}
	if _, text, _ := command(t, "memoranda", "list"); !strings.Contains(text, "attested by nobody") {
		t.Errorf("the list does not say that nobody attested it:\n%s", text)
	}
}

func TestMemorandaShow(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]string{
		"judgment-debtor-141": "发改财金〔2016〕141号", "enterprise-bond": "第一条",
		"railway-offender": "open to objection for 7 working-days", "judgment-debtor": "court-deletion",
		"work-safety": "only the year is known", "company-law-178": "第178条第1款第5项",
		"bank-share": "commercial-bank-law-28", "2024": "职业禁入或从业限制",
	} {
		if code, out, errOut := command(t, "memoranda", "show", id); code != 0 || !strings.Contains(out, want) {
			t.Errorf("show %s: %d %s\n%s", id, code, errOut, out)
		}
		if code, out, _ := command(t, "memoranda", "show", id, "--json"); code != 0 || !json.Valid([]byte(out)) {
			t.Errorf("show %s --json: %d\n%s", id, code, out)
		}
	}
	if code, out, _ := command(t, "memoranda", "show", "basic-list"); code != 0 || strings.Count(out, "edition of the basic list from") < 3 {
		t.Errorf("the editions of the basic list: %d\n%s", code, out)
	}
	if code, _, errOut := command(t, "memoranda", "show", "no\u202ething\x1b[31m"); code != 1 || strings.ContainsAny(errOut, "\u202e\x1b") {
		t.Errorf("show nothing: %d %q", code, errOut)
	}
}

func TestMemorandaReach(t *testing.T) {
	t.Parallel()
	ask := func(more ...string) (int, string) {
		code, out, errOut := command(t, append([]string{
			"memoranda", "reach", "--list-type", "judgment-debtor", "--subject", "legal-person", "--on", "2025-09-01",
		}, more...)...)
		return code, out + errOut
	}
	for _, row := range []struct {
		args string
		code int
		want string
	}{
		{"", 0, "Attestation was not asked for"},
		{"--attested demonstration", 0, "演示 / DEMO"},
		{"--attested demonstration", 0, "- private-fund-registration  unverified"},
		{"--ground order", 0, "+ air-travel"},
		{"--ground whim", 1, "no such kind of ground"},
		{"--on 2025-02-30", 2, "2025-02-30"},
		{"--on 2010-01-01", 0, "No memorandum is in force"},
	} {
		if code, out := ask(strings.Fields(row.args)...); code != row.code || !strings.Contains(out, row.want) {
			t.Errorf("reach %s: %d, no %q in\n%s", row.args, code, row.want, out)
		}
	}
	if code, out := ask("--json"); code != 0 || !json.Valid([]byte(out)) {
		t.Errorf("reach --json: %d\n%s", code, out)
	}
}

func TestMemorandaLint(t *testing.T) {
	t.Parallel()
	if code, out, _ := command(t, "memoranda", "lint"); code != 0 || out != "no mistakes\n" {
		t.Errorf("the embedded catalogue: %d %s", code, out)
	}
	dir := t.TempDir()
	for name, text := range map[string]string{
		"bodies.yaml":      "bodies:\n  - {slug: tax, zhh: 税务, zh: \"税\u202e务\", en: Tax, evidence: seen}\n",
		"legal-bases.yaml": "legal_bases: [\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	code, out, errOut := command(t, "memoranda", "lint", dir)
	if code != 1 || !strings.Contains(errOut, "5 mistakes") {
		t.Errorf("lint: %d %s", code, errOut)
	}
	for _, want := range []string{
		filepath.Join(dir, "bodies.yaml") + `:2:17: unknown field "zhh" (memoranda.unknown-field); did you mean "zh"?`,
		"memoranda.invisible", "legal-bases.yaml:1:14: ", "basic-list.yaml:0:0:", "list-types.yaml:0:0:",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	if strings.Contains(out, "\u202e") {
		t.Error("a control character reached the terminal")
	}
	code, out, _ = command(t, "memoranda", "lint", dir, "--json")
	var mistakes []any
	if err := json.Unmarshal([]byte(out), &mistakes); err != nil || code != 1 || len(mistakes) != 5 {
		t.Errorf("lint --json: %d %v\n%s", code, err, out)
	}
	code, out, errOut = command(t, "memoranda", "lint", filepath.FromSlash("../../memoranda/testdata/thirty"))
	if code != 1 || !strings.Contains(errOut, "30 mistakes") || strings.Count(out, "\n") != 30 {
		t.Errorf("thirty mistakes: %d %s\n%s", code, errOut, out)
	}
	if code, _, errOut := command(t, "memoranda", "lint", filepath.Join(dir, "nowhere")); code != 1 || errOut == "" {
		t.Errorf("lint of nothing: %d %s", code, errOut)
	}
}

func TestPlainText(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"税务\tTax\n": "税务\tTax\n", "\x1b[31mred\x07": "[31mred", "a\u202eb\u2066c\u200bd\ufeff": "abcd",
		"a\x9bb\u009bc\xff": "abc", "\u2028x\r": "x", "𠮷": "𠮷",
	} {
		if got := plainText(in); got != want {
			t.Errorf("%q shows as %q, want %q", in, got, want)
		}
	}
}
