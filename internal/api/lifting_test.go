package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"concordat/enforcement"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/ground"
)

// TestALiftingNeedsNoVersion makes every move once where it is offered: what lifts is
// taken whatever was read, and in whatever form; what burdens is not.
func TestALiftingNeedsNoVersion(t *testing.T) {
	t.Parallel()
	for name, set := range worlds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, lifted, burdened := set(t), 0, 0
			tried := map[ground.MoveName]bool{}
			for _, s := range w.stages {
				c := s.make()
				for _, role := range w.table.People {
					offers, _ := w.offers(role, c)
					for i, o := range offers {
						m := &w.table.Moves[i]
						if m.Door == "" || tried[m.Name] || !at[bool](t, o, "allowed") {
							continue
						}
						tried[m.Name] = true
						if lifts := w.table.Lifts(m); lifts != at[bool](t, o, "lifts") {
							t.Errorf("%s is offered as one that lifts: %t", m.Name, !lifts)
						} else if !lifts {
							w.needsItsVersion(t, role, c, m)
							burdened++
							continue
						}
						for _, tag := range []string{"", `W/"1"`, "*", `"9999"`} {
							if a := w.posted(role, c, m, tag); a.status != http.StatusOK {
								t.Errorf("%s with If-Match %s: %d %s", m.Name, tag, a.status, a.text)
							}
							c = s.make()
						}
						lifted++
					}
				}
			}
			if lifted < 2 || burdened < 3 {
				t.Errorf("%d moves that lift and %d that burden were tried", lifted, burdened)
			}
		})
	}
}

// needsItsVersion asks for a move that burdens without the version that was read.
func (w *world) needsItsVersion(t *testing.T, role enforcement.Role, c madeCase, m *ground.Move) {
	t.Helper()
	before := w.contents()
	for tag, code := range map[string]string{"": "precondition.missing", "*": "precondition.malformed", `W/"1"`: "precondition.malformed", `"9999"`: "version.stale"} {
		if a := w.posted(role, c, m, tag); a.code() != code {
			t.Errorf("%s with If-Match %s: %d %s", m.Name, tag, a.status, a.text)
		}
	}
	for table, was := range before {
		if now := w.contents()[table]; now != was {
			t.Errorf("%s was refused and wrote in %s", m.Name, table)
		}
	}
}

// posted asks for a move under a tag, or under none.
func (w *world) posted(role enforcement.Role, c madeCase, m *ground.Move, tag string) answer {
	var body any
	if valid := w.valid(m, c); valid != nil {
		body = valid
	}
	headers := []string{}
	if tag != "" {
		headers = []string{"If-Match", tag}
	}
	return w.call(w.tokens[role], http.MethodPost, w.path(c)+"/"+m.Door, body, headers...)
}

// TestRevocationsWinTheirRace asks for fifty things of one case at once, each another
// person, all under one key: every revocation is done, or is told that it is ended.
func TestRevocationsWinTheirRace(t *testing.T) {
	t.Parallel()
	for name, set := range map[string]func(*testing.T) *race{"listing": raceOfListing, "administrative": raceOfAdministrative} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := set(t)
			for range 3 {
				r.run(t)
			}
		})
	}
}

// race is who asks for what of a case in force.
type race struct {
	*bundle
	path   string
	make   func() string
	role   enforcement.Role
	owner  enforcement.OrganisationID
	revoke object
	// others are doors and bodies of what is asked beside.
	others []asked
}

type asked struct {
	door string
	body any
}

func raceOfListing(t *testing.T) *race {
	t.Helper()
	b := setup(t)
	today := b.Day().String()
	identity := b.Company()
	return &race{
		bundle: b, path: "/v1/listings/", make: func() string { identity = b.Company(); return b.Published(b.Subject(identity)).String() },
		role: enforcement.President, owner: b.Court, revoke: object{"event_on": today, "reasons": "演示:经审查,符合规定的理由", "document": []byte("演示结束决定书")},
		others: []asked{
			{"suspension", object{"reason": "wrong-person"}},
			{"resumption", resumption},
			{"correction", object{"found_on": today}},
			{"correction/data", identityBody(identity)},
			{"extension", object{"number": "(2025)桂0103执1号之一", "reasons": "演示:经审查,符合规定的理由", "cause": "serious-violence-or-threat", "years": 1, "served_on": today, "document": []byte("演示延期决定")}},
			{"deletion", object{"item": 1, "event_on": today, "reasons": "演示:经审查,符合规定的理由", "document": []byte("演示结束决定书")}},
		},
	}
}

func raceOfAdministrative(t *testing.T) *race {
	t.Helper()
	l := setupLists(t)
	return &race{
		bundle: l.bundle, path: listings + "/", make: func() string { return l.made.PublishedOn(enforcetest.ListSilent, l.Subject(l.Company())).String() },
		role: enforcement.DepartmentReviewer, owner: l.made.Owner, revoke: object{"event_on": l.today(), "reasons": "演示:经审查,符合规定的理由", "document": []byte("演示结束决定书")},
		others: []asked{{"suspension", object{"reason": "wrong-person"}}, {"resumption", resumption}, {"early-deletion", object{"event_on": l.today(), "reasons": "演示:经审查,符合规定的理由", "document": []byte("演示结束决定书")}}},
	}
}

func (r *race) run(t *testing.T) {
	t.Helper()
	const askers = 50
	id := r.make()
	answers := make([]answer, askers)
	doors := make([]string, askers)
	var all sync.WaitGroup
	start := make(chan struct{})
	for i := range askers {
		token, err := r.tokens.Issue(t.Context(), fmt.Sprintf("person-%d", i), r.role, r.owner, true, time.Time{})
		must(t, err)
		what := asked{"revocation", r.revoke}
		if i%4 != 0 {
			what = r.others[i%len(r.others)]
		}
		doors[i] = what.door
		all.Go(func() {
			<-start
			headers := []string{"If-Match", fmt.Sprintf("%q", fmt.Sprint(1+i%8))}
			if i%4 == 0 {
				headers = []string{"Idempotency-Key", id}
			}
			answers[i] = r.call(token, http.MethodPost, r.path+id+"/"+what.door, what.body, headers...)
		})
	}
	close(start)
	all.Wait()
	done := 0
	for i, a := range answers {
		if a.status >= http.StatusInternalServerError {
			t.Errorf("%s: %d %s", doors[i], a.status, a.text)
		}
		if doors[i] != "revocation" {
			continue
		}
		ended := a.code() == "state.forbidden" && (strings.Contains(a.text, "revoked") || strings.Contains(a.text, "deleted"))
		if a.status == http.StatusOK {
			done++
		} else if a.status != http.StatusConflict || !ended {
			t.Errorf("a revocation: %d %s", a.status, a.text)
		}
	}
	if n := r.Count(`SELECT count(*) FROM ground WHERE id = $1 AND state = 'ended'`, id); n != 1 {
		t.Errorf("after fifty requests, %d of them revocations that were done, it is not ended", done)
	}
}
