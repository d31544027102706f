package pgtest_test

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"concordat/internal/pg/pgtest"
	"concordat/migrations"
)

// held is given to the copy of this binary that a test interrupts.
var held = flag.Bool("held", false, "keep a server until the input ends")

func TestMain(m *testing.M) { pgtest.Main(m) }

func TestEachTestHasItsOwnMigratedDatabase(t *testing.T) {
	t.Parallel()
	latest, err := migrations.Latest()
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		db := pgtest.New(t)
		version, err := migrations.Version(t.Context(), db.Pool)
		if err != nil {
			t.Fatal(err)
		}
		if version != latest {
			t.Errorf("version %d, want %d", version, latest)
		}
		// The second database would refuse it if it were the first.
		if _, err := db.ExecContext(t.Context(), "CREATE TABLE mine (id int)"); err != nil {
			t.Error(err)
		}
	}
}

func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	for i := range 30 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			db := pgtest.New(t)
			for range db.Pool.Config().MaxConns { // all it may have, at once
				conn, err := db.Pool.Acquire(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				defer conn.Release()
			}
		})
	}
}

func TestHeld(t *testing.T) {
	if !*held {
		t.Skip("for TestNothingIsLeft")
	}
	cluster := pgtest.Cluster(t)
	fmt.Println("held", cluster.PID(), cluster.Dir())
	_, _ = io.Copy(io.Discard, os.Stdin)
}

func TestNothingIsLeft(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		signal   os.Signal // nil: the tests come to their end
		code     int
		dirStays bool
	}{{nil, 0, false}, {os.Interrupt, 130, false}, {syscall.SIGTERM, 130, false}, {os.Kill, -1, true}} {
		t.Run(fmt.Sprint(row.signal), func(t *testing.T) {
			t.Parallel()
			binary, err := os.Executable()
			if err != nil {
				t.Fatal(err)
			}
			cmd := exec.CommandContext(t.Context(), binary, "-test.run=^TestHeld$", "-held")
			input, err := cmd.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			output, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			pid, dir := readHeld(t, output)
			defer func() { _ = os.RemoveAll(dir) }()
			if row.signal == nil {
				err = input.Close()
			} else {
				err = cmd.Process.Signal(row.signal)
			}
			if err != nil {
				t.Fatal(err)
			}
			_ = cmd.Wait() // its code says all
			if code := cmd.ProcessState.ExitCode(); code != row.code {
				t.Errorf("exit code %d, want %d", code, row.code)
			}
			for end := time.Now().Add(time.Minute); !errors.Is(syscall.Kill(pid, 0), syscall.ESRCH); {
				if time.Now().After(end) {
					t.Fatal("the server is still there")
				}
				time.Sleep(time.Millisecond)
			}
			if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) == row.dirStays {
				t.Errorf("directory: %v", err)
			}
		})
	}
}

func readHeld(t *testing.T, output io.Reader) (pid int, dir string) {
	t.Helper()
	lines := bufio.NewScanner(output)
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "held ") {
			if _, err := fmt.Sscanf(lines.Text(), "held %d %s", &pid, &dir); err != nil {
				t.Fatal(err)
			}
			return pid, dir
		}
	}
	t.Fatal("the copy said nothing of its server")
	return 0, ""
}
