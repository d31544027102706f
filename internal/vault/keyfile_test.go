package vault

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func TestOpenMakesAPrivateFileOnce(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "keys.json")
	_, err := Open(path, Options{})
	wantErr(t, err, fs.ErrNotExist)
	_, err = os.Lstat(path)
	wantErr(t, err, fs.ErrNotExist)

	v, err := Open(path, Options{Create: true})
	check(t, err)
	info, err := os.Stat(path)
	check(t, err)
	if info.Mode() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
	sealed := must(t)(v.Seal([]byte("x"), "p"))
	again, err := Open(path, Options{Create: true})
	check(t, err)
	must(t)(again.Open(sealed, "p"))
	_, err = Open("", Options{Create: true})
	if err == nil {
		t.Error("opened without a path")
	}
	_, err = Open(filepath.Join(t.TempDir(), "none", "keys.json"), Options{Create: true})
	wantErr(t, err, fs.ErrNotExist)
}

func TestOpenRefusesAFileOthersCanReach(t *testing.T) {
	t.Parallel()
	for _, mode := range []fs.FileMode{0o640, 0o604, 0o620, 0o602, 0o610, 0o601, 0o644, 0o666, 0o777} {
		v, path := onDisk(t)
		check(t, os.Chmod(path, mode))
		_, err := Open(path, Options{Create: true})
		wantErr(t, err, ErrMode)
		wantErr(t, v.Reload(), ErrMode)
		_, err = v.Rotate()
		wantErr(t, err, ErrMode)
	}
	for _, mode := range []fs.FileMode{0o600, 0o400} {
		_, path := onDisk(t)
		check(t, os.Chmod(path, mode))
		_, err := Open(path, Options{})
		check(t, err)
	}
}

func TestOpenRefusesAnotherOwner(t *testing.T) {
	t.Parallel()
	_, path := onDisk(t)
	f, err := os.Open(path)
	check(t, err)
	defer func() { check(t, f.Close()) }()
	check(t, private(f, os.Geteuid()))
	wantErr(t, private(f, os.Geteuid()+1), ErrMode)
}

func TestOpenRefusesWhatIsNoRegularFile(t *testing.T) {
	t.Parallel()
	_, real := onDisk(t)
	dir := t.TempDir()
	link, pipe, folder := filepath.Join(dir, "link"), filepath.Join(dir, "pipe"), filepath.Join(dir, "folder")
	check(t, os.Symlink(real, link))
	check(t, unix.Mkfifo(pipe, 0o600))
	check(t, os.Mkdir(folder, 0o700))
	for _, path := range []string{link, pipe, folder} {
		_, err := Open(path, Options{Create: true})
		wantErr(t, err, ErrMode)
	}
	dangling := filepath.Join(dir, "dangling")
	check(t, os.Symlink(filepath.Join(dir, "nowhere"), dangling))
	_, err := Open(dangling, Options{Create: true})
	wantErr(t, err, ErrMode)
}

func TestDemoAndProductionKeysNeverMix(t *testing.T) {
	t.Parallel()
	_, production := onDisk(t)
	_, err := Open(production, Options{Demo: true, Create: true})
	wantErr(t, err, ErrProductionKey)

	demo := filepath.Join(t.TempDir(), "demo.json")
	v, err := Open(demo, Options{Demo: true, Create: true})
	check(t, err)
	if !v.Demo() {
		t.Error("demo keys do not say so")
	}
	for _, create := range []bool{false, true} {
		_, err = Open(demo, Options{Create: create})
		wantErr(t, err, ErrDemoKey)
	}
	// A demo file with the word changed by hand is a damaged file.
	forged := bytes.Replace(readFile(t, demo), []byte(`"demo"`), []byte(`"production"`), 1)
	check(t, os.WriteFile(demo, forged, 0o600))
	_, err = Open(demo, Options{})
	wantErr(t, err, ErrFormat)
}

func TestCreateNeverReplaces(t *testing.T) {
	t.Parallel()
	_, path := onDisk(t)
	before := readFile(t, path)
	wantErr(t, writeKeyFile(path, []byte("other"), true), fs.ErrExist)
	for _, damaged := range [][]byte{nil, before[:100]} {
		check(t, os.WriteFile(path, damaged, 0o600))
		_, err := Open(path, Options{Create: true})
		wantErr(t, err, ErrFormat)
		if !bytes.Equal(readFile(t, path), damaged) {
			t.Error("a damaged file was replaced")
		}
	}
	padded := append(bytes.Clone(before), bytes.Repeat([]byte(" "), maxFileSize)...)
	check(t, os.WriteFile(path, padded, 0o600))
	_, err := Open(path, Options{})
	wantErr(t, err, ErrFormat)
}

func TestRemainsOfACrashAreClearedAway(t *testing.T) {
	t.Parallel()
	v, path := onDisk(t)
	check(t, os.WriteFile(path+".new", []byte("half a file"), 0o600))
	rotate(t, v)
	_, err := os.Lstat(path + ".new")
	wantErr(t, err, fs.ErrNotExist)
	_, err = Open(path, Options{})
	check(t, err)
}

