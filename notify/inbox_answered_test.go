package notify_test

import (
	"net/http"
	"slices"
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

// A clerk acknowledges a lifting by hand while the system is away and never heard of it.
// When the endpoint is given up the inbox takes over, and shows it all the same.
func TestALiftingAnsweredByHandIsShownWhenTheInboxTakesOver(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	ground := b.ground(t, b.Subject(b.Company()))
	w := b.aLane(t)
	b.quiet(t, b.drainer)
	w.Lane = directive.Express
	d := b.receivers[w.Organisation]
	says := func(status int) {
		d.intercept(func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(status) })
	}
	says(http.StatusServiceUnavailable)
	if err := b.Grounds.End(t.Context(), b.Judge(), ground, "Art. 10"); err != nil {
		t.Fatal(err)
	}
	b.drain(t, w)
	clerk := b.As(enforcement.DepartmentClerk, w.Organisation)
	list, err := b.Directives.Of(t.Context(), ground)
	if err != nil {
		t.Fatal(err)
	}
	id := list[slices.IndexFunc(list, func(x directive.Directive) bool { return x.Organisation == w.Organisation })].ID
	if err := b.inbox.Answer(t.Context(), clerk, []directive.Answer{{Directive: id, Version: 2, Step: directive.Acknowledged}}); err != nil {
		t.Fatal(err)
	}
	says(http.StatusGone)
	b.put2(t, w.Organisation)
	b.quiet(t, b.drainer)
	shown, err := b.inbox.List(t.Context(), clerk, "", enforcement.ID{}, 10)
	if err != nil || len(shown) != 1 || shown[0].Version != 2 {
		t.Fatalf("the officers are shown %v: %v", shown, err)
	}
	items, err := b.inbox.Open(t.Context(), clerk, []enforcement.ID{id})
	if err != nil || len(items) != 1 || items[0].Kind != directive.Withdraw {
		t.Fatalf("opened: %v, %v", items, err)
	}
	if n := b.inboxed(w.Organisation); n != 0 {
		t.Errorf("%d items are open after that", n)
	}
	b.noFindings(t)
}
