package api

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"

	"concordat/enforcement"
	"concordat/internal/access"
)

// bearer names the scheme in the schema.
const bearer = "bearer"

// The sets of roles that routes are open to. Who of a court may sign or revoke is
// for the record to say, so that the refusal names the law and not the route.
var (
	ofCourt           = []enforcement.Role{enforcement.Clerk, enforcement.Judge, enforcement.President}
	ofCourtOrOverseer = []enforcement.Role{enforcement.Clerk, enforcement.Judge, enforcement.President, enforcement.Overseer}
	ofDepartment      = []enforcement.Role{enforcement.DepartmentClerk, enforcement.DepartmentReviewer}
	ofOfficers        = []enforcement.Role{enforcement.Clerk, enforcement.Judge, enforcement.President, enforcement.DepartmentClerk, enforcement.DepartmentReviewer}
	ofHolders         = []enforcement.Role{enforcement.DepartmentClerk, enforcement.DepartmentReviewer, enforcement.Overseer}
	ofOperations      = []enforcement.Role{enforcement.Operator, enforcement.Overseer}
)

// admit finds out who is asking and whether this is a place for that role. It
// runs before the body is read. false: the refusal is written.
func (s *server) admit(ctx huma.Context, roles []enforcement.Role) bool {
	r, w := humachi.Unwrap(ctx)
	if err := s.identify(r, roles); err != nil {
		s.fail(w, r, err)
		return false
	}
	return true
}

func (s *server) identify(r *http.Request, roles []enforcement.Role) error {
	v := visitOf(r.Context())
	if roles == nil {
		return nil
	}
	token, err := tokenOf(r)
	if err != nil {
		return err
	}
	actor, err := s.Tokens.Authenticate(r.Context(), token)
	if err != nil {
		return err
	}
	v.actor = actor
	if !slices.Contains(roles, actor.Role) {
		return &enforcement.Refusal{Code: codeForbidden, Args: map[string]string{"role": string(actor.Role)}}
	}
	v.key, err = keyOf(r, actor)
	return err
}

func tokenOf(r *http.Request) (string, error) {
	headers := r.Header.Values("Authorization")
	if len(headers) == 0 {
		return "", refuse(access.CodeMissing)
	}
	scheme, token, _ := strings.Cut(headers[0], " ")
	if len(headers) > 1 || !strings.EqualFold(scheme, bearer) {
		return "", refuse(access.CodeUnknown)
	}
	return strings.TrimSpace(token), nil
}

// maxKey is how long an Idempotency-Key may be, in bytes.
const maxKey = 200

// keyOf is the key of the act that a request is, or none. The client's key alone
// would be everybody's: it is hashed with actor, method and full path, so that
// neither another person nor another listing meets it.
func keyOf(r *http.Request, actor enforcement.Actor) (string, error) {
	given := r.Header.Values(keyHeader)
	if len(given) == 0 || r.Method == http.MethodGet {
		return "", nil
	}
	visible := !strings.ContainsFunc(given[0], func(c rune) bool { return c < '!' || c > '~' })
	if len(given) > 1 || given[0] == "" || len(given[0]) > maxKey || !visible {
		return "", refuse(codeBadKey)
	}
	h := sha256.New()
	for _, part := range []string{actor.ID, string(actor.Role), actor.Organisation.String(), r.Method, r.URL.Path, given[0]} {
		_, _ = fmt.Fprintf(h, "%d:%s", len(part), part) // a hash takes every write
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
