package memoranda

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// question asks as production does, with the demonstration's attestations.
func question(t testing.TB, c *Catalogue, subject SubjectKind, ground GroundKind, on string) Question {
	t.Helper()
	return Question{
		ListType: "judgment-debtor", Subject: subject, Ground: ground, On: date(t, on),
		Attested: demonstration(t, c), RequireAttestation: true,
	}
}

func resolve(t testing.TB, c *Catalogue, q Question) Resolution {
	t.Helper()
	r, err := c.Resolve(q)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// lines writes a resolution for a golden file.
func lines(r Resolution) string {
	var b strings.Builder
	for _, e := range r.Editions {
		fmt.Fprintf(&b, "%s %s\n", e.Memorandum, e.Name)
	}
	for _, in := range r.Included {
		cited := make([]string, len(in.Bases))
		for i, one := range in.Bases {
			cited[i] = one.Basis + " " + one.Article + one.Clause
		}
		fmt.Fprintf(&b, "+ %s [%s] %s; %s; %s %s; %s; %s\n", in.Measure.Slug, in.Measure.Mode, in.Reason.Code,
			strings.Join(in.Bodies, ","), in.BasicListItem, in.BasicListEdition, in.Territory, strings.Join(cited, ", "))
	}
	for _, ex := range r.Excluded {
		fmt.Fprintf(&b, "- %s %s\n", ex.Measure.Slug, ex.Code)
	}
	return b.String()
}

func TestResolveGolden(t *testing.T) {
	t.Parallel()
	c := embedded(t)
	for _, subject := range SubjectKinds() {
		for _, ground := range GroundKinds() {
			t.Run(string(subject)+" "+string(ground), func(t *testing.T) {
				t.Parallel()
				got := lines(resolve(t, c, question(t, c, subject, ground, "2025-09-01")))
				golden(t, fmt.Sprintf("testdata/resolve-%s-%s.golden", subject, ground), got)
			})
		}
	}
}

// codesOf answers for the small catalogue of sound(), changed.
func codesOf(t *testing.T, q Question, change func(files map[string]string)) map[string]string {
	t.Helper()
	files := sound()
	change(files)
	c, err := Load(asFS(files))
	if err != nil {
		t.Fatal(err)
	}
	codes := make(map[string]string)
	r := resolve(t, c, q)
	for _, in := range r.Included {
		codes[in.Measure.Slug] = in.Reason.Code
	}
	for _, ex := range r.Excluded {
		codes[ex.Measure.Slug] = ex.Code
	}
	return codes
}

// A measure that nothing but a clause on who can perform and refuses carries does not reach
// who was listed on other conduct; another basis beside it, or another clause, carries it.
func TestAbleClause(t *testing.T) {
	t.Parallel()
	const policy, cited = "{slug: some-policy, title: 某意见, kind: central-policy,", "[{basis: some-policy, clause: (一)1}]"
	for name, row := range map[string]struct{ clause, bases, code string }{
		"that clause alone":             {"(一)1", cited, ExcludedNeedsAble},
		"beside what carries nothing":   {"(一)1", "[{basis: some-policy, clause: (一)1}, {basis: some-rule}]", ExcludedNeedsAble},
		"beside a law with its article": {"(一)1", "[{basis: some-policy, clause: (一)1}, {basis: some-law, article: 第1条}]", IncludedByListing},
		"another clause of it":          {"(二)", cited, IncludedByListing},
		"that clause and another":       {"(一)1", "[{basis: some-policy, clause: (一)1}, {basis: some-policy, clause: (二)}]", IncludedByListing},
	} {
		for _, other := range []bool{false, true} {
			codes := codesOf(t, Question{ListType: "some-list", Subject: NaturalPerson, On: date(t, "2025-09-01"), Ground: OnListing, OtherConduct: other},
				func(files map[string]string) {
					plant(t, files, policy, policy+" able_clause: "+row.clause+",")
					plant(t, files, "bases: "+cited, "bases: "+row.bases)
				})
			want := row.code
			if !other {
				want = IncludedByListing
			}
			if codes["one"] != want {
				t.Errorf("%s, on other conduct %v: %s, want %s", name, other, codes["one"], want)
			}
		}
	}
}

func TestEveryReasonIsGiven(t *testing.T) {
	t.Parallel()
	given := make(map[string]bool)
	for _, row := range []struct {
		code, old, new string
		ground         GroundKind
	}{
		{IncludedByListing, "", "", OnListing},
		{IncludedInform, "mode: restrict", "mode: inform", OnListing},
		{IncludedByOrder, "mode: restrict", "mode: consumption", OnOrder},
		{IncludedByCourtRequest, "mode: restrict", "mode: exit", OnCourtRequest},
		{ExcludedNeverByDirective, "mode: restrict", "mode: criminal", OnListing},
		{ExcludedNeverByDirective, "mode: restrict", "mode: criminal", OnCourtRequest},
		{ExcludedNeedsOwnOrder, "mode: restrict", "mode: consumption", OnListing},
		{ExcludedNeedsOwnOrder, "mode: restrict", "mode: consumption", OnCourtRequest},
		{ExcludedNeedsCourtRequest, "mode: restrict", "mode: exit", OnListing},
		{ExcludedNeedsCourtRequest, "mode: restrict", "mode: assist", OnOrder},
		{ExcludedNeedsListing, "", "", OnOrder},
		{ExcludedNeedsListing, "mode: restrict", "mode: inform", OnCourtRequest},
		{ExcludedNotValidOnDay, "slug: one", "slug: one\n    from: 2025-09-02", OnListing},
		{ExcludedNotValidOnDay, "slug: one", "slug: one\n    until: 2025-08-31", OnListing},
		{ExcludedStatus, "status: in-force\n    evidence", "status: partly-lapsed\n    evidence", OnListing},
		{ExcludedStatus, "status: in-force\n    evidence", "status: basis-lapsed\n    evidence", OnListing},
		{ExcludedStatus, "status: in-force\n    evidence", "status: uncertain\n    evidence", OnListing},
		{ExcludedDoesNotReachSubject, "reaches: [natural-person]", "reaches: [legal-person, principal]", OnListing},
		{ExcludedAnsweredOnStatusCheck, "reaches: [natural-person]", "reaches: [unit-led-by-listed-person]", OnListing},
		{ExcludedNoBasis, "[{basis: some-policy, clause: (一)1}]", "[]", OnListing},
		{ExcludedNoBasisArticle, "[{basis: some-policy, clause: (一)1}]", "[{basis: some-policy}]", OnListing},
		{ExcludedNoBasisArticle, "[{basis: some-policy, clause: (一)1}]", "[{basis: some-rule}]", OnListing},
		{ExcludedNotOnBasicList, "items: [entry-ban]", "items: [other-ban]", OnListing},
		{ExcludedNoFooting, "kind: punish, authority: court, bases: [{basis: some-law}]", "kind: punish, authority: court, bases: [{basis: some-rule}]", OnListing},
		{IncludedByReward, "mode: restrict", "mode: grant", OnReward},
		{ExcludedNeedsReward, "mode: restrict", "mode: grant", OnListing},
		{ExcludedNeedsListing, "", "", OnReward},
		{IncludedByCourtRequest, "mode: restrict", "mode: assist", OnCourtRequest},
		{ExcludedUnverified, "evidence: seen\n  - slug: two", "evidence: unverified\n  - slug: two", OnListing},
	} {
		codes := codesOf(t, Question{ListType: "some-list", Subject: NaturalPerson, On: date(t, "2025-09-01"), Ground: row.ground},
			func(files map[string]string) {
				plant(t, files, row.old, row.new)
				if strings.HasSuffix(row.new, "grant") { // only a list that rewards has such measures, and no other
					plant(t, files, "kind: punish", "kind: reward")
					plant(t, files, "mode: strict-review", "mode: honour")
				}
			})
		if codes["one"] != row.code {
			t.Errorf("%s → %s on %s: %s, want %s", row.old, row.new, row.ground, codes["one"], row.code)
		}
		given[row.code] = true
	}
	given[ExcludedNeedsAble] = true   // TestAbleClause
	given[ExcludedNotAttested] = true // TestAttestationIsRequiredOfAllThree
	for _, r := range Reasons() {
		if !given[r.Code] || r.ZH == "" || r.EN == "" {
			t.Errorf("reason %s is not shown, or has no words", r.Code)
		}
	}
}

// plant replaces a text in the one file that has it.
func plant(t *testing.T, files map[string]string, old, change string) {
	t.Helper()
	if old == "" {
		return
	}
	for name, text := range files {
		if strings.Contains(text, old) {
			files[name] = strings.Replace(text, old, change, 1)
			return
		}
	}
	t.Fatalf("%q is in no file", old)
}

func TestAttestationIsRequiredOfAllThree(t *testing.T) {
	t.Parallel()
	c := embedded(t)
	demo := demonstration(t, c).Statements[0]
	ask := func(change func(*Attestation)) (included bool, code string) {
		s := demo
		s.Measures, s.Bases = slices.Clone(s.Measures), slices.Clone(s.Bases)
		change(&s)
		s.Hash = c.AttestedHash(s)
		attested, err := NewAttestations(c, s)
		if err != nil {
			t.Fatal(err)
		}
		q := question(t, c, LegalPerson, OnListing, "2025-09-01")
		q.Attested = attested
		r := resolve(t, c, q)
		for _, ex := range r.Excluded {
			if ex.Measure.Slug == "state-forest" {
				return false, ex.Code
			}
		}
		for _, in := range r.Included {
			for _, one := range in.Bases {
				if !attested.Basis(one.Basis) {
					t.Errorf("%s cites %s, which is not attested", in.Measure.Slug, one.Basis)
				}
			}
		}
		return true, ""
	}
	without := func(from []string, slug string) []string {
		return slices.DeleteFunc(from, func(s string) bool { return s == slug })
	}
	if in, code := ask(func(*Attestation) {}); !in {
		t.Errorf("all attested, yet out: %s", code)
	}
	for what, change := range map[string]func(*Attestation){
		"measure":    func(a *Attestation) { a.Measures = without(a.Measures, "state-forest") },
		"basis":      func(a *Attestation) { a.Bases = without(a.Bases, "policy-64") },
		"basic list": func(a *Attestation) { a.BasicList = nil },
	} {
		if in, code := ask(change); in || code != ExcludedNotAttested {
			t.Errorf("%s not attested: in %v, code %s", what, in, code)
		}
	}
	q := question(t, c, LegalPerson, OnListing, "2025-09-01")
	q.Attested = nil
	if r := resolve(t, c, q); len(r.Included) != 0 {
		t.Errorf("%d measures travel attested by nobody", len(r.Included))
	}
}

// TestLawyerMayAttestTheUnverified: what we could not verify a lawyer can.
func TestLawyerMayAttestTheUnverified(t *testing.T) {
	t.Parallel()
	c := embedded(t)
	s := Attestation{
		Who: Attester{"核定人甲", "律师"}, When: date(t, "2025-08-01"), Source: "正文",
		Memorandum: "judgment-debtor-141", Edition: "2016", Measures: []string{"charity-award"},
	}
	s.Hash = c.AttestedHash(s)
	a, err := NewAttestations(c, s)
	if err != nil {
		t.Fatal(err)
	}
	q := question(t, c, LegalPerson, OnListing, "2025-09-01")
	q.Attested, q.RequireAttestation = a, false
	in := slices.ContainsFunc(resolve(t, c, q).Included, func(i Inclusion) bool { return i.Measure.Slug == "charity-award" })
	if !in {
		t.Error("a lawyer's attestation does not carry an unverified measure")
	}
}

func TestQuestionsThatCannotBeAsked(t *testing.T) {
	t.Parallel()
	c := embedded(t)
	other, err := Load(asFS(sound()))
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		change func(*Question)
		want   error
	}{
		{func(q *Question) { q.ListType = "nothing" }, ErrUnknownListType},
		{func(q *Question) { q.Subject = "cat" }, ErrUnknownSubject},
		{func(q *Question) { q.Ground = "whim" }, ErrUnknownGround},
		{func(q *Question) { q.On = 0 }, ErrNoDay},
		{func(q *Question) { q.Attested = indexed(other, nil) }, ErrOtherCatalogue},
	} {
		q := question(t, c, LegalPerson, OnListing, "2025-09-01")
		row.change(&q)
		if _, err := c.Resolve(q); !errors.Is(err, row.want) {
			t.Errorf("%v, want %v", err, row.want)
		}
	}
	if r := resolve(t, c, question(t, c, LegalPerson, OnListing, "2016-01-19")); len(r.Editions)+len(r.Included)+len(r.Excluded) != 0 {
		t.Errorf("before the memorandum was signed: %+v", r.Editions)
	}
}

