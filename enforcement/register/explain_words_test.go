package register_test

import (
	"slices"
	"testing"

	"concordat/enforcement/directive"
	"concordat/enforcement/ground"
	"concordat/enforcement/hold"
	"concordat/internal/i18n"
	"concordat/memoranda"
)

// TestTermsAreComplete holds the vocabularies of sentences against the record's and
// the catalogue's.
func TestTermsAreComplete(t *testing.T) {
	t.Parallel()
	units := texts(memoranda.Units()...)
	for _, unit := range memoranda.Units() {
		units = append(units, string(unit)+"-1")
	}
	for name, codes := range map[string][]string{
		"mode": texts(memoranda.Modes()...), "territory": texts(memoranda.Territories()...), "evidence": texts(memoranda.Evidences()...),
		"basis-kind": texts(memoranda.BasisKinds()...), "list-kind": texts(memoranda.ListKinds()...), "subject-kind": texts(memoranda.SubjectKinds()...),
		"unit": units, "rule": texts(memoranda.RepairRules()...),
		"footing":   texts(memoranda.FootingLawful, memoranda.FootingProvisional, memoranda.FootingNone),
		"authority": {"court", "department", "unit"},
		"kind": append(texts(directive.Impose, directive.Amend, directive.Suspend, directive.Resume, directive.Permit, directive.PermitEnd, directive.Withdraw),
			"grant", "grant-end"),
		"step":              texts(directive.Queued, directive.Left, directive.Delivered, directive.Acknowledged, directive.Cancelled),
		"outcome":           texts(directive.Implemented, directive.NotApplicable, directive.RefusedReport, directive.Lifted, "kept"),
		"scope":             texts(hold.Everything, hold.Court, hold.Organisation, hold.Memorandum),
		"how":               append(texts(ground.Deleted, ground.Expired, ground.EarlyDeleted, ground.Revoked), texts("expired", "ended-by-owner", "ended-after-review", "ended-automatically")...),
		"outcome-of-review": {"kept", "ended", "ended-automatically", "without-effect"},
	} {
		for _, lang := range i18n.Languages() {
			for _, code := range codes {
				if !slices.Contains(i18n.Terms(lang, name), code) {
					t.Errorf("%s: %s %q has no term", lang, name, code)
				}
			}
		}
	}
	for _, kind := range memoranda.GroundKinds() {
		if !slices.Contains(i18n.Sentences(), "decision."+string(kind)) && kind != memoranda.OnCourtRequest {
			t.Errorf("no sentence says a decision of kind %s", kind)
		}
	}
}

func texts[T ~string](values ...T) []string {
	list := make([]string, 0, len(values))
	for _, v := range values {
		list = append(list, string(v))
	}
	return list
}
