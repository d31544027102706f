package api

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/rs/zerolog/hlog"

	"concordat/enforcement"
	"concordat/internal/i18n"
)

// visit is what is known of one request on its way.
type visit struct {
	reference string
	language  i18n.Language
	actor     enforcement.Actor
	key       string
	line      requestLine
	// keyed is set while a request with a key is worked.
	keyed *keyedVisit
	// code of the problem it was answered with, for the log.
	code string
}

type visitKey struct{}

// visitOf returns the visit that [server.visited] began.
func visitOf(ctx context.Context) *visit {
	if v, ok := ctx.Value(visitKey{}).(*visit); ok {
		return v
	}
	return &visit{language: i18n.Chinese}
}

// visited gives the request its reference number and language. A number from
// outside is not taken over: it would be a text of the client's in our log.
func (s *server) visited(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := &visit{reference: rand.Text(), language: i18n.Negotiate(r.Header.Get("Accept-Language")), line: lineOf(r)}
		w.Header().Set("X-Request-Id", v.reference)
		if s.Demo {
			w.Header().Set("X-Concordat-Demo", "true")
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), visitKey{}, v)))
	})
}

// logged writes one line per request: the route's pattern and never the path,
// the role and the organisation and never the person.
func (s *server) logged(next http.Handler) http.Handler {
	return hlog.AccessHandler(func(r *http.Request, status, size int, took time.Duration) {
		v := visitOf(r.Context())
		pattern := patternOf(r)
		s.measured(r, pattern, status, took)
		line := s.Log.Info()
		if status >= http.StatusInternalServerError {
			line = s.Log.Warn()
		}
		line.Str("reference", v.reference).Str("method", knownMethod(r.Method)).Str("route", pattern).Int("status", status).
			Int("bytes", size).Dur("took", took)
		if v.actor.Role != "" {
			line.Str("role", string(v.actor.Role)).Int32("organisation", int32(v.actor.Organisation))
		}
		if v.code != "" {
			line.Str("code", v.code)
		}
		line.Msg("request")
	})(next)
}

// knownMethod keeps a made-up method, which may be any word, out of the log.
func knownMethod(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return method
	}
	return "other"
}

// recovered answers a panic like any other fault.
func (s *server) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			switch cause := recover(); cause {
			case nil:
			case http.ErrAbortHandler:
				panic(cause)
			default:
				s.fail(w, r, fmt.Errorf("panic: %v\n%s", cause, debug.Stack()))
			}
		}()
		next.ServeHTTP(w, r)
	})
}

// secured sets what every answer carries. Nothing may be stored on the way: an
// entry deleted from the list must be gone from everywhere at once.
func secured(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		next.ServeHTTP(w, r)
	})
}

func (s *server) unknownRoute(w http.ResponseWriter, r *http.Request) {
	s.fail(w, r, refuse(codeRoute))
}

// wrongMethod names the methods that the address takes (RFC 9110 §15.5.6).
func (s *server) wrongMethod(w http.ResponseWriter, r *http.Request) {
	var allowed []string
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		if s.router.Match(chi.NewRouteContext(), method, r.URL.Path) {
			allowed = append(allowed, method)
		}
	}
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	s.fail(w, r, refuse(codeMethod))
}
