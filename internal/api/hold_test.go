package api_test

import (
	"testing"
	"time"

	"concordat/enforcement"
)

// A hold is placed by one operator, seen by everybody, and ended by another.
func TestHoldThroughTheAPI(t *testing.T) {
	t.Parallel()
	b := setup(t)
	listing := b.Published(b.Subject(b.Person())).String()
	placed := b.want(201, b.operator, "POST", "/v1/holds", object{"scope": "court", "organisation": b.Court, "reason": "演示:核对名单"})
	if quiet, _ := placed.body["quiet"].(bool); !quiet {
		t.Errorf("nothing was on its way, and the answer says %v", placed.body)
	}
	for name, token := range map[string]string{"clerk": b.clerk, "department": b.department, "overseer": b.overseer, "operator": b.operator} {
		if holds := at[[]any](t, b.want(200, token, "GET", "/v1/me", nil).body, "holds"); len(holds) != 1 {
			t.Errorf("the %s sees %d holds", name, len(holds))
		}
		if holds := b.want(200, token, "GET", "/v1/holds", nil).items(); len(holds) != 1 {
			t.Errorf("the %s is listed %d holds", name, len(holds))
		}
	}
	if holds := at[[]any](t, b.want(200, b.clerk, "GET", "/v1/listings/"+listing, nil).body, "holds"); len(holds) != 1 {
		t.Errorf("the listing shows %d holds", len(holds))
	}
	end := "/v1/holds/" + placed.id() + "/end"
	if a := b.call(b.operator, "POST", end, object{"reason": "演示"}); a.status != 403 || a.code() != "hold.second-person" {
		t.Errorf("who placed it ended it: %d %s", a.status, a.code())
	}
	second, err := b.tokens.Issue(t.Context(), "second-operator", enforcement.Operator, 0, true, time.Time{})
	must(t, err)
	b.want(204, second, "POST", end, object{"reason": "演示"})
	if a := b.call(second, "POST", end, object{"reason": "演示"}); a.status != 409 || a.code() != "hold.ended" {
		t.Errorf("it ended twice: %d %s", a.status, a.code())
	}
	if holds := b.want(200, b.clerk, "GET", "/v1/holds", nil).items(); len(holds) != 0 {
		t.Errorf("%d holds stand after the end", len(holds))
	}
	if holds := b.want(200, b.clerk, "GET", "/v1/holds?ended=true", nil).items(); len(holds) != 1 {
		t.Errorf("%d holds are remembered", len(holds))
	}
}
