package vault

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
)

func TestRotateRewrapRetire(t *testing.T) {
	t.Parallel()
	onFile, _ := onDisk(t)
	for name, v := range map[string]*Vault{"memory": memory(t), "file": onFile} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			subject := [16]byte{9}
			wrapped, e, err := v.NewEnvelope(subject)
			check(t, err)
			field := must(t)(e.Seal([]byte("value"), "f"))
			sealed := must(t)(v.Seal([]byte("secret"), "p"))
			wantErr(t, v.Retire(1), ErrInUse)

			if got := rotate(t, v); got != 2 || v.Current() != 2 {
				t.Fatalf("rotated to %d, current %d", got, v.Current())
			}
			rewrapped, changed, err := v.Rewrap(subject, wrapped)
			check(t, err)
			resealed, changedToo, err := v.Reseal(sealed, "p")
			check(t, err)
			if !changed || !changedToo {
				t.Fatal("old versions were left as they were")
			}
			wantVersions(t, wrapped, sealed, 1)
			wantVersions(t, rewrapped, resealed, 2)
			if same, changed, err := v.Rewrap(subject, rewrapped); err != nil || changed || !bytes.Equal(same, rewrapped) {
				t.Errorf("rewrapped what was current: %v, %v", changed, err)
			}
			if same, changed, err := v.Reseal(resealed, "p"); err != nil || changed || !bytes.Equal(same, resealed) {
				t.Errorf("resealed what was current: %v, %v", changed, err)
			}
			_, _, err = v.Rewrap([16]byte{8}, wrapped)
			wantErr(t, err, ErrTampered)

			check(t, v.Retire(1))
			check(t, v.Retire(1))
			_, err = v.OpenEnvelope(subject, wrapped)
			wantErr(t, err, ErrKeyUnknown)
			_, err = v.Open(sealed, "p")
			wantErr(t, err, ErrKeyUnknown)
			e, err = v.OpenEnvelope(subject, rewrapped)
			check(t, err)
			if got := must(t)(e.Open(field, "f")); string(got) != "value" {
				t.Errorf("opened %q", got)
			}
			if got := must(t)(v.Open(resealed, "p")); string(got) != "secret" {
				t.Errorf("opened %q", got)
			}
			for _, never := range []int16{-1, 0, 3} {
				wantErr(t, v.Retire(never), ErrKeyUnknown)
			}
		})
	}
}

func TestPreparedVersionIsLookedUpButDoesNotSeal(t *testing.T) {
	t.Parallel()
	v, path := onDisk(t)
	slow, err := Open(path, Options{})
	check(t, err)
	for range 2 { // preparing twice is preparing once
		version, err := v.Prepare()
		check(t, err)
		if version != 2 || v.Current() != 1 || !slices.Equal(v.Live(), []int16{2, 1}) {
			t.Fatalf("prepared %d, current %d, live %v", version, v.Current(), v.Live())
		}
	}
	wantErr(t, v.Retire(2), ErrInUse)
	check(t, slow.Reload())
	if got := rotate(t, v); got != 2 {
		t.Fatalf("rotated to %d, not to the prepared version", got)
	}
	// The slow process has not reloaded since, and yet finds and opens.
	h := v.Hash("d", "x")
	if !slices.ContainsFunc(slow.Hashes("d", "x"), func(o Hash) bool {
		return o.Version == h.Version && bytes.Equal(o.Sum, h.Sum)
	}) {
		t.Error("a row hashed after the rotation is missed")
	}
	wrapped, _, err := v.NewEnvelope([16]byte{1})
	check(t, err)
	_, err = slow.OpenEnvelope([16]byte{1}, wrapped)
	check(t, err)
	// And it never takes a newer version back to an older one.
	if _, changed, err := slow.Rewrap([16]byte{1}, wrapped); err != nil || changed {
		t.Errorf("rewrapped to an older version: %v, %v", changed, err)
	}
}

func TestVersionsRunOut(t *testing.T) {
	t.Parallel()
	b := body{Current: math.MaxInt16, Versions: []record{{Version: math.MaxInt16}}}
	if err := b.add(); err == nil {
		t.Error("a version after the last one was made")
	}
}

// TestSealWhileRotating is worth most under -race.
func TestSealWhileRotating(t *testing.T) {
	t.Parallel()
	v, path := onDisk(t)
	other, err := Open(path, Options{})
	check(t, err)
	const rotations = 20
	done := make(chan struct{})
	var work sync.WaitGroup
	for n := range 4 {
		work.Go(func() {
			last := int16(0)
			for i := 0; ; i++ {
				select {
				case <-done:
					return
				default:
				}
				now := v.Current()
				if now < last {
					t.Errorf("current went back from %d to %d", last, now)
				}
				last = now
				if err := sealAndOpen(v, [16]byte{byte(n), byte(i)}); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	work.Go(func() {
		for {
			select {
			case <-done:
				return
			default:
			}
			if err := v.Reload(); err != nil {
				t.Error(err)
				return
			}
		}
	})
	var rotating sync.WaitGroup
	for _, rotator := range []*Vault{v, other} {
		rotating.Go(func() {
			for range rotations {
				if _, err := rotator.Rotate(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	rotating.Wait()
	close(done)
	work.Wait()
	check(t, v.Reload())
	if got := v.Current(); got != 1+2*rotations {
		t.Errorf("current %d after %d rotations", got, 2*rotations)
	}
}

func sealAndOpen(v *Vault, subject [16]byte) error {
	wrapped, e, err := v.NewEnvelope(subject)
	if err != nil {
		return err
	}
	field, err := e.Seal([]byte("value"), "f")
	if err != nil {
		return err
	}
	if wrapped, _, err = v.Rewrap(subject, wrapped); err != nil {
		return err
	}
	if e, err = v.OpenEnvelope(subject, wrapped); err != nil {
		return err
	}
	if _, err = e.Open(field, "f"); err != nil {
		return err
	}
	hash := v.DocumentHash(field)
	if len(v.Hashes("d", "x")) == 0 {
		return ErrKeyUnknown
	}
	return v.VerifyDocument(field, hash)
}

func wantVersions(t *testing.T, wrapped, sealed []byte, want int16) {
	t.Helper()
	w, err := WrappedVersion(wrapped)
	check(t, err)
	s, err := SealedVersion(sealed)
	check(t, err)
	if w != want || s != want {
		t.Errorf("versions %d and %d, want %d", w, s, want)
	}
}

func TestRetiredKeysLeaveTheFile(t *testing.T) {
	t.Parallel()
	v, path := onDisk(t)
	before := v.ring.Load().body.Versions[0].Wrap
	rotate(t, v)
	check(t, v.Retire(1))
	secret := keyValue(t, before)
	if bytes.Contains(readFile(t, path), secret) {
		t.Error("the retired key is still in the file")
	}
	if !bytes.Contains(readFile(t, path), keyValue(t, v.ring.Load().body.Versions[1].Wrap)) {
		t.Error("the current key is not found in the file: the check above proves nothing")
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	check(t, err)
	for _, e := range entries {
		if e.Name() != "keys.json" && e.Name() != "keys.json.lock" {
			t.Errorf("left behind: %s", e.Name())
		}
	}
}

// keyValue returns the base64 text of a keyset's one key.
func keyValue(t *testing.T, keyset json.RawMessage) []byte {
	t.Helper()
	var k struct {
		Key []struct {
			KeyData struct{ Value string }
		}
	}
	check(t, json.Unmarshal(keyset, &k))
	return []byte(k.Key[0].KeyData.Value)
}
