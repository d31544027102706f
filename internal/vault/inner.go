package vault

import (
	"fmt"

	"github.com/google/uuid"
	"github.com/tink-crypto/tink-go/v2/aead/subtle"
	"github.com/tink-crypto/tink-go/v2/subtle/random"
)

// innerField binds the data key of a thing to the thing.
func innerField(id [16]byte) string { return "key:" + uuid.UUID(id).String() }

// NewInner makes a data key for something of the subject's, as a paper is, that several
// may hold one day. It is sealed under the subject's own data key and not under the
// installation's: forgetting the subject's key forgets it too, and a rotation leaves it
// as it is. The 60 bytes sealed are to be stored with the subject's share in it.
func (e Envelope) NewInner(id [16]byte) (sealed []byte, inner Envelope, err error) {
	dataKey := random.GetRandomBytes(dataKeySize)
	if inner, err = newEnvelope(id, dataKey); err != nil {
		return nil, Envelope{}, err
	}
	sealed, err = e.Seal(dataKey, innerField(id))
	return sealed, inner, err
}

// OpenInner opens what NewInner sealed for the same subject and id. Errors wrap
// ErrShredded where e holds no key, ErrTampered when it was changed or belongs elsewhere.
func (e Envelope) OpenInner(id [16]byte, sealed []byte) (Envelope, error) {
	dataKey, err := e.openInner(id, sealed)
	if err != nil {
		return Envelope{}, err
	}
	return newEnvelope(id, dataKey)
}

// HandOn seals the data key of something for another subject, who then holds it as the
// first one does; erasing the one does not take it from the other. Errors are those of
// OpenInner and Seal.
func (e Envelope) HandOn(id [16]byte, sealed []byte, to Envelope) ([]byte, error) {
	dataKey, err := e.openInner(id, sealed)
	if err != nil {
		return nil, err
	}
	return to.Seal(dataKey, innerField(id))
}

func (e Envelope) openInner(id [16]byte, sealed []byte) ([]byte, error) {
	dataKey, err := e.Open(sealed, innerField(id))
	if err != nil {
		return nil, err
	}
	if err := subtle.ValidateAESKeySize(uint32(len(dataKey))); err != nil { //nolint:gosec // some ten bytes
		return nil, fmt.Errorf("a data key of %d bytes: %w", len(dataKey), ErrTampered)
	}
	return dataKey, nil
}
