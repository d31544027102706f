package enforcement

import (
	"database/sql"
	"errors"
	"fmt"
	"maps"

	"concordat/internal/identifier"
	"concordat/internal/pg"
)

// Refusal is the one kind of error that may reach a person: a stable code and
// its arguments; internal/i18n holds the words. Arguments are codes, dates and
// numbers, never personal data.
type Refusal struct {
	Code string
	Args map[string]string
}

// Error returns the code: refusals are for people only through i18n.
func (r *Refusal) Error() string { return "refused: " + r.Code }

// Is lets errors.Is compare refusals by code.
func (r *Refusal) Is(target error) bool {
	var other *Refusal
	return errors.As(target, &other) && other.Code == r.Code
}

// Refuse builds a refusal; pairs are argument names and values in turn.
func Refuse(code string, pairs ...string) *Refusal {
	r := &Refusal{Code: code}
	for i := 0; i+1 < len(pairs); i += 2 {
		if r.Args == nil {
			r.Args = map[string]string{}
		}
		r.Args[pairs[i]] = pairs[i+1]
	}
	return r
}

// AsRefusal turns what a person caused, wherever it was noticed, into a refusal.
// Anything else passes through unchanged.
func AsRefusal(err error) error {
	if err == nil {
		return nil
	}
	if bad, ok := errors.AsType[*identifier.Error](err); ok {
		return &Refusal{Code: bad.Code, Args: maps.Clone(bad.Args)}
	}
	if name, ok := pg.Constraint(err); ok {
		if code, known := constraintCodes[name]; known {
			return Refuse(code)
		}
	}
	return err
}

