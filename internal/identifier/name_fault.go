package identifier

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// moved are the characters that stood in places of private use while no version of
// Unicode had them, with the places that GB 18030-2022 gives them.
var moved = map[rune]rune{
	0xe78d: 0xfe10, 0xe78e: 0xfe12, 0xe78f: 0xfe11, 0xe790: 0xfe13, 0xe791: 0xfe14, 0xe792: 0xfe15, 0xe793: 0xfe16, 0xe794: 0xfe17,
	0xe795: 0xfe18, 0xe796: 0xfe19, 0xe7c7: 0x1e3f, 0xe7c8: 0x01f9,
	0xe816: 0x20087, 0xe817: 0x20089, 0xe818: 0x200cc, 0xe81e: 0x9fb4, 0xe826: 0x9fb5, 0xe82b: 0x9fb6, 0xe82c: 0x9fb7, 0xe831: 0x215d7,
	0xe832: 0x9fb8, 0xe83b: 0x2298f, 0xe843: 0x9fb9, 0xe854: 0x9fba, 0xe855: 0x241fe, 0xe864: 0x9fbb,
}

// radicals are the blocks of radicals: signs for parts of characters, which look like
// whole ones. Those of the Kangxi block stand for one character each.
var radicals = &unicode.RangeTable{R16: []unicode.Range16{{Lo: 0x2e80, Hi: 0x2eff, Stride: 1}, {Lo: 0x2f00, Hi: 0x2fdf, Stride: 1}}}

// character is what a sign stands for.
func character(r rune) rune {
	if there, ok := moved[r]; ok {
		return there
	}
	if unicode.Is(radicals, r) {
		for _, plain := range norm.NFKC.String(string(r)) {
			return plain
		}
	}
	return r
}

// Invisible reports whether nobody sees a character, or only what it does to others.
func Invisible(r rune) bool {
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point) ||
		r == '\u2800' // the empty pattern of Braille
}

// lost are the signs that programs and people put where they had no character.
const lost = "?？□■▯�"

// nobodies are words for somebody whose name is not known, or for no value.
var nobodies = []string{
	"NULL", "(NULL)", "NIL", "NONE", "N/A", "#N/A", "NAN", "UNDEFINED", "UNKNOWN", "TEST", "无", "暂无", "空", "未知", "不详", "不明",
	"无名", "无名氏", "佚名", "测试", "某", "某某", "某某某", "姓名", "名称", "被执行人",
}

// apart separate names from one another. A unit's English name may hold a comma, and a
// stroke (Co., Ltd.; A/S); no Chinese one holds any of them.
const apart, apartHan = ";；\n", ",，、/／|｜;；"

// mostDigits is how many digits in a row a name may hold: fewer than any telephone or
// account number, more than a unit's own number has (a regiment's has five).
const mostDigits = 6

// nameFault is what is wrong with a name in its normal form, or nil.
func nameFault(name string) error {
	han := strings.ContainsFunc(name, func(r rune) bool { return unicode.Is(unicode.Han, r) })
	separates, digits, place := apart, 0, 0
	if han {
		separates = apartHan
	}
	if slices.Contains(nobodies, strings.ToUpper(name)) {
		return refuse(CodeNameNobody)
	}
	for _, r := range name {
		place++
		if digits++; !unicode.IsDigit(r) {
			digits = 0
		}
		switch {
		case strings.ContainsRune(lost, r):
			return refuseAt(CodeNameLost, place)
		case unicode.Is(unicode.Co, r), unicode.Is(radicals, r):
			return refuseAt(CodeNameCharacter, place)
		case strings.ContainsRune(separates, r):
			return refuseAt(CodeNameSeveral, place)
		case digits > mostDigits:
			return refuse(CodeNameNumber)
		}
	}
	if !strings.ContainsFunc(name, unicode.IsLetter) {
		return refuse(CodeNameNobody)
	}
	return nil
}
