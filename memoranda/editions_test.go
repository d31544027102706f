package memoranda

import (
	"maps"
	"strings"
	"testing"
)

// second adds another memorandum file to the small catalogue, made from the first.
func second(changes ...string) map[string]string {
	files := sound()
	files["second.yaml"] = strings.NewReplacer(changes...).Replace(files["memo.yaml"])
	return files
}

// TestEditionsOfOneMemorandum: a later edition may keep its measures' slugs, and
// each day is answered from the edition in force.
func TestEditionsOfOneMemorandum(t *testing.T) {
	t.Parallel()
	files := second(`edition: "2016"`, `edition: "2025"`, "from: 2016-01-20", "from: 2025-01-01", "mode: restrict", "mode: prohibit")
	files["memo.yaml"] = strings.Replace(files["memo.yaml"], "from: 2016-01-20", "from: 2016-01-20\n  until: 2024-12-31", 1)
	c, err := Load(asFS(files))
	if err != nil {
		t.Fatal(err)
	}
	for on, want := range map[string]string{"2024-12-31": "2016 restrict", "2025-01-01": "2025 prohibit"} {
		r := resolve(t, c, Question{ListType: "some-list", Subject: NaturalPerson, Ground: OnListing, On: date(t, on)})
		if len(r.Editions) != 1 || len(r.Included) != 1 || r.Editions[0].Name+" "+string(r.Included[0].Measure.Mode) != want {
			t.Errorf("on %s: %+v %+v, want %s", on, r.Editions, r.Included, want)
		}
	}
}

// TestSeveralMemorandaOnOneListType: each says its own measures, on the days it
// stands, and the answer does not depend on the order of files.
func TestSeveralMemorandaOnOneListType(t *testing.T) {
	t.Parallel()
	files := second("slug: some-memo", "slug: another-memo", `edition: "2016"`, `edition: "2025"`, "from: 2016-01-20", "from: 2025-01-01",
		"slug: one", "slug: three", "slug: two", "slug: four")
	turned := maps.Clone(files)
	turned["memo.yaml"], turned["second.yaml"] = files["second.yaml"], files["memo.yaml"]
	for _, files := range []map[string]string{files, turned} {
		c, err := Load(asFS(files))
		if err != nil {
			t.Fatal(err)
		}
		for on, want := range map[string]string{
			"2024-12-31": "some-memo 2016",
			"2025-01-01": "another-memo 2025, some-memo 2016",
		} {
			r := resolve(t, c, Question{ListType: "some-list", Subject: NaturalPerson, Ground: OnListing, On: date(t, on)})
			var editions []string
			for _, e := range r.Editions {
				editions = append(editions, e.Memorandum+" "+e.Name)
			}
			if got := strings.Join(editions, ", "); got != want {
				t.Errorf("on %s: %s, want %s", on, got, want)
			}
			for _, in := range r.Included {
				if c.Memorandum(in.Memorandum, map[string]string{"some-memo": "2016", "another-memo": "2025"}[in.Memorandum]).Measure(in.Measure.Slug) == nil {
					t.Errorf("on %s: %s has no measure %s", on, in.Memorandum, in.Measure.Slug)
				}
			}
			if len(r.Included) != len(r.Editions) {
				t.Errorf("on %s: %d measures of %d memoranda", on, len(r.Included), len(r.Editions))
			}
		}
	}
}

func TestMistakesBetweenMemoranda(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		what    string
		changes []string
		code    string
	}{
		{"an open edition and a later one", []string{`edition: "2016"`, `edition: "2025"`, "from: 2016-01-20", "from: 2025-01-01"}, "memoranda.overlap"},
		{"the same edition twice", nil, "memoranda.duplicate-slug"},
		{"another memorandum with the same measures", []string{"slug: some-memo", "slug: other-memo"}, "memoranda.duplicate-slug"},
	} {
		ms := mistakesOf(t, second(row.changes...))
		found := false
		for _, m := range ms {
			found = found || (m.Code == row.code && m.File == "second.yaml")
		}
		if !found {
			t.Errorf("%s: no %s among\n%v", row.what, row.code, ms)
		}
	}
	files := sound()
	files["memo.yaml"] = strings.NewReplacer("from: 2016-01-20", "from: 2016-01-20\n  until: 2024-12-31",
		"slug: two", "slug: two\n    until: 2025-01-01").Replace(files["memo.yaml"])
	if ms := mistakesOf(t, files); len(ms) != 1 || ms[0].Code != "memoranda.outside-edition" {
		t.Errorf("a measure that outlives its edition:\n%v", ms)
	}
	files = sound()
	files["memo.yaml"] = strings.Replace(files["memo.yaml"], "bases: [{basis: some-law}]", "bases: [{basis: some-law}, {basis: some-law}]", 1)
	if ms := mistakesOf(t, files); len(ms) != 1 || ms[0].Code != "memoranda.duplicate-entry" {
		t.Errorf("one basis cited twice:\n%v", ms)
	}
}

// TestLatestSuccessionGoverns: of two general successions the later begun.
func TestLatestSuccessionGoverns(t *testing.T) {
	t.Parallel()
	files := sound()
	files["bodies.yaml"] = strings.Replace(files["bodies.yaml"], "successions: [",
		"successions: [{to: [tax], from: 2020-01-01, evidence: known}, ", 1)
	c, err := Load(asFS(files))
	if err != nil {
		t.Fatal(err)
	}
	for on, want := range map[string]string{"2018-03-16": "old-bank", "2019-12-31": "new-bank", "2020-01-01": "tax"} {
		if got := strings.Join(c.Body("old-bank", date(t, on)), " "); got != want {
			t.Errorf("on %s: %s, want %s", on, got, want)
		}
	}
}

// TestDemonstrationNeverCarriesTheUnverified holds even where a demonstration's
// statement came past the loader.
func TestDemonstrationNeverCarriesTheUnverified(t *testing.T) {
	t.Parallel()
	c := embedded(t)
	s := demonstration(t, c).Statements[0]
	s.Measures = append([]string{"charity-award"}, s.Measures...)
	q := question(t, c, LegalPerson, OnListing, "2025-09-01")
	q.Attested = indexed(c, []Attestation{s})
	for _, in := range resolve(t, c, q).Included {
		if in.Measure.Evidence == Unverified {
			t.Errorf("%s is in", in.Measure.Slug)
		}
	}
	s.Hash = [32]byte{1}
	if _, err := NewAttestations(c, s); err == nil {
		t.Error("a stale statement about the unverified is accepted")
	}
}
