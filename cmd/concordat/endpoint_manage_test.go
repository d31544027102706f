package main

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"

	"concordat/notify"
	"concordat/notify/receiver"
	"concordat/notify/wire"
)

// An operator tests a receiver before it is used, sees how it stands, and takes it out
// of use and back.
func TestEndpointsByCommand(t *testing.T) {
	t.Parallel()
	c := newInstallation(t).manages()
	c.run(0, "organisations", "nanning")
	secret := wire.NewSecret()
	keys, err := wire.ParseKeys(secret)
	if err != nil {
		t.Fatal(err)
	}
	ledger := &receiver.Ledger{}
	server := httptest.NewServer(&receiver.Receiver{Keys: keys, Ledger: ledger, Now: now})
	t.Cleanup(server.Close)
	const org = "nanning-publicity-department"
	state := func() string {
		t.Helper()
		out, _ := c.run(0, "endpoint", "list", "--json")
		var lines []endpointLine
		if err := json.Unmarshal([]byte(out), &lines); err != nil {
			t.Fatal(err)
		}
		for _, l := range lines {
			if l.Organisation == org && l.Address == server.URL+"/in" && l.Channel == notify.WebhookName {
				return l.State
			}
		}
		return ""
	}
	if _, said := c.run(1, "endpoint", "test", org); !strings.Contains(said, "not-found") {
		t.Errorf("without a webhook: %s", said)
	}
	c.run(0, "endpoint", "webhook", org, server.URL+"/in?token=secret", "--allow-internal", "--key", secret)
	out, _ := c.run(0, "endpoint", "test", org)
	for _, want := range []string{"acknowledged", "signed v1", "样例", "The receiver checked the sample"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in %s", want, out)
		}
	}
	if listed, _ := c.run(0, "endpoint", "list"); strings.Contains(listed, "token") || state() != "in-use" || ledger.Len() != 0 {
		t.Errorf("listed as %s, %s; the receiver holds %d", listed, state(), ledger.Len())
	}
	c.run(0, "endpoint", "pause", org)
	if got := state(); got != "paused" {
		t.Errorf("paused: %s", got)
	}
	c.run(0, "endpoint", "resume", org)
	if got := state(); got != "in-use" {
		t.Errorf("resumed: %s", got)
	}
	c.run(0, "endpoint", "webhook", org, server.URL+"/in", "--allow-internal", "--key", wire.NewSecret())
	out, _ = c.run(1, "endpoint", "test", org, "--json")
	var tested notify.Tested
	if err := json.Unmarshal([]byte(out), &tested); err != nil || tested.Outcome != notify.TestKey || tested.Status != 401 {
		t.Errorf("with another key: %s", out)
	}
	c.run(0, "endpoint", "remove", org)
	if got := state(); got != "" {
		t.Errorf("removed: %s", got)
	}
	if _, said := c.run(1, "endpoint", "pause", "no-such"); !strings.Contains(said, "organisation.unknown") {
		t.Errorf("nobody: %s", said)
	}
}
