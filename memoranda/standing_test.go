package memoranda

import (
	"slices"
	"testing"

	"concordat/memoranda/day"
)

// resolved is what all questions of a day say of one measure.
type resolved struct {
	subjects []SubjectKind // of inclusions
	codes    map[string]bool
}

// TestStandingsAgreeWithResolve asks the resolution for every kind of subject of
// the list under every ground: a measure travels just where some answer has it in.
func TestStandingsAgreeWithResolve(t *testing.T) {
	t.Parallel()
	for _, c := range []*Catalogue{embedded(t), city(t)} {
		attested := attestedByLawyer(c, 2)
		for _, require := range []bool{false, true} {
			x, err := c.Index(attested, require)
			if err != nil {
				t.Fatal(err)
			}
			for i, on := range boundaries(c) {
				if i%7 != 0 {
					continue
				}
				all := resolveAll(t, c, Question{On: on, Attested: attested, RequireAttestation: require})
				for i := range c.Memoranda {
					for _, s := range x.Standings(&c.Memoranda[i], on) {
						holdStanding(t, &s, on, all[s.Measure])
					}
				}
			}
		}
	}
}

func resolveAll(t *testing.T, c *Catalogue, q Question) map[*Measure]*resolved {
	t.Helper()
	all := make(map[*Measure]*resolved)
	of := func(m *Measure) *resolved {
		if all[m] == nil {
			all[m] = &resolved{codes: make(map[string]bool)}
		}
		return all[m]
	}
	for _, list := range c.ListTypes {
		q.ListType = list.Slug
		for _, q.Subject = range list.Subjects {
			for _, q.Ground = range GroundKinds() {
				r := resolve(t, c, q)
				for _, in := range r.Included {
					of(in.Measure).subjects = append(of(in.Measure).subjects, q.Subject)
					of(in.Measure).codes[in.Reason.Code] = true
				}
				for _, out := range r.Excluded {
					of(out.Measure).codes[out.Code] = true
				}
			}
		}
	}
	return all
}

func holdStanding(t *testing.T, s *Standing, on day.Day, want *resolved) {
	t.Helper()
	if w := s.Reason(); w.ZH == "" || w.EN == "" {
		t.Errorf("%s has no words", s.Code)
	}
	switch {
	case want == nil: // of an edition that is not in force
		if s.Travels() || (s.Ground != "" && s.Code != NoEdition) {
			t.Fatalf("%s of an edition out of force on %s: %+v", s.Measure.Slug, on, s)
		}
	case !slices.Equal(want.subjects, s.Subjects) || !want.codes[s.Code] || s.Travels() != (len(want.subjects) > 0):
		t.Fatalf("%s on %s: reaches %v, %s; resolved %+v", s.Measure.Slug, on, s.Subjects, s.Code, want)
	}
}
