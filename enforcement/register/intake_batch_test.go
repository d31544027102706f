package register_test

import (
	"crypto/sha256"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"

	"concordat/enforcement/enforcetest"
	"concordat/enforcement/intake"
)

func BenchmarkWriteImport(b *testing.B) {
	e := enforcetest.Setup(b)
	run, err := e.Intake.Start(b.Context(), e.Clerk(), intake.NewRun{Kind: intake.Listings, Content: sha256.Sum256([]byte("bench")), Size: 5})
	if err != nil {
		b.Fatal(err)
	}
	n := 0
	for b.Loop() {
		p, err := e.Intake.Prepare(e.Clerk(), run, importRows(n, n+intake.Batch), nil)
		if err != nil {
			b.Fatal(err)
		}
		done, err := e.Intake.Write(b.Context(), e.Clerk(), run, p, 0, nil)
		if err != nil {
			b.Fatal(err)
		}
		run = done.Run
		n += intake.Batch
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "rows/s")
}

// Two processes read one file: the slower one's batch changes nothing.
func TestABatchIsSettledOnce(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	run := started(t, b, "a")
	settled(t, b, run, importRows(0, 5))
	p := value(b.Intake.Prepare(b.Clerk(), run, importRows(5, 9), nil))(t)
	_, err := b.Intake.Write(t.Context(), b.Clerk(), run, p, 0, nil)
	wantCode(t, "a batch behind the run", err, "import.elsewhere")
	if n := b.Count(`SELECT count(*) FROM listing`); n != 5 {
		t.Errorf("%d listings", n)
	}
	release, ok, err := b.Intake.Claim(t.Context(), run.ID)
	must(t, err)
	if _, twice, err := b.Intake.Claim(t.Context(), run.ID); err != nil || !ok || twice {
		t.Errorf("claimed: %v, twice: %v, %v", ok, twice, err)
	}
	release()
	release, ok, err = b.Intake.Claim(t.Context(), run.ID)
	if err != nil || !ok {
		t.Fatalf("the claim was not given back: %v", err)
	}
	release()
}

// Files with the same people and cases at the same time: everybody is entered
// once, and every row is settled.
func TestFilesWithTheSamePeopleAtOnce(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	var all sync.WaitGroup
	var runs [4]intake.Run
	for i := range runs {
		run := started(t, b, fmt.Sprint("file ", i))
		all.Go(func() {
			for from := 0; from < 200; from += 20 {
				p, err := b.Intake.Prepare(b.Clerk(), run, importRows(from, from+20), nil)
				if err != nil {
					t.Error(err)
					return
				}
				done, err := b.Intake.Write(t.Context(), b.Clerk(), run, p, 0, nil)
				if err != nil {
					t.Error(err)
					return
				}
				run = done.Run
			}
			runs[i] = run
		})
	}
	all.Wait()
	var drafted, skipped int64
	for _, run := range runs {
		drafted, skipped = drafted+run.Drafted, skipped+run.Skipped
	}
	if drafted != 200 || skipped != 600 {
		t.Errorf("%d drafted, %d skipped", drafted, skipped)
	}
	if n := b.Count(`SELECT count(*) FROM subject`); n != 200 {
		t.Errorf("%d subjects", n)
	}
}

// However a file is cut into batches, the same comes of it: here every file is
// read twice, about different people, in different batches.
func TestBatchesMakeNoDifference(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	rapid.Check(t, func(t *rapid.T) {
		type drawn struct{ person, execCase, record, name, content int }
		file := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) drawn {
			n := func(name string, most int) int { return rapid.IntRange(0, most).Draw(t, name) }
			return drawn{n("person", 3), n("case", 2), n("record", 1), n("name", 5), n("content", 4)}
		}), 1, 30).Draw(t, "file")
		var outcomes [2]string
		for which := range outcomes {
			offset := int(trials.Add(1)) * 10
			var rows []intake.Row
			for line, d := range file {
				row := importRow(offset + d.person)
				row.Line, row.Record = int64(line)+2, fmt.Sprint(d.record)
				row.Case = importRow(offset + d.execCase).Case
				if d.name == 0 {
					row.Subject.Name = "演示别某"
				}
				if d.content == 0 {
					row.Facts.Obligation = "演示:另一义务"
				}
				if d.content == 1 {
					row.Case.BasisUnit = "演示别院"
				}
				rows = append(rows, row)
			}
			run, err := b.Intake.Start(t.Context(), b.Clerk(), intake.NewRun{Kind: intake.Listings, Content: sha256.Sum256(fmt.Append(nil, offset)), Size: 1})
			if err != nil {
				t.Fatal(err)
			}
			var told []string
			for len(rows) > 0 {
				n := rapid.IntRange(1, len(rows)).Draw(t, "batch")
				p, err := b.Intake.Prepare(b.Clerk(), run, rows[:n], nil)
				if err != nil {
					t.Fatal(err)
				}
				done, err := b.Intake.Write(t.Context(), b.Clerk(), run, p, 0, nil)
				if err != nil {
					t.Fatal(err)
				}
				for _, f := range done.Refusals {
					told = append(told, fmt.Sprint(f.Line, f.Field, f.Code))
				}
				run, rows = done.Run, rows[n:]
			}
			var lines []int64
			if err := b.DB.Pool.QueryRow(t.Context(), `SELECT array_agg(line ORDER BY line) FROM listing_source WHERE import_id = $1`, run.ID).Scan(&lines); err != nil {
				t.Fatal(err)
			}
			outcomes[which] = fmt.Sprint(run.Counts, told, lines)
		}
		if outcomes[0] != outcomes[1] {
			t.Fatalf("in other batches something else came of it:\n%s\n%s", outcomes[0], outcomes[1])
		}
	})
}

var trials atomic.Int64
