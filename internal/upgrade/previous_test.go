package upgrade_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// previous is the release before this one: the commit of tag v0.3.0. A release
// that was never in service counts for nothing; the newest one that was, does.
const previous = "3c8abd097165bb29d01e04455bf3f019cab84b5e"

// patience bounds every wait for another process.
const patience = time.Minute

// release is the previous release, built.
type release struct {
	program string
	// attestations is a file of statements that fits its catalogue.
	attestations string
}

// kept is where a built previous release stays for the next run, from the root of
// the repository. Its name says all that it was made of.
const kept = ".bin/previous-" + previous + "-" + runtime.GOOS + "-" + runtime.GOARCH + "-"

// build takes the previous release out of git and builds it, unless it is kept. Of
// its data races nothing is asked here, so that the race detector does not slow it.
func build(t *testing.T) release {
	t.Helper()
	root := filepath.Join("..", "..")
	if err := exec.CommandContext(t.Context(), "git", "cat-file", "-e", previous+"^{commit}").Run(); err != nil {
		t.Skipf("the history here does not reach back to %s (a shallow clone, or none): git fetch --unshallow --tags", previous)
	}
	program, err := filepath.Abs(filepath.Join(root, kept+runtime.Version()))
	must(t, err)
	dir := t.TempDir()
	tree := filepath.Join(dir, "tree")
	must(t, os.Mkdir(tree, 0o755))
	archive := filepath.Join(dir, "tree.tar")
	run(t, root, "git", "archive", "--format=tar", "-o", archive, previous)
	run(t, tree, "tar", "-xf", archive)
	if _, err := os.Stat(program); err != nil {
		must(t, os.MkdirAll(filepath.Dir(program), 0o755))
		made := program + "." + strconv.Itoa(os.Getpid()) // another process may make it too
		// No -trimpath: what is compiled of others' packages is then found compiled.
		run(t, tree, "go", "build", "-o", made, "./cmd/concordat")
		must(t, os.Rename(made, program))
	}
	r := release{program: program, attestations: filepath.Join(dir, "attestations.yaml")}
	text, err := os.ReadFile(filepath.Join(tree, "memoranda", "demonstration", "attestation.yaml"))
	must(t, err)
	must(t, os.WriteFile(r.attestations, bytes.ReplaceAll(text, []byte("    demonstration: true\n"), nil), 0o600))
	return r
}

func run(t *testing.T, dir, name string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v\n%s", name, args[0], err, out)
	}
}

// command runs one of its commands to the end and returns what it printed.
func (i *installation) command(args ...string) string {
	i.t.Helper()
	cmd := exec.CommandContext(i.t.Context(), i.program, append(args, "--data", i.data, "--database-url", i.url)...)
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		i.t.Fatalf("concordat %s: %v\n%s", strings.Join(args[:2], " "), err, said.String())
	}
	return strings.TrimSpace(string(out))
}

// serve starts it and waits for its address.
func (i *installation) serve() {
	i.t.Helper()
	cmd := exec.CommandContext(context.WithoutCancel(i.t.Context()), i.program, "serve", "--data", i.data, "--database-url", i.url, "--attestations", i.attestations, "--listen", "127.0.0.1:0")
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	pipe, err := cmd.StderrPipe()
	must(i.t, err)
	address, ended := make(chan string, 1), make(chan struct{})
	started, left := make(chan error, 1), make(chan error, 1)
	go func() {
		runtime.LockOSThread() // the signal comes when the thread ends that started it
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			<-ended
			left <- cmd.Wait()
		}
	}()
	must(i.t, <-started)
	var log bytes.Buffer
	go func() {
		defer close(ended)
		lines := bufio.NewScanner(io.TeeReader(pipe, &log))
		for lines.Scan() {
			var line struct{ Address, Message string }
			if json.Unmarshal(lines.Bytes(), &line) == nil && line.Message == "serving" {
				address <- line.Address
			}
		}
	}()
	i.stop = sync.OnceFunc(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		if err := <-left; err != nil {
			i.t.Errorf("the previous release ended with %v", err)
		}
		if strings.Contains(log.String(), `"level":"error"`) || i.t.Failed() {
			i.t.Errorf("the previous release's log:\n%s", log.String())
		}
	})
	i.t.Cleanup(i.stop)
	select {
	case a := <-address:
		i.base = "http://" + a
	case <-ended:
		i.t.Fatalf("the previous release did not start:\n%s", log.String())
	case <-time.After(patience):
		i.t.Fatal("the previous release does not serve")
	}
}
