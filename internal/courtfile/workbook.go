package courtfile

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"

	"concordat/enforcement/intake"
)

const (
	// maxParts bounds the files in a workbook, before any of them is listed.
	maxParts = 10_000
	// maxPart bounds a small part (the workbook, its relations) in bytes.
	maxPart = 1 << 20
	// maxSheet and maxTexts bound the sheet and the shared texts when unpacked.
	maxSheet = 8 << 30
	maxTexts = 2 << 30
	// leastTexts and textsRatio bound the shared texts by the sheet: so many bytes of them
	// in any case, and so many for each of its own.
	leastTexts = 32 << 20
	textsRatio = 200
)

// workbook is an XLSX file as far as it is read: the first sheet that is shown and has
// rows. Sheets of charts have none.
type workbook struct {
	sheet *zip.File
	texts *sharedTexts
	// left is what may still be unpacked after the sheet was found and the texts were read.
	left work
}

func (f *File) openXLSX() error {
	f.format = XLSX
	book, err := openWorkbook(f)
	if err != nil {
		return err
	}
	f.close = book.texts.close
	if err := f.readSheetHeader(book); err != nil {
		return errors.Join(err, f.Close())
	}
	f.opened = func() (source, error) {
		left := book.left // each reading begins with as much
		src, err := openSheet(book, &left)
		if err != nil {
			return nil, err
		}
		src.width = len(f.header)
		var header row
		if err := src.next(&header); err != nil {
			return nil, errors.Join(err, src.close())
		}
		return src, nil
	}
	return nil
}

func (f *File) readSheetHeader(book *workbook) error {
	left := book.left
	src, err := openSheet(book, &left)
	if err != nil {
		return err
	}
	defer func() { _ = src.close() }() // was only read
	var header row
	err = src.next(&header)
	switch {
	case errors.Is(err, io.EOF):
		return &FileError{Code: CodeEmpty}
	case err != nil:
		return err
	case header.fault != nil:
		return &FileError{Line: header.line, Code: header.fault.code, Args: header.fault.args}
	}
	for _, c := range header.cells {
		f.header = append(f.header, shorten(c.text))
	}
	places, bad := layout(f.kind, f.header)
	if bad != nil {
		return bad
	}
	for i, place := range places {
		if place == unknown || !src.hidden[i] {
			continue
		}
		args := map[string]string{"field": place.String()}
		if f.kind == Takeover {
			return &FileError{Line: header.line, Code: CodeHiddenColumn, Args: args}
		}
		f.told = append(f.told, intake.FileRemark{Line: header.line, Field: place.String(), Code: CodeHiddenColumnTaken, Args: args})
	}
	f.places = places
	return nil
}

