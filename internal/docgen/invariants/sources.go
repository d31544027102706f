package main

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// sources is what the checkout has to offer as holders and tests.
type sources struct {
	tests          map[string]bool     // directory.TestName
	byNumber       map[string][]string // "7", "32a" → tests named after it, sorted
	declared       map[string]bool     // directory.Name and directory.Type.Method, tests excepted
	words          map[string]bool     // identifiers of Go (tests excepted) and SQL files, and Go strings that are one word
	migrationWords map[string]bool     // words of the SQL files below migrations/
}

var (
	invariantTest = regexp.MustCompile(`^TestInvariant([0-9]{2})([a-z]?)_`)
	word          = regexp.MustCompile(`[A-Za-z_][A-Za-z0-9_-]*`)
	sqlComment    = regexp.MustCompile(`--.*`)
)

// folders are the project's own; a data directory beside them is none of ours.
var folders = []string{"cmd", "enforcement", "internal", "memoranda", "migrations", "notify"}

// scan reads every Go and SQL file in the folders below root, test data and
// hidden folders excepted. A folder may be missing.
func scan(root string) (*sources, error) {
	src := &sources{
		tests: map[string]bool{}, byNumber: map[string][]string{}, declared: map[string]bool{},
		words: map[string]bool{}, migrationWords: map[string]bool{},
	}
	for _, folder := range folders {
		if err := src.addFolder(root, folder); err != nil {
			return nil, fmt.Errorf("read the sources in %s: %w", folder, err)
		}
	}
	for _, tests := range src.byNumber {
		slices.Sort(tests)
	}
	return src, nil
}

func (s *sources) addFolder(root, folder string) error {
	tree := os.DirFS(root)
	if _, err := fs.Stat(tree, folder); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return fs.WalkDir(tree, folder, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if base := entry.Name(); entry.IsDir() {
			if base == "testdata" || strings.HasPrefix(base, ".") {
				return fs.SkipDir
			}
			return nil
		}
		switch path.Ext(name) {
		case ".go":
			return s.addGo(root, name)
		case ".sql":
			return s.addSQL(tree, name)
		}
		return nil
	})
}

// numbers is the numbers that tests are named after, sorted as text.
func (s *sources) numbers() []string { return slices.Sorted(maps.Keys(s.byNumber)) }

func (s *sources) addSQL(tree fs.FS, name string) error {
	text, err := fs.ReadFile(tree, name)
	if err != nil {
		return err
	}
	for _, found := range word.FindAllString(sqlComment.ReplaceAllString(string(text), ""), -1) {
		s.words[found] = true
		if strings.HasPrefix(name, "migrations/") {
			s.migrationWords[found] = true
		}
	}
	return nil
}

// addGo adds the declarations of one file. A file that does not parse is an
// error: its tests would silently be missing from the table.
func (s *sources) addGo(root, name string) error {
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, filepath.FromSlash(name)), nil, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	dir := path.Dir(name)
	if strings.HasSuffix(name, "_test.go") {
		s.addTests(dir, file)
		return nil
	}
	s.addDeclarations(dir, file)
	ast.Inspect(file, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.Ident:
			s.words[node.Name] = true
		case *ast.BasicLit:
			if text := strings.Trim(node.Value, "\"`"); node.Kind == token.STRING && word.FindString(text) == text {
				s.words[text] = true
			}
		}
		return true
	})
	return nil
}

func (s *sources) addTests(dir string, file *ast.File) {
	for _, decl := range file.Decls {
		fn, ok := decl.(*ast.FuncDecl)
		if !ok || fn.Recv != nil || !isTest(fn) {
			continue
		}
		name := dir + "." + fn.Name.Name
		s.tests[name] = true
		if parts := invariantTest.FindStringSubmatch(fn.Name.Name); parts != nil {
			number := strings.TrimPrefix(parts[1], "0") + parts[2]
			s.byNumber[number] = append(s.byNumber[number], name)
		}
	}
}

// isTest says whether go test would run the function: its name and its one
// parameter *testing.T.
func isTest(fn *ast.FuncDecl) bool {
	params := fn.Type.Params.List
	if !strings.HasPrefix(fn.Name.Name, "Test") || len(params) != 1 {
		return false
	}
	star, ok := params[0].Type.(*ast.StarExpr)
	if !ok {
		return false
	}
	sel, ok := star.X.(*ast.SelectorExpr)
	return ok && sel.Sel.Name == "T"
}

func (s *sources) addDeclarations(dir string, file *ast.File) {
	for _, decl := range file.Decls {
		switch decl := decl.(type) {
		case *ast.FuncDecl:
			s.declared[dir+"."+receiver(decl)+decl.Name.Name] = true
		case *ast.GenDecl:
			for _, spec := range decl.Specs {
				switch spec := spec.(type) {
				case *ast.TypeSpec:
					s.declared[dir+"."+spec.Name.Name] = true
				case *ast.ValueSpec:
					for _, ident := range spec.Names {
						s.declared[dir+"."+ident.Name] = true
					}
				}
			}
		}
	}
}

// receiver is "Type." for a method, empty for a function.
func receiver(fn *ast.FuncDecl) string {
	if fn.Recv == nil {
		return ""
	}
	expr := fn.Recv.List[0].Type
	if star, ok := expr.(*ast.StarExpr); ok {
		expr = star.X
	}
	if index, ok := expr.(*ast.IndexExpr); ok {
		expr = index.X
	}
	if ident, ok := expr.(*ast.Ident); ok {
		return ident.Name + "."
	}
	return ""
}
