package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"concordat/internal/calendar"
	"concordat/internal/printed"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

var errOnePage = errors.New("--out - takes exactly one edition: name it as slug@edition")

type memorandaPrintCmd struct {
	catalogueFlag
	Slugs    []string `arg:"" optional:"" name:"slug" help:"Memoranda, as slug or slug@edition; all if none is given."`
	Out      string   `required:"" help:"Directory for the pages, one file an edition; - for standard output." placeholder:"DIR|-"`
	On       day.Day  `help:"Day, as 2025-09-01; today if not given."`
	Attested string   `help:"Attestations from this file; 'demonstration' is the one made for demonstration." placeholder:"FILE"`
}

// Run writes a page for each edition.
func (p *memorandaPrintCmd) Run(a *app) error {
	c, err := p.load()
	if err != nil {
		return err
	}
	attested, err := attestations(c, p.Attested)
	if err != nil {
		return err
	}
	if p.On.IsZero() {
		p.On = calendar.DayOf(now())
	}
	printer, err := printed.New(c, attested, p.On)
	if err != nil {
		return fmt.Errorf("print: %w", err)
	}
	chosen, err := editionsNamed(c, p.Slugs)
	if err != nil {
		return err
	}
	if p.Out == "-" {
		if len(chosen) != 1 {
			return errOnePage
		}
		return printer.Page(plain(a.Out), chosen[0])
	}
	if err := os.MkdirAll(p.Out, 0o755); err != nil { //nolint:gosec // pages for everybody to read
		return fmt.Errorf("make the directory of the pages: %w", err)
	}
	for _, m := range chosen {
		if err := writePage(filepath.Join(p.Out, printed.FileName(m)), func(w io.Writer) error { return printer.Page(w, m) }); err != nil {
			return err
		}
	}
	fmt.Fprintf(plain(a.Out), "%d pages in %s, as of %s\n", len(chosen), p.Out, p.On)
	return nil
}

// editionsNamed finds the editions of slugs; each must name some.
func editionsNamed(c *memoranda.Catalogue, slugs []string) ([]*memoranda.Memorandum, error) {
	var chosen []*memoranda.Memorandum
	named := make(map[string]bool)
	for i := range c.Memoranda {
		m := &c.Memoranda[i]
		take := len(slugs) == 0
		for _, name := range slugs {
			if slug, edition, one := strings.Cut(name, "@"); slug == m.Slug && (!one || edition == m.Edition) {
				named[name], take = true, true
			}
		}
		if take {
			chosen = append(chosen, m)
		}
	}
	for _, name := range slugs {
		if !named[name] {
			return nil, fmt.Errorf("%q: %w", plainText(name), errNoEntry)
		}
	}
	return chosen, nil
}

func writePage(name string, write func(io.Writer) error) error {
	file, err := os.Create(name) //nolint:gosec // the operator names the directory
	if err != nil {
		return fmt.Errorf("open page: %w", err)
	}
	if err := errors.Join(write(file), file.Close()); err != nil {
		return fmt.Errorf("write page %s: %w", name, err)
	}
	return nil
}
