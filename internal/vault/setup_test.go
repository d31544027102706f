package vault

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// check ends the test on an error.
func check(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

// must returns the bytes of a call that has to succeed.
func must(tb testing.TB) func([]byte, error) []byte {
	return func(out []byte, err error) []byte {
		tb.Helper()
		check(tb, err)
		return out
	}
}

// wantErr ends the test unless err wraps want.
func wantErr(tb testing.TB, err, want error) {
	tb.Helper()
	if !errors.Is(err, want) {
		tb.Fatalf("got error %v, want %v", err, want)
	}
}

func memory(tb testing.TB) *Vault {
	tb.Helper()
	v, err := Ephemeral(true)
	check(tb, err)
	return v
}

// onDisk makes a production key file in a folder of its own.
func onDisk(tb testing.TB) (*Vault, string) {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "keys.json")
	v, err := Open(path, Options{Create: true})
	check(tb, err)
	return v, path
}

func rotate(tb testing.TB, v *Vault) int16 {
	tb.Helper()
	version, err := v.Rotate()
	check(tb, err)
	return version
}

func readFile(tb testing.TB, path string) []byte {
	tb.Helper()
	return must(tb)(os.ReadFile(path))
}
