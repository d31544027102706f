package main

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"concordat/internal/access"
	"concordat/internal/doctor"
)

// Whatever says who may ask, who is told and by what keys leaves a trace that the doctor
// shows: an endpoint that was turned to another address, above all.
func TestTheDoctorShowsWhoChangedWhat(t *testing.T) {
	t.Parallel()
	s := newInstallation(t).manages()
	err := installation{Data: s.data}.at(false, func(context.Context, string) error { // the doctor starts no server
		s.run(0, "organisations", "nanning")
		s.run(0, "endpoint", "webhook", "nanning-tax", "https://receiver.example/hook?secret=hunter2")
		s.run(0, "keys", "rotate", "--settle", "0s")
		plain, _ := s.run(0, "token", "issue", "tax-7", "department-clerk", "--organisation", "nanning-tax", "--valid", "48h", "--name", "演示人员", "--post", "演示")
		s.run(0, "token", "issue", "tax-7", "department-reviewer", "--organisation", "nanning-tax")
		var list []access.Token
		said, _ := s.run(0, "token", "list", "--json")
		if err := json.Unmarshal([]byte(said), &list); err != nil || len(list) != 3 {
			t.Fatalf("%s: %v", said, err)
		}
		s.run(0, "token", "revoke", strings.TrimSpace(plain))
		s.run(1, "token", "revoke", strings.TrimSpace(plain))
		s.run(0, "token", "revoke", "--actor", "tax-7")
		s.run(1, "token", "revoke", "--actor", "tax-7")
		if said, _ := s.run(0, "token", "list"); strings.Contains(said, "tax-7") || !strings.Contains(said, "operator-0") {
			t.Errorf("still valid: %s", said)
		}
		out, _ := s.run(1, "doctor", "--json")
		var report doctor.Report
		if err := json.Unmarshal([]byte(out), &report); err != nil {
			t.Fatal(err)
		}
		for _, check := range report.Checks {
			if check.Name != "changes" {
				continue
			}
			lines := strings.Split(check.Seen, "; ")
			if len(lines) != 30 {
				t.Errorf("%d changes are shown", len(lines))
			}
			for n, want := range []string{"token-revoked", "token-revoked", "token-issued", "token-issued", "staff-entered", "keys-changed", "endpoint-put", "organisation-entered"} {
				if !strings.Contains(lines[n], want+" by operator-0 (operator)") {
					t.Errorf("line %d: %s, want %s", n, lines[n], want)
				}
			}
			if !strings.Contains(lines[6], "at https://receiver.example with 1 keys") || strings.Contains(check.Seen, "hunter2") || strings.Contains(check.Seen, strings.TrimSpace(plain)) {
				t.Errorf("the endpoint: %s", lines[6])
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, valid := range []string{"0s", "-1h", "9000h"} {
		if _, said := s.run(1, "token", "issue", "tax-8", "overseer", "--valid="+valid); !strings.Contains(said, "token.expires") && !strings.Contains(said, "token.too-long") {
			t.Errorf("%s: %s", valid, said)
		}
	}
	s.run(1, "token", "issue", "tax-8", "system")
	s.run(2, "token", "revoke")
	if _, said := s.run(1, "token", "issue", "tax-8", "overseer", "--token-longest", "720h"); !strings.Contains(said, "30 days at most") {
		t.Errorf("longer than the installation allows: %s", said)
	}
	s.run(1, "token", "issue", "tax-8", "overseer", "--token-longest", "9000h", "--valid", "8999h", "--name", "演示人员", "--post", "演示")
}

// Nothing about who may ask, who is told and by what keys is changed by who brings no
// operator's token.
func TestTheInstallationIsChangedByAToken(t *testing.T) {
	t.Parallel()
	s := newInstallation(t)
	s.manages().run(0, "organisations", "nanning")
	officer := s.by(s.issue("tax-7", "department-reviewer", "--organisation", "nanning-tax"))
	overseer := s.by(s.issue("overseer-7", "overseer"))
	lines := [][]string{
		{"organisations", "nanning"},
		{"keys", "rotate", "--settle", "0s"},
		{"token", "issue", "x", "overseer"},
		append([]string{"token", "issue"}, entered("x", "operator")...),
		{"token", "revoke", "--actor", "tax-7"},
		{"endpoint", "webhook", "nanning-tax", "https://receiver.example"},
		{"endpoint", "test", "nanning-tax"},
		{"endpoint", "pause", "nanning-tax"},
		{"endpoint", "resume", "nanning-tax"},
		{"endpoint", "remove", "nanning-tax"},
	}
	before := 0
	if err := s.asked(`SELECT count(*) FROM event`, &before); err != nil {
		t.Fatal(err)
	}
	for _, line := range lines {
		want := "token.missing"
		if line[1] == "revoke" {
			want = "token.revoked" // it ends operators' alone
		}
		if _, said := s.run(1, line...); !strings.Contains(said, want) {
			t.Errorf("%v by an account, want %s: %s", line, want, said)
		}
		for _, who := range []shell{officer, overseer} {
			if _, said := who.run(1, line...); !strings.Contains(said, "role.forbidden") {
				t.Errorf("%v by %s: %s", line, who.token, said)
			}
		}
	}
	after := 0
	if err := s.asked(`SELECT count(*) FROM event`, &after); err != nil || after != before {
		t.Errorf("%d events of refused acts: %v", after-before, err)
	}
	// Who lost the only operator's token begins anew, and cannot do so unseen.
	s.run(0, "token", "revoke", "--actor", "operator-0")
	s.run(0, append([]string{"token", "issue"}, entered("operator-9", "operator")...)...)
	s.run(1, "token", "issue", "operator-8", "operator")
	marked := 0
	err := s.asked(`SELECT count(*) FROM event WHERE kind LIKE 'token-%' AND actor = 'os:tester' AND reason LIKE '%, without a token'`, &marked)
	if err != nil || marked != 3 {
		t.Errorf("%d events are marked: %v", marked, err)
	}
}
