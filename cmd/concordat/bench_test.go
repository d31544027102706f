package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

func TestBenchPrintsOneLineOfJSON(t *testing.T) {
	t.Parallel()
	var out, progress bytes.Buffer
	if code := run([]string{"bench", "fanout", "--listings", "2", "--rounds", "1", "--json"}, &app{Out: &out, Err: &progress}); code != 0 {
		t.Fatalf("exit code %d: %s", code, progress.String())
	}
	if strings.Count(out.String(), "\n") != 1 || !json.Valid(out.Bytes()) {
		t.Errorf("not one line of JSON: %q", out.String())
	}
	if progress.Len() == 0 {
		t.Error("no progress")
	}
}

func TestBenchRefusesNothingToMeasure(t *testing.T) {
	t.Parallel()
	for _, args := range []string{"fanout --listings 0", "deliver --rounds 0", "year --listings 0"} {
		var out, failed bytes.Buffer
		if code := run(append([]string{"bench"}, strings.Fields(args)...), &app{Out: &out, Err: &failed}); code != 2 || out.Len() > 0 {
			t.Errorf("%s: exit code %d, %s", args, code, failed.String())
		}
	}
}
