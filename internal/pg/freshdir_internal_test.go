package pg

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestFreshDirSkipsAClosedParent(t *testing.T) {
	t.Parallel()
	owner, err := serverUser()
	if err != nil {
		t.Fatal(err)
	}
	if !owner.drop {
		t.Skip("not root: the server's user is the one who makes the directories")
	}
	base, err := FreshDir("concordat-fresh")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(base) })
	closed, open := filepath.Join(base, "closed"), filepath.Join(base, "open")
	below := filepath.Join(closed, "below")
	for dir, mode := range map[string]os.FileMode{below: 0o755, open: 0o755} {
		if err := os.MkdirAll(dir, mode); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(closed, 0o700); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(base, "link") // open to all, and leads below the closed one
	if err := os.Symlink(below, link); err != nil {
		t.Fatal(err)
	}
	dir, err := freshDir("x", "", closed, below, link, filepath.Join(base, "missing"), open)
	if err != nil || filepath.Dir(dir) != open {
		t.Errorf("got %s, %v", dir, err)
	}
	_, err = freshDir("x", below)
	if err == nil || !strings.Contains(err.Error(), closed+" (mode 0700)") {
		t.Errorf("got %v", err)
	}
	if _, err := StartCluster(t.Context(), ClusterConfig{Dir: below}); err == nil || !strings.Contains(err.Error(), closed) {
		t.Errorf("got %v", err)
	}
}

func TestTestsAreInMemoryWhereThereIsRoom(t *testing.T) {
	t.Parallel()
	dir, err := FreshTestDir("concordat-fresh")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if got := filepath.Dir(dir) == inMemory; got != hasRoom(inMemory, memoryRoom) {
		t.Errorf("%s: in memory %t", dir, got)
	}
	for dir, bytes := range map[string]uint64{inMemory: 1 << 62, "/proc": 0, filepath.Join(dir, "missing"): 0} {
		if hasRoom(dir, bytes) {
			t.Errorf("%s is said to be in memory with %d bytes free", dir, bytes)
		}
	}
}

func TestWhoPassesADirectory(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	uid, gid := uint32(os.Getuid()), uint32(os.Getgid())
	for _, row := range []struct {
		mode os.FileMode
		who  account
		want bool
	}{
		{0o700, account{uid: uid}, true},
		{0o700, account{uid: uid + 1, groups: []uint32{gid}}, false},
		{0o710, account{uid: uid + 1, groups: []uint32{gid + 1, gid}}, true},
		{0o710, account{uid: uid + 1, groups: []uint32{gid + 1}}, false},
		{0o701, account{uid: uid + 1, groups: []uint32{gid + 1}}, true},
		{0o701, account{uid: uid + 1, groups: []uint32{gid}}, false},
		{0o744, account{uid: uid + 1}, false},
	} {
		if err := os.Chmod(dir, row.mode); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(dir)
		if err != nil {
			t.Fatal(err)
		}
		if got := row.who.passes(info); got != row.want {
			t.Errorf("mode %04o, %+v: %t", row.mode, row.who, got)
		}
	}
}

func TestNoServerNamesThePackage(t *testing.T) {
	t.Parallel()
	_, err := findPrograms(t.Context(), 99)
	if !errors.Is(err, ErrNoServer) || !strings.Contains(err.Error(), "postgresql-server") ||
		!strings.Contains(err.Error(), "PostgreSQL 99") {
		t.Errorf("got %v", err)
	}
}

func TestAbandonedDirectoriesAreRemoved(t *testing.T) {
	t.Parallel()
	const prefix = "concordat-abandoned"
	dirs := map[string]string{}
	for _, name := range []string{"running", "abandoned", "young", "no cluster"} {
		dir, err := FreshDir(prefix)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.RemoveAll(dir) })
		dirs[name] = dir
		if name == "no cluster" {
			continue
		}
		held, err := tryClaim(dir)
		if err != nil {
			t.Fatal(err)
		}
		if name == "running" {
			t.Cleanup(func() { _ = held.release() })
		} else if err := giveUp(held); err != nil {
			t.Fatal(err)
		}
		old := time.Now().Add(-time.Hour)
		if name == "young" {
			old = time.Now()
		}
		if err := os.Chtimes(filepath.Join(dir, claimName), old, old); err != nil {
			t.Fatal(err)
		}
	}
	if err := RemoveAbandoned(prefix, time.Now().Add(-time.Minute)); err != nil {
		t.Fatal(err)
	}
	for name, dir := range dirs {
		if _, err := os.Stat(dir); (err == nil) == (name == "abandoned") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
