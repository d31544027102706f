package courtfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// lines reads a file line by line with as much ahead as one row may take, and
// knows at which line it is.
type lines struct {
	r    io.ReaderAt
	size int64
	// at is the offset in the file of what lies behind buffer.
	at     int64
	buffer []byte
	start  int   // of what is not yet taken
	line   int64 // number of the line at start
	// feed ends a line: a line feed, or a carriage return where the file has none (old
	// Macintosh programs).
	feed byte
}

const chunk = 1 << 18

func newLines(r io.ReaderAt, size, from int64) *lines {
	return &lines{r: r, size: size, at: from, line: 1, feed: '\n', buffer: make([]byte, 0, min(chunk, size))}
}

// ahead is what has been read and not taken.
func (l *lines) ahead() []byte { return l.buffer[l.start:] }

// taken is the offset in the file of what is not yet taken.
func (l *lines) taken() int64 { return l.at - int64(len(l.buffer)-l.start) }

// errLong reports a line that is longer than a row may be.
var errLong = errors.New("the line is too long")

// end finds where the line that holds byte from of ahead ends, its line feed
// included. io.EOF: from is where the file ends.
func (l *lines) end(from int) (int, error) {
	for searched := from; ; {
		rest := l.ahead()[searched:]
		if i := bytes.IndexByte(rest, l.feed); i >= 0 {
			return searched + i + 1, nil
		}
		searched += len(rest)
		if searched > maxRow {
			return 0, errLong
		}
		more, err := l.fill()
		if err != nil {
			return 0, err
		}
		if !more {
			if searched == from {
				return 0, io.EOF
			}
			return searched, nil
		}
	}
}

// fill reads another chunk.
func (l *lines) fill() (more bool, err error) {
	want := min(chunk, l.size-l.at)
	if want == 0 {
		return false, nil
	}
	if l.start > 0 && len(l.buffer)+int(want) > cap(l.buffer) {
		l.buffer = l.buffer[:copy(l.buffer, l.buffer[l.start:])]
		l.start = 0
	}
	n := len(l.buffer)
	if cap(l.buffer)-n < int(want) {
		l.buffer = append(l.buffer, make([]byte, want)...)
	}
	l.buffer = l.buffer[:n+int(want)]
	if got, err := l.r.ReadAt(l.buffer[n:], l.at); got < int(want) {
		l.buffer = l.buffer[:n]
		return false, fmt.Errorf("read the file at byte %d: %w", l.at, err)
	}
	l.at += want
	return true, nil
}

// take passes over n bytes of ahead, which are count lines.
func (l *lines) take(n, count int) {
	l.start += n
	l.line += int64(count)
}

// pass passes over the rest of a line of any length.
func (l *lines) pass() error {
	for {
		if i := bytes.IndexByte(l.ahead(), l.feed); i >= 0 {
			l.take(i+1, 1)
			return nil
		}
		l.buffer, l.start = l.buffer[:0], 0
		more, err := l.fill()
		if err != nil {
			return err
		}
		if !more {
			l.line++
			return nil
		}
	}
}
