package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/goccy/go-yaml"
)

// theme is one file of attacks.
type theme struct {
	name    string
	attacks []attack
}

// attack is one, and what stops it.
type attack struct {
	Attack string `yaml:"attack"`
	ZH     string `yaml:"zh"`
	By     string `yaml:"by"`
	Stops  string `yaml:"stops"`
	// Invariant is the number of what it attacks in docs/invariants.yaml; "" for none. That
	// page shows the attack beside the tests and knows whether the number is there.
	Invariant string `yaml:"invariant"`
	Guard     guard  `yaml:"guard"`
	Test      test   `yaml:"test"`
}

// guard is a text that stands once in a file, and what stands there when it is out.
type guard struct {
	File    string `yaml:"file"`
	Find    string `yaml:"find"`
	Instead string `yaml:"instead"`
}

type test struct {
	Package string `yaml:"package"`
	Run     string `yaml:"run"`
}

var (
	aTest    = regexp.MustCompile(`^Test\w+(/[^/]+)*$`)
	aPackage = regexp.MustCompile(`^\./[a-z0-9/]+$`)
)

// read reads docs/attacks/*.yaml; its error joins every mistake, one a line.
func read(root string) (themes []theme, err error) {
	paths, err := filepath.Glob(filepath.Join(root, "docs", "attacks", "*.yaml"))
	if err != nil {
		return nil, fmt.Errorf("look for the attacks: %w", err)
	}
	var mistakes []error
	for _, path := range paths {
		text, err := os.ReadFile(path) //nolint:gosec // the caller's checkout
		if err != nil {
			return nil, fmt.Errorf("read the attacks: %w", err)
		}
		t := theme{name: strings.TrimSuffix(filepath.Base(path), ".yaml")}
		if err := yaml.UnmarshalWithOptions(text, &t.attacks, yaml.Strict()); err != nil {
			mistakes = append(mistakes, fmt.Errorf("%s: %w", path, err))
			continue
		}
		for i, a := range t.attacks {
			if err := a.check(root); err != nil {
				mistakes = append(mistakes, fmt.Errorf("%s, attack %d: %w", path, i+1, err))
			}
		}
		themes = append(themes, t)
	}
	return themes, errors.Join(mistakes...)
}

// check holds that every field says something and that guard and test are there.
func (a *attack) check(root string) error {
	for name, said := range map[string]string{"attack": a.Attack, "zh": a.ZH, "by": a.By, "stops": a.Stops} {
		if strings.TrimSpace(said) == "" {
			return fmt.Errorf("%s is empty", name)
		}
	}
	if !aPackage.MatchString(a.Test.Package) || !aTest.MatchString(a.Test.Run) {
		return fmt.Errorf("test %q of %q", a.Test.Run, a.Test.Package)
	}
	name, _, _ := strings.Cut(a.Test.Run, "/")
	tests, err := filepath.Glob(filepath.Join(root, a.Test.Package, "*_test.go"))
	if err != nil {
		return fmt.Errorf("look for the test: %w", err)
	}
	found := false
	for _, path := range tests {
		text, err := os.ReadFile(path) //nolint:gosec // the caller's checkout
		if err != nil {
			return fmt.Errorf("look for the test: %w", err)
		}
		found = found || strings.Contains(string(text), "\nfunc "+name+"(")
	}
	if !found {
		return fmt.Errorf("%s is no test of %s", name, a.Test.Package)
	}
	_, err = a.Guard.out(root)
	return err
}

// out is the guard's file with the guard taken out.
func (g *guard) out(root string) (string, error) {
	text, err := os.ReadFile(filepath.Join(root, g.File)) //nolint:gosec // the caller's checkout
	if err != nil {
		return "", fmt.Errorf("read the guard: %w", err)
	}
	if n := strings.Count(string(text), g.Find); g.Find == "" || n != 1 {
		return "", fmt.Errorf("the guard stands %d times in %s", n, g.File)
	}
	if g.Find == g.Instead {
		return "", fmt.Errorf("taken out, the guard of %s is as before", g.File)
	}
	return strings.Replace(string(text), g.Find, g.Instead, 1), nil
}
