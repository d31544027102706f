package api_test

import (
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"concordat/enforcement"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/record"
	"concordat/enforcement/register"
	"concordat/internal/api"
	"concordat/internal/pg"
	"concordat/notify"
)

// process is the same installation served by another process: connections and a
// clock of its own, ahead by so much.
func (b *bundle) process(ahead time.Duration) *bundle {
	b.T.Helper()
	other := *b
	db, err := pg.Open(b.T.Context(), pg.Config{URL: b.DB.Pool.Config().ConnString(), MaxConns: 6})
	must(b.T, err)
	b.T.Cleanup(func() { _ = db.Close() })
	config := b.Config
	config.DB = db
	config.Machine = func() time.Time { return time.Now().UTC().Add(ahead) }
	register, err := register.Open(b.T.Context(), config)
	must(b.T, err)
	edge := b.config
	edge.Register, edge.Inbox = register, &notify.Inbox{DB: db, Register: register, Machine: config.Machine}
	handler, err := api.New(edge)
	must(b.T, err)
	other.config = edge
	other.server = httptest.NewServer(handler)
	b.T.Cleanup(other.server.Close)
	return &other
}

// same reports whether two answers to one request are the same: what numbers the
// request itself aside.
func same(a, b answer) bool {
	one, other := a.header.Clone(), b.header.Clone()
	for _, own := range []string{"X-Request-Id", "Date"} {
		one.Del(own)
		other.Del(own)
	}
	return a.status == b.status && a.text == b.text && slices.EqualFunc([]string{"Etag", "Location", "Content-Type"}, []string{"Etag", "Location", "Content-Type"}, func(x, y string) bool {
		return slices.Equal(one[x], other[y])
	}) && len(one) == len(other)
}

func (b *bundle) warnBody() object {
	return object{"served_on": b.Day().AddDays(-enforcetest.NoticeDays).String(), "risk_warning": true, "perform_within_days": 3, "document": []byte("演示执行通知书")}
}

func (b *bundle) warn(listing, key string) answer {
	b.T.Helper()
	return b.send(b.clerk, http.MethodPost, "/v1/listings/"+listing+"/warning", b.warnBody(), "If-Match", `"1"`, "Idempotency-Key", key)
}

func TestEveryPostTakesAKey(t *testing.T) {
	t.Parallel()
	b := setup(t)
	doc := b.want(http.StatusOK, "", http.MethodGet, "/v1/openapi.json", nil)
	posts := 0
	for path, item := range at[object](t, doc.body, "paths") {
		post, ok := at[object](t, item)["post"]
		if !ok {
			continue
		}
		posts++
		if path == "/v1/resolve" {
			continue // it asks and does nothing
		}
		parameters, _ := at[object](t, post)["parameters"].([]any)
		if !slices.ContainsFunc(parameters, func(p any) bool { return at[string](t, p, "name") == "Idempotency-Key" }) {
			t.Errorf("POST %s takes no Idempotency-Key", path)
		}
	}
	if posts < 25 {
		t.Errorf("only %d addresses take POST", posts)
	}
}

