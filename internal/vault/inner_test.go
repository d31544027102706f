package vault

import (
	"errors"
	"testing"
)

func TestAnInnerKeyGoesWithTheSubjects(t *testing.T) {
	t.Parallel()
	v, first, second, thing := memory(t), [16]byte{1}, [16]byte{2}, [16]byte{9}
	wrapped, one, err := v.NewEnvelope(first)
	check(t, err)
	_, two, err := v.NewEnvelope(second)
	check(t, err)

	sealed, inner, err := one.NewInner(thing)
	check(t, err)
	text := must(t)(inner.Seal([]byte("a receipt"), "piece-0"))

	handed := must(t)(one.HandOn(thing, sealed, two))
	for who, open := range map[string]func() (Envelope, error){
		"first":  func() (Envelope, error) { return one.OpenInner(thing, sealed) },
		"second": func() (Envelope, error) { return two.OpenInner(thing, handed) },
	} {
		e, err := open()
		check(t, err)
		if plain := must(t)(e.Open(text, "piece-0")); string(plain) != "a receipt" {
			t.Errorf("%s reads %q", who, plain)
		}
	}

	for what, open := range map[string]func() (Envelope, error){
		"another subject's": func() (Envelope, error) { return two.OpenInner(thing, sealed) },
		"another thing":     func() (Envelope, error) { return one.OpenInner([16]byte{8}, sealed) },
		"cut off":           func() (Envelope, error) { return one.OpenInner(thing, sealed[:len(sealed)-1]) },
	} {
		if _, err := open(); !errors.Is(err, ErrTampered) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := (Envelope{}).OpenInner(thing, sealed); !errors.Is(err, ErrShredded) {
		t.Errorf("shredded: %v", err)
	}
	if _, _, err := (Envelope{}).NewInner(thing); !errors.Is(err, ErrShredded) {
		t.Errorf("new of a shredded subject: %v", err)
	}
	// A rotation wraps the subject's key anew and leaves the inner one.
	rotate(t, v)
	rewrapped, changed, err := v.Rewrap(first, wrapped)
	if err != nil || !changed {
		t.Fatal(changed, err)
	}
	again, err := v.OpenEnvelope(first, rewrapped)
	check(t, err)
	if _, err := again.OpenInner(thing, sealed); err != nil {
		t.Error(err)
	}
}
