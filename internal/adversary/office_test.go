package adversary_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"concordat/enforcement"
	"concordat/enforcement/change"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/party"
	"concordat/internal/access"
	"concordat/internal/api"
	"concordat/memoranda"
	"concordat/memoranda/day"
	"concordat/notify"
)

// official is somebody with a token. One human may have several.
type official struct {
	human string
	role  enforcement.Role
	org   enforcement.OrganisationID
	token string
}

// office is a record with its API and two courts and two departments full of people who
// claim whatever they like; nobody sends anything.
type office struct {
	*world
	ofCourts bool
	people   []official
	lists    []ownList
	subjects []*claimant
	cases    []*execution
	files    []*file
	numbers  int
	// past are the cases of tales before.
	past map[string]bool
}

// ownList is a list that a department keeps.
type ownList struct {
	slug, ground string
	org          enforcement.OrganisationID
	window       int // working days
}

// claimant is a subject as it was entered, or was refused to be.
type claimant struct {
	id       string
	identity party.Identity
	born     day.Day // none of a unit
}

// execution is a court's case.
type execution struct {
	id    string
	court enforcement.OrganisationID
	filed day.Day
}

// newOffice makes an office of courts, or one of departments that keep lists: each has a
// catalogue of its own.
func newOffice(t *testing.T, ofCourts bool) *office {
	t.Helper()
	o := &office{world: &world{t: t, done: map[string]int{}}, ofCourts: ofCourts, past: map[string]bool{}}
	var owners []enforcement.OrganisationID
	if ofCourts {
		o.Bundle = enforcetest.Setup(t)
	} else {
		lists := enforcetest.SetupLists(t)
		o.Bundle, owners = lists.Bundle, []enforcement.OrganisationID{lists.Owner, lists.OtherOwner}
	}
	tokens := access.New(o.DB, machine, true)
	handler, err := api.New(api.Config{
		Register: o.Offices, Tokens: tokens, Inbox: &notify.Inbox{DB: o.DB, Register: o.Offices, Machine: machine}, Carriers: change.Carriers{}, Legal: o.At, Log: zerolog.Nop(), Demo: true,
		Ready: func(context.Context) error { return nil },
	})
	must(t, err)
	o.server = httptest.NewServer(handler)
	t.Cleanup(o.server.Close)
	o.staff(tokens, owners)
	return o
}

// staff hires the people: in every house one human has two roles.
func (o *office) staff(tokens *access.Tokens, owners []enforcement.OrganisationID) {
	hire := func(human string, org enforcement.OrganisationID, roles ...enforcement.Role) {
		for _, role := range roles {
			plain, err := tokens.Issue(o.t.Context(), human, role, org, true, time.Time{})
			must(o.t, err)
			o.people = append(o.people, official{human, role, org, plain})
		}
	}
	for i, court := range []enforcement.OrganisationID{o.Court, o.OtherCourt} {
		name := func(who string) string { return fmt.Sprintf("%s-%d", who, i) }
		hire(name("a"), court, enforcement.Clerk)
		hire(name("b"), court, enforcement.Clerk, enforcement.Judge)
		hire(name("c"), court, enforcement.Judge)
		hire(name("d"), court, enforcement.Judge, enforcement.President)
		hire(name("e"), court, enforcement.Clerk, enforcement.President)
	}
	for i, org := range owners {
		name := func(who string) string { return fmt.Sprintf("%s-of-%d", who, i) }
		hire(name("f"), org, enforcement.DepartmentClerk)
		hire(name("g"), org, enforcement.DepartmentClerk, enforcement.DepartmentReviewer)
		hire(name("h"), org, enforcement.DepartmentReviewer)
		o.lists = append(o.lists, ownList{enforcetest.ListSerious, "fraud", org, 10}, ownList{enforcetest.ListHidden, "", org, 0})
	}
	hire("i", 0, enforcement.Overseer)
}

// workingDaysAfter is counted by hand, so that the calendar's own sum is not asked.
func (o *office) workingDaysAfter(d day.Day, n int) day.Day {
	for n > 0 {
		d = d.AddDays(1)
		if working, _ := o.Calendar.IsWorkingDay(d); working {
			n--
		}
	}
	return d
}