func TestARepetitionGetsTheAnswerAsItWas(t *testing.T) {
	t.Parallel()
	b := setup(t)
	listing := b.Draft(b.Subject(b.Company())).String()
	first := b.warn(listing, "k")
	if first.status != http.StatusOK || first.header.Get("ETag") != `"2"` {
		t.Fatalf("%d %s", first.status, first.text)
	}
	b.moved(b.clerk, listing, "application", object{"received_on": b.Day().String(), "document": []byte("演示申请书")})
	if again := b.warn(listing, "k"); !same(first, again) {
		t.Errorf("the listing has moved on, and so has the answer: %s\n%s", first.text, again.text)
	}
	person := identityBody(b.Person())
	entered := b.want(http.StatusCreated, b.clerk, http.MethodPost, "/v1/subjects", person, "Idempotency-Key", "k")
	again := b.call(b.clerk, http.MethodPost, "/v1/subjects", person, "Idempotency-Key", "k")
	if !same(entered, again) || again.header.Get("Location") == "" {
		t.Errorf("%d %v %s", again.status, again.header, again.text)
	}
	court := object{"slug": "made-court", "name_zh": "演示法院", "name_en": "Made court", "kind": "authority", "serves": "4501"}
	made := b.want(http.StatusCreated, b.operator, http.MethodPost, "/v1/organisations", court, "Idempotency-Key", "k")
	if again := b.call(b.operator, http.MethodPost, "/v1/organisations", court, "Idempotency-Key", "k"); !same(made, again) {
		t.Errorf("an organisation: %s then %s", made.text, again.text)
	}
	var leaks int
	must(t, b.DB.Pool.QueryRow(t.Context(), `SELECT count(*) FROM request_key WHERE encode(answer, 'escape') LIKE '%' || $1 || '%' OR key_hash = 'k'::bytea`, entered.id()).Scan(&leaks))
	if rows := b.Count(`SELECT count(*) FROM request_key WHERE answer IS NOT NULL`); rows != 3 || leaks != 0 {
		t.Errorf("%d answers kept, %d of them in clear", rows, leaks)
	}
}

func TestAKeyIsForOneRequest(t *testing.T) {
	t.Parallel()
	b := setup(t)
	one, two := b.Draft(b.Subject(b.Company())).String(), b.Draft(b.Subject(b.Company())).String()
	body, path := b.warnBody(), "/v1/listings/"+one+"/warning"
	b.want(http.StatusOK, b.clerk, http.MethodPost, path, body, "If-Match", `"1"`, "Idempotency-Key", "k")
	other := object{"served_on": b.Day().AddDays(-enforcetest.NoticeDays - 1).String(), "risk_warning": true, "perform_within_days": 3, "document": []byte("演示执行通知书")}
	for name, ask := range map[string]func() answer{
		"another body": func() answer {
			return b.call(b.clerk, http.MethodPost, path, other, "If-Match", `"1"`, "Idempotency-Key", "k")
		},
		"another version": func() answer {
			return b.call(b.clerk, http.MethodPost, path, body, "If-Match", `"2"`, "Idempotency-Key", "k")
		},
		"another listing": func() answer { return b.warn(two, "k") },
	} {
		if a := ask(); a.status != http.StatusUnprocessableEntity || a.code() != "request.key-reused" {
			t.Errorf("%s: %d %s", name, a.status, a.text)
		}
	}
	// The same key of another person, of another organisation, or on another route, is
	// another: a judge does not get the clerk's answer.
	if a := b.call(b.judge, http.MethodPost, path, body, "If-Match", `"1"`, "Idempotency-Key", "k"); a.code() != "version.stale" {
		t.Errorf("another person's request under the same key: %d %s", a.status, a.text)
	}
	person := identityBody(b.Person())
	mine := b.want(http.StatusCreated, b.clerk, http.MethodPost, "/v1/subjects", person, "Idempotency-Key", "k")
	theirs := b.want(http.StatusCreated, b.otherClerk, http.MethodPost, "/v1/subjects", identityBody(b.Person()), "Idempotency-Key", "k")
	if mine.id() == theirs.id() {
		t.Error("another organisation got the answer of this one")
	}
	if n := b.Count(`SELECT count(*) FROM event WHERE kind = 'listing-warned'`); n != 1 {
		t.Errorf("%d warnings", n)
	}
}

func TestARefusalIsNotKept(t *testing.T) {
	t.Parallel()
	b := setup(t)
	listing := b.Draft(b.Subject(b.Company())).String()
	early := func() answer {
		return b.call(b.clerk, http.MethodPost, "/v1/listings/"+listing+"/application", object{"received_on": b.Day().String(), "document": []byte("演示申请书")}, "If-Match", `"2"`, "Idempotency-Key", "k")
	}
	if a := early(); a.status != http.StatusPreconditionFailed {
		t.Fatalf("%d %s", a.status, a.text)
	}
	if n := b.Count(`SELECT count(*) FROM request_key`); n != 0 {
		t.Fatalf("%d rows after a refusal", n)
	}
	b.moved(b.clerk, listing, "warning", b.warnBody())
	if a := early(); a.status != http.StatusOK {
		t.Errorf("what was refused does not pass later: %d %s", a.status, a.text)
	}
}