func TestFailedWriteLeavesKeysAsTheyWere(t *testing.T) {
	t.Parallel()
	v, path := onDisk(t)
	before := readFile(t, path)
	// A folder that is not empty stands where the temporary file would.
	check(t, os.MkdirAll(filepath.Join(path+".new", "x"), 0o700))
	if _, err := v.Rotate(); err == nil {
		t.Fatal("rotated without writing")
	}
	if v.Current() != 1 || !bytes.Equal(readFile(t, path), before) {
		t.Error("a failed rotation changed the keys")
	}
}

func TestKeyFileFaults(t *testing.T) {
	t.Parallel()
	good, err := newBody(false)
	check(t, err)
	check(t, good.add())
	edit := func(act func(b *body)) []byte {
		b := good
		b.Versions = append([]record(nil), good.Versions...)
		act(&b)
		return must(t)(encodeKeyFile(b))
	}
	text := string(must(t)(encodeKeyFile(good)))
	_, err = decodeKeyFile([]byte(text), false)
	check(t, err)
	rows := map[string][]byte{
		"another format":       []byte(strings.Replace(text, fileFormat, "something-else", 1)),
		"newer layout":         []byte(strings.Replace(text, `"layout": 1`, `"layout": 2`, 1)),
		"check changed":        []byte(strings.Replace(text, `"check": "`, `"check": "0`, 1)),
		"current changed":      []byte(strings.Replace(text, `"current": 1`, `"current": 2`, 1)),
		"unknown name":         []byte(strings.Replace(text, `"layout"`, `"more": 1, "layout"`, 1)),
		"something after":      []byte(text + "{}"),
		"no body":              []byte(`{"format":"concordat-keys","layout":1,"check":"","body":null}`),
		"kind unknown":         edit(func(b *body) { b.Kind = "test" }),
		"installation short":   edit(func(b *body) { b.Installation = "00ff" }),
		"installation no hex":  edit(func(b *body) { b.Installation = strings.Repeat("z", 32) }),
		"no version":           edit(func(b *body) { b.Versions = nil }),
		"current 0":            edit(func(b *body) { b.Current = 0 }),
		"current 0 of one":     edit(func(b *body) { b.Current, b.Versions = 0, b.Versions[:1] }),
		"current negative":     edit(func(b *body) { b.Current = -1 }),
		"current too great":    edit(func(b *body) { b.Current = 3 }),
		"two prepared":         edit(func(b *body) { check(t, b.add()) }),
		"gap":                  edit(func(b *body) { b.Versions[1].Version = 3 }),
		"twice":                edit(func(b *body) { b.Versions[1].Version = 1 }),
		"current retired":      edit(func(b *body) { b.Versions[0].Wrap, b.Versions[0].Seal, b.Versions[0].Lookup = nil, nil, nil }),
		"prepared retired":     edit(func(b *body) { b.Versions[1].Wrap, b.Versions[1].Seal, b.Versions[1].Lookup = nil, nil, nil }),
		"one key missing":      edit(func(b *body) { b.Versions[0].Wrap = nil }),
		"document key missing": edit(func(b *body) { b.Versions[0].Document = nil }),
		"keys exchanged":       edit(func(b *body) { b.Versions[0].Wrap, b.Versions[0].Seal = b.Versions[0].Seal, b.Versions[0].Wrap }),
		"hash as cipher":       edit(func(b *body) { b.Versions[0].Wrap = b.Versions[0].Lookup }),
		"keyset empty":         edit(func(b *body) { b.Versions[0].Seal = json.RawMessage(`{}`) }),
		"keyset no keyset":     edit(func(b *body) { b.Versions[0].Seal = json.RawMessage(`"x"`) }),
		"two keys":             edit(func(b *body) { b.Versions[0].Seal = doubled(t, b.Versions[0].Seal) }),
		"key switched off": edit(func(b *body) {
			b.Versions[0].Seal = bytes.Replace(b.Versions[0].Seal, []byte("ENABLED"), []byte("DISABLED"), 1)
		}),
	}
	for name, data := range rows {
		r, err := decodeKeyFile(data, false)
		if r != nil || !errors.Is(err, ErrFormat) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// doubled returns the keyset with its key a second time, under another id.
func doubled(t *testing.T, raw json.RawMessage) json.RawMessage {
	t.Helper()
	var k struct {
		PrimaryKeyID uint32           `json:"primaryKeyId"`
		Key          []map[string]any `json:"key"`
	}
	check(t, json.Unmarshal(raw, &k))
	second := maps.Clone(k.Key[0])
	second["keyId"] = k.PrimaryKeyID ^ 1
	k.Key = append(k.Key, second)
	return must(t)(json.Marshal(k))
}

// TestErrorsDoNotShowKeys damages each place of a key file in turn.
func TestErrorsDoNotShowKeys(t *testing.T) {
	t.Parallel()
	b, err := newBody(false)
	check(t, err)
	secret := string(keyValue(t, b.Versions[0].Wrap))
	inner := must(t)(json.Marshal(b))
	for at := 0; at < len(inner); at += 3 {
		damaged := bytes.Clone(inner)
		damaged[at] ^= 0x11
		outer, err := json.Marshal(map[string]any{
			"format": fileFormat, "layout": fileLayout, "check": checkOf(damaged), "body": json.RawMessage(damaged),
		})
		if err != nil {
			continue // no longer JSON
		}
		_, err = decodeKeyFile(outer, false)
		if err != nil && strings.Contains(err.Error(), secret[5:15]) {
			t.Errorf("damage at %d: the error shows key material", at)
		}
	}
}
