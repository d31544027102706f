package api

import (
	"net/http"
	"strings"

	"concordat/enforcement"
	"concordat/enforcement/record"
	"concordat/internal/edge"
)

// QueuesPath is where the page of the queues is served.
const QueuesPath = "/admin/queues"

// adminPolicy lets River's page load scripts and styles from here and talk to
// here, and to nobody else. Its components write styles into the page while it
// runs, changing ones, so that no hash would fit; nothing that a style could load
// from elsewhere is allowed. No script stands in the page itself but the block of
// its settings, which is data and is not run.
const adminPolicy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// ofOperator may see the queues, pause them and remove jobs.
var ofOperator = []enforcement.Role{enforcement.Operator}

// admin serves the page of the queues to operators. A browser cannot send a bearer
// token by itself, so here, and only here, the token may be the password of HTTP
// Basic, whatever the user's name. A browser then sends it with every request, so
// writes that another site makes it do are refused.
func (s *server) admin() {
	if s.Queues == nil {
		return
	}
	origin := http.NewCrossOriginProtection()
	origin.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.door.Fail(w, r, refuse(edge.CodeOrigin))
	}))
	page := origin.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := s.door.Admit(w, byBasic(r), edge.Endpoint{Roles: ofOperator}, func(_ http.ResponseWriter, admitted *http.Request) {
			if err := s.noteQueues(admitted); err != nil {
				s.door.Fail(w, r, err)
				return
			}
			w.Header().Set("Content-Security-Policy", adminPolicy)
			s.Queues.ServeHTTP(unstored{w}, r)
		})
		if err != nil {
			s.door.Fail(asking{w}, r, err)
		}
	}))
	s.router.Handle(QueuesPath, page)
	s.router.Handle(QueuesPath+"/*", page)
}

// noteQueues writes down who asks to pause a queue, let it go on or remove jobs, before
// it is done: nothing is stopped there without a trace.
func (s *server) noteQueues(r *http.Request) error {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return nil
	}
	what := strings.TrimPrefix(r.URL.Path, QueuesPath)
	if len(what) > maxQueueNote {
		what = what[:maxQueueNote]
	}
	act := enforcement.Act{At: s.Legal().UTC(), Actor: edge.VisitOf(r.Context()).Actor}
	return s.Register.Record.Note(r.Context(), act, record.EventQueuesChanged, r.Method+" "+strings.ToValidUTF8(what, "?"))
}

// maxQueueNote bounds what is kept of a path on the page of the queues, in bytes.
const maxQueueNote = 200

// byBasic is the request with the password of HTTP Basic as its token.
func byBasic(r *http.Request) *http.Request {
	if _, password, basic := r.BasicAuth(); basic {
		r = r.Clone(r.Context())
		r.Header.Set("Authorization", bearer+" "+password)
	}
	return r
}

// asking has a browser ask for the token.
type asking struct{ http.ResponseWriter }

func (a asking) WriteHeader(status int) {
	if status == http.StatusUnauthorized {
		a.Header().Set("WWW-Authenticate", `Basic realm="concordat", charset="UTF-8"`)
	}
	a.ResponseWriter.WriteHeader(status)
}

// unstored keeps an answer out of every store: net/http's file server takes the
// header away from what it does not find.
type unstored struct{ http.ResponseWriter }

func (u unstored) WriteHeader(status int) {
	u.Header().Set("Cache-Control", "no-store")
	u.ResponseWriter.WriteHeader(status)
}

func (u unstored) Write(body []byte) (int, error) {
	u.Header().Set("Cache-Control", "no-store")
	return u.ResponseWriter.Write(body)
}
