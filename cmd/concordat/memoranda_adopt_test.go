package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"concordat/enforcement/plan"
	"concordat/internal/calendar"
)

// A lawyer's statement and a new edition, from the command line: what is attested is
// shown before it is entered, an edition's impact before it is adopted.
func TestAttestAndAdopt(t *testing.T) {
	t.Parallel()
	c := newInstallation(t)
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
		"memoranda", "attest", "--by", "operator-1", "--who", "演示律师", "--role", "仅供演示", "--source", "演示",
		"--measure", "judgment-debtor-141/2016/securities-futures-fund-setup", "--basis", "", "--basic-list", "2024",
	}
	source, err := os.ReadFile(filepath.Join("..", "..", "memoranda", "catalogue", "judgment-debtor-141.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	basis := firstBasis(t, source)
	statement[len(statement)-3] = basis
	out, said := c.run(1, statement...)
	if !strings.Contains(out, "securities-futures-fund-setup") || !strings.Contains(out, basis) || !strings.Contains(out, "hash") || !strings.Contains(said, "--yes") {
		t.Errorf("not confirmed: %s%s", out, said)
	}
	if s := status(); s.Attested != 0 {
		t.Errorf("an unconfirmed statement was entered: %+v", s)
	}
	c.run(0, append(statement, "--yes")...)
	if s := status(); s.Attested != 1 {
		t.Errorf("after one statement %+v", s)
	}
	out, _ = c.run(0, "memoranda", "attest", "--list", "--json")
	var lines []attestationLine
	if err := json.Unmarshal([]byte(out), &lines); err != nil || len(lines) != 1 || !lines[0].Counts || lines[0].EnteredBy != "operator-1" {
		t.Fatalf("the list %s: %v", out, err)
	}
	c.run(0, "memoranda", "attest", "--withdraw", lines[0].ID.String(), "--reason", "演示", "--by", "operator-2")
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
	_, said = c.run(1, "memoranda", "adopt", broken, "--by", "operator-1", "--yes")
	if !strings.Contains(said, "broken.yaml:") || !strings.Contains(said, "memoranda.unknown-list-type") {
		t.Errorf("a broken file: %s", said)
	}
	out, _ = c.run(1, "memoranda", "adopt", file, "--by", "operator-1")
	if !strings.Contains(out, "live grounds") {
		t.Errorf("its impact: %s", out)
	}
	c.run(1, append(statement[:len(statement)-6], "--measure", "judgment-debtor-141/made")...)
	c.run(0, append(statement[:len(statement)-6], "--measure", "judgment-debtor-141/made", "--for", file, "--yes")...)
	out, said = c.run(0, "memoranda", "adopt", file, "--by", "operator-1", "--yes", "--json", "--progress")
	var outcome adoptOutcome
	if err := json.Unmarshal([]byte(out), &outcome); err != nil || outcome.Adoption == nil || outcome.Adoption.CompletedAt.IsZero() || outcome.Impact == nil {
		t.Errorf("adopted: %s%s: %v", out, said, err)
	}
	if s := status(); s.Attested != 55 {
		t.Errorf("of the new edition %+v", s)
	}
	c.run(0, "memoranda", "adopt", file, "--by", "operator-1", "--yes") // again: it goes on, and there is nothing to do
	again := strings.Replace(text, `edition: "made"`, `edition: "again"`, 1)
	if err := os.WriteFile(file, []byte(again), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, said = c.run(1, "memoranda", "adopt", file, "--by", "operator-1", "--yes"); !strings.Contains(said, "memoranda.not-after") {
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

func TestAttestRefusesBadCommandLines(t *testing.T) {
	t.Parallel()
	for _, args := range []string{
		"", "--by o", "--by o --who a --role b --source c", "--who a --role b --source c --basis d", "--list --status", "--by o --file none.yaml",
		"--by o --file memoranda_attest.go --basis d", "--withdraw 1",
	} {
		if code, _, errOut := command(t, append([]string{"memoranda", "attest"}, strings.Fields(args)...)...); code != 2 || errOut == "" {
			t.Errorf("%q: exit %d %s", args, code, errOut)
		}
	}
}
