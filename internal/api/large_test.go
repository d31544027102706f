package api_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"concordat/internal/api"
)

// A clerk sends large papers, many at a time and slowly, until the program has no memory left
// and liftings wait for its restart. Two are read; a third is told to come again. Small
// requests go on, and so does a lifting with a paper as large.
func TestLargePapersOfOneDoNotFillTheMemory(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.config.LargeWait = 2 * time.Second // the slow ones, too, may wait for a place at first
	handler, err := api.New(b.config)
	must(t, err)
	b.server.Config.Handler = handler
	published := b.Published(b.Subject(b.Company())).String()
	ended := make(chan int, 2)
	var slow []*io.PipeWriter
	for range 2 {
		body, sends := io.Pipe()
		slow = append(slow, sends)
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.server.URL+"/v1/listings", body)
		must(t, err)
		r.Header.Set("Authorization", "Bearer "+b.clerk)
		r.Header.Set("Content-Type", "application/json")
		go func() {
			answer, err := b.server.Client().Do(r)
			if err != nil {
				t.Error(err)
				ended <- 0
				return
			}
			ended <- answer.StatusCode
			_ = answer.Body.Close()
		}()
		_, err = io.WriteString(sends, `{"papers":`) // somebody reads it
		must(t, err)
	}
	large, err := json.Marshal(object{"papers": []object{{"purpose": "facts-1", "document": bytes.Repeat([]byte("演示"), 300_000)}}})
	must(t, err)
	draft := func(body string) answer { return b.send(b.clerk, http.MethodPost, "/v1/listings", body) }
	third := draft(string(large))
	for begin := time.Now(); third.status != http.StatusServiceUnavailable && time.Since(begin) < time.Minute; {
		third = draft(string(large)) // one of the slow ones was not there yet
	}
	if third.code() != "unavailable" || third.header.Get("Retry-After") == "" {
		t.Errorf("a third large one: %d %s", third.status, third.text)
	}
	if got := draft(`{}`); got.status != http.StatusUnprocessableEntity {
		t.Errorf("a small one: %d %s", got.status, got.text)
	}
	lifts := b.send(b.clerk, http.MethodPost, "/v1/listings/"+published+"/suspension", object{"reason": "wrong-person", "document": bytes.Repeat([]byte("演示"), 300_000)})
	if lifts.status != http.StatusOK {
		t.Errorf("what lifts, with a large paper: %d %s", lifts.status, lifts.text)
	}
	bars := b.send(b.clerk, http.MethodPost, "/v1/listings/"+published+"/exclusions", object{"kind": "performed", "document": bytes.Repeat([]byte("演示"), 300_000)})
	if bars.status == http.StatusServiceUnavailable {
		t.Errorf("what bars, with a large paper: %d %s", bars.status, bars.text)
	}
	for _, sends := range slow {
		must(t, sends.Close())
		if status := <-ended; status != http.StatusBadRequest && status != http.StatusRequestTimeout { // it broke off, or was too slow
			t.Errorf("a slow one that broke off: %d", status)
		}
	}
	if got := draft(string(large)); got.status != http.StatusUnprocessableEntity {
		t.Errorf("a large one when there is room: %d %s", got.status, got.text)
	}
}

// Where anybody may ask, nobody sends a megabyte to be kept in memory.
func TestWhoeverHasNoTokenSendsLittle(t *testing.T) {
	t.Parallel()
	b := setup(t)
	got := b.send("", http.MethodPost, "/v1/resolve", object{"list_type": strings.Repeat("x", 32<<10), "subject_kind": "natural-person"})
	if got.status != http.StatusRequestEntityTooLarge {
		t.Errorf("%d %s", got.status, got.text)
	}
}
