package pg_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"concordat/internal/pg"
)

func TestRestartKeepsDataAndURL(t *testing.T) {
	t.Parallel()
	cluster := startCluster(t, pg.ClusterConfig{Dir: clusterDir(t)})
	leaveMark(t, cluster)
	url, pid := cluster.URL("postgres"), cluster.PID()
	for _, immediate := range []bool{true, false} {
		if err := cluster.Restart(t.Context(), immediate); err != nil {
			t.Fatal(err)
		}
		if cluster.URL("postgres") != url || cluster.PID() == pid || !gone(pid) {
			t.Errorf("immediate %t: %s, pid %d after %d", immediate, cluster.URL("postgres"), cluster.PID(), pid)
		}
		pid = cluster.PID()
		wantMark(t, cluster)
	}
}

func TestProfilesStart(t *testing.T) {
	t.Parallel()
	for name, cfg := range map[string]pg.ClusterConfig{
		"test": {Profile: pg.ProfileTest, Temporary: true},
		"bench": {
			Profile: pg.ProfileBench, Temporary: true,
			Settings: map[string]string{"shared_buffers": "64MB"}, // tests of others need the memory
		},
	} {
		t.Run(name, func(t *testing.T) {
			cfg.Dir = clusterDir(t)
			cluster := startCluster(t, cfg)
			conn := connect(t, cluster)
			for setting, want := range map[string]string{
				"data_checksums": "on", "listen_addresses": "", "TimeZone": "UTC", "server_encoding": "UTF8",
				"fsync": map[string]string{"test": "off", "bench": "on"}[name], "shared_buffers": "64MB",
			} {
				var got string
				if err := conn.QueryRow(t.Context(), `SELECT current_setting($1)`, setting).Scan(&got); err != nil || got != want {
					t.Errorf("%s is %q, want %q; %v", setting, got, want, err)
				}
			}
			if err := cluster.Remove(); err != nil {
				t.Error(err)
			}
			if _, err := os.Stat(cluster.Dir()); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("directory: %v", err)
			}
		})
	}
}

func TestRefusedConfigurations(t *testing.T) {
	t.Parallel()
	for name, cfg := range map[string]pg.ClusterConfig{
		"no directory":       {},
		"temporary clusters": {Dir: "/x", Profile: pg.ProfileTest},
		"FSYNC":              {Dir: "/x", Temporary: true, Settings: map[string]string{"FSYNC": "off"}},
		"full_page_writes":   {Dir: "/x", Profile: pg.ProfileBench, Settings: map[string]string{"full_page_writes": "off"}},
		"listen_addresses":   {Dir: "/x", Settings: map[string]string{"listen_addresses": "*"}},
	} {
		if _, err := pg.StartCluster(t.Context(), cfg); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestServersOwnWordsAreInTheError(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	dir := clusterDir(t)
	cfg := pg.ClusterConfig{
		Dir: dir, Profile: pg.ProfileTest, Temporary: true, Log: &log,
		Settings: map[string]string{"shared_buffers": "a lot"},
	}
	_, err := pg.StartCluster(t.Context(), cfg)
	if err == nil || !strings.Contains(err.Error(), `invalid value for parameter "shared_buffers"`) {
		t.Errorf("got %v", err)
	}
	if !strings.Contains(log.String(), "shared_buffers") {
		t.Errorf("log is %q", log.String())
	}
	cfg.Settings = nil // the directory is free again
	startCluster(t, cfg)
}

func TestStartThatIsCancelledLeavesNothingRunning(t *testing.T) {
	t.Parallel()
	dir := clusterDir(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := pg.StartCluster(ctx, throwAway(dir)); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if cluster := startCluster(t, throwAway(dir)); cluster.Adopted() {
		t.Error("something was running")
	}
}

func TestOnlyTemporaryClustersAreRemoved(t *testing.T) {
	t.Parallel()
	cluster := startCluster(t, pg.ClusterConfig{Dir: clusterDir(t)})
	if err := cluster.Remove(); err == nil {
		t.Error("removed")
	}
	leaveMark(t, cluster)
}

func TestLongDirectoryHasItsSocketElsewhere(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(clusterDir(t), strings.Repeat("long/", 20))
	cluster := startCluster(t, throwAway(dir))
	leaveMark(t, cluster)
	if err := cluster.Restart(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	wantMark(t, cluster)
}

func TestDatabasesAreMadeAndDropped(t *testing.T) {
	t.Parallel()
	cluster := startCluster(t, throwAway(clusterDir(t)))
	leaveMark(t, cluster)
	const odd = `od"d name`
	if err := cluster.CreateDatabase(t.Context(), odd, ""); err != nil {
		t.Fatal(err)
	}
	db, err := pg.Open(t.Context(), pg.Config{URL: cluster.URL(odd)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if err := cluster.CreateDatabase(t.Context(), odd, ""); err == nil {
		t.Error("made twice")
	}
	for range 2 { // in use; and gone
		if err := cluster.DropDatabase(t.Context(), odd); err != nil {
			t.Error(err)
		}
	}
	if err := db.PingContext(t.Context()); err == nil {
		t.Error("the database still answers")
	}
}

// A pid file survives a power cut, and its pid may belong to anybody after it.
func TestPidOfAStrangerDoesNotHinder(t *testing.T) {
	t.Parallel()
	dir := clusterDir(t)
	cluster := startCluster(t, throwAway(dir))
	leaveMark(t, cluster)
	pidFile := filepath.Join(cluster.Dir(), "data", "postmaster.pid")
	text, err := os.ReadFile(pidFile)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(pidFile)
	if err != nil {
		t.Fatal(err)
	}
	if err := cluster.Stop(pg.StopImmediate); err != nil {
		t.Fatal(err)
	}
	stranger := exec.CommandContext(t.Context(), "sleep", "600")
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		t.Fatalf("a %T", info.Sys())
	}
	stranger.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if os.Geteuid() == 0 { // PostgreSQL heeds processes of its own user
		stranger.SysProcAttr.Credential = &syscall.Credential{Uid: stat.Uid, Gid: stat.Gid}
	}
	if err := stranger.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = stranger.Process.Kill()
		_ = stranger.Wait()
	}()
	_, rest, _ := strings.Cut(string(text), "\n")
	text = fmt.Appendf(nil, "%d\n%s", stranger.Process.Pid, rest)
	if err := os.WriteFile(pidFile, text, info.Mode()); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(pidFile, int(stat.Uid), int(stat.Gid)); err != nil {
		t.Fatal(err)
	}
	next := startCluster(t, throwAway(dir))
	if next.Adopted() {
		t.Error("adopted a stranger")
	}
	wantMark(t, next)
}
