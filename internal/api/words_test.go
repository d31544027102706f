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
	"concordat/internal/access"
	"concordat/internal/backup"
	"concordat/internal/edge"
	"concordat/internal/i18n"
	"concordat/internal/identifier"
	"concordat/internal/intake"
	"concordat/notify"
)

// everyCode lists the codes of all packages whose refusals reach a person.
// Calendar and vault speak to operators.
func everyCode() []string {
	return slices.Concat(edge.Codes(), access.Codes(), enforcement.Codes(), identifier.Codes(), intake.Codes(), notify.Codes(), backup.Codes())
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

// given finds, in the sources, with which arguments each code is refused: a call
// refuse("code", "name", value, …). For every call one list.
func given(t *testing.T, folder string) map[string][][]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "..", folder, "*.go"))
	must(t, err)
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
			if fun, ok := call.Fun.(*ast.Ident); !ok || fun.Name != "refuse" || len(call.Args) == 0 {
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
		intake.CodeColumns: {"field"}, intake.CodeColumnTwice: {"field"}, intake.CodeCells: {"expected", "actual"}, intake.CodeMissing: {"field"},
		intake.CodeControl: {"position"}, intake.CodeLength: {"maximum", "actual"},
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
	for _, state := range enforcement.ListingStates() {
		values["state"] = append(values["state"], string(state))
	}
	for _, move := range enforcement.ListingMoves() {
		values["move"] = append(values["move"], string(move))
	}
	for _, role := range enforcement.Roles() {
		values["role"] = append(values["role"], string(role))
	}
	for _, kind := range identifier.Kinds() {
		values["kind"] = append(values["kind"], string(kind))
		values["belongs-to"] = append(values["belongs-to"], string(kind))
	}
	for _, kind := range []enforcement.ExclusionKind{
		enforcement.SecurityGiven, enforcement.AssetsSuffice, enforcement.NotYetLiable, enforcement.NotAble, enforcement.CreditorAsksNot, enforcement.CampusLoanStudent,
	} {
		values["because"] = append(values["because"], string(kind))
	}
	values["missing"] = enforcement.Enclosures()
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
