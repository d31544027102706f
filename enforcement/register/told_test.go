package register_test

import (
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/docket"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/ground"
	"concordat/enforcement/listing"
)

// openTask is the open task of a kind on a ground, or none.
func openTask(t *testing.T, b *enforcetest.Bundle, on enforcement.ID, kind string) (task docket.Task) {
	t.Helper()
	for _, one := range value(b.Docket.Tasks(t.Context(), b.Clerk(), enforcement.ID{}, 100))(t) {
		if one.Ground == on && one.Kind == kind {
			task = one
		}
	}
	return task
}

// TestOneJudgeEndsAndTwoAreTold: whichever way one person ends a listing, president and
// creditor are to be told the same day; nobody's answer is waited for.
func TestOneJudgeEndsAndTwoAreTold(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	for name, end := range map[string]func(enforcement.ID) error{
		"deletion":   func(id enforcement.ID) error { return b.Listings.Delete(ctx, b.Judge(), of(id), b.Ending(1)) },
		"revocation": func(id enforcement.ID) error { return b.Listings.Revoke(ctx, b.Judge(), of(id), b.Ending(0)) },
	} {
		id := b.Published(b.Subject(b.Company()))
		must(t, end(id))
		for _, kind := range []string{listing.TaskTellPresident, listing.TaskTellCreditor} {
			if task := openTask(t, b, id, kind); task.OpenedOn != b.Day() {
				t.Errorf("after a %s: %s %+v", name, kind, task)
			}
		}
		president, creditor := openTask(t, b, id, listing.TaskTellPresident).ID, openTask(t, b, id, listing.TaskTellCreditor).ID
		wantCode(t, "a judge for the president", b.Listings.CloseTask(ctx, b.Judge(), president, "told", why, enforcetest.Paper("")), "role.forbidden")
		wantCode(t, "by an excuse of another task", b.Listings.CloseTask(ctx, b.President(), president, "assets-suffice", why, enforcetest.Paper("")), "task.reason")
		must(t, b.Listings.CloseTask(ctx, b.President(), president, "told", why, enforcetest.Paper("")))
		must(t, b.Listings.CloseTask(ctx, b.Judge(), creditor, "told", why, enforcetest.Paper("")))
		wantCode(t, "twice", b.Listings.CloseTask(ctx, b.Judge(), creditor, "told", why, enforcetest.Paper("")), "not-found")
	}
}

// TestADoubtIsNoTaskToExcuse: what a restoration put in doubt waits for its confirmation;
// an excuse for a consumption order does not dispel it, nor that somebody was told.
func TestADoubtIsNoTaskToExcuse(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	id := b.Decided(b.Subject(b.Company()))
	must(t, b.Listings.Serve(ctx, b.Clerk(), of(id), b.Service()))
	_, err := b.DB.Pool.Exec(ctx, `INSERT INTO task (id, kind, organisation_id, ground_id, opened_on)
		SELECT gen_random_uuid(), 'restored', organisation_id, id, $2::date FROM ground WHERE id = $1`, id, b.Day().String())
	must(t, err)
	task := openTask(t, b, id, ground.TaskRestored)
	for _, reason := range []string{"campus-loan-student", "assets-suffice", "told"} {
		wantCode(t, "excused by "+reason, b.Listings.CloseTask(ctx, b.President(), task.ID, reason, why, enforcetest.Paper("")), "task.reason")
	}
	if openTask(t, b, id, ground.TaskRestored).ID != task.ID {
		t.Error("the doubt is gone")
	}
	wantCode(t, "published in doubt", b.Listings.Publish(ctx, b.President(), of(id)), "listing.restored")
}
