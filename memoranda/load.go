package memoranda

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"concordat/memoranda/day"
)

// Names of the files every catalogue has; each other YAML file is a memorandum.
const (
	fileBodies    = "bodies.yaml"
	fileBases     = "legal-bases.yaml"
	fileListTypes = "list-types.yaml"
	fileBasicList = "basic-list.yaml"
)

// Kinds of names that one file defines and another refers to.
const (
	kindBody       = "body"
	kindBasis      = "basis"
	kindItem       = "item"
	kindEdition    = "edition" // of the basic list
	kindListType   = "list-type"
	kindMeasure    = "measure"
	kindMemorandum = "memorandum"
)

// loader gathers what all files say, and every mistake.
type loader struct {
	catalogue *Catalogue
	found     Mistakes
	names     map[string]map[string]place // kind, name, first place
	refs      []ref
	// unknowable kinds were to be defined in a file that could not be read:
	// references to them are not checked, so that one broken file does not make
	// mistakes of all others.
	unknowable map[string]bool
	after      []func() // checks that need all files
	spans      []span
	owners     map[string]string // measure, memorandum
	// stands says from when to when the edition of a file stands, where that is not
	// what its text says (see [Effective]).
	stands map[string]period
}

// period is a span of days; a zero until is open.
type period struct{ from, until day.Day }

// ref is a name that must be defined once all files are read.
type ref struct {
	kind, name string
	at         place
}

// Load reads a catalogue from the YAML files at the root of fsys. On mistakes
// the error is [Mistakes], all of them; other errors come from fsys.
func Load(fsys fs.FS) (*Catalogue, error) {
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return nil, fmt.Errorf("list the catalogue: %w", err)
	}
	l := newLoader()
	present := make(map[string]bool)
	for _, e := range entries {
		if e.IsDir() {
			if err := l.tellSubfolder(fsys, e.Name()); err != nil {
				return nil, err
			}
			continue
		}
		if ext := path.Ext(e.Name()); ext != ".yaml" && ext != ".yml" {
			if isCatalogueFile(e.Name()) {
				l.note(place{e.Name(), 0, 0}, "memoranda.not-read", e.Name())
			}
			continue
		}
		data, err := fs.ReadFile(fsys, e.Name())
		if err != nil {
			return nil, fmt.Errorf("read catalogue file %s: %w", e.Name(), err)
		}
		present[e.Name()] = true
		l.readFile(e.Name(), data)
	}
	for _, name := range []string{fileBodies, fileBases, fileListTypes, fileBasicList} {
		if !present[name] {
			l.note(place{name, 0, 0}, "memoranda.no-file", name)
			l.unreadable(name)
		}
	}
	return l.finished()
}

// finished checks what needs all files.
func (l *loader) finished() (*Catalogue, error) {
	l.checkAll()
	if len(l.found) > 0 {
		return nil, l.found.sorted()
	}
	l.catalogue.finish()
	return l.catalogue, nil
}

func newLoader() *loader {
	return &loader{
		catalogue: &Catalogue{reference: make(map[string][]byte)}, names: make(map[string]map[string]place),
		unknowable: make(map[string]bool), owners: make(map[string]string),
	}
}

func (l *loader) readFile(name string, data []byte) {
	r := &reader{loader: l, file: name}
	root := r.parse(data)
	if root == nil || r.refused(root) {
		l.unreadable(name)
		return
	}
	switch name {
	case fileBodies:
		r.object(root, field{"bodies", true, r.list(r.body)})
	case fileBases:
		r.object(root, field{"legal_bases", true, r.list(r.basis)})
	case fileListTypes:
		r.object(root, field{"list_types", true, r.list(listReader{r}.listType)})
	case fileBasicList:
		r.object(root, field{"items", true, r.list(r.item)}, field{"editions", true, r.list(r.basicListEdition)})
	default:
		editionReader{r}.memorandum(root)
		of := &l.catalogue.Memoranda[len(l.catalogue.Memoranda)-1]
		of.file, of.source = name, data
		return
	}
	l.catalogue.reference[name] = data
}

// unreadable says which names can no longer be known.
func (l *loader) unreadable(file string) {
	kinds := map[string][]string{
		fileBodies: {kindBody}, fileBases: {kindBasis}, fileListTypes: {kindListType},
		fileBasicList: {kindItem, kindEdition},
	}[file]
	if kinds == nil {
		kinds = []string{kindMeasure, kindMemorandum}
	}
	for _, k := range kinds {
		l.unknowable[k] = true
	}
}

// note records a mistake; the same arguments serve both languages.
func (l *loader) note(at place, code string, args ...any) {
	l.noteWords(at, code, "", args, args)
}

func (l *loader) noteNear(at place, code, suggestion string, args ...any) {
	l.noteWords(at, code, suggestion, args, args)
}

func (l *loader) noteWords(at place, code, suggestion string, zh, en []any) {
	w := mistakeWords[code]
	l.found = append(l.found, Mistake{
		File: at.file, Line: at.line, Column: at.column, Code: code,
		ZH: fmt.Sprintf(w.zh, zh...), EN: fmt.Sprintf(w.en, en...), Suggestion: suggestion,
	})
}

func (p place) String() string { return fmt.Sprintf("%s:%d:%d", p.file, p.line, p.column) }

func (l *loader) define(kind, name string, at place) {
	if l.names[kind] == nil {
		l.names[kind] = make(map[string]place)
	}
	if first, twice := l.names[kind][name]; twice {
		l.note(at, "memoranda.duplicate-slug", name, first)
		return
	}
	l.names[kind][name] = at
}

func (l *loader) checkAll() {
	for _, r := range l.refs {
		l.checkRef(r)
	}
	for _, check := range l.after {
		check()
	}
	l.checkCycles()
	l.checkOverlaps()
	l.checkGaps()
}

func (l *loader) checkRef(r ref) {
	kind, _, _ := strings.Cut(r.kind, " ") // "group m/e" is a kind of its own memorandum
	if _, ok := l.names[r.kind][r.name]; ok || l.unknowable[kind] {
		return
	}
	names := make([]string, 0, len(l.names[r.kind]))
	for name := range l.names[r.kind] {
		names = append(names, name)
	}
	slices.Sort(names)
	l.noteNear(r.at, "memoranda.unknown-"+kind, nearest(r.name, names), r.name)
}

// isCatalogueFile says whether a file is meant for a catalogue, whatever its case.
func isCatalogueFile(name string) bool {
	ext := strings.ToLower(path.Ext(name))
	return ext == ".yaml" || ext == ".yml"
}

// mostEntries of a subfolder are looked at; one with more is told as a whole.
const mostEntries = 10_000

// tellSubfolder notes each file in a subfolder that somebody may believe to be read.
// Hidden folders are nobody's catalogue.
func (l *loader) tellSubfolder(fsys fs.FS, dir string) error {
	seen := 0
	err := fs.WalkDir(fsys, dir, func(name string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir() && strings.HasPrefix(e.Name(), "."):
			return fs.SkipDir
		case seen == mostEntries:
			l.note(place{dir, 0, 0}, "memoranda.not-read", dir)
			return fs.SkipAll
		case !e.IsDir() && isCatalogueFile(name):
			l.note(place{name, 0, 0}, "memoranda.not-read", name)
		}
		seen++
		return nil
	})
	if err != nil {
		return fmt.Errorf("look into the folder %s of the catalogue: %w", dir, err)
	}
	return nil
}
