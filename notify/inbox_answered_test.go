package notify_test

import (
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/notify"
)

// The bulk lane lays an imposition beside its first channel when the express lane
// has the answer to the withdrawal already: no officer is shown what is over.
func TestWhatIsAnsweredAtANewerVersionIsNotInTheInbox(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	listing := b.Published(b.Subject(b.Company()))
	b.quiet(t, b.drainer)
	b.end(t, listing)
	b.quiet(t, b.drainer)
	directives, err := b.Directives.Of(t.Context(), listing)
	if err != nil {
		t.Fatal(err)
	}
	d := directives[0]
	if d.Version != 2 || d.Step != directive.Acknowledged {
		t.Fatalf("version %d is %s", d.Version, d.Step)
	}
	if _, err := b.DB.Pool.Exec(t.Context(), `UPDATE directive SET step = 'left' WHERE id = $1`, d.ID); err != nil {
		t.Fatal(err)
	}
	late := []directive.Item{{Directive: d.ID, Version: 1}}
	if _, err := b.inbox.Send(t.Context(), notify.Delivery{Organisation: d.Organisation, Lane: directive.Bulk, Items: late}); err != nil {
		t.Fatal(err)
	}
	if n := b.inboxed(d.Organisation); n != 1 {
		t.Fatalf("%d items were laid, want 1", n)
	}
	clerk := b.As(enforcement.DepartmentClerk, d.Organisation)
	shown, err := b.inbox.List(t.Context(), clerk, "", enforcement.ID{}, 10)
	if err != nil {
		t.Fatal(err)
	}
	if len(shown) != 0 {
		t.Errorf("the officer is shown %v", shown)
	}
	if _, err := b.inbox.Open(t.Context(), clerk, []enforcement.ID{d.ID}); err == nil {
		t.Error("the officer opened what was over")
	}
}
