package register_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"concordat/enforcement"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/party"
	"concordat/enforcement/plan"
	"concordat/internal/pg/pgtest"
	"concordat/memoranda"
)

// territories is a made catalogue of one measure for each territory and each way
// of climbing; a measure is named as its territory and its body.
func territories(t *testing.T) (*memoranda.Catalogue, *memoranda.Attestations) {
	t.Helper()
	var bodies, measures strings.Builder
	var names []string
	for _, body := range []string{"stays", "city", "province", "nation"} {
		climbs := ", climbs: " + body
		if body == "stays" {
			climbs = ""
		}
		fmt.Fprintf(&bodies, "  - {slug: %s, zh: 演示单位, en: Made%s, evidence: known}\n", body, climbs)
		for _, territory := range memoranda.Territories() {
			name := string(territory) + "-" + body
			names = append(names, name)
			fmt.Fprintf(&measures, "  - {slug: %s, zh: 演示措施, en: Made measure, mode: prohibit, bodies: [%s], reaches: [natural-person], territory: %s, "+
				"bases: [{basis: made-law}], basic_list_item: entry-ban, status: in-force, evidence: known}\n", name, body, territory)
		}
	}
	c, err := memoranda.Load(fstest.MapFS{
		"bodies.yaml":      {Data: []byte("bodies:\n" + bodies.String())},
		"legal-bases.yaml": {Data: []byte("legal_bases:\n  - {slug: made-law, title: 演示法, kind: law, article: 第1条, article_verified: false, evidence: known}\n")},
		"list-types.yaml":  {Data: []byte("list_types:\n  - {slug: " + plan.ListType + ", zh: 演示名单, en: Made list, kind: punish, authority: court, bases: [{basis: made-law}], subjects: [natural-person], evidence: known}\n")},
		"basic-list.yaml":  {Data: []byte("items:\n  - {slug: entry-ban, title: 演示, class: I, title_verified: false, evidence: known}\neditions:\n  - {name: \"2024\", from: 2024-02-18, items: [entry-ban], evidence: known}\n")},
		"made.yaml": {Data: []byte("memorandum:\n  slug: made\n  zh: 演示备忘录\n  en: Made memorandum\n  list_type: " + plan.ListType +
			"\n  edition: \"2016\"\n  from: 2016-01-20\n  status: in-force\n  evidence: known\nmeasures:\n" + measures.String())},
	})
	must(t, err)
	s := memoranda.Attestation{Demonstration: true, Memorandum: "made", Edition: "2016", BasicList: []string{"2024"}, Bases: []string{"made-law"}, Measures: names}
	a, err := memoranda.LoadAttestations("made", fmt.Appendf(nil, "attestations:\n  - {who: {name: 演示核定, role: 仅供演示}, when: 2025-01-01, source: made, demonstration: true, memorandum: made, edition: \"2016\", basic_list: [\"2024\"], bases: [made-law], hash: \"%x\", measures: [%s]}\n",
		c.AttestedHash(s), strings.Join(names, ", ")), c)
	must(t, err)
	return c, a
}

// TestTerritory: a measure goes to the organisations of the court's region, of the
// subject's or of the nation, to a parent region only where its body says so, and
// to nobody where the region is not known; every gap is shown before signing.
func TestTerritory(t *testing.T) {
	t.Parallel()
	catalogue, attested := territories(t)
	b := enforcetest.SetupWithout(t, pgtest.New(t), catalogue, attested)
	ctx := t.Context()
	name := map[enforcement.OrganisationID]string{}
	enter := func(body, serves string) {
		o := party.Organisation{
			Slug: body + "-of-n" + serves, NameZH: "演示单位", NameEN: "Made", Kind: party.Authority, Serves: serves,
			Bodies: []party.Part{{Body: body, From: enforcetest.Start.AddYears(-1)}},
		}
		name[value(b.Parties.AddOrganisation(ctx, b.System(), o))(t)] = serves
	}
	// The court of the case serves 450103; the subject lives in 450105.
	enter("stays", "4501")
	enter("stays", "450105")
	enter("city", "4501")
	enter("city", "45")
	enter("province", "45")
	enter("province", "4502")
	enter("nation", "44")
	enter("nation", "")

	for _, row := range []struct {
		region string
		reach  map[string]string // measure → the region of who carries it out
		gaps   map[string]string // measure → where it was looked for
	}{
		{
			region: "450105",
			reach: map[string]string{
				"court-city": "4501", "court-province": "45", "court-nation": "",
				"residence-nation": "", "registration-nation": "", "nation-nation": "",
				"residence-stays": "450105", "residence-city": "4501", "residence-province": "45",
				"registration-stays": "450105", "registration-city": "4501", "registration-province": "45",
				// Looked for up to the nation, whatever the body says, the nearest first.
				"nation-stays": "4501", "nation-city": "4501", "nation-province": "45",
			},
			gaps: map[string]string{
				"court-stays": "450103",
			},
		},
		{
			region: "", // not known
			reach: map[string]string{
				"court-city": "4501", "court-province": "45", "court-nation": "", "nation-nation": "", "nation-stays": "4501", "nation-city": "4501", "nation-province": "45",
			},
			gaps: map[string]string{
				"court-stays":     "450103",
				"residence-stays": "", "residence-city": "", "residence-province": "", "residence-nation": "",
				"registration-stays": "", "registration-city": "", "registration-province": "", "registration-nation": "",
			},
		},
	} {
		person := b.Person()
		person.Region = row.region
		listing := b.Decided(b.Subject(person))
		lines, _, gaps, err := b.Listings.Foresee(ctx, b.Clerk(), listing)
		must(t, err)
		reach, missing := map[string]string{}, map[string]string{}
		for _, line := range lines {
			for _, measure := range line.Measures {
				if at, twice := reach[measure]; twice {
					t.Errorf("%s goes to %s and %s", measure, at, name[line.Organisation])
				}
				reach[measure] = name[line.Organisation]
			}
		}
		for _, gap := range gaps {
			missing[gap.Measure] = gap.Region
		}
		if fmt.Sprint(reach) != fmt.Sprint(row.reach) || fmt.Sprint(missing) != fmt.Sprint(row.gaps) {
			t.Errorf("region %q:\nreached %v\n   want %v\ngaps %v\nwant %v", row.region, reach, row.reach, missing, row.gaps)
		}
		must(t, b.Listings.Serve(ctx, b.Clerk(), enforcetest.Of(listing), b.Service()))
		b.Advance(1)
		must(t, b.Listings.Publish(ctx, b.System(), enforcetest.Of(listing)))
		var sent []string
		must(t, b.DB.Pool.QueryRow(ctx, `SELECT array_agg(m.slug ORDER BY m.slug) FROM directive d, unnest(d.measures) u JOIN measure m ON m.id = u WHERE d.ground_id = $1`, listing).Scan(&sent))
		want := make([]string, 0, len(row.reach))
		for measure := range row.reach {
			want = append(want, measure)
		}
		slices.Sort(want)
		if !slices.Equal(sent, want) {
			t.Errorf("region %q: sent %v, want %v", row.region, sent, want)
		}
	}
}

