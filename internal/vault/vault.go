package vault

import (
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"sync/atomic"
)

// Vault holds the installation's keys. It is safe for concurrent use; each call
// works with the keys in hand when it began. Get one from Open or Ephemeral.
type Vault struct {
	path string // "" when the keys live in memory only
	demo bool

	changing sync.Mutex // held while a new ring is made
	ring     atomic.Pointer[ring]
}

// Options say how a key file is opened. The zero value opens an existing
// production key file.
type Options struct {
	// Demo opens (and with Create makes) keys marked for demonstration. False
	// refuses a demo file with ErrDemoKey, true a production file with
	// ErrProductionKey.
	Demo bool
	// Create makes the file when there is none. False means that a missing file
	// is an error that wraps fs.ErrNotExist, so that a wrong path cannot start a
	// second set of keys beside data sealed with the first.
	Create bool
}

// Open reads the key file at path, or makes it, mode 0600, in a folder that
// must exist. Processes that start at once end with the same keys. Errors wrap
// ErrMode, ErrDemoKey, ErrProductionKey, ErrFormat or an fs error; an existing
// file, however damaged, is never replaced.
func Open(path string, o Options) (*Vault, error) {
	if path == "" {
		return nil, errors.New("open key file: no path given")
	}
	v := &Vault{path: path, demo: o.Demo}
	r, err := v.read()
	if o.Create && errors.Is(err, fs.ErrNotExist) {
		r, err = v.create()
	}
	if err != nil {
		return nil, fmt.Errorf("open key file %s: %w", path, err)
	}
	v.ring.Store(r)
	return v, nil
}

// Ephemeral makes new keys in memory, for tests and benches. They are lost with
// the process; Rotate and Retire work, Reload does nothing.
func Ephemeral(demo bool) (*Vault, error) {
	b, err := newBody(demo)
	if err != nil {
		return nil, fmt.Errorf("make keys in memory: %w", err)
	}
	r, err := newRing(b)
	if err != nil {
		return nil, fmt.Errorf("make keys in memory: %w", err)
	}
	v := &Vault{demo: demo}
	v.ring.Store(r)
	return v, nil
}

// Demo reports whether the keys are marked for demonstration.
func (v *Vault) Demo() bool { return v.demo }

// Current returns the version that seals and hashes now.
func (v *Vault) Current() int16 { return v.ring.Load().body.Current }

// Live returns every version that opens and is looked up, newest first. A
// prepared version stands before the current one.
func (v *Vault) Live() []int16 {
	live := v.ring.Load().live
	versions := make([]int16, len(live))
	for i, k := range live {
		versions[i] = k.version
	}
	return versions
}

func (v *Vault) read() (*ring, error) {
	data, err := readKeyFile(v.path)
	if err != nil {
		return nil, err
	}
	return decodeKeyFile(data, v.demo)
}

// create makes the key file, or reads the one that somebody else made first.
func (v *Vault) create() (made *ring, err error) {
	err = withLock(v.path, func() error {
		if made, err = v.read(); !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		b, err := newBody(v.demo)
		if err != nil {
			return err
		}
		made, err = v.write(b, true)
		if errors.Is(err, fs.ErrExist) {
			made, err = v.read()
		}
		return err
	})
	return made, err
}

// write puts b on disk after reading it back in memory, so that what cannot be
// opened is never written.
func (v *Vault) write(b body, create bool) (*ring, error) {
	data, err := encodeKeyFile(b)
	if err != nil {
		return nil, err
	}
	r, err := decodeKeyFile(data, v.demo)
	if err != nil {
		return nil, err
	}
	if len(data) > maxFileSize {
		return nil, fmt.Errorf("write %d bytes, at most %d can be read: %w", len(data), maxFileSize, ErrFormat)
	}
	return r, writeKeyFile(v.path, data, create)
}

// CopyTo writes the key file as it is on disk to a new file, mode 0600, in a
// folder that must exist. An existing file is never replaced: the error wraps
// fs.ErrExist. Keys in memory cannot be copied.
func (v *Vault) CopyTo(path string) error {
	if v.path == "" {
		return errors.New("copy key file: the keys are in memory only")
	}
	data, err := readKeyFile(v.path)
	if err != nil {
		return fmt.Errorf("read key file %s: %w", v.path, err)
	}
	if _, err := decodeKeyFile(data, v.demo); err != nil {
		return fmt.Errorf("read key file %s: %w", v.path, err)
	}
	if err := writeSynced(path, data); err != nil {
		return fmt.Errorf("write key file %s: %w", path, err)
	}
	return nil
}
