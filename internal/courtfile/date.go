package courtfile

import (
	"math"
	"strconv"
	"strings"
	"time"

	"concordat/memoranda/day"
)

// The days a spreadsheet's number is believed to mean. Smaller numbers may be
// years, and below 61 spreadsheets count a day that never was (1900-02-29).
const (
	firstSerial = 10_000 // 1927-05-18
	lastSerial  = 73_415 // 2100-12-31
)

// serialZero is day 0 of spreadsheets that count from 1900.
var serialZero = day.Of(1899, time.December, 30)

// parseDate reads a day as courts and spreadsheets write it: 2026-11-22,
// 2026/11/22, 2026.11.22, 2026年11月22日, 20261122, with midnight behind it where
// a database has put it there. A date without its year in front can be read in
// two ways and is none.
func parseDate(text string) (day.Day, bool) {
	text = strings.TrimSpace(narrow(text))
	text = strings.TrimSuffix(text, "Z")
	if i := strings.IndexAny(text, " T"); i >= 0 {
		if strings.Trim(text[i+1:], "0:.") != "" {
			return 0, false
		}
		text = text[:i]
	}
	if len(text) == 8 && strings.Trim(text, "0123456789") == "" {
		return dateOf(text[:4], text[4:6], text[6:])
	}
	for _, form := range [...][3]string{{"-", "-", ""}, {"/", "/", ""}, {".", ".", ""}, {"年", "月", "日"}} {
		year, rest, ok := strings.Cut(text, form[0])
		if !ok {
			continue
		}
		month, last, ok := strings.Cut(rest, form[1])
		if !ok || !strings.HasSuffix(last, form[2]) {
			return 0, false
		}
		return dateOf(year, month, strings.TrimSuffix(last, form[2]))
	}
	return 0, false
}

// dateOf refuses days that do not exist and years in which nobody who is listed
// was alive.
func dateOf(year, month, dom string) (day.Day, bool) {
	if len(year) != 4 || len(month) > 2 || len(dom) > 2 {
		return 0, false
	}
	y, err1 := strconv.ParseUint(year, 10, 16)
	m, err2 := strconv.ParseUint(month, 10, 8)
	d, err3 := strconv.ParseUint(dom, 10, 8)
	if err1 != nil || err2 != nil || err3 != nil || y < 1850 || y > 2100 {
		return 0, false
	}
	on := day.Of(int(y), time.Month(m), int(d))
	gy, gm, gd := on.Date()
	return on, gy == int(y) && gm == time.Month(m) && gd == int(d)
}

// parseSerial reads a date that a spreadsheet keeps as a number: 20261122, or the
// days since 1899-12-30. In a workbook that counts from 1904 it has no second
// reading to be told from, and is refused.
func parseSerial(text string, from1904 bool) (day.Day, bool) {
	if on, ok := parseDate(text); ok && len(text) == 8 {
		return on, true
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || from1904 || n != math.Trunc(n) || n < firstSerial || n > lastSerial {
		return 0, false
	}
	return serialZero.AddDays(int(n)), true
}
