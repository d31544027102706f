package vault

import "fmt"

// Seal seals what belongs to no subject (an endpoint's secret, a stored answer
// of an organisation) under the installation's current key. The purpose, for
// instance "endpoint-secret:" and the endpoint's id, is bound and not stored.
// The result starts with the key version and is 42 bytes longer than plaintext.
// Nothing personal goes here: it could not be shredded.
func (v *Vault) Seal(plaintext []byte, purpose string) ([]byte, error) {
	k := v.ring.Load().current
	sealed, err := k.sealWith(k.seal, plaintext, []byte(purpose))
	if err != nil {
		return nil, fmt.Errorf("seal for %s: %w", purpose, err)
	}
	return sealed, nil
}

// Open opens what Seal sealed for the same purpose. Errors wrap ErrKeyUnknown
// when its version is not in hand, ErrTampered in every other case.
func (v *Vault) Open(sealed []byte, purpose string) ([]byte, error) {
	plaintext, _, err := v.ring.Load().open(sealed, purpose)
	return plaintext, err
}

// Reseal seals again with the current version what an older one sealed. When it
// has the current version already it is returned as given and changed is false.
// Errors are those of Open.
func (v *Vault) Reseal(sealed []byte, purpose string) (out []byte, changed bool, err error) {
	r := v.ring.Load()
	plaintext, version, err := r.open(sealed, purpose)
	if err != nil {
		return nil, false, err
	}
	if version >= r.body.Current {
		return sealed, false, nil
	}
	out, err = r.current.sealWith(r.current.seal, plaintext, []byte(purpose))
	if err != nil {
		return nil, false, fmt.Errorf("seal again for %s: %w", purpose, err)
	}
	return out, true, nil
}

// SealedVersion returns the key version that Vault.Seal used, from the first
// two bytes (big-endian), without opening. The error wraps ErrTampered when
// sealed cannot come from Vault.Seal.
func SealedVersion(sealed []byte) (int16, error) {
	if len(sealed) < versionSize {
		return 0, fmt.Errorf("sealed text of %d bytes: %w", len(sealed), ErrTampered)
	}
	return readVersion(sealed)
}

func (r *ring) open(sealed []byte, purpose string) (plaintext []byte, version int16, err error) {
	version, err = SealedVersion(sealed)
	if err != nil {
		return nil, 0, fmt.Errorf("open for %s: %w", purpose, err)
	}
	k, err := r.get(version)
	if err != nil {
		return nil, 0, fmt.Errorf("open for %s: %w", purpose, err)
	}
	plaintext, err = openWith(k.seal, sealed, []byte(purpose))
	if err != nil {
		return nil, 0, fmt.Errorf("open for %s: %w", purpose, err)
	}
	return plaintext, version, nil
}
