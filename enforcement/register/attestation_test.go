package register_test

import (
	"slices"
	"strings"
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/register"
	"concordat/memoranda"
)

// production is the same record as a process sees it for which nobody attests but
// the record.
func production(t *testing.T, w *planned) *register.Offices {
	t.Helper()
	config := w.Config
	config.Attestations, config.Demonstration = nil, false
	return value(register.Open(t.Context(), config))(t)
}

// lawyers are statements about all of the world's first edition, made for no
// demonstration, a statement for each kind of thing.
func lawyers(c *memoranda.Catalogue) []memoranda.Attestation {
	all := madeStatement(c, &c.Memoranda[0])
	all.Demonstration = false
	measures, bases, list := all, all, all
	measures.Bases, measures.BasicList = nil, nil
	bases.Measures, bases.BasicList = nil, nil
	list.Measures, list.Bases = nil, nil
	made := []memoranda.Attestation{measures, bases, list}
	for i := range made {
		made[i].Hash = c.AttestedHash(made[i])
	}
	return made
}

// Production sends what the record's statements attest, all three kinds of them
// together, and says how much that is; what was made for demonstration counts
// nowhere there.
func TestStatementsOfTheRecord(t *testing.T) {
	t.Parallel()
	w := newPlanned(t, firstEdition)
	ctx := t.Context()
	demonstration := madeStatement(w.Plans.Catalogue(), &w.Plans.Catalogue().Memoranda[0])
	must(t, justError(w.Plans.Attest(ctx, lawyer(w.Bundle, "operator-1"), demonstration, nil)))
	w.Offices = production(t, w)
	measures := 6 // 0 to 5; number 0 reaches nobody who is listed here, and would travel
	counted := func(attested, travel int) {
		t.Helper()
		a := value(w.Plans.AttestedOn(ctx, w.Day()))(t)
		if a.Measures != measures || a.Attested != attested || a.Travel != travel || a.HeldBack[memoranda.ExcludedNotAttested] != measures-travel {
			t.Errorf("counted %+v, want %d attested, %d that travel", a, attested, travel)
		}
	}
	counted(0, 0)
	w.wants("nothing is attested", w.Published(w.Subject(w.Person())), madeEdition{})
	_, err := w.Plans.Attest(ctx, lawyer(w.Bundle, "operator-1"), demonstration, nil)
	wantCode(t, "a demonstration's", err, "attestation.demonstration")
	statements := lawyers(w.Plans.Catalogue())
	for i, s := range statements {
		enforcetest.Attest(t, w.Plans, w.System(), s, nil)
		if i < 2 {
			counted(measures, 0)
			w.wants("not all is attested", w.Published(w.Subject(w.Person())), madeEdition{})
		}
	}
	counted(measures, measures)
	w.wants("all is attested", w.Published(w.Subject(w.Person())), firstEdition)
	list := value(w.Plans.Attestations(ctx))(t)
	if len(list) != 4 || list[0].Counts || !list[1].Counts || list[1].EnteredBy == "" || list[1].Who.Name != list[1].EnteredBy {
		t.Errorf("statements: %+v", list)
	}
	// The words of a basis change in a new program: what was said of it attests
	// nothing any more, what was said of the rest still does.
	changed := changedBasis(t)
	config := w.Config
	config.Attestations, config.Demonstration, config.Catalogue = nil, false, changed
	newer := value(register.Open(ctx, config))(t)
	list = value(newer.Plans.Attestations(ctx))(t)
	if got := []bool{list[1].Counts, list[2].Counts, list[3].Counts}; !slices.Equal(got, []bool{true, false, true}) {
		t.Errorf("after the words of a basis changed, statements count: %v", got)
	}
	if a := value(newer.Plans.AttestedOn(ctx, w.Day()))(t); a.Travel != 0 {
		t.Errorf("%d measures travel on a basis that nobody attested", a.Travel)
	}
	wantAudit(t, w.Bundle)
}

func justError[T any](_ T, err error) error { return err }

// changedBasis is the planned world's catalogue in which a basis reads otherwise.
func changedBasis(t *testing.T) *memoranda.Catalogue {
	t.Helper()
	c, err := memoranda.Load(editionFiles(enforcetest.Start, []madeEdition{firstEdition}, "演示新法"))
	must(t, err)
	return c
}

