package register_test

import (
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/administrative"
	"concordat/enforcement/directive"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/ground"
)

func listed(t testing.TB, l *enforcetest.Lists, id enforcement.ID) administrative.Listing {
	t.Helper()
	return value(l.Administrative.Get(t.Context(), l.OwnersClerk(), id))(t)
}

// A company on a list of serious dishonesty, from the notice to its repair.
func TestLifeOnAnAdministrativeList(t *testing.T) {
	t.Parallel()
	l := enforcetest.SetupLists(t)
	ctx := t.Context()
	id := l.On(enforcetest.ListSerious, l.Subject(l.Company()))
	must(t, l.Administrative.GiveNotice(ctx, l.OwnersClerk(), of(id), l.NoticeOfIt()))
	l.Advance(2)
	must(t, l.Administrative.RecordStatement(ctx, l.OwnersClerk(), of(id), administrative.Statement{ReceivedOn: l.Day(), Text: "演示陈述", Paper: enforcetest.Paper("演示陈述书")}))
	must(t, l.Administrative.AnswerStatement(ctx, l.OwnersReviewer(), of(id), administrative.StatementAnswer{Text: "演示:经核实,陈述不能成立", Paper: enforcetest.Paper("演示答复书")}))
	l.PastWindow(id)
	d := l.DecisionOnIt()
	d.TermUntil = 0 // the list type's own term
	must(t, l.Administrative.Decide(ctx, l.OwnersReviewer(), of(id), d))
	decided := l.Day()
	must(t, l.Administrative.Serve(ctx, l.OwnersClerk(), of(id), l.Service()))
	if _, published, refused, err := l.Daily(ctx, l.System(), nil); err != nil || published != 1 || len(refused) != 0 {
		t.Fatalf("published %d, refused %v: %v", published, refused, err)
	}
	have := listed(t, l, id)
	if have.State != ground.Active || have.TermUntil != decided.AddYears(3) || have.PublishedOn != decided {
		t.Errorf("%+v", have)
	}
	if sent := sendAll(t, l.Bundle, directive.Acknowledged); len(sent) != 2 {
		t.Errorf("sent %d", len(sent))
	}
	wantCode(t, "repair at once", l.Administrative.DeleteEarly(ctx, l.OwnersReviewer(), of(id), l.EndOfIt("")), "repair.too-early")
	l.AdvanceTo(decided.AddYears(1))
	must(t, l.Administrative.DeleteEarly(ctx, l.OwnersReviewer(), of(id), l.EndOfIt("")))
	if sent := sendAll(t, l.Bundle, directive.Acknowledged); len(sent) != 2 || sent[0].Kind != directive.Withdraw {
		t.Errorf("sent %v", sent)
	}
	wantAudit(t, l.Bundle)
}
