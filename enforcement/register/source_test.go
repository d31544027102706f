package register_test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

// sqlColumns is how many columns a line of SQL may reach, so that a screen shows it.
const sqlColumns = 140

var (
	aStatement  = regexp.MustCompile(`\b(SELECT|INSERT INTO|UPDATE|DELETE FROM|WHERE|JOIN|CREATE TABLE|ALTER TABLE) `)
	importsPgx  = regexp.MustCompile(`(?m)^\s*(?:[a-z]+ )?"github\.com/jackc/pgx/`)
	saysWhatFor = regexp.MustCompile(`^// pgx: [^\n]+\.\n\n`)
)

// TestSQLFitsAScreen reads every string of the program that holds SQL.
func TestSQLFitsAScreen(t *testing.T) {
	t.Parallel()
	found := 0
	eachSource(t, func(name string, text []byte) {
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, name, text, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if _, tag := n.(*ast.Field); tag {
				return false // a tag is no SQL, whatever its help says
			}
			lit, ok := n.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING || !aStatement.MatchString(lit.Value) {
				return true
			}
			found++
			begin, end := set.Position(lit.Pos()), set.Position(lit.End())
			lines := bytes.Split(text[begin.Offset-begin.Column+1:end.Offset], []byte("\n"))
			for i, line := range lines {
				if wide := utf8.RuneCount(line); wide > sqlColumns {
					t.Errorf("%s:%d: SQL reaches column %d", name, begin.Line+i, wide)
				}
			}
			return true
		})
	})
	if found < 50 {
		t.Errorf("only %d statements", found)
	}
}

// TestPgxSaysWhatFor holds bun to be the way to the database: a file that imports pgx
// says in its first line what for. internal/pg is where bun stands on it, internal/bench
// measures what it costs.
func TestPgxSaysWhatFor(t *testing.T) {
	t.Parallel()
	found := 0
	eachSource(t, func(name string, text []byte) {
		if strings.HasPrefix(name, "internal/pg/") || strings.HasPrefix(name, "internal/bench/") || !importsPgx.Match(text) {
			return
		}
		found++
		if !saysWhatFor.Match(text) {
			t.Errorf("%s imports pgx, and its first line does not say what for", name)
		}
	})
	if found == 0 {
		t.Error("nobody imports pgx")
	}
}

// eachSource goes through the program's own files, with their names below the root.
func eachSource(t *testing.T, check func(name string, text []byte)) {
	t.Helper()
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if path != root && strings.HasPrefix(entry.Name(), ".") {
				return filepath.SkipDir
			}
			return nil
		}
		name, err := filepath.Rel(root, path)
		if err != nil || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return err
		}
		name = filepath.ToSlash(name)
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		check(name, text)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
