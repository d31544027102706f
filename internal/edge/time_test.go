package edge_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"concordat/enforcement"
	"concordat/internal/access"
	"concordat/internal/edge"
	"concordat/internal/pg"
	"concordat/internal/pg/pgtest"
)

// A request has its time before anybody knows who asks: while the database holds up the
// look for a token, it is told to come again.
func TestARequestHasItsTimeBeforeItIsKnownWhoAsks(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	locked, err := db.Pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = locked.Rollback(context.WithoutCancel(t.Context())) })
	if _, err := locked.Exec(t.Context(), `LOCK TABLE token`); err != nil {
		t.Fatal(err)
	}
	door := &edge.Door{Tokens: access.New(db, func() time.Time { return time.Now().UTC() }, false), RequestTime: 100 * time.Millisecond}
	router := door.Router(policy)
	router.Get("/mine", func(w http.ResponseWriter, r *http.Request) {
		err := door.Admit(w, r, edge.Endpoint{Roles: []enforcement.Role{enforcement.Clerk}}, func(http.ResponseWriter, *http.Request) {
			t.Error("somebody was let in")
		})
		door.Fail(w, r, err)
	})
	w := ask(t, router, http.MethodGet, "/mine", "", "Authorization", "Bearer cct_0123456789abcdefghijklmnopqrstuvwxyz")
	if p := problem(t, w); p.Code != "unavailable" || w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" {
		t.Errorf("%d %s, Retry-After %q", w.Code, p.Code, w.Header().Get("Retry-After"))
	}
}

// What waits by right gets more time, from then on.
func TestMoreTime(t *testing.T) {
	t.Parallel()
	door := &edge.Door{RequestTime: 50 * time.Millisecond}
	router := door.Router(policy)
	router.Get("/long", func(w http.ResponseWriter, r *http.Request) {
		edge.MoreTime(r.Context(), time.Hour)
		select {
		case <-r.Context().Done():
			w.WriteHeader(http.StatusTeapot)
		case <-time.After(200 * time.Millisecond):
			w.WriteHeader(http.StatusNoContent)
		}
	})
	if w := ask(t, router, http.MethodGet, "/long", ""); w.Code != http.StatusNoContent {
		t.Errorf("%d", w.Code)
	}
}

// A database that is away or takes no writes is no fault of the program's: who asks is
// told to ask again, in both languages.
func TestADatabaseInTrouble(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	_, readOnly := db.Pool.Exec(t.Context(), `DO $$ BEGIN SET LOCAL transaction_read_only = on; CREATE TABLE nothing (); END $$`)
	_, away := pg.Open(t.Context(), pg.Config{URL: "postgres://u@127.0.0.1:1/x?sslmode=disable"})
	for code, err := range map[string]error{"database.read-only": readOnly, "database.away": away} {
		door := &edge.Door{}
		router := door.Router(policy)
		router.Post("/act", func(w http.ResponseWriter, r *http.Request) { door.Fail(w, r, err) })
		w := ask(t, router, http.MethodPost, "/act", "")
		if p := problem(t, w); p.Code != code || w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") != "5" || p.DetailZH == "" || p.DetailEN == "" {
			t.Errorf("%d %+v", w.Code, p)
		}
	}
}

// Ready means that the database takes writes.
func TestReadyMeansItCanWrite(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	at := time.Now().UTC()
	ready := edge.DatabaseReady(db, func() time.Time { return at }, 1)
	if err := ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	write := func(before string) error {
		return db.InTx(t.Context(), func(ctx context.Context, tx *pg.Tx) error {
			if _, err := tx.NewRaw(before).Exec(ctx); err != nil {
				return err
			}
			_, err := tx.NewRaw(`CREATE TABLE IF NOT EXISTS written ()`).Exec(ctx)
			return err
		})
	}
	if err := write(`SET LOCAL transaction_read_only = on`); !pg.IsReadOnly(err) {
		t.Fatal(err)
	}
	if ready(t.Context()) == nil {
		t.Error("ready although the last write failed")
	}
	if err := write(`SELECT 1`); err != nil {
		t.Fatal(err)
	}
	if err := ready(t.Context()); err != nil {
		t.Errorf("a write stands since: %v", err)
	}
	// Who is sent nothing writes nothing: the failure does not count for ever.
	if err := write(`SET LOCAL transaction_read_only = on`); err == nil || ready(t.Context()) == nil {
		t.Errorf("ready although the last write failed: %v", err)
	}
	at = at.Add(4 * time.Second) // within the skew
	if ready(t.Context()) == nil {
		t.Error("ready too soon after the last write failed")
	}
	var name string
	if err := db.NewRaw(`SELECT current_database()`).Scan(t.Context(), &name); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Pool.Exec(t.Context(), `ALTER DATABASE "`+name+`" SET default_transaction_read_only = on`); err != nil {
		t.Fatal(err)
	}
	if err := write(`SELECT 1`); err != nil { // by the session that is older than the setting
		t.Fatal(err)
	}
	db.Pool.Reset()
	if ready(t.Context()) == nil {
		t.Error("ready although the database is read-only")
	}
}
