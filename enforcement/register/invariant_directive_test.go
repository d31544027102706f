package register_test

import (
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/ground"
	"concordat/enforcement/listing"
	"concordat/enforcement/party"
	"concordat/enforcement/plan"
	"concordat/enforcement/register"
	"concordat/memoranda"
)

// A listing without an order shows as a task of its court, which only an order
// ([TestAnOrderClosesTheTaskOfItsListing]), a recorded reason or the end closes.
func TestInvariant14_OrderMissingIsATask(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	reasoned, ended := b.Published(b.Subject(b.Company())), b.Published(b.Subject(b.Person()))
	tasks := value(b.Docket.Tasks(ctx, b.Clerk(), enforcement.ID{}, 10))(t)
	if len(tasks) != 2 || tasks[0].Kind != listing.TaskConsumptionOrder || tasks[0].Ground != reasoned || tasks[1].Ground != ended {
		t.Fatalf("the court's tasks: %+v", tasks)
	}
	if others := value(b.Docket.Tasks(ctx, b.As(enforcement.Clerk, b.OtherCourt), enforcement.ID{}, 10))(t); len(others) != 0 {
		t.Errorf("another court's tasks: %+v", others)
	}
	wantCode(t, "close for no recorded reason", b.Listings.CloseTask(ctx, b.Judge(), tasks[0].ID, "no-time", why, enforcetest.Paper("")), "task.reason")
	wantCode(t, "close as a clerk", b.Listings.CloseTask(ctx, b.Clerk(), tasks[0].ID, string("assets-suffice"), why, enforcetest.Paper("")), "role.forbidden")
	wantCode(t, "close for another court", b.Listings.CloseTask(ctx, b.As(enforcement.Judge, b.OtherCourt), tasks[0].ID, string("assets-suffice"), why, enforcetest.Paper("")), "not-found")
	must(t, b.Listings.CloseTask(ctx, b.Judge(), tasks[0].ID, string("assets-suffice"), why, enforcetest.Paper("")))
	must(t, b.Listings.Delete(ctx, b.Judge(), of(ended), b.Ending(1)))
	for _, open := range value(b.Docket.Tasks(ctx, b.Clerk(), enforcement.ID{}, 10))(t) {
		if open.Kind == listing.TaskConsumptionOrder {
			t.Errorf("still open: %+v", open)
		}
	}
	schemaRefuses(t, b, "task_close", `UPDATE task SET closed_because = NULL WHERE id = $1`, tasks[0].ID)
	schemaRefuses(t, b, "task_open", `UPDATE task SET closed_on = NULL, closed_because = NULL, ground_id = $1`, reasoned)
}

func TestInvariant28_EveryMeasureHasItsBasis(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	sent := map[plan.MeasureName]bool{}
	for _, subject := range []party.Identity{b.Person(), b.Company()} {
		for _, d := range directives(t, b, b.Published(b.Subject(subject))) {
			for _, m := range d.Measures {
				sent[m] = true
			}
		}
	}
	allowed := map[plan.MeasureName]bool{}
	for _, kind := range memoranda.SubjectKinds() {
		r := value(b.Config.Catalogue.Resolve(memoranda.Question{
			ListType: plan.ListType, Subject: kind, On: b.Day(), Ground: memoranda.OnListing, Attested: b.Config.Attestations, RequireAttestation: true,
		}))(t)
		for _, in := range r.Included {
			cited := slices.ContainsFunc(in.Bases, func(c memoranda.Citation) bool { return c.Article != "" || c.Clause != "" })
			allowed[plan.MeasureName{Memorandum: in.Memorandum, Slug: in.Measure.Slug}] = cited && in.BasicListItem != ""
		}
	}
	if len(sent) == 0 {
		t.Fatal("nothing was sent")
	}
	for m := range sent {
		if !allowed[m] {
			t.Errorf("measure %s travels without a cited basis or an item of the basic list", m.Slug)
		}
	}

	// What no lawyer has attested travels nowhere: the listing stands alone.
	c := b.Config
	c.Attestations = nil
	bare := value(register.Open(ctx, c))(t)
	id := b.Decided(b.Subject(b.Person()))
	must(t, b.Listings.Serve(ctx, b.Clerk(), of(id), b.Service()))
	must(t, bare.Listings.Publish(ctx, b.System(), of(id)))
	if n := len(directives(t, b, id)); n != 0 {
		t.Errorf("%d directives though nothing is attested", n)
	}
	wantState(t, b, id, ground.Active)
	wantAudit(t, b)
	schemaRefuses(t, b, "directive_measures", `INSERT INTO directive (id, subject_id, ground_id, organisation_id, plan_id, ground_kind, step, due, measures)
		SELECT gen_random_uuid(), subject_id, id, $2, plan_id, kind, 'queued', true, '{}' FROM ground WHERE id = $1`, id, b.Departments[0])
}

