package mask_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"concordat/internal/identifier"
	"concordat/internal/identifier/madeup"
	"concordat/internal/mask"
	"concordat/memoranda/day"
)

func TestText(t *testing.T) {
	t.Parallel()
	known := []mask.Known{{Name: "演示甲某", Role: ""}, {Name: "演示甲某乙", Role: "另一被执行人"}, {Name: "演示丙某", Role: "法定代表人"}}
	for _, c := range []struct{ text, want string }{
		{"", ""},
		{"有履行能力而拒不履行生效法律文书确定义务", "有履行能力而拒不履行生效法律文书确定义务"},
		{"身份证450102199001010017", "身份证［号码已略］"},
		{"身份证４５０１０２１９９００１０１００１７。", "身份证［号码已略］。"},
		{"身份证 450102 1990 0101 001x 在案", "身份证 ［号码已略］ 在案"},
		{"身份证四五〇一〇二一九九〇〇一〇一〇〇一七在案", "身份证［号码已略］在案"},
		{"号码450102-19900101-001×，", "号码［号码已略］，"},
		{"旧证450102900101001", "旧证［号码已略］"},
		{"护照E12345678", "护照［号码已略］"},
		{"护照EA 1234567出境", "护照［号码已略］出境"},
		{"永居证CHN110105491231", "永居证［号码已略］"},
		{"电话13800138000", "电话［电话尾号8000］"},
		{"电话:138-0013-8000", "电话:［电话尾号8000］"},
		{"座机0771-5551234转", "座机［电话尾号1234］转"},
		{"手机 壹叁捌零零壹叁捌零零零", "手机 ［电话尾号8000］"},
		{"账号6222 0210 0111 2345 678", "账号［号码已略］"},
		{"账户2102110009273", "账户［账号尾号9273］"},
		{"QQ 12345", "QQ ［电话尾号2345］"},
		{"邮箱demo@example.com，微信 demo_account", "邮箱［邮箱已略］，微信 ［账号已略］"},
		{"支付货款1234567元", "支付货款1234567元"},
		{"支付人民币1,234,567.89及利息", "支付人民币1,234,567.89及利息"},
		{"自2024-01-01至2024-12-31", "自2024-01-01至2024-12-31"},
		{"2024.01.01-2024.12.31", "2024.01.01-2024.12.31"},
		{"2019、2020、2021、2022年", "2019、2020、2021、2022年"},
		{"（2024）桂0103民初12345号判决", "（2024）桂0103民初12345号判决"},
		{"住南宁市青秀区民族大道100号3栋2单元501室，", "住南宁市青秀区［地址已略］，"},
		{"住民族大道100号", "住［地址已略］"},
		{"在广西宾阳县宾州镇仁爱村12队", "在广西宾阳县［地址已略］"},
		{"演示甲某将房屋转给演示甲某乙", "演示甲某将房屋转给另一被执行人"},
		{"与演示 丙 某串通", "与法定代表人串通"},
	} {
		if got := mask.Text(c.text, known...); got != c.want {
			t.Errorf("%q is masked as %q, want %q", c.text, got, c.want)
		}
	}
}

// A mark says where something stands, in characters, and what stands there instead.
func TestMarks(t *testing.T) {
	t.Parallel()
	text := "住南宁市青秀区民族大道100号，电话13800138000"
	for _, m := range mask.Marks(text) {
		if part := string([]rune(text)[m.From:m.To]); part != "民族大道100号" && part != "13800138000" || m.Instead == "" {
			t.Errorf("%q is marked as %s, %q", part, m.Kind, m.Instead)
		}
	}
	if n := mask.Numbers(text); len(n) != 1 || n[0].Kind != mask.Telephone {
		t.Errorf("its numbers are %v", n)
	}
	doubts := mask.Doubts("住南宁市青秀区民族大道100号；妻子李某某，案外人王小明", mask.Known{Name: "演示甲", Role: "另一被执行人"})
	if len(doubts) != 2 || doubts[0].Kind != mask.Address || doubts[1].Kind != mask.Person {
		t.Errorf("its doubts are %v", doubts)
	}
}

func TestPersonal(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{"A12345678": false, "operator-3": false, "2024000123": false, "450102199001010017": true, "演示13800138000": true, "CHN110105491231": true} {
		if mask.Personal(name) != want {
			t.Errorf("%s is personal: %t", name, !want)
		}
	}
}

