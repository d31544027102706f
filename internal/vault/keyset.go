package vault

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/aead/aesgcm"
	"github.com/tink-crypto/tink-go/v2/aead/xchacha20poly1305"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/key"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/prf"
	"github.com/tink-crypto/tink-go/v2/prf/hmacprf"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// dataKeySize is the length of a subject's data key and of the installation's
// wrapping and hashing keys, in bytes.
const dataKeySize = 32

// wrapParameters describe the key that wraps data keys. A random 12-byte nonce
// is safe up to 2^32 wraps of one version, several times the population.
func wrapParameters() (key.Parameters, error) {
	return aesgcm.NewParameters(aesgcm.ParametersOpts{
		KeySizeInBytes: dataKeySize,
		IVSizeInBytes:  nonceSize,
		TagSizeInBytes: tagSize,
		Variant:        aesgcm.VariantNoPrefix,
	})
}

// sealParameters describe the key for things of no subject. Their number has
// no bound, hence the 24-byte nonce.
func sealParameters() (key.Parameters, error) {
	return xchacha20poly1305.NewParameters(xchacha20poly1305.VariantNoPrefix)
}

// hashParameters describe the look-up and the document key.
func hashParameters() (key.Parameters, error) {
	return hmacprf.NewParameters(dataKeySize, hmacprf.SHA256)
}

// newKeyset makes a tink keyset of one random key, as compact JSON in clear.
func newKeyset(parameters func() (key.Parameters, error)) (json.RawMessage, error) {
	p, err := parameters()
	if err != nil {
		return nil, fmt.Errorf("describe key: %w", err)
	}
	m := keyset.NewManager()
	id, err := m.AddNewKeyFromParameters(p)
	if err != nil {
		return nil, fmt.Errorf("make key: %w", err)
	}
	if err := m.SetPrimary(id); err != nil {
		return nil, fmt.Errorf("make key: %w", err)
	}
	h, err := m.Handle()
	if err != nil {
		return nil, fmt.Errorf("make keyset: %w", err)
	}
	var clear, compact bytes.Buffer
	if err := insecurecleartextkeyset.Write(h, keyset.NewJSONWriter(&clear)); err != nil {
		return nil, fmt.Errorf("write keyset: %w", err)
	}
	if err := json.Compact(&compact, clear.Bytes()); err != nil {
		return nil, fmt.Errorf("write keyset: %w", err)
	}
	return compact.Bytes(), nil
}

// readKeyset reads what newKeyset wrote and refuses a key of another kind or
// size, so that a keyset put in the wrong place is found at start.
func readKeyset(raw json.RawMessage, parameters func() (key.Parameters, error)) (*keyset.Handle, error) {
	want, err := parameters()
	if err != nil {
		return nil, fmt.Errorf("describe key: %w", err)
	}
	h, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(raw)))
	if err != nil {
		// The reader quotes what it could not read, which may be key material.
		return nil, fmt.Errorf("read keyset: %w", ErrFormat)
	}
	if h.Len() != 1 {
		return nil, fmt.Errorf("read keyset of %d keys, want one: %w", h.Len(), ErrFormat)
	}
	entry, err := h.Primary()
	if err != nil || !entry.Key().Parameters().Equal(want) {
		return nil, fmt.Errorf("read keyset: key of another kind: %w", ErrFormat)
	}
	return h, nil
}

func readAEAD(raw json.RawMessage, parameters func() (key.Parameters, error)) (tink.AEAD, error) {
	h, err := readKeyset(raw, parameters)
	if err != nil {
		return nil, err
	}
	a, err := aead.New(h)
	if err != nil {
		return nil, fmt.Errorf("build cipher: %w", err)
	}
	return a, nil
}

func readPRF(raw json.RawMessage) (prf.PRF, error) {
	h, err := readKeyset(raw, hashParameters)
	if err != nil {
		return nil, err
	}
	set, err := prf.NewPRFSet(h)
	if err != nil {
		return nil, fmt.Errorf("build hash: %w", err)
	}
	p := set.PRFs[set.PrimaryID]
	// hashWith relies on this: the one thing that can fail later is the length.
	if _, err := p.ComputePRF(nil, documentSumSize); err != nil {
		return nil, fmt.Errorf("try hash: %w", err)
	}
	return p, nil
}
