package courtfile

import (
	"strings"
	"unicode/utf8"
)

const (
	// maxCells bounds the cells of a row, and so the columns of a file.
	maxCells = 256
	// maxRow bounds a row in bytes.
	maxRow = 1 << 20
	// rawCells and rawBytes bound what an error keeps of a row.
	rawCells = 64
	rawBytes = 512
)

// cellKind is what the file says a cell is; CSV says nothing and has only texts.
type cellKind uint8

const (
	textCell cellKind = iota
	numberCell
	formulaCell
)

// cell is one value of a row. Its text may be part of a larger one.
type cell struct {
	text string
	kind cellKind
}

// row is one row as a source reads it, in the order of the header. A source
// uses the same one again and again.
type row struct {
	line  int64
	cells []cell
	// fault is set where the row could not be taken apart.
	fault *fault
	// had is how many cells the row had, if some at its end were missing.
	had int
	// hidden is whether its sheet does not show it.
	hidden bool
}

func (r *row) begin(line int64) {
	r.line, r.cells, r.fault, r.had, r.hidden = line, r.cells[:0], nil, 0, false
}

// empty reports whether there is nothing in the row: such rows are how
// spreadsheets end, and nobody's record.
func (r *row) empty() bool {
	for _, c := range r.cells {
		if strings.TrimSpace(c.text) != "" || c.kind == formulaCell {
			return false
		}
	}
	return true
}

// raw copies the cells, shortened, for a row error.
func (r *row) raw() []string {
	list := make([]string, min(len(r.cells), rawCells))
	for i := range list {
		list[i] = shorten(r.cells[i].text)
	}
	return list
}

// shorten cuts a text between two characters.
func shorten(text string) string {
	if len(text) <= rawBytes {
		return text
	}
	end := rawBytes
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + "…"
}

// source is a format. It is read once, from the row after the header on.
type source interface {
	// next reads the next row that is not empty. io.EOF ends the file, a
	// *FileError breaks it off; any other error is the reader's own.
	next(into *row) error
	// read is how many bytes of the file were read, for progress only.
	read() int64
	close() error
}