// TestBasicListOn: between an edition's known end and the next nothing stands.
func TestBasicListOn(t *testing.T) {
	t.Parallel()
	c := embedded(t)
	for on, want := range map[string]string{
		"2021-12-15": "", "2021-12-16": "2021", "2022-12-27": "2021", "2022-12-28": "2022",
		"2023-12-31": "2022", "2024-01-01": "", "2024-02-17": "", "2024-02-18": "2024", "2030-01-01": "2024",
	} {
		got := ""
		if e := c.BasicListOn(date(t, on)); e != nil {
			got = e.Name
		}
		if got != want {
			t.Errorf("on %s the edition %q stands, want %q", on, got, want)
		}
	}
	q := question(t, c, LegalPerson, OnListing, "2024-01-15")
	if r := resolve(t, c, q); len(r.Included) != 0 {
		t.Errorf("%d measures reach somebody while no basic list stands", len(r.Included))
	}
}

func TestSuccessions(t *testing.T) {
	t.Parallel()
	c := embedded(t)
	for _, row := range []struct{ body, measure, on, want string }{
		{"quality-inspection", "", "2018-03-16", "quality-inspection"},
		{"quality-inspection", "", "2018-03-17", "customs market-regulation"},
		{"insurance-regulation", "", "2018-03-16", "insurance-regulation"},
		{"insurance-regulation", "", "2023-05-17", "banking-insurance-regulation"},
		{"insurance-regulation", "", "2023-05-18", "financial-regulation"},
		{"banking-regulation", "", "2025-09-01", "financial-regulation"},
		{"development-reform", "", "2025-09-01", "development-reform"},
		{"development-reform", "enterprise-bond", "2023-10-19", "development-reform"},
		{"development-reform", "enterprise-bond", "2023-10-20", "securities-regulation"},
		{"development-reform", "policy-preference", "2025-09-01", "development-reform"},
		{"agriculture", "", "2025-09-01", "agriculture-rural"},
		{"agriculture", "state-grassland", "2025-09-01", "forestry-grassland"},
		{"work-safety", "hazardous-mining", "2020-12-30", "emergency-management"},
		{"work-safety", "hazardous-mining", "2020-12-31", "emergency-management mine-safety"},
		{"work-safety", "priority-supervision", "2025-09-01", "emergency-management"},
		{"public-security", "exit", "2025-09-01", "immigration"},
		{"public-security", "", "2025-09-01", "public-security"},
		{"china-railway", "", "2019-06-17", "china-railway"},
		{"china-railway", "", "2019-06-18", "china-railway-group"},
		{"tax", "", "2025-09-01", "tax"},
		{"nobody", "", "2025-09-01", ""},
	} {
		got := strings.Join(c.BodyFor(row.body, row.measure, date(t, row.on)), " ")
		if got != row.want {
			t.Errorf("%s for %q on %s: %q, want %q", row.body, row.measure, row.on, got, row.want)
		}
		if row.measure == "" && got != strings.Join(c.Body(row.body, date(t, row.on)), " ") {
			t.Errorf("Body and BodyFor differ on %s", row.body)
		}
	}
}
