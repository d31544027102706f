package courtfile

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"concordat/enforcement/listing"
	"concordat/memoranda/day"
)

func TestParseConducts(t *testing.T) {
	t.Parallel()
	type list = []listing.Conduct
	for text, want := range map[string]list{
		"有履行能力而拒不履行生效法律文书确定义务的":         {1},
		"其他有履行能力而拒不履行生效法律文书确定义务":        {1},
		"以伪造证据、暴力、威胁等方法妨碍、抗拒执行的":        {2},
		"以虚假诉讼、虚假仲裁或者以隐匿、转移财产等方法规避执行的":  {3},
		"违反财产报告制度的":                     {4},
		"违反限制消费令的":                      {5},
		"违反限制高消费令":                      {5},
		"无正当理由拒不履行执行和解协议的":              {6},
		"违反财产报告制度,有履行能力而拒不履行生效法律文书确定义务": {1, 4},
		"违反财产报告制度，其他规避执行；违反限制消费令":       {3, 4, 5},
		"违反财产报告制度、规避执行":                 {3, 4},
		"以暴力、威胁等方法妨碍、抗拒执行、违反财产报告制度":     {2, 4},
		"违反财产报告制度,违反财产报告制度":             {4},
		"（四）违反财产报告制度的":                  {4},
		"1.违反财产报告制度的；2.违反限制消费令的。":       {4, 5},
		"一、违反财产报告制度\n二、规避执行":            {3, 4},
		"第（一）项":         nil,
		"第一项、第四项":       {1, 4},
		"1":             {1},
		"1,4":           {1, 4},
		"1、4":           {1, 4},
		"（1）；（6）":       {1, 6},
		"12":            nil,
		"7":             nil,
		"":              nil,
		"、":             nil,
		"违反财产报告制度,态度恶劣": nil,
		"未违反财产报告制度":     nil,
		"违反财产报告制度未遂":    nil,
		"规 避 执 行":       {3},
		"有履行能力而拒不履行生效法律文书确定义务的,以伪造证据、暴力、威胁等方法妨碍、抗拒执行的,违反限制消费令的": {1, 2, 5},
	} {
		got, ok := parseConducts(text)
		if !ok {
			got = nil
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", text, diff)
		}
	}
}

func TestParseDate(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]day.Day{
		"2026-11-22": day.Of(2026, 11, 22), "2026/1/5": day.Of(2026, 1, 5), "2026年11月22日": day.Of(2026, 11, 22), "20261122": day.Of(2026, 11, 22),
		"2026.11.22": day.Of(2026, 11, 22), "2026-11-22T00:00:00Z": day.Of(2026, 11, 22), "2026-11-22 00:00": day.Of(2026, 11, 22), "2024-02-29": day.Of(2024, 2, 29),
		"2026-02-29": 0, "2026-13-01": 0, "2026-00-10": 0, "26-11-22": 0, "22-11-2026": 0, "11/22/26": 0, "2026-11": 0, "2026年11月": 0, "2026年11月22": 0,
		"46348": 0, "1700-01-01": 0, "2101-01-01": 0, "2026-11-22 09:00": 0, "2026-+1-22": 0, "2026-11-22-1": 0, "今天": 0, "２０２６年１１月２２日": day.Of(2026, 11, 22),
	} {
		got, ok := parseDate(text)
		if got != want && ok || ok != (want != 0) {
			t.Errorf("%s is %s (%v), want %s", text, got, ok, want)
		}
	}
	for text, want := range map[string]day.Day{
		"46348": day.Of(2026, 11, 22), "46348.0": day.Of(2026, 11, 22), "4.6348E4": day.Of(2026, 11, 22), "20261122": day.Of(2026, 11, 22),
		"10000": day.Of(1927, 5, 18), "73415": day.Of(2100, 12, 31), "9999": 0, "73416": 0, "2026": 0, "60": 0, "46348.25": 0, "-1": 0, "NaN": 0, "Inf": 0, "20261322": 0,
	} {
		got, ok := parseSerial(text, false)
		if got != want && ok || ok != (want != 0) {
			t.Errorf("serial %s is %s (%v), want %s", text, got, ok, want)
		}
		if _, ok := parseSerial(text, true); ok && len(text) != 8 {
			t.Errorf("serial %s is believed in a workbook that counts from 1904", text)
		}
	}
}

func TestHeadings(t *testing.T) {
	t.Parallel()
	for _, kind := range Kinds() {
		owner := map[string]field{}
		for _, f := range fields(kind) {
			for _, name := range append([]string{columns[f].name}, columns[f].headings...) {
				if other, taken := owner[heading(name)]; taken && other != f {
					t.Errorf("%s is %s and %s", name, f, other)
				}
				owner[heading(name)] = f
			}
		}
	}
	for text, want := range map[string]field{
		"iname": fieldName, "INAME": fieldName, " cardNum ": fieldNumber, "\ufeffcardNum": fieldNumber, "案 号": fieldCase, "被执行人姓名或名称": fieldName,
		"法定代表人（负责人）": fieldHead, "card_num": fieldNumber, "*证件号码": fieldNumber,
	} {
		if got, ok := headings(Listings)[heading(text)]; !ok && text != "法定代表人（负责人）" || ok && got != want {
			t.Errorf("%q is %s, want %s", text, got, want)
		}
	}
}
