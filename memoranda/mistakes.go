package memoranda

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Mistake is one fault in one file, placed where a person must look.
type Mistake struct {
	File       string `json:"file"`
	Line       int    `json:"line"`   // from 1; 0: the file as a whole
	Column     int    `json:"column"` // from 1, in characters
	Code       string `json:"code"`   // as memoranda.unknown-field
	ZH         string `json:"zh"`
	EN         string `json:"en"`
	Suggestion string `json:"suggestion,omitempty"` // the nearest right word
}

// String is the mistake on one line, in English.
func (m Mistake) String() string {
	text := fmt.Sprintf("%s:%d:%d: %s (%s)", m.File, m.Line, m.Column, m.EN, m.Code)
	if m.Suggestion != "" {
		text += fmt.Sprintf("; did you mean %q?", m.Suggestion)
	}
	return text
}

// Mistakes is every fault found in one reading, in the order of file, line and
// column. It is the error of [Load] and [LoadAttestations].
type Mistakes []Mistake

// Error lists them, one a line.
func (ms Mistakes) Error() string {
	lines := make([]string, len(ms))
	for i, m := range ms {
		lines[i] = m.String()
	}
	return strings.Join(lines, "\n")
}

func (ms Mistakes) sorted() Mistakes {
	slices.SortFunc(ms, func(a, b Mistake) int {
		return cmp.Or(
			cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line),
			cmp.Compare(a.Column, b.Column), cmp.Compare(a.Code, b.Code), cmp.Compare(a.EN, b.EN),
		)
	})
	return slices.Compact(ms)
}

// words are a code's sentences; %q and %s take the arguments of its report.
type words struct{ zh, en string }

