package chaos_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"
)

// The steps beside those of notify.Drainer.
const (
	stepAct          = "act"
	stepBeforeCommit = "before-commit"
	stepAfterCommit  = "after-commit"
)

// The first words of what a worker says. Only a step is answered, with one byte.
const (
	saysStep     = "step"     // and its name
	saysAnswered = "answered" // and the key: the act returned
	saysLost     = "lost"     // a connection, and what is tried again
	saysFault    = "fault"    // what must not be, and ends the worker
	saysDone     = "done"     // the script is over, delivery goes on
)

// How a worker ends by itself.
const (
	exitFault    = 2
	exitOrphaned = 3
)

// line is the worker's end of the two pipes. One step waits at a time; the other
// goroutines work on until they have something to say.
type line struct {
	mu     sync.Mutex
	out    io.Writer
	answer io.Reader
}

func (l *line) say(words ...string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.write(words)
}

func (l *line) write(words []string) {
	text := strings.ReplaceAll(strings.Join(words, " "), "\n", " ") + "\n"
	if _, err := io.WriteString(l.out, text); err != nil {
		os.Exit(exitOrphaned)
	}
}

// step names a step and waits for leave to go on. Without a test at the other end
// there is nothing to go on for.
func (l *line) step(name string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.write([]string{saysStep, name})
	var leave [1]byte
	if _, err := io.ReadFull(l.answer, leave[:]); err != nil {
		os.Exit(exitOrphaned)
	}
}

// fault tells what must not be, and ends the process.
func (l *line) fault(format string, args ...any) {
	l.say(saysFault, fmt.Sprintf(format, args...))
	os.Exit(exitFault)
}

// commits is a tracer that makes a step of both sides of every commit.
type commits struct{ line *line }

type committing struct{}

func (c commits) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	if !strings.EqualFold(data.SQL, "commit") {
		return ctx
	}
	c.line.step(stepBeforeCommit)
	return context.WithValue(ctx, committing{}, true)
}

func (c commits) TraceQueryEnd(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryEndData) {
	if ctx.Value(committing{}) != nil {
		c.line.step(stepAfterCommit)
	}
}
