package notify_test

import (
	"testing"
	"time"

	"concordat/enforcement"
	"concordat/enforcement/plan"
)

// BenchmarkDrain tells the parts of a drain of one lane; concordat bench measures
// the whole against its limit.
func BenchmarkDrain(b *testing.B) {
	const n = 20_000
	bench := setup(b, nil)
	subject := bench.Subject(bench.Company())
	var took time.Duration
	total := 0
	for b.Loop() {
		_, err := bench.DB.Pool.Exec(b.Context(), `INSERT INTO ground (id, kind, list_type, subject_id, organisation_id, reference, decided_on)
			SELECT gen_random_uuid(), 'listing', $1, $2, $3, '演示决定', $4::date FROM generate_series(1, $5)`, plan.ListType, subject, bench.Court, bench.Day(), n)
		if err != nil {
			b.Fatal(err)
		}
		rows, err := bench.DB.Pool.Query(b.Context(), `SELECT id FROM ground WHERE state = 'pending'`)
		if err != nil {
			b.Fatal(err)
		}
		var ids []enforcement.ID
		for rows.Next() {
			var id enforcement.ID
			if err := rows.Scan(&id); err != nil {
				b.Fatal(err)
			}
			ids = append(ids, id)
		}
		if err := bench.Grounds.PutInForce(b.Context(), bench.System(), ids); err != nil {
			b.Fatal(err)
		}
		lanes, err := bench.Directives.Lanes(b.Context(), bench.Day())
		if err != nil {
			b.Fatal(err)
		}
		if _, err := bench.DB.Pool.Exec(b.Context(), `VACUUM ANALYZE directive`); err != nil {
			b.Fatal(err)
		}
		for _, w := range lanes[:2] {
			began := time.Now()
			bench.drain(b, w)
			took += time.Since(began)
			total += n
		}
		began := time.Now()
		tag, err := bench.DB.Pool.Exec(b.Context(), `UPDATE directive SET step = 'acknowledged', due = false WHERE organisation_id = ANY($1) AND due`, []int32{int32(lanes[2].Organisation), int32(lanes[3].Organisation)})
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(tag.RowsAffected())/time.Since(began).Seconds(), "update/s")
		if _, err := bench.DB.Pool.Exec(b.Context(), `UPDATE directive SET step = 'acknowledged', due = false WHERE due`); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(total)/took.Seconds(), "drained/s")
}
