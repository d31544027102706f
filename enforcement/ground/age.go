package ground

import (
	"concordat/enforcement"
	"concordat/enforcement/party"
	"concordat/internal/calendar"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// The ages that matter, in years.
const (
	minorAge     = 18
	ProtectedAge = 14 // PIPL Art. 28, our stricter rule
)

// CheckAge refuses a natural person under 18 on the day (法释〔2017〕7号 Art. 4 for
// the courts' list; for the others it is our own rule, docs/open-questions.md).
func CheckAge(identity party.Identity, on day.Day) error {
	if identity.Kind == memoranda.NaturalPerson && !calendar.Adult(identity.Birth, on) {
		return enforcement.Refuse("listing.minor", "on", on.String())
	}
	return nil
}

// Child reports whether nothing public may show the subject on a day.
func Child(identity party.Identity, on day.Day) bool {
	return identity.Kind == memoranda.NaturalPerson && calendar.Age(identity.Birth, on) < ProtectedAge
}
