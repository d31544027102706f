package edge

import (
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"
)

// readHeaders are the headers that anything of ours reads. What others say, proxies
// above all, is nobody's business: no request is refused for it.
var readHeaders = []string{"Accept-Language", "Authorization", "Content-Type", "Idempotency-Key", "If-Match", "If-None-Match", "Traceparent", "Tracestate"}

// checked refuses, before any route is looked for, a request of which the path, a
// parameter or a header is no text: PostgreSQL has no place for it, what writes queries
// drops or changes it unseen, and no route has to think of it.
func (d *Door) checked(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !readable(r) {
			d.Fail(w, r, refuse(codeParameter))
			return
		}
		next.ServeHTTP(w, r)
	})
}

func readable(r *http.Request) bool {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil || !isText(r.URL.Path) {
		return false
	}
	for name, values := range query {
		if !isText(name) || !areTexts(values) {
			return false
		}
	}
	for _, name := range readHeaders {
		if !areTexts(r.Header.Values(name)) {
			return false
		}
	}
	return true
}

func areTexts(values []string) bool {
	for _, v := range values {
		if !isText(v) {
			return false
		}
	}
	return true
}

// isText reports whether a text can be kept as one.
func isText(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }
