package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// choice says which guards are taken out: those whose file changed since a revision and
// whose theme, test or file contains a text, all where both are empty. With a limit none is
// begun after that time, and they come in any order, so that each has its turn some day.
type choice struct {
	since, only string
	limit       time.Duration
}

// workers is how many mutants are tried at a time: one compiles while another tests.
const workers = 2

type chosen struct {
	attack

	theme string
}

// of is what is chosen of the themes, and how many attacks there are in all.
func (c choice) of(ctx context.Context, root string, themes []theme) (wanted []chosen, all int, err error) {
	changed := func(attack) bool { return true }
	if c.since != "" {
		if changed, err = changedSince(ctx, root, c.since); err != nil {
			return nil, 0, err
		}
	}
	for _, t := range themes {
		for _, a := range t.attacks {
			all++
			if named := strings.Join([]string{t.name, a.Test.Run, a.Guard.File}, " "); changed(a) && strings.Contains(named, c.only) {
				wanted = append(wanted, chosen{a, t.name})
			}
		}
	}
	if c.limit > 0 {
		rand.Shuffle(len(wanted), func(i, j int) { wanted[i], wanted[j] = wanted[j], wanted[i] }) //nolint:gosec // an order, no secret
	}
	return wanted, all, nil
}

// try takes each chosen guard out and tells which test died. It fails where one lived, and
// says how many had no time.
func try(ctx context.Context, root string, c choice, told io.Writer) error {
	themes, err := read(root)
	if err != nil {
		return err
	}
	if root, err = filepath.Abs(root); err != nil {
		return fmt.Errorf("find the checkout: %w", err)
	}
	wanted, all, err := c.of(ctx, root, themes)
	if err != nil {
		return err
	}
	left := ctx
	if c.limit > 0 {
		var end context.CancelFunc
		left, end = context.WithTimeout(ctx, c.limit)
		defer end()
	}
	var (
		telling sync.Mutex
		lived   []error
		tried   int
		working sync.WaitGroup
		next    = make(chan chosen)
	)
	for range workers {
		working.Go(func() {
			for a := range next {
				err := a.dies(ctx, root)
				telling.Lock()
				tried++
				what := "died  "
				if err != nil {
					what = "LIVED "
					lived = append(lived, fmt.Errorf("%s: %s: %w", a.theme, cell(a.Attack), err))
				}
				_, _ = fmt.Fprintf(told, "%s %s %s, without a guard of %s\n", what, a.Test.Package, a.Test.Run, a.Guard.File)
				telling.Unlock()
			}
		})
	}
	for _, a := range wanted {
		if left.Err() != nil {
			break
		}
		next <- a
	}
	close(next)
	working.Wait()
	_, _ = fmt.Fprintf(told, "mutants: %d of %d guards taken out, %d lived, %d of those chosen had no time\n", tried, all, len(lived), len(wanted)-tried)
	return errors.Join(lived...)
}

// changedSince tells of an attack whether its guard stands in what changed.
func changedSince(ctx context.Context, root, since string) (func(attack) bool, error) {
	c := exec.CommandContext(ctx, "git", "diff", "--name-only", since) //nolint:gosec // the caller's own revision
	c.Dir = root
	names, err := c.Output()
	if err != nil {
		return nil, fmt.Errorf("ask what changed since %s: %w", since, err)
	}
	files := map[string]bool{}
	for name := range strings.Lines(string(names)) {
		files[strings.TrimSpace(name)] = true
	}
	return func(a attack) bool { return files[a.Guard.File] }, nil
}

// dies lays the mutant over the checkout and runs the test, which must fail, and not
// because the mutant does not compile.
func (a *attack) dies(ctx context.Context, root string) error {
	text, err := a.Guard.out(root)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "mutant")
	if err != nil {
		return fmt.Errorf("make room for the mutant: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	mutant, overlay := filepath.Join(dir, filepath.Base(a.Guard.File)), filepath.Join(dir, "overlay.json")
	laid, err := json.Marshal(map[string]any{"Replace": map[string]string{filepath.Join(root, a.Guard.File): mutant}})
	if err != nil {
		return fmt.Errorf("write the overlay: %w", err)
	}
	for path, text := range map[string][]byte{mutant: []byte(text), overlay: laid} {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			return fmt.Errorf("write the mutant: %w", err)
		}
	}
	parts := strings.Split(a.Test.Run, "/")
	for i := range parts {
		parts[i] = "^" + parts[i] + "$"
	}
	// Compiled in a hurry: what the optimiser does costs longer than the test saves.
	c := exec.CommandContext(ctx, "go", "test", "-count=1", "-vet=off", "-gcflags=concordat/...=-N -l", "-ldflags=-w -s", "-overlay", overlay, "-run", strings.Join(parts, "/"), a.Test.Package) //nolint:gosec // names from the checkout
	c.Dir = root
	said, err := c.CombinedOutput()
	switch exit, failed := errors.AsType[*exec.ExitError](err); {
	case err == nil:
		return fmt.Errorf("%s passes without its guard", a.Test.Run)
	case !failed || exit.ExitCode() != 1 || !bytes.Contains(said, []byte("--- FAIL: ")) && !bytes.Contains(said, []byte("panic: ")):
		return fmt.Errorf("%s could not be tried: %w\n%s", a.Test.Run, err, said)
	}
	return nil
}
