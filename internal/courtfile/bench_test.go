package courtfile_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"concordat/internal/courtfile"
)

// BenchmarkRows reads and checks made rows on one core; rows/s is what counts.
func BenchmarkRows(b *testing.B) {
	records := make([]record, 20_000)
	for i := range records {
		records[i] = person(i)
		if i%4 == 0 {
			records[i] = company(i)
		}
	}
	plain := csvOf(listingColumns, records...)
	for name, text := range map[string]string{
		"csv": plain, "gb18030": gb(b, plain), "jsonl": jsonOf(b, records...), "xlsx": sheetOf(b, listingColumns, nil, records...),
	} {
		b.Run(name, func(b *testing.B) {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			rows := 0
			for b.Loop() {
				f, err := courtfile.Open(strings.NewReader(text), int64(len(text)), courtfile.Listings)
				must(b, err)
				for _, err := range f.Rows(0) {
					must(b, err)
					rows++
				}
				must(b, f.Close())
			}
			b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

// TestMemoryDoesNotGrow reads a file that is never whole in memory: fifty times
// the rows take no more at a time.
func TestMemoryDoesNotGrow(t *testing.T) {
	if testing.Short() {
		t.Skip("reads 50,000 rows")
	}
	peak := func(times int) uint64 {
		head, body, _ := strings.Cut(csvOf(listingColumns, manyPersons(1000)...), "\r\n")
		r := &repeating{head: head + "\r\n", body: body, times: times}
		f, err := courtfile.Open(r, r.size(), courtfile.Listings)
		must(t, err)
		var most uint64
		rows := 0
		for _, err := range f.Rows(0) {
			must(t, err)
			if rows++; rows%10_000 == 0 || times == 1 && rows == 1000 {
				runtime.GC()
				var stats runtime.MemStats
				runtime.ReadMemStats(&stats)
				most = max(most, stats.HeapAlloc)
			}
		}
		if rows != times*1000 {
			t.Fatalf("%d rows", rows)
		}
		return most
	}
	few, many := peak(1), peak(50)
	if many > few+4<<20 {
		t.Errorf("1,000 rows take %d MiB, 50,000 take %d", few>>20, many>>20)
	}
}

// repeating is a file whose body stands in it many times over.
type repeating struct {
	head, body string
	times      int
}

func (r *repeating) size() int64 { return int64(len(r.head) + r.times*len(r.body)) }

func (r *repeating) ReadAt(into []byte, at int64) (int, error) {
	n := 0
	for n < len(into) {
		from := r.head
		place := int(at) + n
		if place >= len(r.head) {
			place = (place - len(r.head)) % len(r.body)
			from = r.body
		}
		n += copy(into[n:], from[place:])
	}
	if n == 0 {
		return 0, fmt.Errorf("nothing at %d", at)
	}
	return n, nil
}
