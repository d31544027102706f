package jobs_test

import (
	"context"
	"testing"
	"time"

	"concordat/enforcement/enforcetest"
	"concordat/enforcement/record"
	"concordat/internal/jobs"
)

// A working process deletes requests whose term is over by itself, and no other.
func TestOldRequestsAreForgotten(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	_, err := b.DB.Pool.Exec(t.Context(), `INSERT INTO request_key (organisation_id, route, key_hash, fingerprint, event_key, created_at)
		SELECT 0, 'POST /made', sha256(n::text::bytea), '\x00', 'made-' || n, $1::timestamptz - make_interval(days => n) FROM generate_series(1, 9) n`, time.Now().UTC())
	if err != nil {
		t.Fatal(err)
	}
	client, err := jobs.Work(b.DB.Pool, jobs.Config{Register: b.Offices, Legal: b.At})
	if err != nil {
		t.Fatal(err)
	}
	if err := client.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := client.Stop(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	end := time.Now().Add(bound)
	for b.Count(`SELECT count(*) FROM request_key`) > 6 {
		if time.Now().After(end) {
			t.Fatal("old requests are still there")
		}
	}
	oldest := b.Count(`SELECT max(extract(day FROM $1::timestamptz - created_at))::int FROM request_key`, time.Now().UTC())
	if n := b.Count(`SELECT count(*) FROM request_key`); n != 6 || oldest != int(record.RequestTerm/(24*time.Hour))-1 {
		t.Errorf("%d are left, the oldest of %d days", n, oldest)
	}
}
