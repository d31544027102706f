package courtfile

import (
	"slices"
	"strings"
	"unicode"

	"concordat/enforcement"
)

// wording is how a conduct of Art. 1 of 法释〔2017〕7号 is written: in the words of
// the article, and in those in which the courts' list has published it.
type wording struct {
	text    string
	conduct enforcement.Conduct
}

// wordings are sorted so that the longest that fits comes first.
var wordings = sortedWordings()

func sortedWordings() []wording {
	list := []wording{
		{"有履行能力而拒不履行生效法律文书确定义务", enforcement.AbleButRefuses},
		{"有履行能力而拒不履行生效法律文书确定的义务", enforcement.AbleButRefuses},
		{"被执行人有履行能力而拒不履行生效法律文书确定义务", enforcement.AbleButRefuses},
		{"其他有履行能力而拒不履行生效法律文书确定义务", enforcement.AbleButRefuses},
		{"有履行能力而拒不履行", enforcement.AbleButRefuses},
		{"以伪造证据、暴力、威胁等方法妨碍、抗拒执行", enforcement.ObstructsByForce},
		{"以伪造证据、暴力、威胁等方法妨碍或抗拒执行", enforcement.ObstructsByForce},
		{"伪造证据、暴力、威胁等方法妨碍、抗拒执行", enforcement.ObstructsByForce},
		{"以暴力、威胁等方法妨碍、抗拒执行", enforcement.ObstructsByForce},
		{"以暴力、威胁方法妨碍、抗拒执行", enforcement.ObstructsByForce},
		{"伪造证据妨碍、抗拒执行", enforcement.ObstructsByForce},
		{"其他妨碍、抗拒执行", enforcement.ObstructsByForce},
		{"妨碍、抗拒执行", enforcement.ObstructsByForce},
		{"以虚假诉讼、虚假仲裁或者以隐匿、转移财产等方法规避执行", enforcement.EvadesBySham},
		{"以虚假诉讼、虚假仲裁或以隐匿、转移财产等方法规避执行", enforcement.EvadesBySham},
		{"虚假诉讼、虚假仲裁或者以隐匿、转移财产等方法规避执行", enforcement.EvadesBySham},
		{"以虚假诉讼、虚假仲裁方法规避执行", enforcement.EvadesBySham},
		{"以隐匿、转移财产等方法规避执行", enforcement.EvadesBySham},
		{"隐匿、转移财产等方法规避执行", enforcement.EvadesBySham},
		{"其他规避执行", enforcement.EvadesBySham},
		{"规避执行", enforcement.EvadesBySham},
		{"违反财产报告制度", enforcement.BreachesReporting},
		{"违反限制消费令", enforcement.BreachesOrder},
		{"违反限制高消费令", enforcement.BreachesOrder},
		{"违反限制高消费", enforcement.BreachesOrder},
		{"无正当理由拒不履行执行和解协议", enforcement.RefusesSettlement},
		{"被执行人无正当理由拒不履行执行和解协议", enforcement.RefusesSettlement},
		{"拒不履行执行和解协议", enforcement.RefusesSettlement},
	}
	slices.SortFunc(list, func(a, b wording) int { return len(b.text) - len(a.text) })
	return list
}

// parseConducts reads one or several conducts, with or without marks between
// them and numbers before them. The mark 、 stands between conducts and also
// within one, so what is known is looked for instead of cutting at marks.
// Anything that is not known makes all of it unknown.
func parseConducts(text string) ([]enforcement.Conduct, bool) {
	rest := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, narrow(text))
	var found []enforcement.Conduct
	for {
		rest = strings.TrimLeft(rest, ",;、。")
		if rest == "" {
			break
		}
		conduct, after, ok := cutConduct(rest)
		if !ok {
			return nil, false
		}
		found, rest = append(found, conduct), after
	}
	slices.Sort(found)
	found = slices.Compact(found)
	return found, len(found) > 0
}

// cutConduct takes one conduct off the front: by its words, with any number
// before them, or by its number in Art. 1 alone.
func cutConduct(text string) (enforcement.Conduct, string, bool) {
	number, words := cutOrdinal(text)
	for _, w := range wordings {
		if after, ok := strings.CutPrefix(words, w.text); ok {
			return w.conduct, strings.TrimPrefix(after, "的"), true
		}
	}
	if number == 0 {
		return 0, text, false
	}
	// 12 is no list of 1 and 2; 1、2 is.
	next, _ := cutOrdinal(words)
	closed := strings.HasSuffix(strings.TrimSuffix(text, words), "、")
	return number, words, words == "" || strings.ContainsAny(words[:1], ",;") || closed && next != 0
}

// cutOrdinal takes a number off the front, as 1 1. (1) (一) 一、 第一项 ①, with what
// closes it. 0 is none.
func cutOrdinal(text string) (enforcement.Conduct, string) {
	rest := strings.TrimPrefix(strings.TrimPrefix(text, "("), "第")
	for n, names := range [...][3]string{{"1", "一", "①"}, {"2", "二", "②"}, {"3", "三", "③"}, {"4", "四", "④"}, {"5", "五", "⑤"}, {"6", "六", "⑥"}} {
		for _, name := range names {
			if after, ok := strings.CutPrefix(rest, name); ok {
				return enforcement.Conduct(n + 1), strings.TrimLeft(after, ").项、:")
			}
		}
	}
	return 0, text
}
