package register_test

import (
	"crypto/sha256"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"concordat/enforcement"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/ground"
	"concordat/enforcement/intake"
	"concordat/enforcement/listing"
	"concordat/enforcement/party"
	"concordat/internal/identifier/madeup"
	"concordat/memoranda"
)

// importRow is the n-th made row of a court's file.
func importRow(n int) intake.Row {
	number := madeup.NthPersonID(n)
	return intake.Row{
		Line: int64(n) + 2, Record: fmt.Sprintf("演示-%d", n),
		Case: party.Case{
			Number: fmt.Sprintf("（2025）桂0103执%d号", n+1), FiledOn: enforcetest.Start.AddDays(-60),
			BasisDocument: fmt.Sprintf("(2024)桂0103民初%d号", n+1), BasisUnit: "演示法院",
		},
		Subject:  party.Identity{Kind: memoranda.NaturalPerson, Name: madeup.NthPersonName(n), NumberKind: number.Kind, Number: number.Number},
		Conducts: []listing.Conduct{listing.AbleButRefuses},
		Facts:    enforcetest.Facts(),
	}
}

func importRows(from, to int) []intake.Row {
	rows := make([]intake.Row, 0, to-from)
	for n := from; n < to; n++ {
		rows = append(rows, importRow(n))
	}
	return rows
}

// started begins a run of a made file.
func started(t *testing.T, b *enforcetest.Bundle, name string) intake.Run {
	t.Helper()
	run, err := b.Intake.Start(t.Context(), b.Clerk(), intake.NewRun{Kind: intake.Listings, Content: sha256.Sum256([]byte(name)), Size: int64(len(name))})
	must(t, err)
	return run
}

// settled imports rows as one batch.
func settled(t *testing.T, b *enforcetest.Bundle, run intake.Run, rows []intake.Row) intake.Settled {
	t.Helper()
	act := run.Act(b.At())
	p, err := b.Intake.Prepare(act, run, rows, nil)
	must(t, err)
	done, err := b.Intake.Write(t.Context(), act, run, p, 0, nil)
	must(t, err)
	return done
}

func TestAnImportMakesDraftsAndPublishesNothing(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	run := started(t, b, "a")
	done := settled(t, b, run, importRows(0, 25))
	if done.Run.Drafted != 25 || done.Run.Rows != 25 || len(done.Refusals) != 0 {
		t.Fatalf("%+v", done)
	}
	run, err := b.Intake.Finish(t.Context(), b.Clerk(), done.Run, nil, 0)
	must(t, err)
	if run.State != intake.Done {
		t.Errorf("the run is %s", run.State)
	}
	if n := b.Count(`SELECT count(*) FROM listing WHERE state = 'draft' AND drafted_by = $1`, b.Clerk().Actor.ID); n != 25 {
		t.Errorf("%d drafts", n)
	}
	if n := b.Count(`SELECT count(*) FROM directive`); n != 0 {
		t.Errorf("%d directives of drafts", n)
	}
}

func imported(t *testing.T, b *enforcetest.Bundle, name string, rows ...intake.Row) intake.Settled {
	t.Helper()
	return settled(t, b, started(t, b, name), rows)
}

// codes are the codes of the refusals by line.
func codes(refusals []intake.Refusal) map[int64]string {
	m := map[int64]string{}
	for _, f := range refusals {
		m[f.Line] = f.Code
	}
	return m
}

