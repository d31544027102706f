// Package edge is what both edges of an installation need, the JSON interface
// (internal/api) and the pages (not built yet), and neither has for itself: who is
// asking, how a person is told no, what a repeated request gets, and what the log,
// the traces and the probes see of all that.
//
// A [Door] is its one struct: configuration, and no state. An edge takes its router
// from [Door.Router]. Every request on it passes, in this order: a reference number
// and a language are given to it; its span begins; it is logged, by route pattern
// and never by path; a panic is caught; security headers are set, with the edge's
// own Content-Security-Policy; what is no text in path, parameters and headers is refused. [VisitOf] reads what is known of it.
//
// A handler then calls [Door.Admit]: the bearer token becomes an actor, whose role
// must be one of the [Endpoint]'s. That is the first look and not the last word:
// the record checks roles, organisations and states again. Inside, [Door.Act] is
// the act for the record: actor, legal time and key.
//
// # Problems
//
// Whatever a person caused comes back as a [Problem] (RFC 9457) with a stable code
// and words in both languages; which status a code has stands in one table
// (status.go). What was submitted is never repeated in it. Everything else is a 500
// with the reference number, logged once, here. [Door.Problem] makes one, for an
// edge that writes it in a form of its own; [Door.Fail] writes it as JSON.
//
// # Repeated requests
//
// An Idempotency-Key makes a request safe to repeat: the act is done once under
// that key, route, path, body and actor; another person's key is another key, and every answer to it is the same. What
// is written in Admit's work is held back until the record keeps it; Act says
// whether the request was answered before, and then the handler does nothing more.
// Refusals are not kept: the same request may pass later.
//
// # Lists
//
// Lists go forward by an opaque cursor: [After] reads it, [Cut] makes the next one.
//
// edge knows chi and nothing of huma or templates. It imports neither edge.
package edge
