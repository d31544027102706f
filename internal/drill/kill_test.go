package drill_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"concordat/enforcement/register"
	"concordat/internal/backup"
	"concordat/internal/pg"
	"concordat/internal/vault"
)

// order is all that the process of a restore knows.
type order struct {
	URL, Dir, KeyFile string
	// Step is where it waits to be killed.
	Step string
	At   time.Time
}

// restore is the main of the process that is killed.
func (o order) restore() int {
	keys, err := vault.Open(o.KeyFile, vault.Options{Demo: true})
	if err == nil {
		_, _, err = backup.Restore(context.Background(), backup.Target{
			URL: o.URL, Vault: keys, Act: operator(o.At, "op-1"), Machine: machine,
			Step: func(name string) error {
				if name == o.Step {
					fmt.Println("at", name)
					select {}
				}
				return nil
			},
		}, o.Dir)
	}
	fmt.Println("ended", err)
	return 1
}

// A restore that dies at any step leaves a database that nobody can send from, and
// that the same command finishes.
func TestAKilledRestoreDeliversNothing(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.publish(2)
	dir := s.backup(t)
	for _, step := range []string{backup.StepMarked, backup.StepLoaded, backup.StepWritten} {
		t.Run(step, func(t *testing.T) {
			url := empty(t, "killed_"+step)
			killAt(t, order{URL: url, Dir: dir, KeyFile: s.keyFile, Step: step, At: s.At()})
			db, err := pg.Open(t.Context(), pg.Config{URL: url, MaxConns: 4})
			must(t, err)
			defer func() { must(t, db.Close()) }()
			config := s.Config
			config.DB = db
			_, err = register.Open(t.Context(), config)
			refusedWith(t, err, "restore.unfinished")
			if step != backup.StepMarked {
				// What a program that knows no mark would do first, whatever its version.
				_, err = db.Pool.Exec(t.Context(), `INSERT INTO attempt (id, organisation_id, lane, channel, event_id, body_hash, opened_at)
					VALUES (gen_random_uuid(), 1, 'bulk', 'webhook', gen_random_uuid(), '', now())`)
				if refused, ok := errors.AsType[*pgconn.PgError](err); !ok || refused.Code != "25006" {
					t.Errorf("an attempt could be opened: %v", err)
				}
			}
			other := s.backup(t)
			_, _, err = backup.Restore(t.Context(), s.target(url), other)
			refusedWith(t, err, "restore.unfinished")
			made, _, err := backup.Restore(t.Context(), s.target(url), dir)
			must(t, err)
			var holds, restorations int
			must(t, db.Pool.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM hold WHERE ended_at IS NULL AND cause = 'restore' AND id = $1), (SELECT count(*) FROM restoration)`, made.Hold).Scan(&holds, &restorations))
			if holds != 1 || restorations != 1 || made.Epoch != 1 {
				t.Errorf("%d holds, %d restorations, epoch %d", holds, restorations, made.Epoch)
			}
			_, _, err = backup.Restore(t.Context(), s.target(url), dir)
			refusedWith(t, err, "restore.not-empty")
		})
	}
}

func killAt(t *testing.T, o order) {
	t.Helper()
	text, err := json.Marshal(o)
	must(t, err)
	self, err := os.Executable()
	must(t, err)
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), restoreVariable+"="+string(text))
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || strings.TrimSpace(line) != "at "+o.Step {
		t.Errorf("the restore says %q, %v", line, err)
	}
	must(t, cmd.Process.Kill())
	_ = cmd.Wait() // it was killed
}