func TestTheSameRecordIsEnteredOnce(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	rows := importRows(0, 10)
	first := imported(t, b, "first", rows...)
	again := imported(t, b, "the same rows in another file", rows...)
	if first.Run.Drafted != 10 || again.Run.Skipped != 10 || again.Run.Drafted != 0 {
		t.Errorf("first %+v, again %+v", first.Run.Counts, again.Run.Counts)
	}
	other := rows[3]
	other.Facts.Obligation = "演示:另一义务"
	basis := importRow(4)
	basis.Case.BasisDocument = "(2024)桂0103民初999号"
	basis.Record = "另一记录"
	named := importRow(5)
	named.Subject.Name = "演示别某"
	second := importRow(6)
	second.Record = "同案同人另一记录"
	done := imported(t, b, "changed", other, basis, named, second)
	want := map[int64]string{other.Line: "import.conflict", basis.Line: "import.conflict", named.Line: "subject.identity", second.Line: "listing.exists"}
	if diff := cmp.Diff(want, codes(done.Refusals)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if done.Run.Conflicting != 2 || done.Run.Refused != 2 || done.Run.Drafted != 0 {
		t.Errorf("counts: %+v", done.Run.Counts)
	}
	if n := b.Count(`SELECT count(*) FROM listing`); n != 10 {
		t.Errorf("%d listings", n)
	}
	if n := b.Count(`SELECT count(*) FROM subject`); n != 10 {
		t.Errorf("%d subjects", n)
	}
	listed := value(b.Intake.Refusals(t.Context(), b.Clerk(), done.Run.ID, 0, 100))(t)
	if len(listed) != 4 || listed[0].Raw != nil {
		t.Errorf("stored refusals: %+v", listed)
	}
}

func TestTheSameRowAThousandTimesIsOneDraft(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	rows := make([]intake.Row, 1000)
	for i := range rows {
		rows[i] = importRow(0)
		rows[i].Line = int64(i) + 2
	}
	done := imported(t, b, "thousand", rows...)
	if done.Run.Drafted != 1 || done.Run.Skipped != 999 {
		t.Errorf("%+v", done.Run.Counts)
	}
}

func TestWhatHasEndedNeverReopens(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	imported(t, b, "first", importRow(0))
	var id enforcement.ID
	must(t, b.DB.Pool.QueryRow(t.Context(), `SELECT id FROM listing`).Scan(&id))
	must(t, b.Listings.Abandon(t.Context(), b.Judge(), of(id), ground.Performed))
	again := imported(t, b, "second", importRow(0))
	if again.Run.Skipped != 1 || b.Count(`SELECT count(*) FROM listing`) != 1 {
		t.Errorf("%+v", again.Run.Counts)
	}
	changed := importRow(0)
	changed.Facts.Conduct = "演示:别的"
	third := imported(t, b, "third", changed)
	if third.Run.Conflicting != 1 || b.Count(`SELECT count(*) FROM listing WHERE state = 'draft'`) != 0 {
		t.Errorf("%+v", third.Run.Counts)
	}
}

func TestRowsAreCheckedAsIfEnteredByHand(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	for name, c := range map[string]struct {
		change func(*intake.Row)
		code   string
		field  string
	}{
		"number":        {func(r *intake.Row) { r.Subject.Number = r.Subject.Number[:17] + "*" }, "identifier.masked", "cardNum"},
		"name":          {func(r *intake.Row) { r.Subject.Name = "演示\u202e某" }, "name.control", "iname"},
		"no number":     {func(r *intake.Row) { r.Subject.Number = "" }, "subject.name-only", "cardNum"},
		"kind":          {func(r *intake.Row) { r.Subject.Kind = memoranda.LegalPerson }, "subject.kind", "partyTypeName"},
		"minor":         {func(r *intake.Row) { r.Subject.Number = b.Made.Minor(enforcetest.Start).Number }, "listing.minor", "cardNum"},
		"other court":   {func(r *intake.Row) { r.Case.Number = "(2025)桂0105执1号" }, "case.court", "caseCode"},
		"court's name":  {func(r *intake.Row) { r.Court = "南宁市江南区人民法院" }, "import.court", "courtName"},
		"case number":   {func(r *intake.Row) { r.Case.Number = "执1号" }, "case-number.malformed", "caseCode"},
		"not yet filed": {func(r *intake.Row) { r.Case.FiledOn = enforcetest.Start.AddDays(1) }, "case.filed", "regDate"},
		"no basis":      {func(r *intake.Row) { r.Case.BasisUnit = "" }, "case.basis", "gistId"},
		"no facts":      {func(r *intake.Row) { r.Facts.Obligation = "" }, "listing.facts", "duty"},
		"no conduct":    {func(r *intake.Row) { r.Conducts = nil }, "listing.conduct", "disruptTypeName"},
		"taken over":    {func(r *intake.Row) { r.Taken = &intake.TakenOver{} }, "import.kind", ""},
		"an override":   {func(r *intake.Row) { r.Subject.OverrideBy = "second" }, "", ""},
	} {
		row := importRow(7)
		c.change(&row)
		done := imported(t, b, name, row)
		var got intake.Refusal
		if len(done.Refusals) > 0 {
			got = done.Refusals[0]
		}
		if got.Code != c.code || got.Field != c.field {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if n := b.Count(`SELECT count(*) FROM listing`); n != 1 {
		t.Errorf("%d listings", n)
	}
}

func TestOnlyOnesOwnCourtImports(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	run := started(t, b, "a")
	other := b.As(enforcement.Clerk, b.OtherCourt)
	_, err := b.Intake.Get(t.Context(), other, run.ID)
	wantCode(t, "another court's run", err, "not-found")
	_, err = b.Intake.Prepare(other, run, importRows(0, 1), nil)
	wantCode(t, "another court's batch", err, "not-found")
	file := intake.NewRun{Kind: intake.Listings, Content: sha256.Sum256(nil), Size: 1}
	_, err = b.Intake.Start(t.Context(), b.As(enforcement.DepartmentClerk, b.Departments[0]), file)
	wantCode(t, "a department", err, "role.forbidden")
	_, err = b.Intake.Start(t.Context(), b.As(enforcement.Clerk, b.Departments[0]), file)
	wantCode(t, "no court", err, "import.court")
	file.Kind = intake.Takeover
	_, err = b.Intake.Start(t.Context(), b.Clerk(), file)
	wantCode(t, "a clerk takes over", err, "role.forbidden")
	_, err = b.Intake.Start(t.Context(), b.President(), file)
	wantCode(t, "no statement", err, "import.statement")
}

// The sources of imported listings carry no foreign keys: the audit looks.
func TestASourceThatNamesNothingIsFound(t *testing.T) {
	t.Parallel()
	for what, tampering := range map[string]string{
		"a listing that is not there": `UPDATE listing_source SET listing_id = gen_random_uuid() WHERE line = 2`,
		"another person's listing":    `UPDATE listing_source SET subject_id = gen_random_uuid() WHERE line = 2`,
		"a file that is not there":    `UPDATE listing_source SET import_id = gen_random_uuid() WHERE line = 2`,
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			b := enforcetest.Setup(t)
			imported(t, b, "a", importRows(0, 3)...)
			if audit := value(b.Auditor.Directives(t.Context(), nil))(t); len(audit.Findings) != 0 {
				t.Fatalf("before: %v", audit.Findings)
			}
			_, err := b.DB.Pool.Exec(t.Context(), tampering)
			must(t, err)
			if audit := value(b.Auditor.Directives(t.Context(), nil))(t); len(audit.Findings) != 1 {
				t.Errorf("%d findings: %v", len(audit.Findings), audit.Findings)
			}
		})
	}
}
