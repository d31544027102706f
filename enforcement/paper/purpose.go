package paper

import (
	"slices"
	"strconv"

	"concordat/internal/i18n"
)

// Purpose is what a paper proves.
type Purpose string

// The purposes. Their words stand in internal/i18n.
const (
	ExecutionNotice      Purpose = "execution-notice"
	Application          Purpose = "application"
	Decision             Purpose = "decision"
	Service              Purpose = "service"
	AdministrativeNotice Purpose = "administrative-notice"
	Statement            Purpose = "statement"
	Answer               Purpose = "answer"
	Extension            Purpose = "extension"
	Suspension           Purpose = "suspension"
	Resumption           Purpose = "resumption"
	Confirmation         Purpose = "confirmation"
	BarClosed            Purpose = "bar-closed"
	Exclusion            Purpose = "exclusion"
	End                  Purpose = "end"
	Reinstatement        Purpose = "reinstatement"
	Correction           Purpose = "correction"
	Chain                Purpose = "chain"
	Appointment          Purpose = "appointment"
	Borrowing            Purpose = "borrowing"
	Succession           Purpose = "succession"
	Takeover             Purpose = "takeover"
	Attestation          Purpose = "attestation"
	Announcement         Purpose = "announcement"
	Performance          Purpose = "performance"
	ServiceConsent       Purpose = "service-consent"
	ServiceSearch        Purpose = "service-search"
	RewardNotice         Purpose = "reward-notice"
	Role                 Purpose = "role"
	AssistNotice         Purpose = "assist-notice"
	LiftNotice           Purpose = "lift-notice"
	Keeping              Purpose = "keeping"
	Other                Purpose = "other"
)

// What some grounds rest on beside their first paper ([Facts]): that the order to report was
// served and its term is over, that a served order was breached, that a settlement is refused.
const (
	FactReportServed Purpose = "facts-4-service"
	FactReportOver   Purpose = "facts-4-term"
	FactBreach       Purpose = "facts-5-breach"
	FactRefusal      Purpose = "facts-6-refusal"
)

// Facts is the purpose of a paper of the facts of a conduct, 1 to 6 (法释〔2017〕7号
// Art. 1).
func Facts(conduct int) Purpose { return Purpose("facts-" + strconv.Itoa(conduct)) }

var purposes = []Purpose{
	ExecutionNotice, Application, Decision, Service, AdministrativeNotice, Statement, Answer, Extension,
	Suspension, Resumption, Confirmation, BarClosed, Exclusion, End, Reinstatement, Correction, Chain,
	Appointment, Borrowing, Succession, Takeover, Attestation, Announcement, Performance, Other, ServiceConsent, ServiceSearch, RewardNotice, Role, AssistNotice, LiftNotice, Keeping, FactReportServed, FactReportOver, FactBreach, FactRefusal, Facts(1),
	Facts(2), Facts(3), Facts(4), Facts(5), Facts(6),
}

// Purposes lists every purpose.
func Purposes() []Purpose { return slices.Clone(purposes) }

// Known reports whether there is such a purpose.
func (p Purpose) Known() bool { return slices.Contains(purposes, p) }

// title is what a paper without a title is called.
func (p Purpose) title() string { return i18n.Value(i18n.Chinese, "purpose", string(p)) }
