package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"concordat/memoranda"
	"concordat/memoranda/day"
	"concordat/memoranda/memorandatest"
)

// TestEveryMeasureIsCountedOnce: in each column, what travels and what is held back
// make all measures, and as shipped nothing travels.
func TestEveryMeasureIsCountedOnce(t *testing.T) {
	t.Parallel()
	c, err := memoranda.Load(memorandatest.City())
	if err != nil {
		t.Fatal(err)
	}
	counted, err := count(c, nil, day.Of(2025, 9, 1))
	if err != nil {
		t.Fatal(err)
	}
	for way := range counted.standings {
		sum := counted.travels[way]
		for _, n := range counted.standings[way] {
			sum += n
		}
		if sum != memorandatest.CityMeasures {
			t.Errorf("column %d: %d measures, want %d", way, sum, memorandatest.CityMeasures)
		}
	}
	if counted.travels[asEncoded] == 0 || counted.travels[asShipped] != 0 {
		t.Errorf("%d would travel, %d as shipped", counted.travels[asEncoded], counted.travels[asShipped])
	}
	for _, k := range counted.kinds {
		if k.seen+k.known+k.unsure != k.all || k.all == 0 {
			t.Errorf("%s: %+v", k.name, k)
		}
	}
	for _, r := range counted.reasons {
		if r.EN == "" || r.ZH == "" {
			t.Errorf("%s has no words", r.Code)
		}
	}
}

// TestRunWritesBothPages, twice the same, and leaves the rest of the README alone.
func TestRunWritesBothPages(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	if err := os.Mkdir(filepath.Join(root, "docs"), 0o750); err != nil {
		t.Fatal(err)
	}
	readme := filepath.Join(root, "README.md")
	if err := os.WriteFile(readme, []byte("before\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := run(root, fixedDay); err == nil {
		t.Error("a README without the block is no mistake")
	}
	if err := os.WriteFile(readme, []byte("before\n"+begin+"old\n"+end+"after\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var last string
	for range 2 {
		if err := run(root, fixedDay); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(readme)
		if err != nil {
			t.Fatal(err)
		}
		if s := string(text); !strings.HasPrefix(s, "before\n"+begin) || !strings.HasSuffix(s, end+"after\n") || strings.Contains(s, "old") || (last != "" && s != last) {
			t.Errorf("the README is\n%s", s)
		}
		last = string(text)
	}
	page, err := os.ReadFile(filepath.Join(root, "docs", "catalogue.md"))
	if err != nil || !strings.Contains(string(page), "发改财金〔2016〕141号") {
		t.Errorf("docs/catalogue.md: %v", err)
	}
	if err := run(root, "2026-02-30"); err == nil {
		t.Error("a day that does not exist is no mistake")
	}
}
