package courtfile

import (
	"bytes"
	"errors"
	"io"
	"strings"
)

// maxLines bounds the lines of one CSV row, and so how far a quotation mark
// that is never closed is followed.
const maxLines = 100

func (f *File) openCSV(sample []byte) error {
	f.format = CSV
	gb := gb18030(sample, int64(len(sample)) == f.size)
	open := func() (*csvSource, error) {
		src := &csvSource{lines: newLines(f.r, f.size, markOf(sample)), decoder: newDecoder(gb), strict: f.kind == Takeover}
		if bytes.IndexByte(sample, '\n') < 0 && bytes.IndexByte(sample, '\r') >= 0 {
			src.lines.feed = '\r'
		}
		var r row
		switch err := src.next(&r); {
		case errors.Is(err, io.EOF):
			return nil, &FileError{Code: CodeEmpty}
		case err != nil:
			return nil, err
		case r.fault != nil:
			return nil, &FileError{Line: r.line, Code: r.fault.code, Args: r.fault.args}
		}
		src.columns, src.doubtful = len(r.cells), 0
		src.least = src.columns
		if f.header == nil {
			f.header = r.raw()
			for _, c := range r.cells[len(f.header):] {
				f.header = append(f.header, shorten(c.text))
			}
		}
		return src, nil
	}
	if _, err := open(); err != nil {
		return err
	}
	places, bad := layout(f.kind, f.header)
	if bad != nil {
		return bad
	}
	f.places = places
	f.opened = func() (source, error) {
		src, err := open()
		if err == nil && !src.strict {
			src.least = f.needed()
		}
		return src, err
	}
	return nil
}

// markOf is the length of the mark at the front.
func markOf(sample []byte) int64 {
	if bytes.HasPrefix(sample, []byte(utf8Mark)) {
		return int64(len(utf8Mark))
	}
	return 0
}

// csvSource reads comma-separated values (RFC 4180). A quotation mark within
// a cell that did not begin with one is an ordinary character.
//
// Where quotation marks do not match, only the first line of the row is given
// up and reading goes on at the second, so that one stray mark costs one row.
// What follows might then be the inside of a cell: where rows restrain people
// at once, as in a takeover, those lines are refused as well (strict).
type csvSource struct {
	lines    *lines
	decoder  *decoder
	columns  int // of the header; 0 while it is read
	least    int // of them, so many a row has: spreadsheets leave empty ones at the end out
	strict   bool
	doubtful int64 // lines before this one may be the inside of a cell
}

func (s *csvSource) read() int64  { return s.lines.taken() }
func (s *csvSource) close() error { return nil }

func (s *csvSource) next(into *row) error {
	for {
		into.begin(s.lines.line)
		err := s.record(into)
		if err != nil || into.fault != nil || !into.empty() {
			return err
		}
	}
}

// record reads one row, an empty one too.
func (s *csvSource) record(into *row) error {
	first, err := s.lines.end(0)
	if errors.Is(err, errLong) {
		into.fault = wrongRow(CodeRowSize)
		s.keep(into, s.lines.ahead()[:rawBytes])
		return s.lines.pass()
	}
	if err != nil {
		return err
	}
	n, count, code, err := s.extent(first)
	if err != nil {
		return err
	}
	if code != "" {
		into.fault = wrongRow(code)
		s.keep(into, s.lines.ahead()[:first])
		s.doubtful = max(s.doubtful, into.line+int64(count))
		s.lines.take(first, 1)
		return nil
	}
	s.fill(into, s.lines.ahead()[:n])
	if s.strict && into.line < s.doubtful && into.fault == nil && !into.empty() {
		into.fault = wrongRow(CodeQuote)
	}
	s.lines.take(n, count)
	return nil
}

