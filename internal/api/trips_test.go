package api_test

import (
	"net/http"
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/enforcetest"
	"concordat/internal/pg/pgtest"
)

// What an act costs in round trips, by HTTP and with a key: the token, the request that
// may have been answered, the act itself, and the answer that is kept.
func TestRoundTripsOfActs(t *testing.T) {
	t.Parallel()
	db, trips := pgtest.NewCounted(t)
	b := setupOn(t, enforcetest.SetupOn(t, db))
	steps := []struct {
		name  string
		token string
		most  int
		body  any
	}{
		{"warning", b.clerk, 8, b.warnBody()},
		{"proposal", b.judge, 8, object{"number": "(2025)桂0103司惩1号", "reasons": "演示:经审查,符合规定的理由", "own_motion_reason": "演示:拒不申报财产,依职权列入", "document": []byte("演示决定书全文")}},
		{"signature", b.president, 8, nil},
		{"service", b.clerk, 8, b.serviceBody()},
		{"publication", b.clerk, 14, nil},
		{"suspension", b.judge, 8, object{"reason": "wrong-person"}},
		{"resumption", b.president, 8, resumption},
		{"deletion", b.judge, 11, object{"item": 1, "event_on": b.Day().String(), "reasons": "演示:经审查,符合规定的理由", "document": []byte("演示结束决定书")}},
	}
	count := func(round, most int, name string, act func() answer) answer {
		trips.Taken()
		a := act()
		taken := trips.Taken()
		if a.status >= http.StatusMultipleChoices {
			t.Fatalf("%s: %d %s", name, a.status, a.text)
		}
		if t.Logf("%s: %d round trips", name, taken); taken > most && round > 0 { // the first prepares statements, and enters the plan
			t.Errorf("%s: %d round trips, at most %d wanted", name, taken, most)
		}
		return a
	}
	subject := b.Subject(b.Company()).String()
	for round := range 2 {
		draft := b.draftBody(subject, b.Case().String())
		key := func() string { return enforcement.NewID().String() }
		listing := count(round, 8, "draft", func() answer {
			return b.call(b.clerk, http.MethodPost, "/v1/listings", draft, "Idempotency-Key", key())
		}).id()
		tag := `"1"`
		for _, s := range steps {
			a := count(round, s.most, s.name, func() answer {
				return b.call(s.token, http.MethodPost, "/v1/listings/"+listing+"/"+s.name, s.body, "If-Match", tag, "Idempotency-Key", key())
			})
			tag = a.header.Get("ETag")
			if s.name == "publication" { // they arrive, so that what follows must go out
				_, err := b.DB.Pool.Exec(t.Context(), `UPDATE directive SET step = 'acknowledged', due = false`)
				must(t, err)
			}
		}
	}
}
