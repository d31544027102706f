package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
)

func main() {
	root := flag.String("root", ".", "directory of the checkout")
	mutants := flag.Bool("mutants", false, "take each guard out and see its test fail")
	since := flag.String("since", "", "with -mutants: only guards in files changed since this revision")
	only := flag.String("only", "", "with -mutants: only attacks whose theme, test or guard's file contains this")
	limit := flag.Duration("for", 0, "with -mutants: begin none after this time; 0 is no limit")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt) //nolint:forbidigo // a command, though not of cmd
	defer stop()
	do := func() error { return write(*root) }
	if *mutants {
		do = func() error { return try(ctx, *root, choice{*since, *only, *limit}, os.Stdout) }
	}
	if err := do(); err != nil {
		fmt.Fprintln(os.Stderr, "attacks:", err)
		os.Exit(1) //nolint:gocritic // nothing is left to stop
	}
}

// write writes docs/attacks.md below root, or nothing if an attack is written wrongly.
func write(root string) error {
	themes, err := read(root)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(root, "docs", "attacks.md"), render(themes), 0o644); err != nil { //nolint:gosec // a page of documentation, for everybody to read
		return fmt.Errorf("write the page: %w", err)
	}
	return nil
}
