package enforcement_test

import (
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/enforcetest"
)

func listed(t testing.TB, l *enforcetest.Lists, id enforcement.ID) enforcement.AdministrativeListing {
	t.Helper()
	return value(l.AdministrativeListing(t.Context(), l.OwnersClerk(), id))(t)
}

// A company on a list of serious dishonesty, from the notice to its repair.
func TestLifeOnAnAdministrativeList(t *testing.T) {
	t.Parallel()
	l := enforcetest.SetupLists(t)
	ctx := t.Context()
	id := l.On(enforcetest.ListSerious, l.Subject(l.Company()))
	must(t, l.GiveNotice(ctx, l.OwnersClerk(), of(id), l.NoticeOfIt()))
	l.Advance(2)
	must(t, l.RecordStatement(ctx, l.OwnersClerk(), of(id), enforcement.Statement{ReceivedOn: l.Day(), Text: "演示陈述"}))
	must(t, l.AnswerStatement(ctx, l.OwnersReviewer(), of(id), enforcement.StatementAnswer{Text: "演示答复"}))
	l.PastWindow(id)
	d := l.DecisionOnIt()
	d.TermUntil = 0 // the list type's own term
	must(t, l.DecideAdministrative(ctx, l.OwnersReviewer(), of(id), d))
	decided := l.Day()
	must(t, l.ServeAdministrative(ctx, l.OwnersClerk(), of(id), l.Service()))
	if _, published, refused, err := l.DailyRound(ctx, l.System(), nil); err != nil || published != 1 || len(refused) != 0 {
		t.Fatalf("published %d, refused %v: %v", published, refused, err)
	}
	have := listed(t, l, id)
	if have.State != enforcement.Active || have.TermUntil != decided.AddYears(3) || have.PublishedOn != decided {
		t.Errorf("%+v", have)
	}
	if sent := sendAll(t, l.Bundle, enforcement.Acknowledged); len(sent) != 2 {
		t.Errorf("sent %d", len(sent))
	}
	wantCode(t, "repair at once", l.DeleteAdministrativeEarly(ctx, l.OwnersReviewer(), of(id), l.EndOfIt("")), "repair.too-early")
	l.AdvanceTo(decided.AddYears(1))
	must(t, l.DeleteAdministrativeEarly(ctx, l.OwnersReviewer(), of(id), l.EndOfIt("")))
	if sent := sendAll(t, l.Bundle, enforcement.Acknowledged); len(sent) != 2 || sent[0].Kind != enforcement.Withdraw {
		t.Errorf("sent %v", sent)
	}
	wantAudit(t, l.Bundle)
}
