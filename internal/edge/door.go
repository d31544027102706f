package edge

import (
	"context"
	"fmt"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/rs/zerolog"
	"github.com/rs/zerolog/hlog"
	"go.opentelemetry.io/otel/trace"

	"concordat/enforcement/register"
	"concordat/internal/access"
)

// Door is where requests come in. It holds configuration only, may be shared by
// edges, and must not be changed once a router was taken from it.
type Door struct {
	// Register keeps the answers to requests with a key; nil where none is admitted
	// with a Route.
	Register *register.Offices
	// Tokens turns bearer tokens into actors; nil where every Endpoint is open to
	// everybody.
	Tokens *access.Tokens
	// Legal is legal time: when acts happen. It must be set for [Door.Act].
	Legal func() time.Time
	// Log gets one line per request and one per fault; the zero Logger writes
	// nothing.
	Log zerolog.Logger
	// Demo marks every answer as a demonstration.
	Demo bool
	// Ready tells whether the database can be worked with; see [DatabaseReady]. It
	// must be set for [Door.Health].
	Ready func(ctx context.Context) error
	// Tracers takes spans of requests; nil is nobody.
	Tracers trace.TracerProvider
	// RequestTime is how long a request may take ([MoreTime]); 0 means 30 s.
	RequestTime time.Duration
	// Answered is told of every request that was answered, by the pattern of its
	// route; nil is nobody.
	Answered func(ctx context.Context, method, route string, status int, took time.Duration)
}

// Router is an empty router behind the door. policy is the
// Content-Security-Policy of its answers; a handler whose page needs more sets
// another. Unknown addresses and methods are answered with a problem, until the
// edge says otherwise (NotFound, MethodNotAllowed).
func (d *Door) Router(policy string) *chi.Mux {
	router := chi.NewRouter()
	router.Use(d.visited, d.traced, d.logged, d.recovered, d.bounded, secured(policy), d.checked)
	router.NotFound(func(w http.ResponseWriter, r *http.Request) { d.Fail(w, r, refuse(codeRoute)) })
	router.MethodNotAllowed(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Allow", strings.Join(allowed(router, r.URL.Path), ", "))
		d.Fail(w, r, refuse(codeMethod))
	})
	return router
}

// allowed lists the methods that an address takes (RFC 9110 §15.5.6).
func allowed(router chi.Routes, path string) []string {
	var list []string
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		if router.Match(chi.NewRouteContext(), method, path) {
			list = append(list, method)
		}
	}
	return list
}

// logged writes one line per request: the route's pattern and never the path,
// the role and the organisation and never the person.
func (d *Door) logged(next http.Handler) http.Handler {
	return hlog.AccessHandler(func(r *http.Request, status, size int, took time.Duration) {
		v := visitOf(r.Context())
		pattern := patternOf(r)
		d.measured(r, pattern, status, took)
		line := d.Log.Info()
		if status >= http.StatusInternalServerError {
			line = d.Log.Warn()
		}
		line.Str("reference", v.Reference).Str("method", knownMethod(r.Method)).Str("route", pattern).Int("status", status).
			Int("bytes", size).Dur("took", took)
		if v.Actor.Role != "" {
			line.Str("role", string(v.Actor.Role)).Int32("organisation", int32(v.Actor.Organisation))
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
func (d *Door) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			switch cause := recover(); cause {
			case nil:
			case http.ErrAbortHandler:
				panic(cause)
			default:
				d.Fail(w, r, fmt.Errorf("panic: %v\n%s", cause, debug.Stack()))
			}
		}()
		next.ServeHTTP(w, r)
	})
}

// secured sets what every answer carries. Nothing may be stored on the way: an
// entry deleted from the list must be gone from everywhere at once.
func secured(policy string) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			h := w.Header()
			h.Set("Cache-Control", "no-store")
			h.Set("Content-Security-Policy", policy)
			h.Set("Cross-Origin-Resource-Policy", "same-origin")
			h.Set("Referrer-Policy", "no-referrer")
			h.Set("X-Content-Type-Options", "nosniff")
			h.Set("X-Frame-Options", "DENY")
			next.ServeHTTP(w, r)
		})
	}
}
