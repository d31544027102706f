package paper

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"concordat/enforcement"
	"concordat/internal/identifier"
	"concordat/memoranda/day"
)

// The columns of a sheet, in both languages; file, purpose and one of the two ways to name a
// case are needed.
var sheetColumns = map[string]string{
	"file": "file", "文件": "file", "case": "case", "案件编号": "case", "case_number": "case_number", "案号": "case_number",
	"number": "number", "证件号码": "number", "purpose": "purpose", "用途": "purpose", "title": "title", "名称": "title", "day": "day", "日期": "day",
}

func badSheet(line int) error { return enforcement.Refuse("paper.sheet", "line", strconv.Itoa(line)) }

// readSheet reads the one sheet of an archive, at its top. wrong are the lines that say
// nothing that could be read; a sheet that is none is refused.
func readSheet(archive *zip.Reader) (lines []Line, wrong []Mistake, err error) {
	at := slices.IndexFunc(archive.File, func(f *zip.File) bool { return path.Ext(f.Name) == ".csv" && path.Dir(f.Name) == "." })
	if at < 0 || archive.File[at].UncompressedSize64 > maxSheet {
		return nil, nil, badSheet(1)
	}
	file, err := archive.File[at].Open()
	if err != nil {
		return nil, nil, errCut
	}
	defer func() { _ = file.Close() }() // read only
	text, err := io.ReadAll(io.LimitReader(file, maxSheet+1))
	if err != nil {
		return nil, nil, errCut
	}
	return parseSheet(text)
}

// parseSheet reads a sheet in UTF-8 or GB18030.
func parseSheet(text []byte) (lines []Line, wrong []Mistake, err error) {
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	if !utf8.Valid(text) {
		if text, err = simplifiedchinese.GB18030.NewDecoder().Bytes(text); err != nil || bytes.ContainsRune(text, utf8.RuneError) {
			return nil, nil, badSheet(1)
		}
	}
	rows := csv.NewReader(bytes.NewReader(text))
	rows.FieldsPerRecord = -1
	header, err := rows.Read()
	if err != nil {
		return nil, nil, badSheet(1)
	}
	columns := map[string]int{}
	for i, name := range header {
		known := sheetColumns[strings.ToLower(strings.TrimSpace(name))]
		if _, twice := columns[known]; known == "" || twice {
			return nil, nil, badSheet(1)
		}
		columns[known] = i
	}
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if bad, ok := errors.AsType[*csv.ParseError](err); ok {
			return nil, nil, badSheet(bad.StartLine)
		}
		if err != nil {
			return nil, nil, badSheet(1)
		}
		number, _ := rows.FieldPos(0)
		if len(lines) == MaxSheetLines {
			return nil, nil, badSheet(number)
		}
		l, field := lineOf(number, row, columns)
		if field != "" {
			wrong = append(wrong, Mistake{Line: number, Field: field, Refusal: *enforcement.Refuse("paper.line")})
			continue
		}
		lines = append(lines, l)
	}
	if len(lines)+len(wrong) == 0 {
		return nil, nil, badSheet(1)
	}
	return lines, wrong, nil
}

// lineOf reads a line, or names the field that is wrong.
func lineOf(number int, row []string, columns map[string]int) (l Line, wrong string) {
	cell := func(name string) string {
		at, ok := columns[name]
		if !ok || at >= len(row) {
			return ""
		}
		return strings.TrimSpace(row[at])
	}
	l = Line{Number: number, File: cell("file"), Case: cell("case_number"), Subject: cell("number"), New: New{Purpose: Purpose(cell("purpose")), Title: cell("title")}}
	if l.File == "" {
		return l, "file"
	}
	if id := cell("case"); id != "" {
		var err error
		if l.Ground, err = enforcement.ParseID(id); err != nil {
			return l, "case"
		}
	} else if l.Case == "" {
		return l, "case_number"
	} else if number, err := identifier.ParseCaseNumber(l.Case); err == nil {
		l.Case = number.String() // a document has it in full-width brackets, the record in its one form
	}
	if !l.Purpose.Known() {
		return l, "purpose"
	}
	if on := cell("day"); on != "" {
		var err error
		if l.Day, err = day.Parse(on); err != nil {
			return l, "day"
		}
	}
	return l, ""
}
