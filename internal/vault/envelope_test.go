package vault

import (
	"bytes"
	"errors"
	"testing"

	"pgregory.net/rapid"
)

func drawSubject(t *rapid.T, label string) (s [16]byte) {
	copy(s[:], rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, label))
	return s
}

func TestEnvelopeOpensForItsSubjectAndFieldOnly(t *testing.T) {
	t.Parallel()
	v := memory(t)
	rotate(t, v)
	rapid.Check(t, func(rt *rapid.T) {
		subject, other := drawSubject(rt, "subject"), drawSubject(rt, "other")
		field, otherField := rapid.String().Draw(rt, "field"), rapid.String().Draw(rt, "other field")
		plaintext := rapid.SliceOf(rapid.Byte()).Draw(rt, "plaintext")

		wrapped, made, err := v.NewEnvelope(subject)
		if err != nil {
			rt.Fatal(err)
		}
		sealed, err := made.Seal(plaintext, field)
		if err != nil {
			rt.Fatal(err)
		}
		if len(sealed) != len(plaintext)+nonceSize+tagSize {
			rt.Fatalf("sealed %d bytes into %d", len(plaintext), len(sealed))
		}
		e, err := v.OpenEnvelope(subject, wrapped)
		if err != nil {
			rt.Fatal(err)
		}
		if got, err := e.Open(sealed, field); err != nil || !bytes.Equal(got, plaintext) {
			rt.Fatalf("opened %x, %v; want %x", got, err, plaintext)
		}
		if otherField != field {
			mustNotOpen(rt, e, sealed, otherField)
		}
		if other != subject {
			if _, err := v.OpenEnvelope(other, wrapped); !errors.Is(err, ErrTampered) {
				rt.Fatalf("key of one subject opened for another: %v", err)
			}
			// Even with the right data key the field stays with its subject.
			mustNotOpen(rt, Envelope{subject: other, cipher: e.cipher}, sealed, field)
		}
		mustNotOpen(rt, e, flip(rt, sealed), field)
		mustNotOpen(rt, e, sealed[:rapid.IntRange(0, len(sealed)-1).Draw(rt, "cut")], field)
		_, another, err := v.NewEnvelope(subject)
		if err != nil {
			rt.Fatal(err)
		}
		mustNotOpen(rt, another, sealed, field)
	})
}

func TestWrappedKeyBitFlipNeverOpens(t *testing.T) {
	t.Parallel()
	v := memory(t)
	rotate(t, v)
	subject := [16]byte{1, 2, 3}
	wrapped, _, err := v.NewEnvelope(subject)
	check(t, err)
	for bit := range len(wrapped) * 8 {
		changed := bytes.Clone(wrapped)
		changed[bit/8] ^= 1 << (bit % 8)
		_, err := v.OpenEnvelope(subject, changed)
		if !errors.Is(err, ErrTampered) && !errors.Is(err, ErrKeyUnknown) {
			t.Errorf("bit %d flipped: got %v", bit, err)
		}
	}
}

func TestVersionsAreReadFromTheFront(t *testing.T) {
	t.Parallel()
	full := make([]byte, wrappedSize)
	rows := []struct {
		front []byte
		want  int16
		err   error
	}{
		{[]byte{0, 1}, 1, nil},
		{[]byte{1, 2}, 258, nil},
		{[]byte{0x7f, 0xff}, 32767, nil},
		{[]byte{0, 0}, 0, ErrTampered},
		{[]byte{0x80, 0}, 0, ErrTampered},
		{[]byte{0xff, 0xff}, 0, ErrTampered},
	}
	for _, row := range rows {
		copy(full, row.front)
		for name, read := range map[string]func([]byte) (int16, error){"wrapped": WrappedVersion, "sealed": SealedVersion} {
			if got, err := read(full); got != row.want || !errors.Is(err, row.err) {
				t.Errorf("%s %x: got %d, %v", name, row.front, got, err)
			}
		}
	}
	for _, size := range []int{1, 2, wrappedSize - 1, wrappedSize + 1} {
		_, err := WrappedVersion(bytes.Repeat([]byte{1}, size))
		wantErr(t, err, ErrTampered)
	}
	for _, short := range [][]byte{nil, {1}} {
		_, err := SealedVersion(short)
		wantErr(t, err, ErrTampered)
	}
}

