package memoranda

import (
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"concordat/memoranda/day"
)

var update = flag.Bool("update", false, "write the golden files and the demonstration's attestation anew")

// embedded loads the catalogue for a test.
func embedded(t testing.TB) *Catalogue {
	t.Helper()
	c, err := Embedded()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// demonstration loads the demonstration's attestations for a test.
func demonstration(t testing.TB, c *Catalogue) *Attestations {
	t.Helper()
	a, err := DemonstrationAttestations(c)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func date(t testing.TB, text string) day.Day {
	t.Helper()
	d, err := day.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestEmbeddedCounts holds the catalogue to the published totals and to what the
// sources show.
func TestEmbeddedCounts(t *testing.T) {
	t.Parallel()
	c := embedded(t)
	m := c.Memorandum("judgment-debtor-141", "2016")
	if m == nil {
		t.Fatal("memorandum 141 is missing")
	}
	evidence := make(map[Evidence]int)
	clauses, groups := 0, make(map[string]bool)
	for _, one := range m.Measures {
		evidence[one.Evidence]++
		groups[one.Group] = true
		if one.Clause != "" {
			clauses++
		}
		if one.Clause != "" && one.Evidence != Seen {
			t.Errorf("%s has a clause but is %s", one.Slug, one.Evidence)
		}
	}
	for _, row := range []struct {
		what      string
		got, want int
	}{
		{"signatories", len(m.Signatories), 44},
		{"measures", len(m.Measures), 55},
		{"groups", len(m.Groups), 8},
		{"groups in use", len(groups), 8},
		{"seen", evidence[Seen], 29},
		{"seen with their clause", clauses, 10},
		{"known", evidence[Known], 11},
		{"unverified", evidence[Unverified], 15},
		{"basic-list editions", len(c.BasicList.Editions), 3},
	} {
		if row.got != row.want {
			t.Errorf("%s: %d, want %d", row.what, row.got, row.want)
		}
	}
	for _, i := range c.BasicList.Items {
		if i.TitleVerified {
			t.Errorf("the title of %s is marked verified; none was read", i.Slug)
		}
	}
	for _, slug := range []string{"china-railway", "supreme-court"} {
		if len(c.Body(slug, date(t, "2025-09-01"))) != 1 {
			t.Errorf("%s does not resolve to one role", slug)
		}
	}
}

// TestNoSignatoryIsIdle shows which signatories carry no measure: those whose
// own measure is not known. Should the list change, the catalogue gained or lost
// knowledge.
func TestNoSignatoryIsIdle(t *testing.T) {
	t.Parallel()
	m := embedded(t).Memorandum("judgment-debtor-141", "2016")
	busy := make(map[string]bool)
	for _, one := range m.Measures {
		for _, b := range one.Bodies {
			busy[b] = true
		}
	}
	var idle []string
	for _, s := range m.Signatories {
		if !busy[s] {
			idle = append(idle, s)
		}
	}
	if got := strings.Join(idle, " "); got != "legislative-affairs" {
		t.Errorf("signatories without a measure: %q", got)
	}
}

func TestDemonstrationAttests(t *testing.T) {
	t.Parallel()
	c := embedded(t)
	if *update {
		text := demonstrationText(c)
		if err := os.WriteFile("demonstration/attestation.yaml", []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want := demonstrationText(c); string(demonstrationAttestation) != want {
		t.Error("demonstration/attestation.yaml is behind the catalogue: run go test ./memoranda -run Demonstration -update")
	}
	a := demonstration(t, c)
	if !a.Demonstration() {
		t.Error("the demonstration's attestations are not marked so")
	}
	m := c.Memorandum("judgment-debtor-141", "2016")
	for _, one := range m.Measures {
		if got, want := a.Measure(m.Slug, m.Edition, one.Slug), one.Evidence != Unverified; got != want {
			t.Errorf("%s (%s) attested: %v, want %v", one.Slug, one.Evidence, got, want)
		}
	}
	for _, e := range c.BasicList.Editions {
		if got, want := a.BasicListEdition(e.Name), e.Name == "2024"; got != want {
			t.Errorf("basic list %s attested: %v, want %v", e.Name, got, want)
		}
	}
	var nobody *Attestations
	if nobody.Measure(m.Slug, m.Edition, "air-travel") || nobody.Basis("policy-64") || nobody.BasicListEdition("2024") {
		t.Error("nil attestations attest something")
	}
}

// demonstrationText writes the statements that the demonstration may make: about
// memorandum 141 with every basis and the basic list, then about each other
// edition's measures.
func demonstrationText(c *Catalogue) string {
	var b strings.Builder
	b.WriteString(`# Made for demonstration and tests: no lawyer said this. It covers what is seen or
# known, the basic-list edition of 2024 with its unverified titles, and never an
# unverified measure. Written by: go test ./memoranda -run Demonstration -update
attestations:
`)
	first := c.Memorandum("judgment-debtor-141", "2016")
	a := demonstrated(first)
	a.BasicList = []string{"2024"}
	for _, basis := range c.Bases {
		if basis.Evidence != Unverified {
			a.Bases = append(a.Bases, basis.Slug)
		}
	}
	writeStatement(&b, c, a)
	for i := range c.Memoranda {
		if m := &c.Memoranda[i]; m != first {
			if a := demonstrated(m); len(a.Measures) > 0 {
				writeStatement(&b, c, a)
			}
		}
	}
	return b.String()
}

// demonstrated is the statement about an edition's measures.
func demonstrated(m *Memorandum) Attestation {
	a := Attestation{Memorandum: m.Slug, Edition: m.Edition, Demonstration: true}
	for _, one := range m.Measures {
		if one.Evidence != Unverified {
			a.Measures = append(a.Measures, one.Slug)
		}
	}
	return a
}

func writeStatement(b *strings.Builder, c *Catalogue, a Attestation) {
	b.WriteString(`  - who: {name: 演示核定, role: 仅供演示 (no lawyer)}
    when: 2025-01-01
    source: none; made for demonstration
    demonstration: true
`)
	fmt.Fprintf(b, "    memorandum: %s\n    edition: %q\n", a.Memorandum, a.Edition)
	for _, name := range a.BasicList {
		fmt.Fprintf(b, "    basic_list: [%q]\n", name)
	}
	a.Demonstration = true
	hash := c.AttestedHash(a)
	fmt.Fprintf(b, "    hash: %q\n", hex.EncodeToString(hash[:]))
	for _, list := range []struct {
		name  string
		slugs []string
	}{{"measures", a.Measures}, {"bases", a.Bases}} {
		if len(list.slugs) > 0 {
			fmt.Fprintf(b, "    %s:\n", list.name)
		}
		for _, slug := range list.slugs {
			fmt.Fprintf(b, "      - %s\n", slug)
		}
	}
}

// A file made for demonstration does not become a lawyer's by deleting lines: each statement
// carries its mark in what is hashed.
func TestADemonstrationIsNoLawyersStatement(t *testing.T) {
	t.Parallel()
	c := embedded(t)
	text := string(demonstrationAttestation)
	text = text[strings.Index(text, "attestations:"):] // without its heading
	if _, err := LoadAttestations("made", []byte(text), c); err != nil {
		t.Fatal(err)
	}
	text = strings.ReplaceAll(text, "    demonstration: true\n", "")
	_, err := LoadAttestations("made", []byte(text), c)
	mistakes, ok := errors.AsType[Mistakes](err)
	if !ok || len(mistakes) == 0 {
		t.Fatalf("it was taken: %v", err)
	}
	for _, m := range mistakes {
		if m.Code != "memoranda.stale" {
			t.Error(m)
		}
	}
	for _, s := range demonstration(t, c).Statements {
		s.Demonstration = false
		if _, err := NewAttestations(c, s); err == nil {
			t.Errorf("the statement about %s %s is a lawyer's", s.Memorandum, s.Edition)
		}
	}
}

// TestNoBasisOfARepealedLaw: the Ecological Environment Code (art. 1242) repealed ten laws on
// 2026-08-15; none of them is cited as in force on that day or later.
func TestNoBasisOfARepealedLaw(t *testing.T) {
	t.Parallel()
	c := embedded(t)
	repealed := date(t, "2026-08-15")
	for _, title := range []string{
		"环境保护法", "环境影响评价法", "海洋环境保护法", "大气污染防治法", "水污染防治法", "土壤污染防治法", "固体废物污染环境防治法", "噪声污染防治法",
		"放射性污染防治法", "清洁生产促进法",
	} {
		for i := range c.Bases {
			if b := &c.Bases[i]; sameTitle(strings.TrimPrefix(b.Title, "中华人民共和国"), title) && (b.Until.IsZero() || b.Until >= repealed) {
				t.Errorf("%s (%s) is cited as in force on %s", b.Slug, b.Title, repealed)
			}
		}
	}
	for slug, from := range map[string]string{"environment-code-54": "2026-08-15", "customs-duty-law-49": "2024-12-01"} {
		if b := c.Basis(slug); b == nil || b.From.String() != from {
			t.Errorf("%s: %+v", slug, b)
		}
	}
}
