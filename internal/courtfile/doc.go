// Package courtfile reads the files that courts load: lists of judgment debtors in
// the shape in which the courts' records are published, and listings that are
// already in force elsewhere. It knows formats, encodings and what spreadsheets
// do to numbers; it knows no database and decides nothing.
//
// [Open] recognises a file by its content: XLSX, JSON lines, or CSV in UTF-8 or
// GB18030. [File.Rows] then yields its records one by one, in their order and
// with memory that does not grow with the file: an [intake.Row] that
// is right in itself, or a [RowError] that names line, field and reason and
// never what the field held. What is wrong with one row never costs another
// one; only damage after which nothing can be told apart ends the reading, with
// a [FileError] as its last word.
//
// The same file always yields the same rows, so a reader that was interrupted
// goes on by skipping as many as it had taken.
//
// A number must be complete. One that a spreadsheet kept as a number has lost
// its last digits, and the package refuses it by name instead of guessing:
// a wrong number restrains the wrong person. For the same reason a row with
// more or fewer cells than its header is refused and not shifted.
//
// XLSX is read here cell by cell and not through excelize, whose row iterator
// tells neither a text from a number nor a formula from its result, takes
// a damaged sheet for a short one, and puts the sheet in a plain temporary
// file. The texts of a large workbook that must be kept at hand lie in a file
// that has no name and is encrypted under a key that only this process has.
//
// Columns and codes are described in docs/import-listings.md.
package courtfile
