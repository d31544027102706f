package register_test

import (
	"crypto/sha256"
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/ground"
	"concordat/enforcement/hold"
	"concordat/enforcement/intake"
	"concordat/enforcement/listing"
	"concordat/memoranda/day"
)

const statement = "演示:本院声明下列失信决定现行有效"

// takenRow is the n-th made row of a takeover: a listing with a term, decided a
// year ago.
func takenRow(n int) intake.Row {
	row, decided := importRow(n), enforcetest.Start.AddYears(-1)
	row.Case.FiledOn = decided.AddDays(-90)
	row.Conducts = []listing.Conduct{listing.EvadesBySham}
	row.Taken = &intake.TakenOver{
		DecisionNumber: "(2024)桂0103执1号之一", DecidedOn: decided, SignedBy: "演示院长", ServedOn: decided.AddDays(3), Manner: ground.ServedDirectly,
		RepairNotice: decided.AddDays(3), TermUntil: decided.AddYears(2), PublishedOn: decided.AddDays(5), WarnedOn: decided.AddDays(-30),
	}
	return row
}

// takeover takes rows over as one file.
func takeover(t *testing.T, b *enforcetest.Bundle, name string, rows ...intake.Row) (intake.Settled, error) {
	t.Helper()
	act := b.President()
	run, err := b.Intake.Start(t.Context(), act, intake.NewRun{Kind: intake.Takeover, Content: sha256.Sum256([]byte(name)), Size: 1, Statement: []byte(statement)})
	must(t, err)
	if run.Waits() {
		_, err = b.Intake.Confirm(t.Context(), b.Clerk(), run.ID, stated(name, statement))
		must(t, err)
	}
	p, err := b.Intake.Prepare(act, run, rows, nil)
	must(t, err)
	return b.Intake.Write(t.Context(), act, run, p, 0, nil)
}

