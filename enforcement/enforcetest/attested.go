package enforcetest

import (
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/plan"
	"concordat/memoranda"
)

// Attested has a lawyer attest, and a second one confirm, what the demonstration's
// statements say of the catalogue in force, without their mark: as it is done outside a
// demonstration. act's day is theirs.
func Attested(t testing.TB, plans *plan.Plans, act enforcement.Act) {
	t.Helper()
	made, err := memoranda.DemonstrationAttestations(plans.Catalogue())
	must(t, err)
	for _, s := range made.Statements {
		s.Demonstration = false
		s.Hash = plans.Catalogue().AttestedHash(s)
		Attest(t, plans, act, s, nil)
	}
}

// Attest enters a statement as one lawyer's and confirms it as another's.
func Attest(t testing.TB, plans *plan.Plans, act enforcement.Act, s memoranda.Attestation, next *memoranda.Catalogue) enforcement.ID {
	t.Helper()
	act.Actor = enforcement.Actor{ID: "lawyer-1", Role: enforcement.Lawyer}
	id, err := plans.Attest(t.Context(), act, s, next)
	must(t, err)
	act.Actor.ID = "lawyer-2"
	must(t, plans.ConfirmAttestation(t.Context(), act, id, next))
	return id
}
