package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/goccy/go-yaml"
)

// attack is of docs/attacks/*.yaml what this page shows; internal/docgen/attacks holds the
// rest to the sources.
type attack struct {
	Attack    string `yaml:"attack"`
	Invariant string `yaml:"invariant"`
	Test      struct {
		Package string `yaml:"package"`
		Run     string `yaml:"run"`
	} `yaml:"test"`

	theme string
}

// readAttacks reads the attacks that name an invariant, in the order of the files.
func readAttacks(root string) (list []attack, err error) {
	paths, err := filepath.Glob(filepath.Join(root, "docs", "attacks", "*.yaml"))
	if err != nil {
		return nil, fmt.Errorf("look for the attacks: %w", err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path) //nolint:gosec // the caller's checkout
		if err != nil {
			return nil, fmt.Errorf("read the attacks: %w", err)
		}
		var of []attack
		if err := yaml.Unmarshal(text, &of); err != nil {
			return nil, fmt.Errorf("read the attacks in %s: %w", path, err)
		}
		for _, a := range of {
			if a.Invariant != "" {
				a.theme = strings.TrimSuffix(filepath.Base(path), ".yaml")
				list = append(list, a)
			}
		}
	}
	return list, nil
}

// on are the attacks on an invariant.
func on(attacks []attack, number string) (list []attack) {
	for _, a := range attacks {
		if a.Invariant == number {
			list = append(list, a)
		}
	}
	return list
}

// attacked is the cell: each attack with the test that fails where its guard is taken out.
func attacked(attacks []attack) string {
	lines := make([]string, len(attacks))
	for i, a := range attacks {
		lines[i] = fmt.Sprintf("[%s](attacks.md#%s): %s (`%s`)", strings.ReplaceAll(a.theme, "-", " "), a.theme, cell(a.Attack), a.Test.Run)
	}
	return strings.Join(lines, "<br>")
}
