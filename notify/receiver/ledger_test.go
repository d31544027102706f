package receiver_test

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"concordat/memoranda/day"
	"concordat/notify/receiver"
	"concordat/notify/wire"
)

var id = uuid.MustParse("01990000-0000-7000-8000-000000000001")

func directive(version int16, kind string, measures ...string) wire.Directive {
	return wire.Directive{ID: id, Version: version, Kind: kind, Measures: measures}
}

func TestTheVersionDecides(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		arrive []wire.Directive
		want   receiver.Entry
	}{
		"imposed":                        {[]wire.Directive{directive(1, "impose", "m/a", "m/b")}, receiver.Entry{Version: 1, Kind: "impose", Measures: []string{"m/a", "m/b"}}},
		"imposed twice":                  {[]wire.Directive{directive(1, "impose", "m/a"), directive(1, "impose", "m/b")}, receiver.Entry{Version: 1, Kind: "impose", Measures: []string{"m/a"}}},
		"suspended and resumed":          {[]wire.Directive{directive(1, "impose", "m/a"), directive(2, "suspend"), directive(3, "resume", "m/a")}, receiver.Entry{Version: 3, Kind: "resume", Measures: []string{"m/a"}}},
		"out of order":                   {[]wire.Directive{directive(3, "resume", "m/a"), directive(2, "suspend"), directive(1, "impose", "m/b")}, receiver.Entry{Version: 3, Kind: "resume", Measures: []string{"m/a"}}},
		"unknown and suspended":          {[]wire.Directive{directive(2, "suspend"), directive(1, "impose", "m/a")}, receiver.Entry{Version: 2, Kind: "suspend"}},
		"unknown and withdrawn":          {[]wire.Directive{directive(2, "withdraw"), directive(1, "impose", "m/a")}, receiver.Entry{Version: 2, Kind: "withdraw", Withdrawn: true}},
		"nothing revives a withdrawal":   {[]wire.Directive{directive(2, "withdraw"), directive(9, "impose", "m/a")}, receiver.Entry{Version: 2, Kind: "withdraw", Withdrawn: true}},
		"nothing revives an ended grant": {[]wire.Directive{directive(1, "grant", "m/a"), directive(2, "grant-end"), directive(9, "grant", "m/a")}, receiver.Entry{Version: 2, Kind: "grant-end", Withdrawn: true}},
		"versions may jump":              {[]wire.Directive{directive(1, "impose", "m/a"), directive(1002, "amend", "m/b")}, receiver.Entry{Version: 1002, Kind: "amend", Measures: []string{"m/b"}}},
		"a withdrawal carries nothing":   {[]wire.Directive{directive(2, "withdraw", "m/a")}, receiver.Entry{Version: 2, Kind: "withdraw", Withdrawn: true}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var l receiver.Ledger
			for _, d := range c.arrive {
				answers := l.Apply(wire.Message{Directives: []wire.Directive{d}})
				if a := answers.Answers; len(a) != 1 || a[0].Directive != d.ID || a[0].Version != d.Version || a[0].Outcome != wire.OutcomeAcknowledged {
					t.Errorf("answers %+v", a)
				}
			}
			got, ok := l.Get(id)
			if diff := cmp.Diff(c.want, got, cmp.Transformer("empty", func(s []string) []string { return append([]string{}, s...) })); !ok || diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(l.Snapshot()[id], got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Whatever the order of arrival, and however often, the newest version is held.
func TestOrderAndRepeatsDoNotMatter(t *testing.T) {
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	versions := []wire.Directive{directive(1, "impose", "m/a"), directive(2, "suspend"), directive(3, "resume", "m/a"), directive(4, "withdraw")}
	for range 200 {
		var l receiver.Ledger
		var all sync.WaitGroup
		order := append(append([]wire.Directive(nil), versions...), versions...)
		random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, d := range order {
			all.Go(func() { l.Apply(wire.Message{Directives: []wire.Directive{d}}) })
		}
		all.Wait()
		if got, _ := l.Get(id); got.Version != 4 || !got.Withdrawn || len(l.InForce(day.Of(2026, 1, 1))) != 0 {
			t.Fatalf("%+v", got)
		}
	}
}

func TestInForceEndsWithItsTerm(t *testing.T) {
	t.Parallel()
	var l receiver.Ledger
	d := directive(1, "impose", "m/a")
	d.ValidUntil = day.Of(2027, 1, 1)
	l.Apply(wire.Message{Directives: []wire.Directive{d}})
	if len(l.InForce(day.Of(2027, 1, 1))) != 1 || len(l.InForce(day.Of(2027, 1, 2))) != 0 {
		t.Error("the set is not in force until the end of its last day")
	}
}

func TestReceiverByHTTP(t *testing.T) {
	t.Parallel()
	now := time.Now().UTC()
	secret := wire.NewSecret()
	keys, err := wire.ParseKeys(secret)
	if err != nil {
		t.Fatal(err)
	}
	wrong, _ := wire.ParseKeys(wire.NewSecret())
	sound, _ := json.Marshal(wire.Message{Format: wire.Format, Organisation: "dept", Lane: "bulk", SentAt: now, Directives: []wire.Directive{directive(1, "impose", "m/a")}})
	for name, c := range map[string]struct {
		body []byte
		keys []wire.Key
		want int
	}{
		"taken":              {sound, keys, http.StatusOK},
		"a wrong signature":  {sound, wrong, http.StatusUnauthorized},
		"not a message":      {[]byte(`{"format":7}`), keys, http.StatusBadRequest},
		"a nameless message": {[]byte(`{"format":1,"organisation":"x","directives":[{}]}`), keys, http.StatusBadRequest},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rc := &receiver.Receiver{Keys: keys, Ledger: &receiver.Ledger{}, Now: func() time.Time { return now }}
			request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", bytes.NewReader(c.body))
			wire.Sign(request.Header, c.keys, "attempt", now, c.body)
			recorder := httptest.NewRecorder()
			rc.ServeHTTP(recorder, request)
			if recorder.Code != c.want {
				t.Fatalf("status %d, want %d", recorder.Code, c.want)
			}
			if c.want != http.StatusOK {
				if rc.Ledger.Len() != 0 {
					t.Error("it was applied all the same")
				}
				return
			}
			answers, err := wire.ParseAnswers(recorder.Body.Bytes())
			if err != nil || len(answers.Answers) != 1 {
				t.Errorf("%+v, %v", answers, err)
			}
		})
	}
}
