package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const checkout = "../../.."

// TestPageIsUpToDate is the guard on the real page: it fails when the YAML, a
// migration or a test named after an invariant changed without `make generate`,
// and when a row of a finished issue has an empty cell.
func TestPageIsUpToDate(t *testing.T) {
	t.Parallel()
	want, err := build(checkout)
	if err != nil {
		t.Fatalf("docs/invariants.yaml and the sources disagree:\n%v", err)
	}
	got, err := os.ReadFile(filepath.Join(checkout, "docs", "invariants.md"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("docs/invariants.md has drifted, run `make generate` (-want +got):\n%s", diff)
	}
}

// TestAllStatementsStand holds the list itself: 1 to 56 and 32a, in order.
func TestAllStatementsStand(t *testing.T) {
	t.Parallel()
	reg, err := readRegister(filepath.Join(checkout, "docs", "invariants.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, inv := range reg.Invariants {
		got = append(got, inv.Number)
	}
	want := strings.Fields(`1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 32a
		33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56`)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("numbers (-want +got):\n%s", diff)
	}
}

// row is a complete statement; the cases below spoil it.
const row = `
  - {number: "7", kind: LAW, en: signed, zh: 签发, source: art. 5, issue: 2, constraints: [signed_check], types: [enforcement.Signer, enforcement.Signer.Sign], audits: [unsigned-decisions], tests: [enforcement.TestOther]}
`

var tree = map[string]string{
	"migrations/1.sql":                   "ALTER TABLE x ADD CONSTRAINT signed_check CHECK (true); -- named only in a comment: ghost_check\n",
	"enforcement/office.go":              "package enforcement\n\ntype Signer struct{}\n\nfunc (s *Signer) Sign() {}\n\nconst audit = \"unsigned-decisions\"\n",
	"enforcement/office_test.go":         "package enforcement\n\nimport \"testing\"\n\nfunc TestInvariant07_Signed(t *testing.T) {}\nfunc TestOther(t *testing.T) {}\nfunc TestHelper(t *testing.T, n int) {}\n",
	"enforcement/testdata/skip.go":       "this is not Go",
	"enforcement/.hidden/office_test.go": "nor this",
	"data/base/office_test.go":           "a database cluster, none of ours",
	"docs/attacks/some-doors.yaml":       "- attack: by hand\n  invariant: \"7\"\n  test: {package: ./enforcement, run: TestOther}\n- attack: on nothing in particular\n",
}

// checkoutWith writes the made tree, changed by files, and returns its folder.
func checkoutWith(t *testing.T, yaml string, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	write := func(name, text string) {
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range tree {
		write(name, text)
	}
	for name, text := range files {
		write(name, text)
	}
	write("docs/invariants.yaml", yaml)
	return root
}

func TestRunWritesWhatWasFound(t *testing.T) {
	t.Parallel()
	root := checkoutWith(t, "finished: [2]\ninvariants:"+row, nil)
	if err := run(root); err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(filepath.Join(root, "docs", "invariants.md"))
	if err != nil {
		t.Fatal(err)
	}
	want := "| 7 | LAW | signed<br>签发 | art. 5 | constraint `signed_check`<br>type `enforcement.Signer`<br>type `enforcement.Signer.Sign`<br>audit `unsigned-decisions` " +
		"| `enforcement.TestInvariant07_Signed`<br>`enforcement.TestOther` | [some doors](attacks.md#some-doors): by hand (`TestOther`) | 2, finished |"
	if !slices.Contains(strings.Split(string(page), "\n"), want) {
		t.Errorf("the row is not in the page:\n%s\nwant:\n%s", page, want)
	}
}

func TestMistakes(t *testing.T) {
	t.Parallel()
	spoiled := func(old, replacement string) string {
		if !strings.Contains(row, old) {
			t.Fatalf("the made row has no %q", old)
		}
		return "finished: [2]\ninvariants:" + strings.Replace(row, old, replacement, 1)
	}
	cases := map[string]struct {
		yaml  string
		files map[string]string
		want  string // part of the error
	}{
		"constraint unknown":       {yaml: spoiled("signed_check", "gone_check"), want: `invariant 7: constraint "gone_check" does not exist`},
		"constraint in a comment":  {yaml: spoiled("signed_check", "ghost_check"), want: `constraint "ghost_check" does not exist`},
		"type unknown":             {yaml: spoiled("enforcement.Signer,", "enforcement.Clerk,"), want: `type "enforcement.Clerk" does not exist`},
		"audit unknown":            {yaml: spoiled("unsigned-decisions", "none-such"), want: `audit "none-such" does not exist`},
		"test unknown":             {yaml: spoiled("enforcement.TestOther", "enforcement.TestGone"), want: `test "enforcement.TestGone" does not exist`},
		"test of another form":     {yaml: spoiled("enforcement.TestOther", "enforcement.TestHelper"), want: `test "enforcement.TestHelper" does not exist`},
		"nothing holds it":         {yaml: spoiled(", constraints: [signed_check], types: [enforcement.Signer, enforcement.Signer.Sign], audits: [unsigned-decisions]", ""), want: "no constraint, type or audit holds it"},
		"no test shows it":         {yaml: spoiled(", tests: [enforcement.TestOther]", ""), files: map[string]string{"enforcement/office_test.go": "package enforcement\n"}, want: "no test shows it"},
		"no attack":                {yaml: spoiled("LAW", "LAW"), files: map[string]string{"docs/attacks/some-doors.yaml": "[]\n"}, want: "no attack of docs/attacks names it"},
		"attack on no row":         {yaml: spoiled(`"7"`, `"8"`), want: `attack "by hand" of some-doors: no invariant has the number 7`},
		"attacks that are none":    {yaml: spoiled("LAW", "LAW"), files: map[string]string{"docs/attacks/some-doors.yaml": "a: [\n"}, want: "some-doors.yaml"},
		"number twice":             {yaml: spoiled("\n", row), want: "invariant 7 stands twice"},
		"number of no row":         {yaml: spoiled(`"7"`, `"8"`), want: "no invariant has the number 7"},
		"number of a strange form": {yaml: spoiled(`"7"`, `"07"`), want: "the number has the form"},
		"kind unknown":             {yaml: spoiled("LAW", "LORE"), want: `kind "LORE"`},
		"a text missing":           {yaml: spoiled("签发", `""`), want: "en, zh and source must be filled"},
		"field unknown":            {yaml: spoiled("kind:", "sort:"), want: "sort"},
		"a file that is not Go":    {yaml: spoiled("LAW", "LAW"), files: map[string]string{"enforcement/broken_test.go": "package"}, want: "broken_test.go"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := build(checkoutWith(t, c.yaml, c.files))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want an error with %q", err, c.want)
			}
		})
	}
}

// An empty cell is allowed while the issue runs, or when an open task says why.
func TestEmptyCellsAllowed(t *testing.T) {
	t.Parallel()
	bare := `  - {number: "7", kind: LAW, en: signed, zh: 签发, source: art. 5, issue: 2` // without its closing brace
	noTests := map[string]string{"enforcement/office_test.go": "package enforcement\n"}
	for name, yaml := range map[string]string{
		"issue runs": "finished: [1]\ninvariants:\n" + bare + "}\n",
		"open task":  "finished: [2]\ninvariants:\n" + bare + ", open: orders come later}\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			page, err := build(checkoutWith(t, yaml, noTests))
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(string(page), "| open | open |") {
				t.Errorf("the empty cells are not shown as open:\n%s", page)
			}
		})
	}
}
