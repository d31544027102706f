package lives_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/ground"
	"concordat/enforcement/plan"
)

// TestATaxpayerOfGradeA: a company is rewarded, then listed for a major tax
// violation, so that its reward is reviewed and ended after it was heard; the
// listing was wrong and is revoked, the reward is restored, and ends with its year.
func TestATaxpayerOfGradeA(t *testing.T) {
	t.Parallel()
	w := settle(t)
	const owner = "nanning-tax"
	clerk, reviewer := w.token(enforcement.DepartmentClerk, owner), w.token(enforcement.DepartmentReviewer, owner)
	subject := w.ask(clerk, http.MethodPost, "/v1/subjects", w.company()).id()
	l := w.follow("a-rated-taxpayer", subject, clerk, plan.MeasureName{Memorandum: "a-rated-taxpayer-1467", Slug: "taxpayer-a-approval"})

	reward := "/v1/rewards/" + w.ask(clerk, http.MethodPost, "/v1/rewards", object{
		"list_type": "a-rated-taxpayer", "subject": subject, "reference": "演示评价〔2025〕1号", "decided_on": w.day(), "year": 2025, "document": []byte("演示评价决定"),
	}).id()
	l.explained("rated A, and told to the departments", "applied")

	listing := w.seriousTaxListing(clerk, reviewer, subject)
	l.explained("published as seriously dishonest: the reward goes on while it is reviewed", "applied")
	w.move(clerk, reward, "notice", object{"on": w.day(), "document": []byte("演示告知书")})
	w.after(3)
	w.move(clerk, reward, "answer", object{"on": w.day(), "text": "演示陈述：列入有误"})
	w.move(reviewer, reward, "review", object{"decision": "end", "reasons": "演示:经审查,符合规定的理由", "basis": "演示规定第4条", "document": []byte("演示复核决定")})
	l.explained("heard, and ended after the review", "decision-ended")

	w.after(5)
	w.move(reviewer, listing, "revocation", object{"event_on": w.day(), "reasons": "演示：不应列入", "document": []byte("演示结束决定书")})
	l.explained("the listing was wrong: revoked, and the reward restored", "applied")

	w.after(400)
	_, _, _, err := w.register.Daily(t.Context(), enforcement.Daily(w.now()), nil)
	must(t, err)
	l.explained("its year is over", "decision-ended")
	w.nothingHeld()
	l.told()
	for lang, page := range l.pages {
		for line := range strings.Lines(page.String()) {
			if found := sanctioning.FindString(line); found != "" && !strings.HasPrefix(line, "==") {
				t.Errorf("%s: %q of a reward: %s", lang, found, line)
			}
		}
	}
}

// sanctioning are words that no reward is spoken of in.
var sanctioning = regexp.MustCompile(`(?i)惩戒|惩罚|处罚|限制|制裁|撤销|撤回|punish|restrict|sanction|penal|impose|withdraw|revok`)

// seriousTaxListing puts a company on the list of major tax violations and returns
// the address of its entry.
func (w *town) seriousTaxListing(clerk, reviewer, subject string) string {
	w.t.Helper()
	listing := "/v1/administrative-listings/" + w.ask(clerk, http.MethodPost, "/v1/administrative-listings", object{
		"list_type": "major-tax-violation", "subject": subject, "conduct": "演示：虚开增值税专用发票",
	}).id()
	w.move(clerk, listing, "notice", object{"manner": "direct", "served_on": w.day(), "contents": []string{"cause", "basis", "rights"}, "document": []byte("演示告知书")})
	w.after(10)
	w.move(reviewer, listing, "decision", object{
		"number": "演示税列〔2025〕2号", "reasons": "演示:经审查,符合规定的理由", "term_until": w.day().AddYears(3), "removal_conditions": "演示", "remedies": "演示", "document": []byte("演示决定书全文"),
	})
	w.move(clerk, listing, "service", object{"manner": "direct", "on": w.day(), "enclosures": ground.Enclosures(), "document": []byte("演示送达回证")})
	w.move(clerk, listing, "publication", nil)
	return listing
}
