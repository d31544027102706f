package main

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"concordat/enforcement/docket"
	"concordat/enforcement/ground"
	"concordat/internal/calendar"
	"concordat/internal/i18n"
)

// tongue says things in one language and keeps what it had no word for.
type tongue struct {
	lang    i18n.Language
	missing *[]error
}

// pick is the text of the language.
func (t tongue) pick(zh, en string) string {
	if t.lang == i18n.Chinese {
		return zh
	}
	return en
}

// word is what a code is called.
func (t tongue) word(vocabulary, code string) string {
	word := i18n.Value(t.lang, vocabulary, code)
	if word == "" {
		*t.missing = append(*t.missing, fmt.Errorf("%s: %s %q has no word", t.lang, vocabulary, code))
	}
	return cell(word)
}

// list joins words as the language does.
func (t tongue) list(words []string) string { return strings.Join(words, t.pick("、", ", ")) }

func words[C ~string](t tongue, vocabulary string, codes []C) string {
	list := make([]string, 0, len(codes))
	for _, code := range codes {
		list = append(list, t.word(vocabulary, string(code)))
	}
	return t.list(list)
}

// state says where a move is possible and where it leads.
func (t tongue) state(m *ground.Move) string {
	text := words(t, "state", m.From)
	if m.To == "" {
		text += t.pick("：状态不变", ": stays there")
	} else {
		text += " → **" + t.word("state", string(m.To)) + "**"
	}
	if m.Or != "" {
		text += t.pick("，或者 **", " or **") + t.word("state", string(m.Or)) + "**"
	}
	if len(m.Stays) > 0 {
		text += "<br>" + words(t, "state", m.Stays) + t.pick("：状态不变", ": stays there")
	}
	return text
}

// who says who may make a move, and who may not.
func (t tongue) who(m *ground.Move) string {
	text := words(t, "role", m.Roles)
	if len(m.NotBy) > 0 {
		text += t.pick("<br>不得为", "<br>not ") + words(t, "person", m.NotBy)
	}
	return text
}

// needs says which fields a move takes, one a line.
func (t tongue) needs(m *ground.Move) string {
	lines := make([]string, 0, len(m.Needs))
	for _, n := range m.Needs {
		parts := []string{}
		if rule := t.rule(n); rule != "" {
			parts = append(parts, rule)
		}
		if note := cell(t.pick(n.ZH, n.EN)); note != "" {
			parts = append(parts, note)
		}
		name := t.word("need", n.Field)
		if n.Optional {
			name += t.pick("（可免）", " (optional)")
		}
		if len(parts) > 0 {
			name += t.pick("：", ": ") + strings.Join(parts, t.pick("；", "; "))
		}
		lines = append(lines, name)
	}
	return orNone(strings.Join(lines, "<br>"))
}

// papers says which papers a move names, one a line.
func (t tongue) papers(m *ground.Move) string {
	lines := make([]string, 0, len(m.Papers))
	for _, n := range m.Papers {
		line := cell(t.pick(n.ZH, n.EN))
		if n.When != nil {
			line = t.word("choice", n.When.Value) + t.pick("：", ": ") + line
		}
		if n.Owed {
			line += t.pick("（后补）", " (owed)")
		}
		lines = append(lines, line)
	}
	return orNone(strings.Join(lines, "<br>"))
}

// rule is what a field must be.
func (t tongue) rule(n ground.Need) string {
	switch n.Rule {
	case ground.RuleText, ground.RuleWritten, ground.RuleNoted:
		return ""
	case ground.RuleCourtNumber:
		return t.pick("案号形式", "in the form of a case's number")
	case ground.RuleNumbered:
		return t.pick("文号，含字和数字", "a number of a decision, with a letter and a digit")
	case ground.RuleWhy:
		return fmt.Sprintf(t.pick("至少%d个字或者数字", "at least %d letters or digits"), n.Min)
	case ground.RuleDay:
		return t.pick("日期", "a day")
	case ground.RulePast:
		return t.pick("不晚于当日", "today at the latest")
	case ground.RuleYes:
		return t.pick("必须为是", "must be yes")
	case ground.RuleNumber:
		return fmt.Sprintf(t.pick("%d至%d", "%d to %d"), n.Min, n.Max)
	case ground.RuleOneOf:
		if len(n.Of) == 1 {
			return words(t, "choice", n.Of)
		}
		return t.pick("限于", "one of ") + words(t, "choice", n.Of)
	case ground.RuleAllOf:
		return t.pick("须齐备", "all of ") + words(t, "choice", n.Of)
	}
	*t.missing = append(*t.missing, fmt.Errorf("rule %q has no words", n.Rule))
	return ""
}

