package vault

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestReloadSeesWhatAnotherProcessDid(t *testing.T) {
	t.Parallel()
	one, path := onDisk(t)
	two, err := Open(path, Options{})
	check(t, err)
	rotate(t, one)
	sealed := must(t)(one.Seal([]byte("x"), "p"))
	_, err = two.Open(sealed, "p")
	wantErr(t, err, ErrKeyUnknown)
	check(t, two.Reload())
	must(t)(two.Open(sealed, "p"))

	// A process that rotates from an old state goes on from the file's.
	rotate(t, one)
	if got := rotate(t, two); got != 4 {
		t.Errorf("rotated to %d, want 4", got)
	}
	check(t, one.Reload())
	must(t)(one.Open(sealed, "p"))
	check(t, one.Retire(1))
	check(t, two.Reload())
	if got := two.Live(); !slices.Equal(got, []int16{4, 3, 2}) {
		t.Errorf("live %v", got)
	}
}

func TestReloadRefusesKeysThatDoNotContinue(t *testing.T) {
	t.Parallel()
	v, path := onDisk(t)
	first := readFile(t, path)
	_, err := v.Prepare()
	check(t, err)
	prepared := readFile(t, path)
	rotate(t, v)
	check(t, v.Retire(1))
	good := readFile(t, path)

	_, strange := onDisk(t)
	apart := filepath.Join(t.TempDir(), "keys.json") // a copy that was rotated elsewhere
	check(t, os.WriteFile(apart, first, 0o600))
	elsewhere, err := Open(apart, Options{})
	check(t, err)
	rotate(t, elsewhere)
	check(t, elsewhere.Retire(1))

	unretired := v.ring.Load().body
	unretired.Versions = slices.Clone(unretired.Versions)
	earlier, err := decodeKeyFile(prepared, false)
	check(t, err)
	unretired.Versions[0] = earlier.body.Versions[0]

	rows := map[string]struct {
		data []byte
		want error
	}{
		"older":                {first, ErrReplaced},
		"prepared only":        {prepared, ErrReplaced},
		"another installation": {readFile(t, strange), ErrReplaced},
		"rotated apart":        {readFile(t, apart), ErrReplaced},
		"unretired":            {must(t)(encodeKeyFile(unretired)), ErrReplaced},
		"empty":                {nil, ErrFormat},
		"cut":                  {good[:len(good)/2], ErrFormat},
	}
	for name, row := range rows {
		check(t, os.WriteFile(path, row.data, 0o600))
		if err := v.Reload(); err == nil {
			t.Errorf("%s: taken", name)
		} else {
			wantErr(t, err, row.want)
		}
		_, err := v.Rotate()
		wantErr(t, err, row.want)
		if !bytes.Equal(readFile(t, path), row.data) {
			t.Errorf("%s: overwritten", name)
		}
		if v.Current() != 2 {
			t.Errorf("%s: keys in hand were changed", name)
		}
	}
	check(t, os.Remove(path))
	wantErr(t, v.Reload(), os.ErrNotExist)
	_, err = v.Rotate()
	wantErr(t, err, os.ErrNotExist)
	check(t, os.WriteFile(path, good, 0o600))
	check(t, v.Reload())
}

func TestContinues(t *testing.T) {
	t.Parallel()
	old, err := newBody(false)
	check(t, err)
	check(t, old.add())
	old.Current = 2
	rows := map[string]struct {
		change func(b *body)
		want   bool
	}{
		"the same":             {func(*body) {}, true},
		"prepared":             {func(b *body) { check(t, b.add()) }, true},
		"retired":              {func(b *body) { check(t, b.retire(1)) }, true},
		"another kind":         {func(b *body) { b.Kind = kindDemo }, false},
		"another installation": {func(b *body) { b.Installation = strings.Repeat("0", 2*installationSize) }, false},
		"back to prepared":     {func(b *body) { b.Current = 1 }, false},
		"version gone":         {func(b *body) { b.Versions = b.Versions[:1] }, false},
		"version remade": {func(b *body) {
			b.Versions = slices.Clone(b.Versions)
			b.Versions[1], err = newRecord(2)
			check(t, err)
		}, false},
	}
	for name, row := range rows {
		b := old
		row.change(&b)
		if got := b.continues(&old); got != row.want {
			t.Errorf("%s: got %v", name, got)
		}
	}
}