// The statement is a paper of the file: what is none states nothing, and no hash stands
// beside an empty place, whoever writes the row.
func TestATakeoversStatementIsAPaper(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	for name, text := range map[string]string{"a program": "MZ\x90\x00\x03", "blanks": " \n ", "a claim that is no PDF": "%PDF-1.7 nothing"} {
		_, err := b.Intake.Start(ctx, b.President(), intake.NewRun{Kind: intake.Takeover, Content: sha256.Sum256([]byte(name)), Size: 1, Statement: []byte(text)})
		if _, refused := errors.AsType[*enforcement.Refusal](err); !refused {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := b.Count(`SELECT (SELECT count(*) FROM import_run) + (SELECT count(*) FROM paper) + (SELECT count(*) FROM paper_chunk)`); n != 0 {
		t.Errorf("%d rows were written of what was refused", n)
	}
	run := value(b.Intake.Start(ctx, b.President(), intake.NewRun{Kind: intake.Takeover, Content: sha256.Sum256(nil), Size: 1, Statement: []byte(statement)}))(t)
	if n := b.Count(`SELECT count(*) FROM import_run i JOIN paper p ON p.id = i.statement_paper AND p.hash = i.statement_hash JOIN event e ON e.refers_to = i.id AND e.document_hash = p.hash WHERE i.id = $1`, run.ID); n != 1 {
		t.Error("the run, its event and its paper tell of different statements")
	}
	_, err := b.DB.Pool.Exec(ctx, `UPDATE import_run SET statement_paper = NULL WHERE id = $1`, run.ID)
	wantCode(t, "a hash alone", enforcement.AsRefusal(err), "import.statement")
}

// stated is what somebody has before them.
func stated(file, statement string) intake.Stated {
	return intake.Stated{File: sha256.Sum256([]byte(file)), Statement: sha256.Sum256([]byte(statement))}
}

// A takeover is two people's: the president states it, another human of the court states over
// the same file and the same statement, once. Until then nothing of it is in force, whoever
// writes it.
func TestATakeoverIsTwoPeoples(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	file := intake.NewRun{Kind: intake.Takeover, Content: sha256.Sum256([]byte("a")), Size: 1, Statement: []byte(statement)}
	run := value(b.Intake.Start(ctx, b.President(), file))(t)
	p := value(b.Intake.Prepare(b.President(), run, []intake.Row{takenRow(0)}, nil))(t)
	_, err := b.Intake.Write(ctx, b.President(), run, p, 0, nil)
	wantCode(t, "one person alone", err, "takeover.unconfirmed")
	schemaRefuses(t, b, "import_run_stated", `UPDATE import_run SET rows_done = 1, drafted = 1 WHERE id = $1`, run.ID)
	before := fingerprint(t, b)
	foreign, system := b.As(enforcement.Judge, b.OtherCourt), b.System()
	for name, try := range map[string]struct {
		act  enforcement.Act
		says intake.Stated
		want string
	}{
		"the same human":             {b.President(), stated("a", statement), "takeover.second-person"},
		"by another token of theirs": {as(b.President(), enforcement.Clerk), stated("a", statement), "takeover.second-person"},
		"another court's judge":      {foreign, stated("a", statement), "not-found"},
		"a department":               {b.As(enforcement.DepartmentReviewer, b.Departments[0]), stated("a", statement), "role.forbidden"},
		"an operator":                {b.As(enforcement.Operator, 0), stated("a", statement), "role.forbidden"},
		"the program":                {system, stated("a", statement), "role.forbidden"},
		"a changed file":             {b.Clerk(), stated("b", statement), "takeover.file"},
		"another statement":          {b.Clerk(), stated("a", "another"), "import.statement"},
	} {
		_, err := b.Intake.Confirm(ctx, try.act, run.ID, try.says)
		wantCode(t, name, err, try.want)
	}
	if fingerprint(t, b) != before {
		t.Error("a refused confirmation left something")
	}
	schemaRefuses(t, b, "import_run_by_two", `UPDATE import_run SET confirmed_by = started_by, confirmed_at = now() WHERE id = $1`, run.ID)
	if waiting := value(b.Intake.Waiting(ctx))(t); len(waiting) != 0 {
		t.Errorf("%d are read", len(waiting))
	}
	run = value(b.Intake.Confirm(ctx, b.Clerk(), run.ID, stated("a", statement)))(t)
	if run.Waits() || run.ConfirmedBy != b.Clerk().Actor.ID {
		t.Errorf("%+v", run)
	}
	_, err = b.Intake.Confirm(ctx, b.Judge(), run.ID, stated("a", statement))
	wantCode(t, "twice", err, "takeover.confirmed")
	done := value(b.Intake.Write(ctx, b.President(), run, p, 0, nil))(t)
	if done.Run.Drafted != 1 {
		t.Errorf("%+v", done.Run.Counts)
	}
	if n := b.Count(`SELECT count(*) FROM event WHERE kind = 'takeover-confirmed' AND actor = $1 AND reason = 'started by ' || $2`, b.Clerk().Actor.ID, b.President().Actor.ID); n != 1 {
		t.Errorf("%d events name both", n)
	}
	imported := value(b.Intake.Start(ctx, b.Clerk(), intake.NewRun{Kind: intake.Listings, Content: sha256.Sum256([]byte("c")), Size: 1}))(t)
	_, err = b.Intake.Confirm(ctx, b.Judge(), imported.ID, stated("c", ""))
	wantCode(t, "of drafts", err, "not-found")
	wantAudit(t, b)
}

// A run that a release before began waits for its second person too, who names the statement
// when the president has brought it again.
func TestATakeoverOfTheReleaseBeforeWaits(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	file := intake.NewRun{Kind: intake.Takeover, Content: sha256.Sum256([]byte("a")), Size: 1, Statement: []byte(statement)}
	run := value(b.Intake.Start(ctx, b.President(), file))(t)
	_, err := b.DB.Pool.Exec(ctx, `UPDATE import_run SET rules = 0, statement_sum = NULL WHERE id = $1`, run.ID)
	must(t, err)
	_, err = b.DB.Pool.Exec(ctx, `UPDATE import_run SET rows_done = 1, drafted = 1 WHERE id = $1`, run.ID) // the old release's writer
	must(t, err)
	if run = value(b.Intake.Start(ctx, b.President(), file))(t); !run.Waits() {
		t.Errorf("%+v", run)
	}
	act := b.President()
	p := value(b.Intake.Prepare(act, run, []intake.Row{takenRow(0)}, nil))(t)
	_, err = b.Intake.Write(ctx, act, run, p, 1, nil)
	wantCode(t, "this release writes nothing of it", err, "takeover.unconfirmed") // where no constraint binds
	must(t, justError(b.Intake.Confirm(ctx, b.Clerk(), run.ID, stated("a", statement))))
}

func TestAListingIsTakenOverWithItsOldDays(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	row, endless := takenRow(0), takenRow(1)
	endless.Conducts, endless.Taken.TermUntil = []listing.Conduct{listing.AbleButRefuses}, 0
	done, err := takeover(t, b, "a", row, endless)
	must(t, err)
	if done.Run.Drafted != 2 || done.Run.Reviewed != 0 || len(done.Refusals) != 0 {
		t.Fatalf("%+v", done)
	}
	list := value(b.Listings.List(t.Context(), b.Clerk(), ground.Wanted{State: ground.Active, Limit: 10}))(t)
	if len(list) != 2 {
		t.Fatalf("%d listings are in force", len(list))
	}
	l, taken := list[0], row.Taken
	got := []day.Day{l.NoticeServedOn, l.DecidedOn, l.ServedOn, l.PublishedOn, l.TermUntil, l.GraceUntil}
	if diff := cmp.Diff([]day.Day{taken.WarnedOn, taken.DecidedOn, taken.ServedOn, taken.PublishedOn, taken.TermUntil, 0}, got); diff != "" {
		t.Errorf("days (-file +record):\n%s", diff)
	}
	if n := len(directives(t, b, l.ID)); n == 0 {
		t.Error("no directives")
	}
	if n := b.Count(`SELECT count(*) FROM directive WHERE valid_until IS DISTINCT FROM (SELECT g.valid_until FROM ground g WHERE g.id = ground_id)`); n != 0 {
		t.Errorf("%d directives with another term", n)
	}
	if clocks := value(b.Docket.Clocks(t.Context(), l.ID))(t); len(clocks) != 0 {
		t.Errorf("clocks run: %+v", clocks)
	}
	var hash []byte
	must(t, b.DB.Pool.QueryRow(t.Context(), `SELECT document_hash FROM event WHERE ground_id = $1 AND kind = 'listing-taken-over' AND refers_to = $2`, l.ID, done.Run.ID).Scan(&hash))
	sum := sha256.Sum256([]byte(statement)) // as every paper is hashed
	must(t, b.Vault.VerifyDocument(sum[:], hash))
	entries := value(b.Listings.PublicEntries(t.Context(), b.Day(), enforcement.ID{}, 10))(t)
	if len(entries) != 2 || entries[0].Published != taken.PublishedOn {
		t.Errorf("the public sees %+v", entries)
	}
	if n := b.Count(`SELECT count(*) FROM task WHERE closed_on IS NULL`); n != 2 {
		t.Errorf("%d tasks for the missing orders", n)
	}
	sendAll(t, b, directive.Acknowledged)
	// From here on it is a listing like any other: its old term ends it.
	b.AdvanceTo(taken.TermUntil.AddDays(1))
	_, _, _, err = b.Daily(t.Context(), b.System(), nil)
	must(t, err)
	wantState(t, b, l.ID, ground.Expired)
	wantState(t, b, list[1].ID, ground.Active)
	wantAudit(t, b)
	again, err := takeover(t, b, "the same in another file", row, endless)
	must(t, err)
	if again.Run.Skipped != 2 || again.Run.Drafted != 0 {
		t.Errorf("taken over again: %+v", again.Run.Counts)
	}
	wantState(t, b, l.ID, ground.Expired)
}

func TestWhatIsNotClearGoesToReview(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	today := enforcetest.Start
	var rows []intake.Row
	var want []string
	for i, c := range []struct {
		code   string
		change func(*intake.Row)
	}{
		{"takeover.ended", func(r *intake.Row) { r.Taken.EndedOn = today.AddDays(-1) }},
		{"takeover.ended", func(r *intake.Row) { r.Taken.EndReason = "演示:已履行" }},
		{"takeover.ended", func(r *intake.Row) { r.Facts.Performed = "all" }},
		{"takeover.decision", func(r *intake.Row) { r.Taken.DecisionNumber = "" }},
		{"takeover.decision", func(r *intake.Row) { r.Taken.SignedBy = "" }},
		{"takeover.decision", func(r *intake.Row) { r.Taken.DecidedOn = 0 }},
		{"takeover.minor", func(r *intake.Row) {
			r.Subject.Number = b.Made.ResidentID(r.Taken.DecidedOn.AddYears(-18)).Number // of age on the day after
		}},
		{"takeover.minor", func(r *intake.Row) { r.Subject.Number = b.Made.Minor(today).Number }},
		{"takeover.no-warning", func(r *intake.Row) { r.Taken.WarnedOn = 0 }},
		{"takeover.no-service", func(r *intake.Row) { r.Taken.ServedOn = 0 }},
		{"takeover.no-service", func(r *intake.Row) { r.Taken.Manner = "pigeon" }},
		{"takeover.no-repair-notice", func(r *intake.Row) { r.Taken.RepairNotice = 0 }},
		{"takeover.not-published", func(r *intake.Row) { r.Taken.PublishedOn = 0 }},
		{"takeover.dates", func(r *intake.Row) { r.Taken.ServedOn = r.Taken.DecidedOn.AddDays(-1) }},
		{"takeover.dates", func(r *intake.Row) { r.Taken.PublishedOn = r.Taken.ServedOn.AddDays(-1) }},
		{"takeover.dates", func(r *intake.Row) { r.Taken.PublishedOn = today.AddDays(1) }},
		{"takeover.dates", func(r *intake.Row) { r.Taken.RepairNotice = today.AddDays(1) }},
		{"takeover.dates", func(r *intake.Row) { r.Taken.WarnedOn = r.Taken.DecidedOn.AddDays(1) }},
		{"takeover.term", func(r *intake.Row) { r.Taken.TermUntil = r.Taken.DecidedOn.AddYears(2).AddDays(1) }},
		{"takeover.term", func(r *intake.Row) { r.Taken.TermUntil = 0 }},
		{"takeover.term", func(r *intake.Row) { r.Conducts = []listing.Conduct{listing.AbleButRefuses} }},
		{"takeover.term-over", func(r *intake.Row) { r.Taken.TermUntil = today.AddDays(-1) }},
	} {
		row := takenRow(i)
		c.change(&row)
		rows, want = append(rows, row), append(want, c.code)
	}
	last := takenRow(len(rows))
	last.Taken.TermUntil = today // the last day still counts
	done, err := takeover(t, b, "a", append(rows, last)...)
	must(t, err)
	if int(done.Run.Reviewed) != len(rows) || done.Run.Drafted != 1 {
		t.Errorf("%+v", done.Run.Counts)
	}
	items := value(b.Intake.Reviews(t.Context(), b.Clerk(), enforcement.ID{}, 100))(t)
	slices.SortFunc(items, func(a, b intake.ReviewItem) int { return int(a.Line - b.Line) })
	for i, item := range items {
		if item.Code != want[i] || item.Name != rows[i].Subject.Name || item.Number == rows[i].Subject.Number || item.Taken != *rows[i].Taken {
			t.Errorf("line %d: want %s, got %+v", item.Line, want[i], item)
		}
	}
	if n := b.Count(`SELECT count(*) FROM ground`); n != 1 {
		t.Errorf("%d grounds", n)
	}
	if n := len(value(b.Intake.Reviews(t.Context(), b.As(enforcement.Clerk, b.OtherCourt), enforcement.ID{}, 100))(t)); n != 0 {
		t.Errorf("another court sees %d reviews", n)
	}
	id := items[0].ID
	wantCode(t, "a clerk closes", b.Intake.CloseReview(t.Context(), b.Clerk(), id, "ended"), "role.forbidden")
	wantCode(t, "no reason", b.Intake.CloseReview(t.Context(), b.Judge(), id, "演示"), "review.reason")
	wantCode(t, "another court", b.Intake.CloseReview(t.Context(), b.As(enforcement.Judge, b.OtherCourt), id, "ended"), "not-found")
	must(t, b.Intake.CloseReview(t.Context(), b.Judge(), id, "ended"))
	wantCode(t, "closed twice", b.Intake.CloseReview(t.Context(), b.Judge(), id, "ended"), "not-found")
	again, err := takeover(t, b, "b", rows...)
	must(t, err)
	if int(again.Run.Skipped) != len(rows) || b.Count(`SELECT count(*) FROM review_item WHERE closed_on IS NULL`) != len(rows)-1 {
		t.Errorf("the same again: %+v", again.Run.Counts)
	}
	wantAudit(t, b)
}

// A listing that ended here is not put in force again by an old system that did
// not hear of it.
func TestAnEndHereOutweighsAFile(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	row := takenRow(0)
	_, err := takeover(t, b, "a", row)
	must(t, err)
	l := value(b.Listings.List(t.Context(), b.Clerk(), ground.Wanted{State: ground.Active, Limit: 10}))(t)[0]
	live := row
	live.Record = "旧系统另一编号"
	done, err := takeover(t, b, "b", live)
	must(t, err)
	if codes(done.Refusals)[live.Line] != "listing.exists" {
		t.Errorf("while it is in force: %+v", done)
	}
	must(t, b.Listings.DeleteEarly(t.Context(), b.Judge(), of(l.ID), b.Ending(0)))
	done, err = takeover(t, b, "c", live)
	must(t, err)
	items := value(b.Intake.Reviews(t.Context(), b.Clerk(), enforcement.ID{}, 10))(t)
	if done.Run.Reviewed != 1 || len(items) != 1 || items[0].Code != "takeover.ended-here" {
		t.Errorf("after its end: %+v, %+v", done.Run.Counts, items)
	}
	if n := b.Count(`SELECT count(*) FROM listing WHERE state = 'active'`); n != 0 {
		t.Errorf("%d listings are in force again", n)
	}
	wantAudit(t, b)
}

func TestATakeoverStandsOnOneStatementAndNoHold(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	file := intake.NewRun{Kind: intake.Takeover, Content: sha256.Sum256([]byte("a")), Size: 1, Statement: []byte(statement)}
	run := value(b.Intake.Start(t.Context(), b.President(), file))(t)
	if again := value(b.Intake.Start(t.Context(), b.President(), file))(t); again.ID != run.ID {
		t.Error("the same file is another run")
	}
	file.Statement = []byte("演示:另一份声明")
	_, err := b.Intake.Start(t.Context(), b.President(), file)
	wantCode(t, "another statement", err, "import.statement")
	_, err = b.Intake.Finish(t.Context(), b.Clerk(), run, nil, 0)
	wantCode(t, "a clerk ends it", err, "role.forbidden")
	_, err = b.Holds.Place(t.Context(), b.As(enforcement.Operator, 0), hold.NewHold{Scope: hold.Everything, Reason: "演示"})
	must(t, err)
	_, err = takeover(t, b, "a", takenRow(0))
	wantCode(t, "under a hold", err, "hold.standing")
	if n := b.Count(`SELECT count(*) FROM listing`) + b.Count(`SELECT rows_done FROM import_run`); n != 0 {
		t.Errorf("%d rows were taken over under a hold", n)
	}
}
