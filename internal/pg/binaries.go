package pg

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
)

// oldestMajor is the oldest PostgreSQL the schema is written for.
const oldestMajor = 15

// ErrNoServer means that the machine has no PostgreSQL new enough.
var ErrNoServer = errors.New("PostgreSQL 15 or newer is not installed (no initdb and postgres in PATH or in " +
	"/usr/lib/postgresql/*/bin): install the package postgresql (Debian, Ubuntu, Alpine) or postgresql-server " +
	"(Fedora, RHEL, openSUSE), or give the URL of a database")

// programs is one installation of PostgreSQL.
type programs struct {
	dir   string // holds initdb and postgres
	major int
}

var (
	versionText = regexp.MustCompile(`\(PostgreSQL\) (\d+)`)
	// Debian and its kin; the PostgreSQL project's RPMs; Alpine and Arch have
	// them in PATH, which comes first.
	installations = []string{"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/libexec/postgresql*"}
)

// findPrograms returns the newest installation, or the newest of the given
// major version if that is not 0: a data directory opens with its own only.
func findPrograms(ctx context.Context, major int) (programs, error) {
	var found []programs
	for _, dir := range programDirs() {
		installed, err := probe(ctx, dir)
		if err == nil && installed.major >= oldestMajor && (major == 0 || installed.major == major) {
			found = append(found, installed)
		}
	}
	if ctx.Err() != nil {
		return programs{}, fmt.Errorf("look for PostgreSQL: %w", ctx.Err())
	}
	if len(found) == 0 {
		if major != 0 {
			return programs{}, fmt.Errorf("the data were made by PostgreSQL %d: %w", major, ErrNoServer)
		}
		return programs{}, ErrNoServer
	}
	return slices.MaxFunc(found, func(a, b programs) int { return a.major - b.major }), nil
}

// programDirs lists the directories that may hold both programs. A link in
// PATH leads to where the rest of the installation is.
func programDirs() []string {
	var dirs []string
	if path, err := exec.LookPath("postgres"); err == nil {
		if real, err := filepath.EvalSymlinks(path); err == nil {
			dirs = append(dirs, filepath.Dir(real))
		}
	}
	for _, pattern := range installations {
		matches, err := filepath.Glob(pattern)
		if err != nil {
			continue // only a malformed pattern errs
		}
		dirs = append(dirs, matches...)
	}
	return dirs
}

// probe asks an installation for its version; it errs if one is not there.
func probe(ctx context.Context, dir string) (programs, error) {
	if _, err := exec.LookPath(filepath.Join(dir, "initdb")); err != nil {
		return programs{}, fmt.Errorf("look for initdb: %w", err)
	}
	out, err := exec.CommandContext(ctx, filepath.Join(dir, "postgres"), "--version").Output() //nolint:gosec // found, not given
	if err != nil {
		return programs{}, fmt.Errorf("ask %s/postgres for its version: %w", dir, err)
	}
	match := versionText.FindSubmatch(out)
	if match == nil {
		return programs{}, fmt.Errorf("read version of %s/postgres: %q", dir, out)
	}
	major, err := strconv.Atoi(string(match[1]))
	if err != nil {
		return programs{}, fmt.Errorf("read version of %s/postgres: %w", dir, err)
	}
	return programs{dir: dir, major: major}, nil
}
