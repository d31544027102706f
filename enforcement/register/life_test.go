package register_test

import (
	"testing"

	"concordat/enforcement/directive"
	"concordat/enforcement/enforcetest"
	"concordat/internal/pg/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func TestOneLife(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	id := b.Published(b.Subject(b.Person()))
	directives, err := b.Directives.Of(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	if len(directives) < 10 {
		t.Fatalf("the listing reached %d organisations", len(directives))
	}
	if got := b.Count(`SELECT count(*) FROM river.river_job`); got != len(directives) {
		t.Errorf("%d wake-ups for %d organisations", got, len(directives))
	}
	if err := b.Listings.Delete(ctx, b.Judge(), enforcetest.Of(id), b.Ending(1)); err != nil {
		t.Fatal(err)
	}
	directives, err = b.Directives.Of(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range directives {
		if d.Kind != directive.Withdraw || d.Step != directive.Cancelled {
			t.Errorf("directive %s, never sent, is %s %s after the end", d.ID, d.Kind, d.Step)
		}
	}
	audit, err := b.Auditor.Directives(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(audit.Findings) > 0 || audit.Versions == 0 {
		t.Errorf("audit: %+v", audit)
	}
}
