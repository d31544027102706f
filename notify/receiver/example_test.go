package receiver_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"concordat/memoranda/day"
	"concordat/notify/receiver"
	"concordat/notify/wire"
)

// A department mounts the receiver under the address that it was registered with. The
// message is verified, taken over by version alone, and answered line by line; an older
// version that arrives late changes nothing and is acknowledged all the same.
func ExampleReceiver() {
	secret := wire.NewSecret()
	keys, err := wire.ParseKeys(secret)
	if err != nil {
		fmt.Println(err)
		return
	}
	now := time.Date(2025, time.September, 1, 2, 0, 0, 0, time.UTC)
	department := &receiver.Receiver{Keys: keys, Ledger: &receiver.Ledger{}, Now: func() time.Time { return now }}

	for _, d := range []wire.Directive{directive(2, "withdraw"), directive(1, "impose", "m/a")} {
		body, _ := json.Marshal(wire.Message{Format: wire.Format, Organisation: "dept", Lane: "express", SentAt: now, Directives: []wire.Directive{d}})
		r := httptest.NewRequestWithContext(context.Background(), http.MethodPost, "/", bytes.NewReader(body))
		wire.Sign(r.Header, keys, "attempt", now, body)
		w := httptest.NewRecorder()
		department.ServeHTTP(w, r)
		answers, err := wire.ParseAnswers(w.Body.Bytes())
		fmt.Println(w.Code, answers.Answers[0].Version, answers.Answers[0].Outcome, err)
	}
	held, _ := department.Ledger.Get(id)
	fmt.Println(held.Version, held.Withdrawn, len(department.Ledger.InForce(day.Of(2025, time.September, 1))))
	// Output:
	// 200 2 acknowledged <nil>
	// 200 1 acknowledged <nil>
	// 2 true 0
}
