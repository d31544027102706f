package pg_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"concordat/internal/pg"
)

// clusterDir is a directory that PostgreSQL's user can reach, as that of
// t.TempDir is not.
func clusterDir(t *testing.T) string {
	t.Helper()
	dir, err := pg.FreshTestDir("concordat-life")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// throwAway is the cheapest cluster. It survives every death of a process; only
// that of the machine it would not.
func throwAway(dir string) pg.ClusterConfig {
	return pg.ClusterConfig{Dir: dir, Profile: pg.ProfileTest, Temporary: true}
}

func startCluster(t *testing.T, cfg pg.ClusterConfig) *pg.Cluster {
	t.Helper()
	cluster, err := pg.StartCluster(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cluster.Stop(pg.StopImmediate); err != nil {
			t.Error(err)
		}
	})
	return cluster
}

func connect(t *testing.T, cluster *pg.Cluster) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), cluster.URL("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.WithoutCancel(t.Context())) })
	return conn
}

func leaveMark(t *testing.T, cluster *pg.Cluster) {
	t.Helper()
	if _, err := connect(t, cluster).Exec(t.Context(), `CREATE TABLE mark AS SELECT 42 AS value`); err != nil {
		t.Fatal(err)
	}
}

func wantMark(t *testing.T, cluster *pg.Cluster) {
	t.Helper()
	var value int
	if err := connect(t, cluster).QueryRow(t.Context(), `SELECT value FROM mark`).Scan(&value); err != nil || value != 42 {
		t.Errorf("mark is %d, %v", value, err)
	}
}

// gone counts a dead process that nobody has asked after yet as gone.
func gone(pid int) bool {
	args, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	return err != nil || len(args) == 0
}

func TestServerDiesWithItsParent(t *testing.T) {
	t.Parallel()
	dir := clusterDir(t)
	p := startParent(t, dir)
	guest := startCluster(t, throwAway(dir))
	if p.how != "started" || !guest.Adopted() || guest.PID() != p.server {
		t.Fatalf("parent %s %d, guest adopted %t %d", p.how, p.server, guest.Adopted(), guest.PID())
	}
	leaveMark(t, guest)

	// Kept from acting on its parent's death, the server looks ready for a
	// while. It must not be adopted. (The kernel may let it go on by itself,
	// and then there is another one already.)
	if err := syscall.Kill(p.server, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	p.kill(t)
	soon, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	next, err := pg.StartCluster(soon, throwAway(dir))
	_ = syscall.Kill(p.server, syscall.SIGCONT)
	if errors.Is(err, context.DeadlineExceeded) {
		next, err = pg.StartCluster(t.Context(), throwAway(dir))
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = next.Stop(pg.StopImmediate) })
	if next.Adopted() || next.PID() == p.server {
		t.Error("adopted a dying server")
	}
	until(t, func() bool { return gone(p.server) }, "end of the old server")
	wantMark(t, next)
}

func TestStartAfterDoubleKill(t *testing.T) {
	t.Parallel()
	dir := clusterDir(t)
	p := startParent(t, dir)
	guest := startCluster(t, throwAway(dir))
	leaveMark(t, guest)

	// A backend at work does not notice the end of its postmaster, and holds
	// the shared memory until its query is over.
	watch, busy := connect(t, guest), connect(t, guest)
	backend := busy.PgConn().PID()
	var group sync.WaitGroup
	defer group.Wait()
	group.Go(func() {
		_, _ = busy.Exec(t.Context(), `DO $$ BEGIN PERFORM count(*) FROM generate_series(1, 6000000); END $$`)
	})
	until(t, func() bool {
		var active bool
		err := watch.QueryRow(t.Context(),
			`SELECT state = 'active' FROM pg_stat_activity WHERE pid = $1`, backend).Scan(&active)
		return err == nil && active
	}, "a busy backend")
	if err := syscall.Kill(p.server, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	p.kill(t)
	orphaned := !gone(int(backend))

	next := startCluster(t, throwAway(dir))
	if next.Adopted() {
		t.Error("adopted a dead server")
	}
	wantMark(t, next)
	log, err := os.ReadFile(filepath.Join(dir, "server.log"))
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("backend outlived its server: %t; a start was refused for it: %t",
		orphaned, strings.Contains(string(log), "pre-existing shared memory block"))
}

func TestGuestNeverStopsTheServer(t *testing.T) {
	t.Parallel()
	dir := clusterDir(t)
	host := startCluster(t, throwAway(dir))
	guest := startCluster(t, throwAway(dir))
	if host.Adopted() || !guest.Adopted() || guest.PID() != host.PID() || guest.URL("x") != host.URL("x") {
		t.Fatalf("host %d %s, guest %d %s", host.PID(), host.URL("x"), guest.PID(), guest.URL("x"))
	}
	if err := guest.Stop(pg.StopImmediate); err != nil {
		t.Error(err)
	}
	if err := guest.Restart(t.Context(), true); !errors.Is(err, pg.ErrAdopted) {
		t.Errorf("restart: %v", err)
	}
	if err := guest.Remove(); !errors.Is(err, pg.ErrAdopted) {
		t.Errorf("remove: %v", err)
	}
	leaveMark(t, host)
}

func TestOneOfManyStartsAndTheOthersAdopt(t *testing.T) {
	t.Parallel()
	dir := clusterDir(t)
	const starters = 4
	parents := make([]*parent, starters)
	var group sync.WaitGroup
	for i := range parents {
		group.Go(func() {
			var err error
			if parents[i], err = runParent(dir); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	started := 0
	for _, p := range parents {
		if p == nil {
			continue
		}
		defer func() {
			_ = p.input.Close()
			_ = p.cmd.Wait()
		}()
		if p.how == "started" {
			started++
		}
		if p.server != parents[0].server {
			t.Errorf("two servers: %d and %d", p.server, parents[0].server)
		}
	}
	if started != 1 {
		t.Errorf("%d of %d started one", started, starters)
	}
}

func TestParentThatEndsInOrderStopsTheServer(t *testing.T) {
	t.Parallel()
	dir := clusterDir(t)
	p := startParent(t, dir)
	if err := p.input.Close(); err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Wait(); err != nil {
		t.Error(err)
	}
	if !gone(p.server) {
		t.Error("the server is still there")
	}
	left, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(left) != 3 { // data, owner, server.log
		t.Errorf("left: %v, %v", left, err)
	}
}
