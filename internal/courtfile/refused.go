package courtfile

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"syscall"

	"concordat/internal/i18n"
)

// RefusedWriter writes the file of refused rows: CSV in UTF-8 with a mark, as
// spreadsheets open it; one line for each row with its line, field, code and the
// reason in both languages, and then the row's cells, so that a clerk can find
// and mend them. Numbers in it are masked and nothing in it is a formula; only
// its owner may read it.
type RefusedWriter struct {
	file   *os.File
	out    *bufio.Writer
	places []field
	size   int64
}

// OpenRefused opens the file of refused rows at path for a file with this
// header ([File.Header]). at is the length up to which it counts: 0 begins it
// anew, and a larger one goes on there, cutting off what an interrupted run had
// written behind it. A file shorter than at is an error.
func OpenRefused(path string, kind Kind, header []string, at int64) (*RefusedWriter, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|syscall.O_NOFOLLOW, 0o600) //nolint:gosec // the operator names it
	if err != nil {
		return nil, fmt.Errorf("open the file of refused rows: %w", err)
	}
	w := &RefusedWriter{file: file, out: bufio.NewWriter(file), size: at}
	known := headings(kind)
	for _, text := range header {
		place, ok := known[heading(text)]
		if !ok {
			place = unknown
		}
		w.places = append(w.places, place)
	}
	if err := w.prepare(header, at); err != nil {
		return nil, errors.Join(fmt.Errorf("prepare the file of refused rows %s: %w", path, err), file.Close())
	}
	return w, nil
}

var errShort = errors.New("the file is shorter than what was written to it")

func (w *RefusedWriter) prepare(header []string, at int64) error {
	info, err := w.file.Stat()
	if err != nil {
		return err
	}
	if info.Size() < at {
		return fmt.Errorf("%d bytes instead of %d: %w", info.Size(), at, errShort)
	}
	// An existing file keeps its mode when it is opened.
	if err := errors.Join(w.file.Chmod(0o600), w.file.Truncate(at)); err != nil {
		return err
	}
	if _, err := w.file.Seek(at, io.SeekStart); err != nil || at > 0 {
		return err
	}
	cells := []string{"行号 line", "栏 field", "代码 code", "原因", "reason"}
	return w.write(utf8Mark, append(cells, header[:min(len(header), rawCells)]...))
}

// Write adds a refused row. Where e has no cells, they stay empty.
func (w *RefusedWriter) Write(e *RowError) error {
	cells := []string{
		strconv.FormatInt(e.Line, 10), e.Field, e.Code,
		i18n.Words(i18n.Chinese, e.Code, e.Args), i18n.Words(i18n.English, e.Code, e.Args),
	}
	for i, text := range e.Raw {
		place := unknown
		if i < len(w.places) {
			place = w.places[i]
		}
		if e.Field == "" {
			cells = append(cells, maskedAnywhere(place, text))
			continue
		}
		cells = append(cells, masked(place, text))
	}
	if err := w.write("", cells); err != nil {
		return fmt.Errorf("write refused row %d: %w", e.Line, err)
	}
	return nil
}

func (w *RefusedWriter) write(before string, cells []string) error {
	var b strings.Builder
	b.WriteString(before)
	for i, text := range cells {
		if i > 0 {
			b.WriteByte(',')
		}
		text = harmless(text)
		if strings.ContainsAny(text, `",`) {
			text = `"` + strings.ReplaceAll(text, `"`, `""`) + `"`
		}
		b.WriteString(text)
	}
	b.WriteString("\r\n")
	n, err := w.out.WriteString(b.String())
	w.size += int64(n)
	return err
}

// Flush writes everything to disk and returns the length of the file: what a
// run records, together with the rows it has settled, to go on from here.
func (w *RefusedWriter) Flush() (int64, error) {
	if err := w.out.Flush(); err != nil {
		return 0, fmt.Errorf("write the file of refused rows: %w", err)
	}
	if err := w.file.Sync(); err != nil {
		return 0, fmt.Errorf("bring the file of refused rows to disk: %w", err)
	}
	return w.size, nil
}

// Close flushes and closes the file.
func (w *RefusedWriter) Close() error {
	_, err := w.Flush()
	return errors.Join(err, w.file.Close())
}
