package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	root := flag.String("root", ".", "directory of the checkout")
	flag.Parse()
	if err := run(*root); err != nil {
		fmt.Fprintln(os.Stderr, "invariants:", err)
		os.Exit(1)
	}
}

// run writes docs/invariants.md below root, or nothing if build finds a mistake.
func run(root string) error {
	page, err := build(root)
	if err != nil {
		return err
	}
	path := filepath.Join(root, "docs", "invariants.md")
	if err := os.WriteFile(path, page, 0o644); err != nil { //nolint:gosec // a page of documentation, for everybody to read
		return fmt.Errorf("write the table: %w", err)
	}
	return nil
}

// build makes the page for the checkout in root. Its error joins every mistake
// that was found, one a line.
func build(root string) ([]byte, error) {
	reg, err := readRegister(filepath.Join(root, "docs", "invariants.yaml"))
	if err != nil {
		return nil, err
	}
	src, err := scan(root)
	if err != nil {
		return nil, err
	}
	if reg.attacks, err = readAttacks(root); err != nil {
		return nil, err
	}
	if err := reg.check(src); err != nil {
		return nil, err
	}
	return render(reg, src), nil
}
