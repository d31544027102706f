package vault

import (
	"bytes"
	"testing"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/aead/aesgcm"
	"github.com/tink-crypto/tink-go/v2/aead/subtle"
	"github.com/tink-crypto/tink-go/v2/insecuresecretdataaccess"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/secretdata"
	"github.com/tink-crypto/tink-go/v2/subtle/random"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// BenchmarkLayouts compares the ways to hold a subject's data key that doc.go
// gives figures for. Each case makes a data key, wraps it, builds the primitive
// and seals one field; or unwraps, builds and opens one field.
func BenchmarkLayouts(b *testing.B) {
	master := benchMaster(b)
	field, data := []byte("field"), []byte("an eighteen digits")
	params, err := aesgcm.NewParameters(aesgcm.ParametersOpts{
		KeySizeInBytes: 32, IVSizeInBytes: 12, TagSizeInBytes: 16, Variant: aesgcm.VariantNoPrefix,
	})
	check(b, err)
	layouts := []struct {
		name string
		make func() ([]byte, tink.AEAD)
		open func([]byte) tink.AEAD
	}{
		{"keyset", func() ([]byte, tink.AEAD) { return makeKeyset(b, master) }, func(w []byte) tink.AEAD { return openKeyset(b, master, w) }},
		{"subtle", func() ([]byte, tink.AEAD) {
			raw := random.GetRandomBytes(32)
			return must(b)(master.Encrypt(raw, field)), subtleOf(b, raw)
		}, func(w []byte) tink.AEAD { return subtleOf(b, must(b)(master.Decrypt(w, field))) }},
		{"raw", func() ([]byte, tink.AEAD) {
			raw := random.GetRandomBytes(32)
			return must(b)(master.Encrypt(raw, field)), aeadOf(b, raw, params)
		}, func(w []byte) tink.AEAD { return aeadOf(b, must(b)(master.Decrypt(w, field)), params) }},
	}
	for _, l := range layouts {
		b.Run(l.name+"/make+seal", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, a := l.make()
				must(b)(a.Encrypt(data, field))
			}
		})
		wrapped, a := l.make()
		sealed := must(b)(a.Encrypt(data, field))
		b.Run(l.name+"/open+open", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				must(b)(l.open(wrapped).Decrypt(sealed, field))
			}
		})
	}
}

func makeKeyset(b *testing.B, master tink.AEAD) ([]byte, tink.AEAD) {
	h, err := keyset.NewHandle(aead.AES256GCMNoPrefixKeyTemplate())
	check(b, err)
	var out bytes.Buffer
	check(b, h.Write(keyset.NewBinaryWriter(&out), master))
	a, err := aead.New(h)
	check(b, err)
	return out.Bytes(), a
}

func openKeyset(b *testing.B, master tink.AEAD, wrapped []byte) tink.AEAD {
	h, err := keyset.Read(keyset.NewBinaryReader(bytes.NewReader(wrapped)), master)
	check(b, err)
	a, err := aead.New(h)
	check(b, err)
	return a
}

func subtleOf(b *testing.B, raw []byte) tink.AEAD {
	a, err := subtle.NewAESGCM(raw)
	check(b, err)
	return a
}

func aeadOf(b *testing.B, raw []byte, params *aesgcm.Parameters) tink.AEAD {
	k, err := aesgcm.NewKey(secretdata.NewBytesFromData(raw, insecuresecretdataaccess.Token{}), 0, params)
	check(b, err)
	a, err := aesgcm.NewAEAD(k)
	check(b, err)
	return a
}

func benchMaster(b *testing.B) tink.AEAD {
	h, err := keyset.NewHandle(aead.AES256GCMNoPrefixKeyTemplate())
	check(b, err)
	a, err := aead.New(h)
	check(b, err)
	return a
}
