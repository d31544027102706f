package calendar

import (
	"bufio"
	"fmt"
	"os"
	"regexp"
	"testing"
	"time"

	"pgregory.net/rapid"

	"concordat/memoranda/day"
)

// oracle counts as a person does with the notices in hand: day by day, by the standard
// library's dates, from a reading of the files of its own.
type oracle struct{ off, worked map[string]bool }

func readOracle(t *testing.T) oracle {
	t.Helper()
	o := oracle{map[string]bool{}, map[string]bool{}}
	date := regexp.MustCompile(`\d{4}-\d\d-\d\d`)
	for year := 2023; year <= 2026; year++ {
		file, err := os.Open(fmt.Sprintf("data/%d.yaml", year))
		if err != nil {
			t.Fatal(err)
		}
		var from string
		making, lines := false, bufio.NewScanner(file)
		for lines.Scan() {
			line, found := lines.Text(), date.FindString(lines.Text())
			switch {
			case line == "worked:":
				making = true
			case found == "" || line[0] != ' ':
			case making:
				o.worked[found] = true
			case from == "":
				from = found
			default:
				for d := parse(t, from); !d.After(parse(t, found)); d = d.AddDate(0, 0, 1) {
					o.off[d.Format(time.DateOnly)] = true
				}
				from = ""
			}
		}
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return o
}

func parse(t *testing.T, text string) time.Time {
	t.Helper()
	d, err := time.Parse(time.DateOnly, text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func (o oracle) works(d time.Time) bool {
	name := d.Format(time.DateOnly)
	switch {
	case o.worked[name]:
		return true
	case o.off[name]:
		return false
	}
	return d.Weekday() != time.Saturday && d.Weekday() != time.Sunday
}

// due walks a period day by day.
func (o oracle) due(from time.Time, value int, unit Unit) time.Time {
	d := from
	switch unit {
	case WorkingDays:
		for n := 0; n < value; {
			if d = d.AddDate(0, 0, 1); o.works(d) {
				n++
			}
		}
	case CalendarDays:
		for range value {
			d = d.AddDate(0, 0, 1)
		}
	case Months:
		first := time.Date(from.Year(), from.Month()+time.Month(value), 1, 0, 0, 0, 0, time.UTC)
		d = first.AddDate(0, 0, from.Day()-1)
		for d.Month() != first.Month() { // that month has no such day
			d = d.AddDate(0, 0, -1)
		}
	}
	for !o.works(d) {
		d = d.AddDate(0, 0, 1)
	}
	return d
}

// A year of random deadlines, every event of 2025 and the first half of 2026, ends where the
// oracle says.
func TestRandomDeadlinesEndWhereTheOracleSays(t *testing.T) {
	t.Parallel()
	c, o := embedded(t), readOracle(t)
	if len(o.off) < 100 || len(o.worked) != 26 {
		t.Fatalf("the oracle read %d days off and %d worked", len(o.off), len(o.worked))
	}
	first := time.Date(2025, time.January, 1, 0, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		from := first.AddDate(0, 0, rapid.IntRange(0, 540).Draw(t, "day"))
		unit := rapid.SampledFrom([]Unit{CalendarDays, WorkingDays, Months}).Draw(t, "unit")
		most := map[Unit]int{CalendarDays: 120, WorkingDays: 80, Months: 4}[unit]
		value := rapid.IntRange(0, most).Draw(t, "value")
		got := c.Add(day.Of(from.Date()), Period{Value: value, Unit: unit})
		if want := day.Of(o.due(from, value, unit).Date()); got.Day != want || got.Provisional {
			t.Fatalf("%s + %d %s is %v, want %s", from.Format(time.DateOnly), value, unit, got, want)
		}
	})
}

// Every day of four years is worked or not as the oracle says, and lies as many working days
// before another as it says.
func TestEveryDayIsAsTheOracleSays(t *testing.T) {
	t.Parallel()
	c, o := embedded(t), readOracle(t)
	for d := time.Date(2023, time.January, 20, 0, 0, 0, 0, time.UTC); d.Year() < 2027; d = d.AddDate(0, 0, 1) {
		if working, _ := c.IsWorkingDay(day.Of(d.Date())); working != o.works(d) {
			t.Errorf("%s: %t", d.Format(time.DateOnly), working)
		}
		before, n := d, d.Day()%4+1
		for left := n; left > 0; {
			if before = before.AddDate(0, 0, -1); o.works(before) {
				left--
			}
		}
		if got := c.WorkingDaysBefore(day.Of(d.Date()), n); got != day.Of(before.Date()) {
			t.Errorf("%d working days before %s is %s, want %s", n, d.Format(time.DateOnly), got, before.Format(time.DateOnly))
		}
	}
}
