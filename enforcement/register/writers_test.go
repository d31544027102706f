package register_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// mayWriteAll are the folders that write others' tables: the test kit and the
// measurements make rows that no act has made.
var mayWriteAll = []string{"enforcement/enforcetest", "internal/bench"}

// spliced are the files that write a table whose name they are given, with the
// tables they may be given. ground.Life is each kind's own hand: what it writes
// through a kind's Rows counts as written by the kind.
var spliced = map[string][]string{
	"enforcement/directive/answer.go": {"directive", "amendment", "orphan"},
	"internal/backup/restore.go":      nil, // the mark of a restore under way, which is no table of the schema
}

var (
	aTable   = regexp.MustCompile(`(?m)^CREATE TABLE (?:IF NOT EXISTS )?([a-z_]+)`)
	aWriting = regexp.MustCompile(`(?:\bINSERT INTO|\bUPDATE|\bDELETE FROM|\bCOPY)\s+(?:ONLY\s+)?("?[a-z_]+"?|$)`)
)

// TestEachTableHasOneWriter reads every statement of the program: a table is
// written by the package that owns it, and others ask that package.
func TestEachTableHasOneWriter(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..")
	tables := tablesOf(t, filepath.Join(root, "migrations"))
	writers, rows, all := map[string]map[string]string{}, rowsOf(t, root), map[string]string{}
	for dir, of := range rows {
		for row, table := range of {
			all[filepath.Base(dir)+"."+row] = table
		}
	}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if strings.HasPrefix(entry.Name(), ".") && name != "." || slices.Contains(mayWriteAll, name) || strings.HasSuffix(name, "test") || name == "migrations" {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		for _, table := range append(writtenIn(t, name, file), writtenByBun(file, rows[filepath.Dir(path)], all)...) {
			if !tables[table] {
				continue
			}
			if writers[table] == nil {
				writers[table] = map[string]string{}
			}
			writers[table][filepath.Dir(name)] = name
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(writers) < 30 {
		t.Errorf("only %d tables are written", len(writers))
	}
	for _, table := range slices.Sorted(maps.Keys(writers)) {
		if len(writers[table]) > 1 {
			t.Errorf("table %s is written by %d packages: %s", table, len(writers[table]), strings.Join(slices.Sorted(maps.Values(writers[table])), ", "))
		}
	}
}

// tablesOf are the tables that the migrations make.
func tablesOf(t *testing.T, dir string) map[string]bool {
	t.Helper()
	tables := map[string]bool{}
	files, err := filepath.Glob(filepath.Join(dir, "*.sql"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%d migrations: %v", len(files), err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range aTable.FindAllStringSubmatch(string(text), -1) {
			tables[found[1]] = true
		}
	}
	return tables
}

// writtenIn are the tables that a file's statements write.
func writtenIn(t *testing.T, name string, file *ast.File) (tables []string) {
	t.Helper()
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BasicLit:
			if n.Kind != token.STRING {
				return true
			}
			text, err := strconv.Unquote(n.Value)
			if err != nil {
				t.Fatal(err)
			}
			for _, found := range aWriting.FindAllStringSubmatch(text, -1) {
				if found[1] != "" {
					tables = append(tables, strings.Trim(found[1], `"`))
					continue
				}
				given, known := spliced[filepath.ToSlash(name)]
				if !known {
					t.Errorf("%s writes a table whose name is spliced in: %.60q", name, text)
				}
				tables = append(tables, given...)
			}
		case *ast.CompositeLit: // pgx.Identifier{"table"}, for CopyFrom
			if kind, ok := n.Type.(*ast.SelectorExpr); ok && kind.Sel.Name == "Identifier" && len(n.Elts) == 1 {
				if lit, ok := n.Elts[0].(*ast.BasicLit); ok {
					tables = append(tables, strings.Trim(lit.Value, `"`))
				}
			}
		}
		return true
	})
	return tables
}

// aRow is how a row struct names its table.
var aRow = regexp.MustCompile(`(?m)^type (\w+) struct \{\n\tbun\.BaseModel +` + "`" + `bun:"table:([a-z_]+)`)

// rowsOf are the row structs of every folder, and their tables.
func rowsOf(t *testing.T, root string) map[string]map[string]string {
	t.Helper()
	rows, found := map[string]map[string]string{}, 0
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, row := range aRow.FindAllStringSubmatch(string(text), -1) {
			dir := filepath.Dir(path)
			if rows[dir] == nil {
				rows[dir] = map[string]string{}
			}
			rows[dir][row[1]] = row[2]
			found++
		}
		return err
	})
	if err != nil || found < 20 {
		t.Fatalf("%d row structs: %v", found, err)
	}
	return rows
}

// writtenByBun are the tables that builders of a file write. A model of which the code
// does not say the type on the spot may be any row of the folder.
func writtenByBun(file *ast.File, rows, all map[string]string) (tables []string) {
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) == 0 || !slices.Contains([]string{"Model", "Table"}, called(call)) || !writes(call) {
			return true
		}
		named := false
		ast.Inspect(call.Args[0], func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.Ident:
				if table := rows[n.Name]; table != "" {
					tables, named = append(tables, table), true
				}
			case *ast.SelectorExpr: // another folder's row
				if of, ok := n.X.(*ast.Ident); ok && all[of.Name+"."+n.Sel.Name] != "" {
					tables, named = append(tables, all[of.Name+"."+n.Sel.Name]), true
					return false
				}
			case *ast.BasicLit:
				tables, named = append(tables, strings.Trim(n.Value, `"`)), true
			}
			return true
		})
		if !named && called(call) == "Model" {
			tables = slices.AppendSeq(tables, maps.Values(rows))
		}
		return true
	})
	return tables
}

// called is the method that a call calls.
func called(call *ast.CallExpr) string {
	if method, ok := call.Fun.(*ast.SelectorExpr); ok {
		return method.Sel.Name
	}
	return ""
}

// writes reports whether a chain of calls begins a statement that writes.
func writes(call *ast.CallExpr) bool {
	for {
		method, ok := call.Fun.(*ast.SelectorExpr)
		if !ok {
			return false
		}
		if slices.Contains([]string{"NewInsert", "NewUpdate", "NewDelete"}, method.Sel.Name) {
			return true
		}
		if call, ok = method.X.(*ast.CallExpr); !ok {
			return false
		}
	}
}
