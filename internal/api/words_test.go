package api_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/ground"
	"concordat/enforcement/kinds"
	"concordat/enforcement/listing"
	"concordat/internal/access"
	"concordat/internal/backup"
	"concordat/internal/courtfile"
	"concordat/internal/edge"
	"concordat/internal/i18n"
	"concordat/internal/identifier"
	"concordat/notify"
)

// everyCode lists the codes of all packages whose refusals reach a person.
// Calendar and vault speak to operators.
func everyCode() []string {
	return slices.Concat([]string{"installation.none", "installation.exists", "restore.nowhere"}, // the commands' own
		edge.Codes(), access.Codes(), enforcement.Codes(), identifier.Codes(), courtfile.Codes(), notify.Codes(), backup.Codes())
}

func TestEveryCodeHasWordsAndNoWordsAreDead(t *testing.T) {
	t.Parallel()
	codes := everyCode()
	if missing := i18n.Missing(codes...); len(missing) > 0 {
		t.Errorf("without words: %v", missing)
	}
	for _, code := range i18n.Codes() {
		if strings.HasPrefix(code, "doctor.") {
			continue // what the doctor finds; its own test holds those
		}
		if !slices.Contains(codes, code) {
			t.Errorf("words for %s, which nobody can say", code)
		}
	}
}

// given finds, in the sources of a folder and of those below it, with which
// arguments each code is refused: a call refuse("code", "name", value, …), also by
// the name that other packages call it. For every call one list.
func given(t *testing.T, folder string) map[string][][]string {
	t.Helper()
	var files []string
	for _, pattern := range []string{"*.go", "*/*.go"} {
		found, err := filepath.Glob(filepath.Join("..", "..", folder, filepath.FromSlash(pattern)))
		must(t, err)
		files = append(files, found...)
	}
	calls := map[string][][]string{}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		must(t, err)
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			name := ""
			switch fun := call.Fun.(type) {
			case *ast.Ident:
				name = fun.Name
			case *ast.SelectorExpr:
				name = fun.Sel.Name
			}
			if !strings.EqualFold(name, "refuse") || len(call.Args) == 0 {
				return true
			}
			code, ok := text(call.Args[0])
			if !ok {
				return true
			}
			args := []string{}
			for i := 1; i+1 < len(call.Args); i += 2 {
				arg, _ := text(call.Args[i])
				args = append(args, arg)
			}
			calls[code] = append(calls[code], args)
			return true
		})
	}
	return calls
}

func text(e ast.Expr) (string, bool) {
	literal, ok := e.(*ast.BasicLit)
	if !ok || literal.Kind != token.STRING {
		return "", false
	}
	value, err := strconv.Unquote(literal.Value)
	return value, err == nil
}

func TestWordsUseTheArgumentsThatAreGiven(t *testing.T) {
	t.Parallel()
	calls := given(t, "enforcement")
	for code, args := range given(t, filepath.Join("internal", "backup")) {
		calls[code] = append(calls[code], args...)
	}
	if len(calls) < 50 {
		t.Fatalf("only %d codes were found in the sources", len(calls))
	}
	// Packages that build refusals in another way.
	elsewhere := map[string][]string{
		"identifier.format": {"position"}, "identifier.check-digit": {"position"}, "name.control": {"position"},
		"identifier.length": {"expected", "actual"}, "identifier.kind": {"kind", "belongs-to"}, "name.length": {"maximum", "actual"},
		courtfile.CodeColumns: {"field"}, courtfile.CodeColumnTwice: {"field"}, courtfile.CodeCells: {"expected", "actual"}, courtfile.CodeMissing: {"field"},
		"decision.signer": {"role"}, "decision.reviewer": {"role"}, "decision.remedies": {"missing"}, "notice.contents": {"missing"}, "service.repair-notice": {"missing"},
		access.CodeTooLong: {"days"}, courtfile.CodeControl: {"position"}, courtfile.CodeLength: {"maximum", "actual"}, courtfile.CodeHiddenColumn: {"field"},
		courtfile.CodeHiddenColumnTaken: {"field"}, courtfile.CodeSheetUnread: {"sheet"},
		"identifier.cross": {"position"}, "name.character": {"position"}, "name.lost": {"position"}, "name.several": {"position"},
	}
	for _, code := range everyCode() {
		needed, optional := i18n.Arguments(i18n.Chinese, code)
		if len(needed) > 0 {
			t.Errorf("%s needs %v: a refusal by the schema carries no arguments, so put them in brackets", code, needed)
		}
		possible := elsewhere[code]
		for _, args := range calls[code] {
			possible = append(possible, args...)
		}
		for _, name := range optional {
			if !slices.Contains(possible, name) {
				t.Errorf("%s uses {%s}, which is never given", code, name)
			}
		}
	}
	for code := range calls {
		if !slices.Contains(everyCode(), code) {
			t.Errorf("%s is refused and not listed", code)
		}
	}
}

// TestValuesAreComplete holds the vocabularies of arguments against the record's.
func TestValuesAreComplete(t *testing.T) {
	t.Parallel()
	values := map[string][]string{"state": {"pending", "in-force"}, "role": {string(enforcement.System)}}
	for _, table := range kinds.All() {
		for _, state := range table.States() {
			values["state"] = append(values["state"], string(state))
		}
		for i := range table.Moves {
			namesOf(&table.Moves[i], values)
		}
	}
	for _, role := range enforcement.Roles() {
		values["role"] = append(values["role"], string(role))
	}
	for _, kind := range identifier.Kinds() {
		values["kind"] = append(values["kind"], string(kind))
		values["belongs-to"] = append(values["belongs-to"], string(kind))
	}
	for _, kind := range []listing.ExclusionKind{
		listing.SecurityGiven, "assets-suffice", "not-yet-liable", "not-able", "creditor-asks-not-to", "campus-loan-student",
	} {
		values["because"] = append(values["because"], string(kind))
	}
	values["missing"] = ground.Enclosures()
	for name, codes := range values {
		for _, code := range codes {
			for _, lang := range i18n.Languages() {
				if i18n.Value(lang, name, code) == "" {
					t.Errorf("%s: %s %q has no word", lang, name, code)
				}
			}
		}
	}
}

// namesOf adds the coded names that a row of a table of moves uses.
func namesOf(m *ground.Move, values map[string][]string) {
	add := func(name string, codes ...string) { values[name] = append(values[name], codes...) }
	add("move", string(m.Name))
	add("group", string(m.Group))
	add("effect", string(m.Effect))
	for _, p := range m.NotBy {
		add("person", string(p))
	}
	for _, clock := range m.Starts {
		add("clock", clock.Kind)
		if clock.Period.Value > 0 {
			add("unit", string(clock.Period.Unit))
		}
	}
	for _, clock := range m.Stops {
		if clock != ground.Every {
			add("clock", clock)
		}
	}
	for _, need := range m.Needs {
		add("need", need.Field)
		add("choice", need.Of...)
	}
	if m.Choice != nil {
		add("need", m.Choice.Field)
		add("choice", m.Choice.Value)
	}
}