// A lawyer's word alone attests nothing: somebody else reads the same words and says so, by
// a token. What a release before this one entered counts as it did.
func TestAStatementIsTwoPeoples(t *testing.T) {
	t.Parallel()
	w := newPlanned(t, firstEdition)
	ctx := t.Context()
	w.Offices = production(t, w)
	all := madeStatement(w.Plans.Catalogue(), &w.Plans.Catalogue().Memoranda[0])
	all.Demonstration = false
	all.Hash = w.Plans.Catalogue().AttestedHash(all)
	id := value(w.Plans.Attest(ctx, lawyer(w.Bundle, "lawyer-1"), all, nil))(t)
	by := func(actor string, role enforcement.Role) enforcement.Act {
		act := lawyer(w.Bundle, actor)
		act.Actor.Role = role
		return act
	}
	for name, row := range map[string]struct {
		act  enforcement.Act
		id   enforcement.ID
		code string
	}{
		"who entered it":                  {by("lawyer-1", enforcement.Lawyer), id, "attestation.second-person"},
		"who entered it, in another role": {by("lawyer-1", enforcement.Operator), id, "attestation.second-person"},
		"a clerk":                         {w.Clerk(), id, "role.forbidden"},
		"the system":                      {w.System(), id, "role.forbidden"},
		"an account":                      {by(enforcement.AccountPrefix+"root", enforcement.Operator), id, "attestation.account"},
		"of nothing":                      {by("lawyer-2", enforcement.Lawyer), enforcement.NewID(), "not-found"},
	} {
		wantCode(t, name, w.Plans.ConfirmAttestation(ctx, row.act, row.id, nil), row.code)
	}
	if list := value(w.Plans.Attestations(ctx))(t); len(list) != 1 || list[0].Counts || !list[0].Waits() {
		t.Errorf("unconfirmed: %+v", list)
	}
	w.wants("one person's word", w.Published(w.Subject(w.Person())), madeEdition{})

	other := production(t, w) // another process learns of it
	must(t, w.Plans.ConfirmAttestation(ctx, by("operator-9", enforcement.Operator), id, nil))
	w.wants("two people's", w.Published(w.Subject(w.Person())), firstEdition)
	if a := value(other.Plans.AttestedOn(ctx, w.Day()))(t); a.Travel == 0 {
		t.Errorf("another process goes by %+v", a)
	}
	wantCode(t, "twice", w.Plans.ConfirmAttestation(ctx, by("overseer-1", enforcement.Overseer), id, nil), "attestation.confirmed")
	changed := w.Config
	changed.Attestations, changed.Demonstration, changed.Catalogue = nil, false, changedBasis(t)
	stale := value(w.Plans.Attest(ctx, lawyer(w.Bundle, "lawyer-1"), all, nil))(t)
	wantCode(t, "of words that have changed", value(register.Open(ctx, changed))(t).Plans.ConfirmAttestation(ctx, by("lawyer-2", enforcement.Lawyer), stale, nil), "attestation.stale")
	must(t, w.Plans.WithdrawAttestation(ctx, by("lawyer-1", enforcement.Lawyer), stale, "演示：核定有误"))
	wantCode(t, "what was taken back", w.Plans.ConfirmAttestation(ctx, by("lawyer-2", enforcement.Lawyer), stale, nil), "attestation.withdrawn")

	must(t, w.Plans.WithdrawAttestation(ctx, by("lawyer-1", enforcement.Lawyer), id, "演示：核定有误"))
	w.wants("taken back", w.Published(w.Subject(w.Person())), madeEdition{})
	_, err := w.DB.Pool.Exec(ctx, `INSERT INTO attestation (id, who, role, stated_on, source, memorandum, edition, measures, bases, basic_list, hash, demonstration, entered_by, entered_at)
		SELECT gen_random_uuid(), who, role, stated_on, source, memorandum, edition, measures, bases, basic_list, hash, demonstration, entered_by, entered_at FROM attestation WHERE id = $1`, id)
	must(t, err)
	w.wants("entered by the release before", w.Published(w.Subject(w.Person())), firstEdition)
}

