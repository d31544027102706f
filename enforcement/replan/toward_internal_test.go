package replan

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"concordat/enforcement/directive"
)

// What takes away goes first, in express and whatever it has; what adds comes
// after it and burdens. What the recipient holds decides, and where that is not
// known nothing is taken for held.
func TestToward(t *testing.T) {
	t.Parallel()
	type s = []int16
	row := func(kind directive.VersionKind, set s, lane directive.Lane, burdens bool, step directive.Step) told {
		return told{kind, set, lane, burdens, step}
	}
	for name, one := range map[string]struct {
		f    followed
		to   s
		want []told
	}{
		"the same set":                   {followed{carried: s{1, 2}, has: s{1, 2}, gone: true}, s{1, 2}, nil},
		"a measure goes":                 {followed{carried: s{1, 2}, has: s{1, 2}, gone: true}, s{1}, []told{row(directive.Amend, s{1}, directive.Express, false, directive.Queued)}},
		"a measure comes":                {followed{carried: s{1}, has: s{1}, gone: true}, s{1, 2}, []told{row(directive.Amend, s{1, 2}, directive.Bulk, true, directive.Queued)}},
		"one goes and one comes":         {followed{carried: s{1, 2}, has: s{1, 2}, gone: true}, s{2, 3}, []told{row(directive.Amend, s{2}, directive.Express, false, directive.Queued), row(directive.Amend, s{2, 3}, directive.Bulk, true, directive.Queued)}},
		"nothing stays":                  {followed{carried: s{1}, has: s{1}, gone: true}, s{2}, []told{row(directive.Withdraw, s{}, directive.Express, false, directive.Queued)}},
		"the organisation drops out":     {followed{carried: s{1}, has: s{1}, gone: true}, nil, []told{row(directive.Withdraw, s{}, directive.Express, false, directive.Queued)}},
		"out before anything left":       {followed{carried: s{1}}, nil, []told{row(directive.Withdraw, s{}, directive.Express, false, directive.Cancelled)}},
		"less before anything left":      {followed{carried: s{1, 2}}, s{1}, []told{row(directive.Amend, s{1}, directive.Bulk, true, directive.Queued)}},
		"nobody knows what left":         {followed{carried: s{1, 2}, gone: true}, s{1}, []told{row(directive.Amend, s{1}, directive.Bulk, true, directive.Queued)}},
		"suspended":                      {followed{carried: s{1, 2}, has: s{}, gone: true, suspended: true}, s{1}, []told{row(directive.Amend, s{1}, directive.Bulk, true, directive.Cancelled), row(directive.Suspend, s{}, directive.Express, false, directive.Queued)}},
		"suspended before any left":      {followed{carried: s{1}, suspended: true}, s{1, 2}, []told{row(directive.Amend, s{1, 2}, directive.Bulk, true, directive.Cancelled), row(directive.Suspend, s{}, directive.Express, false, directive.Cancelled)}},
		"resumed, not yet told":          {followed{carried: s{1, 2}, has: s{}, gone: true}, s{1}, []told{row(directive.Amend, s{1}, directive.Bulk, true, directive.Queued)}},
		"an addition had not left":       {followed{carried: s{1, 2}, has: s{1}, gone: true}, s{1}, []told{row(directive.Amend, s{1}, directive.Express, false, directive.Queued)}},
		"what is held goes, a new stays": {followed{carried: s{1, 2}, has: s{1}, gone: true}, s{2}, []told{row(directive.Suspend, s{}, directive.Express, false, directive.Queued), row(directive.Amend, s{2}, directive.Bulk, true, directive.Queued)}},
		"a removal had not left":         {followed{carried: s{1}, has: s{1, 2}, gone: true}, s{1, 2}, []told{row(directive.Amend, s{1, 2}, directive.Bulk, true, directive.Queued)}},
		"nor had it when one came":       {followed{carried: s{1}, has: s{1, 2}, gone: true}, s{1, 3}, []told{row(directive.Amend, s{1}, directive.Express, false, directive.Queued), row(directive.Amend, s{1, 3}, directive.Bulk, true, directive.Queued)}},
		"unconfirmed, a measure goes":    {followed{carried: s{1, 2}, has: s{1, 2}, gone: true, unconfirmed: true}, s{1}, []told{row(directive.Suspend, s{}, directive.Express, false, directive.Queued), row(directive.Amend, s{1}, directive.Bulk, true, directive.Queued)}},
		"unconfirmed, a measure comes":   {followed{carried: s{1}, has: s{1, 2}, gone: true, unconfirmed: true}, s{1, 2}, []told{row(directive.Amend, s{1, 2}, directive.Bulk, true, directive.Queued)}},
		"unconfirmed, nothing stays":     {followed{carried: s{1}, has: s{1}, gone: true, unconfirmed: true}, s{2}, []told{row(directive.Withdraw, s{}, directive.Express, false, directive.Queued)}},
	} {
		got := one.f.toward(one.to)
		if diff := cmp.Diff(one.want, got, cmp.AllowUnexported(told{})); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}
