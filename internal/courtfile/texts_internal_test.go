package courtfile

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestSpoolTellsNothing: texts that are put aside cannot be read from the disk,
// and the file has no name by which anybody could try.
func TestSpoolTellsNothing(t *testing.T) {
	t.Parallel()
	s := &sharedTexts{}
	defer func() {
		if err := s.close(); err != nil {
			t.Error(err)
		}
	}()
	text := func(n int) string { return fmt.Sprintf("演示%d", n) + strings.Repeat("某", n%300) }
	const some = 15_000
	for n := range some {
		if err := s.add(text(n)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.turn(); err != nil {
		t.Fatal(err)
	}
	if s.spool == nil {
		t.Fatal("so many texts are kept in memory")
	}
	for step := range some { // there and back, across pages
		n := step * 7919 % some
		if got, err := s.text(n); err != nil || got != text(n) {
			t.Fatalf("text %d is %q: %v", n, got, err)
		}
	}
	if _, err := s.text(some); err == nil {
		t.Error("there is a text behind the last")
	}
	aside := make([]byte, s.at)
	if _, err := s.spool.ReadAt(aside, 0); err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(aside, []byte("演示")) {
		t.Error("texts lie on disk as they are")
	}
	if _, err := os.Stat(s.spool.Name()); !os.IsNotExist(err) {
		t.Errorf("the file has a name: %v", err)
	}
}
