package api

import (
	"net/http"
	"regexp"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"

	"concordat/enforcement"
	"concordat/internal/edge"
	"concordat/internal/i18n"
)

// told is a problem as huma wants it.
type told struct{ *edge.Problem }

// GetStatus tells huma the status.
func (t told) GetStatus() int { return t.Status }

// ContentType makes it a problem document.
func (t told) ContentType(string) string { return edge.ProblemType }

// GetHeaders are the headers that go with it.
func (t told) GetHeaders() http.Header { return t.Header() }

// refuse is a refusal of this package.
func refuse(code string) error { return &enforcement.Refusal{Code: code} }

// transform takes the place of every error that huma makes itself: those carry
// the submitted values.
func (s *server) transform(ctx huma.Context, _ string, body any) (any, error) {
	bad, ok := body.(*huma.ErrorModel)
	if !ok {
		return body, nil
	}
	v, p := edge.VisitOf(ctx.Context()), s.door.Problem(ctx.Context(), refuse(humaCode(bad)))
	// The status line is on its way already.
	p.Status, p.Title = bad.Status, i18n.Title(v.Language, bad.Status)
	if p.Code == edge.CodeInvalid {
		p.Errors = s.fieldProblems(bad.Errors)
	}
	if p.Code == edge.CodeInternal {
		s.Log.Error().Str("reference", v.Reference).Int("status", bad.Status).Msg("request not read")
	}
	for name, values := range p.Header() {
		ctx.SetHeader(name, values[0])
	}
	return p, nil
}

func humaCode(bad *huma.ErrorModel) string {
	switch bad.Status {
	case http.StatusBadRequest:
		if len(bad.Errors) == 0 {
			return edge.CodeBodyMissing
		}
		return edge.CodeBodyMalformed
	case http.StatusRequestEntityTooLarge:
		return edge.CodeBodyTooLarge
	case http.StatusUnsupportedMediaType:
		return edge.CodeBodyType
	case http.StatusRequestTimeout:
		return edge.CodeBodyTimeout
	case http.StatusUnprocessableEntity:
		return edge.CodeInvalid
	}
	return edge.CodeInternal
}

func (s *server) fieldProblems(details []*huma.ErrorDetail) []edge.FieldProblem {
	list := make([]edge.FieldProblem, 0, len(details))
	for _, d := range details {
		code, location := fieldCode(d.Message), s.safeLocation(d.Location)
		if m := missing.FindStringSubmatch(d.Message); m != nil && s.names[m[1]] {
			location += "." + m[1] // huma names the object around it
		}
		list = append(list, edge.FieldProblem{
			Location: location, Code: code,
			DetailZH: i18n.Words(i18n.Chinese, code, nil), DetailEN: i18n.Words(i18n.English, code, nil),
		})
	}
	return list
}

// missing is what huma says of a property that is not there.
var missing = regexp.MustCompile(`^expected required property (\w+) to be present$`)

// index is a place in an array, as huma writes it.
var index = regexp.MustCompile(`^(\w+)((?:\[[0-9]{1,6}\])*)$`)

// safeLocation keeps of a location what the schema knows: the rest was typed.
func (s *server) safeLocation(location string) string {
	var kept []string
	for i, part := range strings.Split(location, ".") {
		m := index.FindStringSubmatch(part)
		known := i == 0 && (part == "body" || part == "path" || part == "query" || part == "header")
		if !known && s.names[part] { // a header has dashes and no index
			kept = append(kept, part)
			continue
		}
		if m == nil || (!known && !s.names[m[1]]) {
			break
		}
		kept = append(kept, part)
	}
	return strings.Join(kept, ".")
}

// fieldCode classes huma's message; the messages themselves may hold values.
func fieldCode(message string) string {
	switch message {
	case validation.MsgUnexpectedProperty, "unknown query parameter":
		return edge.FieldUnknown
	case validation.MsgExpectedBoolean, validation.MsgExpectedNumber, validation.MsgExpectedInteger, validation.MsgExpectedString,
		validation.MsgExpectedArray, validation.MsgExpectedObject, "invalid integer", "invalid boolean":
		return edge.FieldType
	case validation.MsgExpectedArrayItemsUnique:
		return edge.FieldItems
	}
	for _, class := range []struct{ prefix, code string }{
		{"expected required property", edge.FieldRequired},
		{"required ", edge.FieldRequired},
		{"expected value to be one of", edge.FieldEnum},
		{"expected length", edge.FieldLength},
		{"expected array length", edge.FieldItems},
		{"expected number", edge.FieldRange},
		{"expected string to", edge.FieldFormat},
		{"invalid value", edge.FieldFormat},
	} {
		if strings.HasPrefix(message, class.prefix) {
			return class.code
		}
	}
	return edge.FieldInvalid
}
