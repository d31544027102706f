package wire_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"concordat/memoranda/day"
	"concordat/notify/wire"
)

var now = time.Date(2026, 3, 2, 2, 0, 0, 0, time.UTC)

func mustKeys(t testing.TB, texts ...string) []wire.Key {
	t.Helper()
	keys, err := wire.ParseKeys(texts...)
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func TestVerify(t *testing.T) {
	t.Parallel()
	secret, other := wire.NewSecret(), wire.NewSecret()
	private, public := wire.NewPair()
	body := []byte(`{"format":1}`)
	signed := func(keys ...string) http.Header {
		h := http.Header{}
		wire.Sign(h, mustKeys(t, keys...), "msg_1", now, body)
		return h
	}
	cases := map[string]struct {
		header http.Header
		body   []byte
		keys   []string
		at     time.Time
		want   error
	}{
		"a shared secret":           {signed(secret), body, []string{secret}, now, nil},
		"a key pair":                {signed(private), body, []string{public}, now, nil},
		"the second of two keys":    {signed(secret, other), body, []string{other}, now, nil},
		"one of the receiver's two": {signed(secret), body, []string{other, secret}, now, nil},
		"another secret":            {signed(secret), body, []string{other}, now, wire.ErrSignature},
		"another public key":        {signed(private), body, []string{secret}, now, wire.ErrSignature},
		"another body":              {signed(secret), []byte(`{"format":2}`), []string{secret}, now, wire.ErrSignature},
		"too old":                   {signed(secret), body, []string{secret}, now.Add(wire.Tolerance + time.Second), wire.ErrTimestamp},
		"from the future":           {signed(secret), body, []string{secret}, now.Add(-wire.Tolerance - time.Second), wire.ErrTimestamp},
		"no headers":                {http.Header{}, body, []string{secret}, now, wire.ErrHeaders},
		"no keys":                   {signed(secret), body, nil, now, wire.ErrSignature},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			id, err := wire.Verify(c.header, c.body, mustKeys(t, c.keys...), c.at)
			if !errors.Is(err, c.want) || (err == nil && id != "msg_1") {
				t.Errorf("%q, %v; want %v", id, err, c.want)
			}
		})
	}
}

func TestOtherImplementationsVerifyOurs(t *testing.T) {
	t.Parallel()
	secret := wire.NewSecret()
	library, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		t.Fatal(err)
	}
	h := http.Header{}
	wire.Sign(h, mustKeys(t, wire.NewSecret(), secret), "msg_1", now, []byte("body"))
	if err := library.VerifyIgnoringTimestamp([]byte("body"), h); err != nil {
		t.Error(err)
	}
	signature, err := library.Sign("msg_2", now, []byte("body"))
	if err != nil {
		t.Fatal(err)
	}
	h.Set(wire.HeaderID, "msg_2")
	h.Set(wire.HeaderSignature, signature)
	if _, err := wire.Verify(h, []byte("body"), mustKeys(t, secret), now); err != nil {
		t.Error(err)
	}
}

