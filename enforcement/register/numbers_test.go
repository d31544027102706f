package register_test

import (
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestNumbersAreArguments reads what the program gives to bun's queries: a number goes
// by [pg.Number]. As it is, bun writes it into the text, which PostgreSQL then plans anew
// for each number: one of an organisation in 400 texts, that of a lock at each act.
func TestNumbersAreArguments(t *testing.T) {
	t.Parallel()
	c := exec.CommandContext(t.Context(), "go", "list", "-export", "-deps", "-f", "{{.ImportPath}}\t{{.Export}}\t{{.Dir}}\t{{join .GoFiles \" \"}}", "./cmd/...")
	c.Dir = filepath.Join("..", "..")
	told, err := c.Output()
	if err != nil {
		t.Fatal(err)
	}
	compiled, own := map[string]string{}, map[string][]string{}
	for line := range strings.Lines(string(told)) {
		part := strings.Split(strings.TrimSpace(line), "\t")
		if compiled[part[0]] = part[1]; strings.HasPrefix(part[0], "concordat/") {
			for name := range strings.FieldsSeq(part[3]) {
				own[part[0]] = append(own[part[0]], filepath.Join(part[2], name))
			}
		}
	}
	set := token.NewFileSet()
	config := types.Config{Importer: importer.ForCompiler(set, "gc", func(path string) (io.ReadCloser, error) { return os.Open(compiled[path]) })}
	given := 0
	for path, names := range own {
		if path == "concordat/internal/pg" {
			continue // where the numbers become arguments
		}
		var files []*ast.File
		for _, name := range names {
			file, err := parser.ParseFile(set, name, nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, file)
		}
		info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{}}
		if _, err := config.Check(path, set, files, info); err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			ast.Inspect(file, func(n ast.Node) bool {
				call, ok := n.(*ast.CallExpr)
				if !ok || !takesArguments(info, call) {
					return true
				}
				for _, arg := range call.Args {
					given++
					if writtenAsNumber(info.Types[arg]) {
						t.Errorf("%s: a number that bun writes into the text: pg.Number", set.Position(arg.Pos()))
					}
				}
				return true
			})
		}
	}
	if given < 500 {
		t.Errorf("only %d arguments", given)
	}
}

// takesArguments reports whether a method of bun's is called whose last parameters are
// arguments of SQL.
func takesArguments(info *types.Info, call *ast.CallExpr) bool {
	of, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	f, ok := info.Uses[of.Sel].(*types.Func)
	if !ok || f.Pkg() == nil || f.Pkg().Path() != "github.com/uptrace/bun" || !f.Signature().Variadic() {
		return false
	}
	last, ok := f.Signature().Params().At(f.Signature().Params().Len() - 1).Type().(*types.Slice)
	return ok && types.IsInterface(last.Elem())
}

// writtenAsNumber is true of a number that is no constant, and no value that says itself
// how it stands in SQL.
func writtenAsNumber(of types.TypeAndValue) bool {
	kind, ok := of.Type.Underlying().(*types.Basic)
	if !ok || of.Value != nil || kind.Info()&types.IsInteger == 0 {
		return false
	}
	says := types.NewMethodSet(of.Type)
	return says.Lookup(nil, "Value") == nil && says.Lookup(nil, "AppendQuery") == nil
}
