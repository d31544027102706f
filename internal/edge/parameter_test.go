package edge_test

import (
	"net/http"
	"testing"

	"concordat/internal/edge"
)

// What is no text is refused before a route is looked for; a header that nobody of ours
// reads refuses nothing.
func TestWhatIsNoTextIsRefused(t *testing.T) {
	t.Parallel()
	router := (&edge.Door{}).Router(policy)
	router.Get("/pages/{name}", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	for path, code := range map[string]string{
		"/pages/%00": "parameter.malformed", "/pages/a%FF": "parameter.malformed", "/no%00where": "parameter.malformed",
		"/pages/a?b=%00": "parameter.malformed", "/pages/a?b=%ED%A0%80": "parameter.malformed", "/pages/a?%FF=1": "parameter.malformed", "/pages/a?b=%zz": "parameter.malformed", "/pages/a?b=1;c=2": "parameter.malformed",
		"/pages/%E6%BC%A2?b=%E6%BC%A2": "",
	} {
		w := ask(t, router, http.MethodGet, path, "")
		if code == "" && w.Code != http.StatusNoContent || code != "" && (problem(t, w).Code != code || w.Code != http.StatusBadRequest) {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
	for name, status := range map[string]int{"If-Match": http.StatusBadRequest, "Idempotency-Key": http.StatusBadRequest, "Authorization": http.StatusBadRequest, "X-Forwarded-User": http.StatusNoContent} {
		if w := ask(t, router, http.MethodGet, "/pages/a", "", name, "caf\xe9"); w.Code != status {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
}
