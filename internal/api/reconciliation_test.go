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

// After a restore the public list is closed, and a department's reviewer hands in
// what it holds, page by page, or states that nothing came.
func TestReconciliationThroughTheAPI(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Published(b.Subject(b.Company()))
	if a := b.call(b.operator, "GET", "/v1/reconciliation", nil); a.status != 409 || a.code() != "restore.none" {
		t.Errorf("without a restoration: %d %s", a.status, a.code())
	}
	machine := func() time.Time { return time.Now().UTC() }
	_, err := restore.Restored(t.Context(), b.DB, machine, b.As(enforcement.Operator, 0), machine(), func(context.Context, *pg.Tx) error { return nil })
	must(t, err)
	if a := b.call("", "GET", "/v1/public/listings", nil); a.status != 503 || a.code() != "restore.reconciling" {
		t.Errorf("the public list: %d %s", a.status, a.code())
	}
	_, err = b.tokens.Wake(t.Context(), b.As(enforcement.Operator, 0), access.Sleepers{})
	must(t, err)
	issue := func(role enforcement.Role, org enforcement.OrganisationID) string {
		token, err := b.tokens.Issue(t.Context(), string(role)+"-r-"+org.String(), role, org, true, time.Time{})
		must(t, err)
		return token
	}
	reviewer, other := issue(enforcement.DepartmentReviewer, b.Departments[0]), issue(enforcement.DepartmentReviewer, b.Departments[1])
	first, second := enforcement.NewID().String(), enforcement.NewID().String()
	page := object{"lines": []object{{"directive": first, "version": 3, "carries": true}}, "last": false}
	for range 2 { // the second time it is done
		got := b.want(200, reviewer, "POST", "/v1/reconciliation", page)
		if got.body["reached"] != first || got.body["corrected"] != float64(1) {
			t.Errorf("after the first page: %v", got.body)
		}
	}
	if a := b.call(reviewer, "POST", "/v1/reconciliation", object{"after": second, "lines": []object{}, "last": true}); a.status != 409 || a.code() != "reconciliation.page" {
		t.Errorf("a page left out: %d %s", a.status, a.code())
	}
	got := b.want(200, reviewer, "POST", "/v1/reconciliation", object{"after": first, "lines": []object{{"directive": second, "version": 2, "withdrawn": true}}, "last": true})
	if got.body["done_by"] == "" || got.body["checked"] != float64(2) {
		t.Errorf("after the last page: %v", got.body)
	}
	b.want(200, other, "POST", "/v1/reconciliation/statement", object{"statement": "演示:此后未收到"})
	if a := b.call(b.clerk, "POST", "/v1/reconciliation/statement", object{"statement": "演示"}); a.status != 403 {
		t.Errorf("a court's clerk: %d %s", a.status, a.code())
	}
	if items := b.want(200, reviewer, "GET", "/v1/reconciliation", nil).items(); len(items) != 1 {
		t.Errorf("a department sees %d organisations", len(items))
	}
	if items := b.want(200, b.operator, "GET", "/v1/reconciliation", nil).items(); len(items) != len(b.Departments) {
		t.Errorf("the operator sees %d organisations of %d", len(items), len(b.Departments))
	}
}
