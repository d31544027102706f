package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var pageExample = regexp.MustCompile("(?s)<!-- example: ([a-z-]+) -->\n```json\n(.*?)\n```\n")

// What docs/webhooks.md shows is what the section webhooks describes.
func TestWebhooksAreDescribedAsThePageShowsThem(t *testing.T) {
	t.Parallel()
	b := setup(t)
	doc := b.want(http.StatusOK, "", http.MethodGet, "/v1/openapi.json", nil).body
	schemas := at[object](t, doc, "components", "schemas")
	request := func(webhook string) object {
		return at[object](t, doc, "webhooks", webhook, "post", "requestBody", "content", "application/json", "schema")
	}
	answer := func(webhook string) object {
		return at[object](t, doc, "webhooks", webhook, "post", "responses", "200", "content", "application/json", "schema")
	}
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "webhooks.md"))
	must(t, err)
	seen := 0
	for _, m := range pageExample.FindAllStringSubmatch(string(text), -1) {
		schema := request("directives")
		switch name := m[1]; {
		case strings.HasPrefix(name, "answer"):
			schema = answer("directives")
		case name == "inventory-question":
			schema = request("inventory")
		case name == "inventory-answer":
			schema = answer("inventory")
		}
		seen++
		var value any
		must(t, json.Unmarshal([]byte(m[2]), &value))
		for _, wrong := range fits(schemas, schema, value, m[1]) {
			t.Error(wrong)
		}
		if object, ok := value.(object); ok {
			delete(object, "format")
		}
		if len(fits(schemas, schema, value, m[1])) == 0 {
			t.Errorf("%s fits without its format", m[1])
		}
	}
	if seen != 8 {
		t.Errorf("%d examples were held against the schema, want 8", seen)
	}
	for _, header := range []string{"webhook-id", "webhook-timestamp", "webhook-signature", "concordat-attempt"} {
		if !strings.Contains(fmt.Sprint(at[[]any](t, doc, "webhooks", "directives", "post", "parameters")), header) {
			t.Errorf("no header %s", header)
		}
	}
}

// fits says where a value is not what a schema describes, and where it has a member that
// the schema does not know.
func fits(schemas, schema object, value any, path string) (wrong []string) {
	if ref, ok := schema["$ref"].(string); ok {
		schema, _ = schemas[ref[strings.LastIndex(ref, "/")+1:]].(object)
	}
	if enum, ok := schema["enum"].([]any); ok && !slices.Contains(enum, value) {
		wrong = append(wrong, fmt.Sprintf("%s: %v is not allowed", path, value))
	}
	switch v := value.(type) {
	case map[string]any:
		properties, _ := schema["properties"].(object)
		required, _ := schema["required"].([]any)
		for _, name := range required {
			if _, ok := v[fmt.Sprint(name)]; !ok {
				wrong = append(wrong, fmt.Sprintf("%s: no %v", path, name))
			}
		}
		for name, member := range v {
			described, ok := properties[name].(object)
			if !ok {
				described, ok = schema["additionalProperties"].(object)
			}
			if !ok {
				wrong = append(wrong, fmt.Sprintf("%s.%s is not described", path, name))
				continue
			}
			wrong = append(wrong, fits(schemas, described, member, path+"."+name)...)
		}
	case []any:
		items, _ := schema["items"].(object)
		for i, item := range v {
			wrong = append(wrong, fits(schemas, items, item, fmt.Sprintf("%s[%d]", path, i))...)
		}
	case string:
		if schema["type"] != "string" {
			wrong = append(wrong, fmt.Sprintf("%s: a text where %v is described", path, schema["type"]))
		}
	case float64:
		if schema["type"] != "integer" {
			wrong = append(wrong, fmt.Sprintf("%s: a number where %v is described", path, schema["type"]))
		}
	}
	return wrong
}
