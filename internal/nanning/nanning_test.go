package nanning

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/party"
	"concordat/enforcement/plan"
	"concordat/internal/identifier/madeup"
	"concordat/memoranda"
)

func catalogue(t *testing.T) (*memoranda.Catalogue, *memoranda.Attestations) {
	t.Helper()
	c, err := memoranda.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	attested, err := memoranda.DemonstrationAttestations(c)
	if err != nil {
		t.Fatal(err)
	}
	return c, attested
}

func TestOrganisations(t *testing.T) {
	t.Parallel()
	c, _ := catalogue(t)
	list, err := Organisations(c)
	if err != nil {
		t.Fatal(err)
	}
	var courts []string
	slugs := map[string]bool{}
	form := regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)
	for i, o := range list {
		if slugs[o.Slug] || !form.MatchString(o.Slug) {
			t.Errorf("slug %s is taken or malformed", o.Slug)
		}
		slugs[o.Slug] = true
		if o.Kind != party.Court {
			if o.Superior != 0 || o.CourtCode != "" || len(o.Bodies) == 0 {
				t.Errorf("%s: %+v", o.Slug, o)
			}
			continue
		}
		courts = append(courts, o.CourtCode)
		if o.Serves != "45"+strings.TrimPrefix(o.CourtCode, "桂") {
			t.Errorf("%s serves %s and has the code %s", o.Slug, o.Serves, o.CourtCode)
		}
		if want := enforcement.OrganisationID(min(i, 1)); o.Superior != want {
			t.Errorf("%s has superior %d, want %d", o.Slug, o.Superior, want)
		}
	}
	if !slices.Equal(courts, madeup.Courts()) {
		t.Errorf("courts %v, want %v", courts, madeup.Courts())
	}
	again, err := Organisations(c)
	if err != nil || len(again) != len(list) {
		t.Fatalf("the second time %d, %v", len(again), err)
	}
	for i := range list {
		if again[i].Slug != list[i].Slug {
			t.Fatalf("place %d: %s, then %s", i, list[i].Slug, again[i].Slug)
		}
	}
}

// Each body that a listing reaches on the day is played by somebody who serves
// the court's territory, or stands among the gaps.
func TestEveryReachedBodyIsPlayed(t *testing.T) {
	t.Parallel()
	c, attested := catalogue(t)
	list, err := Organisations(c)
	if err != nil {
		t.Fatal(err)
	}
	gaps, err := Gaps()
	if err != nil {
		t.Fatal(err)
	}
	total := 0
	for _, kind := range memoranda.SubjectKinds() {
		r, err := c.Resolve(memoranda.Question{ListType: plan.ListType, Subject: kind, On: On, Ground: memoranda.OnListing, Attested: attested, RequireAttestation: true})
		if err != nil {
			t.Fatal(err)
		}
		reached := map[string]bool{}
		for _, in := range r.Included {
			for _, body := range in.Bodies {
				found := false
				for _, o := range list {
					if o.Kind == party.InformedBody && !in.Inform {
						continue
					}
					if strings.HasPrefix("450103", o.Serves) && slices.ContainsFunc(o.Bodies, func(p party.Part) bool { return p.Body == body && p.From <= On }) {
						reached[o.Slug] = true
						found = true
					}
				}
				if !found && !slices.ContainsFunc(gaps, func(g Gap) bool { return g.Body == body }) {
					t.Errorf("%s: nobody plays %s of %s", kind, body, in.Measure.Slug)
				}
			}
		}
		t.Logf("a listing of a %s: %d measures in, %d organisations", kind, len(r.Included), len(reached))
		total += len(reached)
	}
	if mean := total / len(memoranda.SubjectKinds()); mean < 10 {
		t.Errorf("a listing reaches %d organisations on average, want at least 10", mean)
	}
}

func TestReadIsStrict(t *testing.T) {
	t.Parallel()
	const court = "courts: [{slug: a-court, zh: 甲, en: A, code: 桂01, serves: \"4501\", evidence: known}]\n"
	for _, test := range []struct{ name, source, want string }{
		{"unknown field", court + "recipients: []\n", "recipients"},
		{"no evidence", "courts: [{slug: a, zh: 甲, en: A, code: 桂01, serves: \"4501\"}]\n", "evidence"},
		{"other region", "courts: [{slug: a, zh: 甲, en: A, code: 桂01, serves: \"4401\", evidence: known}]\n", "area code"},
		{"court with bodies", "courts: [{slug: a, zh: 甲, en: A, code: 桂01, serves: \"4501\", evidence: known, bodies: [tax]}]\n", "neither kind nor bodies"},
		{"nobody's kind", court + "organisations: [{slug: a, zh: 甲, en: A, serves: \"4501\", bodies: [tax], evidence: known}]\n", "has a kind"},
		{"a court among them", court + "organisations: [{slug: a, zh: 甲, en: A, kind: court, serves: \"4501\", bodies: [tax], evidence: known}]\n", "has a kind"},
		{"no name", court + "organisations: [{slug: a, kind: authority, serves: \"4501\", bodies: [tax], evidence: known}]\n", "both names"},
		{"gap without reason", court + "gaps: [{body: tax}]\n", "reason"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if _, err := read([]byte(test.source)); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want one with %q", err, test.want)
			}
		})
	}
}

func TestMatchReportsEverything(t *testing.T) {
	t.Parallel()
	c, _ := catalogue(t)
	f, err := read(source)
	if err != nil {
		t.Fatal(err)
	}
	f.Gaps = append(f.Gaps, Gap{Body: "tax", Reason: "planted"}) // played twice
	f.Organisations[0].Bodies = []string{"industry-commerce"}    // merged away
	_, err = f.organisations(c)
	var joined interface{ Unwrap() []error }
	if !errors.As(err, &joined) || len(joined.Unwrap()) != 3 {
		t.Fatalf("error %v, want three", err)
	}
	for _, want := range []string{"nobody holds", "tax is played by a gap", "nobody plays development-reform"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q in it", err, want)
		}
	}
}
