package memoranda

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"concordat/memoranda/day"
	"concordat/memoranda/memorandatest"
)

func city(t testing.TB) *Catalogue {
	t.Helper()
	c, err := Load(memorandatest.City())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// boundaries returns every day of the catalogue on which something begins or ends,
// with the day before and the day after, sorted.
func boundaries(c *Catalogue) []day.Day {
	days := make(map[day.Day]bool)
	add := func(all ...day.Day) {
		for _, d := range all {
			if !d.IsZero() {
				days[d.AddDays(-1)], days[d], days[d.AddDays(1)] = true, true, true
			}
		}
	}
	for _, b := range c.Bodies {
		for _, s := range b.Successions {
			add(s.From)
		}
	}
	for _, b := range c.Bases {
		add(b.From, b.Until)
	}
	for _, e := range c.BasicList.Editions {
		add(e.From, e.Until)
	}
	for _, m := range c.Memoranda {
		add(m.From, m.Until)
		for _, one := range m.Measures {
			add(one.From, one.Until)
		}
	}
	return slices.Sorted(maps.Keys(days))
}

// attestedByLawyer is everything of a catalogue, stated by somebody who is no
// demonstration.
func attestedByLawyer(c *Catalogue, every int) *Attestations {
	var statements []Attestation
	for i := range c.Memoranda {
		s := Attestation{Memorandum: c.Memoranda[i].Slug, Edition: c.Memoranda[i].Edition}
		for j := range c.Memoranda[i].Measures {
			if j%every == 0 {
				s.Measures = append(s.Measures, c.Memoranda[i].Measures[j].Slug)
			}
		}
		statements = append(statements, s)
	}
	var s Attestation
	for i, b := range c.Bases {
		if i%3 != 1 {
			s.Bases = append(s.Bases, b.Slug)
		}
	}
	for _, e := range c.BasicList.Editions[1:] {
		s.BasicList = append(s.BasicList, e.Name)
	}
	return indexed(c, append(statements, s))
}

// TestIndexAgreesWithResolve asks both everything: each list type, kind of subject
// and of ground, with and without attestation, on every day on which something
// begins or ends, and the days before and after.
func TestIndexAgreesWithResolve(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]*Catalogue{"embedded": embedded(t), "city": city(t)} {
		days := boundaries(c)
		for _, row := range []struct {
			name     string
			attested *Attestations
			require  bool
		}{
			{"not asked for", nil, false},
			{"required, none", nil, true},
			{"required, some", attestedByLawyer(c, 2), true},
			{"not asked for, some", attestedByLawyer(c, 2), false},
		} {
			if name == "city" && row.require == (row.attested == nil) {
				continue // two of the four ways are enough where the data are made
			}
			t.Run(name+", attestation "+row.name, func(t *testing.T) {
				t.Parallel()
				x, err := c.Index(row.attested, row.require)
				if err != nil {
					t.Fatal(err)
				}
				asked := 0
				for _, on := range days {
					for _, listType := range c.ListTypes {
						for _, q := range questions(listType.Slug, on) {
							q.Attested, q.RequireAttestation = row.attested, row.require
							agree(t, c, x, q)
							asked++
						}
					}
				}
				t.Logf("%d questions on %d days", asked, len(days))
			})
		}
	}
}

func questions(listType string, on day.Day) []Question {
	var all []Question
	for _, subject := range SubjectKinds() {
		for _, ground := range GroundKinds() {
			all = append(all, Question{ListType: listType, Subject: subject, Ground: ground, On: on})
		}
	}
	return all
}

// failing is a test or a property's run.
type failing interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

