package jobs_test

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"concordat/enforcement"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/intake"
	"concordat/enforcement/register"
	"concordat/internal/calendar"
	"concordat/internal/jobs"
	"concordat/internal/pg"
	"concordat/internal/pg/pgtest"
	"concordat/internal/vault"
	"concordat/memoranda"
)

// readerVariable carries the order of a process that reads a file, as JSON. A
// process that has it is no test.
const readerVariable = "CONCORDAT_TEST_READER"

// order is all that the reading process knows.
type order struct {
	URL, KeyFile, File string
	Run                enforcement.ID
}

func TestMain(m *testing.M) {
	if text := os.Getenv(readerVariable); text != "" {
		var o order
		err := json.Unmarshal([]byte(text), &o)
		if err == nil {
			err = o.read(context.Background())
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	pgtest.Main(m)
}

// legal is ten o'clock of the day on which everything is read.
func legal() time.Time { return calendar.Start(enforcetest.Start).Add(10 * time.Hour) }

func machine() time.Time { return time.Now().UTC() }

// read reads the file as the command does, and writes a line for each batch.
func (o order) read(ctx context.Context) error {
	db, err := pg.Open(ctx, pg.Config{URL: o.URL, MaxConns: 4})
	if err != nil {
		return err
	}
	keys, err := vault.Open(o.KeyFile, vault.Options{Demo: true})
	if err != nil {
		return err
	}
	register, err := o.register(ctx, db, keys)
	if err != nil {
		return err
	}
	file, err := os.Open(o.File)
	if err != nil {
		return err
	}
	run, err := register.Intake.Get(ctx, enforcement.Daily(legal()), o.Run)
	if err != nil {
		return err
	}
	run, err = jobs.Reading{
		Register: register, Legal: legal, Refused: o.File + ".refused.csv",
		Progress: func(run intake.Run) { fmt.Println(run.Rows) },
	}.Run(ctx, run, file)
	if err != nil {
		return err
	}
	fmt.Println("end", run.State)
	return nil
}

func (o order) register(ctx context.Context, db *pg.DB, keys *vault.Vault) (*register.Offices, error) {
	inserting, err := jobs.Insert(db.Pool)
	if err != nil {
		return nil, err
	}
	days, err := calendar.Embedded()
	if err != nil {
		return nil, err
	}
	catalogue, err := memoranda.Embedded()
	if err != nil {
		return nil, err
	}
	return register.Open(ctx, register.Config{DB: db, Jobs: inserting, Vault: keys, Calendar: days, Catalogue: catalogue, Machine: machine})
}

// scene is a record of its own with keys that another process can open.
type scene struct {
	*enforcetest.Bundle
	order order
}

func newScene(t *testing.T, text string) scene {
	t.Helper()
	b := enforcetest.Setup(t)
	s := scene{b, order{URL: b.DB.Pool.Config().ConnString(), KeyFile: filepath.Join(t.TempDir(), "keys.json"), File: filepath.Join(t.TempDir(), "made.csv")}}
	var err error
	b.Config.Vault, err = vault.Open(s.order.KeyFile, vault.Options{Demo: true, Create: true})
	must(t, err)
	b.Vault = b.Config.Vault
	b.Offices, err = register.Open(t.Context(), b.Config)
	must(t, err)
	must(t, os.WriteFile(s.order.File, []byte(text), 0o600))
	run, err := b.Intake.Start(t.Context(), b.Clerk(), intake.NewRun{Kind: intake.Listings, Content: sha256.Sum256([]byte(text)), Size: int64(len(text))})
	must(t, err)
	s.order.Run = run.ID
	return s
}

// process starts a reader and kills it once it has settled so many batches and a
// moment more; negative is never. It tells whether the reader came to its end.
func (s scene) process(t *testing.T, batches int, moment time.Duration) (ended bool) {
	t.Helper()
	text, err := json.Marshal(s.order)
	must(t, err)
	c := exec.CommandContext(t.Context(), os.Args[0])
	c.Env, c.Stderr = append(os.Environ(), readerVariable+"="+string(text)), os.Stderr
	out, err := c.StdoutPipe()
	must(t, err)
	must(t, c.Start())
	lines := bufio.NewScanner(out)
	for n := 0; n != batches && lines.Scan(); n++ {
		ended = ended || lines.Text() == "end done"
	}
	if batches >= 0 && !ended {
		time.Sleep(moment) // the point of the kill is drawn: within a batch as well as between two
		must(t, c.Process.Kill())
		for lines.Scan() {
			ended = ended || lines.Text() == "end done"
		}
	}
	if err := c.Wait(); err != nil && batches < 0 {
		t.Fatal(err)
	}
	return ended
}

// outcome is all that an import leaves, ids and sealed bytes aside.
type outcome struct {
	Counts   intake.Counts
	State    intake.State
	Refused  string
	Listings []string
	Stored   []intake.Refusal
	Subjects int
	Events   int
}

func (s scene) outcome(t *testing.T) outcome {
	t.Helper()
	run, err := s.Intake.Get(t.Context(), s.Clerk(), s.order.Run)
	must(t, err)
	o := outcome{Counts: run.Counts, State: run.State}
	beside, err := os.ReadFile(s.order.File + ".refused.csv")
	must(t, err)
	o.Refused = string(beside)
	must(t, s.DB.Pool.QueryRow(t.Context(), `SELECT array_agg(concat_ws('|', s.line, s.source_record, c.number, l.state) ORDER BY s.line) FROM listing l
		JOIN listing_source s ON s.listing_id = l.id JOIN execution_case c ON c.id = l.case_id WHERE s.import_id = $1`, s.order.Run).Scan(&o.Listings))
	o.Stored, err = s.Intake.Refusals(t.Context(), s.Clerk(), s.order.Run, 0, 1<<20)
	must(t, err)
	o.Subjects = s.Count(`SELECT count(*) FROM subject`)
	o.Events = s.Count(`SELECT count(*) FROM event`)
	return o
}

const (
	killedRows = 30_000
	kills      = 10
)

// A reader is killed at ten random points and started again each time: what is
// left is the same as after one clean run, the file of refused rows included.
func TestKilledTenTimes(t *testing.T) {
	t.Parallel()
	text := made(killedRows, func(n int, row []string) []string {
		switch {
		case n%97 == 5: // not known to the reader of files
			row[3] = fmt.Sprintf("（2025）桂0105执%d号", n)
		case n%89 == 7:
			row[2] = row[2][:6] + "********" + row[2][14:]
		case n%61 == 9 && n > 2000: // a row of an earlier batch
			return cells(n - 1500)
		}
		return row
	})
	clean := newScene(t, text)
	if !clean.process(t, -1, 0) {
		t.Fatal("the clean run did not end")
	}
	want := clean.outcome(t)
	if want.Counts.Skipped == 0 || want.Counts.Refused == 0 || want.Counts.Rows != killedRows {
		t.Fatalf("the clean run: %+v", want.Counts)
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 1))
	killed := newScene(t, text)
	hit := 0
	for range kills {
		if killed.process(t, random.IntN(3), time.Duration(random.Int64N(int64(60*time.Millisecond)))) {
			break
		}
		hit++
	}
	t.Logf("killed %d times", hit)
	if hit < kills {
		t.Errorf("it came to its end after %d kills: make the file longer", hit)
	}
	if !killed.process(t, -1, 0) {
		t.Fatal("the last run did not end")
	}
	if diff := cmp.Diff(want, killed.outcome(t)); diff != "" {
		t.Errorf("after %d kills (-clean +killed):\n%.4000s", hit, diff)
	}
}
