// Package api is the JSON edge: it reads requests under /v1, asks the record,
// and answers.
//
// A request comes in by the door that both edges share (internal/edge): there it
// gets a reference number and a language, is logged and traced, and its bearer
// token becomes an actor, whose role must be one of the route's (roles.go). Then
// its body is read, at most 1 MiB, and checked against the schema, unknown and
// repeated fields refused (body.go); then the handler runs. Handlers lie one file
// per noun and do nothing but translate: the record checks roles, organisations and
// states again, and its word is final.
//
// Whatever a person caused comes back as a problem document (RFC 9457) with a
// stable code and words in both languages. What huma refuses by itself is put into
// the same form, without the values it would repeat (problem.go). Everything else
// is a 500 with a reference number, logged once.
//
// A move that burdens needs If-Match with the ETag of the case as it was read:
// missing is 428, stale 412; one that lifts is taken whatever was read. An Idempotency-Key makes a POST safe to repeat: the
// act is done once under that key, route, path and actor. Lists go forward by an
// opaque cursor (page.go).
//
// An organisation sees its own and nothing else; another's is "not found", as if
// it did not exist. The public list alone needs no token.
//
// The schema is at /v1/openapi.json (golden copy in testdata, -update renews it)
// and is shown to people at /docs, rendered here, with no script and no request
// to anywhere else. huma, which checks and documents, is kept from echoing values,
// adding $schema and serving its own pages (api.go, problem.go).
package api
