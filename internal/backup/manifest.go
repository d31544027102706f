package backup

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"concordat/enforcement"
	"concordat/internal/vault"
)

// Format is the version of the folder's form; another is refused.
const Format = 1

const (
	dataName     = "data.dump"
	manifestName = "manifest.json"
	// keyCheck is the purpose of the sealed text that tells whether a key file is
	// the right one.
	keyCheck = "backup-key-check"
	// maxManifest bounds what is read, in bytes.
	maxManifest = 1 << 20
)

// Manifest says what a backup is.
type Manifest struct {
	Format int `json:"format"`
	// Program is the version of the program that made it.
	Program string `json:"program"`
	// Schema is the number of the newest migration.
	Schema int64 `json:"schema"`
	// PostgreSQL is the version of the server.
	PostgreSQL string `json:"postgresql"`
	// MachineAt and LegalAt are the instant of the snapshot by either clock.
	MachineAt time.Time `json:"machine_at"`
	LegalAt   time.Time `json:"legal_at"`
	// Rows counts the rows of the main tables in the snapshot.
	Rows  map[string]int64 `json:"rows"`
	Files []File           `json:"files"`
	// Papers says which papers it needs beside its files; nil of a backup made before there
	// were any.
	Papers *Papers `json:"papers,omitempty"`
	// KeyVersions are needed to open everything in it.
	KeyVersions []int16 `json:"key_versions"`
	// KeyCheck is sealed under the keys, and says nothing.
	KeyCheck []byte `json:"key_check"`
}

// File is one file of a backup.
type File struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// Codes lists the refusal codes of this package.
func Codes() []string {
	return []string{
		"backup.not-empty", "backup.beside-keys", "backup.keys-exist",
		"restore.manifest", "restore.damaged", "restore.newer", "restore.not-empty", "restore.keys-missing", "restore.keys-other", "restore.unfinished",
		"reconciliation.file",
	}
}

// refuse builds a refusal; pairs are argument names and values in turn.
func refuse(code string, pairs ...string) *enforcement.Refusal {
	r := &enforcement.Refusal{Code: code}
	for i := 0; i+1 < len(pairs); i += 2 {
		if r.Args == nil {
			r.Args = map[string]string{}
		}
		r.Args[pairs[i]] = pairs[i+1]
	}
	return r
}

// ReadManifest reads and checks a backup: its form, and each file against its
// hash. The second result is the hash of the manifest itself, in hexadecimal.
func ReadManifest(dir string) (Manifest, string, error) {
	var m Manifest
	file, err := os.Open(filepath.Join(dir, manifestName)) //nolint:gosec // the operator's own folder
	if errors.Is(err, fs.ErrNotExist) {
		return m, "", refuse("restore.manifest")
	}
	if err != nil {
		return m, "", fmt.Errorf("open the manifest: %w", err)
	}
	defer func() { _ = file.Close() }() // read only
	text, err := io.ReadAll(io.LimitReader(file, maxManifest))
	if err != nil {
		return m, "", fmt.Errorf("read the manifest: %w", err)
	}
	if err := json.Unmarshal(text, &m); err != nil || m.Format != Format || len(m.Files) != 1 || m.Files[0].Name != dataName || len(m.KeyVersions) == 0 {
		return m, "", refuse("restore.manifest")
	}
	for _, want := range m.Files {
		have, err := describe(dir, want.Name)
		if errors.Is(err, fs.ErrNotExist) || (err == nil && have != want) {
			return m, "", refuse("restore.damaged", "file", want.Name)
		}
		if err != nil {
			return m, "", err
		}
	}
	sum := sha256.Sum256(text)
	return m, hex.EncodeToString(sum[:]), nil
}

// opens refuses keys that do not open the backup; nil is no keys at all.
func (m Manifest) opens(keys *vault.Vault) error {
	if keys == nil {
		return refuse("restore.keys-missing")
	}
	live := keys.Live()
	for _, version := range m.KeyVersions {
		if !slices.Contains(live, version) {
			return refuse("restore.keys-other", "key", strconv.Itoa(int(version)))
		}
	}
	if _, err := keys.Open(m.KeyCheck, keyCheck); err != nil {
		return refuse("restore.keys-other")
	}
	return nil
}

func describe(dir, name string) (File, error) {
	file, err := os.Open(filepath.Join(dir, name)) //nolint:gosec // a name of ours in the operator's own folder
	if err != nil {
		return File{}, fmt.Errorf("open %s: %w", name, err)
	}
	defer func() { _ = file.Close() }() // read only
	hash := sha256.New()
	size, err := io.Copy(hash, file)
	if err != nil {
		return File{}, fmt.Errorf("read %s: %w", name, err)
	}
	return File{name, size, hex.EncodeToString(hash.Sum(nil))}, nil
}

// write puts the manifest in place last and in one step: a folder without one is
// no backup.
func (m Manifest) write(dir string) error {
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return fmt.Errorf("write the manifest: %w", err)
	}
	making := filepath.Join(dir, manifestName+".new")
	if err := os.WriteFile(making, append(text, '\n'), 0o600); err != nil {
		return fmt.Errorf("write the manifest: %w", err)
	}
	if err := syncFile(making); err != nil {
		return err
	}
	if err := os.Rename(making, filepath.Join(dir, manifestName)); err != nil {
		return fmt.Errorf("put the manifest in place: %w", err)
	}
	return syncFile(dir)
}

// syncFile has a file or folder written to the disk.
func syncFile(path string) error {
	file, err := os.Open(path) //nolint:gosec // of our own making
	if err != nil {
		return fmt.Errorf("open %s: %w", path, err)
	}
	if err := errors.Join(file.Sync(), file.Close()); err != nil {
		return fmt.Errorf("sync %s: %w", path, err)
	}
	return nil
}
