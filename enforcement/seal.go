package enforcement

import "fmt"

// sealUnder seals a text under a subject's envelope.
func (r *Register) sealUnder(subject ID, wrapped []byte, field string, plain []byte) ([]byte, error) {
	if wrapped == nil {
		return nil, refuse("subject.shredded")
	}
	envelope, err := r.vault.OpenEnvelope(subject, wrapped)
	if err != nil {
		return nil, fmt.Errorf("open the envelope of subject %s: %w", subject, err)
	}
	sealed, err := envelope.Seal(plain, field)
	if err != nil {
		return nil, fmt.Errorf("seal %s of subject %s: %w", field, subject, err)
	}
	return sealed, nil
}

// openFor opens a field sealed under a subject's envelope.
func (r *Register) openFor(subject ID, wrapped, sealed []byte, field string) ([]byte, error) {
	if wrapped == nil {
		return nil, refuse("subject.shredded")
	}
	envelope, err := r.vault.OpenEnvelope(subject, wrapped)
	if err != nil {
		return nil, fmt.Errorf("open the envelope of subject %s: %w", subject, err)
	}
	plain, err := envelope.Open(sealed, field)
	if err != nil {
		return nil, fmt.Errorf("open %s of subject %s: %w", field, subject, err)
	}
	return plain, nil
}
