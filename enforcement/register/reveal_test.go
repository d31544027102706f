package register_test

import (
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/enforcetest"
)

// Who somebody is the people of an organisation read that entered or decided; others by an act
// with its reason, which is logged and shown in the subject's file.
func TestWhoSomebodyIsReadByItsOwners(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	person := b.Person()
	subject := b.Subject(person)
	own, stranger := b.Judge(), b.As(enforcement.Judge, b.OtherCourt)
	if got := value(b.Parties.Subject(ctx, own, subject))(t); got.Number != person.Number {
		t.Errorf("its own court reads %v", got)
	}
	for name, act := range map[string]enforcement.Act{
		"another court": stranger, "a department": b.As(enforcement.DepartmentReviewer, b.Departments[0]), "another's president": b.As(enforcement.President, b.OtherCourt),
	} {
		_, err := b.Parties.Subject(ctx, act, subject)
		wantCode(t, name, err, "reveal.needed")
		_, err = b.Parties.Accesses(ctx, act, subject)
		wantCode(t, name+" asks who looked", err, "not-found")
	}
	_, err := b.Parties.Subject(ctx, b.As(enforcement.Operator, 0), subject)
	wantCode(t, "an operator", err, "role.forbidden")

	for name, reason := range map[string]string{"nothing": "", "blanks": " \u3000\n \t          ", "dots": "……………………………", "too little": "查", "a number": "核对身份证" + person.Number + "是否本人"} {
		_, err := b.Parties.Reveal(ctx, stranger, subject, reason)
		wantCode(t, name, err, "reveal.reason")
	}
	_, err = b.Parties.Reveal(ctx, b.As(enforcement.Overseer, 0), subject, "演示：核对是否为本院被执行人")
	wantCode(t, "an overseer", err, "role.forbidden")
	if list := value(b.Parties.Accesses(ctx, own, subject))(t); len(list) != 0 {
		t.Errorf("nobody looked, and %v", list)
	}
	if got := value(b.Parties.Reveal(ctx, stranger, subject, "演示：核对是否为本院被执行人"))(t); got.Number != person.Number {
		t.Errorf("with a reason the other court reads %v", got)
	}
	_, err = b.Parties.Subject(ctx, stranger, subject)
	wantCode(t, "the next time", err, "reveal.needed")
	for _, act := range []enforcement.Act{own, b.As(enforcement.Overseer, 0)} {
		if list := value(b.Parties.Accesses(ctx, act, subject))(t); len(list) != 1 || list[0].Actor != stranger.Actor.ID || list[0].Organisation != b.OtherCourt || list[0].Reason != "演示：核对是否为本院被执行人" {
			t.Errorf("the file says %v", list)
		}
	}
}

// A draft of an id that somebody came by shows nobody who that is.
func TestADraftRevealsNobody(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	subject := b.Subject(b.Person())
	spy := b.As(enforcement.DepartmentClerk, b.Departments[0])
	_, err := b.DB.Pool.Exec(ctx, `INSERT INTO ground (id, kind, list_type, subject_id, organisation_id) VALUES ($1, 'listing', 'x', $2, $3)`, enforcement.NewID(), subject, b.Departments[0])
	must(t, err)
	_, err = b.Parties.Subject(ctx, spy, subject)
	wantCode(t, "by a draft", err, "reveal.needed")
}
