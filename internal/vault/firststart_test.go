package vault

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// childPath names the variable that makes this test binary a child process,
// which opens the key file it is given.
const childPath = "VAULT_TEST_CHILD_PATH"

func TestMain(m *testing.M) {
	if path := os.Getenv(childPath); path != "" {
		os.Exit(child(path))
	}
	os.Exit(m.Run())
}

// child says that it stands ready, waits for its input to end, opens the key
// file and shows a hash made with the key.
func child(path string) int {
	fmt.Println("ready")
	_, _ = io.Copy(io.Discard, os.Stdin) // its end is the signal
	v, err := Open(path, Options{Create: true})
	if err != nil {
		fmt.Println("error:", err)
		return 1
	}
	fmt.Println(hex.EncodeToString(v.DocumentHash([]byte("which key?"))))
	return 0
}

func TestProcessesThatStartAtOnceShareOneKey(t *testing.T) {
	t.Parallel()
	const rounds, processes = 5, 6
	for range rounds {
		path := filepath.Join(t.TempDir(), "keys.json")
		start := make([]func() string, processes)
		for i := range start {
			start[i] = startChild(t, path)
		}
		answers := make(chan string, processes)
		for _, goOn := range start {
			go func() { answers <- goOn() }()
		}
		first := <-answers
		for range processes - 1 {
			if other := <-answers; other != first {
				t.Errorf("two processes hold different keys: %s and %s", first, other)
			}
		}
		v, err := Open(path, Options{})
		check(t, err)
		if got := hex.EncodeToString(v.DocumentHash([]byte("which key?"))); got != first {
			t.Errorf("the file holds another key than the processes: %s and %s", got, first)
		}
	}
}

// startChild starts a process that waits; the function it returns lets it open
// the key file and returns its answer.
func startChild(t *testing.T, path string) func() string {
	t.Helper()
	self, err := os.Executable()
	check(t, err)
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), childPath+"="+path)
	stdin, err := cmd.StdinPipe()
	check(t, err)
	stdout, err := cmd.StdoutPipe()
	check(t, err)
	check(t, cmd.Start())
	lines := bufio.NewReader(stdout)
	if line, err := lines.ReadString('\n'); err != nil || line != "ready\n" {
		t.Fatalf("child did not get ready: %q, %v", line, err)
	}
	return func() string {
		if err := stdin.Close(); err != nil {
			t.Error(err)
		}
		rest, err := io.ReadAll(lines)
		if err != nil {
			t.Error(err)
		}
		if err := cmd.Wait(); err != nil {
			t.Errorf("child: %v: %s", err, rest)
		}
		return strings.TrimSpace(string(rest))
	}
}
