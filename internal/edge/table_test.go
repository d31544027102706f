package edge

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"concordat/enforcement"
)

func TestEveryCodeHasAStatus(t *testing.T) {
	t.Parallel()
	for _, code := range Codes() {
		if _, ok := statusOf(code); !ok {
			t.Errorf("%s has no status", code)
		}
	}
	if status, ok := statusOf("no.such"); ok || status != statusUnassigned {
		t.Errorf("an unknown code: %d %t", status, ok)
	}
	known := map[string]bool{}
	for _, code := range Codes() {
		known[code] = true
		for i, c := range code {
			if c == '.' {
				known[code[:i]] = true
			}
		}
	}
	for code := range statuses {
		if !known[code] {
			t.Errorf("a status for %s, which nobody can say", code)
		}
	}
}

func TestCursor(t *testing.T) {
	t.Parallel()
	id := enforcement.NewID()
	got, err := After(Cursor(id))
	if err != nil || got != id {
		t.Errorf("%s came back as %s: %v", id, got, err)
	}
	for _, bad := range []string{"x", "!!!!", Cursor(id) + "A", Cursor(id)[:20], id.String()} {
		if _, err := After(bad); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

func TestCut(t *testing.T) {
	t.Parallel()
	self := func(id enforcement.ID) enforcement.ID { return id }
	ids := []enforcement.ID{enforcement.NewID(), enforcement.NewID(), enforcement.NewID()}
	for limit, last := range map[int]int{1: 0, 2: 1} {
		page, next := Cut(ids, limit, self)
		if !slices.Equal(page, ids[:limit]) || next != Cursor(ids[last]) {
			t.Errorf("%d of three: %d, next %q", limit, len(page), next)
		}
	}
	for _, limit := range []int{3, 4} {
		if page, next := Cut(ids, limit, self); len(page) != 3 || next != "" {
			t.Errorf("%d of three: %d, next %q", limit, len(page), next)
		}
	}
}

func TestNumbersAreInOrder(t *testing.T) {
	t.Parallel()
	last := Numbered(0)
	for _, n := range []enforcement.OrganisationID{1, 2, 255, 256, 1 << 30} {
		if id := Numbered(n); slices.Compare(last[:], id[:]) >= 0 {
			t.Errorf("%d is not after what is before it", n)
		} else {
			last = id
		}
	}
}

// deadlined is a connection's writer, which can be told how long to wait.
type deadlined struct {
	http.ResponseWriter
	until time.Time
}

func (d *deadlined) SetReadDeadline(until time.Time) error { d.until = until; return nil }

// A body is read under a deadline whether or not its answer is held back.
func TestAHeldAnswerLetsDeadlinesThrough(t *testing.T) {
	t.Parallel()
	connection, until := &deadlined{}, time.Now().Add(time.Minute)
	if err := http.NewResponseController(&heldWriter{to: connection}).SetReadDeadline(until); err != nil || !connection.until.Equal(until) {
		t.Errorf("%v: the deadline is %s", err, connection.until)
	}
}
