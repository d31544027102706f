//go:build !race

// One thing after the other, over much: of data races nothing is asked here (make plain).

package api_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"concordat/enforcement"
)

// TestEveryRouteAsksWhoIsThere goes to every route of the schema in every role,
// and without a token: whoever is not named there gets no further, whatever the
// body would be.
func TestEveryRouteAsksWhoIsThere(t *testing.T) {
	t.Parallel()
	b := setup(t)
	tokens := map[enforcement.Role]string{}
	for _, role := range enforcement.Roles() {
		org := enforcement.OrganisationID(0)
		switch role {
		case enforcement.Clerk, enforcement.Judge, enforcement.President:
			org = b.Court
		case enforcement.DepartmentClerk, enforcement.DepartmentReviewer:
			org = b.Departments[0]
		case enforcement.Overseer, enforcement.Operator, enforcement.Lawyer, enforcement.System:
		}
		tokens[role] = b.token(role, org)
	}
	doc := b.want(http.StatusOK, "", http.MethodGet, "/v1/openapi.json", nil)
	id := enforcement.NewID().String()
	routes, open := 0, []string{}
	for path, item := range at[object](t, doc.body, "paths") {
		for method, operation := range at[object](t, item) {
			routes++
			method, address := strings.ToUpper(method), strings.ReplaceAll(path, "{id}", id)
			o := at[object](t, operation)
			if o["x-roles"] == nil {
				open = append(open, method+" "+path)
				continue
			}
			roles := at[[]any](t, o, "x-roles")
			// Where the law names who decides, the others at that place are told so.
			refused := []any{"role.forbidden"}
			if signer := o["x-signer"]; signer != nil {
				refused = append(refused, signer)
			}
			if a := b.call("", method, address, nil); a.status != http.StatusUnauthorized || a.code() != "token.missing" {
				t.Errorf("%s %s without a token: %d %s", method, path, a.status, a.text)
			}
			for role, token := range tokens {
				a := b.call(token, method, address, nil)
				if slices.Contains(roles, any(string(role))) {
					if a.status == http.StatusUnauthorized || a.code() == "role.forbidden" || a.status >= http.StatusInternalServerError {
						t.Errorf("%s %s as %s: %d %s", method, path, role, a.status, a.text)
					}
				} else if a.status != http.StatusForbidden || !slices.Contains(refused, any(a.code())) {
					t.Errorf("%s %s as %s: %d %s", method, path, role, a.status, a.text)
				}
			}
		}
	}
	public := []string{
		"GET /v1/list-types",
		"GET /v1/list-types/{slug}",
		"GET /v1/measures",
		"GET /v1/measures/{memorandum}/{slug}",
		"GET /v1/memoranda",
		"GET /v1/memoranda/{slug}",
		"GET /v1/public/administrative-listings",
		"GET /v1/public/listings", "GET /v1/public/rewards",
		"POST /v1/resolve",
	}
	if routes < 35 || !slices.Equal(slices.Sorted(slices.Values(open)), public) {
		t.Errorf("%d routes, open to all are %v", routes, open)
	}
}
