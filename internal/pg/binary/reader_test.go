package pgbinary

import (
	"slices"
	"testing"

	"concordat/memoranda/day"
)

func TestColumnsAreReadByTheirSize(t *testing.T) {
	t.Parallel()
	good := Row{Columns: [][]byte{
		{15: 7},
		{0xff, 0xfe},
		[]byte("impose"),
		{0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 21, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0, 9, 0, 0, 0, 2, 1, 0},
		{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 21},
		{0xff, 0xff, 0xff, 0xff},
		nil,
	}}
	if good.ID() != [16]byte{15: 7} || good.Small() != -2 || good.Text("impose") != "impose" {
		t.Error("id, number or text")
	}
	if set := good.Smalls(); !slices.Equal(set, []int16{9, 256}) {
		t.Errorf("set %v", set)
	}
	if set := good.Smalls(); set == nil || len(set) > 0 {
		t.Errorf("empty set %v", set)
	}
	if d := good.Day(); d != day.Of(1999, 12, 31) || !good.Day().IsZero() || good.Err != nil {
		t.Errorf("day %s, %v", d, good.Err)
	}
	for name, read := range map[string]func(*Row){
		"id":    func(r *Row) { r.ID() },
		"small": func(r *Row) { r.Small() },
		"day":   func(r *Row) { r.Day() },
		"set":   func(r *Row) { r.Smalls() },
	} {
		for _, columns := range [][][]byte{{{1, 2, 3}}, {}} {
			odd := Row{Columns: columns}
			if read(&odd); odd.Err == nil {
				t.Errorf("%s read from %v", name, columns)
			}
		}
	}
}
