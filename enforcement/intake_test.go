package enforcement_test

import (
	"crypto/sha256"
	"fmt"
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/enforcetest"
	"concordat/internal/identifier/madeup"
	"concordat/memoranda"
)

// importRow is the n-th made row of a court's file.
func importRow(n int) enforcement.ImportRow {
	number := madeup.NthPersonID(n)
	return enforcement.ImportRow{
		Line: int64(n) + 2, Record: fmt.Sprintf("演示-%d", n),
		Case: enforcement.Case{
			Number: fmt.Sprintf("（2025）桂0103执%d号", n+1), FiledOn: enforcetest.Start.AddDays(-60),
			BasisDocument: fmt.Sprintf("(2024)桂0103民初%d号", n+1), BasisUnit: "演示法院",
		},
		Subject:  enforcement.Identity{Kind: memoranda.NaturalPerson, Name: madeup.NthPersonName(n), NumberKind: number.Kind, Number: number.Number},
		Conducts: []enforcement.Conduct{enforcement.AbleButRefuses},
		Facts:    enforcetest.Facts(),
	}
}

func importRows(from, to int) []enforcement.ImportRow {
	rows := make([]enforcement.ImportRow, 0, to-from)
	for n := from; n < to; n++ {
		rows = append(rows, importRow(n))
	}
	return rows
}

// started begins a run of a made file.
func started(t *testing.T, b *enforcetest.Bundle, name string) enforcement.ImportRun {
	t.Helper()
	run, err := b.StartImport(t.Context(), b.Clerk(), enforcement.NewImport{Kind: enforcement.ImportListings, Content: sha256.Sum256([]byte(name)), Size: int64(len(name))})
	must(t, err)
	return run
}

// settled imports rows as one batch.
func settled(t *testing.T, b *enforcetest.Bundle, run enforcement.ImportRun, rows []enforcement.ImportRow) enforcement.Settled {
	t.Helper()
	act := run.Act(b.At())
	p, err := b.PrepareImport(act, run, rows, nil)
	must(t, err)
	done, err := b.WriteImport(t.Context(), act, run, p, 0, nil)
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
	run, err := b.FinishImport(t.Context(), b.Clerk(), done.Run, nil, 0)
	must(t, err)
	if run.State != enforcement.ImportDone {
		t.Errorf("the run is %s", run.State)
	}
	if n := b.Count(`SELECT count(*) FROM listing WHERE state = 'draft' AND drafted_by = $1`, b.Clerk().Actor.ID); n != 25 {
		t.Errorf("%d drafts", n)
	}
	if n := b.Count(`SELECT count(*) FROM directive`); n != 0 {
		t.Errorf("%d directives of drafts", n)
	}
}

func BenchmarkWriteImport(b *testing.B) {
	e := enforcetest.Setup(b)
	run, err := e.StartImport(b.Context(), e.Clerk(), enforcement.NewImport{Kind: enforcement.ImportListings, Content: sha256.Sum256([]byte("bench")), Size: 5})
	if err != nil {
		b.Fatal(err)
	}
	n := 0
	for b.Loop() {
		p, err := e.PrepareImport(e.Clerk(), run, importRows(n, n+enforcement.ImportBatch), nil)
		if err != nil {
			b.Fatal(err)
		}
		done, err := e.WriteImport(b.Context(), e.Clerk(), run, p, 0, nil)
		if err != nil {
			b.Fatal(err)
		}
		run = done.Run
		n += enforcement.ImportBatch
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "rows/s")
}