// One request is being worked by one process, held up by a lock, while it comes
// to another as well.
func TestARequestInFlightIsToldSo(t *testing.T) {
	t.Parallel()
	b := setup(t)
	other := b.process(0)
	listing := b.Draft(b.Subject(b.Company())).String()
	blocker, err := b.DB.Pool.Begin(t.Context())
	must(t, err)
	_, err = blocker.Exec(t.Context(), `SELECT FROM listing WHERE id = $1 FOR UPDATE`, listing)
	must(t, err)
	first := make(chan answer, 1)
	go func() { first <- b.warn(listing, "k") }()
	for b.Count(`SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database WHERE locktype = 'advisory' AND objsubid = 1 AND granted AND d.datname = current_database()`) == 0 {
		time.Sleep(time.Millisecond) // until the first holds its request
	}
	second := other.warn(listing, "k")
	if second.status != http.StatusConflict || second.code() != "request.in-flight" || second.header.Get("Retry-After") != "1" {
		t.Errorf("in flight: %d %s, again after %q", second.status, second.text, second.header.Get("Retry-After"))
	}
	must(t, blocker.Rollback(t.Context()))
	if a := <-first; a.status != http.StatusOK || !same(a, other.warn(listing, "k")) {
		t.Errorf("%d %s", a.status, a.text)
	}
}

// The process stops between the effect and the answer: the effect is committed,
// and the keeping of the answer is what no longer happens.
func TestAnEffectWithoutItsAnswerIsAnsweredFromTheEvent(t *testing.T) {
	t.Parallel()
	b := setup(t)
	_, err := b.DB.Pool.Exec(t.Context(), `CREATE FUNCTION stop_here() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'stopped'; END $$;
		CREATE TRIGGER stop_here BEFORE UPDATE ON request_key FOR EACH ROW WHEN (NEW.answer IS NOT NULL) EXECUTE FUNCTION stop_here()`)
	must(t, err)
	listing := b.Draft(b.Subject(b.Company())).String()
	person := identityBody(b.Person())
	bureau := object{"slug": "made-bureau", "name_zh": "演示局", "name_en": "Made bureau", "kind": "authority", "serves": "4501"}
	asks := map[string]func() answer{
		"a move":    func() answer { return b.warn(listing, "k") },
		"a subject": func() answer { return b.call(b.clerk, http.MethodPost, "/v1/subjects", person, "Idempotency-Key", "k") },
		"an organisation": func() answer {
			return b.call(b.operator, http.MethodPost, "/v1/organisations", bureau, "Idempotency-Key", "k")
		},
	}
	firsts := map[string]answer{}
	for name, ask := range asks {
		if firsts[name] = ask(); firsts[name].status >= 300 {
			t.Fatalf("%s: %d %s", name, firsts[name].status, firsts[name].text)
		}
	}
	if !strings.Contains(b.log.String(), "answer not kept") || b.Count(`SELECT count(*) FROM request_key WHERE answer IS NULL`) != 3 {
		t.Fatal("the answers were kept all the same")
	}
	_, err = b.DB.Pool.Exec(t.Context(), `DROP TRIGGER stop_here ON request_key`)
	must(t, err)
	events := b.Count(`SELECT count(*) FROM event`)
	for range 2 {
		for name, ask := range asks {
			if a := ask(); !same(firsts[name], a) {
				t.Errorf("%s: answered %s, then %s", name, firsts[name].text, a.text)
			}
		}
	}
	if n := b.Count(`SELECT count(*) FROM event`); n != events {
		t.Errorf("%d events more", n-events)
	}
}

