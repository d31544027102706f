package mask

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"concordat/internal/identifier"
)

// How many digits make a number of each sort.
const (
	documentDigits = 15 // whatever it is, it names somebody
	accountDigits  = 7
	// In a text that says so, fewer will do.
	saidTelephone, saidAccount = 5, 6
	moneyDigits                = 14
	shownDigits                = 4
	maxGap                     = 3 // signs between two digits of one number
	said                       = 10
)

// hidden stands for what is not shown at all; its brackets end every number.
const hidden = "［号码已略］"

// chinese are the numerals that are written digit by digit.
const (
	chinese       = "〇零○一二三四五六七八九壹贰叁肆伍陆柒捌玖弌弍弎幺貳參陸两"
	chineseDigits = "00012345678912345678912312362"
)

// numeral is the digit that a sign stands for, or 0.
func numeral(r rune) byte {
	switch {
	case '0' <= r && r <= '9':
		return byte(r)
	case r < 0x80:
		return 0
	case unicode.Is(unicode.Han, r) || r == '○' || r == '〇':
		if i := slices.Index([]rune(chinese), r); i >= 0 {
			return chineseDigits[i]
		}
		return 0
	case unicode.IsDigit(r):
		// Every block of decimal digits begins at its zero.
		n := byte(0)
		for n < 9 && unicode.IsDigit(r-rune(n)-1) {
			n++
		}
		return '0' + n
	}
	if plain := norm.NFKC.String(string(r)); len(plain) == 1 && '0' <= plain[0] && plain[0] <= '9' {
		return plain[0]
	}
	return 0
}

// between reports whether a sign may stand between two digits of one number.
func between(r rune) bool {
	return unicode.IsSpace(r) || unicode.In(r, unicode.Pd, unicode.Cf, unicode.Mn, unicode.Me, unicode.Zs, unicode.Sk) ||
		strings.ContainsRune("·•・．.。,，、_/\\*#:：;；()【】〔〕[]|~+−'\"‘’“”^`\u2800\u3164\u115f\u1160\uffa0\ufe0f", r) ||
		unicode.In(r, unicode.Cc)
}

func latin(r rune) bool { return 'A' <= r && r <= 'Z' || 'a' <= r && r <= 'z' }

// lookalike is a letter that people type for a digit, where it stands between two.
func lookalike(runes []rune, i int) byte {
	if i == 0 || i+1 >= len(runes) || numeral(runes[i-1]) == 0 || numeral(runes[i+1]) == 0 {
		return 0
	}
	switch runes[i] {
	case 'O', 'o', 'О', 'о':
		return '0'
	case 'l', 'I':
		return '1'
	}
	return 0
}

// run is a number in a text: its digits, however they are written.
type run struct {
	from, to int // letters that belong to it included
	first    int // the first digit
	digits   string
	letters  string // before it
	text     string // as it stands there, folded, letters left out
}

// runs are all numbers in a text, with what may stand between their digits.
func runs(runes []rune) (list []run) {
	for i := 0; i < len(runes); {
		if numeral(runes[i]) == 0 {
			i++
			continue
		}
		n := run{from: i, first: i}
		var digits strings.Builder
		gap := 0
		for j := i; j < len(runes); j++ {
			d := numeral(runes[j])
			if d == 0 {
				d = lookalike(runes, j)
			}
			if d != 0 {
				digits.WriteByte(d)
				n.to, gap = j+1, 0
				continue
			}
			if gap++; gap > maxGap || !between(runes[j]) {
				break
			}
		}
		n.digits, n.text = digits.String(), string(runes[i:n.to])
		n.around(runes)
		list = append(list, n)
		i = max(n.to, i+1)
	}
	return list
}

// around takes the letters to a number that belong to it: up to three before it, and the last
// character of a personal number behind it.
func (n *run) around(runes []rune) {
	at := n.from
	if at > 1 && between(runes[at-1]) && runes[at-1] != '\n' && latin(runes[at-2]) {
		at--
	}
	begin := at
	for begin > 0 && latin(runes[begin-1]) && at-begin <= 3 {
		begin--
	}
	if l := at - begin; l >= 1 && l <= 3 && !notLetters(string(runes[begin:at])) {
		n.letters, n.from = strings.ToUpper(string(runes[begin:at])), begin
	}
	at = n.to
	for at < len(runes) && at-n.to < maxGap && between(runes[at]) {
		at++
	}
	if len(n.digits)%17 == 0 && at < len(runes) && strings.ContainsRune("Xx×✕✖╳Ⅹⅹ乂ХхΧχ", runes[at]) {
		n.to = at + 1
	}
}

// notLetters are words before a number that are no part of it.
func notLetters(word string) bool {
	return slices.Contains([]string{"NO", "RMB", "USD", "CNY", "HKD", "EUR", "JPY", "ID", "TEL", "QQ"}, strings.ToUpper(word))
}

