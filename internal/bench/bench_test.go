package bench

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"testing"
	"time"
)

func tiny(t *testing.T) Options {
	t.Helper()
	return Options{Listings: 3, Rounds: 2, Naive: 100, Machine: time.Now, Progress: io.Discard}
}

// Rates are shown, never asserted: the tests ask only that everything was
// measured.
func TestEveryFigureIsThere(t *testing.T) {
	t.Parallel()
	for name, measure := range map[string]func(context.Context, Options) (Result, error){"fanout": Fanout, "deliver": Deliver} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			result, err := measure(t.Context(), tiny(t))
			if err != nil {
				t.Fatal(err)
			}
			positive(t, result, "listings", "directives", "rounds", "ours_per_s", "limit_per_s", "ratio", "naive_per_s", "times_naive", "wal_bytes_per_directive", "jobs", "connections")
			if result.Jobs != Organisations {
				t.Errorf("%d jobs for one batch to %d organisations", result.Jobs, Organisations)
			}
		})
	}
}

func TestAYearIsPutInForceAndDelivered(t *testing.T) {
	t.Parallel()
	result, err := Year(t.Context(), tiny(t))
	if err != nil {
		t.Fatal(err)
	}
	positive(t, result, "grounds", "organisations", "directives", "fanned_out_s", "delivered_s", "peak_mib")
	if !result.Synthetic || len(result.Real) == 0 {
		t.Errorf("neither called synthetic nor compared: %+v", result)
	}
	for _, reach := range result.Real {
		if reach.Organisations < 10 || reach.Organisations > Organisations {
			t.Errorf("a listing of a %s reaches %d organisations", reach.Subject, reach.Organisations)
		}
	}
}

func TestAMeasureIsRepealed(t *testing.T) {
	t.Parallel()
	o := tiny(t)
	o.Listings = 50
	result, err := Repeal(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	positive(t, result, "grounds", "directives", "amended", "seconds", "limit_seconds", "ratio", "look_up_ms", "foreseen_ms", "wal_bytes_per_amendment")
	if result.Told != 0 || result.Amended != int64(o.Listings) {
		t.Errorf("%+v", result)
	}
}

func TestATickIsMeasured(t *testing.T) {
	t.Parallel()
	o := tiny(t)
	o.Listings = 500
	result, err := Clocks(t.Context(), o, 50)
	if err != nil {
		t.Fatal(err)
	}
	positive(t, result, "running", "due", "seconds", "statements", "quiet_seconds", "quiet_statements")
	if result.Due != result.Touched || result.Due < 40 || result.Due > 50 {
		t.Errorf("%d were due and %d touched", result.Due, result.Touched)
	}
}

func TestQuietDaysAreCounted(t *testing.T) {
	t.Parallel()
	var counts []int
	for _, plans := range []int{2, 40} {
		o := tiny(t)
		o.Listings = plans
		result, err := Day(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		positive(t, result, "plans", "lines_per_plan", "days", "seconds", "statements", "first_seconds", "first_statements")
		if result.Plans != plans {
			t.Errorf("%d plans stand, want %d", result.Plans, plans)
		}
		counts = append(counts, result.Statements)
	}
	if counts[0] != counts[1] {
		t.Errorf("a quiet day takes %v statements: it depends on the number of plans", counts)
	}
}

// positive demands that the JSON has the keys with numbers above 0.
func positive(t *testing.T, result any, keys ...string) {
	t.Helper()
	text, err := json.Marshal(result)
	if err != nil {
		t.Fatal(err)
	}
	var figures map[string]any
	if err := json.Unmarshal(text, &figures); err != nil {
		t.Fatal(err)
	}
	for _, key := range keys {
		if n, ok := figures[key].(float64); !ok || n <= 0 {
			t.Errorf("%s is %v in %s", key, figures[key], text)
		}
	}
}

func TestAnInterruptLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	ctx, interrupt := context.WithCancel(t.Context())
	r, err := newRig(ctx, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	interrupt()
	if _, err := r.fresh(ctx, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("after the interrupt: %v", err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(r.cluster.Dir()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the cluster's directory: %v", err)
	}
}

func TestMedian(t *testing.T) {
	t.Parallel()
	for want, of := range map[float64][]float64{0: nil, 3: {3}, 5: {9, 1}, 2: {1, 100, 2}} {
		if got := median(of); got != want {
			t.Errorf("median of %v is %v", of, got)
		}
	}
}

func TestAnImportIsMeasured(t *testing.T) {
	t.Parallel()
	result, err := Import(t.Context(), 1500, tiny(t))
	if err != nil {
		t.Fatal(err)
	}
	positive(t, result, "rows", "file_mib", "drafted", "refused", "seconds", "ours_per_s", "limit_per_s", "ratio", "peak_mib")
	if result.Drafted != 1499 {
		t.Errorf("%d rows of 1,500 were drafted", result.Drafted)
	}
}
