package enforcement

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What takes away goes first, in express and whatever is held; what adds comes
// after it and burdens. What the recipient holds decides, and where that is not
// known nothing is taken for held.
func TestToward(t *testing.T) {
	t.Parallel()
	type s = []int16
	row := func(kind VersionKind, set s, lane Lane, burdens bool, step Step) told {
		return told{kind, set, lane, burdens, step}
	}
	for name, one := range map[string]struct {
		f    followed
		to   s
		want []told
	}{
		"the same set":                   {followed{carried: s{1, 2}, held: s{1, 2}, gone: true}, s{1, 2}, nil},
		"a measure goes":                 {followed{carried: s{1, 2}, held: s{1, 2}, gone: true}, s{1}, []told{row(Amend, s{1}, Express, false, Queued)}},
		"a measure comes":                {followed{carried: s{1}, held: s{1}, gone: true}, s{1, 2}, []told{row(Amend, s{1, 2}, Bulk, true, Queued)}},
		"one goes and one comes":         {followed{carried: s{1, 2}, held: s{1, 2}, gone: true}, s{2, 3}, []told{row(Amend, s{2}, Express, false, Queued), row(Amend, s{2, 3}, Bulk, true, Queued)}},
		"nothing stays":                  {followed{carried: s{1}, held: s{1}, gone: true}, s{2}, []told{row(Withdraw, s{}, Express, false, Queued)}},
		"the organisation drops out":     {followed{carried: s{1}, held: s{1}, gone: true}, nil, []told{row(Withdraw, s{}, Express, false, Queued)}},
		"out before anything left":       {followed{carried: s{1}}, nil, []told{row(Withdraw, s{}, Express, false, Cancelled)}},
		"less before anything left":      {followed{carried: s{1, 2}}, s{1}, []told{row(Amend, s{1}, Bulk, true, Queued)}},
		"nobody knows what left":         {followed{carried: s{1, 2}, gone: true}, s{1}, []told{row(Amend, s{1}, Bulk, true, Queued)}},
		"suspended":                      {followed{carried: s{1, 2}, held: s{}, gone: true, suspended: true}, s{1}, []told{row(Amend, s{1}, Bulk, true, Cancelled), row(Suspend, s{}, Express, false, Queued)}},
		"suspended before any left":      {followed{carried: s{1}, suspended: true}, s{1, 2}, []told{row(Amend, s{1, 2}, Bulk, true, Cancelled), row(Suspend, s{}, Express, false, Cancelled)}},
		"resumed, not yet told":          {followed{carried: s{1, 2}, held: s{}, gone: true}, s{1}, []told{row(Amend, s{1}, Bulk, true, Queued)}},
		"an addition had not left":       {followed{carried: s{1, 2}, held: s{1}, gone: true}, s{1}, []told{row(Amend, s{1}, Express, false, Queued)}},
		"what is held goes, a new stays": {followed{carried: s{1, 2}, held: s{1}, gone: true}, s{2}, []told{row(Suspend, s{}, Express, false, Queued), row(Amend, s{2}, Bulk, true, Queued)}},
		"a removal had not left":         {followed{carried: s{1}, held: s{1, 2}, gone: true}, s{1, 2}, []told{row(Amend, s{1, 2}, Bulk, true, Queued)}},
		"nor had it when one came":       {followed{carried: s{1}, held: s{1, 2}, gone: true}, s{1, 3}, []told{row(Amend, s{1}, Express, false, Queued), row(Amend, s{1, 3}, Bulk, true, Queued)}},
	} {
		got := one.f.toward(one.to)
		if diff := cmp.Diff(one.want, got, cmp.AllowUnexported(told{})); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}
