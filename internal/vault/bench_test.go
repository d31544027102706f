package vault

import "testing"

// The figures in doc.go come from these and from BenchmarkLayouts.

func BenchmarkMakeAndSeal(b *testing.B) {
	v, subject, data := memory(b), [16]byte{1}, []byte("eighteen digits 18")
	b.ReportAllocs()
	for b.Loop() {
		_, e, err := v.NewEnvelope(subject)
		check(b, err)
		must(b)(e.Seal(data, "number"))
	}
}

func BenchmarkOpenEnvelopeAndField(b *testing.B) {
	v, subject := memory(b), [16]byte{1}
	wrapped, e, err := v.NewEnvelope(subject)
	check(b, err)
	sealed := must(b)(e.Seal([]byte("eighteen digits 18"), "number"))
	b.ReportAllocs()
	for b.Loop() {
		e, err := v.OpenEnvelope(subject, wrapped)
		check(b, err)
		must(b)(e.Open(sealed, "number"))
	}
}

func BenchmarkFurtherField(b *testing.B) {
	_, e, err := memory(b).NewEnvelope([16]byte{1})
	check(b, err)
	data := []byte("eighteen digits 18")
	sealed := must(b)(e.Seal(data, "number"))
	b.Run("seal", func(b *testing.B) {
		for b.Loop() {
			must(b)(e.Seal(data, "number"))
		}
	})
	b.Run("open", func(b *testing.B) {
		for b.Loop() {
			must(b)(e.Open(sealed, "number"))
		}
	})
}

func BenchmarkRewrap(b *testing.B) {
	v, subject := memory(b), [16]byte{1}
	wrapped, _, err := v.NewEnvelope(subject)
	check(b, err)
	rotate(b, v)
	b.ReportAllocs()
	for b.Loop() {
		_, _, err := v.Rewrap(subject, wrapped)
		check(b, err)
	}
}

func BenchmarkHash(b *testing.B) {
	v := memory(b)
	b.Run("one version", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			v.Hash("identifier", "eighteen digits 18")
		}
	})
	rotate(b, v)
	b.Run("two versions", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			v.Hashes("identifier", "eighteen digits 18")
		}
	})
}

func BenchmarkSealForPurpose(b *testing.B) {
	v := memory(b)
	b.ReportAllocs()
	for b.Loop() {
		sealed := must(b)(v.Seal([]byte("an endpoint's secret of 32 bytes"), "endpoint-secret"))
		must(b)(v.Open(sealed, "endpoint-secret"))
	}
}

func BenchmarkReload(b *testing.B) {
	v, _ := onDisk(b)
	for b.Loop() {
		check(b, v.Reload())
	}
}
