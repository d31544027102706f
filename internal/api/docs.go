package api

import (
	"bytes"
	"cmp"
	_ "embed"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"concordat/enforcement"
	"concordat/internal/edge"
	"concordat/internal/i18n"
)

//go:embed docs.html
var docsTemplate string

//go:embed docs.css
var docsStyle []byte

// docsPolicy lets the page load its own style sheet and nothing else.
const docsPolicy = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// documentation serves /docs in both languages, its style sheet and the schema;
// all of it is rendered once.
func (s *server) documentation() error {
	schema, err := schemaJSON(s.api.OpenAPI())
	if err != nil {
		return fmt.Errorf("write the schema: %w", err)
	}
	pages := map[i18n.Language][]byte{}
	for _, lang := range i18n.Languages() {
		if pages[lang], err = s.renderDocs(lang); err != nil {
			return fmt.Errorf("render the documentation in %s: %w", lang, err)
		}
	}
	s.router.Get("/v1/openapi.json", serveBytes("application/json", schema))
	s.router.Get("/docs/style.css", serveBytes("text/css; charset=utf-8", docsStyle))
	s.router.Get("/docs", func(w http.ResponseWriter, r *http.Request) {
		lang := edge.VisitOf(r.Context()).Language
		if asked := i18n.Language(r.URL.Query().Get("lang")); slices.Contains(i18n.Languages(), asked) {
			lang = asked
		}
		w.Header().Set("Content-Security-Policy", docsPolicy)
		w.Header().Set("Content-Language", string(lang))
		w.Header().Set("Vary", "Accept-Language")
		serveBytes("text/html; charset=utf-8", pages[lang])(w, r)
	})
	return nil
}

func serveBytes(contentType string, content []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		_, _ = w.Write(content) // the reader may have left
	}
}

// docsPage is what the template shows.
type docsPage struct {
	Lang     i18n.Language
	Chinese  bool
	Demo     bool
	Version  string
	Groups   []docsGroup
	Refusals []docsRefusal
}

type docsGroup struct {
	ID, Title string
	Endpoints []docsEndpoint
}

type docsEndpoint struct {
	ID, Method, Path, Summary string
	Roles                     []string
	Parameters, Body, Answer  []docsField
}

// docsField is a field or parameter.
type docsField struct {
	Name, Type, Note string
	Required         bool
}

type docsRefusal struct {
	Code   string
	Status int
	Words  string
}

func (s *server) renderDocs(lang i18n.Language) ([]byte, error) {
	page := docsPage{Lang: lang, Chinese: lang == i18n.Chinese, Demo: s.Demo, Version: version}
	doc := s.api.OpenAPI()
	list := endpoints(doc)
	slices.SortFunc(list, func(a, b endpoint) int {
		return cmp.Or(cmp.Compare(a.path, b.path), cmp.Compare(a.method, b.method))
	})
	for _, t := range tags {
		group := docsGroup{ID: string(t.tag), Title: t.en}
		if page.Chinese {
			group.Title = t.zh
		}
		for _, e := range list {
			if slices.Contains(e.op.Tags, string(t.tag)) {
				group.Endpoints = append(group.Endpoints, describe(doc, e, lang))
			}
		}
		page.Groups = append(page.Groups, group)
	}
	for _, code := range edge.Codes() {
		page.Refusals = append(page.Refusals, docsRefusal{Code: code, Status: edge.Status(code), Words: i18n.Words(lang, code, nil)})
	}
	parsed, err := template.New("docs").Parse(docsTemplate)
	if err != nil {
		return nil, fmt.Errorf("read the template: %w", err)
	}
	var out bytes.Buffer
	if err := parsed.Execute(&out, page); err != nil {
		return nil, fmt.Errorf("fill the template: %w", err)
	}
	return out.Bytes(), nil
}

func describe(doc *huma.OpenAPI, e endpoint, lang i18n.Language) docsEndpoint {
	d := docsEndpoint{ID: e.op.OperationID, Method: e.method, Path: e.path, Summary: e.op.Summary}
	if zh, ok := e.op.Extensions["x-summary-zh"].(string); ok && lang == i18n.Chinese {
		d.Summary = zh
	}
	if roles, ok := e.op.Extensions["x-roles"].([]enforcement.Role); ok {
		for _, role := range roles {
			d.Roles = append(d.Roles, i18n.Value(lang, "role", string(role)))
		}
	}
	for _, p := range e.op.Parameters {
		d.Parameters = append(d.Parameters, docsField{Name: p.Name, Type: p.In + " " + typeOf(p.Schema), Note: note(p.Schema, p.Description), Required: p.Required})
	}
	if e.op.RequestBody != nil {
		if content := e.op.RequestBody.Content["application/json"]; content != nil {
			d.Body = fields(doc, content.Schema, "", 0)
		}
		for _, kind := range sortedKeys(e.op.RequestBody.Content) {
			if kind != "application/json" { // a file: what is in it stands elsewhere
				d.Body = append(d.Body, docsField{Name: "—", Type: kind, Note: e.op.RequestBody.Description, Required: true})
			}
		}
	}
	for status, r := range e.op.Responses {
		if content := r.Content["application/json"]; strings.HasPrefix(status, "2") && content != nil {
			d.Answer = fields(doc, content.Schema, "", 0)
		}
	}
	return d
}

// maxDepth is how deep the documentation unfolds objects.
const maxDepth = 4

// fields lists what a schema holds, one line per field, deeper ones with a path.
func fields(doc *huma.OpenAPI, schema *huma.Schema, prefix string, depth int) []docsField {
	for schema != nil && schema.Ref != "" {
		schema = doc.Components.Schemas.SchemaFromRef(schema.Ref)
	}
	if schema == nil || depth > maxDepth {
		return nil
	}
	if schema.Type == huma.TypeArray {
		return fields(doc, schema.Items, prefix+"[]", depth)
	}
	var list []docsField
	for _, name := range sortedKeys(schema.Properties) {
		p := schema.Properties[name]
		place := name
		if prefix != "" {
			place = prefix + "." + name
		}
		list = append(list, docsField{Name: place, Type: typeOf(p), Note: note(p, p.Description), Required: slices.Contains(schema.Required, name)})
		list = append(list, fields(doc, p, place, depth+1)...)
	}
	return list
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

func typeOf(s *huma.Schema) string {
	switch {
	case s == nil:
		return ""
	case s.Ref != "":
		return huma.TypeObject
	case s.Type == huma.TypeArray:
		return typeOf(s.Items) + "[]"
	case s.Format != "" && s.Type == huma.TypeString:
		return s.Format
	case s.ContentEncoding != "":
		return s.ContentEncoding
	}
	return s.Type
}

// note is the description with the values that are allowed.
func note(s *huma.Schema, description string) string {
	parts := []string{}
	if description == "" && s != nil {
		description = s.Description
	}
	if description != "" {
		parts = append(parts, description)
	}
	for s != nil && s.Type == huma.TypeArray {
		s = s.Items
	}
	if s != nil && len(s.Enum) > 0 {
		values := make([]string, 0, len(s.Enum))
		for _, v := range s.Enum {
			values = append(values, fmt.Sprint(v))
		}
		parts = append(parts, strings.Join(values, " | "))
	}
	return strings.Join(parts, "; ")
}
