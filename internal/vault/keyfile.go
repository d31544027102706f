package vault

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

const (
	fileFormat       = "concordat-keys"
	fileLayout       = 1
	installationSize = 16 // bytes; twice as many hexadecimal digits in the file

	kindProduction = "production"
	kindDemo       = "demo"
)

// envelopeFile is the outer form of a key file. Check is the SHA-256 of the
// compact body, in hexadecimal: it finds a damaged disk or an edit by hand,
// before new data are sealed with a key that nobody else has. It is no
// signature; the file's mode and owner are what protects it.
type envelopeFile struct {
	Format string          `json:"format"`
	Layout int             `json:"layout"`
	Check  string          `json:"check"`
	Body   json.RawMessage `json:"body"`
}

// body is what a key file says. Versions ascend without gap from 1; at most
// one stands after Current: the prepared one.
type body struct {
	Kind         string   `json:"kind"`
	Installation string   `json:"installation"`
	Current      int16    `json:"current"`
	Versions     []record `json:"versions"`
}

// record holds one version's tink keysets. Wrap, Seal and Lookup are there
// together, or absent together when the version is retired.
type record struct {
	Version  int16           `json:"version"`
	Wrap     json.RawMessage `json:"wrap,omitempty"`
	Seal     json.RawMessage `json:"seal,omitempty"`
	Lookup   json.RawMessage `json:"lookup,omitempty"`
	Document json.RawMessage `json:"document"`
}

func (r *record) retired() bool { return r.Wrap == nil && r.Seal == nil && r.Lookup == nil }

func newRecord(version int16) (record, error) {
	wrap, errWrap := newKeyset(wrapParameters)
	seal, errSeal := newKeyset(sealParameters)
	lookup, errLookup := newKeyset(hashParameters)
	document, errDocument := newKeyset(hashParameters)
	if err := errors.Join(errWrap, errSeal, errLookup, errDocument); err != nil {
		return record{}, err
	}
	return record{Version: version, Wrap: wrap, Seal: seal, Lookup: lookup, Document: document}, nil
}

// open builds the primitives of a record.
func (r *record) open() (*keys, error) {
	k := &keys{version: r.Version}
	var errWrap, errSeal, errLookup, errDocument error
	k.document, errDocument = readPRF(r.Document)
	if !r.retired() {
		k.wrap, errWrap = readAEAD(r.Wrap, wrapParameters)
		k.seal, errSeal = readAEAD(r.Seal, sealParameters)
		k.lookup, errLookup = readPRF(r.Lookup)
	}
	if err := errors.Join(errWrap, errSeal, errLookup, errDocument); err != nil {
		return nil, err
	}
	return k, nil
}

func kindOf(demo bool) string {
	if demo {
		return kindDemo
	}
	return kindProduction
}

// encodeKeyFile writes the body as a key file.
func encodeKeyFile(b body) ([]byte, error) {
	inner, err := json.Marshal(b)
	if err != nil {
		return nil, fmt.Errorf("encode keys: %w", err)
	}
	out, err := json.MarshalIndent(envelopeFile{
		Format: fileFormat, Layout: fileLayout, Check: checkOf(inner), Body: inner,
	}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encode keys: %w", err)
	}
	return append(out, '\n'), nil
}

// decodeKeyFile reads a key file and builds its keys. Every fault in the
// content is ErrFormat; a kind other than asked for is ErrDemoKey or
// ErrProductionKey. No error quotes the content.
func decodeKeyFile(data []byte, demo bool) (*ring, error) {
	var outer envelopeFile
	if err := strictJSON(data, &outer); err != nil {
		return nil, err
	}
	if outer.Format != fileFormat {
		return nil, fmt.Errorf("read header: %w", ErrFormat)
	}
	if outer.Layout != fileLayout {
		return nil, fmt.Errorf("layout %d, this program knows %d: %w", outer.Layout, fileLayout, ErrFormat)
	}
	var inner bytes.Buffer
	if err := json.Compact(&inner, outer.Body); err != nil {
		return nil, fmt.Errorf("read body: %w", ErrFormat)
	}
	if outer.Check != checkOf(inner.Bytes()) {
		return nil, fmt.Errorf("body and check differ: %w", ErrFormat)
	}
	var b body
	if err := strictJSON(inner.Bytes(), &b); err != nil {
		return nil, err
	}
	if err := b.validate(demo); err != nil {
		return nil, err
	}
	return newRing(b)
}

// validate checks everything about a body but its keysets.
func (b *body) validate(demo bool) error {
	switch {
	case b.Kind == kindDemo && !demo:
		return ErrDemoKey
	case b.Kind == kindProduction && demo:
		return ErrProductionKey
	case b.Kind != kindDemo && b.Kind != kindProduction:
		return fmt.Errorf("kind is neither %s nor %s: %w", kindProduction, kindDemo, ErrFormat)
	}
	if id, err := hex.DecodeString(b.Installation); err != nil || len(id) != installationSize {
		return fmt.Errorf("read installation: %w", ErrFormat)
	}
	for i := range b.Versions {
		if int(b.Versions[i].Version) != i+1 {
			return fmt.Errorf("version %d in place %d: %w", b.Versions[i].Version, i+1, ErrFormat)
		}
	}
	if b.Current < 1 || b.Current > b.last() || b.last()-b.Current > 1 {
		return fmt.Errorf("current version %d of %d: %w", b.Current, b.last(), ErrFormat)
	}
	for i := range b.Versions[b.Current-1:] {
		if b.Versions[int(b.Current)-1+i].retired() {
			return fmt.Errorf("version in use without keys: %w", ErrFormat)
		}
	}
	return nil
}

func checkOf(compact []byte) string {
	sum := sha256.Sum256(compact)
	return hex.EncodeToString(sum[:])
}

// strictJSON reads exactly one value without unknown names.
func strictJSON(data []byte, into any) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return fmt.Errorf("read JSON: %w", ErrFormat)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("read JSON: something after the end: %w", ErrFormat)
	}
	return nil
}