func TestKeysThatAreNone(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "whsec_", "whsec_!!", "whsec_c2hvcnQ=", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whpk_c2hvcnQ=", "whsk_c2hvcnQ="} {
		if _, err := wire.ParseKey(text); !errors.Is(err, wire.ErrKey) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestAnswersReadAsTheyWereWritten(t *testing.T) {
	t.Parallel()
	a := wire.Answers{Format: wire.Format, Answers: []wire.Answer{
		{Directive: uuid.MustParse("01990000-0000-7000-8000-000000000001"), Version: 1, Outcome: wire.OutcomeAcknowledged},
		{Directive: uuid.MustParse("01990000-0000-7000-8000-000000000002"), Version: 1002, Outcome: "q\"\\\n\x01引", Reports: []wire.Report{
			{Measure: "m/s", Outcome: "kept", Basis: "某法第1条", KeptUntil: day.Of(2027, 1, 2)},
		}},
	}}
	text := a.Append(nil)
	standard, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	var one, two any
	if json.Unmarshal(text, &one) != nil || json.Unmarshal(standard, &two) != nil || cmp.Diff(one, two) != "" {
		t.Errorf("%s\ninstead of\n%s", text, standard)
	}
	back, err := wire.ParseAnswers(text)
	if err != nil || cmp.Diff(a, back) != "" {
		t.Errorf("%v\n%s", err, cmp.Diff(a, back))
	}
}

// What is read is JSON, and reads again as encoding/json reads it.
func FuzzParseAnswers(f *testing.F) {
	f.Add([]byte(`{"format":1,"answers":[{"directive":"01990000-0000-7000-8000-000000000001","version":1,"outcome":"acknowledged"}]}`))
	f.Add([]byte(`{"format":1,"answers":[{"reports":[{"measure":"m/s","outcome":"kept","kept_until":"2027-01-02"}],"x":[{"y":-1.5e3},null,true,"\u0041"]}]}`))
	f.Add([]byte(`{"format":1,"answers":null}`))
	f.Add([]byte(`[`))
	f.Add([]byte(`{"format":1,"answers":[{"version":01}]} `))
	f.Fuzz(func(t *testing.T, body []byte) {
		a, err := wire.ParseAnswers(body)
		heard, ours, unread := wire.ReadAnswers(body)
		if unread != nil && (!ours || !errors.Is(unread, wire.ErrFormat) || len(heard.Answers) > 0) {
			t.Fatalf("read as %+v, ours %v: %v", heard, ours, unread)
		}
		if err != nil {
			if !errors.Is(err, wire.ErrFormat) {
				t.Fatalf("another error: %v", err)
			}
			return
		}
		if len(a.Answers) > 0 && (!ours || unread != nil || cmp.Diff(a, heard) != "") {
			t.Fatalf("answers that are read alone are not heard: %v, %v", ours, unread)
		}
		if !json.Valid(body) {
			t.Fatalf("not JSON and taken: %q", body)
		}
		again, err := wire.ParseAnswers(a.Append(nil))
		if err != nil || len(again.Answers) != len(a.Answers) {
			t.Fatalf("what was read does not read again: %v", err)
		}
		var standard wire.Answers
		if json.Unmarshal(a.Append(nil), &standard) != nil || cmp.Diff(standard.Answers, again.Answers, cmpopts.EquateEmpty()) != "" {
			t.Fatalf("read otherwise than by encoding/json: %s", cmp.Diff(standard, again))
		}
	})
}

func FuzzParseMessage(f *testing.F) {
	golden, err := os.ReadFile("../testdata/message.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(golden)
	f.Add([]byte(`{"format":1,"organisation":"x","measures":{"a":{"basis":[1]}}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		m, err := wire.ParseMessage("", body)
		if err != nil {
			return
		}
		if !json.Valid(body) {
			t.Fatalf("not JSON and taken: %q", body)
		}
		text, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		again, err := wire.ParseMessage("", text)
		if err != nil || cmp.Diff(m, again, cmpopts.EquateEmpty()) != "" {
			t.Fatalf("%v\n%s", err, cmp.Diff(m, again))
		}
	})
}

func TestTheGoldenMessageReadsAsByTheStandardLibrary(t *testing.T) {
	t.Parallel()
	golden, err := os.ReadFile("../testdata/message.json")
	if err != nil {
		t.Fatal(err)
	}
	got, err := wire.ParseMessage("", golden)
	if err != nil {
		t.Fatal(err)
	}
	var want wire.Message
	if err := json.Unmarshal(golden, &want); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func FuzzVerify(f *testing.F) {
	key := mustKeys(f, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwAAAAAAAAAAAA")
	_, public := wire.NewPair()
	key = append(key, mustKeys(f, public)...)
	h := http.Header{}
	wire.Sign(h, key, "msg", now, []byte("body"))
	f.Add("msg", h.Get(wire.HeaderTimestamp), h.Get(wire.HeaderSignature), []byte("body"))
	f.Add("", "-1", "v1,", []byte(nil))
	f.Add("m", "1772416800", strings.Repeat("v1a,AAAA ", 99), []byte("x"))
	valid := h.Get(wire.HeaderSignature)
	f.Fuzz(func(t *testing.T, id, stamp, signature string, body []byte) {
		h := http.Header{wire.HeaderID: {id}, wire.HeaderTimestamp: {stamp}, wire.HeaderSignature: {signature}}
		if _, err := wire.Verify(h, body, key, now); err == nil && !strings.Contains(signature, strings.TrimPrefix(valid, "v1,")) {
			t.Fatalf("a signature that was never made: %q %q %q", id, stamp, signature)
		}
	})
}

func FuzzAppendString(f *testing.F) {
	f.Add("plain")
	f.Add("\"\\\x00\x1f\x7f引\xff\xed\xa0\x80 ")
	f.Fuzz(func(t *testing.T, s string) {
		var back string
		if err := json.Unmarshal(wire.AppendString(nil, s), &back); err != nil {
			t.Fatal(err)
		}
		if back != strings.ToValidUTF8(s, "\ufffd") && strings.ToValidUTF8(s, "") == s {
			t.Fatalf("%q came back as %q", s, back)
		}
	})
}
