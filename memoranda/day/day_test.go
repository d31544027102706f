package day

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"1985-02-29", "2026-13-01", "2026-1-1", "20260101", "2026-01-01T00:00:00Z", "0000-01-01"} {
		if got, err := Parse(bad); !errors.Is(err, ErrFormat) {
			t.Errorf("Parse(%q) = %v, %v; want ErrFormat", bad, got, err)
		}
	}
	if d, err := Parse(""); err != nil || !d.IsZero() {
		t.Errorf("Parse of nothing = %v, %v; want no day", d, err)
	}
	if d := Of(1, time.January, 1); d != 1 {
		t.Errorf("0001-01-01 is %d, want 1", d)
	}
}

func TestAddMonthsStaysInTheMonth(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from string
		n    int
		want string
	}{
		{"2026-01-31", 1, "2026-02-28"},
		{"2024-02-29", 12, "2025-02-28"},
		{"2026-11-30", 3, "2027-02-28"},
		{"2026-03-15", -1, "2026-02-15"},
		{"2026-08-31", 1, "2026-09-30"},
	} {
		from, err := Parse(c.from)
		if err != nil {
			t.Fatal(err)
		}
		if got := from.AddMonths(c.n).String(); got != c.want {
			t.Errorf("%s + %d months = %s, want %s", c.from, c.n, got, c.want)
		}
	}
}

func TestRoundTrips(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := Day(rapid.Int32Range(0, 3_000_000).Draw(t, "day"))
		raw, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		var back Day
		if err := json.Unmarshal(raw, &back); err != nil || back != d {
			t.Fatalf("%v became %v through %s: %v", d, back, raw, err)
		}
		v, err := d.Value()
		if err != nil {
			t.Fatal(err)
		}
		back = 7
		if err := back.Scan(v); err != nil || back != d {
			t.Fatalf("%v became %v through SQL: %v", d, back, err)
		}
		if d > 0 && d.AddDays(1).UTC().Sub(d.UTC()) != 24*time.Hour {
			t.Fatalf("the day after %v is not a day later", d)
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add("2026-02-29")
	f.Add("2024-02-29")
	f.Fuzz(func(t *testing.T, text string) {
		d, err := Parse(text)
		if err == nil && d.String() != text {
			t.Errorf("%q reads as %q", text, d.String())
		}
	})
}
