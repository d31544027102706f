package courtfile

import (
	"encoding/xml"
	"io"
	"strconv"
	"strings"
)

// maxSheetRows is how many rows a sheet can have.
const maxSheetRows = 1 << 20

// sheetSource reads the rows of a sheet.
type sheetSource struct {
	markup *markup
	texts  *sharedTexts
	width  int // of the header; 0 while it is read
	last   int64
	ended  bool
	hidden map[int]bool // columns that are not shown
}

// openSheet stands before the first row.
func openSheet(book *workbook, left *work) (*sheetSource, error) {
	m, err := openMarkup(book.sheet, maxSheet, left)
	if err != nil {
		return nil, err
	}
	s := &sheetSource{markup: m, texts: book.texts, hidden: map[int]bool{}}
	for {
		t, err := m.token()
		if err != nil {
			_ = m.close() // was only read
			return nil, damaged(0, err)
		}
		start, ok := t.(xml.StartElement)
		switch {
		case !ok:
		case start.Name.Local == "sheetData":
			return s, nil
		case start.Name.Local == "col" && (isTrue(attribute(start.Attr, "hidden")) || isNothing(attribute(start.Attr, "width"))):
			s.hide(attribute(start.Attr, "min"), attribute(start.Attr, "max"))
		}
	}
}

// hide notes the columns, counted from 1, that the sheet does not show.
func (s *sheetSource) hide(first, last string) {
	from, bad := strconv.Atoi(first)
	to, worse := strconv.Atoi(last)
	if bad != nil || worse != nil {
		return
	}
	for i := max(from, 1); i <= min(to, maxCells); i++ {
		s.hidden[i-1] = true
	}
}

// isTrue reads a truth value of a sheet.
func isTrue(text string) bool { return text == "1" || text == "true" }

// isNothing reports a height or width of nothing, which hides as well.
func isNothing(text string) bool {
	n, err := strconv.ParseFloat(text, 64)
	return err == nil && n <= 0
}

func (s *sheetSource) read() int64  { return s.markup.packedRead() }
func (s *sheetSource) close() error { return s.markup.close() }

func (s *sheetSource) next(into *row) error {
	for !s.ended {
		s.markup.rest()
		t, err := s.markup.token()
		if err != nil {
			return damaged(s.last+1, err)
		}
		switch t := t.(type) {
		case xml.StartElement:
			if t.Name.Local != "row" {
				continue
			}
			if err := s.row(into, t); err != nil {
				return err
			}
			if into.fault != nil || !into.empty() {
				return nil
			}
		case xml.EndElement:
			s.ended = t.Name.Local == "sheetData"
		}
	}
	if err := s.markup.finish(); err != nil {
		return damaged(s.last+1, err)
	}
	return io.EOF
}

// row reads one row. Rows must rise: a sheet whose rows do not is not a
// spreadsheet program's, and its lines could not be named.
func (s *sheetSource) row(into *row, start xml.StartElement) error {
	line := s.last + 1
	if r := attribute(start.Attr, "r"); r != "" {
		n, err := strconv.ParseInt(r, 10, 32)
		if err != nil || n <= s.last || n > maxSheetRows {
			return &FileError{Line: line, Code: CodeFormat}
		}
		line = n
	}
	s.last = line
	into.begin(line)
	into.hidden = isTrue(attribute(start.Attr, "hidden")) || isNothing(attribute(start.Attr, "ht"))
	for bytes := 0; ; {
		t, err := s.markup.token()
		if err != nil {
			return damaged(line, err)
		}
		switch t := t.(type) {
		case xml.EndElement:
			if t.Name.Local == "row" {
				s.fit(into)
				return nil
			}
		case xml.StartElement:
			if t.Name.Local != "c" {
				continue
			}
			c, err := s.cell(t)
			if err != nil {
				return damaged(line, err)
			}
			at, ok := columnOf(attribute(t.Attr, "r"), len(into.cells))
			bytes += len(c.text)
			switch {
			case into.fault != nil || c.text == "" && c.kind == textCell:
			case !ok, at >= maxCells:
				into.fault = wrongCells(max(s.width, 1), maxCells+1)
			case bytes > maxRow:
				into.fault = wrongRow(CodeRowSize)
			case at < len(into.cells):
				return &FileError{Line: line, Code: CodeFormat}
			default:
				for len(into.cells) < at {
					into.cells = append(into.cells, cell{})
				}
				into.cells = append(into.cells, c)
			}
		}
	}
}

// fit makes a row as wide as the header: a sheet leaves out empty cells, and
// what stands beside the table is in no column.
func (s *sheetSource) fit(into *row) {
	if s.width == 0 || into.fault != nil {
		return
	}
	for len(into.cells) < s.width {
		into.cells = append(into.cells, cell{})
	}
	into.cells = into.cells[:s.width]
}

// cell reads a cell as it is kept, not as it is shown.
func (s *sheetSource) cell(start xml.StartElement) (cell, error) {
	var c cell
	kind := attribute(start.Attr, "t")
	if kind == "" || kind == "n" {
		c.kind = numberCell
	}
	for {
		t, err := s.markup.token()
		if err != nil {
			return c, err
		}
		switch t := t.(type) {
		case xml.EndElement:
			if t.Name.Local == "c" {
				return s.finish(c, kind)
			}
		case xml.StartElement:
			switch t.Name.Local {
			case "f":
				c.kind = formulaCell
				_, err = s.markup.inner("")
			case "v":
				c.text, err = s.markup.value()
			case "is":
				c.text, err = s.markup.inner("t")
			}
			if err != nil {
				return c, err
			}
		}
	}
}

// finish looks a shared text up; an error of the spreadsheet (#N/A) can only
// come of a formula.
func (s *sheetSource) finish(c cell, kind string) (cell, error) {
	switch {
	case kind == "s":
		n, err := strconv.Atoi(c.text)
		if err != nil {
			return c, errMarkup // names no text
		}
		text, err := s.texts.text(n)
		c.text = text
		return c, err
	case kind == "e":
		c.kind = formulaCell
	case c.text == "" && c.kind == numberCell:
		c.kind = textCell
	}
	return c, nil
}

// value reads the text of the element that has just begun.
func (m *markup) value() (string, error) {
	var text strings.Builder
	for {
		t, err := m.token()
		if err != nil {
			return "", err
		}
		switch t := t.(type) {
		case xml.CharData:
			text.Write(t)
		case xml.EndElement:
			return unescape(text.String()), nil
		}
	}
}

// columnOf is the place, from 0, that a cell's reference (AB12) names; without
// one a cell follows the one before it.
func columnOf(reference string, after int) (int, bool) {
	if reference == "" {
		return after, true
	}
	n := 0
	for i, c := range []byte(reference) {
		switch {
		case 'A' <= c && c <= 'Z' && i < 3:
			n = n*26 + int(c-'A') + 1
		default:
			return n - 1, n > 0
		}
	}
	return n - 1, n > 0
}
