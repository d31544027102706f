package api

import "concordat/enforcement"

// bearer names the scheme in the schema.
const bearer = "bearer"

// The sets of roles that routes are open to. Who of a court may sign or revoke is
// for the record to say, so that the refusal names the law and not the route.
var (
	ofDrafting        = []enforcement.Role{enforcement.Clerk, enforcement.Judge}
	ofJudges          = []enforcement.Role{enforcement.Judge, enforcement.President}
	ofCourt           = []enforcement.Role{enforcement.Clerk, enforcement.Judge, enforcement.President}
	ofCourtOrOverseer = []enforcement.Role{enforcement.Clerk, enforcement.Judge, enforcement.President, enforcement.Overseer}
	ofDepartment      = []enforcement.Role{enforcement.DepartmentClerk, enforcement.DepartmentReviewer}
	ofEntering        = []enforcement.Role{enforcement.Clerk, enforcement.Judge, enforcement.DepartmentClerk, enforcement.DepartmentReviewer}
	ofHolders         = []enforcement.Role{enforcement.DepartmentClerk, enforcement.DepartmentReviewer, enforcement.Overseer}
	ofOperations      = []enforcement.Role{enforcement.Operator, enforcement.Overseer}
)
