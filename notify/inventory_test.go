package notify_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/restore"
	"concordat/internal/pg"
	"concordat/notify"
	"concordat/notify/wire"
)

// goBack says of the bench's database that it was restored just now.
func (b *bench) goBack(t *testing.T) {
	t.Helper()
	_, err := restore.Restored(t.Context(), b.DB, machine, b.As(enforcement.Operator, 0), machine(), func(context.Context, *pg.Tx) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
}

func (b *bench) inquirer(t *testing.T, page int) *notify.Inquirer {
	t.Helper()
	webhook := notify.NewWebhook(notify.WebhookConfig{Machine: machine, Timeout: 2 * time.Second})
	t.Cleanup(webhook.Close)
	return &notify.Inquirer{DB: b.DB, Register: b.Offices, Endpoints: b.endpoints, Webhook: webhook, Legal: b.At, Machine: machine, Page: page}
}

// plant has a department hold what the record does not know.
func (d *department) plant(n int) (ids []uuid.UUID) {
	for range n {
		id := uuid.UUID(enforcement.NewID())
		d.Ledger.Apply(wire.Message{Directives: []wire.Directive{{ID: id, Version: 2, Kind: "impose", Measures: []string{"m/lost"}}}})
		ids = append(ids, id)
	}
	return ids
}

// An inquiry that breaks off goes on where it stopped, and what it finds unknown
// is withdrawn by the same drain, lane and attempts as everything else.
func TestOrphansTravelLikeLiftings(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	b.Published(b.Subject(b.Company()))
	b.quiet(t, b.drainer)
	org := b.Departments[0]
	d := b.receivers[org]
	planted := d.plant(10)
	b.goBack(t)

	var asked atomic.Int32
	d.intercept(func(w http.ResponseWriter, r *http.Request) {
		if asked.Add(1) == 3 {
			http.Error(w, "busy", http.StatusServiceUnavailable)
		}
	})
	inquirer := b.inquirer(t, 3)
	act := b.As(enforcement.Operator, 0)
	c, err := inquirer.Ask(t.Context(), act, org)
	if err == nil || c.Done() {
		t.Fatalf("%+v, %v", c, err)
	}
	if c, err = inquirer.Ask(t.Context(), act, org); err != nil || !c.Done() || c.Corrected != len(planted) {
		t.Fatalf("%+v, %v", c, err)
	}
	b.quiet(t, b.drainer)
	for _, id := range planted {
		if held, _ := d.Ledger.Get(id); !held.Withdrawn || held.Version != 1001 {
			t.Errorf("%s is held as %+v", id, held)
		}
	}
	if n := b.Count(`SELECT count(*) FROM orphan WHERE step = 'acknowledged' AND NOT due`); n != len(planted) {
		t.Errorf("%d of %d are recorded as withdrawn", n, len(planted))
	}
	b.noFindings(t)
}

// A packed inventory is read as any other.
func TestAPackedInventoryIsRead(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	b.goBack(t)
	d := b.receivers[b.Departments[0]]
	d.intercept(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(packed("\xef\xbb\xbf" + `{"format":1,"inventory":[],"more":false}`))
	})
	if c, err := b.inquirer(t, 0).Ask(t.Context(), b.As(enforcement.Operator, 0), d.org); err != nil || !c.Done() {
		t.Errorf("%+v, %v", c, err)
	}
}

