package edge

import (
	"context"
	"crypto/rand"
	"net/http"

	"concordat/enforcement"
	"concordat/enforcement/record"
	"concordat/internal/i18n"
)

// Visit is what may be known of one request on its way.
type Visit struct {
	// Reference is its number, in the log, the spans, the answer and every problem.
	Reference string
	// Language is the negotiated one.
	Language i18n.Language
	// Actor is who asks; zero until [Door.Admit] found out, and where nobody is
	// asked.
	Actor enforcement.Actor
}

// VisitOf returns the visit that a request on a [Door.Router] is.
func VisitOf(ctx context.Context) Visit { return visitOf(ctx).Visit }

// visit is a Visit with what only the door needs.
type visit struct {
	Visit

	// key of the act, hashed, or none.
	key  string
	line requestLine
	// kept is what was found of a request with a key together with who asks.
	kept record.Kept
	// keyed is set while a request with a key is worked.
	keyed *keyed
	// code of the problem it was answered with, for the log.
	code string
}

type visitKey struct{}

// visitOf returns the visit that [Door.visited] began.
func visitOf(ctx context.Context) *visit {
	if v, ok := ctx.Value(visitKey{}).(*visit); ok {
		return v
	}
	return &visit{Visit: Visit{Language: i18n.Chinese}}
}

// visited gives the request its reference number and language. A number from
// outside is not taken over: it would be a text of the client's in our log.
func (d *Door) visited(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := &visit{Visit: Visit{Reference: rand.Text(), Language: i18n.Negotiate(r.Header.Get("Accept-Language"))}, line: lineOf(r)}
		w.Header().Set("X-Request-Id", v.Reference)
		if d.Demo {
			w.Header().Set("X-Concordat-Demo", "true")
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), visitKey{}, v)))
	})
}
