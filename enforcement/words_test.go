package enforcement_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"concordat/enforcement"
)

func TestSay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ what, given, kept string }{
		{"blanks of every kind", " \t\u00a0\u3000\u2003演示\u3000\r\n", "演示"},
		{"line breaks of every kind", "a\r\nb\rc\vd\fe\u0085f\u2028g\u2029h", "a\nb\nc\nd\ne\nf\ng\nh"},
		{"control characters and escapes", "a\x1b[31mb\x00\x07c", "a[31mbc"},
		{"marks of direction", "a\u202eb\u2066c\u2069\u200e\u200f\u061c", "abc"},
		{"no width", "a\u200bb\u200d\ufeff\u2060\u00adc\u180e", "abc"},
		{"letters that nobody sees", "\u115f\u1160\u3164\uffa0\u2800\u034f", ""},
		{"variants and tags", "葛\U000E0100\ufe0f\U000E0041", "葛"},
		{"no characters", "a\ufffeb\U0001ffffc", "abc"},
		{"no UTF-8", "a\xffb", "ab"},
		{"composed", "e\u0301", "é"},
		{"a formula stays", "=1+1 @SUM", "=1+1 @SUM"},
		{"a tab inside", "a\tb", "a b"},
	} {
		if got := enforcement.Say(c.given); got.String() != c.kept {
			t.Errorf("%s: %q is kept as %q, want %q", c.what, c.given, got, c.kept)
		}
	}
}

func TestWhatWordsSay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text                  string
		there, says, reasoned bool
	}{
		{"", false, false, false},
		{"\u200b\u3000\u202e", false, false, false},
		{"\u3164\u3164\u3164\u3164\u3164\u3164\u3164\u3164\u3164\u3164", false, false, false},
		{"——", true, false, false},
		{"……。。", true, false, false},
		{"演示", true, true, false},
		{"啊啊啊啊啊啊啊啊啊啊", true, true, false},
		{"拒不履行生效判决义务。", true, true, true},
		{"拒 不 履 行 生 效 判 决", true, true, false},
		{strings.Repeat("拒不履行", 5_001), false, true, false},
	} {
		w := enforcement.Say(c.text)
		if w.Fits(0) != c.there || w.Says(1) != c.says || w.Reasons() != c.reasoned {
			t.Errorf("%.30q: there %t, says %t, reasons %t", c.text, w.Fits(0), w.Says(1), w.Reasons())
		}
	}
}

// What is kept is kept: said again it is the same, and nothing of it is out of sight.
func TestWhatIsKeptIsSeen(t *testing.T) {
	t.Parallel()
	odd := rapid.SampledFrom([]rune{'\x00', '\x1b', '\t', '\r', '\n', '\u00a0', '\u200b', '\u202e', '\u2028', '\u3164', '\ufeff', '\u0301', 'e', '演', '1', '=', '\U000E0041'})
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.StringOf(odd), rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) })).Draw(t, "text")
		kept := enforcement.Say(text).String()
		if again := enforcement.Say(kept).String(); again != kept {
			t.Fatalf("%q said again is %q", kept, again)
		}
		if !utf8.ValidString(kept) || kept != strings.TrimSpace(kept) || !norm.NFC.IsNormalString(kept) {
			t.Fatalf("%q is kept as %q", text, kept)
		}
		for _, r := range kept {
			if r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || unicode.In(r, unicode.Zl, unicode.Zp, unicode.Other_Default_Ignorable_Code_Point)) {
				t.Fatalf("%q keeps %U", kept, r)
			}
		}
	})
}
