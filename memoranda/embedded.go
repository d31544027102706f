package memoranda

import (
	"embed"
	"fmt"
	"io/fs"
)

//go:embed catalogue
var catalogueFiles embed.FS

//go:embed demonstration/attestation.yaml
var demonstrationAttestation []byte

// Embedded returns the catalogue in the binary, read anew. It is attested by
// nobody. A test holds it free of mistakes.
func Embedded() (*Catalogue, error) {
	files, err := fs.Sub(catalogueFiles, "catalogue")
	if err != nil {
		return nil, fmt.Errorf("open the embedded catalogue: %w", err)
	}
	c, err := Load(files)
	if err != nil {
		return nil, fmt.Errorf("load the embedded catalogue: %w", err)
	}
	return c, nil
}

// DemonstrationAttestations returns the statements made for demonstration about
// a catalogue, which must say what the embedded one says. They cover what is
// seen or known and the basic-list edition of 2024, never what is unverified,
// and are no lawyer's word.
func DemonstrationAttestations(c *Catalogue) (*Attestations, error) {
	return LoadAttestations("demonstration/attestation.yaml", demonstrationAttestation, c)
}
