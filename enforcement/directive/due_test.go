package directive_test

import (
	"context"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/register"
	"concordat/internal/pg"
)

// What is due is found through the due indexes whatever the statistics say:
// tables that were never analysed, that are as the statistics have it, and that
// were analysed when everything was due and have nothing due any more. In the
// last case a walk over the primary key or the table would read every directive
// there ever was, every five seconds.
func TestDueVersionsAreFoundByTheirIndexWhateverTheStatistics(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	run := func(query string) {
		t.Helper()
		if _, err := b.DB.Pool.Exec(ctx, query); err != nil {
			t.Fatal(err)
		}
	}
	run(`ALTER TABLE directive SET (autovacuum_enabled = false)`)
	run(`ALTER TABLE amendment SET (autovacuum_enabled = false)`)
	run(`INSERT INTO directive (id, subject_id, ground_id, organisation_id, plan_id, ground_kind, step, due, measures)
		SELECT ('01990000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, gen_random_uuid(), gen_random_uuid(), n % 44 + 1, 1, 'listing', 'queued', true, '{1}' FROM generate_series(1, 40000) n`)
	run(`INSERT INTO amendment (directive_id, version, organisation_id, kind, lane, step, burdens, due, measures)
		SELECT id, 2, organisation_id, 'withdraw', 'express', 'queued', false, true, '{}' FROM directive`)
	due, isDue, lanes := queries(t, b)
	byIndex := func(when string) {
		t.Helper()
		plan := strings.Join(append(explain(t, b, due, `(7, 'bulk', '01990000-0000-7000-8000-000000000000', 1000, '2025-09-01')`),
			append(explain(t, b, isDue, `(7, 'bulk', '00000000-0000-0000-0000-000000000000', '2025-09-01')`),
				explain(t, b, lanes, `('2025-09-01', '00000000-0000-0000-0000-000000000000')`)...)...), "\n")
		for _, index := range []string{"directive_due", "amendment_due"} {
			if n := strings.Count(plan, "Scan using "+index); n != 3 {
				t.Errorf("%s: %s serves %d times instead of 3:\n%s", when, index, n, plan)
			}
		}
		if strings.Contains(plan, "Seq Scan on directive") || strings.Contains(plan, "Seq Scan on amendment") {
			t.Errorf("%s: a table is read through:\n%s", when, plan)
		}
	}
	byIndex("never analysed")
	run(`ANALYZE directive`)
	run(`ANALYZE amendment`)
	byIndex("all due")
	run(`UPDATE directive SET due = false, step = 'acknowledged'`)
	run(`UPDATE amendment SET due = false, step = 'acknowledged'`)
	byIndex("nothing due, statistics of before")
	run(`ANALYZE directive`)
	run(`ANALYZE amendment`)
	byIndex("nothing due")
}

// queries are what Due, IsDue and Lanes ask the database, as it is sent. A file of
// this package that showed the constants would have every room that imports it
// compiled anew for this one test.
func queries(t *testing.T, b *enforcetest.Bundle) (due, isDue, lanes string) {
	t.Helper()
	ctx := t.Context()
	sent := &first{}
	db, err := pg.Open(ctx, pg.Config{URL: b.DB.Pool.Config().ConnString(), MaxConns: 1, Tracer: sent})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }() // it only asked
	config := b.Config
	config.DB = db
	offices, err := register.Open(ctx, config)
	if err != nil {
		t.Fatal(err)
	}
	for query, ask := range map[*string]func() error{
		&due: func() error {
			_, err := offices.Directives.Due(ctx, 7, directive.Bulk, b.Day(), enforcement.ID{}, 1000)
			return err
		},
		&isDue: func() error {
			_, err := offices.Directives.IsDue(ctx, directive.WakeUp{Organisation: 7, Lane: directive.Bulk}, b.Day())
			return err
		},
		&lanes: func() error {
			_, err := offices.Directives.Lanes(ctx, b.Day())
			return err
		},
	} {
		sent.sql = ""
		if err := ask(); err != nil {
			t.Fatal(err)
		}
		*query = sent.sql
	}
	return due, isDue, lanes
}

// first keeps the first query of directives that is sent after sql was emptied.
type first struct{ sql string }

func (f *first) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	if f.sql == "" && strings.Contains(data.SQL, "directive") {
		f.sql = data.SQL
	}
	return ctx
}

func (*first) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// explain returns the generic plan of a query: the one that a connection comes to use.
func explain(t *testing.T, b *enforcetest.Bundle, query, arguments string) []string {
	t.Helper()
	tx, err := b.DB.Pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(t.Context())) }() // it only looked
	for _, statement := range []string{`SET LOCAL plan_cache_mode = force_generic_plan`, `PREPARE asked AS ` + query} {
		if _, err := tx.Exec(t.Context(), statement, pgx.QueryExecModeSimpleProtocol); err != nil {
			t.Fatal(err)
		}
	}
	rows, err := tx.Query(t.Context(), `EXPLAIN EXECUTE asked `+arguments, pgx.QueryExecModeSimpleProtocol)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), `DEALLOCATE asked`, pgx.QueryExecModeSimpleProtocol); err != nil {
		t.Fatal(err)
	}
	return lines
}
