//go:build !race

// One thing after the other, over much: of data races nothing is asked here (make plain).

package memoranda

import (
	"encoding/hex"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// catalogueTexts returns the embedded files by name.
func catalogueTexts(t *testing.T) map[string]string {
	t.Helper()
	files := make(map[string]string)
	names, err := fs.Glob(catalogueFiles, "catalogue/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		text, err := catalogueFiles.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files[strings.TrimPrefix(name, "catalogue/")] = string(text)
	}
	return files
}

func reload(t *testing.T, files map[string]string) *Catalogue {
	t.Helper()
	c, err := Load(asFS(files))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// editionHash141 is the hash of the edition that the changes below touch.
func editionHash141(t *testing.T, c *Catalogue) [32]byte {
	t.Helper()
	m := c.Memorandum("judgment-debtor-141", "2016")
	if m == nil {
		t.Fatal("memorandum 141 is missing")
	}
	return c.EditionHash(m)
}

// TestHashDoesNotSeeLayout: comments, blank lines, the memorandum's file name
// and the quoting of a text say nothing.
func TestHashDoesNotSeeLayout(t *testing.T) {
	t.Parallel()
	files := catalogueTexts(t)
	was := reload(t, files)
	files["zz.yml"] = "# another name\n\n" + strings.ReplaceAll(files["judgment-debtor-141.yaml"], "mode: restrict\n", "mode: 'restrict'   # quoted\n\n")
	delete(files, "judgment-debtor-141.yaml")
	files["bodies.yaml"] = strings.ReplaceAll(files["bodies.yaml"], "{slug:", "{ slug:")
	now := reload(t, files)
	if was.Hash() != now.Hash() || editionHash141(t, was) != editionHash141(t, now) {
		t.Error("the hash depends on how the files are laid out")
	}
}

func TestHashSeesEveryWord(t *testing.T) {
	t.Parallel()
	seen := map[[32]byte]string{reload(t, catalogueTexts(t)).Hash(): "the catalogue as it is"}
	for _, change := range [][3]string{
		{"judgment-debtor-141.yaml", "mode: restrict\n", "mode: prohibit\n"},
		{"judgment-debtor-141.yaml", "clause: (一)1}", "clause: (一)2}"},
		{"bodies.yaml", "from: 2018-03-17", "from: 2018-03-18"},
		{"legal-bases.yaml", "article: 第266条", "article: 第267条"},
		{"basic-list.yaml", "until: 2023-12-31", "until: 2023-12-30"},
		{"list-types.yaml", "authority: court", "authority: department"},
	} {
		files := catalogueTexts(t)
		changed := strings.Replace(files[change[0]], change[1], change[2], 1)
		if changed == files[change[0]] {
			t.Fatalf("%q is not in %s", change[1], change[0])
		}
		files[change[0]] = changed
		c := reload(t, files)
		if before, twice := seen[c.Hash()]; twice {
			t.Errorf("%v hashes as %s", change, before)
		}
		seen[c.Hash()] = change[2]
		if was := reload(t, catalogueTexts(t)); editionHash141(t, c) == editionHash141(t, was) {
			t.Errorf("%v does not change the edition's hash", change)
		}
		if _, err := DemonstrationAttestations(c); (err == nil) != (change[0] == "bodies.yaml" || change[0] == "list-types.yaml") && change[2] != "until: 2023-12-30" {
			t.Errorf("%v: the demonstration's attestations say %v", change, err)
		}
	}
}

var entryStart = regexp.MustCompile(`(?m)^  - `)

// TestOrderOfEntriesDoesNotMatter shuffles the entries of bodies and bases.
func TestOrderOfEntriesDoesNotMatter(t *testing.T) {
	t.Parallel()
	files := catalogueTexts(t)
	for name := range files { // one memorandum: a reading of all would be most of the test
		if !slices.Contains([]string{"bodies.yaml", "legal-bases.yaml", "list-types.yaml", "basic-list.yaml", "judgment-debtor-141.yaml"}, name) {
			delete(files, name)
		}
	}
	want := reload(t, files).Hash()
	rapid.Check(t, func(r *rapid.T) {
		shuffled := maps.Clone(files)
		for _, name := range []string{"bodies.yaml", "legal-bases.yaml"} {
			at := entryStart.FindAllStringIndex(files[name], -1)
			entries := make([]string, len(at))
			for i := range at {
				end := len(files[name])
				if i+1 < len(at) {
					end = at[i+1][0]
				}
				entries[i] = files[name][at[i][0]:end]
			}
			order := rapid.Permutation(entries).Draw(r, name)
			shuffled[name] = files[name][:at[0][0]] + strings.Join(order, "")
		}
		if got := reload(t, shuffled).Hash(); got != want {
			r.Fatal("the hash depends on the order of entries")
		}
	})
}

func TestAttestationMistakes(t *testing.T) {
	t.Parallel()
	c := embedded(t)
	text := string(demonstrationAttestation)
	for _, row := range []struct{ old, new, code string }{
		{"- air-travel", "- air-travle", "memoranda.unknown-measure"},
		{"- air-travel", "- charity-award", "memoranda.unverified"},
		{"- policy-64", "- policy-46", "memoranda.unknown-basis"},
		{`["2024"]`, `["2025"]`, "memoranda.unknown-edition"},
		{"      - air-travel\n", "", "memoranda.stale"},
		{"when: 2025-01-01", "when: yesterday", "memoranda.bad-date"},
		{"role: ", "rolle: ", "memoranda.unknown-field"},
		{`hash: "`, `hash: "x`, "memoranda.bad-hash"},
		{"demonstration: true", "demonstration: yes please", "memoranda.bad-bool"},
		{"memorandum: judgment-debtor-141", "memorandum: nothing", "memoranda.unknown-memorandum"},
		{"attestations:\n", "attestations: [\n", "memoranda.syntax"},
	} {
		changed := strings.Replace(text, row.old, row.new, 1)
		if changed == text {
			t.Fatalf("%q is not in the file", row.old)
		}
		_, err := LoadAttestations("a.yaml", []byte(changed), c)
		ms, ok := err.(Mistakes) //nolint:errorlint // documented as this very type
		if !ok || !slices.ContainsFunc(ms, func(m Mistake) bool { return m.Code == row.code && m.Line > 0 }) {
			t.Errorf("%s → %s: %v, want %s", row.old, row.new, err, row.code)
		}
	}
	if _, err := NewAttestations(c, Attestation{}); err == nil {
		t.Error("nobody can attest")
	}
}

// TestEditionHashOf141 pins the hash that records of earlier releases hold: what
// the catalogue tells beside a resolution may grow without an edition changing.
func TestEditionHashOf141(t *testing.T) {
	t.Parallel()
	c := embedded(t)
	m := c.Memorandum("judgment-debtor-141", "2016")
	const released = "fb31afaa00bdc8d6154a71f902fc063911c590bfc664c698bd12e7ceee22f75a"
	if hash := c.EditionHash(m); hex.EncodeToString(hash[:]) != released {
		t.Errorf("the edition of 2016 hashes as %x, released was %s", hash, released)
	}
}
