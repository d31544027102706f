package notify_test

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"concordat/enforcement"
	"concordat/notify"
	"concordat/notify/wire"
)

func TestTwoKeysSignWhileOneReplacesTheOther(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	w, d := b.crowd(t, 1)
	fresh := wire.NewSecret()
	private, public := wire.NewPair()
	b.put(t, notify.NewEndpoint{Organisation: w.Organisation, Channel: notify.WebhookName, Priority: 1, URL: d.server.URL, AllowInternal: true, Keys: []string{fresh, d.secret, private}})
	verified := map[string]bool{}
	d.intercept(func(_ http.ResponseWriter, r *http.Request) {
		body := reread(r)
		for name, secret := range map[string]string{"old": d.secret, "new": fresh} {
			library, err := standardwebhooks.NewWebhook(secret)
			verified[name] = err == nil && library.Verify(body, r.Header) == nil
		}
		keys, err := wire.ParseKeys(public)
		if err == nil {
			_, err = wire.Verify(r.Header, body, keys, machine())
		}
		verified["public"] = err == nil
	})
	b.drain(t, w)
	if !verified["old"] || !verified["new"] || !verified["public"] {
		t.Errorf("verified: %v", verified)
	}
}

func TestEndpointsAreChecked(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	sound := notify.NewEndpoint{Organisation: b.Departments[0], Channel: notify.WebhookName, Priority: 1, URL: "https://receiver.example/x", Keys: []string{wire.NewSecret()}}
	_, public := wire.NewPair()
	for code, change := range map[string]func(*notify.NewEndpoint){
		"endpoint.url":      func(e *notify.NewEndpoint) { e.URL = "http://receiver.example/x" },
		"endpoint.keys":     func(e *notify.NewEndpoint) { e.Keys = []string{public} },
		"endpoint.channel":  func(e *notify.NewEndpoint) { e.Channel = "pigeon" },
		"endpoint.priority": func(e *notify.NewEndpoint) { e.Priority = 0 },
	} {
		e := sound
		change(&e)
		if err := b.endpoints.Put(t.Context(), b.System(), e); err == nil || err.Error() != "refused: "+code {
			t.Errorf("want %s, got %v", code, err)
		}
	}
	if err := b.endpoints.Put(t.Context(), b.Clerk(), sound); err == nil {
		t.Error("a clerk may enter endpoints")
	}
	if n := b.Count(`SELECT count(*) FROM endpoint WHERE secrets IS NOT NULL AND encode(secrets, 'escape') LIKE '%whsec_%'`); n != 0 {
		t.Errorf("%d endpoints keep their keys in the clear", n)
	}
}

func TestPublicAddresses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"8.8.8.8": true, "2400:3200::1": true, "::ffff:8.8.8.8": true,
		"127.0.0.1": false, "::1": false, "0.0.0.0": false, "::": false, "10.1.2.3": false, "172.16.0.1": false, "192.168.1.1": false,
		"169.254.169.254": false, "fe80::1": false, "fe80::1%eth0": false, "100.64.0.1": false, "fd00::1": false, "fc00::1": false,
		"224.0.0.1": false, "ff02::1": false, "255.255.255.255": false, "240.0.0.1": false, "198.18.0.1": false,
		"::ffff:127.0.0.1": false, "::ffff:10.0.0.1": false, "::127.0.0.1": false, "64:ff9b::7f00:1": false, "2002:7f00:1::": false, "fec0::1": false,
	} {
		if got := notify.Public(netip.MustParseAddr(text)); got != want {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}

// The address is looked at as it is dialled, whatever the name or its form.
func TestInternalAddressesAreNotDialled(t *testing.T) {
	t.Parallel()
	var hits atomic.Int64
	server := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { hits.Add(1) }))
	t.Cleanup(server.Close)
	_, port, _ := strings.Cut(strings.TrimPrefix(server.URL, "https://"), ":")
	b := setup(t, nil)
	w, _ := b.crowd(t, 1)
	for _, host := range []string{"127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "[::1]", "0.0.0.0", "2130706433"} {
		b.put(t, notify.NewEndpoint{Organisation: w.Organisation, Channel: notify.WebhookName, Priority: 1, URL: "https://" + host + ":" + port, Keys: []string{wire.NewSecret()}})
		endpoint := b.webhook(t, w.Organisation)
		_, err := b.config.Channels[0].Send(t.Context(), notify.Delivery{Attempt: enforcement.NewID(), Organisation: w.Organisation, Endpoint: endpoint, Body: []byte("{}")})
		if err == nil {
			t.Errorf("%s was dialled", host)
			continue
		}
		if !strings.Contains(err.Error(), string(notify.BeforeSend)) {
			t.Errorf("%s: %v", host, err)
		}
	}
	if hits.Load() != 0 {
		t.Errorf("%d requests arrived", hits.Load())
	}
}
