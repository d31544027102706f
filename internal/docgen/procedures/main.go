package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"concordat/enforcement/kinds"
)

func main() {
	root := flag.String("root", ".", "directory of the checkout")
	flag.Parse()
	if err := run(*root); err != nil {
		fmt.Fprintln(os.Stderr, "procedures:", err)
		os.Exit(1)
	}
}

// run writes docs/procedures.md below root, or nothing if a word or a source is
// missing.
func run(root string) error {
	page, err := build(kinds.All())
	if err != nil {
		return err
	}
	path := filepath.Join(root, "docs", "procedures.md")
	if err := os.WriteFile(path, page, 0o644); err != nil { //nolint:gosec // a page of documentation, for everybody to read
		return fmt.Errorf("write the procedures: %w", err)
	}
	return nil
}
