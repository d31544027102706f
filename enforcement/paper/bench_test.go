package paper_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"concordat/enforcement"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/paper"
)

// BenchmarkBring brings and reads a paper of 20 MB, beside a COPY of the same bytes in the
// same pieces: what sealing, looking at it and its own transactions cost.
func BenchmarkBring(b *testing.B) {
	bundle := enforcetest.Setup(b)
	h, whole := held(b, bundle, bundle.Draft(bundle.Subject(bundle.Person()))), wav(make([]byte, paper.MaxSize-44))
	var brought, read, copied time.Duration
	for b.Loop() {
		from := time.Now()
		one, err := bring(b, bundle, h, whole)
		must(b, err)
		brought += time.Since(from)
		from = time.Now()
		_, err = content(b, bundle, h, one.ID)
		must(b, err)
		read += time.Since(from)
		var rows [][]any
		id := enforcement.NewID()
		for at := 0; at < len(whole); at += paper.PieceSize {
			rows = append(rows, []any{id, at / paper.PieceSize, bytes.Clone(whole[at:min(at+paper.PieceSize, len(whole))])})
		}
		from = time.Now()
		_, err = bundle.DB.Pool.CopyFrom(b.Context(), pgx.Identifier{"paper_chunk"}, []string{"paper_id", "position", "sealed"}, pgx.CopyFromRows(rows))
		must(b, err)
		copied += time.Since(from)
	}
	megabytes := float64(b.N) * float64(len(whole)) / 1e6
	b.ReportMetric(megabytes/brought.Seconds(), "MB/s-brought")
	b.ReportMetric(megabytes/read.Seconds(), "MB/s-read")
	b.ReportMetric(megabytes/copied.Seconds(), "MB/s-COPY")
	b.ReportMetric(brought.Seconds()/copied.Seconds(), "brought/COPY")
}