// NotFound turns "no row" into a refusal and wraps everything else.
func NotFound(err error, doing string) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, sql.ErrNoRows) {
		return Refuse("not-found")
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// constraintCodes names the refusal for each constraint that a person's input
// can run into; the code above checks first, the schema decides.
var constraintCodes = map[string]string{
	"execution_case_number_key":              "case.exists",
	"listing_one_live":                       "listing.exists",
	"listing_conducts":                       "listing.conduct",
	"listing_warned_first":                   "listing.not-warned",
	"listing_signed":                         "decision.unsigned",
	"import_run_paper":                       "import.statement",
	"staff_paper":                            "staff.paper",
	"borrowed_paper":                         "staff.paper",
	"attestation_by_two":                     "attestation.second-person",
	"listing_signed_by_another":              "signature.second-person",
	"extension_signed_by_another":            "signature.second-person",
	"import_run_by_two":                      "takeover.second-person",
	"import_run_stated":                      "takeover.unconfirmed",
	"staff_one_human":                        "staff.exists",
	"staff_of_others":                        "staff.own",
	"borrowed_of_others":                     "staff.own",
	"staff_by_two":                           "change.second-person",
	"borrowed_by_two":                        "change.second-person",
	"subject_confirmed_by_another":           "identifier.second-person",
	"subject_confirmed_in_time":              "override.lapsed",
	"reward_review_by_another":               "reward.second-person",
	"listing_term_by_conduct":                "decision.term",
	"listing_term_two_years":                 "decision.term",
	"listing_extension_three_years":          "extension.term",
	"listing_grace_months":                   "decision.grace",
	"listing_when_noticed":                   "notice.before-filing",
	"listing_when_performing":                "performance.period",
	"listing_when_applied":                   "application.before-notice",
	"listing_when_decided":                   "performance.running",
	"listing_when_served":                    "service.date",
	"listing_when_graced":                    "grace.running",
	"case_link_second_person":                "chain.second-person",
	"case_link_two_cases":                    "chain.order",
	"case_link_kind":                         "chain.kind",
	"case_link_told":                         "chain.told",
	"listing_served_before_published":        "service.missing",
	"listing_service_enclosures":             "service.repair-notice",
	"listing_deleted_only_without_term":      "end.fixed-term",
	"listing_term_ends_only_with_term":       "end.no-term",
	"listing_notice_proved":                  "paper.missing",
	"listing_application_proved":             "paper.missing",
	"listing_decision_proved":                "paper.missing",
	"listing_service_proved":                 "paper.missing",
	"listing_resumption_proved":              "paper.missing",
	"listing_in_force_proved":                "paper.missing",
	"listing_papers_fit":                     "paper.purpose",
	"listing_papers_final":                   "paper.final",
	"listing_extension_proved":               "paper.missing",
	"exclusion_closing_proved":               "paper.missing",
	"administrative_notice_proved":           "paper.missing",
	"administrative_decision_proved":         "paper.missing",
	"administrative_service_proved":          "paper.missing",
	"administrative_resumption_proved":       "paper.missing",
	"administrative_in_force_proved":         "paper.missing",
	"administrative_papers_fit":              "paper.purpose",
	"administrative_papers_final":            "paper.final",
	"administrative_statement_proved":        "paper.missing",
	"reward_decision_proved":                 "paper.missing",
	"reward_proved_end":                      "paper.missing",
	"reward_papers_fit":                      "paper.purpose",
	"reward_review_proved":                   "paper.missing",
	"extension_served_before_end":            "extension.late",
	"extension_one_to_three_years":           "extension.term",
	"extension_several_acts":                 "extension.acts",
	"extension_acts_shown":                   "extension.acts",
	"listing_performed":                      "listing.performed",
	"listing_own_motion":                     "decision.own-motion",
	"network_search_after_ruling":            "search.before-ruling",
	"report_refusal_has_ground":              "report.reason",
	"report_kept_has_own_basis":              "report.kept",
	"report_kept_decided":                    "report.kept-decision",
	"report_kept_plain_text":                 "report.kept-basis",
	"report_note":                            "kept.reasons",
	"report_note_second_person":              "kept.second-person",
	"organisation_slug_key":                  "organisation.exists",
	"organisation_slug_form":                 "organisation.slug",
	"organisation_court_code":                "organisation.court-code",
	"organisation_superior_id_fkey":          "organisation.unknown",
	"organisation_role_period":               "organisation.period",
	"organisation_role_pkey":                 "organisation.period",
	"organisation_ack_working_days_check":    "organisation.terms",
	"organisation_report_working_days_check": "organisation.terms",
	"subject_override_units_only":            "identifier.override",
	"restoration_epoch":                      "restore.epochs",
	"hold_second_person":                     "hold.second-person",
	"hold_confirmed":                         "restore.unconfirmed",
	"hold_scope_names":                       "hold.scope",
	"change_second_person":                   "change.second-person",
	"change_in_time":                         "change.lapsed",
	"change_proposal_final":                  "change.ended",
	"exclusion_period":                       "exclusion.period",
	"exclusion_closed_by_another":            "exclusion.second-person",
	"doubt_confirmed_by_another":             "doubt.second-person",
	"correction_answered_by_another":         "correction.second-person",
	"ground_of_own_subject":                  "not-found",
	"ground_decided_identity":                "correction.identity",
	"ground_region":                          "subject.region",
	"listing_suspension":                     "listing.suspension",
	"listing_public_words":                   "words.empty",
	"listing_words_frozen":                   "words.frozen",
	"identity_request_second_person":         "reveal.second-person",
	"listing_resumed_by_another":             "resumption.second-person",
	"edition_no_overlap":                     "edition.not-after",
	"reward_one_live":                        "reward.exists",
	"reward_reference":                       "reward.reference",
	"reward_year":                            "reward.year",
	"reward_term":                            "reward.term",
	"reward_review_notice":                   "reward.dates",
	"reward_review_when_noticed":             "reward.dates",
	"reward_when_granted":                    "reward.dates",
	"reward_review_answer":                   "reward.dates",
	"reward_review_heard":                    "reward.notice",
	"paper_day":                              "paper.day",
	"paper_use_owner":                        "not-found",
	"paper_use_pkey":                         "paper.exists",

	"calendar_notice_once": "calendar.contradicts",

	"administrative_one_live":                "listing.exists",
	"administrative_notice_contents":         "notice.contents",
	"administrative_notice_first":            "notice.missing",
	"administrative_window_over":             "window.running",
	"administrative_when_noticed":            "window.running",
	"administrative_when_served":             "service.date",
	"administrative_answered_first":          "statement.unanswered",
	"administrative_objection_answered":      "statement.unanswered",
	"administrative_signed":                  "decision.unsigned",
	"administrative_signer":                  "decision.reviewer",
	"administrative_second_person":           "decision.second-person",
	"administrative_remedies":                "decision.remedies",
	"administrative_footing":                 "list.no-footing",
	"administrative_term":                    "list.term",
	"administrative_term_bounds":             "list.term",
	"administrative_serious_three_years":     "list.term",
	"administrative_service_enclosures":      "service.repair-notice",
	"administrative_served_before_published": "service.missing",
	"administrative_batch":                   "publication.batch",
	"administrative_announcement":            "publication.batch",
	"administrative_expires_only_with_term":  "end.no-term",
	"administrative_suspension":              "listing.suspension",
	"administrative_resumed_by_another":      "resumption.second-person",
	"order_one_live":                         "order.exists",
	"order_duty":                             "order.duty",
	"order_role":                             "order.role",
	"order_noticed_first":                    "order.notice",
	"order_asked":                            "decision.own-motion",
	"order_items":                            "order.items",
	"order_signed":                           "decision.not-proposed",
	"order_signed_by_another":                "signature.second-person",
	"order_term":                             "order.period",
	"order_grace_months":                     "decision.grace",
	"order_when_noticed":                     "performance.period",
	"order_when_served":                      "service.date",
	"order_served_before_in_force":           "service.missing",
	"order_resumed_by_another":               "resumption.second-person",
	"order_notice_advanced":                  "order.cost",
}

// Codes lists every refusal code of the rooms, so that i18n can be checked
// for completeness.
func Codes() []string { return append([]string(nil), codes...) }

var codes = []string{
	"id.malformed", "act.at", "act.actor", "role.forbidden", "version.stale", "not-found", "state.forbidden",
	"case.exists", "case.basis", "case.court", "case.filed",
	"subject.kind", "subject.region", "subject.birth-missing", "subject.identity", "subject.shredded", "subject.name-only",
	"identifier.override", "identifier.second-person", "identifier.unconfirmed", "override.needless", "override.ended", "override.lapsed",
	"listing.exists", "listing.conduct", "listing.minor", "listing.not-warned", "listing.excluded", "listing.under-fourteen",
	"listing.relist-bar", "listing.performed", "listing.facts", "listing.suspension", "listing.suspended", "listing.functionary",
	"notice.risk-warning", "notice.date", "application.date",
	"decision.unsigned", "decision.signer", "decision.reviewer", "decision.reasons", "decision.number", "decision.term", "decision.grace", "decision.date", "decision.not-proposed", "signature.second-person", "decision.own-motion",
	"service.missing", "service.manner", "service.repair-notice", "service.enclosures", "service.date", "service.not-yet", "grace.running", "grace.none",
	"extension.term", "extension.late", "extension.early", "extension.ground", "extension.acts", "extension.cause", "extension.no-term", "notice.before-filing", "application.before-notice", "performance.period", "performance.running", "performance.early", "performance.reasons", "chain.kind", "chain.order", "chain.told", "chain.notice", "chain.confirmed", "chain.second-person", "service.posted",
	"end.fixed-term", "end.no-term", "end.item", "end.event-date", "end.reasons", "end.searches", "end.term-running",
	"search.before-ruling", "correction.identity", "correction.none", "correction.open",
	"words.empty", "words.number", "words.unconfirmed", "words.stale", "words.frozen", "reveal.reason", "reveal.needed", "reveal.second-person", "reveal.none", "reveal.open", "region.reason", "correction.reasons", "correction.second-person",
	"abandon.reason", "exclusion.kind", "exclusion.period", "exclusion.reasons", "exclusion.second-person", "exclusion.none", "exclusion.every",
	"plan.list-type", "plan.edition", "plan.edition-unknown", "plan.territory",
	"attestation.who", "attestation.date", "attestation.demonstration", "attestation.nothing", "attestation.unknown", "attestation.stale",
	"attestation.reason", "attestation.withdrawn", "attestation.confirmed", "attestation.second-person", "attestation.account",
	"edition.not-after", "edition.gap", "edition.too-large",
	"answer.outcome", "answer.directive", "answer.not-sent", "answer.version", "answer.measure", "report.reason", "report.kept", "report.kept-basis", "report.kept-decision", "report.kept-term", "report.kept-again", "report.not-kept", "report.not-carried", "report.outcome", "report.court-request",
	"kept.note", "kept.reasons", "kept.second-person", "kept.disputed", "doubt.none", "doubt.second-person",
	"organisation.exists", "organisation.slug", "organisation.court-code", "organisation.unknown", "organisation.body", "organisation.period", "organisation.terms",
	"import.kind", "import.statement", "import.empty", "import.court", "import.elsewhere", "import.conflict", "review.reason",
	"takeover.ended", "takeover.ended-here", "takeover.decision", "takeover.minor", "takeover.no-warning", "takeover.no-service", "takeover.no-repair-notice",
	"takeover.unconfirmed", "takeover.confirmed", "takeover.second-person", "takeover.file", "takeover.not-published", "takeover.dates", "takeover.term", "takeover.term-over",
	"task.closed", "task.reason", "cursor.malformed", "request.in-flight", "request.key-reused", "clock.skew",
	"restore.unfinished", "restore.none", "restore.reconciling", "restore.not-reconciled", "restore.unconfirmed", "restore.epochs",
	"confirmation.changed", "confirmation.doubted", "confirmation.except", "confirmation.second-person", "confirmation.nothing",
	"listing.restored", "reconciliation.page", "reconciliation.lines", "reconciliation.statement", "resumption.reasons", "resumption.identity", "resumption.second-person", "resumption.stayed",
	"paper.missing", "paper.twice", "paper.unknown", "paper.purpose", "paper.erased", "paper.empty", "paper.type", "paper.size", "paper.cut", "paper.blank", "paper.archive",
	"paper.day", "paper.older", "paper.title", "paper.place", "paper.hash", "paper.exists", "paper.elsewhere", "paper.final", "paper.sheet", "paper.line", "paper.file", "paper.case", "papers.complete", "papers.not-in-force",
	"explain.day", "explain.measure",
	"hold.scope", "hold.reason", "hold.second-person", "hold.ended", "hold.standing",
	"change.unproposed", "change.account", "change.second-person", "change.lapsed", "change.ended", "change.content", "calendar.contradicts",
	"reward.list-type", "reward.owner", "reward.subject", "reward.reference", "reward.dates", "reward.year", "reward.term", "reward.exists",
	"reward.notice", "reward.noticed", "reward.answer", "reward.answered", "reward.answer-running", "reward.stayed", "reward.reasons", "reward.basis", "reward.suspension", "reward.second-person",
	"list.unknown", "list.court", "list.not-owner", "list.no-footing", "list.region", "list.subject-kind", "list.ground", "list.term",
	"notice.contents", "notice.missing", "window.running", "statement.empty", "statement.date", "statement.none", "statement.answer", "statement.unanswered",
	"decision.second-person", "decision.remedies", "decision.basis", "publication.batch", "publication.window", "repair.none", "repair.too-early", "end.cause",
	"order.duty", "order.role", "order.listing", "order.notice", "order.items", "order.factors", "order.consequences", "order.period", "order.keep", "order.keep-second-person",
	"order.breach", "order.told", "order.told-on", "order.cost", "order.exists",
}