// extent finds where the row that begins at ahead ends: its bytes, its lines,
// or the code of what is wrong with its quotation marks. n is where its first
// line ends.
func (s *csvSource) extent(n int) (size, count int, code string, err error) {
	text := s.lines.ahead()[:n]
	if bytes.IndexByte(text, '"') < 0 {
		return n, 1, "", nil
	}
	count = 1
	for at := 0; ; {
		if at < n && text[at] == '"' {
			at++
			for {
				i := bytes.IndexByte(text[at:], '"')
				if i >= 0 && at+i+1 < n && text[at+i+1] == '"' {
					at += i + 2
					continue
				}
				if i >= 0 {
					at += i + 1
					break
				}
				at = n
				if count == maxLines {
					return n, count, CodeQuote, nil
				}
				switch n, err = s.lines.end(at); {
				case errors.Is(err, io.EOF):
					return at, count, CodeTruncated, nil
				case errors.Is(err, errLong):
					return at, count, CodeQuote, nil
				case err != nil:
					return 0, 0, "", err
				}
				text = s.lines.ahead()[:n]
				count++
			}
			switch rest := text[at:]; {
			case len(bytes.TrimRight(rest, "\r\n")) == 0:
				return n, count, "", nil
			case rest[0] != ',':
				return n, count, CodeQuote, nil
			}
			at++
			continue
		}
		// text never holds a line feed behind at but its last byte.
		i := bytes.IndexByte(text[at:], ',')
		if i < 0 {
			return n, count, "", nil
		}
		at += i + 1
	}
}

// fill decodes a row and cuts it into cells.
func (s *csvSource) fill(into *row, record []byte) {
	record = bytes.TrimSuffix(bytes.TrimSuffix(record, []byte("\n")), []byte("\r"))
	text, ok := s.decoder.text(record)
	if !ok {
		into.fault = wrongRow(CodeEncoding)
		s.keep(into, record)
		return
	}
	for rest, more := text, true; more; {
		var c string
		c, rest, more = cut(rest)
		if len(into.cells) == maxCells {
			into.fault = wrongCells(max(s.columns, maxCells), maxCells+1)
			return
		}
		into.cells = append(into.cells, cell{text: c})
	}
	if s.columns != 0 {
		into.fit(s.least, s.columns)
	}
}

// needed is how many columns reach to the last that must be filled in.
func (f *File) needed() int {
	for i := len(f.places); i > 0; i-- {
		if place := f.places[i-1]; place != unknown && place.must(f.kind) {
			return i
		}
	}
	return len(f.places)
}

// fit refuses a row of another width than its header: a comma too many or too
// few puts every later cell in a wrong column. Of least cells on, those at the end that
// are missing are taken for empty: whatever must be filled in stands before them. A row
// with which something else is wrong lacks a cell in its middle.
func (r *row) fit(least, width int) {
	actual := len(r.cells)
	for actual > width && r.cells[actual-1].text == "" {
		actual--
	}
	if least <= actual && actual < width && !r.empty() {
		r.had = actual
		for ; actual < width; actual++ {
			r.cells = append(r.cells, cell{})
		}
	}
	if actual != width && !r.empty() {
		r.fault = wrongCells(width, actual)
		return
	}
	r.cells = r.cells[:min(actual, width)]
}

// cut takes the first cell off a row whose quotation marks match.
func cut(text string) (first, rest string, more bool) {
	if text == "" || text[0] != '"' {
		return strings.Cut(text, ",")
	}
	doubled := false
	for at := 1; ; at++ {
		i := strings.IndexByte(text[at:], '"')
		if i < 0 {
			return text[1:], "", false
		}
		at += i
		if at+1 < len(text) && text[at+1] == '"' {
			doubled = true
			at++
			continue
		}
		first = text[1:at]
		if doubled {
			first = strings.ReplaceAll(first, `""`, `"`)
		}
		rest = text[at+1:]
		if rest != "" && rest[0] == ',' {
			return first, rest[1:], true
		}
		return first, "", false
	}
}

// keep puts what can be read of a broken row into its cells.
func (s *csvSource) keep(into *row, record []byte) {
	record = bytes.TrimRight(record[:min(len(record), rawCells*rawBytes)], "\r\n")
	text, ok := s.decoder.text(record)
	if !ok {
		text = legible(record)
	}
	into.cells = into.cells[:0]
	for c := range strings.SplitSeq(text, ",") {
		if len(into.cells) < rawCells {
			into.cells = append(into.cells, cell{text: c})
		}
	}
}
