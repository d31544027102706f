package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEnvFilesAreReadAsSystemdReadsThem(t *testing.T) {
	t.Parallel()
	text := strings.Join([]string{
		`# a comment that goes on \`, `NOT=this`, `; another`, ``,
		`PLAIN=a value with blanks  `, `  INDENTED = x`, `EMPTY=`, `SINGLE='a "b" \n $C'`, `DOUBLE="a 'b' \"c\" \\ \n \$D"`,
		`JOINED='a'"b"c`, `ESCAPED=a\ b\#`, `LONG=one \`, `two`, `HASH=a # b`, `export BAD=1`, `3BAD=1`, `no assignment`,
		`URL=postgres://u:p@h/d?sslmode=require&x=y`, `LINES="a`, `b"`, `LAST=1`,
	}, "\n")
	want := []setting{
		{"PLAIN", "a value with blanks"},
		{"INDENTED", "x"},
		{"EMPTY", ""},
		{"SINGLE", `a "b" \n $C`},
		{"DOUBLE", `a 'b' "c" \ \n $D`},
		{"JOINED", "abc"},
		{"ESCAPED", "a b#"},
		{"LONG", "one two"},
		{"HASH", "a # b"},
		{"URL", "postgres://u:p@h/d?sslmode=require&x=y"},
		{"LINES", "a\nb"},
		{"LAST", "1"},
	}
	if diff := cmp.Diff(want, parseEnvFile([]byte(text)), cmp.AllowUnexported(setting{})); diff != "" {
		t.Error(diff)
	}
	parseEnvFile([]byte(`A="`))
	parseEnvFile([]byte(`A=\`))
}

// A command line with the service's file works on the service's record, whatever the
// shell says.
func TestACommandTakesTheServicesSettings(t *testing.T) {
	t.Parallel()
	s := newInstallation(t)
	file := filepath.Join(t.TempDir(), "environment")
	if err := os.WriteFile(file, []byte("CONCORDAT_DATA='"+s.data+"'\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	elsewhere := []string{"CONCORDAT_DATA=" + t.TempDir()}
	for _, line := range [][]string{{"--env-file", file, "hold", "list"}, {"hold", "list", "--env-file=" + file}} {
		if code, said := program(t, elsewhere, line...); code != 0 {
			t.Errorf("%v: exit %d: %s", line, code, said)
		}
	}
	for _, line := range [][]string{{"hold", "list", "--env-file"}, {"--env-file", filepath.Join(s.data, "none"), "hold", "list"}} {
		if code, said := program(t, elsewhere, line...); code != 2 {
			t.Errorf("%v: exit %d: %s", line, code, said)
		}
	}
}
