package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"concordat/enforcement/plan"
	"concordat/internal/calendar"
	"concordat/memoranda"
)

// A lawyer's statement and a new edition, from the command line: what is attested is
// shown before it is entered, an edition's impact before it is adopted.
func TestAttestAndAdopt(t *testing.T) {
	t.Parallel()
	c := newInstallation(t)
	lawyer, operator := c.by(c.issue("lawyer-1", "lawyer")), c.by(c.issue("operator-1", "operator"))
	status := func() (s plan.Attested) {
		t.Helper()
		out, _ := c.run(0, "memoranda", "attest", "--status", "--json")
		if err := json.Unmarshal([]byte(out), &s); err != nil {
			t.Fatal(err)
		}
		return s
	}
	if s := status(); s.Measures < 55 || s.Attested != 0 || s.Travel != 0 || s.HeldBack["not-attested"] == 0 {
		t.Errorf("at first %+v", s)
	}
	statement := []string{
		"memoranda", "attest", "--source", "演示",
		"--measure", "judgment-debtor-141/2016/securities-futures-fund-setup", "--basis", "", "--basic-list", "2024",
	}
	source, err := os.ReadFile(filepath.Join("..", "..", "memoranda", "catalogue", "judgment-debtor-141.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	basis := firstBasis(t, source)
	statement[len(statement)-3] = basis
	out, said := lawyer.run(1, statement...)
	if !strings.Contains(out, "securities-futures-fund-setup") || !strings.Contains(out, basis) || !strings.Contains(out, "hash") || !strings.Contains(said, "--yes") {
		t.Errorf("not confirmed: %s%s", out, said)
	}
	if s := status(); s.Attested != 0 {
		t.Errorf("an unconfirmed statement was entered: %+v", s)
	}
	for name, who := range map[string]shell{"token.missing": c, "role.forbidden": operator} { // nobody states for a lawyer
		if _, said := who.run(1, append(statement, "--yes")...); !strings.Contains(said, name) {
			t.Errorf("want %s: %s", name, said)
		}
	}
	if s := status(); s.Attested != 0 {
		t.Errorf("a statement of nobody's was entered: %+v", s)
	}
	out, _ = lawyer.run(0, append(statement, "--yes")...)
	if s := status(); s.Attested != 0 {
		t.Errorf("what nobody else confirmed attests %+v", s)
	}
	id := out[strings.LastIndex(strings.TrimSpace(out), "\n")+1:]
	confirm := []string{"memoranda", "attest", "--confirm", strings.TrimSpace(id)}
	for name, who := range map[string]shell{"token.missing": c, "attestation.second-person": lawyer} {
		if _, said := who.run(1, append(confirm, "--yes")...); !strings.Contains(said, name) {
			t.Errorf("want %s: %s", name, said)
		}
	}
	if out, said := operator.run(1, confirm...); !strings.Contains(out, basis) || !strings.Contains(said, "--yes") {
		t.Errorf("the words were not shown to who confirms: %s%s", out, said)
	}
	operator.run(0, append(confirm, "--yes")...)
	if s := status(); s.Attested != 1 {
		t.Errorf("after one statement %+v", s)
	}
	out, _ = c.run(0, "memoranda", "attest", "--list", "--json")
	var lines []attestationLine
	if err := json.Unmarshal([]byte(out), &lines); err != nil || len(lines) != 1 || !lines[0].Counts || lines[0].EnteredBy != "lawyer-1" || lines[0].Who != "lawyer-1" || lines[0].Role != "lawyer" {
		t.Fatalf("the list %s: %v", out, err)
	}
	operator.run(0, "memoranda", "attest", "--withdraw", lines[0].ID.String(), "--reason", "演示")
	if s := status(); s.Attested != 0 {
		t.Errorf("after it was taken back %+v", s)
	}

	today := calendar.DayOf(now()).String()
	text := strings.NewReplacer("edition: \"2016\"\n  from: 2016-01-20", "edition: \"made\"\n  from: "+today).Replace(string(source))
	if text == string(source) {
		t.Fatal("the edition's text was not changed")
	}
	file := filepath.Join(t.TempDir(), "judgment-debtor-141.yaml")
	broken := filepath.Join(t.TempDir(), "broken.yaml")
	for name, content := range map[string]string{file: text, broken: strings.Replace(text, "list_type: judgment-debtor", "list_type: judgment-debtr", 1)} {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, who := range map[string]shell{"token.missing": c, "role.forbidden": lawyer} {
		if _, said := who.run(1, "memoranda", "adopt", file, "--yes"); !strings.Contains(said, name) {
			t.Errorf("adopted by another, want %s: %s", name, said)
		}
	}
	_, said = operator.run(1, "memoranda", "adopt", broken, "--yes")
	if !strings.Contains(said, "broken.yaml:") || !strings.Contains(said, "memoranda.unknown-list-type") {
		t.Errorf("a broken file: %s", said)
	}
	out, _ = c.run(1, "memoranda", "adopt", file)
	if !strings.Contains(out, "live grounds") {
		t.Errorf("its impact: %s", out)
	}
	lawyer.run(1, append(statement[:len(statement)-6], "--measure", "judgment-debtor-141/made")...)
	lawyer.run(0, append(statement[:len(statement)-6], "--measure", "judgment-debtor-141/made", "--for", file, "--yes")...)
	list, _ := c.run(0, "memoranda", "attest", "--list", "--json")
	okay(t, json.Unmarshal([]byte(list), &lines))
	operator.run(0, "memoranda", "attest", "--confirm", lines[1].ID.String(), "--for", file, "--yes")
	out, said = operator.run(0, "memoranda", "adopt", file, "--yes", "--json", "--progress")
	var outcome adoptOutcome
	if err := json.Unmarshal([]byte(out), &outcome); err != nil || outcome.Adoption == nil || outcome.Adoption.CompletedAt.IsZero() || outcome.Impact == nil {
		t.Errorf("adopted: %s%s: %v", out, said, err)
	}
	if s := status(); s.Attested != 55 {
		t.Errorf("of the new edition %+v", s)
	}
	operator.run(0, "memoranda", "adopt", file, "--yes") // again: it goes on, and there is nothing to do
	again := strings.Replace(text, `edition: "made"`, `edition: "again"`, 1)
	if err := os.WriteFile(file, []byte(again), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, said = operator.run(1, "memoranda", "adopt", file, "--yes"); !strings.Contains(said, "memoranda.not-after") {
		t.Errorf("a second one of the day: %s", said)
	}
}

// firstBasis is the slug of a basis that the text cites.
func firstBasis(t *testing.T, source []byte) string {
	t.Helper()
	_, after, found := strings.Cut(string(source), "basis: ")
	if !found {
		t.Fatal("no basis is cited")
	}
	return after[:strings.IndexAny(after, ",} \n")]
}

// A file may name whom it likes: the statement is whose token enters it.
func TestAttestFileIsTheTokensHolder(t *testing.T) {
	t.Parallel()
	c := newInstallation(t)
	lawyer := c.by(c.issue("lawyer-1", "lawyer"))
	text := lawyersFile(t)
	file := filepath.Join(t.TempDir(), "statements.yaml")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	lawyer.run(0, "memoranda", "attest", "--file", file, "--yes")
	out, _ := c.run(0, "memoranda", "attest", "--list", "--json")
	var lines []attestationLine
	if err := json.Unmarshal([]byte(out), &lines); err != nil || len(lines) == 0 {
		t.Fatalf("%s: %v", out, err)
	}
	for _, l := range lines {
		if l.Who != "lawyer-1" || l.Role != "lawyer" || l.EnteredBy != "lawyer-1" {
			t.Errorf("%+v", l)
		}
	}
}

// lawyersFile is the demonstration's file of statements as a lawyer would have made it:
// without the mark, and with the hashes of that.
func lawyersFile(t *testing.T) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "memoranda", "demonstration", "attestation.yaml"))
	okay(t, err)
	c, err := memoranda.Embedded()
	okay(t, err)
	made, err := memoranda.DemonstrationAttestations(c)
	okay(t, err)
	lawyers := strings.ReplaceAll(string(text), "    demonstration: true\n", "")
	for _, s := range made.Statements {
		was := c.AttestedHash(s)
		s.Demonstration = false
		lawyers = strings.ReplaceAll(lawyers, fmt.Sprintf("%x", was), fmt.Sprintf("%x", c.AttestedHash(s)))
	}
	return []byte(lawyers)
}

func TestAttestRefusesBadCommandLines(t *testing.T) {
	t.Parallel()
	for _, args := range []string{
		"", "--source c", "--basis d", "--list --status", "--file none.yaml", "--file memoranda_attest.go --basis d",
		"--by o --source c --basis d", "--who a --source c --basis d", // no name is typed
	} {
		if code, _, errOut := command(t, append([]string{"memoranda", "attest"}, strings.Fields(args)...)...); code != 2 || errOut == "" {
			t.Errorf("%q: exit %d %s", args, code, errOut)
		}
	}
}
