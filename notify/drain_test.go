package notify_test

import (
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/enforcetest"
)

func TestEveryDepartmentHoldsWhatTheRecordSays(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	person := b.Published(b.Subject(b.Person()))
	b.Published(b.Subject(b.Company()))
	b.quiet(t, b.drainer)
	b.agree(t)
	if err := b.Delete(t.Context(), b.Judge(), enforcetest.Of(person), b.Ending(1)); err != nil {
		t.Fatal(err)
	}
	b.quiet(t, b.drainer)
	b.agree(t)
	if n := b.Count(`SELECT count(*) FROM amendment WHERE kind = 'withdraw' AND step = 'acknowledged'`); n == 0 {
		t.Error("no withdrawal was acknowledged")
	}
	if n := b.Count(`SELECT count(*) FROM directive WHERE step <> 'acknowledged'`); n != 0 {
		t.Errorf("%d directives are not acknowledged", n)
	}
	_ = enforcement.Express
}
