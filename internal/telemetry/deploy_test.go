package telemetry_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// rules is what a test wants of alerts.yaml.
type rules struct {
	Groups []struct {
		Name  string
		Rules []struct {
			Alert       string
			Expr        string
			Labels      map[string]string
			Annotations map[string]string
		}
	}
}

func deployed(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", name))
	must(t, err)
	return text
}

var (
	metric = regexp.MustCompile(`\b(?:concordat|process|go)_[a-z_]+`)
	han    = regexp.MustCompile(`\p{Han}`)
)

// What rules and dashboard ask for, a real process shows; and the handbook names
// all that it shows.
func TestRulesAndDashboardAskForWhatThereIs(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.populate(t, s.Person())
	_, text := s.scrape(t)
	shown := map[string]bool{}
	for _, name := range metric.FindAllString(text, -1) {
		shown[name] = true
	}
	var dashboard struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	must(t, json.Unmarshal(deployed(t, "deploy/dashboard.json"), &dashboard))
	asked := 0
	ask := func(where, expr string) {
		for _, name := range metric.FindAllString(expr, -1) {
			asked++
			if !shown[name] {
				t.Errorf("%s asks for %s, which no process shows", where, name)
			}
		}
	}
	for _, panel := range dashboard.Panels {
		if !han.MatchString(panel.Title) || len(panel.Targets) == 0 {
			t.Errorf("panel %q has no Chinese title or nothing to show", panel.Title)
		}
		for _, target := range panel.Targets {
			ask(panel.Title, target.Expr)
		}
	}
	for _, group := range readRules(t).Groups {
		for _, rule := range group.Rules {
			ask(rule.Alert, rule.Expr)
		}
	}
	if asked < 40 {
		t.Errorf("only %d metrics are asked for", asked)
	}
	handbook := string(deployed(t, "operations.md"))
	for name := range shown {
		base := strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(name, "_bucket"), "_sum"), "_count")
		if strings.HasPrefix(name, "concordat_") && !strings.Contains(handbook, "`"+base+"`") {
			t.Errorf("docs/operations.md does not explain %s", base)
		}
	}
}

func readRules(t *testing.T) rules {
	t.Helper()
	var r rules
	must(t, yaml.Unmarshal(deployed(t, "deploy/alerts.yaml"), &r))
	if len(r.Groups) < 4 {
		t.Fatalf("%d groups of rules", len(r.Groups))
	}
	return r
}

// Whoever is woken finds a page: what it means, who suffers, what to look at and
// to do, and whom to wake.
func TestEveryAlertHasAPage(t *testing.T) {
	t.Parallel()
	handbook := string(deployed(t, "operations.md"))
	pages := map[string]string{}
	for _, section := range strings.Split(handbook, "\n### ")[1:] {
		name, body, _ := strings.Cut(section, "\n")
		body, _, _ = strings.Cut(body, "\n## ")
		pages[name] = body
	}
	known := map[string]bool{}
	for _, group := range readRules(t).Groups {
		for _, rule := range group.Rules {
			known[rule.Alert] = true
			for _, part := range []string{"**Meaning.**", "**Who suffers.**", "**Look at.**", "**Do.**", "**Wake.**"} {
				if !strings.Contains(pages[rule.Alert], part) {
					t.Errorf("the page of %s lacks %s", rule.Alert, part)
				}
			}
			if got, want := rule.Annotations["runbook"], "operations.md#"+strings.ToLower(rule.Alert); got != want {
				t.Errorf("%s leads to %q, want %s", rule.Alert, got, want)
			}
			if !han.MatchString(rule.Annotations["summary_zh"]) || han.MatchString(rule.Annotations["summary"]) || rule.Annotations["summary"] == "" {
				t.Errorf("%s does not say in both languages what is the matter", rule.Alert)
			}
			if severity := rule.Labels["severity"]; severity != "page" && severity != "ticket" {
				t.Errorf("%s is of severity %q", rule.Alert, severity)
			}
		}
	}
	for name, body := range pages {
		if strings.Contains(body, "**Who suffers.**") && !known[name] {
			t.Errorf("a page of %s, which is no alert", name)
		}
	}
}