// TestRegionOfASubject: a unit's region is in its code, the last one stated stands,
// and what is no region is refused.
func TestRegionOfASubject(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	company := b.Company()
	id := b.Subject(company)
	have, err := b.Parties.Subject(ctx, b.Clerk(), id)
	must(t, err)
	if have.Region != company.Number[2:8] {
		t.Errorf("the region of a company is %q, its code says %s", have.Region, company.Number[2:8])
	}
	company.Region = "4502"
	b.Subject(company)
	if have, err = b.Parties.Subject(ctx, b.Clerk(), id); err != nil || have.Region != "4502" {
		t.Errorf("the region is %q, stated last was 4502 (%v)", have.Region, err)
	}
	company.Region = ""
	b.Subject(company)
	if have, err = b.Parties.Subject(ctx, b.Clerk(), id); err != nil || have.Region != "4502" {
		t.Errorf("a subject entered without its region lost it: %q (%v)", have.Region, err)
	}
	for _, bad := range []string{"0", "9501", "450", "45010", "45010300", "南宁"} {
		person := b.Person()
		person.Region = bad
		_, err := b.Parties.EnterSubject(ctx, b.Clerk(), person)
		wantCode(t, bad, err, "subject.region")
	}
}

// TestDepartmentsThatEnterSubjects: one that keeps a list may, others could only
// find out who is known.
func TestDepartmentsThatEnterSubjects(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	var tax, none enforcement.OrganisationID
	owners := map[string]bool{}
	for _, list := range b.Config.Catalogue.ListTypes {
		for _, owner := range list.Owners {
			for _, body := range b.Config.Catalogue.Body(owner, b.Day()) {
				owners[body] = true
			}
		}
	}
	for _, o := range value(b.Parties.Organisations(ctx))(t) {
		keeps := slices.ContainsFunc(o.Bodies, func(p party.Part) bool { return owners[p.Body] })
		switch {
		case o.Kind == party.Court:
		case keeps:
			tax = o.ID
		default:
			none = o.ID
		}
	}
	if tax == 0 || none == 0 {
		t.Fatalf("the made departments show nothing: %d keeps a list, %d none", tax, none)
	}
	for _, role := range []enforcement.Role{enforcement.DepartmentClerk, enforcement.DepartmentReviewer} {
		_, err := b.Parties.EnterSubject(ctx, b.As(role, tax), b.Company())
		must(t, err)
		_, err = b.Parties.EnterSubject(ctx, b.As(role, none), b.Company())
		wantCode(t, string(role), err, "role.forbidden")
	}
}

// TestUpgradeTakesNothing: a plan of a release that knew no regions was made in the
// owner's region, and is followed as if that were the subject's.
func TestUpgradeTakesNothing(t *testing.T) {
	t.Parallel()
	catalogue, attested := territories(t)
	b := enforcetest.SetupWithout(t, pgtest.New(t), catalogue, attested)
	ctx := t.Context()
	for _, body := range []string{"stays", "city", "province", "nation"} {
		value(b.Parties.AddOrganisation(ctx, b.System(), party.Organisation{
			Slug: body, NameZH: "演示单位", NameEN: "Made", Kind: party.Authority, Serves: "450103",
			Bodies: []party.Part{{Body: body, From: enforcetest.Start.AddYears(-1)}},
		}))(t)
	}
	person := b.Person()
	person.Region = "450103"
	subject := b.Subject(person)
	listing := b.Published(subject)
	before := len(directives(t, b, listing))
	for _, sql := range []string{
		`ALTER TABLE plan DISABLE TRIGGER plan_append_only`,
		`UPDATE plan SET ground_kind = NULL, region = NULL`,
		`ALTER TABLE plan ENABLE TRIGGER plan_append_only`,
		`UPDATE subject SET region = NULL`,
	} {
		_, err := b.DB.Pool.Exec(ctx, sql)
		must(t, err)
	}
	done := value(b.Replanner.Follow(ctx, b.System(), nil))(t)
	if before == 0 || done.Withdrawn+done.Shrunk+done.Grown+done.Added != 0 {
		t.Errorf("of %d directives the replanning changed some: %+v", before, done)
	}
	wantAudit(t, b)
}