func TestARequestIsKeptSevenDays(t *testing.T) {
	t.Parallel()
	b := setup(t)
	one, two := b.Draft(b.Subject(b.Company())).String(), b.Draft(b.Subject(b.Company())).String()
	first := b.warn(one, "k")
	almost, after := b.process(record.RequestTerm-time.Hour), b.process(record.RequestTerm+time.Minute)
	if a := almost.warn(one, "k"); !same(first, a) {
		t.Errorf("on the seventh day: %d %s", a.status, a.text)
	}
	if n, err := almost.register().Record.ForgetRequests(t.Context(), 100); n != 0 || err != nil {
		t.Errorf("forgot %d on the seventh day: %v", n, err)
	}
	// Then the key is free, whether or not the row was deleted already.
	if a := after.warn(two, "k"); a.status != http.StatusOK || a.body["id"] != two {
		t.Errorf("after seven days: %d %s", a.status, a.text)
	}
	if a := after.warn(one, "k"); a.code() != "request.key-reused" {
		t.Errorf("the old request under the key that is now another's: %d %s", a.status, a.text)
	}
	later := b.process(2*record.RequestTerm + time.Hour)
	if n, err := later.register().Record.ForgetRequests(t.Context(), 100); n != 1 || err != nil {
		t.Errorf("forgot %d: %v", n, err)
	}
	if a := later.warn(one, "k"); a.code() != "version.stale" {
		t.Errorf("a forgotten request is a new one: %d %s", a.status, a.text)
	}
	if n := b.Count(`SELECT count(*) FROM event WHERE kind = 'listing-warned'`); n != 2 {
		t.Errorf("%d warnings", n)
	}
}

// A process of the release before, which works beside this one during an upgrade,
// writes events under the same keys and no rows.
func TestWhatTheReleaseBeforeDidIsNotDoneAgain(t *testing.T) {
	t.Parallel()
	b := setup(t)
	listing := b.Draft(b.Subject(b.Company())).String()
	first := b.warn(listing, "k")
	_, err := b.DB.Pool.Exec(t.Context(), `DELETE FROM request_key`)
	must(t, err)
	for range 2 {
		if a := b.warn(listing, "k"); !same(first, a) {
			t.Errorf("%d %s", a.status, a.text)
		}
	}
	if n := b.Count(`SELECT count(*) FROM event WHERE kind = 'listing-warned'`); n != 1 {
		t.Errorf("%d warnings", n)
	}
}

// Of an upload only the length counts beside the key.
func TestAKeyOfAnUploadIsForAFileOfItsLength(t *testing.T) {
	t.Parallel()
	b := setup(t)
	upload := func(file string) answer {
		return b.call(b.clerk, http.MethodPost, "/v1/imports?kind=listings", file, "Content-Type", "application/octet-stream", "Idempotency-Key", "k")
	}
	first := upload("iname,caseCode\na,b\n")
	if first.status != http.StatusAccepted || !same(first, upload("iname,caseCode\na,b\n")) {
		t.Errorf("%d %s", first.status, first.text)
	}
	if a := upload("iname,caseCode\na,b\nc,d\n"); a.code() != "request.key-reused" {
		t.Errorf("another file: %d %s", a.status, a.text)
	}
	if n := b.Count(`SELECT count(*) FROM import_run`); n != 1 {
		t.Errorf("%d runs", n)
	}
}

func (b *bundle) register() *register.Offices { return b.config.Register }

func TestAnswersFollowTheKeysAndGoWithASubject(t *testing.T) {
	t.Parallel()
	b := setup(t)
	vault := b.Config.Vault
	listing := b.Draft(b.Subject(b.Company())).String()
	first := b.warn(listing, "k")
	old := vault.Current()
	_, err := vault.Rotate()
	must(t, err)
	if n, err := b.Record.ResealReplies(t.Context(), b.System(), 10); n != 1 || err != nil {
		t.Fatalf("sealed %d again: %v", n, err)
	}
	must(t, vault.Retire(old))
	if n, err := b.Record.ResealReplies(t.Context(), b.System(), 10); n != 0 || err != nil {
		t.Fatalf("sealed %d again: %v", n, err)
	}
	if a := b.warn(listing, "k"); !same(first, a) {
		t.Errorf("after a rotation: %d %s", a.status, a.text)
	}

	_, err = b.DB.Pool.Exec(t.Context(), `UPDATE request_key SET personal = true`)
	must(t, err)
	must(t, b.Parties.Shred(t.Context(), b.System(), b.Subject(b.Company())))
	if n := b.Count(`SELECT count(*) FROM request_key WHERE answer IS NOT NULL OR status IS NOT NULL OR key_version IS NOT NULL`); n != 0 {
		t.Error("an answer that names subjects outlives a subject")
	}
	if a := b.warn(listing, "k"); !same(first, a) {
		t.Errorf("answered from the event: %d %s", a.status, a.text)
	}
}