func TestInvariant29_OnlyWithinItsOwnPowers(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	id := b.Published(b.Subject(b.Company()))
	plays := map[enforcement.OrganisationID][]string{}
	for _, o := range value(b.Parties.Organisations(ctx))(t) {
		for _, part := range o.Bodies {
			plays[o.ID] = append(plays[o.ID], part.Body)
		}
	}
	bodies := map[string][]string{}
	r := value(b.Config.Catalogue.Resolve(memoranda.Question{
		ListType: plan.ListType, Subject: memoranda.LegalPerson, On: b.Day(), Ground: memoranda.OnListing, Attested: b.Config.Attestations, RequireAttestation: true,
	}))(t)
	for _, in := range r.Included {
		bodies[in.Measure.Slug] = in.Bodies
	}
	list := directives(t, b, id)
	for _, d := range list {
		for _, m := range d.Measures {
			if !slices.ContainsFunc(plays[d.Organisation], func(body string) bool { return slices.Contains(bodies[m.Slug], body) }) {
				t.Errorf("organisation %d plays %v and is told %s, which is for %v", d.Organisation, plays[d.Organisation], m.Slug, bodies[m.Slug])
			}
		}
	}
	sendAll(t, b, directive.Delivered)
	d := list[0]
	answer := func(reason string) []directive.Answer {
		return []directive.Answer{{Directive: d.ID, Version: 1, Step: directive.Acknowledged, Reports: []directive.Report{
			{Measure: d.Measures[0], Outcome: directive.RefusedReport, Reason: reason},
		}}}
	}
	wantCode(t, "refuse without a ground", b.Directives.Answer(ctx, officer(b, d.Organisation), answer("")), "report.reason")
	wantCode(t, "refuse for a ground of its own", b.Directives.Answer(ctx, officer(b, d.Organisation), answer("too-busy")), "report.reason")
	wantCode(t, "refuse as a clerk", b.Directives.Answer(ctx, b.As(enforcement.DepartmentClerk, d.Organisation), answer("no-legal-basis")), "role.forbidden")
	wantCode(t, "refuse for another", b.Directives.Answer(ctx, officer(b, list[1].Organisation), answer("no-legal-basis")), "answer.directive")
	for _, reason := range []string{"beyond-basic-list", "identity-doubtful", "no-legal-basis"} {
		must(t, b.Directives.Answer(ctx, officer(b, d.Organisation), answer(reason)))
	}
	if n := b.Count(`SELECT count(*) FROM report WHERE directive_id = $1 AND outcome = 'refused' AND reason = 'no-legal-basis'`, d.ID); n != 1 {
		t.Errorf("%d reports hold the last word", n)
	}
	schemaRefuses(t, b, "report_refusal_has_ground", `UPDATE report SET reason = '' WHERE directive_id = $1`, d.ID)
	wantAudit(t, b)
}

