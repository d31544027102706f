package courtfile

import (
	"fmt"
	"slices"
	"strconv"

	"concordat/enforcement"
)

// Codes of this package. Rows also carry codes of packages identifier and
// enforcement, where those say what is wrong.
const (
	// CodeFormat: neither CSV, XLSX nor JSON lines, or damaged beyond reading.
	CodeFormat = "import.format"
	// CodeEmpty: the file holds nothing.
	CodeEmpty = "import.empty"
	// CodeEncoding: not UTF-8 or GB18030, or a row in another encoding than its file.
	CodeEncoding = "import.encoding"
	// CodeTruncated: the file, or its last row, breaks off.
	CodeTruncated = "import.truncated"
	// CodeColumns: a column that must be there is not; Args: field.
	CodeColumns = "import.columns"
	// CodeColumnTwice: two columns say they are the same; Args: field.
	CodeColumnTwice = "import.column-twice"
	// CodeCells: the row has more or fewer cells than the header; Args: expected, actual.
	CodeCells = "import.cells"
	// CodeRowSize: the row is larger than a row can be.
	CodeRowSize = "import.row-size"
	// CodeQuote: the quotation marks of a CSV row do not match.
	CodeQuote = "import.quote"
	// CodeJSON: not an object of plain values.
	CodeJSON = "import.json"
	// CodeMissing: a field that must be filled in is empty; Args: field.
	CodeMissing = "import.missing"
	// CodeControl: a text holds control, invisible or direction characters; Args: position.
	CodeControl = "import.control"
	// CodeLength: a text is too long; Args: maximum, actual.
	CodeLength = "import.length"
	// CodeFormula: the cell holds a formula or the mark of one.
	CodeFormula = "import.formula"
	// CodeExponent: a spreadsheet turned a number into 4.50103E+17.
	CodeExponent = "import.excel-exponent"
	// CodeRounded: a spreadsheet kept a long number as a number and rounded it.
	CodeRounded = "import.excel-rounded"
	// CodeDate: not a date, or one that can be read in two ways.
	CodeDate = "import.date"
	// CodePerformance: the state of performance is not one of those known.
	CodePerformance = "import.performance"
	// CodeConduct: the conduct is not one of the six of Art. 1.
	CodeConduct = "import.conduct"
	// CodeParty: the kind of party is not one of those known.
	CodeParty = "import.party"
	// CodeHidden: the row is hidden in its sheet, by hand or by a filter.
	CodeHidden = "import.hidden"
	// CodeHiddenColumn: a column is hidden in its sheet; Args: field.
	CodeHiddenColumn = "import.hidden-column"
	// CodeHiddenTaken: the row is hidden and became a draft all the same.
	CodeHiddenTaken = "import.hidden-taken"
	// CodeHiddenColumnTaken: a column is hidden and was read all the same; Args: field.
	CodeHiddenColumnTaken = "import.hidden-column-taken"
	// CodeSheetUnread: a sheet was not read; Args: sheet, its place from 1.
	CodeSheetUnread = "import.sheet-unread"
	// CodeMasked: the number is a masked copy.
	CodeMasked = "identity.masked"
)

// Codes returns every code that only this package says, sorted.
func Codes() []string {
	codes := []string{
		CodeFormat, CodeEmpty, CodeEncoding, CodeTruncated, CodeColumns, CodeColumnTwice, CodeCells, CodeRowSize, CodeQuote,
		CodeJSON, CodeMissing, CodeControl, CodeLength, CodeFormula, CodeExponent, CodeRounded, CodeDate, CodePerformance,
		CodeConduct, CodeParty, CodeMasked, CodeHidden, CodeHiddenColumn,
		CodeHiddenTaken, CodeHiddenColumnTaken, CodeSheetUnread,
	}
	slices.Sort(codes)
	return codes
}

// RowError says why one row was not taken. It unwraps to the
// *enforcement.Refusal of its code. Raw apart, it holds nothing of the row.
type RowError struct {
	// Line is the line (CSV, JSON lines) or row (XLSX) where the row begins, from 1.
	Line int64
	// Field is the English name of the column; "" where the row as a whole is wrong.
	Field string
	Code  string
	Args  map[string]string
	// Raw are the row's cells in the order of [File.Header], shortened: for the
	// file of refused rows, and never for a log.
	Raw []string
}

// Error gives line, field and code.
func (e *RowError) Error() string { return fmt.Sprintf("line %d: %s %s", e.Line, e.Field, e.Code) }

// Unwrap is the refusal that may be shown to a person.
func (e *RowError) Unwrap() error { return &enforcement.Refusal{Code: e.Code, Args: e.Args} }

// FileError says why a file cannot be read, or not further than Line. It unwraps
// to the *enforcement.Refusal of its code.
type FileError struct {
	// Line is where the reading ended; 0 where it never began.
	Line int64
	Code string
	Args map[string]string
}

// Error gives code and line.
func (e *FileError) Error() string { return fmt.Sprintf("read the file: line %d: %s", e.Line, e.Code) }

// Unwrap is the refusal that may be shown to a person.
func (e *FileError) Unwrap() error { return &enforcement.Refusal{Code: e.Code, Args: e.Args} }

// fault is what is wrong with a row, before anybody knows which row it is.
type fault struct {
	field field
	code  string
	args  map[string]string
}

func wrong(f field, code string) *fault { return &fault{field: f, code: code} }

// wrongRow is a fault of no field in particular.
func wrongRow(code string) *fault { return &fault{field: unknown, code: code} }

func wrongCells(expected, actual int) *fault {
	return &fault{field: unknown, code: CodeCells, args: map[string]string{
		"expected": strconv.Itoa(expected), "actual": strconv.Itoa(actual),
	}}
}

func (x *fault) error(line int64, raw []string) *RowError {
	return &RowError{Line: line, Field: x.field.String(), Code: x.code, Args: x.args, Raw: raw}
}
