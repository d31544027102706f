package pg_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"

	"concordat/internal/pg"
)

const parentRole = "parent"

// asParent is the life of a process that a test starts to kill it: this
// binary, called with "parent <dir>". It starts or adopts the cluster, says
// which ("started 123" or "adopted 123"), and then lives until its input ends,
// which it does with the test at the latest.
func asParent() {
	if len(os.Args) != 3 || os.Args[1] != parentRole {
		return
	}
	cluster, err := pg.StartCluster(context.Background(), throwAway(os.Args[2]))
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	how := "started"
	if cluster.Adopted() {
		how = "adopted"
	}
	fmt.Println(how, cluster.PID())
	_, _ = io.Copy(io.Discard, os.Stdin)
	if err := cluster.Stop(pg.StopFast); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	os.Exit(0)
}

// parent is such a process, seen from the test.
type parent struct {
	cmd    *exec.Cmd
	input  io.WriteCloser
	how    string
	server int // pid
}

func startParent(t *testing.T, dir string) *parent {
	t.Helper()
	p, err := runParent(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = p.input.Close()
		_ = p.cmd.Wait()
	})
	return p
}

func runParent(dir string) (*parent, error) {
	binary, err := os.Executable()
	if err != nil {
		return nil, err
	}
	p := &parent{cmd: exec.CommandContext(context.Background(), binary, parentRole, dir)}
	if p.input, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	output, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(output).ReadString('\n')
	if err != nil {
		return nil, fmt.Errorf("%w: %s", err, line)
	}
	if _, err := fmt.Sscanf(line, "%s %d", &p.how, &p.server); err != nil {
		return nil, fmt.Errorf("%w: %s", err, line)
	}
	return p, nil
}

func (p *parent) kill(t *testing.T) {
	t.Helper()
	if err := p.cmd.Process.Kill(); err != nil {
		t.Error(err)
	}
	_ = p.cmd.Wait()
}
