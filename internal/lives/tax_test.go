package lives_test

import (
	"net/http"
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/ground"
	"concordat/enforcement/plan"
)

// TestAMajorTaxViolation: a company is told before the decision, states its case and
// is answered, is listed by a second person, published, and repaired after a year.
func TestAMajorTaxViolation(t *testing.T) {
	t.Parallel()
	w := settle(t)
	const owner = "nanning-tax"
	clerk, reviewer := w.token(enforcement.DepartmentClerk, owner), w.token(enforcement.DepartmentReviewer, owner)
	subject := w.ask(clerk, http.MethodPost, "/v1/subjects", w.company()).id()
	l := w.follow("major-tax-violation", subject, clerk, plan.MeasureName{Memorandum: "major-tax-violation", Slug: "tax-government-procurement"})

	listing := "/v1/administrative-listings/" + w.ask(clerk, http.MethodPost, "/v1/administrative-listings", object{
		"list_type": "major-tax-violation", "subject": subject, "conduct": "演示：虚开增值税专用发票", "finding": "演示税稽处〔2025〕1号",
	}).id()
	l.explained("drafted", "decision-not-in-force")
	w.move(clerk, listing, "notice", object{"manner": "direct", "served_on": w.day(), "contents": []string{"cause", "basis", "rights"}, "document": []byte("演示告知书")})
	w.after(2)
	w.move(clerk, listing, "statement", object{"received_on": w.day(), "text": "演示陈述", "document": []byte("演示陈述书")})
	w.after(2)
	w.move(clerk, listing, "answer", object{"text": "演示答复：经核实，陈述理由不成立", "document": []byte("演示答复书")})
	l.explained("told, heard and answered", "decision-not-in-force")
	w.after(7)
	w.move(reviewer, listing, "decision", object{
		"number": "演示税列〔2025〕1号", "reasons": "演示:经审查,符合规定的理由", "term_until": w.day().AddYears(3),
		"removal_conditions": "演示：补缴税款、滞纳金和罚款", "remedies": "演示：六十日内复议，六个月内诉讼", "document": []byte("演示决定书全文"),
	})
	l.explained("decided by a second person", "decision-not-in-force")
	w.after(1)
	w.move(clerk, listing, "service", object{"manner": "direct", "on": w.day(), "enclosures": ground.Enclosures(), "document": []byte("演示送达回证")})
	w.after(1)
	w.move(clerk, listing, "publication", nil)
	l.explained("published, and told to the departments", "applied")
	organisation, directive := l.state()
	w.ask(w.token(enforcement.DepartmentReviewer, organisation), http.MethodPost, "/v1/answers", object{"answers": []object{{
		"directive": directive, "version": 1, "outcome": "acknowledged",
		"reports": []object{{"measure": "major-tax-violation/tax-government-procurement", "outcome": "implemented"}},
	}}})
	l.explained("implemented by the department", "applied")

	w.after(370)
	w.move(reviewer, listing, "early-deletion", object{"event_on": w.day(), "reasons": "演示：已补缴并信用修复", "document": []byte("演示结束决定书")})
	l.explained("repaired after a year", "decision-ended")
	w.nothingHeld()
	l.told()
}
