package vault

import (
	"crypto/subtle"
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/tink-crypto/tink-go/v2/prf"
)

const (
	lookupSumSize   = 16
	documentSumSize = 32
)

// Hash is a keyed hash to look a value up by, as it is stored: the key version
// and the first 16 bytes of the HMAC-SHA-256.
type Hash struct {
	Version int16
	Sum     []byte
}

// Hash hashes a value with the current version, to be stored. The domain
// ("identifier", "name", "name-ngram", "token", …) keeps equal values of
// different sorts apart. The value is hashed byte for byte: bring it to one
// form first.
func (v *Vault) Hash(domain, value string) Hash {
	return v.ring.Load().current.hash(hashInput(domain, value))
}

// Hashes hashes a value with every live version, newest first, to be looked up:
// a row matches if it equals any of them. There is always at least one; the
// first need not be the current one (see Prepare).
func (v *Vault) Hashes(domain, value string) []Hash {
	live, input := v.ring.Load().live, hashInput(domain, value)
	hashes := make([]Hash, len(live))
	for i, k := range live {
		hashes[i] = k.hash(input)
	}
	return hashes
}

// DocumentHash returns what an event keeps of a document: the current version
// in two bytes, then the 32 bytes of the HMAC-SHA-256 of doc. Without the key
// nobody can try out what a short document said.
func (v *Vault) DocumentHash(doc []byte) []byte {
	k := v.ring.Load().current
	return slices.Concat(k.prefix(), hashWith(k.document, doc, documentSumSize))
}

// VerifyDocument reports by nil that DocumentHash made hash from doc, with
// whatever version, a retired one included. Errors wrap ErrTampered when it did
// not and ErrKeyUnknown when the version never was in this key file.
func (v *Vault) VerifyDocument(doc, hash []byte) error {
	if len(hash) != versionSize+documentSumSize {
		return fmt.Errorf("verify document: hash of %d bytes: %w", len(hash), ErrTampered)
	}
	version, err := readVersion(hash)
	if err != nil {
		return fmt.Errorf("verify document: %w", err)
	}
	k := v.ring.Load().known[version]
	if k == nil {
		return fmt.Errorf("verify document: key version %d: %w", version, ErrKeyUnknown)
	}
	if subtle.ConstantTimeCompare(hash[versionSize:], hashWith(k.document, doc, documentSumSize)) != 1 {
		return fmt.Errorf("verify document: %w", ErrTampered)
	}
	return nil
}

func (k *keys) hash(input []byte) Hash {
	return Hash{Version: k.version, Sum: hashWith(k.lookup, input, lookupSumSize)}
}

// hashInput puts the domain's length in front, so that no two pairs of domain
// and value give the same bytes.
func hashInput(domain, value string) []byte {
	input := make([]byte, 0, binary.MaxVarintLen64+len(domain)+len(value))
	input = binary.AppendUvarint(input, uint64(len(domain)))
	input = append(input, domain...)
	return append(input, value...)
}

// hashWith cannot fail: only a sum longer than SHA-256's does, and readPRF has
// tried the longest. Going on with an empty sum would match other empty sums.
func hashWith(p prf.PRF, input []byte, size uint32) []byte {
	sum, err := p.ComputePRF(input, size)
	if err != nil {
		panic(fmt.Sprintf("vault: keyed hash of %d bytes: %v", size, err))
	}
	return sum
}
