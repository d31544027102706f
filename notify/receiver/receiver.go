package receiver

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"time"

	"concordat/notify/wire"
)

// maxBody is the largest message taken, bytes: a thousand directives are under one MiB.
const maxBody = 16 << 20

// Receiver verifies, applies and answers messages by HTTP. Keys and Now are
// required.
type Receiver struct {
	Keys []wire.Key
	// Ledger holds what was taken over; nil acknowledges and forgets.
	Ledger *Ledger
	Now    func() time.Time
	// Answer may change what the ledger answered, for instance to add reports or
	// to leave lines out; nil leaves it.
	Answer func(m wire.Message, answers wire.Answers) wire.Answers
}

// ServeHTTP answers 401 to a message without a valid signature, 400 to one that
// cannot be read, 413 to one that is too long, and 200 with a line for each
// directive. An inventory request is answered with a page of what is held.
func (rc *Receiver) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := readBody(w, r)
	if err != nil {
		http.Error(w, "too long or broken off", http.StatusRequestEntityTooLarge)
		return
	}
	id, err := wire.Verify(r.Header, body, rc.Keys, rc.Now())
	if err != nil {
		http.Error(w, "signature", http.StatusUnauthorized)
		return
	}
	if wire.IsInventoryRequest(body) {
		rc.inventory(w, body)
		return
	}
	m, err := wire.ParseMessage(id, body)
	if err != nil {
		http.Error(w, "format", http.StatusBadRequest)
		return
	}
	answers := rc.apply(m)
	if rc.Answer != nil {
		answers = rc.Answer(m, answers)
	}
	text := answers.Append(make([]byte, 0, 128+104*len(answers.Answers)))
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(text))) // spares the sender a copy of what is long
	_, _ = w.Write(text)                                      //nolint:gosec // JSON by its type, read by no browser; the sender learns of a broken answer by itself
}

// inventory answers what the ledger holds. A receiver that forgets holds nothing.
func (rc *Receiver) inventory(w http.ResponseWriter, body []byte) {
	asked, err := wire.ParseInventoryRequest(body)
	if err != nil {
		http.Error(w, "format", http.StatusBadRequest)
		return
	}
	page := wire.Inventory{Format: wire.Format, Inventory: []wire.Held{}}
	if rc.Ledger != nil {
		page = rc.Ledger.Inventory(asked.Inventory)
	}
	text, err := json.Marshal(page)
	if err != nil {
		http.Error(w, "inventory", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(text) // the asker learns of a broken answer by itself
}

func (rc *Receiver) apply(m wire.Message) wire.Answers {
	if rc.Ledger == nil {
		return acknowledge(m)
	}
	return rc.Ledger.Apply(m)
}

// readBody reads into one slice of the announced length: messages are large.
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	limited := http.MaxBytesReader(w, r.Body, maxBody)
	if r.ContentLength <= 0 || r.ContentLength > maxBody {
		return io.ReadAll(limited)
	}
	body := make([]byte, r.ContentLength)
	_, err := io.ReadFull(limited, body)
	return body, err
}
