package memoranda

import (
	"errors"
	"strings"
	"testing"

	"concordat/memoranda/day"
)

func soundCatalogue(t *testing.T) *Catalogue {
	t.Helper()
	c, err := Load(asFS(sound()))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// following is a further edition of the sound catalogue's memorandum, without its
// second measure.
func following(from string) string {
	text := strings.NewReplacer(`edition: "2016"`, `edition: "2026"`, "from: 2016-01-20", "from: "+from).Replace(sound()["memo.yaml"])
	before, _, _ := strings.Cut(text, "  - slug: two")
	return before
}

// adoptedFrom is the row of a record about an edition of a catalogue.
func adoptedFrom(c *Catalogue, m *Memorandum) Adopted {
	return Adopted{Memorandum: m.Slug, Name: m.Edition, From: m.From, Until: m.Until, Hash: c.EditionHash(m), Source: m.Source()}
}

func placedCodes(t *testing.T, err error) string {
	t.Helper()
	ms, ok := errors.AsType[Mistakes](err)
	if !ok {
		t.Fatalf("%v, want mistakes", err)
	}
	codes := make([]string, len(ms))
	for i, m := range ms {
		if m.File != "new.yaml" || m.Line < 1 || m.Column < 1 || strings.Contains(m.EN+m.ZH, "%!") {
			t.Errorf("%v is not placed in the file", m)
		}
		codes[i] = strings.TrimPrefix(m.Code, "memoranda.")
	}
	return strings.Join(codes, " ")
}

func TestTheNextEditionEndsThePresentOne(t *testing.T) {
	t.Parallel()
	c := soundCatalogue(t)
	next, m, err := Next(c, "new.yaml", []byte(following("2026-03-01")))
	if err != nil {
		t.Fatal(err)
	}
	old := next.Memorandum("some-memo", "2016")
	if m.Edition != "2026" || len(m.Measures) != 1 || string(m.Source()) != following("2026-03-01") || old.Until != day.Of(2026, 2, 28) {
		t.Errorf("%s of %d measures follows %s until %s", m.Edition, len(m.Measures), old.Edition, old.Until)
	}
	if next.EditionHash(old) != c.EditionHash(&c.Memoranda[0]) {
		t.Error("the hash of the ended edition is another")
	}
	if next.Hash() == c.Hash() {
		t.Error("both catalogues say the same")
	}
	for on, edition := range map[day.Day]string{day.Of(2026, 2, 28): "2016", day.Of(2026, 3, 1): "2026"} {
		r, err := next.Resolve(Question{ListType: "some-list", Subject: NaturalPerson, On: on, Ground: OnListing})
		if err != nil || len(r.Editions) != 1 || r.Editions[0].Name != edition {
			t.Errorf("on %s stands %+v: %v", on, r.Editions, err)
		}
	}
	if !c.Memoranda[0].Until.IsZero() {
		t.Error("the present catalogue was changed")
	}
	// A memorandum that the seed does not have is added.
	other := strings.NewReplacer("slug: some-memo", "slug: other-memo", "slug: one", "slug: three").Replace(following("2017-01-01"))
	third, m, err := Next(next, "new.yaml", []byte(other))
	if err != nil || len(third.Memoranda) != 3 || m.Slug != "other-memo" {
		t.Errorf("%d editions: %v", len(third.Memoranda), err)
	}
}

func TestWhatMayNotFollow(t *testing.T) {
	t.Parallel()
	ended := sound()
	ended["memo.yaml"] = strings.Replace(ended["memo.yaml"], "from: 2016-01-20", "from: 2016-01-20\n  until: 2025-12-31", 1)
	closed, err := Load(asFS(ended))
	if err != nil {
		t.Fatal(err)
	}
	open := soundCatalogue(t)
	for name, row := range map[string]struct {
		c    *Catalogue
		text string
		want string
	}{
		"the same day":        {open, following("2016-01-20"), "not-after"},
		"before":              {open, following("2015-01-20"), "not-after"},
		"a gap":               {closed, following("2026-01-02"), "gap"},
		"the same name":       {open, strings.Replace(following("2026-01-01"), `"2026"`, `"2016"`, 1), "duplicate-slug"},
		"an unknown body":     {open, strings.Replace(following("2026-01-01"), "bodies: [tax]", "bodies: [taxx]", 1), "unknown-body"},
		"an unknown basis":    {open, strings.Replace(following("2026-01-01"), "basis: some-policy", "basis: some-plicy", 1), "unknown-basis"},
		"another's measure":   {open, strings.Replace(following("2016-01-20"), "slug: some-memo", "slug: other-memo", 1), "duplicate-slug"},
		"a syntax error":      {open, "memorandum: [\n", "syntax"},
		"not after and wrong": {open, strings.Replace(following("2016-01-20"), "bodies: [tax]", "bodies: [taxx]", 1), "not-after unknown-body"},
	} {
		_, _, err := Next(row.c, "new.yaml", []byte(row.text))
		if got := placedCodes(t, err); got != row.want {
			t.Errorf("%s: %s, want %s\n%v", name, got, row.want, err)
		}
	}
	if _, _, err := Next(closed, "new.yaml", []byte(following("2026-01-01"))); err != nil {
		t.Errorf("the day after: %v", err)
	}
	// A file of the same name as the present one's is another file.
	if _, _, err := Next(open, "memo.yaml", []byte(following("2026-01-01"))); err != nil {
		t.Errorf("the same file name: %v", err)
	}
}

// What a record says is laid over the seed: alone its editions of a memorandum
// stand, in the bounds of the record; what the seed alone has stays.
func TestTheCatalogueInForce(t *testing.T) {
	t.Parallel()
	seed := soundCatalogue(t)
	next, _, err := Next(seed, "new.yaml", []byte(following("2026-03-01")))
	if err != nil {
		t.Fatal(err)
	}
	rows := []Adopted{adoptedFrom(next, &next.Memoranda[0]), adoptedFrom(next, &next.Memoranda[1])}
	got, err := Effective(seed, rows)
	if err != nil || got.Hash() != next.Hash() {
		t.Errorf("the record's catalogue differs: %v", err)
	}
	for _, row := range rows {
		if !got.Known(row) {
			t.Errorf("%s is not known", row.Name)
		}
	}
	rows[0].Source = nil // as an older release entered it
	if got, err = Effective(seed, rows); err != nil || got.Hash() != next.Hash() || !got.Known(rows[0]) {
		t.Errorf("without the seed's text: %v", err)
	}
	if same, err := Effective(seed, []Adopted{adoptedFrom(seed, &seed.Memoranda[0])}); err != nil || same != seed {
		t.Errorf("the seed laid over itself: %v", err)
	}
	if same, err := Effective(seed, nil); err != nil || same != seed {
		t.Errorf("an empty record: %v", err)
	}
	// A row of which nobody has the text leaves its memorandum out.
	unknown := Adopted{Memorandum: "some-memo", From: day.Of(2016, 1, 20), Hash: [32]byte{1}}
	if left, err := Effective(seed, []Adopted{unknown}); err != nil || len(left.Memoranda) != 0 || left.Known(unknown) {
		t.Errorf("%d editions are left: %v", len(left.Memoranda), err)
	}
	// What the text refers to has changed since it was adopted.
	files := sound()
	files["legal-bases.yaml"] = strings.Replace(files["legal-bases.yaml"], "title: 某法", "title: 某新法", 1)
	newer, err := Load(asFS(files))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := Effective(newer, rows[1:]); err != nil || got.Known(rows[1]) {
		t.Errorf("another basis was not noticed: %v", err)
	}
	files["legal-bases.yaml"] = strings.Replace(sound()["legal-bases.yaml"], "slug: some-policy", "slug: gone-policy", 1)
	files["memo.yaml"] = strings.ReplaceAll(files["memo.yaml"], "basis: some-policy", "basis: gone-policy")
	if newer, err = Load(asFS(files)); err != nil {
		t.Fatal(err)
	}
	if _, err := Effective(newer, rows[1:]); err == nil || !strings.Contains(err.Error(), "some-memo@2026-03-01") {
		t.Errorf("a text that no longer fits: %v", err)
	}
	// Adopted again from a later day, because what it refers to has changed.
	again := adoptedFrom(next, &next.Memoranda[1])
	rows[1].Until, again.From = day.Of(2026, 5, 31), day.Of(2026, 6, 1)
	if got, err := Effective(seed, append(rows, again)); err != nil || len(got.Memoranda) != 3 || !got.Known(again) {
		t.Errorf("the same text again: %v", err)
	}
}

func TestStatementsThatNoLongerFit(t *testing.T) {
	t.Parallel()
	c := soundCatalogue(t)
	who := Attester{"演示律师", "仅供演示"}
	one := Attestation{Who: who, When: day.Of(2026, 1, 1), Source: "made", Memorandum: "some-memo", Edition: "2016", Measures: []string{"one"}}
	one.Hash = c.AttestedHash(one)
	law := Attestation{Who: who, When: day.Of(2026, 1, 1), Source: "made", Bases: []string{"some-law"}}
	law.Hash = c.AttestedHash(law)
	a, fallen := StandingAttestations(c, []Attestation{one, law})
	if len(fallen) != 0 || !a.Measure("some-memo", "2016", "one") || !a.Basis("some-law") {
		t.Errorf("fallen: %v", fallen)
	}
	files := sound()
	files["legal-bases.yaml"] = strings.Replace(files["legal-bases.yaml"], "title: 某法", "title: 某新法", 1)
	newer, err := Load(asFS(files))
	if err != nil {
		t.Fatal(err)
	}
	a, fallen = StandingAttestations(newer, []Attestation{one, law})
	if len(fallen) != 1 || fallen[0].Statement != 1 || !a.Measure("some-memo", "2016", "one") || a.Basis("some-law") {
		t.Errorf("fallen: %v", fallen)
	}
	if _, err := newer.Resolve(Question{ListType: "some-list", Subject: NaturalPerson, On: day.Of(2026, 1, 1), Ground: OnListing, Attested: a}); err != nil {
		t.Errorf("they were taken for another catalogue: %v", err)
	}
}