// TestIdenticalRequestsHaveOneEffect sends n identical requests at random moments
// to two processes, and asks those told "in flight" again: one effect, and every
// answer the same, although somebody else moves the listing on meanwhile.
func TestIdenticalRequestsHaveOneEffect(t *testing.T) {
	t.Parallel()
	b := setup(t)
	processes := []*bundle{b, b.process(0)}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	for round := range 12 {
		listing := b.Draft(b.Subject(b.Company())).String()
		n := 2 + random.IntN(7)
		answers, conflicts := make([]answer, n), make([]int, n)
		var all sync.WaitGroup
		for i := range n {
			at, wait := processes[random.IntN(2)], time.Duration(random.IntN(6000))*time.Microsecond
			all.Go(func() {
				time.Sleep(wait) // spreads them; nothing is waited for
				for {
					answers[i] = at.warn(listing, "round-"+listing)
					if answers[i].code() != "request.in-flight" {
						return
					}
					conflicts[i]++
				}
			})
		}
		all.Go(func() { // somebody else moves on as soon as it is possible
			for {
				a := b.call(b.clerk, http.MethodPost, "/v1/listings/"+listing+"/application", object{"received_on": b.Day().String(), "document": []byte("演示申请书")}, "If-Match", `"2"`)
				if a.status == http.StatusOK {
					return
				}
			}
		})
		all.Wait()
		for i, a := range answers {
			if a.status != http.StatusOK || !same(a, answers[0]) {
				t.Errorf("round %d: answer %d of %d is %d %s, the first %s", round, i, n, a.status, a.text, answers[0].text)
			}
		}
		if events := b.Count(`SELECT count(*) FROM event WHERE kind = 'listing-warned' AND ground_id = $1`, listing); events != 1 {
			t.Errorf("round %d: %d effects", round, events)
		}
	}
}

// TestAKeyOfTheLastReleaseStillAnswers: its rows hashed the key alone. The same request
// gets the answer of then; another's request does not get it, and is refused.
func TestAKeyOfTheLastReleaseStillAnswers(t *testing.T) {
	t.Parallel()
	b := setup(t)
	body := identityBody(b.Person())
	post := func(token string) answer {
		return b.call(token, http.MethodPost, "/v1/subjects", body, "Idempotency-Key", "k")
	}
	first := post(b.clerk)
	q := &enforcement.Request{Organisation: b.Court, Route: "POST /v1/subjects", Key: "k"}
	ctx := t.Context()
	var sealed, hash []byte
	must(t, b.DB.Pool.QueryRow(ctx, `SELECT answer, key_hash FROM request_key`).Scan(&sealed, &hash))
	plain, err := b.Record.Vault.Open(sealed, enforcement.RequestPurpose(q.Organisation, q.Route, hash))
	must(t, err)
	sealed, err = b.Record.Vault.Seal(plain, enforcement.RequestPurpose(q.Organisation, q.Route, q.FormerKeyHash()))
	must(t, err)
	_, err = b.DB.Pool.Exec(ctx, `UPDATE request_key SET key_hash = $1, answer = $2`, q.FormerKeyHash(), sealed)
	must(t, err)
	if again := post(b.clerk); again.status != http.StatusCreated || again.text != first.text {
		t.Errorf("%d %s, at first %s", again.status, again.text, first.text)
	}
	if a := post(b.judge); a.code() != "request.key-reused" {
		t.Errorf("another person under a key of the last release: %d %s", a.status, a.text)
	}
	if n := b.Count(`SELECT count(*) FROM request_key`); n != 1 {
		t.Errorf("%d rows", n)
	}
}
