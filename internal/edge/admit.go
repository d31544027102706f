package edge

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/internal/access"
	"concordat/internal/pg"
)

// Endpoint is what the door must know of the place a request goes to.
type Endpoint struct {
	// Roles may come here; nil is everybody, without a token.
	Roles []enforcement.Role
	// Signer is what the others of People are told, where the law names who decides;
	// anybody else is told that the role does not belong here.
	Signer string
	People []enforcement.Role
	// Route is method and pattern, as "POST /v1/listings"; repetitions are known
	// by it. Empty: no request is known again here, whatever key it carries.
	Route string
	// Personal: the answer names subjects, so what is kept of it for repetitions is
	// forgotten when a subject is shredded.
	Personal bool
	// BodyNotHashed: a key is taken for the same whatever the body, as where a large
	// body is known by its content elsewhere.
	BodyNotHashed bool
}

// Admit finds out who is asking and whether this is a place for that role, and if
// so has the request worked. The body is not read before. With an Idempotency-Key
// it is worked as one that may have been answered already, and work gets a writer
// and a request that see to it; see [Door.Act]. An error says that nobody was
// admitted and nothing is written.
func (d *Door) Admit(w http.ResponseWriter, r *http.Request, e Endpoint, work func(http.ResponseWriter, *http.Request)) error {
	if err := d.identify(w, r, e); err != nil {
		return err
	}
	if visitOf(r.Context()).key != "" && e.Route != "" {
		d.once(w, r, e, work)
	} else {
		work(w, r)
	}
	return nil
}

func (d *Door) identify(w http.ResponseWriter, r *http.Request, e Endpoint) error {
	v := visitOf(r.Context())
	if e.Roles == nil {
		return nil
	}
	token, err := tokenOf(r)
	if err != nil {
		return err
	}
	actor, expires, err := d.Tokens.Holder(r.Context(), token, d.keptToo(v, r, e)...)
	if err != nil {
		return err
	}
	if d.Tokens.EndsSoon(expires) {
		w.Header().Set(expiresHeader, expires.UTC().Format(time.RFC3339))
	}
	v.Actor = actor
	if !slices.Contains(e.Roles, actor.Role) {
		code := codeForbidden
		if e.Signer != "" && slices.Contains(e.People, actor.Role) {
			code = e.Signer
		}
		return &enforcement.Refusal{Code: code, Args: map[string]string{"role": string(actor.Role)}}
	}
	v.key, err = keyOf(r, actor)
	return err
}

// keptToo asks, in the round trip that finds out who asks, whether a request with a key was
// answered before. What is no key is refused once it is known who asks ([keyOf]).
func (d *Door) keptToo(v *visit, r *http.Request, e Endpoint) []access.Beside {
	key, err := givenKey(r)
	if err != nil || key == "" || e.Route == "" {
		return nil
	}
	return []access.Beside{func(holder *bun.SelectQuery) pg.Ask { return d.Register.Record.AskKept(holder, e.Route, key, &v.kept) }}
}

// expiresHeader tells, from [access.Soon] before it, when the token of the request ends.
const expiresHeader = "Concordat-Token-Expires"

// bearer is the scheme of tokens, in any case.
const bearer = "bearer"

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

// keyHeader names the header.
const keyHeader = "Idempotency-Key"

// maxKey is how long an Idempotency-Key may be, in bytes.
const maxKey = 200

// givenKey is the client's key, or none.
func givenKey(r *http.Request) (string, error) {
	given := r.Header.Values(keyHeader)
	if len(given) == 0 || r.Method == http.MethodGet {
		return "", nil
	}
	visible := !strings.ContainsFunc(given[0], func(c rune) bool { return c < '!' || c > '~' })
	if len(given) > 1 || given[0] == "" || len(given[0]) > maxKey || !visible {
		return "", refuse(codeBadKey)
	}
	return given[0], nil
}

// keyOf is the key of the act that a request is, or none. The client's key alone
// would be everybody's: it is hashed with actor, method and full path, so that
// neither another person nor another listing meets it.
func keyOf(r *http.Request, actor enforcement.Actor) (string, error) {
	given, err := givenKey(r)
	if given == "" {
		return "", err
	}
	h := sha256.New()
	for _, part := range []string{actor.ID, string(actor.Role), actor.Organisation.String(), r.Method, r.URL.Path, given} {
		_, _ = fmt.Fprintf(h, "%d:%s", len(part), part) // a hash takes every write
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
