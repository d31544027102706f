package wire_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"concordat/notify/wire"
)

func TestInventoryRequestIsNoMessage(t *testing.T) {
	t.Parallel()
	asked := wire.InventoryRequest{Format: wire.Format, Organisation: `dept-"x"`, Inventory: wire.InventoryQuery{After: uuid.MustParse("01990000-0000-7000-8000-000000000001"), Limit: 7}}
	body := asked.Body()
	const want = `{"inventory":{"after":"01990000-0000-7000-8000-000000000001","limit":7},"format":1,"organisation":"dept-\"x\""}`
	if string(body) != want {
		t.Errorf("got %s", body)
	}
	got, err := wire.ParseInventoryRequest(body)
	if diff := cmp.Diff(asked, got); diff != "" || err != nil || !wire.IsInventoryRequest(body) {
		t.Errorf("%v %s", err, diff)
	}
	// An older receiver takes it for a message without directives.
	if m, err := wire.ParseMessage("id", body); err != nil || len(m.Directives) != 0 {
		t.Errorf("%+v, %v", m, err)
	}
	if wire.IsInventoryRequest([]byte(`{"format":1,"organisation":"x","inventory":{}}`)) {
		t.Error("a message is taken for a request")
	}
	greedy, err := wire.ParseInventoryRequest([]byte(`{"inventory":{"limit":100000},"format":1}`))
	if err != nil || greedy.Inventory.Limit != wire.MaxInventory {
		t.Errorf("%+v, %v", greedy, err)
	}
	for _, bad := range []string{`{"inventory":{"limit":0},"format":1}`, `{"inventory":{"limit":1},"format":2}`, `{"inventory":`, `{"inventory":{"after":"x","limit":1},"format":1}`} {
		if _, err := wire.ParseInventoryRequest([]byte(bad)); !errors.Is(err, wire.ErrFormat) {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

func TestParseInventory(t *testing.T) {
	t.Parallel()
	got, err := wire.ParseInventory([]byte(`{"format":1,"inventory":[{"directive":"01990000-0000-7000-8000-000000000001","version":3,"carries":true}],"more":true}`))
	want := wire.Inventory{Format: 1, More: true, Inventory: []wire.Held{{Directive: uuid.MustParse("01990000-0000-7000-8000-000000000001"), Version: 3, Carries: true}}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v %s", err, diff)
	}
	if empty, err := wire.ParseInventory([]byte("\xef\xbb\xbf" + `{"format":1,"inventory":[]}`)); err != nil || len(empty.Inventory) != 0 {
		t.Error(err)
	}
	for _, bad := range []string{`{"format":1,"answers":[]}`, `{"format":1,"inventory":null}`, `{"format":2,"inventory":[]}`, `nothing`, `{"format":1,"inventory":[{"version":70000}]}`} {
		if _, err := wire.ParseInventory([]byte(bad)); !errors.Is(err, wire.ErrFormat) {
			t.Errorf("%s: %v", bad, err)
		}
	}
}
