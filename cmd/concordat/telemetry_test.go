package main

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/rs/zerolog"

	"concordat/enforcement"
	"concordat/internal/telemetry"
	"concordat/notify"
)

// A failed send is a line of the log with everything that finds it again.
func TestAFailedSendIsLogged(t *testing.T) {
	t.Parallel()
	counts, err := telemetry.New(t.Context(), telemetry.Config{Machine: now, Share: 1})
	if err != nil {
		t.Fatal(err)
	}
	attempt := enforcement.NewID()
	for name, c := range map[string]struct {
		sent notify.Sent
		want map[string]any
	}{
		"failed":   {notify.Sent{Verdict: notify.Fault, Status: 502, Reason: "status 502"}, map[string]any{"level": "warn", "status": 502.0, "reason": "status 502", "verdict": "fault"}},
		"unusable": {notify.Sent{Verdict: notify.Answered, Status: 200, Reason: "its format is 2, not 1"}, map[string]any{"level": "warn", "status": 200.0, "reason": "its format is 2, not 1"}},
		"unsaid":   {notify.Sent{Verdict: notify.Answered, Status: 204, Unsaid: true}, map[string]any{"level": "info", "status": 204.0}},
		"answered": {notify.Sent{Verdict: notify.Answered, Status: 200}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			c.sent.Organisation, c.sent.Channel, c.sent.Host, c.sent.Attempt = "dept-tax", "webhook", "tax.example", attempt
			sent(counts, zerolog.New(&out))(t.Context(), c.sent)
			if c.want == nil {
				if out.Len() > 0 {
					t.Errorf("logged %s", out.String())
				}
				return
			}
			var line map[string]any
			if err := json.Unmarshal(out.Bytes(), &line); err != nil {
				t.Fatal(err)
			}
			c.want["organisation"], c.want["endpoint"], c.want["host"], c.want["attempt"] = "dept-tax", "webhook", "tax.example", attempt.String()
			for key, want := range c.want {
				if line[key] != want {
					t.Errorf("%s is %v, want %v", key, line[key], want)
				}
			}
		})
	}
}
