package vault

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"math"
	"slices"

	"github.com/tink-crypto/tink-go/v2/prf"
	"github.com/tink-crypto/tink-go/v2/subtle/random"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// ring is one immutable state of the keys: what a key file says, and the
// primitives built from it. A Vault swaps whole rings.
type ring struct {
	body    body
	current *keys
	live    []*keys         // newest first
	known   map[int16]*keys // retired ones too, with their document key only
}

// keys are the primitives of one version. wrap, seal and lookup are nil when
// the version is retired.
type keys struct {
	version  int16
	wrap     tink.AEAD
	seal     tink.AEAD
	lookup   prf.PRF
	document prf.PRF
}

func (k *keys) retired() bool { return k.wrap == nil }

// newRing builds the primitives of a checked body.
func newRing(b body) (*ring, error) {
	r := &ring{body: b, known: make(map[int16]*keys, len(b.Versions))}
	for _, rec := range slices.Backward(b.Versions) {
		k, err := rec.open()
		if err != nil {
			return nil, fmt.Errorf("key version %d: %w", rec.Version, err)
		}
		r.known[k.version] = k
		if !k.retired() {
			r.live = append(r.live, k)
		}
	}
	r.current = r.known[b.Current]
	return r, nil
}

// get returns the live keys of a version, or ErrKeyUnknown.
func (r *ring) get(version int16) (*keys, error) {
	k := r.known[version]
	if k == nil || k.retired() {
		return nil, fmt.Errorf("key version %d: %w", version, ErrKeyUnknown)
	}
	return k, nil
}

// newBody makes the first version of a new installation.
func newBody(demo bool) (body, error) {
	b := body{Kind: kindOf(demo), Installation: hex.EncodeToString(random.GetRandomBytes(installationSize))}
	if err := b.add(); err != nil {
		return body{}, err
	}
	b.Current = b.last()
	return b, nil
}

// last returns the greatest version, 0 when there is none.
func (b *body) last() int16 {
	if len(b.Versions) == 0 {
		return 0
	}
	return b.Versions[len(b.Versions)-1].Version
}

// add appends a new version that is not yet current. A number is never used
// twice: retired versions stay in the list.
func (b *body) add() error {
	if b.last() == math.MaxInt16 {
		return fmt.Errorf("add key version after %d: no number is left", b.last())
	}
	rec, err := newRecord(b.last() + 1)
	if err != nil {
		return fmt.Errorf("add key version: %w", err)
	}
	b.Versions = append(slices.Clone(b.Versions), rec)
	return nil
}

// prepare adds a version unless one is prepared already, and returns it.
func (b *body) prepare() (int16, error) {
	if b.last() == b.Current {
		if err := b.add(); err != nil {
			return 0, err
		}
	}
	return b.last(), nil
}

// retire drops all keys of a version but its document key.
func (b *body) retire(version int16) error {
	if version >= b.Current && version <= b.last() {
		return fmt.Errorf("retire key version %d: %w", version, ErrInUse)
	}
	i := slices.IndexFunc(b.Versions, func(r record) bool { return r.Version == version })
	if i < 0 {
		return fmt.Errorf("retire key version %d: %w", version, ErrKeyUnknown)
	}
	b.Versions = slices.Clone(b.Versions)
	b.Versions[i] = record{Version: version, Document: b.Versions[i].Document}
	return nil
}

// continues reports whether b is a later state of old: the same installation,
// nothing undone, and every common version with the same keys. Keys that were
// retired meanwhile are no break.
func (b *body) continues(old *body) bool {
	if b.Kind != old.Kind || b.Installation != old.Installation ||
		b.Current < old.Current || len(b.Versions) < len(old.Versions) {
		return false
	}
	for i, was := range old.Versions {
		is := b.Versions[i]
		if is.Version != was.Version || !bytes.Equal(is.Document, was.Document) {
			return false
		}
		if was.retired() && !is.retired() {
			return false
		}
	}
	return true
}
