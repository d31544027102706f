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
	"time"
)

// try takes each guard out, of those whose file changed since a revision if one is given,
// and tells which test died. It fails where one lived. With a limit it begins none after
// that time, takes them in any order, so that each has its turn some day, and says how many
// had none.
func try(ctx context.Context, root, since string, limit time.Duration, told io.Writer) error {
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(told, format, args...) }
	themes, err := read(root)
	if err != nil {
		return err
	}
	if root, err = filepath.Abs(root); err != nil {
		return fmt.Errorf("find the checkout: %w", err)
	}
	changed := func(attack) bool { return true }
	if since != "" {
		if changed, err = changedSince(ctx, root, since); err != nil {
			return err
		}
	}
	type one struct {
		attack

		theme string
	}
	var wanted []one
	all := 0
	for _, t := range themes {
		for _, a := range t.attacks {
			if all++; changed(a) {
				wanted = append(wanted, one{a, t.name})
			}
		}
	}
	left := ctx
	if limit > 0 {
		var end context.CancelFunc
		left, end = context.WithTimeout(ctx, limit)
		defer end()
		rand.Shuffle(len(wanted), func(i, j int) { wanted[i], wanted[j] = wanted[j], wanted[i] }) //nolint:gosec // an order, no secret
	}
	var lived []error
	tried := 0
	for _, a := range wanted {
		if left.Err() != nil {
			break
		}
		tried++
		if err := a.dies(ctx, root); err != nil {
			lived = append(lived, fmt.Errorf("%s: %s: %w", a.theme, cell(a.Attack), err))
			say("LIVED  %s %s, without a guard of %s\n", a.Test.Package, a.Test.Run, a.Guard.File)
			continue
		}
		say("died   %s %s, without a guard of %s\n", a.Test.Package, a.Test.Run, a.Guard.File)
	}
	say("mutants: %d of %d guards taken out, %d lived, %d of those in changed files had no time\n", tried, all, len(lived), len(wanted)-tried)
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
	c := exec.CommandContext(ctx, "go", "test", "-count=1", "-vet=off", "-overlay", overlay, "-run", strings.Join(parts, "/"), a.Test.Package) //nolint:gosec // names from the checkout
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
