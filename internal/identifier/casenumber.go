package identifier

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// firstCaseYear is the year from which the uniform form of case numbers is in
// use (2016-01-01); before it courts wrote free forms.
const firstCaseYear = 2016

// CaseNumber is a court's case number 案号: year, court, type and serial name one
// case in the country. The zero CaseNumber is none. Equal ones compare with ==.
type CaseNumber struct {
	// Year of acceptance.
	Year int
	// Court is the court's short form: province and up to four digits (桂0103),
	// or 最高法. It is not looked up: courts change theirs.
	Court string
	// Type is one to three Chinese characters, as 执 or 执恢.
	Type string
	// Serial counts from 1 per court, type and year.
	Serial int
	// Sub is the Chinese numeral of 之一, without 之; mostly empty.
	Sub string
	// Legacy is the whole number in half-width where Year is before 2016; then
	// Court, Type, Serial and Sub are empty.
	Legacy string
}

var (
	// Court and type both may end in Chinese characters; naming every first
	// character of courts keeps them apart.
	caseForm = regexp.MustCompile(`^\((\d{4})\)` +
		`(最高法(?:知)?|[京津冀晋内辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵黔云藏陕甘青宁新兵军]\d{0,4})` +
		`(\p{Han}{1,3})(\d{1,9})号(?:之([一二三四五六七八九十]{1,4}))?$`)

	legacyForm = regexp.MustCompile(`^\((\d{4})\)[\p{Han}A-Z×]{1,24}\d{1,8}(?:-\d{1,3})?(?:、\d{1,8})?号(?:之[一二三四五六七八九十]{1,4})?$`)
)

// ParseCaseNumber reads a case number. Full-width and square brackets and
// full-width digits become half-width, blanks go. A number of 2016 or later
// must have the uniform form; an earlier one need only look like a case number
// and is kept whole in Legacy. Every error is an *Error with CodeCaseNumber.
func ParseCaseNumber(text string) (CaseNumber, error) {
	number := strings.Map(caseRune, text)
	if m := legacyForm.FindStringSubmatch(number); m != nil {
		if year := atoi(m[1]); 1949 <= year && year < firstCaseYear {
			return CaseNumber{Year: year, Legacy: number}, nil
		}
	}
	m := caseForm.FindStringSubmatch(number)
	if m == nil {
		return CaseNumber{}, refuse(CodeCaseNumber)
	}
	n := CaseNumber{Year: atoi(m[1]), Court: m[2], Type: m[3], Serial: atoi(m[4]), Sub: m[5]}
	// 第 ends the type of the old free form (执字第) and stands in no type code.
	if n.Year < firstCaseYear || n.Serial == 0 || strings.Contains(n.Type, "第") {
		return CaseNumber{}, refuse(CodeCaseNumber)
	}
	return n, nil
}

// atoi reads digits that a pattern has found and bounded.
func atoi(digits string) int {
	n, _ := strconv.Atoi(digits)
	return n
}

func caseRune(r rune) rune {
	r = halfWidth(r)
	switch {
	case unicode.IsSpace(r), unicode.Is(unicode.Cf, r):
		return -1
	case strings.ContainsRune("[〔【﹝﹙", r):
		return '('
	case strings.ContainsRune("]〕】﹞﹚", r):
		return ')'
	case 'a' <= r && r <= 'z':
		return r - 'a' + 'A'
	}
	return r
}

// String is the canonical form with half-width brackets, (2026)桂0103执1234号.
func (n CaseNumber) String() string {
	switch {
	case n == CaseNumber{}:
		return ""
	case n.Legacy != "":
		return n.Legacy
	}
	sub := ""
	if n.Sub != "" {
		sub = "之" + n.Sub
	}
	return fmt.Sprintf("(%04d)%s%s%d号%s", n.Year, n.Court, n.Type, n.Serial, sub)
}

// Filed refuses a number whose year lies after today's, or is neither the year in which the
// case was filed nor the one before or after: cases are numbered when they are filed, at
// the turn of a year a little earlier or later.
func (n CaseNumber) Filed(year, today int) error {
	if n.Year > today || n.Year < year-1 || n.Year > year+1 {
		return refuse(CodeCaseYear)
	}
	return nil
}

// EnforcementTypes returns the type codes of enforcement cases: first
// enforcement, resumed, preservation, objection, reconsideration, supervision,
// coordination, other.
func EnforcementTypes() []string {
	return []string{"执", "执恢", "执保", "执异", "执复", "执监", "执协", "执他"}
}

// Enforcement reports whether the number is that of an enforcement case; of a
// legacy number, whether it speaks of enforcement at all.
func (n CaseNumber) Enforcement() bool {
	if n.Legacy != "" {
		return strings.Contains(n.Legacy, "执")
	}
	return slices.Contains(EnforcementTypes(), n.Type)
}
