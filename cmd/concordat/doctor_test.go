package main

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"concordat/internal/doctor"
)

// The doctor of an installation that is not there finds that, and makes nothing.
func TestDoctorMakesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, args := range [][]string{{}, {"--json"}} {
		var out, said bytes.Buffer
		code := run(append([]string{"doctor", "--data", dir, "--database-url", "postgres://127.0.0.1:1/none?connect_timeout=2"}, args...), &app{Out: &out, Err: &said})
		if code != 1 || !strings.Contains(out.String(), "doctor.database.down") || !strings.Contains(out.String(), "doctor.keys.missing") || !strings.Contains(out.String(), "数据库没有应答") {
			t.Errorf("%v: exit %d: %s%s", args, code, out.String(), said.String())
		}
		var report doctor.Report
		if err := json.Unmarshal(out.Bytes(), &report); len(args) > 0 && (err != nil || report.Healthy()) {
			t.Errorf("%v: %s", err, out.String())
		}
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) > 0 {
		t.Errorf("it made %v (%v)", left, err)
	}
}
