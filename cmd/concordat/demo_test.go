package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// asProgram makes the test binary behave as the program itself, so that the tests
// can start, watch and interrupt a real process.
const asProgram = "CONCORDAT_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// process is a demonstration under way.
type process struct {
	cmd    *exec.Cmd
	out    bytes.Buffer
	err    *bufio.Scanner
	dir    string // of its data
	stderr []string
}

var dataDir = regexp.MustCompile(`专用数据库 (/\S+)`)

// begin starts a demonstration with a database in its environment that must not
// be touched.
func begin(t *testing.T, out io.Writer, args ...string) *process {
	t.Helper()
	p := &process{cmd: exec.CommandContext(t.Context(), os.Args[0], append([]string{"demo"}, args...)...)}
	p.cmd.Env = append(os.Environ(), asProgram+"=1", "DATABASE_URL=postgres://nobody@127.0.0.1:1/production")
	p.cmd.Stdout = &p.out
	if out != nil {
		p.cmd.Stdout = out
	}
	pipe, err := p.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.err = bufio.NewScanner(pipe)
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.cmd.Process.Kill() })
	p.until(t, "专用数据库")
	found := dataDir.FindStringSubmatch(p.stderr[len(p.stderr)-1])
	if found == nil {
		t.Fatalf("no directory is named: %q", p.stderr)
	}
	p.dir = found[1]
	return p
}

// until reads what the process says until a line with the text.
func (p *process) until(t *testing.T, text string) {
	t.Helper()
	for p.err.Scan() {
		p.stderr = append(p.stderr, p.err.Text())
		if strings.Contains(p.err.Text(), text) {
			return
		}
	}
	t.Fatalf("the process ended before it said %q:\n%s", text, strings.Join(p.stderr, "\n"))
}

// wait returns the exit code, and demands that nothing is left.
func (p *process) wait(t *testing.T) int {
	t.Helper()
	for p.err.Scan() {
		p.stderr = append(p.stderr, p.err.Text())
	}
	err := p.cmd.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if _, err := os.Stat(p.dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%s is still there: %v", p.dir, err)
	}
	return p.cmd.ProcessState.ExitCode()
}

// Two at a time, which do not meet.
func TestDemoOnce(t *testing.T) {
	t.Parallel()
	pair := []*process{
		begin(t, nil, "--once", "--json", "--listings", "60"),
		begin(t, nil, "--once", "--json", "--listings", "40", "--seed", "2"),
	}
	if pair[0].dir == pair[1].dir {
		t.Errorf("both use %s", pair[0].dir)
	}
	for _, p := range pair {
		if code := p.wait(t); code != 0 {
			t.Fatalf("exit code %d:\n%s", code, strings.Join(p.stderr, "\n"))
		}
		for _, line := range p.stderr {
			if !strings.Contains(line, "演示 DEMO") {
				t.Errorf("a line without the mark: %q", line)
			}
		}
		checkSummary(t, p.out.String())
	}
}

func checkSummary(t *testing.T, out string) {
	t.Helper()
	if strings.Count(out, "\n") != 1 || !strings.HasSuffix(out, "}\n") {
		t.Fatalf("not one line: %q", out)
	}
	var got map[string]float64
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatalf("%v: %q", err, out)
	}
	want := []string{
		"acknowledged", "delivered", "directives_created", "held_wrongly", "listings_published",
		"overdue", "seconds", "withdrawals_acknowledged", "withdrawals_due",
	}
	if keys := slices.Sorted(maps.Keys(got)); !slices.Equal(keys, want) {
		t.Errorf("keys %v, want %v", keys, want)
	}
	if got["held_wrongly"] != 0 || got["overdue"] != 0 || got["withdrawals_acknowledged"] != got["withdrawals_due"] || got["listings_published"] < 20 || got["seconds"] <= 0 {
		t.Errorf("summary %v", got)
	}
}

func TestDemoInterrupted(t *testing.T) {
	t.Parallel()
	p := begin(t, nil, "--once", "--json", "--listings", "60")
	p.until(t, "2025-09-30")
	if err := p.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if code := p.wait(t); code != 1 || p.out.Len() != 0 {
		t.Errorf("exit code %d, output %q:\n%s", code, p.out.String(), strings.Join(p.stderr, "\n"))
	}
}

// What is served afterwards can be tried with the tokens that are printed.
func TestDemoServes(t *testing.T) {
	t.Parallel()
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	p := begin(t, write, "--listings", "40", "--port", "0")
	if err := write.Close(); err != nil {
		t.Fatal(err)
	}
	table := tried(t, bufio.NewScanner(read))
	if !strings.Contains(table, "measures held wrongly") || strings.ContainsRune(table, 0x1b) {
		t.Errorf("no summary table, or one that steers the terminal:\n%s", table)
	}
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if code := p.wait(t); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

var tryLine = regexp.MustCompile(`curl (?:-H 'Authorization: (Bearer \S+)' )?'(http://127\.0\.0\.1:\d+/\S+)'`)

// tried asks everything that the demonstration says one may try, and returns what
// it printed.
func tried(t *testing.T, out *bufio.Scanner) string {
	t.Helper()
	var text strings.Builder
	client := &http.Client{Timeout: 20 * time.Second}
	for asked := 0; asked < 1+len(visitors); {
		if !out.Scan() {
			t.Fatalf("the output ended after %d things to try:\n%s", asked, text.String())
		}
		fmt.Fprintln(&text, out.Text())
		found := tryLine.FindStringSubmatch(out.Text())
		if found == nil {
			continue
		}
		asked++
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, found[2], http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		if found[1] != "" {
			request.Header.Set("Authorization", found[1])
		}
		response, err := client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		if err = errors.Join(err, response.Body.Close()); err != nil || response.StatusCode != http.StatusOK || !json.Valid(body) {
			t.Errorf("%s: status %d, %v\n%s", found[2], response.StatusCode, err, body)
		}
	}
	return text.String()
}

func TestDemoRefusals(t *testing.T) {
	t.Parallel()
	full := t.TempDir()
	if err := os.WriteFile(full+"/mine", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		args []string
		want string
	}{
		{[]string{"--once", "--listings", "3"}, "at least 40"},
		{[]string{"--once", "--data", full}, "not empty"},
		{[]string{"--port", "70000"}, "open port"},
	} {
		if code, out, errOut := command(t, append([]string{"demo"}, test.args...)...); code != 1 || out != "" || !strings.Contains(errOut, test.want) {
			t.Errorf("%v: code %d, output %q, %q", test.args, code, out, errOut)
		}
	}
}
