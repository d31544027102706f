package register_test

import (
	"fmt"
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/party"
)

// carriers are the regions whose organisations of a body have a directive of a listing in force.
func carriers(t *testing.T, b *enforcetest.Bundle, id enforcement.ID, serves map[enforcement.OrganisationID]string) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	for _, d := range directives(t, b, id) {
		if region, ok := serves[d.Organisation]; ok && len(d.Measures) > 0 {
			found[region] = true
		}
	}
	return found
}

func TestARegionIsSaidOfOneCaseByItsOwner(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	serves := map[enforcement.OrganisationID]string{}
	for _, o := range value(b.Parties.Organisations(ctx))(t) {
		for _, part := range o.Bodies { // each body once more, in another city
			if part.Until.IsZero() && o.Kind == party.Authority {
				id := value(b.Parties.AddOrganisation(ctx, b.System(), party.Organisation{
					Slug: fmt.Sprintf("there-%d-%s", o.ID, part.Body), NameZH: "演示外市单位", NameEN: "Made", Kind: party.Authority, Serves: "4502",
					Bodies: []party.Part{{Body: part.Body, From: enforcetest.Start.AddYears(-1)}},
				}))(t)
				serves[id] = "4502"
			}
		}
	}
	person := b.Person()
	subject := b.Subject(person)
	here, second := b.Published(subject), b.Published(subject)
	if found := carriers(t, b, here, serves); found["4502"] {
		t.Fatalf("it reaches %v already", found)
	}
	sendAll(t, b, directive.Acknowledged)
	before := len(directives(t, b, here))

	why := "演示:经查居住证记载现住柳州市"
	wantCode(t, "say it without a reason", b.Replanner.StateRegion(ctx, b.Judge(), here, "4502", "迁居"), "region.reason")
	wantCode(t, "say what is none", b.Replanner.StateRegion(ctx, b.Judge(), here, "柳州", why), "subject.region")
	wantCode(t, "say it of another's case", b.Replanner.StateRegion(ctx, other(b, enforcement.Judge), here, "4502", why), "not-found")
	wantCode(t, "say it as a clerk", b.Replanner.StateRegion(ctx, b.Clerk(), here, "4502", why), "role.forbidden")
	must(t, b.Replanner.StateRegion(ctx, b.Judge(), here, "4502", why))
	if found := carriers(t, b, here, serves); !found["4502"] {
		t.Errorf("of %d directives, after it was said none is there", before)
	}
	if found := carriers(t, b, second, serves); found["4502"] {
		t.Error("another case of the subject followed")
	}
	if s := value(b.Parties.Subject(ctx, b.Clerk(), subject))(t); s.Region != person.Region {
		t.Errorf("the subject's row says %s now", s.Region)
	}
	wantAudit(t, b)

	// There and back again, and nothing is left there; the day's replanning finds nothing to do.
	must(t, b.Replanner.StateRegion(ctx, b.Judge(), here, person.Region, why))
	if found := carriers(t, b, here, serves); found["4502"] {
		t.Errorf("it still reaches %v", found)
	}
	must(t, b.Replanner.StateRegion(ctx, b.Judge(), here, "4502", why))
	must(t, b.Replanner.StateRegion(ctx, b.Judge(), here, person.Region, why))
	sendAll(t, b, directive.Acknowledged)
	_, _, _, err := b.Daily(ctx, b.System(), nil)
	must(t, err)
	if n := b.Count(`SELECT count(*) FROM ground WHERE id = $1 AND region = $2 AND region_reason IS NOT NULL`, here, person.Region); n != 1 {
		t.Error("the region does not stand on the ground with its reason")
	}
	wantAudit(t, b)

	must(t, b.Listings.Revoke(ctx, b.Judge(), of(here), b.Ending(0)))
	wantCode(t, "say it of what ended", b.Replanner.StateRegion(ctx, b.Judge(), here, "4502", why), "state.forbidden")
	sendAll(t, b, directive.Acknowledged)
	wantAudit(t, b)
}

// What somebody else enters of the subject later moves no case that stands.
func TestAnotherEntryMovesNoCase(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	person := b.Person()
	subject := b.Subject(person)
	id := b.Decided(subject)
	lines, _, _, err := b.Listings.Foresee(ctx, b.Clerk(), id)
	must(t, err)
	person.Region = "4402"
	value(b.Parties.EnterSubject(ctx, other(b, enforcement.Clerk), person))(t)
	after, _, _, err := b.Listings.Foresee(ctx, b.Clerk(), id)
	must(t, err)
	if fmt.Sprint(lines) != fmt.Sprint(after) {
		t.Errorf("it would reach %v, and before another court entered the subject %v", after, lines)
	}
	must(t, b.Replanner.StateRegion(ctx, b.Judge(), id, "4402", "演示:经查户籍登记在外省市"))
	if moved, _, _, err := b.Listings.Foresee(ctx, b.Clerk(), id); err != nil || fmt.Sprint(lines) == fmt.Sprint(moved) {
		t.Errorf("said by its owner it reaches %v as before, %v", moved, err)
	}
}
