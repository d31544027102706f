package api

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

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"

	"concordat/enforcement"
)

// keepTimeout bounds the keeping of an answer once its effect is committed: the
// client may have gone, and will ask again.
const keepTimeout = 5 * time.Second

// keyed works a request that carries an Idempotency-Key: it is done once, and
// every answer to it is the same. What huma writes is held back until the answer
// is kept. Refusals are not kept: the same request may pass later.
func (s *server) keyed(ctx huma.Context, o operation, next func(huma.Context)) {
	r, w := humachi.Unwrap(ctx)
	v := visitOf(r.Context())
	held := &heldContext{humaContext: ctx, header: http.Header{}, body: r.Body}
	k := &keyedVisit{route: o.method + " " + o.path, key: r.Header.Get(keyHeader), personal: o.personal}
	if !o.bodyNotHashed {
		k.body = sha256.New()
		held.body = io.TeeReader(r.Body, k.body)
	}
	v.keyed = k
	next(held)
	reply := held.reply()
	switch {
	case k.replay != nil:
		reply = *k.replay
	case reply.Status >= http.StatusOK && reply.Status < http.StatusMultipleChoices && k.act.Request != nil:
		keeping, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), keepTimeout)
		defer cancel()
		kept, err := s.Register.Reply(keeping, k.act, reply)
		if err != nil {
			// The effect stands, and a repetition is answered from its event.
			s.Log.Error().Str("reference", v.reference).Err(err).Msg("answer not kept")
		}
		reply = kept
	}
	maps.Copy(w.Header(), reply.Header)
	w.WriteHeader(reply.Status)
	_, _ = w.Write(reply.Body) // the reader may have left
}

// replayed looks whether the request was answered already, and if so has the
// answer sent again.
func (s *server) replayed(ctx context.Context, act enforcement.Act) (bool, error) {
	k := visitOf(ctx).keyed
	if k == nil || act.Request == nil {
		return false, nil
	}
	k.act = act
	var err error
	k.replay, err = s.Register.Replied(ctx, act.Request)
	return k.replay != nil, err
}

// keyHeader names the header.
const keyHeader = "Idempotency-Key"

// keyedVisit is what is known of a request that carries a key.
type keyedVisit struct {
	route, key string
	personal   bool
	// body has taken in the body when the handler begins; nil where it does not count.
	body   hash.Hash
	act    enforcement.Act
	replay *enforcement.Reply
}

// request is the request for the record; its body must have been read.
func (k *keyedVisit) request(r requestLine, actor enforcement.Actor) *enforcement.Request {
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
	return &enforcement.Request{Organisation: actor.Organisation, Route: k.route, Key: k.key, Content: content.Bytes(), Personal: k.personal}
}

// requestLine is what a request asks for, its body aside.
type requestLine struct {
	path, query, ifMatch string
	length               int64 // of the body; -1 where it is not announced
}

func lineOf(r *http.Request) requestLine {
	return requestLine{path: r.URL.EscapedPath(), query: r.URL.RawQuery, ifMatch: r.Header.Get("If-Match"), length: r.ContentLength}
}

type humaContext = huma.Context

// heldContext holds back what is written to it.
type heldContext struct {
	humaContext

	body    io.Reader
	status  int
	header  http.Header
	written bytes.Buffer
}

// Unwrap leads huma's adapter to the request.
func (c *heldContext) Unwrap() huma.Context { return c.humaContext }

// BodyReader returns the request's body.
func (c *heldContext) BodyReader() io.Reader { return c.body }

// SetStatus notes the status.
func (c *heldContext) SetStatus(code int) { c.status = code }

// Status returns it.
func (c *heldContext) Status() int { return c.status }

// SetHeader notes a header.
func (c *heldContext) SetHeader(name, value string) { c.header.Set(name, value) }

// AppendHeader notes one more value of it.
func (c *heldContext) AppendHeader(name, value string) { c.header.Add(name, value) }

// BodyWriter takes the answer's body.
func (c *heldContext) BodyWriter() io.Writer { return &c.written }

func (c *heldContext) reply() enforcement.Reply {
	if c.status == 0 {
		c.status = http.StatusOK
	}
	return enforcement.Reply{Status: c.status, Header: c.header, Body: c.written.Bytes()}
}
