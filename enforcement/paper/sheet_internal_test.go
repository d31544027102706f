package paper

import (
	"testing"

	"concordat/enforcement"
)

// Whatever a sheet says, each of its lines is a line with file, case and purpose, or wrong.
func FuzzSheet(f *testing.F) {
	for _, seed := range []string{"file,case,purpose\nx,01990000-0000-7000-8000-000000000001,service\n", "文件,案号,用途\n\"a\nb\",1,service", "file,file\n", "\xce\xc4\xbc\xfe,case\n", "file\n\"", ""} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		lines, wrong, err := parseSheet(text)
		if err != nil {
			if _, ok := err.(*enforcement.Refusal); !ok || len(lines)+len(wrong) > 0 { //nolint:errorlint // it is returned as it is made
				t.Fatalf("%v with %d lines", err, len(lines))
			}
			return
		}
		if len(lines)+len(wrong) == 0 || len(lines) > MaxSheetLines {
			t.Fatalf("%d lines, %d wrong", len(lines), len(wrong))
		}
		for _, l := range lines {
			if l.File == "" || l.Ground.IsZero() && l.Case == "" || !l.Purpose.Known() || l.Number < 2 {
				t.Fatalf("%+v", l)
			}
		}
	})
}
