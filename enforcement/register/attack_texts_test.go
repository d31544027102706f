package register_test

import (
	"strings"
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/administrative"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/ground"
	"concordat/enforcement/hold"
	"concordat/enforcement/listing"
	"concordat/enforcement/party"
	"concordat/enforcement/restore"
)

// empties look like something in a request and say nothing on paper.
var empties = []string{"", " \t\n", "\u3000\u00a0", "\u200b\u202e\ufeff", "\u3164\u3164", "\u2800", "——", "……。"}

// said is a text with all that nobody should meet in the record, and written what is kept
// of it.
const (
	said    = "\u202e\u3000演示:\x1b经审\u200b查,\r\n=符合规定的理由\u0007 \u00a0"
	written = "演示:经审查,\n=符合规定的理由"
)

// A text that says nothing is no fact, no reason, no number and no document, whoever writes
// it, of whichever kind of case.
func TestNoTextThatSaysNothing(t *testing.T) {
	t.Parallel()
	l := enforcetest.SetupLists(t)
	ctx := t.Context()
	subject := l.Subject(l.Company())
	warned := l.Draft(subject)
	must(t, l.Listings.Warn(ctx, enforcetest.Before(l.Clerk()), of(warned), l.Notice()))
	execution, notified := l.Case(), l.On(enforcetest.ListSilent, subject)
	must(t, l.Administrative.GiveNotice(ctx, l.OwnersClerk(), of(notified), l.NoticeOfIt()))
	l.PastWindow(notified)
	placed := value(l.Holds.Place(ctx, operator(l.Bundle, "who-placed"), hold.NewHold{Scope: hold.Everything, Reason: "演示"}))(t)
	before := fingerprint(t, l.Bundle)
	for _, nothing := range empties {
		facts := enforcetest.Facts()
		facts.Obligation = nothing
		draft := listing.NewListing{Case: execution, Subject: subject, Capacity: listing.Debtor, Conducts: []listing.Conduct{2}, Facts: facts}
		_, err := l.Listings.Draft(ctx, l.Judge(), draft)
		wantCode(t, "obligation", err, "listing.facts")
		draft.Facts = enforcetest.Facts()
		draft.Facts.Conduct = nothing
		_, err = l.Listings.Draft(ctx, l.Judge(), draft)
		wantCode(t, "conduct", err, "listing.facts")
		on := enforcetest.NewOn(enforcetest.ListHidden, subject)
		on.Facts.Conduct = nothing
		_, err = l.Administrative.Draft(ctx, l.OwnersClerk(), on)
		wantCode(t, "conduct of a department's", err, "listing.facts")
		_, err = l.Parties.EnterCase(ctx, l.Clerk(), party.Case{Number: "(2025)桂0103执9999号", FiledOn: l.Day(), BasisDocument: nothing, BasisUnit: "演示法院"})
		wantCode(t, "basis of a case", err, "case.basis")

		d := l.Decision()
		d.Reasons = nothing
		wantCode(t, "reasons", l.Listings.Propose(ctx, l.Judge(), of(warned), d), "decision.reasons")
		d = l.Decision()
		d.Number = nothing
		wantCode(t, "number", l.Listings.Propose(ctx, l.Judge(), of(warned), d), "decision.number")
		for field, code := range map[string]string{"number": "decision.number", "reasons": "decision.reasons", "conditions": "decision.remedies", "remedies": "decision.remedies"} {
			d := l.DecisionOnIt()
			*map[string]*string{"number": &d.Number, "reasons": &d.Reasons, "conditions": &d.RemovalConditions, "remedies": &d.Remedies}[field] = nothing
			wantCode(t, field, l.Administrative.Decide(ctx, l.OwnersReviewer(), of(notified), d), code)
		}
		wantCode(t, "end of a hold", l.Holds.End(ctx, operator(l.Bundle, "another"), placed, nothing), "hold.reason")
		_, err = l.Restorer.Confirm(ctx, l.Judge(), restore.Confirmation{Limit: 1, Reasons: nothing})
		wantCode(t, "confirmation of all", err, "resumption.reasons")
	}
	for _, short := range []string{"已核实", "1", strings.Repeat("一", 40), strings.Repeat("ab", 40)} {
		d := l.Decision()
		d.Reasons = short
		wantCode(t, "reasons too short", l.Listings.Propose(ctx, l.Judge(), of(warned), d), "decision.reasons")
		_, err := l.Restorer.Confirm(ctx, l.Judge(), restore.Confirmation{Limit: 1, Reasons: short})
		wantCode(t, "confirmation of all", err, "resumption.reasons")
	}
	for _, number := range []string{"-", "1", "2025", "关于列入的决定", "第一号", "桂0103执1号"} {
		d := l.Decision()
		d.Number = number
		wantCode(t, number, l.Listings.Propose(ctx, l.Judge(), of(warned), d), "decision.number")
	}
	if fingerprint(t, l.Bundle) != before {
		t.Error("what was refused left something")
	}
}

