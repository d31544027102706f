package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const made2027 = `year: 2027
reference: made for this test
published: 2026-11-20
evidence: invented
off:
  - {name: 元旦, from: 2027-01-01, to: 2027-01-03}
  - {name: 劳动节, from: 2027-05-01, to: 2027-05-05}
  - {name: 国庆节, from: 2027-10-01, to: 2027-10-07}
worked: [2027-01-09]
`

// A notice is loaded by a command without a release: what is wrong with it is told by line,
// one operator proposes it, another confirms it, and the list says so.
func TestCalendarLoad(t *testing.T) {
	t.Parallel()
	s := newInstallation(t)
	one := s.manages()
	two := s.by(s.issue("operator-2", "operator"))
	file := func(text string) string {
		path := filepath.Join(t.TempDir(), "2027.yaml")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good := file(made2027)
	if _, said := s.run(1, "calendar", "load", good); !strings.Contains(said, "token.missing") {
		t.Errorf("without a token: %s", said)
	}
	bad := strings.NewReplacer("2027-01-09", "2027-01-08, 2027-01-09, 2027-01-09", "2027-05-05", "2028-05-05").Replace(made2027)
	_, said := one.run(1, "calendar", "load", file(bad))
	for _, want := range []string{"2027.yaml:7:5: 2027-05-01 to 2028-05-05 is not a row of days off", "2027.yaml:9:10: 2027-01-08 is a Friday", "2027.yaml:9:34: 2027-01-09 is worked twice"} {
		if !strings.Contains(said, want) {
			t.Errorf("want %s: %s", want, said)
		}
	}
	s.begun()
	out, said := one.run(0, "calendar", "load", good)
	_, id, ok := strings.Cut(said, "concordat changes confirm ")
	if id = strings.TrimSpace(id); !ok || !strings.Contains(out, "to be loaded: 2027, national, made for this test of 2026-11-20: off 元旦 2027-01-01..2027-01-03") {
		t.Fatalf("%s%s", out, said)
	}
	years := func() (y knownYears) {
		out, _ := s.run(0, "calendar", "list", "--json")
		if err := json.Unmarshal([]byte(out), &y); err != nil {
			t.Fatal(err)
		}
		return y
	}
	if y := years(); slices.Contains(y.Years, 2027) || !slices.Contains(y.Years, 2026) || len(y.Notices) != 0 || len(y.Regions["45"]) == 0 {
		t.Errorf("before the second person: %+v", y)
	}
	if _, said := one.run(1, "changes", "confirm", id); !strings.Contains(said, "change.second-person") {
		t.Errorf("by who proposed it: %s", said)
	}
	two.run(0, "changes", "confirm", id)
	if y := years(); !slices.Contains(y.Years, 2027) || len(y.Notices) != 1 || y.Notices[0].EnteredBy != "operator-2" || y.Notices[0].ProposedBy != "operator-0" {
		t.Errorf("after it: %+v", y)
	}
	if out, _ := s.run(0, "calendar", "list"); !strings.Contains(out, "made for this test  published 2026-11-20, by operator-2, proposed by operator-0") {
		t.Error(out)
	}
	if _, said := one.run(1, "calendar", "load", good); !strings.Contains(said, "2027.yaml:1:7: 2027 is known by made for this test, which says the same") {
		t.Errorf("again: %s", said)
	}
}
