package edge

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"

	"concordat/enforcement"
	"concordat/internal/i18n"
	"concordat/internal/pg"
)

// ProblemType is the content type of a problem document.
const ProblemType = "application/problem+json"

// Problem is what a person or program is told when a request was not done
// (RFC 9457). It repeats nothing that was submitted and nothing from inside. The
// tags describe it in the schema of the JSON edge.
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

// Header are the headers that go with it, its content type aside.
func (p *Problem) Header() http.Header {
	h := http.Header{"Content-Language": {string(p.language)}, "Vary": {"Accept-Language"}}
	if p.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", `Bearer realm="concordat"`)
	}
	switch p.Code {
	case codeInFlight:
		h.Set("Retry-After", "1")
	case codeUnavailable, codeNotReady, codeAway, codeReadOnly:
		h.Set("Retry-After", retryAfter)
	}
	return h
}

// retryAfter is in how many seconds who found the database away may ask again: a pair
// has changed places by then.
const retryAfter = "5"

// Problem turns an error into what may be told. A refusal is told; anything else
// is a fault, logged here and nowhere else. A problem stays what it is.
func (d *Door) Problem(ctx context.Context, err error) *Problem {
	v := visitOf(ctx)
	if told, ok := errors.AsType[*Problem](err); ok {
		return told
	}
	if refusal, ok := errors.AsType[*enforcement.Refusal](err); ok {
		return v.tell(refusal.Code, refusal.Args)
	}
	if ctx.Err() != nil && (errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)) {
		if errors.Is(context.Cause(ctx), errLate) {
			d.Log.Error().Str("reference", v.Reference).Err(err).Msg("not done in its time")
		}
		return v.tell(codeUnavailable, nil) // or nobody is listening any more
	}
	// Not a fault of ours, and not the asker's: it may pass in a moment. What was asked
	// with a key is done once, also where this was said after it was done.
	if code := troubled(err); code != "" {
		d.Log.Error().Str("reference", v.Reference).Err(err).Msg("the database is away or takes no writes")
		return v.tell(code, nil)
	}
	d.Log.Error().Str("reference", v.Reference).Err(err).Msg("fault")
	return v.tell(CodeInternal, nil)
}

// troubled is the code for the state of the database, or none.
func troubled(err error) string {
	switch {
	case pg.IsReadOnly(err):
		return codeReadOnly
	case pg.IsAway(err):
		return codeAway
	}
	return ""
}

// Fail answers a request with the problem that an error is.
func (d *Door) Fail(w http.ResponseWriter, r *http.Request, err error) {
	p := d.Problem(r.Context(), err)
	maps.Copy(w.Header(), p.Header())
	w.Header().Set("Content-Type", ProblemType)
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // the reader may have left
}

// tell writes a problem for a code in the languages of the visit.
func (v *visit) tell(code string, args map[string]string) *Problem {
	v.code = code
	status := Status(code)
	return &Problem{
		Type: "/docs#" + code, Title: i18n.Title(v.Language, status), Status: status, Code: code,
		Detail:    i18n.Words(v.Language, code, args),
		DetailZH:  i18n.Words(i18n.Chinese, code, args),
		DetailEN:  i18n.Words(i18n.English, code, args),
		Reference: v.Reference, language: v.Language,
	}
}

// refuse is a refusal of this package.
func refuse(code string) error { return &enforcement.Refusal{Code: code} }
