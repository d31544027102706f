package vault

import (
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/tink-crypto/tink-go/v2/aead/subtle"
	"github.com/tink-crypto/tink-go/v2/subtle/random"
	"github.com/tink-crypto/tink-go/v2/tink"
)

const (
	versionSize = 2
	nonceSize   = 12
	tagSize     = 16
	wrappedSize = versionSize + nonceSize + dataKeySize + tagSize
)

// Envelope seals and opens the fields of one subject with its data key. It is
// cheap to make and safe for concurrent use; do not keep it longer than the
// work at hand, for it outlives a shredding. The zero Envelope holds no key and
// answers ErrShredded.
type Envelope struct {
	subject [16]byte
	cipher  tink.AEAD
}

// NewEnvelope makes a data key for a subject. The 62 bytes wrapped are to be
// stored with the subject and nowhere else: forgetting them shreds it.
func (v *Vault) NewEnvelope(subject [16]byte) (wrapped []byte, e Envelope, err error) {
	dataKey := random.GetRandomBytes(dataKeySize)
	if e, err = newEnvelope(subject, dataKey); err != nil {
		return nil, Envelope{}, err
	}
	if wrapped, err = v.ring.Load().current.wrapKey(subject, dataKey); err != nil {
		return nil, Envelope{}, err
	}
	return wrapped, e, nil
}

// OpenEnvelope unwraps a subject's data key. Errors wrap ErrShredded when
// wrapped is empty, ErrKeyUnknown when its version is not in hand, ErrTampered
// when it was changed or belongs to another subject.
func (v *Vault) OpenEnvelope(subject [16]byte, wrapped []byte) (Envelope, error) {
	dataKey, _, err := v.ring.Load().unwrapKey(subject, wrapped)
	if err != nil {
		return Envelope{}, err
	}
	return newEnvelope(subject, dataKey)
}

// Rewrap wraps a subject's data key with the current version; what the subject
// has sealed stays as it is. When wrapped has that version already it is
// returned as given and changed is false. Errors are those of OpenEnvelope.
func (v *Vault) Rewrap(subject [16]byte, wrapped []byte) (out []byte, changed bool, err error) {
	r := v.ring.Load()
	dataKey, version, err := r.unwrapKey(subject, wrapped)
	if err != nil {
		return nil, false, err
	}
	if version >= r.body.Current {
		return wrapped, false, nil
	}
	out, err = r.current.wrapKey(subject, dataKey)
	return out, err == nil, err
}

// WrappedVersion returns the key version that wrapped was made with, from its
// first two bytes (big-endian), without opening it. Errors wrap ErrShredded
// when it is empty and ErrTampered when it cannot be a wrapped key.
func WrappedVersion(wrapped []byte) (int16, error) {
	if len(wrapped) == 0 {
		return 0, ErrShredded
	}
	if len(wrapped) != wrappedSize {
		return 0, fmt.Errorf("wrapped key of %d bytes, want %d: %w", len(wrapped), wrappedSize, ErrTampered)
	}
	return readVersion(wrapped)
}

// Seal seals one field of the subject. The field name is not stored: Open must
// be given the same. The result is 28 bytes longer than plaintext and differs
// each time.
func (e Envelope) Seal(plaintext []byte, field string) ([]byte, error) {
	if e.cipher == nil {
		return nil, fmt.Errorf("seal field %s: %w", field, ErrShredded)
	}
	sealed, err := e.cipher.Encrypt(plaintext, e.binding(field))
	if err != nil {
		return nil, fmt.Errorf("seal field %s of subject %s: %w", field, uuid.UUID(e.subject), err)
	}
	return sealed, nil
}

// Open opens what Seal sealed for the same subject and field; anything else is
// ErrTampered.
func (e Envelope) Open(sealed []byte, field string) ([]byte, error) {
	if e.cipher == nil {
		return nil, fmt.Errorf("open field %s: %w", field, ErrShredded)
	}
	plaintext, err := e.cipher.Decrypt(sealed, e.binding(field))
	if err != nil {
		return nil, fmt.Errorf("open field %s of subject %s: %w", field, uuid.UUID(e.subject), ErrTampered)
	}
	return plaintext, nil
}

// binding is the associated data of a field. The subject has a fixed length, so
// two different pairs never give the same bytes.
func (e Envelope) binding(field string) []byte {
	return slices.Concat(e.subject[:], []byte(field))
}

func newEnvelope(subject [16]byte, dataKey []byte) (Envelope, error) {
	cipher, err := subtle.NewAESGCM(dataKey)
	if err != nil {
		return Envelope{}, fmt.Errorf("use data key of subject %s: %w", uuid.UUID(subject), err)
	}
	return Envelope{subject: subject, cipher: cipher}, nil
}

func (k *keys) wrapKey(subject [16]byte, dataKey []byte) ([]byte, error) {
	wrapped, err := k.sealWith(k.wrap, dataKey, subject[:])
	if err != nil {
		return nil, fmt.Errorf("wrap data key of subject %s: %w", uuid.UUID(subject), err)
	}
	return wrapped, nil
}

func (r *ring) unwrapKey(subject [16]byte, wrapped []byte) (dataKey []byte, version int16, err error) {
	version, err = WrappedVersion(wrapped)
	if err != nil {
		return nil, 0, fmt.Errorf("unwrap data key of subject %s: %w", uuid.UUID(subject), err)
	}
	k, err := r.get(version)
	if err != nil {
		return nil, 0, fmt.Errorf("unwrap data key of subject %s: %w", uuid.UUID(subject), err)
	}
	dataKey, err = openWith(k.wrap, wrapped, subject[:])
	if err != nil {
		return nil, 0, fmt.Errorf("unwrap data key of subject %s: %w", uuid.UUID(subject), err)
	}
	return dataKey, version, nil
}

// sealWith seals under a key of this version and puts the version in front.
// The version needs no binding: each has keys of its own, and so has each use.
func (k *keys) sealWith(cipher tink.AEAD, plaintext, binding []byte) ([]byte, error) {
	sealed, err := cipher.Encrypt(plaintext, binding)
	if err != nil {
		return nil, err
	}
	return slices.Concat(k.prefix(), sealed), nil
}

// openWith opens what sealWith sealed; the caller has read the version.
func openWith(cipher tink.AEAD, sealed, binding []byte) ([]byte, error) {
	plaintext, err := cipher.Decrypt(sealed[versionSize:], binding)
	if err != nil {
		return nil, ErrTampered
	}
	return plaintext, nil
}

func (k *keys) prefix() []byte {
	return binary.BigEndian.AppendUint16(make([]byte, 0, versionSize), uint16(k.version)) //nolint:gosec // versions are 1 to 32767
}

// readVersion reads the version in front of data, which has at least two bytes.
func readVersion(data []byte) (int16, error) {
	version := int16(binary.BigEndian.Uint16(data)) //nolint:gosec // what overflows is negative and refused below
	if version < 1 {
		return 0, fmt.Errorf("key version %d: %w", version, ErrTampered)
	}
	return version, nil
}
