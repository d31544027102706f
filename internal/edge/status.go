package edge

import (
	"net/http"
	"slices"
	"strings"

	"concordat/enforcement"
	"concordat/internal/access"
	"concordat/internal/courtfile"
	"concordat/internal/identifier"
)

// Codes of the refusals that an edge makes itself.
const (
	CodeInternal      = "internal" // a fault of ours
	CodeBodyMalformed = "body.malformed"
	CodeBodyMissing   = "body.missing"
	CodeBodyTooLarge  = "body.too-large"
	CodeBodyType      = "body.type" // not the content type that is read there
	CodeBodyTimeout   = "body.timeout"
	CodeInvalid       = "request.invalid"      // fields say more
	CodeOrigin        = "request.cross-origin" // another site made a browser ask
	CodeNoMatch       = "precondition.missing" // nobody says which version was read
	CodeBadMatch      = "precondition.malformed"
	CodeUploadSize    = "import.too-large"
	CodeUploadType    = "import.content-type"
	CodeUploadBroken  = "import.interrupted" // the file did not arrive whole
	CodeNoMemorandum  = "memoranda.memorandum"
	CodeNoMeasure     = "memoranda.measure"
	CodeNoListType    = "memoranda.list-type"
	CodeResolveList   = "resolve.list-type"
)

// Codes of what is wrong with one field, in a [FieldProblem].
const (
	FieldRequired = "field.required"
	FieldUnknown  = "field.unknown"
	FieldType     = "field.type"
	FieldEnum     = "field.enum"
	FieldFormat   = "field.format"
	FieldLength   = "field.length"
	FieldRange    = "field.range"
	FieldItems    = "field.items"
	FieldInvalid  = "field.invalid"
)

// Codes that only the door says.
const (
	codeUnavailable = "unavailable"
	codeNotReady    = "not-ready"
	codeRoute       = "route.unknown"
	codeMethod      = "route.method"
	codeBadKey      = "key.malformed"
	codeParameter   = "parameter.malformed" // no text
	codeCursor      = "cursor.malformed"
	codeForbidden   = "role.forbidden"
	codeInFlight    = "request.in-flight"
	codeAway        = "database.away"
	codeReadOnly    = "database.read-only"
)

const statusUnassigned = http.StatusUnprocessableEntity

// Codes lists every code that an answer can carry, those of the record and of its
// readers too, sorted.
func Codes() []string {
	own := []string{
		CodeInternal, codeUnavailable, codeNotReady, codeAway, codeReadOnly, codeRoute, codeMethod, codeParameter, CodeBodyMalformed, CodeBodyMissing, CodeBodyTooLarge,
		CodeBodyType, CodeBodyTimeout, CodeInvalid, CodeNoMatch, CodeBadMatch, codeBadKey, CodeUploadSize, CodeUploadType, CodeUploadBroken,
		FieldRequired, FieldUnknown, FieldType, FieldEnum, FieldFormat, FieldLength, FieldRange, FieldItems, FieldInvalid, CodeOrigin,
		CodeNoMemorandum, CodeNoMeasure, CodeNoListType, CodeResolveList,
	}
	codes := slices.Concat(own, access.Codes(), enforcement.Codes(), identifier.Codes(), courtfile.Codes())
	slices.Sort(codes)
	return slices.Compact(codes)
}

