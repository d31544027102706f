package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"concordat/memoranda"
)

// seed names the catalogue in the binary where a directory could stand.
const seed = "seed"

var (
	errNoSide    = errors.New("neither a directory, a file nor slug@edition of the catalogue")
	errUnlike    = errors.New("an edition is compared with an edition or a file, a catalogue with a catalogue or a file")
	errOtherMemo = errors.New("editions of different memoranda have nothing to compare")
)

type memorandaDiffCmd struct {
	catalogueFlag
	A    string `arg:"" help:"Directory of a catalogue ('seed' is the one in the binary), file of a memorandum, or slug@edition."`
	B    string `arg:"" help:"The same. A file against a catalogue says what adopting it would change."`
	JSON bool   `name:"json" help:"Print a JSON array."`
}

// Help is shown by --help.
func (d *memorandaDiffCmd) Help() string {
	return "Files and slug@edition are read against the catalogue of --catalogue: its bodies, legal bases and list types."
}

// side is what one argument names: a catalogue, or an edition (then in it), whether
// from a file or not.
type side struct {
	catalogue *memoranda.Catalogue
	edition   *memoranda.Memorandum
	file      string
	source    []byte
}

// Run prints the differences, one a line; there is no exit code for "some".
func (d *memorandaDiffCmd) Run(a *app) error {
	base, err := d.load()
	if err != nil {
		return err
	}
	before, err := sideOf(base, d.A)
	if err != nil {
		return err
	}
	after, err := sideOf(base, d.B)
	if err != nil {
		return err
	}
	found, err := compared(before, after)
	if err != nil {
		return fmt.Errorf("compare %s with %s: %w", plainText(d.A), plainText(d.B), err)
	}
	out := plain(a.Out)
	if d.JSON {
		if found == nil {
			found = []memoranda.Difference{}
		}
		return printJSON(out, found)
	}
	for _, one := range found {
		fmt.Fprintf(out, "%s %s\n  %s\n", changeMarks[one.Change], one.EN, one.ZH)
	}
	fmt.Fprintf(out, "%d differences / %d 处不同\n", len(found), len(found))
	return nil
}

var changeMarks = map[string]string{memoranda.Added: "+", memoranda.Removed: "-", memoranda.Changed: "~"}

func sideOf(base *memoranda.Catalogue, name string) (side, error) {
	if name == seed {
		c, err := memoranda.Embedded()
		return side{catalogue: c}, err
	}
	if info, err := os.Stat(name); err == nil {
		if info.IsDir() {
			c, err := loadCatalogue(name)
			return side{catalogue: c}, err
		}
		return fileSide(base, name)
	}
	slug, edition, ok := strings.Cut(name, "@")
	if m := base.Memorandum(slug, edition); ok && m != nil {
		return side{catalogue: base, edition: m}, nil
	}
	return side{}, fmt.Errorf("%q: %w", plainText(name), errNoSide)
}

func fileSide(base *memoranda.Catalogue, name string) (side, error) {
	source, err := os.ReadFile(name) //nolint:gosec // the operator names the file
	if err != nil {
		return side{}, fmt.Errorf("open memorandum: %w", err)
	}
	file := filepath.Base(name)
	with, m, err := base.With(file, source)
	if err != nil {
		return side{}, fmt.Errorf("read memorandum %s: %w", plainText(name), err)
	}
	return side{catalogue: with, edition: m, file: file, source: source}, nil
}

func compared(a, b side) ([]memoranda.Difference, error) {
	switch {
	case a.edition != nil && b.edition != nil:
		if a.edition.Slug != b.edition.Slug {
			return nil, errOtherMemo
		}
		return memoranda.DiffEditions(a.edition, b.edition), nil
	case a.edition == nil && b.edition == nil:
		return memoranda.Diff(a.catalogue, b.catalogue), nil
	case a.edition == nil && b.file != "":
		with, _, err := a.catalogue.With(b.file, b.source)
		if err != nil {
			return nil, err
		}
		return memoranda.Diff(a.catalogue, with), nil
	default:
		return nil, errUnlike
	}
}
