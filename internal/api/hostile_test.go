//go:build !race

// One thing after the other, over much: of data races nothing is asked here (make plain).

package api_test

import (
	"encoding/json"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/ground"
	"concordat/internal/api"
)

// hostileTexts are what a parameter or a field is filled with.
var hostileTexts = []string{
	"", " ", "\x00", "a\x00b", "\xff\xfe", "\xed\xa0\x80", "'", "%", "\\", "\u202e", "0", "-1", "1e999", "99999999999999999999", "NaN", "null", "{}", "*", `"1"`, `W/"1"`,
	"0000-00-00", "0001-01-01", "9999-12-31", "-9999-01-01", "2025-13-45", "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff", "../..", "a/b", "\n",
	strings.Repeat("漢", 30_000),
}

// hostileValues are the JSON that stands in the place of a field.
var hostileValues = []string{
	`null`, `{}`, `[]`, `[{}]`, `[[]]`, `[null]`, `{"a":{}}`, `true`, `0`, `-1`, `1e400`, `1.5`, `9223372036854775807`, `9223372036854775808`, `-2147483649`, `32768`, `""`, `" "`, `"\u0000"`, `"\ud800"`,
	"\"\xff\"", `"0001-01-01"`, `"9999-12-31"`, `"0000-00-00"`, `"00000000-0000-0000-0000-000000000000"`, `["a","a"]`, `[1,1]`, `"` + strings.Repeat("x", 70_000) + `"`, strings.Repeat("[", 5_000),
}

// assailant asks for whatever the schema knows, with whatever comes to its mind.
type assailant struct {
	*bundle
	random  *rand.Rand
	handler http.Handler
	schemas object
	tokens  map[string]string
	ids     []string
	// fixed are parameters with the value that they must have.
	fixed map[string]string
	asked int
}

// TestNoRequestMakesAFault goes to every route of the schema, as whoever may and as
// others, with hostile parameters, headers and bodies: none is a fault of ours.
func TestNoRequestMakesAFault(t *testing.T) {
	t.Parallel()
	b := setup(t)
	handler, err := api.New(b.config)
	must(t, err)
	a := &assailant{bundle: b, handler: handler, tokens: map[string]string{
		"clerk": b.clerk, "judge": b.judge, "president": b.president, "department-clerk": b.department, "department-reviewer": b.reviewer, "overseer": b.overseer, "operator": b.operator,
	}}
	subject := b.Subject(b.Company())
	a.ids = []string{subject.String(), b.Published(subject).String(), b.Draft(b.Subject(b.Person())).String(), b.Case().String(), enforcement.NewID().String(), enforcement.ID{}.Cursor()}
	doc := b.want(http.StatusOK, "", http.MethodGet, "/v1/openapi.json", nil)
	a.schemas = at[object](t, doc.body, "components", "schemas")
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	a.random = rand.New(rand.NewPCG(seed, 1))
	paths := at[object](t, doc.body, "paths")
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		for method, op := range at[object](t, paths[path]) {
			for range hostileRounds {
				a.ask(t, strings.ToUpper(method), path, at[object](t, op))
			}
			for _, value := range hostileValues {
				a.askWith(t, strings.ToUpper(method), path, at[object](t, op), value)
			}
			parameters, _ := at[object](t, op)["parameters"].([]any)
			for _, p := range parameters {
				for _, text := range hostileTexts {
					a.fixed = map[string]string{at[string](t, p, "name"): text}
					a.ask(t, strings.ToUpper(method), path, at[object](t, op))
				}
			}
			a.fixed = nil
		}
	}
	t.Logf("%d requests", a.asked)
}

// hostileRounds is how often each route is asked at random.
const hostileRounds = 15

// ask asks a route once, at random.
func (a *assailant) ask(t *testing.T, method, path string, op object) {
	t.Helper()
	a.send(t, method, path, op, func(schema object) string {
		if a.random.IntN(8) == 0 {
			return one(a, hostileValues)
		}
		return a.value(schema, 0)
	})
}

// askWith asks a route with a body of which every field in turn is the value, and the
// whole.
func (a *assailant) askWith(t *testing.T, method, path string, op object, value string) {
	t.Helper()
	schema, ok := a.bodyOf(op)
	if !ok {
		return
	}
	a.send(t, method, path, op, func(object) string { return value })
	for name := range object(mapOf(schema["properties"])) {
		a.send(t, method, path, op, func(schema object) string { return a.object(schema, 0, name, value) })
	}
}

func mapOf(v any) object { o, _ := v.(object); return o }

// bodyOf is the schema of an operation's JSON body.
func (a *assailant) bodyOf(op object) (object, bool) {
	content := mapOf(mapOf(op["requestBody"])["content"])
	schema := mapOf(mapOf(content["application/json"])["schema"])
	return a.resolved(schema), schema != nil
}