// A file that the configuration names is a typed claim: outside a demonstration it counts nowhere.
func TestAFileAttestsNothing(t *testing.T) {
	t.Parallel()
	w := newPlanned(t, firstEdition)
	config := w.Config
	all := madeStatement(w.Plans.Catalogue(), &w.Plans.Catalogue().Memoranda[0])
	all.Demonstration = false
	all.Hash = w.Plans.Catalogue().AttestedHash(all)
	config.Demonstration, config.Attestations = false, value(memoranda.NewAttestations(w.Plans.Catalogue(), all))(t)
	w.Offices = value(register.Open(t.Context(), config))(t)
	w.wants("a file's word", w.Published(w.Subject(w.Person())), madeEdition{})
}

func TestStatementsThatAreRefused(t *testing.T) {
	t.Parallel()
	w := newPlanned(t, firstEdition)
	sound := madeStatement(w.Plans.Catalogue(), &w.Plans.Catalogue().Memoranda[0])
	for name, row := range map[string]struct {
		act    enforcement.Act
		change func(*memoranda.Attestation)
		code   string
	}{
		"a clerk":         {w.Clerk(), func(*memoranda.Attestation) {}, "role.forbidden"},
		"an operator":     {operator(w.Bundle, "o"), func(*memoranda.Attestation) {}, "role.forbidden"},
		"an overseer":     {w.As(enforcement.Overseer, 0), func(*memoranda.Attestation) {}, "role.forbidden"},
		"the system":      {w.System(), func(*memoranda.Attestation) {}, "role.forbidden"},
		"no source":       {lawyer(w.Bundle, "o"), func(s *memoranda.Attestation) { s.Source = "" }, "attestation.who"},
		"a long source":   {lawyer(w.Bundle, "o"), func(s *memoranda.Attestation) { s.Source = strings.Repeat("长", 1000) }, "attestation.who"},
		"no day":          {lawyer(w.Bundle, "o"), func(s *memoranda.Attestation) { s.When = 0 }, "attestation.date"},
		"tomorrow":        {lawyer(w.Bundle, "o"), func(s *memoranda.Attestation) { s.When = w.Day().AddDays(1) }, "attestation.date"},
		"nothing":         {lawyer(w.Bundle, "o"), func(s *memoranda.Attestation) { s.Measures, s.Bases, s.BasicList = nil, nil, nil }, "attestation.nothing"},
		"another hash":    {lawyer(w.Bundle, "o"), func(s *memoranda.Attestation) { s.Hash[0]++ }, "attestation.stale"},
		"another edition": {lawyer(w.Bundle, "o"), func(s *memoranda.Attestation) { s.Edition = "7" }, "attestation.unknown"},
		"another measure": {lawyer(w.Bundle, "o"), func(s *memoranda.Attestation) { s.Measures = []string{"none"} }, "attestation.unknown"},
		"another basis":   {lawyer(w.Bundle, "o"), func(s *memoranda.Attestation) { s.Bases = []string{"none"} }, "attestation.unknown"},
		"as it should be": {lawyer(w.Bundle, "o"), func(*memoranda.Attestation) {}, ""},
		"bases alone": {lawyer(w.Bundle, "o"), func(s *memoranda.Attestation) {
			s.Measures, s.BasicList = nil, nil
			s.Hash = w.Plans.Catalogue().AttestedHash(*s)
		}, ""},
		"an older edition": {lawyer(w.Bundle, "o"), func(s *memoranda.Attestation) { s.BasicList = []string{"2021"} }, "attestation.unknown"},
	} {
		s := sound
		row.change(&s)
		_, err := w.Plans.Attest(t.Context(), row.act, s, nil)
		wantCode(t, name, err, row.code)
	}
	wantCode(t, "no reason", w.Plans.WithdrawAttestation(t.Context(), operator(w.Bundle, "o"), enforcement.NewID(), ""), "attestation.reason")
	wantCode(t, "no such statement", w.Plans.WithdrawAttestation(t.Context(), operator(w.Bundle, "o"), enforcement.NewID(), "演示"), "not-found")
	if n := w.Count(`SELECT count(*) FROM attestation`); n != 2 {
		t.Errorf("%d statements were entered", n)
	}
}
