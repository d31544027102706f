package vault

import "fmt"

// Prepare adds a version that is looked up but does not seal or hash yet, and
// returns it; when one is prepared already it returns that one. Run it, and let
// every process Reload, before Rotate: a process that does not know a version
// misses the rows another one hashed with it.
func (v *Vault) Prepare() (version int16, err error) {
	err = v.change(func(b *body) error {
		version, err = b.prepare()
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("prepare key version: %w", err)
	}
	return version, nil
}

// Rotate makes the prepared version current, or a new one if none is prepared,
// and returns it. The old versions still open and are looked up. The key file
// is replaced in one step before anything is sealed with the new version. An
// error leaves the keys in hand as they were.
func (v *Vault) Rotate() (version int16, err error) {
	err = v.change(func(b *body) error {
		version, err = b.prepare()
		b.Current = version
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("rotate keys: %w", err)
	}
	return version, nil
}

// Retire removes an old version's keys for good: what is still wrapped, sealed
// or hashed with it is lost. Only its document key stays, for the events. It
// refuses the current and the prepared version (ErrInUse) and one that never
// was (ErrKeyUnknown); retiring twice is no error. doc.go says what must come
// first.
func (v *Vault) Retire(version int16) error {
	return v.change(func(b *body) error { return b.retire(version) })
}

// Reload reads the key file again, so that this process sees what another one
// rotated or retired. On an error the keys in hand stay; ErrReplaced means that
// the file does not continue them (an old copy, another installation).
func (v *Vault) Reload() error {
	if v.path == "" {
		return nil
	}
	v.changing.Lock()
	defer v.changing.Unlock()
	r, err := v.readNext()
	if err != nil {
		return fmt.Errorf("reload key file %s: %w", v.path, err)
	}
	v.ring.Store(r)
	return nil
}

// change applies act to the newest keys, which for a file are those on disk,
// and takes the result in hand once it is safe on disk.
func (v *Vault) change(act func(*body) error) error {
	v.changing.Lock()
	defer v.changing.Unlock()
	if v.path == "" {
		b := v.ring.Load().body
		if err := act(&b); err != nil {
			return err
		}
		r, err := newRing(b)
		if err != nil {
			return err
		}
		v.ring.Store(r)
		return nil
	}
	return withLock(v.path, func() error {
		was, err := v.readNext()
		if err != nil {
			return fmt.Errorf("read key file %s: %w", v.path, err)
		}
		b := was.body
		if err := act(&b); err != nil {
			return err
		}
		r, err := v.write(b, false)
		if err != nil {
			return fmt.Errorf("write key file %s: %w", v.path, err)
		}
		v.ring.Store(r)
		return nil
	})
}

// readNext reads the key file and refuses one that does not continue the keys
// in hand.
func (v *Vault) readNext() (*ring, error) {
	r, err := v.read()
	if err != nil {
		return nil, err
	}
	if !r.body.continues(&v.ring.Load().body) {
		return nil, ErrReplaced
	}
	return r, nil
}