func (a *assailant) resolved(schema object) object {
	if ref, ok := schema["$ref"].(string); ok {
		return mapOf(a.schemas[ref[strings.LastIndex(ref, "/")+1:]])
	}
	return schema
}

func (a *assailant) send(t *testing.T, method, path string, op object, body func(schema object) string) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, "/", nil)
	query := []string{}
	parameters, _ := op["parameters"].([]any)
	for _, p := range parameters {
		name, in := at[string](t, p, "name"), at[string](t, p, "in")
		value := one(a, hostileTexts)
		if a.random.IntN(3) == 0 {
			value = one(a, a.ids)
		}
		given, isFixed := a.fixed[name]
		if isFixed {
			value = given
		}
		switch in {
		case "path":
			if a.random.IntN(4) > 0 && !isFixed {
				value = one(a, a.ids)
			}
			path = strings.ReplaceAll(path, "{"+name+"}", escape(value))
		case "query":
			if isFixed || a.random.IntN(2) == 0 {
				query = append(query, name+"="+escape(value))
			}
		case "header":
			if isFixed || a.random.IntN(2) == 0 {
				r.Header.Set(name, value)
			}
		}
	}
	target := path
	if len(query) > 0 {
		target += "?" + strings.Join(query, "&")
	}
	url, err := r.URL.Parse(target)
	if err != nil {
		return // no server lets it in
	}
	r.URL = url
	text := ""
	if schema, ok := a.bodyOf(op); ok {
		text = body(schema)
		r.Body, r.ContentLength = io.NopCloser(strings.NewReader(text)), int64(len(text))
		r.Header.Set("Content-Type", "application/json")
	}
	roles, _ := op["x-roles"].([]any)
	if len(roles) > 0 {
		if role, ok := roles[a.random.IntN(len(roles))].(string); ok {
			r.Header.Set("Authorization", "Bearer "+a.tokens[role])
		}
	}
	w := httptest.NewRecorder()
	a.handler.ServeHTTP(w, r)
	a.asked++
	if w.Code >= http.StatusInternalServerError {
		lines := strings.Split(strings.TrimSpace(a.log.String()), "\n")
		t.Errorf("%s %.300q %.300q headers %.200q: %d\n%.1500s", method, target, text, r.Header, w.Code, strings.Join(lines[max(0, len(lines)-2):], "\n"))
	}
}

// escape writes every byte as it stands in an address.
func escape(s string) string {
	var b strings.Builder
	for i := range min(len(s), 300) {
		const digits = "0123456789ABCDEF"
		b.WriteString("%" + string(digits[s[i]>>4]) + string(digits[s[i]&15]))
	}
	return b.String()
}

func one[T any](a *assailant, list []T) T { return list[a.random.IntN(len(list))] }

// value is JSON that a schema takes, or nearly.
func (a *assailant) value(schema object, depth int) string {
	schema = a.resolved(schema)
	if depth > 6 || a.random.IntN(12) == 0 {
		return one(a, hostileValues)
	}
	if values, ok := schema["enum"].([]any); ok {
		return string(marshalled(one(a, values)))
	}
	kind, _ := schema["type"].(string)
	switch kind {
	case "object":
		return a.object(schema, depth, "", "")
	case "array":
		items := mapOf(schema["items"])
		list := make([]string, 1+a.random.IntN(2))
		for i := range list {
			list[i] = a.value(items, depth+1)
		}
		return "[" + strings.Join(list, ",") + "]"
	case "integer", "number":
		return one(a, []string{"1", "2", "4501", "0", "-1", "3", "32767", "2147483647", "1e3"})
	case "boolean":
		return one(a, []string{"true", "false"})
	}
	switch schema["format"] {
	case "uuid":
		return string(marshalled(one(a, a.ids)))
	case "date":
		return one(a, []string{string(marshalled(a.Day().String())), `"0001-01-01"`, `"9999-12-31"`, `"2024-02-29"`})
	}
	return string(marshalled(one(a, append([]string{"演示", "1", "（2025）桂0103执1号"}, ground.Enclosures()...))))
}

// object is a JSON object of a schema; the field of a name has the value.
func (a *assailant) object(schema object, depth int, name, value string) string {
	fields := []string{}
	properties := mapOf(schema["properties"])
	for _, field := range slices.Sorted(maps.Keys(properties)) {
		text := value
		if field != name {
			text = a.value(mapOf(properties[field]), depth+1)
		}
		fields = append(fields, string(marshalled(field))+":"+text)
	}
	return "{" + strings.Join(fields, ",") + "}"
}

func marshalled(v any) []byte { text, _ := json.Marshal(v); return text } //nolint:errchkjson // texts and numbers