// mistakeWords has the sentences of every code; a test holds it complete.
var mistakeWords = map[string]words{
	"memoranda.syntax":                {"YAML 语法错误：%s", "YAML syntax: %s"},
	"memoranda.encoding":              {"文件不是 UTF-8 编码", "the file is not UTF-8"},
	"memoranda.byte-order-mark":       {"此处有字节顺序标记（BOM），文件应当不带", "a byte-order mark stands here; the file must have none"},
	"memoranda.nul":                   {"此处有空字符（NUL）", "a NUL character stands here"},
	"memoranda.tab":                   {"此处有制表符，应当使用空格", "a tab stands here; write spaces"},
	"memoranda.wrong-byte":            {"此处的字节 0x%02X 不是 UTF-8", "the byte 0x%02X here is not UTF-8"},
	"memoranda.not-read":              {"文件 %q 不会被读取：目录文件须在最上层，扩展名为 .yaml 或者 .yml", "the file %q is not read: files of a catalogue stand in its own folder and end in .yaml or .yml"},
	"memoranda.too-large":             {"文件超过 %d 字节", "the file is longer than %d bytes"},
	"memoranda.too-deep":              {"括号嵌套超过 %d 层", "brackets are nested deeper than %d"},
	"memoranda.several-documents":     {"一个文件只能有一个文档", "a file holds exactly one document"},
	"memoranda.alias":                 {"不接受锚点、别名、合并键或标签", "anchors, aliases, merge keys and tags are not accepted"},
	"memoranda.wrong-type":            {"%q 应为%s", "%q must be %s"},
	"memoranda.unknown-field":         {"未知字段 %q", "unknown field %q"},
	"memoranda.missing-field":         {"缺少字段 %q", "missing field %q"},
	"memoranda.duplicate-field":       {"字段 %q 重复", "field %q stands twice"},
	"memoranda.empty":                 {"%q 不能为空", "%q may not be empty"},
	"memoranda.invisible":             {"%q 含有控制字符或者不可见字符", "%q holds control or invisible characters"},
	"memoranda.bad-slug":              {"%q 不是合格的标识（小写英文、数字和连字符）", "%q is not a slug (lower-case letters, digits, hyphens)"},
	"memoranda.long-name":             {"名称有 %d 个字符，最多 %d 个", "the name has %d characters, of %d at most"},
	"memoranda.unknown-word":          {"%q 不是 %s 的允许值", "%q is not a value of %s"},
	"memoranda.unknown-body":          {"未知成员单位 %q", "unknown body %q"},
	"memoranda.unknown-basis":         {"未知法律依据 %q", "unknown legal basis %q"},
	"memoranda.unknown-item":          {"未知基础清单项目 %q", "unknown basic-list item %q"},
	"memoranda.unknown-edition":       {"基础清单没有版本 %q；现有 %s", "the basic list has no edition %q; it has %s"},
	"memoranda.unknown-list-type":     {"未知名单类型 %q", "unknown list type %q"},
	"memoranda.unknown-group":         {"未知措施类别 %q", "unknown group %q"},
	"memoranda.unknown-measure":       {"未知措施 %q", "unknown measure %q"},
	"memoranda.unknown-memorandum":    {"未知备忘录 %q", "unknown memorandum %q"},
	"memoranda.duplicate-slug":        {"标识 %q 重复，首次见于 %s", "slug %q stands twice, first at %s"},
	"memoranda.duplicate-entry":       {"%q 在同一列表中重复", "%q stands twice in one list"},
	"memoranda.bad-date":              {"%q 不是日期（YYYY-MM-DD）", "%q is not a date (YYYY-MM-DD)"},
	"memoranda.until-before-from":     {"止日 %s 早于起日 %s", "until %s is before from %s"},
	"memoranda.outside-edition":       {"有效期超出备忘录版本的有效期", "its validity leaves that of the memorandum edition"},
	"memoranda.bad-precision":         {"仅知年份时，日期应为该年 12 月 31 日", "where only the year is known the date is its 31 December"},
	"memoranda.succession-cycle":      {"职能承接构成循环：%s", "successions form a cycle: %s"},
	"memoranda.before-body":           {"承接日 %s 早于 %q 的设立日 %s", "the succession of %s is before the first day of %q, %s"},
	"memoranda.given-up-before":       {"承接日 %s 时，%q 已于 %s 将职能整体移交", "the succession of %s gives a role to %q, which had given its own away on %s"},
	"memoranda.signed-too-late":       {"%q 已于 %s 移交职能，不可能在 %s 签署", "body %q gave its role away on %s and cannot have signed on %s"},
	"memoranda.basis-ended":           {"依据 %q 已于 %s 失效，早于起日 %s", "the basis %q ended on %s, before %s, when this begins"},
	"memoranda.basis-not-begun":       {"依据 %q 自 %s 起施行，晚于止日 %s", "the basis %q begins on %s, after %s, when this ends"},
	"memoranda.beyond-any-rule":       {"%s：%d %s 超出任何规定的期限（最多 %d）", "%s: %d %s is longer than any rule sets (%d at most)"},
	"memoranda.no-measures":           {"%q 没有措施，也未以 not_encoded 说明原因", "%q has no measures, and not_encoded does not say why"},
	"memoranda.fewer-measures":        {"仅有 %d 项措施，少于公布的 %d 项，且未以 not_encoded 说明原因", "%d measures, fewer than the %d counted, and not_encoded does not say why"},
	"memoranda.overlap":               {"与 %s 的有效期重叠", "its validity overlaps that of %s"},
	"memoranda.not-after":             {"新版本自 %s 起，应当晚于现行版本 %s 的起日 %s", "the new edition begins on %s, which is not after the day the present one, %s, began, %s"},
	"memoranda.gap":                   {"版本 %s 止于 %s，其后至本版本起日之间没有任何版本", "edition %s ends on %s, and nothing stands between that day and the first of this one"},
	"memoranda.bad-article":           {"%q 不是条文号（如 第12条第3项）", "%q is not an article (as 第12条第3项)"},
	"memoranda.bad-clause":            {"%q 不是政策文件的序号（如 （一）1）", "%q is not a clause of a policy document (as (一)1)"},
	"memoranda.bad-memorandum-clause": {"%q 不是备忘录的条款号（如 第三条）", "%q is not a clause of a memorandum (as 第三条)"},
	"memoranda.wrong-place":           {"%s：法律、法规用 article，政策文件用 clause", "%s: laws are cited by article, policy documents by clause"},
	"memoranda.not-signatory":         {"成员单位 %q 未签署本备忘录", "body %q did not sign this memorandum"},
	"memoranda.no-successor":          {"状态为 moved，但没有承接单位", "status is moved, but no body has a successor"},
	"memoranda.no-body":               {"没有成员单位的措施，状态只能为 uncertain", "a measure without a body can only be uncertain"},
	"memoranda.bad-region":            {"%q 不是行政区划代码（GB/T 2260）的前缀", "%q is not a prefix of a GB/T 2260 area code"},
	"memoranda.bad-dated":             {"%q 不是年、年月或者日期", "%q is not a year, a month or a day"},
	"memoranda.bad-count":             {"%q 不是正整数", "%q is not a whole number above zero"},
	"memoranda.two-fields":            {"%q 与 %q 只能填写其一", "only one of %q and %q may be given"},
	"memoranda.unknown-ground":        {"名单类型中没有情形 %q", "the list type has no ground %q"},
	"memoranda.open-term":             {"无固定期限的，不填 value，并以中英文写明何时终止", "an open term has no value and says in both languages when it ends"},
	"memoranda.local-regulation":      {"%s：地方性法规须写明 region，其他依据不得填写", "%s: a local regulation names its region, and nothing else does"},
	"memoranda.reward-rule":           {"%s：惩戒名单不得有激励规则", "%s: a list that punishes has no reward rule"},
	"memoranda.serious-reward":        {"%s：激励名单不是严重失信名单", "%s: a list that rewards is no list of serious dishonesty"},
	"memoranda.automatic-uncited":     {"自动终止激励须写明依据及条款", "the automatic end of a reward needs its basis with article or clause"},
	"memoranda.other-list-type":       {"%q 不是本备忘录的名单类型", "%q is no list type of this memorandum"},
	"memoranda.needless-list-type":    {"只有一个名单类型的备忘录，措施不填 list_type（%q）", "a memorandum with one list type names it at its head only (%q)"},
	"memoranda.before-date":           {"起日 %s 早于签署日期 %s", "from %s is before the memorandum's own date %s"},
	"memoranda.wrong-mode":            {"%q 不能用于名单 %s：激励名单只有激励措施，惩戒名单没有激励措施", "%q cannot stand on the list %s: rewards stand on lists that reward, burdens on lists that punish"},
	"memoranda.reaches-nobody":        {"不适用于可列入 %s 的任何主体", "reaches nobody who can be on the list %s"},
	"memoranda.no-basic-list-item":    {"%s：现行有效的惩戒措施须对应基础清单项目", "%s: a measure in force that burdens needs an item of the basic list"},
	"memoranda.score":                 {"%q：不得涉及任何评分", "%q: nothing may refer to a score"},
	"memoranda.no-file":               {"缺少文件 %q", "the file %q is missing"},
	"memoranda.bad-bool":              {"%q 应为 true 或者 false", "%q must be true or false"},
	"memoranda.bad-hash":              {"%q 不是 64 位十六进制哈希值", "%q is not a hash of 64 hexadecimal digits"},
	"memoranda.stale":                 {"被核定的内容已变更，其哈希值现为 %s", "what was attested has changed; its hash is now %s"},
	"memoranda.unverified":            {"演示用核定不得包括未核实的 %q", "an attestation for demonstration may not cover %q, which is unverified"},
}
