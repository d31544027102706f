package chaos_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/party"
	"concordat/enforcement/plan"
	"concordat/enforcement/register"
	"concordat/internal/pg"
	"concordat/internal/vault"
	"concordat/memoranda"
	"concordat/memoranda/day"
	"concordat/migrations"
	"concordat/notify"
)

const prefix = "concordat-chaos"

// scene is what survives every worker.
type scene struct {
	cluster     *pg.Cluster
	url         string
	keyFile     string
	db          *pg.DB // the test's own pool
	register    *register.Offices
	courts      []enforcement.OrganisationID // as courtCodes
	departments []*department
	// answered counts, over all lives, how often each act was answered.
	answered map[string]int
}

func newScene(t *testing.T, seed uint64) *scene {
	t.Helper()
	// What a killed run left; of no concern to this one.
	_ = pg.RemoveAbandoned(prefix, time.Now().Add(-time.Hour))
	dir, err := pg.FreshTestDir(prefix)
	must(t, err)
	s := &scene{keyFile: filepath.Join(t.TempDir(), "keys.json"), answered: map[string]int{}}
	s.cluster, err = pg.StartCluster(t.Context(), pg.ClusterConfig{Dir: dir, Profile: pg.ProfileTest, Temporary: true})
	must(t, err)
	t.Cleanup(func() { must(t, s.cluster.Remove()) })
	must(t, s.cluster.CreateDatabase(t.Context(), "chaos", ""))
	s.url = s.cluster.URL("chaos")
	s.open(t)
	must(t, migrations.Up(t.Context(), s.db.Pool))
	keys, err := vault.Open(s.keyFile, vault.Options{Demo: true, Create: true})
	must(t, err)
	config, err := registerConfig(s.db, keys)
	must(t, err)
	s.register, err = register.Open(t.Context(), config)
	must(t, err)
	s.people(t, config, seed, endpoints(s.db, keys))
	return s
}

// open makes the test's own pool. Connections that an earlier restart broke are
// found out by the pool before they are lent.
func (s *scene) open(t *testing.T) {
	t.Helper()
	var err error
	s.db, err = pg.Open(t.Context(), pg.Config{URL: s.url, MaxConns: 4, ApplicationName: "chaos-test", MaxConnIdle: time.Second})
	must(t, err)
	t.Cleanup(func() { _ = s.db.Close() }) // its connections may be broken
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// people enters the courts, and the departments with their receivers: the bodies
// of the memorandum are dealt out to them in turn.
func (s *scene) people(t *testing.T, config register.Config, seed uint64, endpoints *notify.Endpoints) {
	t.Helper()
	system := enforcement.Daily(machine())
	for i, code := range courtCodes {
		id, err := s.register.Parties.AddOrganisation(t.Context(), system, party.Organisation{
			Slug: []string{"court-a", "court-b"}[i], NameZH: "演示法院", NameEN: "Court", Kind: party.Court, Serves: []string{"450103", "450105"}[i], CourtCode: code,
		})
		must(t, err)
		s.courts = append(s.courts, id)
	}
	parts := make([][]party.Part, len(manners))
	for i, body := range bodies(t, config) {
		at := i % len(parts)
		parts[at] = append(parts[at], party.Part{Body: body, From: day.Of(2016, time.January, 1)})
	}
	for i, m := range manners {
		d := newDepartment(t, m, seed+uint64(i))
		var err error
		d.org, err = s.register.Parties.AddOrganisation(t.Context(), system, party.Organisation{
			Slug: "dept-" + string(rune('a'+i)), NameZH: "演示单位", NameEN: "Department", Kind: party.Authority, Serves: "4501", Bodies: parts[i],
		})
		must(t, err)
		must(t, endpoints.Put(t.Context(), system, notify.NewEndpoint{
			Organisation: d.org, Channel: notify.WebhookName, Priority: 1, URL: d.server.URL, AllowInternal: true, Keys: []string{d.secret},
		}))
		s.departments = append(s.departments, d)
	}
}

// bodies lists the bodies that a listing can reach, in the catalogue's order.
func bodies(t *testing.T, config register.Config) []string {
	t.Helper()
	var list []string
	seen := map[string]bool{}
	for _, kind := range memoranda.SubjectKinds() {
		r, err := config.Catalogue.Resolve(memoranda.Question{
			ListType: plan.ListType, Subject: kind, On: firstDay, Ground: memoranda.OnListing, Attested: config.Attestations, RequireAttestation: true,
		})
		must(t, err)
		for _, measure := range r.Included {
			for _, body := range measure.Bodies {
				if !seen[body] {
					seen[body] = true
					list = append(list, body)
				}
			}
		}
	}
	return list
}

// finished lists the lives of which every act was answered.
func (s *scene) finished(lives []*life) []int {
	var list []int
	for _, l := range lives {
		whole := true
		for _, step := range l.steps {
			whole = whole && s.answered[step.key] > 0
		}
		if whole {
			list = append(list, l.n)
		}
	}
	return list
}

// nothingDue waits, a minute at most, until the script is over, no lane has
// anything due and no attempt is open.
func (s *scene) nothingDue(t *testing.T, p *process, patience time.Duration) {
	t.Helper()
	var lanes []directive.WakeUp
	for over := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		select {
		case <-p.ended:
			t.Fatal("the last worker ended")
		default:
		}
		if p.done.Load() {
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			var err error
			lanes, err = s.register.Directives.Lanes(ctx, delivery)
			cancel()
			must(t, err)
			if len(lanes) == 0 {
				return
			}
		} else {
			// The minute begins when the script is over.
			over = time.Now().Add(patience)
		}
		if time.Now().After(over) {
			t.Fatalf("after %s there is still something due: %v", patience, lanes)
		}
	}
}
