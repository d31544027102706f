package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"concordat/enforcement/ground"
	"concordat/enforcement/kinds"
	"concordat/enforcement/listing"
	"concordat/internal/i18n"
)

// TestPageIsUpToDate fails when a table or a word changed without `make generate`.
func TestPageIsUpToDate(t *testing.T) {
	t.Parallel()
	want, err := build(kinds.All())
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", "procedures.md"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("docs/procedures.md has drifted, run `make generate` (-want +got):\n%s", diff)
	}
}

// TestEveryMoveStandsThere, under its kind, once in each language, with a source and
// its address; and every state with its words.
func TestEveryMoveStandsThere(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	if err := os.Mkdir(filepath.Join(root, "docs"), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := run(root); err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(filepath.Join(root, "docs", "procedures.md"))
	if err != nil {
		t.Fatal(err)
	}
	sections := strings.Split(string(page), "\n## ")[1:]
	if len(sections) != len(kinds.All()) {
		t.Fatalf("%d sections for %d kinds", len(sections), len(kinds.All()))
	}
	for i, kind := range kinds.All() {
		var rows [][]string
		for line := range strings.Lines(sections[i]) {
			if cells := strings.Split(strings.TrimSpace(line), " | "); len(cells) == 8 && !strings.HasPrefix(line, "| 步骤") {
				rows = append(rows, cells)
			}
		}
		if len(rows) != 2*len(kind.Moves) {
			t.Errorf("%s: %d rows for %d moves", kind.Slug, len(rows), len(kind.Moves))
			continue
		}
		for j := range kind.Moves {
			m := &kind.Moves[j]
			for k, words := range []string{m.ZH, m.EN} {
				cells := rows[2*j+k]
				if !strings.HasPrefix(cells[0], "| **"+cell(words)+"**") {
					t.Errorf("%s: row %d is not of %s: %s", kind.Slug, 2*j+k, m.Name, cells[0])
				}
				for c, text := range cells {
					if strings.Trim(text, "| ") == "" {
						t.Errorf("%s %s: column %d is empty", kind.Slug, m.Name, c+1)
					}
				}
			}
			if m.Door != "" && !strings.Contains(rows[2*j][0], "`…/"+m.Door+"`") {
				t.Errorf("%s %s: no address in %s", kind.Slug, m.Name, rows[2*j][0])
			}
		}
		for _, s := range kind.States() {
			if row := "| `" + string(s) + "` | " + i18n.Value(i18n.Chinese, "state", string(s)) + " | " + i18n.Value(i18n.English, "state", string(s)) + " |"; !strings.Contains(sections[i], row) {
				t.Errorf("%s: no row %s", kind.Slug, row)
			}
		}
	}
}

// TestWhatIsMissingStopsIt: a move without a source, a code without a word, a
// citation of an unknown form.
func TestWhatIsMissingStopsIt(t *testing.T) {
	t.Parallel()
	for want, spoil := range map[string]func(*ground.Move){
		"has no source":            func(m *ground.Move) { m.Source = ground.Source{} },
		`state "gone" has no word`: func(m *ground.Move) { m.To = "gone" },
		`rule "odd" has no words`:  func(m *ground.Move) { m.Needs = []ground.Need{{Field: "text", Rule: "odd"}} },
		`cannot cite "some law"`:   func(m *ground.Move) { m.Source = ground.Source{Text: "some law"} },
	} {
		table := listing.Table()
		spoil(&table.Moves[0])
		if _, err := build([]*ground.Table{table}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want an error with %q", err, want)
		}
	}
}

func TestCitations(t *testing.T) {
	t.Parallel()
	zh := tongue{i18n.Chinese, new([]error)}
	for text, want := range map[string]string{
		"法释〔2017〕7号 Art. 10 ¶1": "法释〔2017〕7号第十条第一款",
		"法释〔2017〕7号 Art. 7, 8":  "法释〔2017〕7号第七条、第八条",
		"法释〔2017〕7号 Art. 21":    "法释〔2017〕7号第二十一条",
		"法发〔2019〕35号 item 15":   "法发〔2019〕35号第15条",
	} {
		if got := zh.law(text); got != want {
			t.Errorf("%s is cited as %s, want %s", text, got, want)
		}
	}
}