// clocks says which clocks a move stops and starts, and which tasks it opens, one a line.
func (t tongue) clocks(m *ground.Move) string {
	var lines []string
	for _, d := range m.Starts {
		line := t.pick("开始 ", "starts ") + "*" + t.word("clock", d.Kind) + "*" + t.pick("：", ": ")
		if d.Period.Value == 0 {
			line += t.pick("依名单或者系统设置", "as the list or the settings say")
		} else {
			line += t.length(d.Period) + t.pick("（", " (") + t.from(d.Period.Source) + t.pick("）", ")")
		}
		lines = append(lines, line)
	}
	for _, kind := range m.Stops {
		if kind == ground.Every {
			lines = append(lines, t.pick("停止全部", "stops all"))
			continue
		}
		lines = append(lines, t.pick("停止 ", "stops ")+"*"+t.word("clock", kind)+"*")
	}
	for _, kind := range m.Opens {
		lines = append(lines, t.pick("当日待办 ", "same day's task ")+"*"+t.word("task", kind)+"*")
	}
	return orNone(strings.Join(lines, "<br>"))
}

func (t tongue) length(p calendar.Period) string {
	return strconv.Itoa(p.Value) + t.pick("", " ") + t.word("unit", string(p.Unit))
}

// from is where a clock's length comes from.
func (t tongue) from(source string) string {
	if source == docket.OwnTerm {
		return t.pick("自定", "our own")
	}
	return t.law(source)
}

// source says where a move comes from.
func (t tongue) source(m *ground.Move) string {
	var parts []string
	if m.Source.Text != "" {
		parts = append(parts, t.law(m.Source.Text))
	}
	if m.Source.ByList {
		parts = append(parts, t.pick("名单自身的规定", "by the list's own rule"))
	}
	if m.Source.Ours {
		parts = append(parts, t.pick("本系统自定规则", "our own rule"))
	}
	if len(parts) == 0 {
		*t.missing = append(*t.missing, fmt.Errorf("move %s has no source", m.Name))
	}
	return strings.Join(parts, "<br>")
}

var (
	article = regexp.MustCompile(`^(.+号) Art\. (\d+(?:, \d+)*)(?: ¶(\d+))?$`)
	item    = regexp.MustCompile(`^(.+号) item (\d+)$`)
)

// law writes a citation as the language does: Art. 5 ¶1 is 第五条第一款.
func (t tongue) law(text string) string {
	a, i := article.FindStringSubmatch(text), item.FindStringSubmatch(text)
	switch {
	case t.lang != i18n.Chinese:
		return cell(text)
	case i != nil:
		return cell(i[1]) + "第" + i[2] + "条"
	case a == nil:
		*t.missing = append(*t.missing, fmt.Errorf("%s: cannot cite %q", t.lang, text))
		return cell(text)
	}
	var articles []string
	for n := range strings.SplitSeq(a[2], ", ") {
		articles = append(articles, "第"+numeral(n)+"条")
	}
	cited := cell(a[1]) + strings.Join(articles, "、")
	if a[3] != "" {
		cited += "第" + numeral(a[3]) + "款"
	}
	return cited
}

// numeral writes 1 to 99 as articles are numbered.
func numeral(digits string) string {
	n, err := strconv.Atoi(digits)
	if err != nil || n < 1 || n > 99 {
		return digits
	}
	figures := []rune("零一二三四五六七八九")
	var b strings.Builder
	if n >= 20 {
		b.WriteRune(figures[n/10])
	}
	if n >= 10 {
		b.WriteRune('十')
	}
	if n%10 > 0 {
		b.WriteRune(figures[n%10])
	}
	return b.String()
}

func orNone(text string) string {
	if text == "" {
		return "—"
	}
	return text
}

// cell keeps text from breaking the table or becoming markup.
func cell(text string) string {
	return strings.NewReplacer("|", `\|`, "<", "&lt;", "*", `\*`, "`", "'").Replace(strings.Join(strings.Fields(text), " "))
}
