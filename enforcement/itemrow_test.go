package enforcement

import (
	"slices"
	"testing"

	"concordat/memoranda/day"
)

func TestColumnsAreReadByTheirSize(t *testing.T) {
	t.Parallel()
	good := itemRow{columns: [][]byte{
		{15: 7},
		{0xff, 0xfe},
		[]byte("impose"),
		{0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 21, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0, 9, 0, 0, 0, 2, 1, 0},
		{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 21},
		{0xff, 0xff, 0xff, 0xff},
		nil,
	}}
	if good.id() != [16]byte{15: 7} || good.small() != -2 || good.text("impose") != "impose" {
		t.Error("id, number or text")
	}
	if set := good.smalls(); !slices.Equal(set, []int16{9, 256}) {
		t.Errorf("set %v", set)
	}
	if set := good.smalls(); set == nil || len(set) > 0 {
		t.Errorf("empty set %v", set)
	}
	if d := good.day(); d != day.Of(1999, 12, 31) || !good.day().IsZero() || good.err != nil {
		t.Errorf("day %s, %v", d, good.err)
	}
	for name, read := range map[string]func(*itemRow){
		"id":    func(r *itemRow) { r.id() },
		"small": func(r *itemRow) { r.small() },
		"day":   func(r *itemRow) { r.day() },
		"set":   func(r *itemRow) { r.smalls() },
	} {
		for _, columns := range [][][]byte{{{1, 2, 3}}, {}} {
			odd := itemRow{columns: columns}
			if read(&odd); odd.err == nil {
				t.Errorf("%s read from %v", name, columns)
			}
		}
	}
}