// written are ways in which careless people write a number.
func written(t *rapid.T, number string) string {
	gaps := []string{"", "", "", " ", "-", "－", "\u3000", "\u200b", ".", "·", "—", " - ", "\n", "\u00ad", "/"}
	gap := rapid.SampledFrom(gaps).Draw(t, "gap")
	how := rapid.IntRange(0, 4).Draw(t, "how")
	every := rapid.IntRange(1, 6).Draw(t, "every")
	var b strings.Builder
	for i, r := range number {
		if i > 0 && i%every == 0 {
			b.WriteString(gap)
		}
		switch {
		case how == 1 && r > ' ' && r < 0x7f:
			r = r - '!' + '！'
		case how == 2 && '0' <= r && r <= '9':
			r = []rune("〇一二三四五六七八九")[r-'0']
		case how == 3 && '0' <= r && r <= '9':
			r = []rune("零壹贰叁肆伍陆柒捌玖")[r-'0']
		case how == 4 && '0' <= r && r <= '9':
			r = r - '0' + '𝟎'
		}
		b.WriteRune(r)
	}
	return b.String()
}

func planted(t *rapid.T) string {
	m := madeup.New(rapid.Uint64().Draw(t, "seed"))
	birth := day.Day(rapid.Int32Range(int32(day.Of(1900, 1, 1)), int32(day.Of(2020, 1, 1))).Draw(t, "birth"))
	return rapid.SampledFrom([]string{
		m.ResidentID(birth).Number, m.ResidencePermit(birth).Number, m.ForeignPermanentResident(birth).Number, "13800138000", "6222021001112345678", "E12345678", "ABC110105491231",
	}).Draw(t, "planted")
}

var around = rapid.SampledFrom([]string{"", "被执行人", "，", "转移财产", "（", "住", "号", "元", "账号", "，电话", " 及其 ", "2024年", "身份证号："})

// However a number is written, nothing of it that identifies is left, and what is left is
// not masked again.
func TestNoNumberSurvives(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		number := planted(t)
		text := around.Draw(t, "before") + written(t, number) + around.Draw(t, "behind")
		if rapid.Bool().Draw(t, "two") {
			text += written(t, planted(t)) + around.Draw(t, "last")
		}
		got := mask.Text(text)
		if left := mask.Numbers(got); len(left) > 0 && !strings.Contains(text, "元") {
			t.Fatalf("%q is masked as %q, which holds %v", text, got, left)
		}
		if digits := plainDigits(got); strings.Contains(digits, number[:6]) && !strings.Contains(text, "元") {
			t.Fatalf("%q is masked as %q", text, got)
		}
		if again := mask.Text(got); again != got {
			t.Fatalf("%q is masked as %q and then as %q", text, got, again)
		}
	})
}

func plainDigits(text string) string {
	return strings.Map(func(r rune) rune {
		if i := strings.IndexRune("〇一二三四五六七八九", r); i >= 0 {
			return rune('0' + i/3)
		}
		if i := strings.IndexRune("零壹贰叁肆伍陆柒捌玖", r); i >= 0 {
			return rune('0' + i/3)
		}
		switch {
		case '０' <= r && r <= '９':
			return r - '０' + '0'
		case '𝟎' <= r && r <= '𝟗':
			return r - '𝟎' + '0'
		}
		return r
	}, identifier.NormaliseNumber(text))
}

// Units' codes are public.
func TestUnitsCodesStand(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := madeup.New(rapid.Uint64().Draw(t, "seed"))
		text := "代码" + m.Company().Number + "，"
		if got := mask.Text(text); got != text {
			t.Errorf("%q is masked as %q", text, got)
		}
	})
}

func FuzzText(f *testing.F) {
	for _, text := range []string{
		"身份证450102199001010017", "住南宁市青秀区民族大道100号", "1 2 3 4 5 6 7 8 9 0", "\xff\xfe13800138000", "A1B2C3", "账号［账号尾号1234］5678", "微信 abc_def1234567", "1,234,567,890,123,456元",
	} {
		f.Add(text, "演示甲某")
	}
	f.Fuzz(func(t *testing.T, text, name string) {
		if !utf8.ValidString(text) || !utf8.ValidString(name) {
			return
		}
		known := mask.Known{Name: name, Role: "另一被执行人"}
		got := mask.Text(text, known)
		if left := mask.Numbers(got); len(left) > 0 {
			t.Errorf("%q is masked as %q, which holds %v", text, got, left)
		}
		for _, m := range append(mask.Marks(text, known), mask.Doubts(text, known)...) {
			if m.From < 0 || m.From >= m.To || m.To > utf8.RuneCountInString(text) {
				t.Errorf("%q has a mark from %d to %d", text, m.From, m.To)
			}
		}
	})
}
