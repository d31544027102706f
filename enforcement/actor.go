package enforcement

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// Role is what an actor may be (design: courts, departments, overseers, operators).
type Role string

// The roles. System acts by itself on a date; it never decides.
const (
	Clerk              Role = "clerk"
	Judge              Role = "judge"
	President          Role = "president"
	DepartmentClerk    Role = "department-clerk"
	DepartmentReviewer Role = "department-reviewer"
	Overseer           Role = "overseer"
	Operator           Role = "operator"
	// Lawyer attests that what a memorandum says is encoded rightly.
	Lawyer Role = "lawyer"
	System Role = "system"
)

// ownActors are the names under which the program itself acts.
var ownActors = []string{"daily-round", "delivery", "command-line"}

// AccountPrefix begins the name of somebody who is known by an account of the operating
// system alone.
const AccountPrefix = "os:"

// Reserved reports whether a name is the program's own, or an account's: nobody gets a
// token under it.
func Reserved(actor string) bool {
	return slices.Contains(ownActors, actor) || strings.HasPrefix(actor, AccountPrefix)
}

// Roles lists every role a token can carry.
func Roles() []Role {
	return []Role{Clerk, Judge, President, DepartmentClerk, DepartmentReviewer, Overseer, Operator, Lawyer}
}

// Department are the roles of a department's people, Reviewers those of them that
// decide.
var (
	Department = []Role{DepartmentClerk, DepartmentReviewer}
	Reviewers  = []Role{DepartmentReviewer}
)

// ofOrganisation reports whether somebody can be this for an organisation only;
// what nobody's clerk may see would otherwise be everybody's.
func (r Role) ofOrganisation() bool {
	return slices.Contains([]Role{Clerk, Judge, President, DepartmentClerk, DepartmentReviewer}, r)
}

// OrganisationID numbers an organisation; 0 is none.
type OrganisationID int32

// String is the number in decimals.
func (id OrganisationID) String() string { return strconv.Itoa(int(id)) }

// Actor is who acted: a person or a system, for an organisation, in a role.
type Actor struct {
	ID           string
	Role         Role
	Organisation OrganisationID
}

// Act says when and by whom something is done.
type Act struct {
	// At is the legal instant of the act, UTC.
	At time.Time
	// Actor must be set; the zero Actor is refused, and so is a court's or a
	// department's officer without an organisation.
	Actor Actor
	// Key makes the act repeatable: an act asked again under its key is done
	// once and answered alike. Empty means no such protection.
	Key string
	// Request is the client's request that the act is, where it carried a key; nil
	// for acts of our own. Key is then the one that its event will carry.
	Request *Request
}

// Daily is the act of the system at the turn of a day.
func Daily(at time.Time) Act { return Act{At: at, Actor: Actor{ID: "daily-round", Role: System}} }

// Check refuses an act without a time or an actor, and actors in none of the roles.
func (a Act) Check(roles ...Role) error {
	if a.At.IsZero() {
		return Refuse("act.at")
	}
	if a.Actor.ID == "" || a.Actor.Role == "" || (a.Actor.Role.ofOrganisation() && a.Actor.Organisation == 0) {
		return Refuse("act.actor")
	}
	if len(roles) > 0 && !slices.Contains(roles, a.Actor.Role) {
		return Refuse("role.forbidden", "role", string(a.Actor.Role))
	}
	return nil
}

// ByAccount reports whether somebody acts who is known by an account of the operating
// system alone, without a token.
func (a Act) ByAccount() bool { return strings.HasPrefix(a.Actor.ID, AccountPrefix) }

// OfOwner demands that the people of the organisation that owns a record act on it;
// the system may act for every owner.
func (a Act) OfOwner(owner OrganisationID) error {
	if a.Actor.Role != System && a.Actor.Organisation != owner {
		return Refuse("not-found")
	}
	return nil
}