// Who has no system, or one that knows no inventories, is not asked.
func TestWhoCannotBeAsked(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	b.goBack(t)
	inquirer := b.inquirer(t, 0)
	if _, err := inquirer.Ask(t.Context(), b.As(enforcement.Operator, 0), b.Court); !errors.Is(err, notify.ErrUnasked) {
		t.Errorf("a court: %v", err)
	}
	old := b.receivers[b.Departments[0]]
	old.intercept(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, `{"format":1,"answers":[]}`) // as for a message without directives
	})
	if _, err := inquirer.Ask(t.Context(), b.As(enforcement.Operator, 0), old.org); !errors.Is(err, notify.ErrUnasked) {
		t.Errorf("an older receiver: %v", err)
	}
	old.intercept(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusNoContent) })
	if _, err := inquirer.Ask(t.Context(), b.As(enforcement.Operator, 0), old.org); !errors.Is(err, notify.ErrUnasked) {
		t.Errorf("a receiver that says nothing: %v", err)
	}
	broken := b.receivers[b.Departments[1]]
	broken.intercept(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, `{"format":1,"inventory":[{"directive":"x"}]}`)
	})
	if _, err := inquirer.Ask(t.Context(), b.As(enforcement.Operator, 0), broken.org); err == nil {
		t.Error("a broken inventory is taken")
	}
}

// Where there is no system, an orphan lies in the inbox with its id alone, and the
// officer's acknowledgement closes it.
func TestAnOrphanInTheInbox(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	b.Published(b.Subject(b.Company()))
	org := b.Departments[0]
	if _, err := b.DB.Pool.Exec(t.Context(), `DELETE FROM endpoint WHERE organisation_id = $1`, org); err != nil {
		t.Fatal(err)
	}
	b.quiet(t, b.drainer)
	b.goBack(t)
	id := enforcement.NewID()
	reviewer := b.As(enforcement.DepartmentReviewer, org)
	_, err := b.Restorer.ReconcilePage(t.Context(), reviewer, restore.InventoryPage{Lines: []directive.InventoryLine{{Directive: id, Version: 4, Carries: true}}, Last: true, Manner: restore.ReconciledFile})
	if err != nil {
		t.Fatal(err)
	}
	b.quiet(t, b.drainer)
	// What burdens lies there since before and is not shown under the hold.
	list, err := b.inbox.List(t.Context(), reviewer, "", enforcement.ID{}, 10)
	if err != nil || len(list) != 1 || list[0].Directive != id || list[0].Version != 1001 {
		t.Fatalf("the inbox shows %+v, %v", list, err)
	}
	items, err := b.inbox.Open(t.Context(), reviewer, []enforcement.ID{id})
	if err != nil || len(items) != 1 || items[0].Kind != directive.Withdraw || items[0].Subject.Number != "" || len(items[0].Measures) != 0 {
		t.Fatalf("opened %+v, %v", items, err)
	}
	if err := b.inbox.Answer(t.Context(), reviewer, []directive.Answer{{Directive: id, Version: 1001, Step: directive.Acknowledged}}); err != nil {
		t.Fatal(err)
	}
	if list, err = b.inbox.List(t.Context(), reviewer, "", enforcement.ID{}, 10); err != nil || len(list) != 0 {
		t.Errorf("after the answer the inbox shows %+v, %v", list, err)
	}
	other := b.As(enforcement.DepartmentReviewer, b.Departments[1])
	if err := b.Directives.Answer(t.Context(), other, []directive.Answer{{Directive: id, Version: 1001, Step: directive.Acknowledged}}); err == nil {
		t.Error("another organisation answered")
	}
	b.noFindings(t)
}

// An orphan's message says nothing of anybody.
func TestAnOrphansMessageHasTheIDAlone(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	d := b.receivers[b.Departments[0]]
	id := d.plant(1)[0]
	b.goBack(t)
	if _, err := b.inquirer(t, 0).Ask(t.Context(), b.As(enforcement.Operator, 0), d.org); err != nil {
		t.Fatal(err)
	}
	var body string
	d.intercept(func(w http.ResponseWriter, r *http.Request) {
		text, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		body = string(text)
		http.Error(w, "busy", http.StatusServiceUnavailable)
	})
	b.drain(t, directive.WakeUp{Organisation: d.org, Lane: directive.Express})
	if !strings.Contains(body, id.String()) || strings.Contains(body, `"subject"`) {
		t.Errorf("the message is %s", body)
	}
	if m, err := wire.ParseMessage("id", []byte(body)); err != nil || len(m.Directives) != 1 || m.Directives[0].Kind != "withdraw" {
		t.Errorf("%+v, %v", m, err)
	}
}
