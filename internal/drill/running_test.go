package drill_test

import (
	"path/filepath"
	"testing"

	"concordat/enforcement/enforcetest"
	"concordat/internal/backup"
)

// A backup is one instant of a record that goes on: lives are lived and delivered
// while it is taken, and what comes back holds together.
func TestABackupOfARunningRecordIsOneInstant(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.publish(3)
	s.quiet(t)
	dir := filepath.Join(t.TempDir(), "running")
	ended := make(chan error, 1)
	go func() {
		_, err := backup.Make(t.Context(), backup.Source{
			DB: s.DB, URL: s.url, Vault: s.keys, KeyFile: s.keyFile, Program: "drill", MachineAt: machine(), LegalAt: s.At(),
		}, dir, "")
		ended <- err
	}()
	lived := 0
	for done := false; !done; lived++ {
		id := s.publish(1)[0]
		must(t, s.drainer.Sweep(t.Context()))
		must(t, s.Listings.Delete(t.Context(), s.Judge(), enforcetest.Of(id), s.Ending(1)))
		select {
		case err := <-ended:
			must(t, err)
			done = true
		default:
		}
	}
	url := empty(t, "drill_running")
	_, _, err := backup.Restore(t.Context(), s.target(url), dir)
	must(t, err)
	s.turnTo(t, url)
	s.audited(t)
	t.Logf("%d lives went on meanwhile", lived)
}
