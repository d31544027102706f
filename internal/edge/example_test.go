package edge_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/rs/zerolog"

	"concordat/enforcement"
	"concordat/internal/access"
	"concordat/internal/edge"
)

// An edge takes its router from the door and has every request admitted.
func ExampleDoor() {
	door := &edge.Door{Tokens: access.New(nil, nil, true), Log: zerolog.Nop()}
	router := door.Router("default-src 'none'")
	router.Get("/desk", func(w http.ResponseWriter, r *http.Request) {
		err := door.Admit(w, r, edge.Endpoint{Roles: []enforcement.Role{enforcement.Clerk}}, func(w http.ResponseWriter, r *http.Request) {
			_, _ = fmt.Fprintln(w, "come in,", edge.VisitOf(r.Context()).Actor.ID)
		})
		if err != nil {
			door.Fail(w, r, err)
		}
	})

	r := httptest.NewRequestWithContext(context.Background(), http.MethodGet, "/desk", nil)
	w := httptest.NewRecorder()
	router.ServeHTTP(w, r)
	fmt.Println(w.Code, w.Header().Get("Content-Type"))
	fmt.Println(w.Header().Get("WWW-Authenticate"))
	fmt.Println(edge.Status(access.CodeMissing) == w.Code)
	// Output:
	// 401 application/problem+json
	// Bearer realm="concordat"
	// true
}
