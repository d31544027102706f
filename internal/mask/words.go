package mask

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

var (
	mail = regexp.MustCompile(`[0-9A-Za-z._%+\-]+@[0-9A-Za-z\-]+(?:\.[0-9A-Za-z\-]+)+`)
	chat = regexp.MustCompile(`(?i)(?:微信|(?:^|[^0-9A-Z])(?:wechat|QQ))号?[:为是 ]{0,3}([A-Za-z][-_0-9A-Za-z]{4,30})`)
)

// contacts are the marks on electronic addresses and names in chats.
func contacts(runes []rune) (marks []Mark) {
	text := string(runes)
	for _, at := range mail.FindAllStringIndex(text, -1) {
		marks = append(marks, marked(text, Contact, at, "［邮箱已略］"))
	}
	for _, at := range chat.FindAllStringSubmatchIndex(text, -1) {
		marks = append(marks, marked(text, Contact, at[2:4], "［账号已略］"))
	}
	return marks
}

// marked is a mark on a stretch of a text that is given in bytes.
func marked(text string, kind Kind, at []int, instead string) Mark {
	from := utf8.RuneCountInString(text[:at[0]])
	return Mark{Kind: kind, From: from, To: from + utf8.RuneCountInString(text[at[0]:at[1]]), Instead: instead}
}

// An address ends with a district; a road, village or house below it is not shown. The words
// before it (who lives there) are no part of it.
const (
	within = `[^\s\pP住在于到至址为是的往搬将把及与和从向对因由经其该，。；、［］]`
	region = within + `{1,8}(?:区|县|旗|市)`
	road   = within + `{1,8}?(?:大道|街道|路|街|巷|弄|胡同|村|屯|镇|乡|小区|花园|公寓|大厦|广场|苑|社区|新村|宿舍)`
	house  = `[0-9〇一二三四五六七八九十百零A-Za-z#\-－—]{1,10}(?:号楼|号院|号|栋|幢|座|单元|室|楼|层|弄|房|组|队|户)`
)

var (
	inDistrict = regexp.MustCompile(`((?:` + region + `))((?:` + road + `)(?:` + road + `)?(?:` + road + `)?(?:[0-9一二三四五六七八九十东南西北中]{1,3}段)?(?:` + house + `)*)`)
	atHouse    = regexp.MustCompile(`(?:` + road + `)(?:[0-9一二三四五六七八九十东南西北中]{1,3}段)?(?:` + house + `)+`)
	houseOnly  = regexp.MustCompile(`((?:` + region + `))((?:` + house + `){2,})`)
)

const hiddenAddress = "［地址已略］"

// addresses are the marks on what stands of an address below its district.
func addresses(runes []rune) (marks []Mark) {
	text := string(runes)
	for _, at := range inDistrict.FindAllStringSubmatchIndex(text, -1) {
		marks = append(marks, marked(text, Address, at[4:6], hiddenAddress))
	}
	for _, at := range houseOnly.FindAllStringSubmatchIndex(text, -1) {
		marks = append(marks, marked(text, Address, at[4:6], hiddenAddress))
	}
	for _, at := range atHouse.FindAllStringIndex(text, -1) {
		marks = append(marks, marked(text, Address, at, hiddenAddress))
	}
	return marks
}

// named are the marks on persons whom the record knows; longer names first, so that one in
// another's is not taken for it.
func named(runes []rune, known []Known) (marks []Mark) {
	known = slices.DeleteFunc(slices.Clone(known), func(k Known) bool { return utf8.RuneCountInString(k.Name) < 2 || strings.Contains(k.Role, k.Name) })
	slices.SortStableFunc(known, func(a, b Known) int { return cmp.Compare(len(b.Name), len(a.Name)) })
	var taken [][2]int
	for _, k := range known {
		name := fold(k.Name)
		for at := 0; at < len(runes); {
			end := spelled(runes[at:], name)
			if end == 0 || slices.ContainsFunc(taken, func(t [2]int) bool { return at < t[1] && t[0] < at+end }) {
				at++
				continue
			}
			taken = append(taken, [2]int{at, at + end})
			if k.Role != "" {
				marks = append(marks, Mark{Kind: Person, From: at, To: at + end, Instead: k.Role})
			}
			at += end
		}
	}
	return marks
}

// spelled is how many characters at the beginning of a text spell a name, blanks and what is
// invisible between them counted; 0: they do not.
func spelled(runes, name []rune) int {
	at := 0
	for i, r := range name {
		if unicode.IsSpace(r) || r == '·' {
			continue
		}
		for i > 0 && at < len(runes) && (unicode.IsSpace(runes[at]) || unicode.In(runes[at], unicode.Cf) || runes[at] == '·') {
			at++
		}
		if at >= len(runes) || runes[at] != r {
			return 0
		}
		at++
	}
	return at
}

// surnames are the commonest, without those that are everyday words too.
const surnames = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蔡蒋余杜叶魏苏吕丁沈姚卢姜崔钟谭陆汪范廖石贾韦夏付邹熊孟秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵覃农蒙"

var stranger = regexp.MustCompile(`(?:申请执行人|申请人|被执行人|债权人|债务人|法定代表人|负责人|代理人|担保人|保证人|配偶|妻子|丈夫|父亲|母亲|儿子|女儿|案外人|证人|股东|原告|被告|第三人|受让人|出租人|承租人|联系人|户名)[:为是系（( ]{0,2}([` + surnames + `][\p{Han}]{1,2})`)

// strangers are what stands where a name does; who it is only a person can tell. 某 hides a name
// already.
func strangers(runes []rune, known []Known) (marks []Mark) {
	text := string(runes)
	for _, at := range stranger.FindAllStringSubmatchIndex(text, -1) {
		name := text[at[2]:at[3]]
		if strings.ContainsRune(name, '某') || slices.ContainsFunc(known, func(k Known) bool { return k.Role == "" && strings.HasPrefix(k.Name, name) }) {
			continue
		}
		marks = append(marks, marked(text, Person, at[2:4], ""))
	}
	return marks
}
