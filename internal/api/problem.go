package api

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"regexp"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"

	"concordat/enforcement"
	"concordat/internal/i18n"
)

// Problem is what a person or program is told when a request was not done
// (RFC 9457). It repeats nothing that was submitted and nothing from inside.
type Problem struct {
	Type   string `json:"type" format:"uri-reference" doc:"Where the code is explained"`
	Title  string `json:"title" doc:"Heading of the status, in the negotiated language"`
	Status int    `json:"status"`
	Code   string `json:"code" doc:"Stable code of the refusal"`
	Detail string `json:"detail" doc:"What is wrong and what to do, in the negotiated language"`
	// Both languages always come along: the one who reads a log may not be the
	// one who asked.
	DetailZH string `json:"detail_zh"`
	DetailEN string `json:"detail_en"`
	// Reference is what to tell an operator.
	Reference string         `json:"reference" doc:"Number of this request, for the operator"`
	Errors    []FieldProblem `json:"errors,omitempty" nullable:"false" doc:"Which fields, for request.invalid"`

	language i18n.Language
}

// FieldProblem is one field that was not acceptable.
type FieldProblem struct {
	Location string `json:"location" doc:"Where it stands, e.g. body.answers[3].version; names that the schema does not know are left out"`
	Code     string `json:"code"`
	DetailZH string `json:"detail_zh"`
	DetailEN string `json:"detail_en"`
}

// Error is the code.
func (p *Problem) Error() string { return p.Code }

// GetStatus tells huma the status.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType makes it a problem document.
func (p *Problem) ContentType(string) string { return problemType }

const problemType = "application/problem+json"

// GetHeaders are the headers that go with it.
func (p *Problem) GetHeaders() http.Header {
	h := http.Header{"Content-Language": {string(p.language)}, "Vary": {"Accept-Language"}}
	if p.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", `Bearer realm="concordat"`)
	}
	if p.Code == codeInFlight {
		h.Set("Retry-After", "1")
	}
	return h
}

// problem turns an error into what may be told. A refusal is told; anything else
// is a fault, logged here and nowhere else.
func (s *server) problem(ctx context.Context, err error) *Problem {
	v := visitOf(ctx)
	if told, ok := errors.AsType[*Problem](err); ok {
		return told
	}
	if refusal, ok := errors.AsType[*enforcement.Refusal](err); ok {
		return v.tell(refusal.Code, refusal.Args)
	}
	if errors.Is(err, context.Canceled) && ctx.Err() != nil {
		return v.tell(codeUnavailable, nil) // nobody is listening any more
	}
	s.Log.Error().Str("reference", v.reference).Err(err).Msg("fault")
	return v.tell(codeInternal, nil)
}

// tell writes a problem for a code in the languages of the visit.
func (v *visit) tell(code string, args map[string]string) *Problem {
	v.code = code
	status, _ := statusOf(code)
	return &Problem{
		Type: "/docs#" + code, Title: i18n.Title(v.language, status), Status: status, Code: code,
		Detail:    i18n.Words(v.language, code, args),
		DetailZH:  i18n.Words(i18n.Chinese, code, args),
		DetailEN:  i18n.Words(i18n.English, code, args),
		Reference: v.reference, language: v.language,
	}
}

// refuse is a refusal of this package.
func refuse(code string) error { return &enforcement.Refusal{Code: code} }

// fail answers a request outside huma with a problem.
func (s *server) fail(w http.ResponseWriter, r *http.Request, err error) {
	p := s.problem(r.Context(), err)
	maps.Copy(w.Header(), p.GetHeaders())
	w.Header().Set("Content-Type", problemType)
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // the reader may have left
}

// transform takes the place of every error that huma makes itself: those carry
// the submitted values.
func (s *server) transform(ctx huma.Context, _ string, body any) (any, error) {
	bad, ok := body.(*huma.ErrorModel)
	if !ok {
		return body, nil
	}
	v := visitOf(ctx.Context())
	p := v.tell(humaCode(bad), nil)
	// The status line is on its way already.
	p.Status, p.Title = bad.Status, i18n.Title(v.language, bad.Status)
	if p.Code == codeInvalid {
		p.Errors = s.fieldProblems(bad.Errors)
	}
	if p.Code == codeInternal {
		s.Log.Error().Str("reference", v.reference).Int("status", bad.Status).Msg("request not read")
	}
	for name, values := range p.GetHeaders() {
		ctx.SetHeader(name, values[0])
	}
	return p, nil
}

func humaCode(bad *huma.ErrorModel) string {
	switch bad.Status {
	case http.StatusBadRequest:
		if len(bad.Errors) == 0 {
			return codeBodyMissing
		}
		return codeMalformed
	case http.StatusRequestEntityTooLarge:
		return codeTooLarge
	case http.StatusUnsupportedMediaType:
		return codeBodyType
	case http.StatusRequestTimeout:
		return codeBodyTimeout
	case http.StatusUnprocessableEntity:
		return codeInvalid
	}
	return codeInternal
}

func (s *server) fieldProblems(details []*huma.ErrorDetail) []FieldProblem {
	list := make([]FieldProblem, 0, len(details))
	for _, d := range details {
		code, location := fieldCode(d.Message), s.safeLocation(d.Location)
		if m := missing.FindStringSubmatch(d.Message); m != nil && s.names[m[1]] {
			location += "." + m[1] // huma names the object around it
		}
		list = append(list, FieldProblem{
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
		return fieldUnknown
	case validation.MsgExpectedBoolean, validation.MsgExpectedNumber, validation.MsgExpectedInteger, validation.MsgExpectedString,
		validation.MsgExpectedArray, validation.MsgExpectedObject, "invalid integer", "invalid boolean":
		return fieldType
	case validation.MsgExpectedArrayItemsUnique:
		return fieldItems
	}
	for _, class := range []struct{ prefix, code string }{
		{"expected required property", fieldRequired},
		{"required ", fieldRequired},
		{"expected value to be one of", fieldEnum},
		{"expected length", fieldLength},
		{"expected array length", fieldItems},
		{"expected number", fieldRange},
		{"expected string to", fieldFormat},
		{"invalid value", fieldFormat},
	} {
		if strings.HasPrefix(message, class.prefix) {
			return class.code
		}
	}
	return fieldInvalid
}