// openWorkbook finds the sheet and reads the shared texts.
func openWorkbook(f *File) (*workbook, error) {
	if err := checkDirectory(f.r, f.size); err != nil {
		return nil, err
	}
	archive, err := zip.NewReader(f.r, f.size)
	if err != nil {
		return nil, damaged(0, err)
	}
	parts := map[string]*zip.File{}
	for _, part := range archive.File {
		parts[strings.ToLower(path.Clean("/"+strings.ReplaceAll(part.Name, `\`, "/")))] = part
	}
	sheets, from1904, err := sheetParts(parts)
	if err != nil {
		return nil, err
	}
	f.from1904 = from1904
	book := &workbook{texts: &sharedTexts{}, left: *workOf(f.size)}
	at, err := firstWithRows(parts, sheets, &book.left)
	if err != nil {
		return nil, err
	}
	book.sheet = parts[sheets[at].part]
	f.tellPassed(parts, sheets, at, &book.left)
	if part := parts["/xl/sharedstrings.xml"]; part != nil {
		if book.texts, err = readTexts(part, textsOf(book.sheet), &book.left); err != nil {
			return nil, err
		}
	}
	return book, nil
}

// listedSheet is a sheet in the order of the workbook.
type listedSheet struct {
	part string // "" if it has no table: a chart's, a macro's
	// hidden sheets are passed over.
	hidden bool
}

// firstWithRows is the place of the first shown sheet in which a value stands, or of the
// first of all.
func firstWithRows(parts map[string]*zip.File, sheets []listedSheet, left *work) (int, error) {
	first := -1
	for i, sheet := range sheets {
		part := parts[sheet.part]
		if part == nil || sheet.hidden {
			continue
		}
		if first < 0 {
			first = i
		}
		has, err := hasRows(part, maxSheet, left)
		if err != nil {
			return 0, err
		}
		if has {
			return i, nil
		}
	}
	if first < 0 {
		return 0, &FileError{Code: CodeFormat}
	}
	return first, nil
}

// aGlance is how much of a later sheet is looked at, in bytes: whether it has rows. Of so
// many is it asked.
const (
	aGlance  = 1 << 16
	glanceAt = 16
)

// tellPassed tells which sheets are not read: all before the one that is, of those behind
// it the shown ones in which values stand.
func (f *File) tellPassed(parts map[string]*zip.File, sheets []listedSheet, read int, left *work) {
	for i, sheet := range sheets {
		if i == read {
			continue
		}
		if i > read {
			part := parts[sheet.part]
			if part == nil || sheet.hidden || i > read+glanceAt {
				continue
			}
			if has, err := hasRows(part, aGlance, left); err == nil && !has {
				continue
			}
		}
		f.told = append(f.told, intake.FileRemark{Code: CodeSheetUnread, Args: map[string]string{"sheet": strconv.Itoa(i + 1)}})
	}
}

// hasRows reports whether a cell with a value stands in so many bytes of a sheet.
func hasRows(part *zip.File, most int64, left *work) (bool, error) {
	m, err := openMarkup(part, most, left)
	if err != nil {
		return false, err
	}
	defer func() { _ = m.close() }() // was only read
	for depth := 0; ; {
		m.rest()
		t, err := m.token()
		if err != nil {
			return false, damaged(0, err)
		}
		switch t := t.(type) {
		case xml.StartElement:
			if depth++; t.Name.Local == "v" || t.Name.Local == "is" {
				return true, nil
			}
		case xml.EndElement:
			if depth--; depth == 0 {
				return false, nil
			}
		}
	}
}

// textsOf bounds the shared texts of a workbook by its sheet: what no cell could name
// nobody reads. A cell takes some thirty bytes to name one.
func textsOf(sheet *zip.File) int64 {
	return int64(min(leastTexts+textsRatio*sheet.UncompressedSize64, maxTexts))
}

// directoryEnd is the fixed part of the record that ends a zip file; a comment
// of up to 64 KiB may follow.
const (
	directoryEnd     = 22
	directoryComment = 1 << 16
)

// checkDirectory refuses a zip file that breaks off before its directory, and
// one that lists more parts than any workbook has.
func checkDirectory(r io.ReaderAt, size int64) error {
	tail := make([]byte, min(size, directoryEnd+directoryComment))
	if n, err := r.ReadAt(tail, size-int64(len(tail))); n < len(tail) {
		return fmt.Errorf("read the end of a workbook: %w", err)
	}
	at := bytes.LastIndex(tail, []byte("PK\x05\x06"))
	if at < 0 || len(tail)-at < directoryEnd {
		return &FileError{Code: CodeTruncated}
	}
	if binary.LittleEndian.Uint16(tail[at+10:]) > maxParts {
		return &FileError{Code: CodeFormat}
	}
	return nil
}

// damaged tells damage of the file, which a person can mend, from a reader that
// does not work.
func damaged(line int64, err error) error {
	switch {
	case errors.Is(err, zip.ErrFormat), errors.Is(err, zip.ErrChecksum), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, errMarkup), isFlateError(err):
		return &FileError{Line: line, Code: CodeTruncated}
	case errors.Is(err, zip.ErrAlgorithm), errors.Is(err, errTooMuch):
		return &FileError{Line: line, Code: CodeFormat}
	}
	return fmt.Errorf("read a workbook: %w", err)
}

// readPart reads a small part.
func readPart(part *zip.File) ([]byte, error) {
	if part == nil {
		return nil, &FileError{Code: CodeFormat}
	}
	r, err := part.Open()
	if err != nil {
		return nil, damaged(0, err)
	}
	text, err := io.ReadAll(io.LimitReader(r, maxPart+1))
	if err = errors.Join(err, r.Close()); err != nil {
		return nil, damaged(0, err)
	}
	if len(text) > maxPart {
		return nil, &FileError{Code: CodeFormat}
	}
	return text, nil
}

// sheetParts lists the sheets in their order.
func sheetParts(parts map[string]*zip.File) (sheets []listedSheet, from1904 bool, err error) {
	var book struct {
		Properties struct {
			Date1904 string `xml:"date1904,attr"`
		} `xml:"workbookPr"`
		Sheets []struct {
			State    string     `xml:"state,attr"`
			Relation []xml.Attr `xml:",any,attr"`
		} `xml:"sheets>sheet"`
	}
	var relations struct {
		Relations []struct {
			ID     string `xml:"Id,attr"`
			Type   string `xml:"Type,attr"`
			Target string `xml:"Target,attr"`
		} `xml:"Relationship"`
	}
	if err := readXML(parts["/xl/workbook.xml"], &book); err != nil {
		return nil, false, err
	}
	if err := readXML(parts["/xl/_rels/workbook.xml.rels"], &relations); err != nil {
		return nil, false, err
	}
	from1904 = book.Properties.Date1904 == "1" || book.Properties.Date1904 == "true"
	for _, sheet := range book.Sheets {
		one := listedSheet{hidden: sheet.State == "hidden" || sheet.State == "veryHidden"}
		for _, attr := range sheet.Relation {
			// Only the relation's id has a name space.
			if attr.Name.Local != "id" || attr.Name.Space == "" {
				continue
			}
			for _, relation := range relations.Relations {
				if relation.ID == attr.Value && (relation.Type == "" || strings.HasSuffix(relation.Type, "/worksheet")) {
					target := relation.Target
					if !strings.HasPrefix(target, "/") {
						target = "/xl/" + target
					}
					one.part = strings.ToLower(path.Clean(target))
				}
			}
		}
		sheets = append(sheets, one)
	}
	return sheets, from1904, nil
}

func readXML(part *zip.File, into any) error {
	text, err := readPart(part)
	if err != nil {
		return err
	}
	if err := xml.Unmarshal(text, into); err != nil {
		return &FileError{Code: CodeTruncated}
	}
	return nil
}
