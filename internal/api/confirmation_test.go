package api_test

import (
	"context"
	"testing"
	"time"

	"concordat/enforcement"
	"concordat/enforcement/restore"
	"concordat/internal/access"
	"concordat/internal/pg"
)

// After a restore tokens sleep, and a court confirms its list in one act, with the list
// before its eyes; who is no signer is not asked.
func TestConfirmationThroughTheAPI(t *testing.T) {
	t.Parallel()
	b := setup(t)
	kept, ended := b.Published(b.Subject(b.Company())), b.Published(b.Subject(b.Company()))
	must(t, func() error {
		_, err := restore.Restored(t.Context(), b.DB, time.Now, b.As(enforcement.Operator, 0), time.Now(), func(context.Context, *pg.Tx) error { return nil })
		return err
	}())
	if a := b.call(b.president, "GET", "/v1/me", nil); a.status != 401 || a.code() != "token.asleep" {
		t.Errorf("a token of the backup: %d %s", a.status, a.code())
	}
	_, err := b.tokens.Wake(t.Context(), b.As(enforcement.Operator, 0), access.Sleepers{})
	must(t, err)
	list, err := b.Restorer.Reconciliations(t.Context())
	must(t, err)
	for _, c := range list {
		_, err := b.Restorer.ReconcileStated(t.Context(), b.As(enforcement.DepartmentReviewer, c.Organisation), 0, "演示:此后未收到")
		must(t, err)
	}
	for _, token := range []string{b.clerk, b.operator} {
		if a := b.call(token, "GET", "/v1/confirmation", nil); a.status != 403 {
			t.Errorf("who is no signer: %d %s", a.status, a.code())
		}
	}
	page := b.want(200, b.president, "GET", "/v1/confirmation?limit=5", nil)
	if items := page.items(); len(items) != 2 || page.body["unanswered"] != float64(0) {
		t.Fatalf("%v", page.body)
	}
	body := object{"limit": 5, "hash": page.body["hash"], "except": []string{ended.String()}, "reasons": "演示:丢失期间无退出事由", "document": []byte("演示确认决定书")}
	drafter, err := b.tokens.Issue(t.Context(), b.Judge().Actor.ID, enforcement.Judge, b.Court, true, time.Time{})
	must(t, err)
	if a := b.call(drafter, "POST", "/v1/confirmation", body); a.status != 403 || a.code() != "confirmation.second-person" {
		t.Errorf("who drafted: %d %s", a.status, a.code())
	}
	if got := b.want(200, b.president, "POST", "/v1/confirmation", body); got.body["confirmed"] != float64(1) {
		t.Errorf("%v", got.body)
	}
	if a := b.call(b.president, "POST", "/v1/confirmation", body); a.status != 409 || a.code() != "confirmation.changed" {
		t.Errorf("once more: %d %s", a.status, a.code())
	}
	if a := b.call(b.president, "POST", "/v1/listings/"+kept.String()+"/confirmation", object{"reasons": "演示:经审查,符合规定的理由", "document": []byte("演示材料")}); a.status != 428 {
		t.Errorf("without the version that was seen: %d %s", a.status, a.code())
	}
	b.moved(b.president, ended.String(), "confirmation", object{"reasons": "演示:已核实,丢失期间无退出事由", "document": []byte("演示决定")})
}
