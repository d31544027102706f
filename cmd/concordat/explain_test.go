package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode"

	"concordat/enforcement"
	"concordat/enforcement/explain"
	"concordat/memoranda"
)

func TestExplainRefusesBadCommandLines(t *testing.T) {
	t.Parallel()
	id := enforcement.NewID().String()
	for _, args := range []string{
		"explain", "explain --directive " + id + " --subject " + id, "explain --directive " + id + " --measure a/b", "explain --directive " + id + " --on 2025-09-01",
		"explain --subject " + id, "explain --subject " + id + " --measure a", "explain --subject " + id + " --measure a/b/c", "explain --subject " + id + " --measure a/b --lang fr",
		"explain --subject " + id + " --measure a/b --on yesterday",
	} {
		if code, out, errOut := command(t, strings.Fields(args)...); code != 2 || out != "" || errOut == "" {
			t.Errorf("%s: %d %s %s", args, code, out, errOut)
		}
	}
}

// TestExplainPrintsTextOnly prints an explanation full of what steers a terminal.
func TestExplainPrintsTextOnly(t *testing.T) {
	t.Parallel()
	hostile := "x\x1b[2J\u202e\x07y"
	e := explain.Explanation{
		Subject: explain.Subject{ID: enforcement.NewID(), Kind: memoranda.LegalPerson, Name: hostile},
		Reason:  memoranda.Reason{Code: hostile, ZH: hostile, EN: hostile},
		Decision: &explain.Decision{
			Kind: memoranda.OnListing, Reference: hostile, CaseNumber: hostile, OwnerZH: hostile, OwnerEN: hostile,
		},
		Measures:     []explain.Measure{{Slug: hostile, ZH: hostile, EN: hostile, Mode: memoranda.Mode(hostile)}},
		Organisation: &explain.Organisation{NameZH: hostile, NameEN: hostile, Serves: hostile},
	}
	for _, c := range []explainCmd{{Lang: "zh"}, {Lang: "en"}, {Lang: "zh", JSON: true}} {
		var out bytes.Buffer
		if err := c.print(plain(&out), []explain.Explanation{e, e}); err != nil {
			t.Fatal(err)
		}
		if strings.ContainsFunc(strings.ReplaceAll(out.String(), "\n", ""), func(r rune) bool { return unicode.In(r, unicode.Cc, unicode.Cf) }) {
			t.Errorf("%+v: %q", c, out.String())
		}
		var list []map[string]any
		if c.JSON && (json.Unmarshal(out.Bytes(), &list) != nil || len(list) != 2) {
			t.Errorf("no JSON: %s", out.String())
		}
		if !c.JSON && strings.Count(out.String(), "\n\n") != 1 {
			t.Errorf("%s", out.String())
		}
	}
}
