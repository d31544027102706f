package lives_test

import (
	"net/http"
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/ground"
	"concordat/enforcement/plan"
)

// TestAJudgmentDebtor: a person who is able to perform and refuses is listed, held
// for another for a day, performs, and is deleted.
func TestAJudgmentDebtor(t *testing.T) {
	t.Parallel()
	w := settle(t)
	const court = "qingxiu-court"
	clerk, judge, president := w.token(enforcement.Clerk, court), w.token(enforcement.Judge, court), w.token(enforcement.President, court)
	number := w.made.Adult(w.day())
	subject := w.ask(clerk, http.MethodPost, "/v1/subjects", object{"kind": "natural-person", "name": w.made.PersonName(), "number_kind": number.Kind, "number": number.Number}).id()
	execution := w.ask(clerk, http.MethodPost, "/v1/cases", object{
		"number": "（2025）桂0103执777号", "filed_on": w.day().AddDays(-30), "basis_document": "（2024）桂0103民初7号", "basis_unit": "演示法院",
	}).id()
	l := w.follow("judgment-debtor", subject, clerk, plan.MeasureName{Memorandum: "judgment-debtor-141", Slug: "insurance-setup"})
	l.explained("before anything", "not-listed")

	listing := "/v1/listings/" + w.ask(judge, http.MethodPost, "/v1/listings", object{
		"case": execution, "subject": subject, "capacity": "debtor", "conducts": []int{1},
		"facts":  object{"obligation": "演示：支付货款", "performed": "none", "conduct": "演示：有履行能力而拒不履行"},
		"papers": []object{{"purpose": "facts-1", "document": []byte("演示材料")}},
	}).id()
	l.explained("drafted", "decision-not-in-force")
	w.move(clerk, listing, "warning", object{"served_on": w.day(), "risk_warning": true, "perform_within_days": 3, "document": []byte("演示执行通知书")})
	w.after(3)
	w.move(clerk, listing, "application", object{"received_on": w.day(), "document": []byte("演示申请书")})
	w.after(5)
	w.move(judge, listing, "proposal", object{"number": "（2025）桂0103执777号之一", "reasons": "演示:经审查,符合规定的理由", "own_motion_reason": "演示:拒不申报财产,依职权列入", "document": []byte("演示决定书全文")})
	w.move(president, listing, "signature", nil)
	l.explained("decided", "decision-not-in-force")
	w.after(1)
	w.move(clerk, listing, "service", object{"manner": "direct", "on": w.day(), "enclosures": ground.Enclosures(), "document": []byte("演示送达回证")})
	w.after(1)
	w.move(clerk, listing, "publication", nil)
	l.explained("published, and told to the departments", "applied")

	organisation, directive := l.state()
	department := w.token(enforcement.DepartmentReviewer, organisation)
	w.after(2)
	w.ask(department, http.MethodPost, "/v1/answers", object{"answers": []object{{
		"directive": directive, "version": 1, "outcome": "acknowledged",
		"reports": []object{{"measure": "judgment-debtor-141/insurance-setup", "outcome": "implemented"}},
	}}})
	l.explained("implemented by the department", "applied")

	w.move(clerk, listing, "suspension", object{"reason": "wrong-person"})
	l.explained("suspended: somebody else says it is about him", "suspended")
	w.after(1)
	w.move(president, listing, "resumption", object{"reasons": "演示：已核实身份证件，确系他人", "document": []byte("演示身份核查表")})
	l.explained("it was not about him: resumed", "applied")

	w.after(20)
	w.move(judge, listing, "deletion", object{"item": 1, "event_on": w.day(), "reasons": "演示：履行完毕", "document": []byte("演示结束决定书")})
	l.explained("performed, and deleted", "decision-ended")
	w.nothingHeld()
	l.told()
}
