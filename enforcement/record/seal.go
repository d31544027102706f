package record

import (
	"fmt"

	"concordat/enforcement"
)

// SealUnder seals a text under a subject's envelope.
func (r *Record) SealUnder(subject enforcement.ID, wrapped []byte, field string, plain []byte) ([]byte, error) {
	if wrapped == nil {
		return nil, enforcement.Refuse("subject.shredded")
	}
	envelope, err := r.Vault.OpenEnvelope(subject, wrapped)
	if err != nil {
		return nil, fmt.Errorf("open the envelope of subject %s: %w", subject, err)
	}
	sealed, err := envelope.Seal(plain, field)
	if err != nil {
		return nil, fmt.Errorf("seal %s of subject %s: %w", field, subject, err)
	}
	return sealed, nil
}

// OpenFor opens a field sealed under a subject's envelope.
func (r *Record) OpenFor(subject enforcement.ID, wrapped, sealed []byte, field string) ([]byte, error) {
	if wrapped == nil {
		return nil, enforcement.Refuse("subject.shredded")
	}
	envelope, err := r.Vault.OpenEnvelope(subject, wrapped)
	if err != nil {
		return nil, fmt.Errorf("open the envelope of subject %s: %w", subject, err)
	}
	plain, err := envelope.Open(sealed, field)
	if err != nil {
		return nil, fmt.Errorf("open %s of subject %s: %w", field, subject, err)
	}
	return plain, nil
}
