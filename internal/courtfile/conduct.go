package courtfile

import (
	"slices"
	"strings"
	"unicode"

	"concordat/enforcement/listing"
)

// wording is how a conduct of Art. 1 of 法释〔2017〕7号 is written: in the words of
// the article, and in those in which the courts' list has published it.
type wording struct {
	text    string
	conduct listing.Conduct
}

// wordings are sorted so that the longest that fits comes first.
var wordings = sortedWordings()

func sortedWordings() []wording {
	list := []wording{
		{"有履行能力而拒不履行生效法律文书确定义务", listing.AbleButRefuses},
		{"有履行能力而拒不履行生效法律文书确定的义务", listing.AbleButRefuses},
		{"被执行人有履行能力而拒不履行生效法律文书确定义务", listing.AbleButRefuses},
		{"其他有履行能力而拒不履行生效法律文书确定义务", listing.AbleButRefuses},
		{"有履行能力而拒不履行", listing.AbleButRefuses},
		{"以伪造证据、暴力、威胁等方法妨碍、抗拒执行", listing.ObstructsByForce},
		{"以伪造证据、暴力、威胁等方法妨碍或抗拒执行", listing.ObstructsByForce},
		{"伪造证据、暴力、威胁等方法妨碍、抗拒执行", listing.ObstructsByForce},
		{"以暴力、威胁等方法妨碍、抗拒执行", listing.ObstructsByForce},
		{"以暴力、威胁方法妨碍、抗拒执行", listing.ObstructsByForce},
		{"伪造证据妨碍、抗拒执行", listing.ObstructsByForce},
		{"其他妨碍、抗拒执行", listing.ObstructsByForce},
		{"妨碍、抗拒执行", listing.ObstructsByForce},
		{"以虚假诉讼、虚假仲裁或者以隐匿、转移财产等方法规避执行", listing.EvadesBySham},
		{"以虚假诉讼、虚假仲裁或以隐匿、转移财产等方法规避执行", listing.EvadesBySham},
		{"虚假诉讼、虚假仲裁或者以隐匿、转移财产等方法规避执行", listing.EvadesBySham},
		{"以虚假诉讼、虚假仲裁方法规避执行", listing.EvadesBySham},
		{"以隐匿、转移财产等方法规避执行", listing.EvadesBySham},
		{"隐匿、转移财产等方法规避执行", listing.EvadesBySham},
		{"其他规避执行", listing.EvadesBySham},
		{"规避执行", listing.EvadesBySham},
		{"违反财产报告制度", listing.BreachesReporting},
		{"违反限制消费令", listing.BreachesOrder},
		{"违反限制高消费令", listing.BreachesOrder},
		{"违反限制高消费", listing.BreachesOrder},
		{"无正当理由拒不履行执行和解协议", listing.RefusesSettlement},
		{"被执行人无正当理由拒不履行执行和解协议", listing.RefusesSettlement},
		{"拒不履行执行和解协议", listing.RefusesSettlement},
	}
	slices.SortFunc(list, func(a, b wording) int { return len(b.text) - len(a.text) })
	return list
}

// parseConducts reads one or several conducts, with or without marks between
// them and numbers before them. The mark 、 stands between conducts and also
// within one, so what is known is looked for instead of cutting at marks.
// Anything that is not known makes all of it unknown.
func parseConducts(text string) ([]listing.Conduct, bool) {
	rest := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, narrow(text))
	var found []listing.Conduct
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
func cutConduct(text string) (listing.Conduct, string, bool) {
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
func cutOrdinal(text string) (listing.Conduct, string) {
	rest := strings.TrimPrefix(strings.TrimPrefix(text, "("), "第")
	for n, names := range [...][3]string{{"1", "一", "①"}, {"2", "二", "②"}, {"3", "三", "③"}, {"4", "四", "④"}, {"5", "五", "⑤"}, {"6", "六", "⑥"}} {
		for _, name := range names {
			if after, ok := strings.CutPrefix(rest, name); ok {
				return listing.Conduct(n + 1), strings.TrimLeft(after, ").项、:")
			}
		}
	}
	return 0, text
}
