package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"concordat/enforcement/docket"
	"concordat/internal/calendar"
	"concordat/internal/vault"
)

const (
	// A disk with less than this share free will soon be full, in hundredths.
	lowPercent  = 15
	defaultFree = 1 << 30
	// horizonDays is how far ahead deadlines are reckoned: the longest of ours in
	// working days, and the turn of the year it may fall on.
	horizonDays = 45
)

// disk looks at the file system of the data folder.
func (e *examination) disk(context.Context) (string, []Finding, error) {
	var st unix.Statfs_t
	if err := unix.Statfs(e.Data, &st); err != nil {
		return e.Data, []Finding{fault("doctor.disk.folder", "%s: %v", e.Data, err)}, nil
	}
	free, size := st.Bavail*uint64(st.Bsize), st.Blocks*uint64(st.Bsize) //nolint:gosec // a block's size is positive
	percent := 100 * free / max(size, 1)
	seen := fmt.Sprintf("%s: %d MiB free, %d %%", e.Data, free>>20, percent)
	least := e.FreeBytes
	if least == 0 {
		least = defaultFree
	}
	low := e.FreePercent
	if low == 0 {
		low = lowPercent
	}
	switch {
	case free < least || percent < low/3:
		return seen, []Finding{fault("doctor.disk.full", "%s", seen)}, nil
	case percent < low:
		return seen, []Finding{warn("doctor.disk.low", "%s", seen)}, nil
	}
	return seen, nil, nil
}

// openKeys opens the key file as the programme would, and never makes one.
func (e *examination) openKeys(context.Context) (string, []Finding, error) {
	path := filepath.Join(e.Data, "keys.json")
	v, err := vault.Open(path, vault.Options{})
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return path, []Finding{fault("doctor.keys.missing", "%s", path)}, nil
	case errors.Is(err, vault.ErrMode), errors.Is(err, fs.ErrPermission):
		return path, []Finding{fault("doctor.keys.open-to-others", "%v", err)}, nil
	case errors.Is(err, vault.ErrDemoKey):
		return path, []Finding{fault("doctor.keys.demo", "%s", path)}, nil
	case errors.Is(err, vault.ErrFormat):
		return path, []Finding{fault("doctor.keys.damaged", "%v", err)}, nil
	case err != nil:
		return path, nil, err
	}
	e.vault = v
	seen := fmt.Sprintf("%s: version %d of %d", path, v.Current(), len(v.Live()))
	if newest := v.Live()[0]; newest > v.Current() {
		return seen, []Finding{warn("doctor.keys.rotating", "version %d is prepared, %d is current", newest, v.Current())}, nil
	}
	return seen, nil, nil
}

// years holds the loaded calendars against today and the deadlines ahead.
func (e *examination) years(ctx context.Context) (string, []Finding, error) {
	days, err := calendar.Embedded()
	if err != nil {
		return "", nil, fmt.Errorf("load the calendars: %w", err)
	}
	c := calendar.Shelf{Calendar: days}
	if e.schema {
		if c, _, err = docket.ShelfOf(ctx, e.db, c); err != nil {
			return "", nil, err
		}
	}
	loaded := c.Years()
	seen := fmt.Sprintf("years %d to %d, today %s", loaded[0], loaded[len(loaded)-1], e.today)
	year, _, _ := e.today.Date()
	if _, ok := c.Notice(year); !ok {
		return seen, []Finding{fault("doctor.calendar.none", "%s", seen)}, nil
	}
	for d := e.today; d <= e.today.AddDays(horizonDays); d = d.AddDays(1) {
		if _, settled := c.IsWorkingDay(d); !settled {
			return seen, []Finding{warn("doctor.calendar.provisional", "from %s on", d)}, nil
		}
	}
	return seen, nil, nil
}

// shown rounds a duration for people.
func shown(d time.Duration) string {
	switch {
	case d >= 48*time.Hour:
		return fmt.Sprintf("%d days", int(d.Hours()/24))
	case d >= time.Minute:
		return d.Round(time.Minute).String()
	case d >= time.Second:
		return d.Round(time.Second / 10).String()
	}
	return d.Round(time.Millisecond).String()
}