func TestInvariant30_NoPrivateBodyIsOrdered(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	parts := []party.Part{}
	for _, o := range value(b.Parties.Organisations(ctx))(t) {
		parts = append(parts, o.Bodies...)
	}
	private := value(b.Parties.AddOrganisation(ctx, b.System(), party.Organisation{
		Slug: "private-bank", NameZH: "演示银行", NameEN: "Private Bank", Kind: party.InformedBody, Serves: "4501", Bodies: parts,
	}))(t)
	public := value(b.Parties.AddOrganisation(ctx, b.System(), party.Organisation{
		Slug: "public-twin", NameZH: "演示单位", NameEN: "Public Twin", Kind: party.Authority, Serves: "4501", Bodies: parts,
	}))(t)
	inform := map[string]bool{}
	for _, m := range b.Config.Catalogue.Memoranda {
		for _, measure := range m.Measures {
			inform[measure.Slug] = inform[measure.Slug] || measure.Mode == "inform"
		}
	}
	for _, subject := range []party.Identity{b.Company(), b.Person()} {
		reached := false
		for _, d := range directives(t, b, b.Published(b.Subject(subject))) {
			reached = reached || d.Organisation == public
			if d.Organisation != private {
				continue
			}
			for _, m := range d.Measures {
				if !inform[m.Slug] {
					t.Errorf("the private body is ordered %s", m.Slug)
				}
			}
		}
		if !reached {
			t.Error("an authority of the same bodies is not reached: the test shows nothing")
		}
	}
}

func TestInvariant31_NoScoreNoAutomaticDecision(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	score := regexp.MustCompile(`(?i)score|rating|grade|评分|等级`)
	rows := value(b.DB.Pool.Query(ctx, `SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = 'public'`))(t)
	for rows.Next() {
		var name string
		must(t, rows.Scan(&name))
		if score.MatchString(name) {
			t.Errorf("a column for a score: %s", name)
		}
	}
	must(t, rows.Err())
	for _, condition := range []any{memoranda.Question{}, party.Identity{}, listing.NewListing{}, listing.Facts{}, directive.Item{}} {
		typ := reflect.TypeOf(condition)
		for field := range typ.Fields() {
			if score.MatchString(field.Name) {
				t.Errorf("a field for a score: %s.%s", typ, field.Name)
			}
		}
	}

	// The system executes what a person decided; every adverse decision it refuses.
	fixed := b.Published(b.Subject(b.Company()), listing.EvadesBySham)
	must(t, b.Listings.Suspend(ctx, b.Judge(), of(fixed), enforcetest.Stay()))
	warned := b.Draft(b.Subject(b.Company()))
	must(t, b.Listings.Warn(ctx, enforcetest.Before(b.Clerk()), of(warned), b.Notice()))
	wantCode(t, "propose", b.Listings.Propose(ctx, b.System(), of(warned), b.Decision()), "role.forbidden")
	must(t, b.Listings.Propose(ctx, b.Judge(), of(warned), b.Decision()))
	wantCode(t, "sign", b.Listings.Sign(ctx, b.System(), of(warned)), "decision.signer")
	wantCode(t, "extend", b.Listings.Extend(ctx, b.System(), of(fixed), extension(b, 1)), "decision.signer")
	wantCode(t, "resume", b.Listings.Resume(ctx, b.System(), of(fixed), enforcetest.Resumption()), "role.forbidden")
	wantCode(t, "refuse an application", b.Listings.RefuseApplication(ctx, b.System(), of(warned), "r", enforcetest.Refusing()), "role.forbidden")
}

// Rows of the record are not for deleting, and a version's set is not for changing.
func TestInvariant49_RecordIsAppendOnly(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	id := b.Published(b.Subject(b.Company()))
	sendAll(t, b, directive.Acknowledged)
	must(t, b.Listings.Delete(t.Context(), b.Judge(), of(id), b.Ending(1)))
	for _, sql := range []string{
		`UPDATE event SET actor = 'nobody'`, `DELETE FROM event`, `TRUNCATE event`,
		`UPDATE plan SET territory = ''`, `DELETE FROM plan`, `UPDATE plan_line SET measures = '{1}'`, `DELETE FROM plan_line`, `DELETE FROM plan_edition`,
		`DELETE FROM directive`, `TRUNCATE directive`, `DELETE FROM amendment`, `TRUNCATE amendment`, `DELETE FROM ground`, `DELETE FROM subject`,
		`UPDATE directive SET measures = '{1}'`, `UPDATE directive SET organisation_id = 1`, `UPDATE directive SET valid_until = NULL`,
		`UPDATE amendment SET measures = '{1}'`, `UPDATE amendment SET kind = 'resume'`, `UPDATE amendment SET version = 9`,
	} {
		_, err := b.DB.Pool.Exec(t.Context(), sql)
		if err == nil || !strings.Contains(err.Error(), "23001") {
			t.Errorf("%s: got %v, want it refused as a rewriting", sql, err)
		}
	}
}
