package api_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"concordat/enforcement"
	"concordat/enforcement/ground"
)

// goldenMoves writes what a kind of case offers: first, once, what stands the same in
// every answer, then of each stage who is offered what.
type goldenMoves struct {
	t    *testing.T
	rows map[string]string
	text bytes.Buffer
}

// show writes the answer to a request for the moves of a case.
func (g *goldenMoves) show(title string, moves []any, id string) {
	g.t.Helper()
	g.text.WriteString(",\n" + line(g.t, title) + ": {")
	for i, v := range moves {
		row := at[object](g.t, v)
		changing := object{}
		for _, name := range []string{"allowed", "until", "because", "missing"} {
			if found, ok := row[name]; ok {
				changing[name] = found
				delete(row, name)
			}
		}
		name := at[string](g.t, row, "move")
		still := strings.ReplaceAll(line(g.t, row), id, "{id}")
		if before, ok := g.rows[name]; ok && before != still {
			g.t.Errorf("%s: the row of %s is\n%s\nand was\n%s", title, name, still, before)
		}
		g.rows[name] = still
		if i > 0 {
			g.text.WriteByte(',')
		}
		g.text.WriteString("\n  " + line(g.t, name) + ": " + strings.ReplaceAll(line(g.t, changing), id, "{id}"))
	}
	g.text.WriteString("\n}")
}

// compare holds it against the file.
func (g *goldenMoves) compare(name string, table *ground.Table) {
	g.t.Helper()
	var b bytes.Buffer
	b.WriteString("{\n\"every answer\": {")
	for i := range table.Moves {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString("\n  " + line(g.t, string(table.Moves[i].Name)) + ": " + g.rows[string(table.Moves[i].Name)])
	}
	b.WriteString("\n}" + g.text.String() + "\n}\n")
	if !json.Valid(b.Bytes()) {
		g.t.Fatalf("not JSON: %s", b.String())
	}
	path := filepath.Join("testdata", name)
	if *update {
		must(g.t, os.WriteFile(path, b.Bytes(), 0o600))
	}
	want, err := os.ReadFile(path)
	must(g.t, err)
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		g.t.Errorf("the offers changed; if that is meant, run with -update (-golden +served):\n%.4000s", diff)
	}
}

// line is a value as JSON in one line, its fields by name.
func line(t *testing.T, v any) string {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	must(t, e.Encode(v))
	return strings.TrimSuffix(b.String(), "\n")
}

// TestMovesOfAListing brings a listing into every state and holds what is offered
// there, to the president and in two states to everybody who may read it.
func TestMovesOfAListing(t *testing.T) {
	t.Parallel()
	w := setupListingMoves(t)
	g := &goldenMoves{t: t, rows: map[string]string{}}
	seen := map[string]bool{}
	for _, s := range w.stages {
		c := s.make()
		seen[at[string](t, w.want(http.StatusOK, w.clerk, http.MethodGet, w.path(c), nil).body, "listing", "state")] = true
		roles := []enforcement.Role{enforcement.President}
		if s.name == "applied, proposed" || s.name == "active" {
			roles = append(roles, enforcement.Judge, enforcement.Clerk, enforcement.Overseer)
		}
		for _, role := range roles {
			moves, _ := w.offers(role, c)
			g.show(s.name+": "+string(role), moves, c.id)
		}
	}
	for _, state := range w.table.States() {
		if !seen[string(state)] {
			t.Errorf("no stage stands in the state %s", state)
		}
	}
	g.compare("moves_listing.json", w.table)
}

// TestMovesOfOthers is the same for two states of an entry on an administrative list
// and of a reward.
func TestMovesOfOthers(t *testing.T) {
	t.Parallel()
	for name, kind := range map[string]struct {
		setup  func(*testing.T) *world
		stages []string
	}{
		"moves_administrative.json": {setupAdministrativeMoves, []string{"notified", "active"}},
		"moves_reward.json":         {setupRewardMoves, []string{"in-force", "under-review, noticed"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := kind.setup(t)
			g := &goldenMoves{t: t, rows: map[string]string{}}
			for _, s := range w.stages {
				if !slices.Contains(kind.stages, s.name) {
					continue
				}
				c := s.make()
				for _, role := range []enforcement.Role{enforcement.DepartmentReviewer, enforcement.DepartmentClerk} {
					moves, _ := w.offers(role, c)
					g.show(s.name+": "+string(role), moves, c.id)
				}
			}
			g.compare(name, w.table)
		})
	}
}