// What is kept of a text is what was checked: no escape, no mark of direction, nothing out
// of sight; and what a sheet would take for a formula is taken as it is.
func TestTextsAreKeptAsTheyAreRead(t *testing.T) {
	t.Parallel()
	l := enforcetest.SetupLists(t)
	ctx := t.Context()
	new := enforcetest.NewOn(enforcetest.ListSilent, l.Subject(l.Company()))
	new.Facts.Conduct, new.Facts.Finding = said, said
	id := value(l.Administrative.Draft(ctx, l.OwnersClerk(), new))(t)
	must(t, l.Administrative.GiveNotice(ctx, l.OwnersClerk(), of(id), l.NoticeOfIt()))
	must(t, l.Administrative.RecordStatement(ctx, l.OwnersClerk(), of(id), administrative.Statement{ReceivedOn: l.Day(), Text: said}))
	must(t, l.Administrative.AnswerStatement(ctx, l.OwnersReviewer(), of(id), administrative.StatementAnswer{Text: said, Paper: enforcetest.Paper("演示答复书")}))
	l.PastWindow(id)
	d := l.DecisionOnIt()
	d.Number, d.Reasons, d.RemovalConditions, d.Remedies = "\u202e演示决字〔2025〕\u200b9号\u3000", said, said, said
	must(t, l.Administrative.Decide(ctx, l.OwnersReviewer(), of(id), d))
	texts := value(l.Administrative.Texts(ctx, l.OwnersReviewer(), id))(t)
	for _, kept := range []string{
		texts.Facts.Conduct, texts.Facts.Finding, texts.Reasons, texts.RemovalConditions, texts.Remedies, texts.Statements[0].Text, texts.Statements[0].Answer,
	} {
		if kept != written {
			t.Errorf("kept as %q", kept)
		}
	}
	if have := value(l.Administrative.Get(ctx, l.OwnersReviewer(), id))(t); have.DecisionNumber != "演示决字〔2025〕9号" {
		t.Errorf("the number is kept as %q", have.DecisionNumber)
	}
	court := l.Draft(l.Subject(l.Company()), 2)
	must(t, l.Listings.Warn(ctx, enforcetest.Before(l.Clerk()), of(court), l.Notice()))
	decision := l.Decision(2)
	decision.Number = "〔2025〕 桂0103执７号\u200b之二"
	must(t, l.Listings.Propose(ctx, l.Judge(), of(court), decision))
	if have := state(t, l.Bundle, court); have.DecisionNumber != "(2025)桂0103执7号之二" {
		t.Errorf("the court's number is kept as %q", have.DecisionNumber)
	}
}

// What lifts is not refused for how it is put: an end asks for words, whatever they say.
func TestALiftingIsNotRefusedForItsWords(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	few(t, b, 1)
	ctx := t.Context()
	for name, end := range map[string]func(enforcement.ID, listing.Ending) error{
		"deletion":   func(id enforcement.ID, e listing.Ending) error { return b.Listings.Delete(ctx, b.Judge(), of(id), e) },
		"revocation": func(id enforcement.ID, e listing.Ending) error { return b.Listings.Revoke(ctx, b.Judge(), of(id), e) },
	} {
		id := b.Published(b.Subject(b.Company()))
		e := b.Ending(1)
		e.Reasons = " \u200b"
		wantCode(t, name+" for nothing", end(id, e), "end.reasons")
		e.Reasons = "—"
		must(t, end(id, e))
	}
	if m := listingTable.Move(ground.MoveRevoke); !listingTable.Lifts(m) {
		t.Error("a revocation does not lift")
	}
}
