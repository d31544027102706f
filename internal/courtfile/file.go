package courtfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"sync/atomic"

	"concordat/enforcement/intake"
)

// Kind is what a file brings.
type Kind string

// The kinds of file.
const (
	// Listings become drafts.
	Listings Kind = "listings"
	// Takeover brings listings that are in force elsewhere.
	Takeover Kind = "takeover"
)

// Kinds returns every kind.
func Kinds() []Kind { return []Kind{Listings, Takeover} }

// The formats.
const (
	CSV       = "csv"
	XLSX      = "xlsx"
	JSONLines = "jsonl"
)

// Formats returns every format.
func Formats() []string { return []string{CSV, XLSX, JSONLines} }

// File is an open file of a known format. It is read through the reader given
// to Open, which stays its caller's and must not change meanwhile. One Rows at a
// time.
type File struct {
	r      io.ReaderAt
	size   int64
	kind   Kind
	format string
	header []string
	places []field
	opened func() (source, error)
	done   atomic.Int64
	// from1904 says that a workbook counts its days from 1904.
	from1904 bool
	close    func() error
	told     []intake.FileRemark
}

// sniffed is how much of a file is looked at to recognise it.
const sniffed = 1 << 20

// Open recognises the format and the encoding of a file by its content and
// reads its header. What a person can mend is a *[FileError]; any other error is
// the reader's.
func Open(r io.ReaderAt, size int64, kind Kind) (*File, error) {
	if !slices.Contains(Kinds(), kind) {
		return nil, fmt.Errorf("open a file for import: no kind of file is called %q", kind)
	}
	sample := make([]byte, min(size, sniffed))
	if n, err := r.ReadAt(sample, 0); n < len(sample) {
		return nil, fmt.Errorf("read the beginning of a file for import: %w", err)
	}
	f := &File{r: r, size: size, kind: kind, close: func() error { return nil }}
	if err := f.recognise(sample); err != nil {
		return nil, err
	}
	return f, nil
}

// recognise opens the file in the format that its first bytes speak of.
func (f *File) recognise(sample []byte) error {
	text := bytes.TrimLeft(bytes.TrimPrefix(sample, []byte(utf8Mark)), " \t\r\n")
	switch {
	case len(text) == 0:
		return &FileError{Code: CodeEmpty}
	case bytes.HasPrefix(sample, []byte("PK\x03\x04")):
		return f.openXLSX()
	case bytes.HasPrefix(sample, []byte{0xff, 0xfe}), bytes.HasPrefix(sample, []byte{0xfe, 0xff}):
		return &FileError{Code: CodeEncoding} // UTF-16
	case bytes.IndexByte(sample[:min(len(sample), 512)], 0) >= 0, text[0] == '<', text[0] == '[', bytes.HasPrefix(text, []byte("%PDF")):
		// An old .xls or an encrypted workbook, a page that calls itself .xls, one JSON array.
		return &FileError{Code: CodeFormat}
	case text[0] == '{':
		return f.openJSON(sample)
	}
	return f.openCSV(sample)
}

// Told is what a person should know of the file as a whole, though it is read.
func (f *File) Told() []intake.FileRemark { return slices.Clone(f.told) }

// Format is csv, xlsx or jsonl.
func (f *File) Format() string { return f.format }

// Header is what the columns are called, in the order of Raw of a row. JSON
// lines have none: there it is the English names.
func (f *File) Header() []string { return slices.Clone(f.header) }

// Progress tells how many bytes of how many have been read; of XLSX, of the
// packed sheet. It may be asked while Rows is running.
func (f *File) Progress() (done, total int64) { return min(f.done.Load(), f.size), f.size }

// Close gives back what a large workbook takes on disk. It does not close the
// reader.
func (f *File) Close() error { return f.close() }

// Rows yields the records in the order of the file. The first skip of them are
// passed over: rows taken and rows refused count alike, empty ones do not. A row
// that cannot be taken comes as a *[RowError] and the reading goes on; after a
// *[FileError] or any other error it ends.
func (f *File) Rows(skip int64) iter.Seq2[intake.Row, error] {
	return func(yield func(intake.Row, error) bool) {
		var none intake.Row
		src, err := f.opened()
		if err != nil {
			yield(none, err)
			return
		}
		defer func() { _ = src.close() }() // was only read
		var r row
		for count := int64(0); ; count++ {
			err := src.next(&r)
			f.done.Store(src.read())
			if errors.Is(err, io.EOF) {
				if count == 0 { // nothing below the header was taken for a row
					yield(none, &FileError{Code: CodeEmpty})
				}
				return
			}
			if err != nil {
				yield(none, err)
				return
			}
			if count < skip {
				continue
			}
			if !yield(f.take(&r)) {
				return
			}
		}
	}
}

// take checks a row, or says why it cannot be taken.
func (f *File) take(r *row) (intake.Row, error) {
	raw := r.raw()
	if r.hidden && r.fault == nil && f.kind == Takeover {
		r.fault = wrongRow(CodeHidden) // nobody saw what would be in force
	}
	if r.fault != nil {
		return intake.Row{}, r.fault.error(r.line, raw)
	}
	record, bad := f.check(r)
	if bad != nil && r.had > 0 {
		bad = wrongCells(len(f.header), r.had)
	}
	if bad != nil {
		return intake.Row{}, bad.error(r.line, raw)
	}
	record.Raw = raw
	if r.hidden {
		record.Remark = CodeHiddenTaken
	}
	return record, nil
}