// statuses is the whole answer to which HTTP status a code has: by the code
// itself, or by its family, the part before the dot.
var statuses = map[string]int{
	CodeInternal:      http.StatusInternalServerError,
	codeUnavailable:   http.StatusServiceUnavailable,
	codeNotReady:      http.StatusServiceUnavailable,
	"database":        http.StatusServiceUnavailable,
	codeRoute:         http.StatusNotFound,
	codeMethod:        http.StatusMethodNotAllowed,
	CodeBodyMalformed: http.StatusBadRequest,
	CodeBodyMissing:   http.StatusBadRequest,
	CodeBodyTooLarge:  http.StatusRequestEntityTooLarge,
	CodeBodyType:      http.StatusUnsupportedMediaType,
	CodeBodyTimeout:   http.StatusRequestTimeout,
	CodeInvalid:       http.StatusUnprocessableEntity,
	CodeNoMatch:       http.StatusPreconditionRequired,
	CodeBadMatch:      http.StatusBadRequest,
	codeBadKey:        http.StatusBadRequest,
	codeParameter:     http.StatusBadRequest,
	CodeOrigin:        http.StatusForbidden,
	codeCursor:        http.StatusBadRequest,
	"id.malformed":    http.StatusUnprocessableEntity,
	"field":           http.StatusUnprocessableEntity,

	// Who is asking. The edge always sets actor and time: their absence is ours.
	"token":                 http.StatusUnauthorized,
	"token.staff":           http.StatusUnprocessableEntity,
	"token.post":            http.StatusForbidden,
	"staff":                 http.StatusUnprocessableEntity,
	"staff.exists":          http.StatusConflict,
	"staff.own":             http.StatusForbidden,
	"staff.none":            http.StatusNotFound,
	access.CodeRole:         http.StatusUnprocessableEntity,
	access.CodeOrganisation: http.StatusUnprocessableEntity,
	access.CodeActor:        http.StatusUnprocessableEntity,
	access.CodeExpires:      http.StatusUnprocessableEntity,
	access.CodeTooLong:      http.StatusUnprocessableEntity,
	access.CodeAwake:        http.StatusNotFound,
	access.CodeRevoked:      http.StatusNotFound,
	"act":                   http.StatusInternalServerError,
	codeForbidden:           http.StatusForbidden,
	"decision.signer":       http.StatusForbidden,
	"decision.reviewer":     http.StatusForbidden,
	"not-found":             http.StatusNotFound,
	"answer.directive":      http.StatusNotFound,
	"answer.not-sent":       http.StatusConflict,
	"kept.second-person":    http.StatusForbidden,
	"doubt.second-person":   http.StatusForbidden,

	// Where the matter stands: the same request may pass on another day.
	"version.stale":              http.StatusPreconditionFailed,
	"state":                      http.StatusConflict,
	"case.exists":                http.StatusConflict,
	"organisation.exists":        http.StatusConflict,
	"listing.exists":             http.StatusConflict,
	"listing.suspended":          http.StatusConflict,
	"listing.restored":           http.StatusConflict,
	"listing.not-warned":         http.StatusConflict,
	"listing.excluded":           http.StatusConflict,
	"listing.relist-bar":         http.StatusConflict,
	"listing.performed":          http.StatusConflict,
	"subject.identity":           http.StatusConflict,
	"subject.shredded":           http.StatusConflict,
	"decision.unsigned":          http.StatusConflict,
	"decision.not-proposed":      http.StatusConflict,
	"words.unconfirmed":          http.StatusConflict,
	"words.stale":                http.StatusConflict,
	"words.frozen":               http.StatusConflict,
	"reveal.none":                http.StatusConflict,
	"reveal.open":                http.StatusConflict,
	"reveal.second-person":       http.StatusForbidden,
	"reveal.needed":              http.StatusForbidden,
	"service.missing":            http.StatusConflict,
	"service.not-yet":            http.StatusConflict,
	"grace":                      http.StatusConflict,
	"extension.late":             http.StatusConflict,
	"extension.early":            http.StatusConflict,
	"extension.ground":           http.StatusConflict,
	"extension.no-term":          http.StatusConflict,
	"performance":                http.StatusConflict,
	"performance.period":         http.StatusUnprocessableEntity,
	"performance.reasons":        http.StatusUnprocessableEntity,
	"chain.confirmed":            http.StatusConflict,
	"chain.second-person":        http.StatusForbidden,
	"end.fixed-term":             http.StatusConflict,
	"end.no-term":                http.StatusConflict,
	"end.searches":               http.StatusConflict,
	"end.term-running":           http.StatusConflict,
	"correction.none":            http.StatusConflict,
	"region.reason":              http.StatusUnprocessableEntity,
	"correction.open":            http.StatusConflict,
	"correction.second-person":   http.StatusForbidden,
	"task.closed":                http.StatusConflict,
	"hold.ended":                 http.StatusConflict,
	"restore.reconciling":        http.StatusServiceUnavailable,
	"restore":                    http.StatusConflict,
	"reconciliation.page":        http.StatusConflict,
	"resumption":                 http.StatusConflict,
	"resumption.identity":        http.StatusUnprocessableEntity,
	"resumption.second-person":   http.StatusForbidden,
	"hold.scope":                 http.StatusUnprocessableEntity,
	"hold.reason":                http.StatusUnprocessableEntity,
	"hold.standing":              http.StatusConflict,
	"hold.second-person":         http.StatusForbidden,
	"plan":                       http.StatusConflict,
	"attestation":                http.StatusUnprocessableEntity,
	"attestation.stale":          http.StatusConflict,
	"attestation.withdrawn":      http.StatusConflict,
	"attestation.confirmed":      http.StatusConflict,
	"attestation.second-person":  http.StatusForbidden,
	"attestation.account":        http.StatusForbidden,
	"edition":                    http.StatusConflict,
	"edition.too-large":          http.StatusUnprocessableEntity,
	"import.elsewhere":           http.StatusConflict,
	"reward.owner":               http.StatusForbidden,
	"reward.exists":              http.StatusConflict,
	"order":                      http.StatusUnprocessableEntity,
	"order.exists":               http.StatusConflict,
	"order.listing":              http.StatusConflict,
	"order.notice":               http.StatusConflict,
	"order.keep":                 http.StatusConflict,
	"order.keep-second-person":   http.StatusForbidden,
	"reward.notice":              http.StatusConflict,
	"reward.noticed":             http.StatusConflict,
	"reward.answered":            http.StatusConflict,
	"reward.answer-running":      http.StatusConflict,
	"reward.stayed":              http.StatusConflict,
	"reward.suspension":          http.StatusConflict,
	"reward.second-person":       http.StatusForbidden,
	"signature.second-person":    http.StatusForbidden,
	CodeUploadSize:               http.StatusRequestEntityTooLarge,
	CodeUploadType:               http.StatusUnsupportedMediaType,
	CodeUploadBroken:             http.StatusBadRequest,
	codeInFlight:                 http.StatusConflict,
	"clock.skew":                 http.StatusServiceUnavailable,
	"calendar.contradicts":       http.StatusConflict,
	"confirmation":               http.StatusConflict,
	"confirmation.except":        http.StatusUnprocessableEntity,
	"confirmation.second-person": http.StatusForbidden,
	"report.kept-again":          http.StatusConflict,
	"kept.disputed":              http.StatusConflict,
	"doubt.none":                 http.StatusConflict,
	"change.unproposed":          http.StatusForbidden,
	"change.account":             http.StatusForbidden,
	"change.second-person":       http.StatusForbidden,
	"change":                     http.StatusConflict,

	"paper.erased":           http.StatusConflict,
	"paper.exists":           http.StatusConflict,
	"paper.elsewhere":        http.StatusConflict,
	"papers":                 http.StatusConflict,
	"paper.final":            http.StatusConflict,
	"paper.size":             http.StatusRequestEntityTooLarge,
	"paper.type":             http.StatusUnsupportedMediaType,
	"list.not-owner":         http.StatusForbidden,
	"list.no-footing":        http.StatusConflict,
	"notice.missing":         http.StatusConflict,
	"window":                 http.StatusConflict,
	"statement.none":         http.StatusConflict,
	"statement.unanswered":   http.StatusConflict,
	"decision.second-person": http.StatusForbidden,
	"publication":            http.StatusConflict,
	"repair":                 http.StatusConflict,

	// What was entered: it has to be put right first.
	"identifier":               http.StatusUnprocessableEntity,
	"case-number":              http.StatusUnprocessableEntity,
	"name":                     http.StatusUnprocessableEntity,
	"subject":                  http.StatusUnprocessableEntity,
	"case":                     http.StatusUnprocessableEntity,
	"listing":                  http.StatusUnprocessableEntity,
	"paper":                    http.StatusUnprocessableEntity,
	"notice":                   http.StatusUnprocessableEntity,
	"application":              http.StatusUnprocessableEntity,
	"chain":                    http.StatusUnprocessableEntity,
	"decision":                 http.StatusUnprocessableEntity,
	"words":                    http.StatusUnprocessableEntity,
	"reveal":                   http.StatusUnprocessableEntity,
	"service":                  http.StatusUnprocessableEntity,
	"extension":                http.StatusUnprocessableEntity,
	"end":                      http.StatusUnprocessableEntity,
	"search":                   http.StatusUnprocessableEntity,
	"correction":               http.StatusUnprocessableEntity,
	"abandon":                  http.StatusUnprocessableEntity,
	"exclusion":                http.StatusUnprocessableEntity,
	"exclusion.second-person":  http.StatusForbidden,
	"exclusion.none":           http.StatusConflict,
	"exclusion.every":          http.StatusConflict,
	"answer":                   http.StatusUnprocessableEntity,
	"report":                   http.StatusUnprocessableEntity,
	"organisation":             http.StatusUnprocessableEntity,
	"task":                     http.StatusUnprocessableEntity,
	"import":                   http.StatusUnprocessableEntity,
	"identity":                 http.StatusUnprocessableEntity,
	"takeover":                 http.StatusUnprocessableEntity,
	"takeover.unconfirmed":     http.StatusConflict,
	"takeover.confirmed":       http.StatusConflict,
	"takeover.second-person":   http.StatusForbidden,
	"review":                   http.StatusUnprocessableEntity,
	"list":                     http.StatusUnprocessableEntity,
	"statement":                http.StatusUnprocessableEntity,
	"reward":                   http.StatusUnprocessableEntity,
	"kept":                     http.StatusUnprocessableEntity,
	"identifier.second-person": http.StatusForbidden,
	"override":                 http.StatusConflict,
	"override.needless":        http.StatusUnprocessableEntity,

	"reconciliation": http.StatusUnprocessableEntity,
	"request":        http.StatusUnprocessableEntity,

	"explain":   http.StatusUnprocessableEntity,
	"memoranda": http.StatusNotFound,
	"resolve":   http.StatusUnprocessableEntity,
}

// Status is the HTTP status of a code.
func Status(code string) int {
	status, _ := statusOf(code)
	return status
}

// statusOf is the status of a code; ok is false for a code the table forgot.
func statusOf(code string) (status int, ok bool) {
	if status, ok = statuses[code]; ok {
		return status, true
	}
	family, _, _ := strings.Cut(code, ".")
	if status, ok = statuses[family]; ok {
		return status, true
	}
	return statusUnassigned, false
}
