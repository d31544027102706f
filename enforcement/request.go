package enforcement

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
)

// Request is the client's request that an act is, where it carried a key
// (draft-ietf-httpapi-idempotency-key-header). Actor, route and key make it the
// same request; a different content under them is refused. Another person's key is
// another key.
type Request struct {
	// Organisation of the token; 0 for those who stand for none.
	Organisation OrganisationID
	// Actor says who asks, in which role.
	Actor string
	// Route is method and pattern, as "POST /v1/listings".
	Route string
	// Key is the client's.
	Key string
	// Content says who asked for what, in any form that is the same for the same
	// request. Only a keyed hash of it is stored.
	Content []byte
	// Personal says that the answer names subjects: it is then forgotten whenever
	// one is shredded.
	Personal bool
}

// KeyHash is what stands in the row in place of the key: nobody's key meets another's.
func (q *Request) KeyHash() []byte {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d:%s%d:%s", len(q.Actor), q.Actor, len(q.Key), q.Key))
	return sum[:]
}

// FormerKeyHash is what the release before this one wrote in its place, in rows that
// are kept for some days.
func (q *Request) FormerKeyHash() []byte {
	sum := sha256.Sum256([]byte(q.Key))
	return sum[:]
}

// Lock is the number of the advisory lock under which the request is worked. It
// is one of 64 bits; locks of two keys, as the lanes' are, never meet it.
func (q *Request) Lock() int64 {
	h := sha256.New()
	_, _ = fmt.Fprintf(h, "request %d %q ", q.Organisation, q.Route) // a hash takes every write
	_, _ = h.Write(q.KeyHash())
	return int64(binary.BigEndian.Uint64(h.Sum(nil))) //nolint:gosec // any 64 bits will do
}

// RequestPurpose binds a sealed answer to its row.
func RequestPurpose(org OrganisationID, route string, keyHash []byte) string {
	return fmt.Sprintf("answer:%d:%s:%x", org, route, keyHash)
}
