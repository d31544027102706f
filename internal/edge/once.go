package edge

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"hash"
	"io"
	"maps"
	"net/http"
	"strconv"
	"time"

	"concordat/enforcement"
	"concordat/enforcement/record"
)

// keepTimeout bounds the keeping of an answer once its effect is committed: the
// client may have gone, and will ask again.
const keepTimeout = 5 * time.Second

// Act is the act of the request's actor, now. The request's body must have been
// read. answered: the request was answered before, and the answer of then is what
// will be sent; do nothing and write anything.
func (d *Door) Act(ctx context.Context) (act enforcement.Act, answered bool, err error) {
	v := visitOf(ctx)
	act = enforcement.Act{At: d.Legal(), Actor: v.Actor, Key: v.key}
	if v.keyed == nil {
		return act, false, nil
	}
	act.Request = v.keyed.request(v.line, v.Actor)
	v.keyed.act = act
	v.keyed.replay, err = d.Register.Record.Replied(act.Request, v.kept)
	return act, v.keyed.replay != nil, err
}

// once works a request that carries an Idempotency-Key: it is done once, and
// every answer to it is the same. What is written is held back until the answer is
// kept. Refusals are not kept: the same request may pass later.
func (d *Door) once(w http.ResponseWriter, r *http.Request, e Endpoint, work func(http.ResponseWriter, *http.Request)) {
	v := visitOf(r.Context())
	k := &keyed{Endpoint: e, key: r.Header.Get(keyHeader)}
	if !e.BodyNotHashed {
		k.body = sha256.New()
		r = r.WithContext(r.Context()) // a copy, since the body is another
		r.Body = readAlong{io.TeeReader(r.Body, k.body), r.Body}
	}
	v.keyed = k
	held := &heldWriter{to: w, header: http.Header{}}
	work(held, r)
	reply := held.reply()
	switch {
	case k.replay != nil:
		reply = *k.replay
	case reply.Status >= http.StatusOK && reply.Status < http.StatusMultipleChoices && k.act.Request != nil:
		keeping, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), keepTimeout)
		defer cancel()
		kept, err := d.Register.Record.Reply(keeping, k.act, reply)
		if err != nil {
			// The effect stands, and a repetition is answered from its event.
			d.Log.Error().Str("reference", v.Reference).Err(err).Msg("answer not kept")
		}
		reply = kept
	}
	maps.Copy(w.Header(), reply.Header)
	w.WriteHeader(reply.Status)
	_, _ = w.Write(reply.Body) // the reader may have left
}

// keyed is what is known of a request that carries a key.
type keyed struct {
	Endpoint

	key string
	// body has taken in the body when the handler begins; nil where it does not count.
	body   hash.Hash
	act    enforcement.Act
	replay *record.Reply
}

// request is the request for the record; its body must have been read.
func (k *keyed) request(r requestLine, actor enforcement.Actor) *enforcement.Request {
	var content bytes.Buffer
	parts := []string{actor.ID, string(actor.Role), r.path, r.query, r.ifMatch}
	if k.body != nil {
		parts = append(parts, string(k.body.Sum(nil)))
	} else {
		parts = append(parts, strconv.FormatInt(r.length, 10)) // all that is known of it beforehand
	}
	for _, part := range parts {
		_, _ = fmt.Fprintf(&content, "%d:%s", len(part), part) // a buffer takes every write
	}
	return &enforcement.Request{Organisation: actor.Organisation, Actor: actor.ID + " " + string(actor.Role), Route: k.Route, Key: k.key, Content: content.Bytes(), Personal: k.Personal}
}

// requestLine is what a request asks for, its body aside.
type requestLine struct {
	path, query, ifMatch string
	length               int64 // of the body; -1 where it is not announced
}

func lineOf(r *http.Request) requestLine {
	return requestLine{path: r.URL.EscapedPath(), query: r.URL.RawQuery, ifMatch: r.Header.Get("If-Match"), length: r.ContentLength}
}

// readAlong is a body that somebody reads along.
type readAlong struct {
	io.Reader
	io.Closer
}

// heldWriter holds back what is written to it.
type heldWriter struct {
	to     http.ResponseWriter
	status int
	header http.Header
	body   bytes.Buffer
}

// Unwrap lets deadlines be set (http.ResponseController).
func (h *heldWriter) Unwrap() http.ResponseWriter { return h.to }

// Header are the answer's headers: those set after the status count too.
func (h *heldWriter) Header() http.Header { return h.header }

// WriteHeader notes the status; nothing has left, so the last one counts.
func (h *heldWriter) WriteHeader(status int) { h.status = status }

// Write takes the answer's body.
func (h *heldWriter) Write(p []byte) (int, error) { return h.body.Write(p) }

func (h *heldWriter) reply() record.Reply {
	if h.status == 0 {
		h.status = http.StatusOK
	}
	return record.Reply{Status: h.status, Header: h.header, Body: h.body.Bytes()}
}
