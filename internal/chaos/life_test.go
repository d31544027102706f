package chaos_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"concordat/notify"
)

// death says when a worker is killed, and whether PostgreSQL is restarted too.
type death struct {
	// after is the number of steps that the worker is left; from then on it dies
	// at the first step that is called at.
	after int
	at    string
	// restart: PostgreSQL crashes as well, before the next worker starts; or, if
	// midst, at half of the steps, and the worker has to live on first.
	restart, midst bool
}

// standStill is how long a worker may say nothing before it counts as hung.
const standStill = 90 * time.Second

// unmet is how many more steps are waited for one of the name; then any will do.
const unmet = 2000

var stepNames = []string{
	stepAct, stepBeforeCommit, stepAfterCommit,
	notify.StepBeforeAttempt, notify.StepAfterAttempt, notify.StepAfterSend, notify.StepAfterAnswer,
}

// process is a worker as the test sees it.
type process struct {
	t       *testing.T
	scene   *scene
	cmd     *exec.Cmd
	input   io.Closer // its end is the worker's
	said    *bufio.Reader
	leave   *os.File
	errors  bytes.Buffer
	steps   map[string]int
	lost    int
	torn    bool // the test lets others end its sessions, or cuts them off
	fault   bool
	done    atomic.Bool // the script is over
	ended   chan struct{}
	answers int
}

// start starts a worker on what is not finished.
func (s *scene) start(t *testing.T, o order) *process {
	t.Helper()
	text, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{t: t, scene: s, cmd: exec.Command(binary), steps: map[string]int{}, ended: make(chan struct{})} //nolint:noctx // its input ends it
	if p.input, err = p.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	said, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	leaveIn, leave, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	p.cmd.ExtraFiles = []*os.File{out, leaveIn} // 3 and 4
	p.cmd.Env = append(os.Environ(), workerVariable+"="+string(text), "GORACE=halt_on_error=1")
	p.cmd.Stdout, p.cmd.Stderr = &p.errors, &p.errors
	p.said, p.leave = bufio.NewReader(said), leave
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_, _ = out.Close(), leaveIn.Close() // the worker's own
	go func() {
		<-p.ended
		_, _ = said.Close(), leave.Close() // nobody is at the other end
	}()
	return p
}

// attend listens to a worker until its end: by its death, or by itself once its
// input was closed. It tells whether PostgreSQL crashed meanwhile.
func (p *process) attend(d *death) (crashed bool) {
	defer close(p.ended)
	v := &vigil{process: p, death: d}
	watch := time.AfterFunc(standStill, func() {
		p.t.Errorf("the worker says nothing for %s", standStill)
		_ = p.cmd.Process.Kill()
	})
	defer watch.Stop()
	for {
		text, err := p.said.ReadString('\n')
		if err != nil {
			break
		}
		watch.Reset(standStill)
		kind, rest, _ := strings.Cut(strings.TrimSuffix(text, "\n"), " ")
		switch kind {
		case saysStep:
			v.step(rest)
		case saysAnswered:
			p.answers++
			p.scene.answered[rest]++
			v.answered()
		case saysLost:
			p.lost++
		case saysDone:
			p.done.Store(true)
			v.over()
		default:
			p.fault = true
			p.t.Errorf("the worker: %s", text)
		}
	}
	err := p.cmd.Wait()
	if v.restarting != nil {
		v.restarted(<-v.restarting)
	}
	if v.killed || p.torn {
		err = nil
	}
	if err != nil || p.errors.Len() > 0 {
		p.t.Errorf("the worker ended: %v\n%s", err, p.errors.Bytes())
	}
	if p.lost > 0 && !v.crashed && !p.torn {
		p.t.Errorf("%d times the worker lost its connection although the database was there", p.lost)
	}
	if v.crashed && v.since == 0 && !p.done.Load() && !p.fault {
		p.t.Error("after the database came back the worker answered nothing")
	}
	return v.crashed
}

// vigil is the waiting for the step to kill at.
type vigil struct {
	*process
	*death
	count      int
	killed     bool
	crashed    bool
	restarting chan error // while PostgreSQL crashes and comes back
	since      int        // acts answered after it came back
}

func (v *vigil) step(name string) {
	v.steps[name]++
	v.count++
	switch {
	case v.killed:
		return
	case v.death == nil:
	case v.restarting != nil:
		select {
		case err := <-v.restarting:
			v.restarted(err)
		default:
		}
	case v.midst && !v.crashed && v.count >= v.after/2 && v.answers > 0:
		v.crashed = true
		v.restarting = make(chan error, 1)
		go func() { v.restarting <- v.scene.cluster.Restart(v.t.Context(), true) }()
	case v.midst && (!v.crashed || v.since == 0):
	case v.count >= v.after && name == v.at, v.count >= v.after+unmet:
		v.kill(name)
		return
	}
	_, _ = v.leave.Write([]byte{1}) // a dead worker needs none
}

// over kills a worker that is to die and has lived its script already: there may
// come no more steps.
func (v *vigil) over() {
	if v.death != nil && !v.killed {
		v.kill("after the script")
	}
}

func (v *vigil) kill(at string) {
	v.killed = true
	v.t.Logf("kill at step %d, %s; %d acts answered, %d connections lost, %s", v.count, at, v.answers, v.lost, tally(v.steps))
	if err := v.cmd.Process.Kill(); err != nil {
		v.t.Error(err)
	}
}

func (v *vigil) answered() {
	if v.crashed && v.restarting == nil {
		v.since++
	}
}

func (v *vigil) restarted(err error) {
	v.restarting = nil
	if err != nil {
		v.t.Errorf("restart PostgreSQL under a living worker: %v", err)
	}
}

func tally(counts map[string]int) string {
	var text []string
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		text = append(text, fmt.Sprintf("%s %d", name, counts[name]))
	}
	return strings.Join(text, ", ")
}