func TestShreddedSubjectNeverOpens(t *testing.T) {
	t.Parallel()
	v := memory(t)
	subject := [16]byte{7}
	_, e, err := v.NewEnvelope(subject)
	check(t, err)
	sealed := must(t)(e.Seal([]byte("张三 (made)"), "name"))

	for _, forgotten := range [][]byte{nil, {}} {
		_, err := v.OpenEnvelope(subject, forgotten)
		wantErr(t, err, ErrShredded)
		_, _, err = v.Rewrap(subject, forgotten)
		wantErr(t, err, ErrShredded)
		_, err = WrappedVersion(forgotten)
		wantErr(t, err, ErrShredded)
	}
	var none Envelope
	_, err = none.Open(sealed, "name")
	wantErr(t, err, ErrShredded)
	_, err = none.Seal(nil, "name")
	wantErr(t, err, ErrShredded)

	// A new envelope for the same subject does not bring the old fields back,
	// and neither do the installation's own keys.
	_, again, err := v.NewEnvelope(subject)
	check(t, err)
	_, err = again.Open(sealed, "name")
	wantErr(t, err, ErrTampered)
	_, err = v.Open(sealed, "name")
	if err == nil {
		t.Error("the installation's key opened a subject's field")
	}
	for _, k := range v.ring.Load().known {
		for _, binding := range [][]byte{again.binding("name"), subject[:]} {
			if _, err := k.wrap.Decrypt(sealed, binding); err == nil {
				t.Error("the wrapping key opened a subject's field")
			}
		}
	}
}

func TestSealBindsPurpose(t *testing.T) {
	t.Parallel()
	v := memory(t)
	rapid.Check(t, func(rt *rapid.T) {
		purpose, other := rapid.String().Draw(rt, "purpose"), rapid.String().Draw(rt, "other")
		plaintext := rapid.SliceOf(rapid.Byte()).Draw(rt, "plaintext")
		sealed, err := v.Seal(plaintext, purpose)
		if err != nil {
			rt.Fatal(err)
		}
		if got, err := v.Open(sealed, purpose); err != nil || !bytes.Equal(got, plaintext) {
			rt.Fatalf("opened %x, %v; want %x", got, err, plaintext)
		}
		if _, err := v.Open(sealed, other); other != purpose && !errors.Is(err, ErrTampered) {
			rt.Fatalf("opened for another purpose: %v", err)
		}
		_, err = v.Open(flip(rt, sealed), purpose)
		if !errors.Is(err, ErrTampered) && !errors.Is(err, ErrKeyUnknown) {
			rt.Fatalf("changed text opened: %v", err)
		}
		_, err = v.Open(sealed[:rapid.IntRange(0, len(sealed)-1).Draw(rt, "cut")], purpose)
		if !errors.Is(err, ErrTampered) {
			rt.Fatalf("cut text opened: %v", err)
		}
	})
}

func TestVaultsDoNotOpenEachOther(t *testing.T) {
	t.Parallel()
	one, two := memory(t), memory(t)
	wrapped, _, err := one.NewEnvelope([16]byte{1})
	check(t, err)
	_, err = two.OpenEnvelope([16]byte{1}, wrapped)
	wantErr(t, err, ErrTampered)
	sealed := must(t)(one.Seal([]byte("secret"), "p"))
	_, err = two.Open(sealed, "p")
	wantErr(t, err, ErrTampered)
}

func mustNotOpen(t *rapid.T, e Envelope, sealed []byte, field string) {
	t.Helper()
	if got, err := e.Open(sealed, field); !errors.Is(err, ErrTampered) || got != nil {
		t.Fatalf("opened what it must not: %x, %v", got, err)
	}
}

func flip(t *rapid.T, data []byte) []byte {
	bit := rapid.IntRange(0, len(data)*8-1).Draw(t, "bit")
	out := bytes.Clone(data)
	out[bit/8] ^= 1 << (bit % 8)
	return out
}