var (
	alphanumeric = regexp.MustCompile(`[0-9A-Za-z]+`)
	oneDate      = `(?:(?:18|19|20|21)[0-9]{2}(?:[-./ ]{0,3})(?:1[0-2]|0?[1-9])(?:[-./ ]{0,3})(?:3[01]|[12][0-9]|0?[1-9]))`
	dates        = regexp.MustCompile(`^` + oneDate + `(?:\s?[-—–~,，、;；]{1,2}\s?` + oneDate + `)?$`)
	years        = regexp.MustCompile(`^(?:19|20)[0-9]{2}(?:[-—–~,，、 ]{1,2}(?:19|20)[0-9]{2})*$`)
	grouped      = regexp.MustCompile(`^[0-9]{1,3}(?:[,，][0-9]{3})+(?:\.[0-9]+)?$`)
	decimal      = regexp.MustCompile(`^[0-9]{1,12}\.[0-9]{1,2}$`)
	unit         = regexp.MustCompile(`^[ ]?(?:元|万|亿|美元|港元|欧元|日元|圆|块|股|平方|㎡|公顷|亩|吨|公斤|千克|米|件|台|套|%)`)
	money        = regexp.MustCompile(`(?:人民币|¥|￥|RMB|USD|CNY|HK|\$|€|金额|标的额?|本金|利息|欠款|货款|借款|价款|工程款|租金|余额|执行款|债务|款项)[^0-9\n。；;]{0,3}$`)
	phoneSaid    = regexp.MustCompile(`(?i)(?:电话|手机|联系方式|座机|传真|微信|tel|phone|mobile|QQ|扣扣)[^\n。；;］]{0,6}$`)
	accountSaid  = regexp.MustCompile(`(?i)(?:账号|帐号|账户|帐户|卡号|银行卡|存折|支付宝|account)[^\n。；;］]{0,6}$`)
	mobile       = regexp.MustCompile(`^(?:0{0,2}86)?1[3-9][0-9]{9}$`)
	landline     = regexp.MustCompile(`^(?:0[1-9][0-9]{8,10}|[48]00[0-9]{7})$`)
)

// numbers are the marks on numbers.
func numbers(runes []rune) (marks []Mark) {
	exempt := unifiedCodes(runes)
	for _, n := range runs(runes) {
		if len(n.digits) < saidTelephone {
			continue
		}
		if slices.ContainsFunc(exempt, func(e [2]int) bool { return e[0] <= n.first && n.to <= e[1] }) {
			continue
		}
		kind := n.kind(before(runes, n.from), behind(runes, n.to))
		if kind == "" {
			continue
		}
		m := Mark{Kind: kind, From: n.from, To: n.to, Instead: hidden}
		tail := n.digits[len(n.digits)-shownDigits:]
		switch kind {
		case Telephone:
			m.Instead = "［电话尾号" + tail + "］"
		case Account:
			m.Instead = "［账号尾号" + tail + "］"
		case Document, Contact, Address, Person:
		}
		marks = append(marks, m)
	}
	return marks
}

// kind is what a number is, by its digits and by what stands around it; "" shows it.
func (n *run) kind(before, behind string) Kind {
	d := len(n.digits)
	switch {
	case d < documentDigits && (dates.MatchString(n.text) || years.MatchString(n.text)), d >= documentDigits && years.MatchString(n.text), d <= 16 && dates.MatchString(n.text):
		return ""
	case d >= documentDigits:
		return Document
	case phoneSaid.MatchString(before):
		return Telephone
	case accountSaid.MatchString(before) && d >= saidAccount:
		return Account
	case len(n.letters) == 3 && d == 12, len(n.letters) >= 1 && len(n.letters) <= 2 && d >= 6 && d <= 10:
		return Document
	case d <= moneyDigits && (grouped.MatchString(n.text) || decimal.MatchString(n.text) || unit.MatchString(behind) || money.MatchString(before)):
		return ""
	case mobile.MatchString(n.digits), landline.MatchString(n.digits):
		return Telephone
	case d >= accountDigits:
		return Account
	}
	return ""
}

// before is what stands before a place, up to another number or what was masked.
func before(runes []rune, at int) string {
	from := max(at-said, 0)
	for i := at - 1; i >= from; i-- {
		if runes[i] == '］' || '0' <= runes[i] && runes[i] <= '9' {
			from = i + 1
		}
	}
	return string(runes[from:at])
}

func behind(runes []rune, at int) string { return string(runes[at:min(at+3, len(runes))]) }

// unifiedCodes are where unified social credit codes stand, which are public. What is a person's
// number too is a person's.
func unifiedCodes(runes []rune) (places [][2]int) {
	ascii := make([]byte, len(runes)) // one byte a character, so that places are those of runes
	for i, r := range runes {
		if ascii[i] = ' '; r < 0x80 {
			ascii[i] = byte(r) //nolint:gosec // below 0x80
		}
	}
	for _, at := range alphanumeric.FindAllIndex(ascii, -1) {
		text := string(ascii[at[0]:at[1]])
		if len(text) != 18 {
			continue
		}
		if _, err := identifier.Parse(identifier.USCC, "", text); err != nil || personal(text) {
			continue
		}
		places = append(places, [2]int{at[0], at[1]})
	}
	return places
}

func personal(text string) bool {
	for _, kind := range identifier.Kinds() {
		if _, err := identifier.Parse(kind, "", text); err == nil && kind.Person() && kind != identifier.Passport {
			return true
		}
	}
	return false
}