// agree holds one answer of the index to the resolution, inclusions field by field.
func agree(t failing, c *Catalogue, x *Index, q Question) {
	t.Helper()
	want, err := c.Resolve(q)
	if err != nil {
		t.Fatal(err)
	}
	got, err := x.Resolve(IndexQuestion{ListTypes: []string{q.ListType}, Subject: q.Subject, Ground: q.Ground, On: q.On}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != len(want.Included)+len(want.Excluded) {
		t.Fatalf("%+v: %d verdicts, want %d and %d", q, len(got), len(want.Included), len(want.Excluded))
	}
	inn, out := 0, 0
	for _, v := range got {
		switch {
		case v.Included():
			w := want.Included[inn]
			if v.Code != w.Reason.Code || v.Measure != w.Measure || v.Memorandum.Slug != w.Memorandum || !same(*v.In, w) {
				t.Fatalf("%+v: %s", q, cmp.Diff(w, *v.In))
			}
			inn++
		default:
			w := want.Excluded[out]
			if v.Code != w.Code || v.Measure != w.Measure || v.Memorandum.Slug != w.Memorandum {
				t.Fatalf("%+v: %s %s, want %s %s", q, v.Measure.Slug, v.Code, w.Measure.Slug, w.Code)
			}
			out++
		}
	}
	if inn != len(want.Included) {
		t.Fatalf("%+v: %d in, want %d", q, inn, len(want.Included))
	}
}

// same is faster than cmp and exact: pointers of one catalogue are compared as such.
func same(a, b Inclusion) bool {
	return a.Memorandum == b.Memorandum && a.Measure == b.Measure && a.Inform == b.Inform &&
		slices.Equal(a.Bodies, b.Bodies) && slices.Equal(a.Bases, b.Bases) &&
		a.BasicListItem == b.BasicListItem && a.BasicListEdition == b.BasicListEdition &&
		a.Territory == b.Territory && a.Reason == b.Reason
}

// TestIndexOfAllListTypes is the answers of the single ones, one after another.
func TestIndexOfAllListTypes(t *testing.T) {
	t.Parallel()
	c := city(t)
	x, err := c.Index(nil, false)
	if err != nil {
		t.Fatal(err)
	}
	q := IndexQuestion{Subject: LegalPerson, On: date(t, "2025-09-01"), Ground: OnListing}
	all, err := x.Resolve(q, nil)
	if err != nil {
		t.Fatal(err)
	}
	var single []Verdict
	for _, listType := range c.ListTypes {
		q.ListTypes = []string{listType.Slug}
		if single, err = x.Resolve(q, single); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(single, all, cmp.Comparer(func(a, b Verdict) bool { return a == b })); diff != "" {
		t.Error(diff)
	}
	if len(all) != memorandatest.CityMeasures || len(c.Memoranda) != memorandatest.CityMemoranda || len(c.Bodies) != memorandatest.CityDepartments {
		t.Errorf("%d verdicts of %d memoranda and %d bodies", len(all), len(c.Memoranda), len(c.Bodies))
	}
}

func TestIndexRefusesWhatResolveRefuses(t *testing.T) {
	t.Parallel()
	c, other := embedded(t), city(t)
	x, err := c.Index(nil, false)
	if err != nil {
		t.Fatal(err)
	}
	good := Question{ListType: "judgment-debtor", Subject: LegalPerson, On: date(t, "2025-09-01"), Ground: OnListing}
	for i, spoil := range []func(*Question){
		func(q *Question) { q.ListType = "no-list" },
		func(q *Question) { q.Subject = "nobody" },
		func(q *Question) { q.Ground = "whim" },
		func(q *Question) { q.On = 0 },
	} {
		q := good
		spoil(&q)
		_, want := c.Resolve(q)
		_, got := x.Resolve(IndexQuestion{ListTypes: []string{q.ListType}, Subject: q.Subject, On: q.On, Ground: q.Ground}, nil)
		if diff := cmp.Diff(fmt.Sprint(want), fmt.Sprint(got)); diff != "" || want == nil {
			t.Errorf("%d: %s", i, diff)
		}
	}
	if _, err := c.Index(attestedByLawyer(other, 1), true); !cmp.Equal(err, ErrOtherCatalogue, cmpopts.EquateErrors()) {
		t.Errorf("attestations of another catalogue: %v", err)
	}
}

// BenchmarkIndex resolves one subject against the whole catalogue on a day: every
// list type on one ground. The aim is under 50 µs without allocation.
func BenchmarkIndex(b *testing.B) {
	for _, c := range []struct {
		name      string
		catalogue *Catalogue
	}{{"embedded", embedded(b)}, {"city", city(b)}} {
		b.Run(c.name, func(b *testing.B) {
			x, err := c.catalogue.Index(nil, false)
			if err != nil {
				b.Fatal(err)
			}
			q := IndexQuestion{Subject: LegalPerson, On: date(b, "2025-09-01"), Ground: OnListing}
			into, err := x.Resolve(q, nil)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if into, err = x.Resolve(q, into[:0]); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(len(into)), "measures")
		})
	}
}

// BenchmarkIndexing makes the index.
func BenchmarkIndexing(b *testing.B) {
	c := city(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.Index(nil, false); err != nil {
			b.Fatal(err)
		}
	}
}
