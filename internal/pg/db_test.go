package pg_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"concordat/internal/pg"
	"concordat/internal/pg/pgtest"
	"concordat/memoranda/day"
)

// sample has every type that the schema uses.
type sample struct {
	bun.BaseModel `bun:"table:sample"`

	ID     uuid.UUID      `bun:"id,pk,type:uuid"`
	Number int64          `bun:"number"`
	Ratio  float64        `bun:"ratio"`
	Yes    bool           `bun:"yes"`
	Words  string         `bun:"words"`
	None   *string        `bun:"none"`
	Sealed []byte         `bun:"sealed"`
	At     time.Time      `bun:"at"`
	Day    day.Day        `bun:"day"`
	Tags   []string       `bun:"tags,array"`
	Ids    []uuid.UUID    `bun:"ids,array,type:uuid[]"`
	Facts  map[string]any `bun:"facts,type:jsonb"`
}

// Bun's queries travel unprepared, so their answers come as text.
func TestBunReadsBackWhatItWrote(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	ctx := t.Context()
	if _, err := db.ExecContext(ctx, `CREATE TABLE sample (
		id uuid PRIMARY KEY, number bigint, ratio float8, yes boolean, words text, none text, sealed bytea,
		at timestamptz, day date, tags text[], ids uuid[], facts jsonb)`); err != nil {
		t.Fatal(err)
	}
	id := uuid.MustParse("0190a1b2-0000-7000-8000-000000000001")
	wrote := sample{
		ID: id, Number: -1 << 62, Ratio: 0.1, Yes: true, Words: `限制"消费'令\`, Sealed: []byte{0, 0xff, '\\'},
		At: time.Date(2026, 11, 22, 1, 2, 3, 456789000, time.UTC), Day: day.Of(2026, 2, 28),
		Tags: []string{"a,b", `"`, ""}, Ids: []uuid.UUID{id, id}, Facts: map[string]any{"k": []any{"v", 1.5}},
	}
	if _, err := db.NewInsert().Model(&wrote).Exec(ctx); err != nil {
		t.Fatal(err)
	}
	var read sample
	if err := db.NewSelect().Model(&read).Where("id = ?", id).Where("tags = ?", pgdialect.Array(wrote.Tags)).Scan(ctx); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(wrote, read); diff != "" {
		t.Error(diff)
	}
	if read.At.Location() != time.UTC {
		t.Errorf("zone %s", read.At.Location())
	}
	var lent []time.Time
	if err := db.Pool.QueryRow(ctx, `SELECT array_agg(at) FROM sample WHERE id = $1`, id).Scan(&lent); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]time.Time{wrote.At}, lent); diff != "" || lent[0].Location() != time.UTC {
		t.Errorf("zone %s%s", lent[0].Location(), diff)
	}
	var prepared int
	if err := db.NewRaw(`SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%"sample"%'`).Scan(ctx, &prepared); err != nil {
		t.Fatal(err)
	}
	if prepared != 0 {
		t.Errorf("%d of bun's queries were prepared", prepared)
	}
}

func TestSession(t *testing.T) {
	t.Parallel()
	db, err := pg.Open(t.Context(), pg.Config{
		URL:             pgtest.Cluster(t).URL("postgres"),
		ApplicationName: "a name", IdleInTx: -1, StatementTimeout: time.Second, MaxConns: 3,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	for setting, want := range map[string]string{
		"TimeZone": "UTC", "application_name": "a name", "statement_timeout": "1s",
		"idle_in_transaction_session_timeout": "0", "default_transaction_isolation": "read committed", "plan_cache_mode": "force_generic_plan",
	} {
		var got string
		if err := db.NewRaw(`SELECT current_setting(?)`, setting).Scan(t.Context(), &got); err != nil || got != want {
			t.Errorf("%s is %q, want %q; %v", setting, got, want, err)
		}
	}
	if got := db.Pool.Config().MaxConns; got != 3 {
		t.Errorf("%d connections", got)
	}
}

func TestAURLChoosesHowStatementsArePlanned(t *testing.T) {
	t.Parallel()
	url := pgtest.Cluster(t).URL("postgres")
	separator := "?"
	if strings.Contains(url, "?") {
		separator = "&"
	}
	db, err := pg.Open(t.Context(), pg.Config{URL: url + separator + "plan_cache_mode=auto"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	var got string
	if err := db.Pool.QueryRow(t.Context(), `SHOW plan_cache_mode`).Scan(&got); err != nil || got != "auto" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestOpenSaysWhatIsWrongAndNoPassword(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"postgres://u:geheim@/x?host=/nowhere":           "reach database",
		"postgres://u:geheim@localhost:notaport/x":       "read database URL",
		"host=/nowhere user=u password=geheim dbname=no": "reach database",
	} {
		db, err := pg.Open(t.Context(), pg.Config{URL: url})
		if err == nil {
			_ = db.Close()
			t.Errorf("%s opened", url)
			continue
		}
		if !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "geheim") {
			t.Errorf("%s: %v", url, err)
		}
	}
}

func BenchmarkBunSelect(b *testing.B) {
	db := pgtest.New(b)
	n := 0
	for b.Loop() {
		n++
		var one int
		if err := db.NewRaw(`SELECT count(*) FROM river.river_job WHERE id = ?`, n).Scan(b.Context(), &one); err != nil {
			b.Fatal(err)
		}
	}
}
