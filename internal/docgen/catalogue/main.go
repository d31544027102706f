package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"concordat/memoranda"
	"concordat/memoranda/day"
)

// fixedDay is the day of the pages, so that they change with the catalogue only.
const fixedDay = "2026-11-01"

const (
	begin = "<!-- catalogue:begin -->\n"
	end   = "<!-- catalogue:end -->\n"
)

var errNoBlock = errors.New("README.md has no block between the marks of the catalogue")

func main() {
	root := flag.String("root", ".", "directory of the checkout")
	on := flag.String("on", fixedDay, "day of the pages")
	flag.Parse()
	if err := run(*root, *on); err != nil {
		fmt.Fprintln(os.Stderr, "catalogue:", err)
		os.Exit(1)
	}
}

// run writes docs/catalogue.md and the block of README.md below root.
func run(root, on string) error {
	date, err := day.Parse(on)
	if err != nil {
		return fmt.Errorf("read the day: %w", err)
	}
	c, err := memoranda.Embedded()
	if err != nil {
		return fmt.Errorf("load the catalogue: %w", err)
	}
	demonstration, err := memoranda.DemonstrationAttestations(c)
	if err != nil {
		return fmt.Errorf("load the attestations: %w", err)
	}
	counts, err := count(c, demonstration, date)
	if err != nil {
		return err
	}
	path := filepath.Join(root, "README.md")
	readme, err := os.ReadFile(path) //nolint:gosec // the caller's checkout
	if err != nil {
		return fmt.Errorf("read the README: %w", err)
	}
	if readme, err = replaced(readme, counts.table()); err != nil {
		return err
	}
	for name, text := range map[string][]byte{path: readme, filepath.Join(root, "docs", "catalogue.md"): counts.page()} {
		if err := os.WriteFile(name, text, 0o644); err != nil { //nolint:gosec // documentation, for everybody to read
			return fmt.Errorf("write %s: %w", name, err)
		}
	}
	return nil
}

// replaced puts text between the marks.
func replaced(readme []byte, text string) ([]byte, error) {
	before, rest, found := bytes.Cut(readme, []byte(begin))
	_, after, ended := bytes.Cut(rest, []byte(end))
	if !found || !ended {
		return nil, errNoBlock
	}
	return bytes.Join([][]byte{before, []byte(text), after}, []byte{}), nil
}
