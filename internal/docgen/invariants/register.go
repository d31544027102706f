package main

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"

	"github.com/goccy/go-yaml"
)

// register is docs/invariants.yaml; the head of that file says what each field
// means.
type register struct {
	Finished   []int       `yaml:"finished"`
	Invariants []invariant `yaml:"invariants"`

	attacks []attack // that name one
}

type invariant struct {
	Number      string   `yaml:"number"`
	Kind        string   `yaml:"kind"`
	EN          string   `yaml:"en"`
	ZH          string   `yaml:"zh"`
	Source      string   `yaml:"source"`
	Issue       int      `yaml:"issue"`
	Constraints []string `yaml:"constraints"`
	Types       []string `yaml:"types"`
	Audits      []string `yaml:"audits"`
	Tests       []string `yaml:"tests"`
	Open        string   `yaml:"open"`
}

var numberForm = regexp.MustCompile(`^[1-9][0-9]?[a-z]?$`)

// readRegister reads the YAML; an unknown field is an error with its line.
func readRegister(path string) (*register, error) {
	text, err := os.ReadFile(path) //nolint:gosec // the caller's checkout
	if err != nil {
		return nil, fmt.Errorf("read the statements: %w", err)
	}
	reg := &register{}
	if err := yaml.UnmarshalWithOptions(text, reg, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("read the statements in %s: %w", path, err)
	}
	return reg, nil
}

// finished says whether the row is bound: its issue is finished.
func (r *register) finished(inv invariant) bool { return slices.Contains(r.Finished, inv.Issue) }

// check returns every mistake joined, nil if there is none.
func (r *register) check(src *sources) error {
	var mistakes []error
	seen := map[string]bool{}
	for _, inv := range r.Invariants {
		if seen[inv.Number] {
			mistakes = append(mistakes, fmt.Errorf("invariant %s stands twice", inv.Number))
		}
		seen[inv.Number] = true
		mistakes = append(mistakes, inv.checkText()...)
		mistakes = append(mistakes, inv.checkNames(src)...)
		if r.finished(inv) {
			mistakes = append(mistakes, inv.checkFinished(src)...)
			if inv.Open == "" && len(on(r.attacks, inv.Number)) == 0 {
				mistakes = append(mistakes, fmt.Errorf("invariant %s: issue %d is finished, but no attack of docs/attacks names it", inv.Number, inv.Issue))
			}
		}
	}
	for _, a := range r.attacks {
		if !seen[a.Invariant] {
			mistakes = append(mistakes, fmt.Errorf("attack %q of %s: no invariant has the number %s", a.Attack, a.theme, a.Invariant))
		}
	}
	for _, number := range src.numbers() {
		if !seen[number] {
			mistakes = append(mistakes, fmt.Errorf("%v: no invariant has the number %s", src.byNumber[number], number))
		}
	}
	return errors.Join(mistakes...)
}

func (inv invariant) checkText() (mistakes []error) {
	if !numberForm.MatchString(inv.Number) {
		mistakes = append(mistakes, fmt.Errorf("invariant %q: the number has the form 7 or 32a", inv.Number))
	}
	if !slices.Contains([]string{"LAW", "PRODUCT", "LAW/PRODUCT"}, inv.Kind) {
		mistakes = append(mistakes, fmt.Errorf("invariant %s: kind %q is none of LAW, PRODUCT, LAW/PRODUCT", inv.Number, inv.Kind))
	}
	if inv.EN == "" || inv.ZH == "" || inv.Source == "" {
		mistakes = append(mistakes, fmt.Errorf("invariant %s: en, zh and source must be filled", inv.Number))
	}
	return mistakes
}

// checkNames finds names in the columns that the sources do not have.
func (inv invariant) checkNames(src *sources) (mistakes []error) {
	missing := func(column string, names []string, exists func(string) bool) {
		for _, name := range names {
			if !exists(name) {
				mistakes = append(mistakes, fmt.Errorf("invariant %s: %s %q does not exist", inv.Number, column, name))
			}
		}
	}
	missing("constraint", inv.Constraints, func(name string) bool { return src.migrationWords[name] })
	missing("type", inv.Types, func(name string) bool { return src.declared[name] })
	missing("audit", inv.Audits, func(name string) bool { return src.words[name] })
	missing("test", inv.Tests, func(name string) bool { return src.tests[name] })
	return mistakes
}

// checkFinished finds empty cells; an open task excuses them, since it is shown.
func (inv invariant) checkFinished(src *sources) (mistakes []error) {
	if inv.Open != "" {
		return nil
	}
	if len(inv.Constraints)+len(inv.Types)+len(inv.Audits) == 0 {
		mistakes = append(mistakes, fmt.Errorf("invariant %s: issue %d is finished, but no constraint, type or audit holds it", inv.Number, inv.Issue))
	}
	if len(inv.allTests(src)) == 0 {
		mistakes = append(mistakes, fmt.Errorf("invariant %s: issue %d is finished, but no test shows it", inv.Number, inv.Issue))
	}
	return mistakes
}

// allTests is the tests named in the row and those found by their name, sorted,
// each once.
func (inv invariant) allTests(src *sources) []string {
	tests := slices.Concat(inv.Tests, src.byNumber[inv.Number])
	slices.Sort(tests)
	return slices.Compact(tests)
}