// hear takes claims one after another, and looks after some of them and at the end
// whether anybody is in force who may not be.
func (o *office) hear(list claims) error {
	o.AdvanceTo(enforcetest.Start)
	for _, f := range o.files {
		o.past[f.id] = true
	}
	o.subjects, o.cases, o.files = nil, nil, nil
	for n, c := range list {
		if err := o.do(c); err != nil {
			return fmt.Errorf("claim %d, %s: %w", n, c.Do, err)
		}
		if n%20 == 19 {
			if err := o.proved(); err != nil {
				return fmt.Errorf("after claim %d, %s: %w", n, c.Do, err)
			}
		}
	}
	return o.proved()
}

// official picks somebody who fits, or with no such person anybody at all.
func (o *office) official(n int, is func(official) bool) official {
	var list []official
	for _, p := range o.people {
		if is(p) {
			list = append(list, p)
		}
	}
	if len(list) == 0 {
		list = o.people
	}
	return list[n%len(list)]
}

func of(org enforcement.OrganisationID, roles ...enforcement.Role) func(official) bool {
	return func(p official) bool { return p.org == org && slices.Contains(roles, p.role) }
}

// someBody are people as a hostile clerk would enter them.
func (o *office) someBody(how int) party.Identity {
	switch how % 10 {
	case 0, 1, 2, 3:
		return o.Person()
	case 4, 5, 6:
		return o.Company()
	case 7: // sixteen
		i := o.Person()
		number := o.Made.Minor(o.Day())
		i.Number = number.Number
		return i
	default: // whose birth the number does not carry: sometimes a minor's
		number := o.Made.Passport()
		return party.Identity{
			Kind: memoranda.NaturalPerson, Name: o.Made.PersonName(), NumberKind: number.Kind, Number: number.Number, State: number.State,
			Birth: o.Day().AddYears(-[]int{12, 17, 18, 30}[how%4]).AddDays(how%3 - 1),
		}
	}
}

func born(i party.Identity) day.Day {
	if i.Kind != memoranda.NaturalPerson {
		return 0
	}
	if !i.Birth.IsZero() {
		return i.Birth
	}
	d, err := day.Parse(i.Number[6:10] + "-" + i.Number[10:12] + "-" + i.Number[12:14])
	if err != nil {
		return 0
	}
	return d
}

// enterSubject enters somebody, or somebody again with another birth, name or number.
func (o *office) enterSubject(c claim) error {
	identity := o.someBody(c.How)
	if c.B%4 == 0 && len(o.subjects) > 0 { // the same number in another writing
		identity = o.subjects[c.A%len(o.subjects)].identity
		switch c.C % 3 {
		case 0:
			identity.Birth = identity.Birth.AddYears(-10)
		case 1:
			identity.Name += "某"
		default:
			identity.Kind = memoranda.LegalPerson
		}
	}
	body := identityBody(identity)
	if identity.State != "" {
		body["state"] = identity.State
	}
	if !identity.Birth.IsZero() {
		body["birth"] = identity.Birth
	}
	who := o.official(c.Whose, of(o.courtOf(c), enforcement.Clerk, enforcement.Judge))
	made, err := o.ask("subject", who.token, "POST", "/v1/subjects", o.spoil(c, body), "")
	if err != nil || !made.ok() {
		return err
	}
	for _, s := range o.subjects {
		if s.id == made.id() {
			return nil
		}
	}
	o.subjects = append(o.subjects, &claimant{made.id(), identity, born(identity)})
	return nil
}

func (o *office) courtOf(c claim) enforcement.OrganisationID {
	return []enforcement.OrganisationID{o.Court, o.Court, o.OtherCourt}[c.B%3]
}

func (o *office) enterCase(c claim) error {
	court := o.courtOf(c)
	filed := o.Day().AddDays(-c.A)
	code := map[enforcement.OrganisationID]string{o.Court: "桂0103", o.OtherCourt: "桂0105"}[court]
	o.numbers++
	body := object{"number": fmt.Sprintf("（%d）%s执%d号", filed.UTC().Year(), code, o.numbers), "filed_on": filed, "basis_document": fmt.Sprintf("（2024）%s民初%d号", code, o.numbers), "basis_unit": "演示法院"}
	who := o.official(c.Whose, of(court, enforcement.Clerk, enforcement.Judge))
	sent := o.spoil(c, body)
	made, err := o.ask("case", who.token, "POST", "/v1/cases", sent, "")
	if err == nil && made.ok() {
		o.cases = append(o.cases, &execution{made.id(), who.org, dayOf(sent["filed_on"])})
	}
	return err
}
