package vault

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"
)

func FuzzKeyFile(f *testing.F) {
	for _, demo := range []bool{false, true} {
		b, err := newBody(demo)
		check(f, err)
		f.Add(must(f)(encodeKeyFile(b)))
		check(f, b.add())
		b.Current = 2
		check(f, b.retire(1))
		f.Add(must(f)(encodeKeyFile(b)))
	}
	f.Add([]byte(`{"format":"concordat-keys","layout":1,"check":"","body":{}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		readsOrRefuses(t, data)
		readsOrRefuses(t, withCheck(data)) // past the check, to what lies behind
	})
}

// withCheck sets the check to fit the body, or returns nil.
func withCheck(data []byte) []byte {
	var outer envelopeFile
	var inner bytes.Buffer
	if json.Unmarshal(data, &outer) != nil || json.Compact(&inner, outer.Body) != nil {
		return nil
	}
	outer.Check = checkOf(inner.Bytes())
	fixed, err := json.Marshal(outer)
	if err != nil {
		return nil
	}
	return fixed
}

func readsOrRefuses(t *testing.T, data []byte) {
	t.Helper()
	r, err := decodeKeyFile(data, false)
	if err != nil {
		if r != nil || !errors.Is(err, ErrFormat) && !errors.Is(err, ErrDemoKey) {
			t.Fatalf("got %v, %v", r, err)
		}
		return
	}
	again, err := decodeKeyFile(must(t)(encodeKeyFile(r.body)), false)
	check(t, err)
	if !again.body.continues(&r.body) || !r.body.continues(&again.body) {
		t.Fatal("written and read again it is another")
	}
	v := &Vault{}
	v.ring.Store(r)
	check(t, sealAndOpen(v, [16]byte{1}))
}

func FuzzWrapped(f *testing.F) {
	v := memory(f)
	subject := [16]byte{1}
	wrapped, _, err := v.NewEnvelope(subject)
	check(f, err)
	sealed := must(f)(v.Seal([]byte("x"), "p"))
	f.Add(wrapped)
	f.Add(sealed)
	f.Add([]byte{})
	f.Add([]byte{0, 1})
	f.Add(make([]byte, wrappedSize))
	f.Fuzz(func(t *testing.T, data []byte) {
		_, err := v.OpenEnvelope(subject, data)
		if ours := bytes.Equal(data, wrapped); ours != (err == nil) {
			t.Fatalf("ours %v, got %v", ours, err)
		}
		if err != nil && !errors.Is(err, ErrShredded) && !errors.Is(err, ErrKeyUnknown) && !errors.Is(err, ErrTampered) {
			t.Fatalf("error without a type: %v", err)
		}
		_, err = v.Open(data, "p")
		if ours := bytes.Equal(data, sealed); ours != (err == nil) {
			t.Fatalf("ours %v, got %v", ours, err)
		}
		if err != nil && !errors.Is(err, ErrKeyUnknown) && !errors.Is(err, ErrTampered) {
			t.Fatalf("error without a type: %v", err)
		}
	})
}
