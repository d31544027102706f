package explain

import (
	"slices"
	"strconv"
	"strings"

	"concordat/enforcement/listing"
	"concordat/enforcement/plan"
	"concordat/internal/i18n"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// The ways out of a court's listing without a term (法释〔2017〕7号 Art. 10 ¶1), by
// number of the item.
var deletions = []LegalWord{
	{"deletion-1", "全部履行义务或者执行完毕，三个工作日内删除", "the obligation is performed or enforcement completed: deletion within three working days", "法释〔2017〕7号第10条第1款第1项"},
	{"deletion-2", "达成执行和解协议且履行完毕，三个工作日内删除", "a settlement in enforcement is reached and performed: deletion within three working days", "法释〔2017〕7号第10条第1款第2项"},
	{"deletion-3", "申请执行人书面申请删除并经人民法院同意，三个工作日内删除", "the creditor asks for it in writing and the court agrees: deletion within three working days", "法释〔2017〕7号第10条第1款第3项"},
	{"deletion-4", "终结本次执行程序后两次以上网络查控未发现可供执行财产且无人提供有效线索，三个工作日内删除", "after this round of enforcement ended, two or more network searches find nothing and nobody gives a valid lead: deletion within three working days", "法释〔2017〕7号第10条第1款第4项"},
	{"deletion-5", "因审判监督或者破产程序裁定中止执行，三个工作日内删除", "enforcement is stayed for retrial supervision or bankruptcy: deletion within three working days", "法释〔2017〕7号第10条第1款第5项"},
	{"deletion-6", "裁定不予执行，三个工作日内删除", "the court rules not to enforce: deletion within three working days", "法释〔2017〕7号第10条第1款第6项"},
	{"deletion-7", "裁定终结执行，三个工作日内删除", "the court rules enforcement terminated: deletion within three working days", "法释〔2017〕7号第10条第1款第7项"},
}

var (
	wayTermOver = LegalWord{"term-over", "期限届满后三个工作日内删除，无须任何人申请", "deletion within three working days after the term, without anybody asking", "法释〔2017〕7号第10条第2款"}
	wayEarly    = LegalWord{"early-deletion", "积极履行义务或者主动纠正失信行为的，人民法院可以决定提前删除", "on active performance or voluntary correction the court may delete it early", "法释〔2017〕7号第2条第2款"}
	wayRevoked  = LegalWord{"revocation", "不应列入而列入的，三个工作日内撤销", "what should never have been listed is revoked within three working days", "法释〔2017〕7号第9条"}
)

// What a subject can do about a court's listing or order, in the order of time.
var courtRemedies = []LegalWord{
	{"correction", "向执行法院书面申请纠正（不应列入、信息不准确、应当删除），十五日内审查", "ask the enforcing court in writing to correct it (not to be listed, inaccurate, to be deleted); it is reviewed within 15 days", "法释〔2017〕7号第11条、第12条"},
	{"reconsideration", "申请被驳回的，自决定送达之日起十日内向上一级人民法院申请复议，十五日内作出决定；复议期间不停止原决定的执行", "if dismissed, ask the next higher court for reconsideration within 10 days of service; it decides within 15 days, and the decision stands meanwhile", "法释〔2017〕7号第12条"},
}

// What a subject can do about an administrative decision.
var administrativeRemedies = []LegalWord{
	{"administrative-reconsideration", "自知道或者应当知道该行政行为之日起六十日内申请行政复议", "apply for administrative reconsideration within 60 days of knowing of the act", "行政复议法（2023年）第20条"},
	{"administrative-litigation", "自知道或者应当知道作出行政行为之日起六个月内直接起诉，或者在收到复议决定之日起十五日内起诉", "sue directly within six months of knowing of the act, or within 15 days of receiving the decision on reconsideration", "行政诉讼法第45条、第46条"},
}

// ending explains how a ground ended, or what ends it and what the subject can do.
// automatic is the rule by which a reward ends without a decision, or nothing.
func (l library) ending(g explainedGround, on, today day.Day, automatic string) *End {
	e := &End{ValidUntil: max(g.ValidUntil, g.TermUntil), Ways: []LegalWord{}, Remedies: []LegalWord{}}
	if g.stateOn(on, today) == "ended" {
		e.EndedOn, e.How = g.EndedOn, g.How
		return e
	}
	t := l.ListType(g.ListType)
	switch {
	case g.ListType == plan.ListType && g.Kind == memoranda.OnListing:
		e.Ways, e.Remedies = courtWays(g.Conducts), courtRemedies
	case g.ListType == plan.ListType:
		e.Ways, e.Remedies = orderWays, courtRemedies
	case t != nil && t.Kind == memoranda.Reward:
		e.Ways, e.Remedies = append(l.listWays(t), rewardWay(automatic)), l.rewardRemedies(t, automatic)
	case t != nil:
		e.Ways, e.Remedies = append(l.listWays(t), administrativeRevoked), administrativeRemedies
	}
	return e
}

// orderWays end a consumption-restriction order (法释〔2015〕17号 Art. 9).
var orderWays = []LegalWord{
	{"order-lifted", "提供确实有效的担保或者经申请执行人同意的，人民法院可以解除；履行完毕的，人民法院应当解除", "the court may lift it on sure and effective security or with the creditor's consent; it lifts it on full performance", "法释〔2015〕17号第9条"},
}

// courtWays are the ways out of a listing: with ground 1 of Art. 1 alone it has no
// term and ends with its reason; otherwise it ends with its term.
func courtWays(conducts []listing.Conduct) []LegalWord {
	if slices.Equal(conducts, []listing.Conduct{listing.AbleButRefuses}) {
		return append(slices.Clone(deletions), wayRevoked)
	}
	return []LegalWord{wayTermOver, wayEarly, wayRevoked}
}

// listWays are the terms and the repair rule that the catalogue knows of a list
// type; where no source says, nothing is said.
func (l library) listWays(t *memoranda.ListType) []LegalWord {
	ways := []LegalWord{}
	for i := range t.Terms {
		term := &t.Terms[i]
		w := LegalWord{Code: "term", ZH: term.ZH, EN: term.EN, Source: l.place(term.Place)}
		if !term.Open {
			w.ZH = "期限" + spanText(i18n.Chinese, term.Period) + onGrounds(t, term.Grounds, func(g *memoranda.ListGround) string { return g.ZH }, "（", "、", "）") + joined("；", term.ZH)
			w.EN = "a term of " + spanText(i18n.English, term.Period) + onGrounds(t, term.Grounds, func(g *memoranda.ListGround) string { return g.EN }, " (", ", ", ")") + joined("; ", term.EN)
		}
		ways = append(ways, w)
	}
	if r := t.Repair; r != nil {
		args := map[string]string{"rule": string(r.Rule), "zh": r.ZH, "en": r.EN}
		w := LegalWord{Code: "repair-" + string(r.Rule), Source: l.place(r.Place)}
		for _, lang := range i18n.Languages() {
			if r.After != nil {
				args["after"] = spanText(lang, *r.After)
			}
			text := i18n.Sentence(lang, "end.repair", args)
			if lang == i18n.Chinese {
				w.ZH = text
			} else {
				w.EN = text
			}
		}
		ways = append(ways, w)
	}
	return ways
}

// administrativeRevoked is ours: what should never have been is undone in every law.
var administrativeRevoked = LegalWord{"revocation", "不应列入而列入的，由认定机关撤销", "what should never have been listed is revoked by who listed", ""}

// rewardWay is how a reward ends before its term: by a rule of its own, or after a
// review where its subject is published as seriously dishonest.
func rewardWay(automatic string) LegalWord {
	if automatic != "" {
		return LegalWord{"reward-automatic", "该主体被公布为严重失信主体的，依规定结束", "ends by rule when the subject is published on a list of serious dishonesty", automatic}
	}
	return LegalWord{"reward-review", "该主体被公布为严重失信主体的，由认定机关告知并听取意见后决定是否保留", "when the subject is published on a list of serious dishonesty, who keeps the list gives notice, hears the subject and decides whether it stays", ""}
}

// rewardRemedies are what the subject can do before a reward is reviewed away.
func (l library) rewardRemedies(t *memoranda.ListType, automatic string) []LegalWord {
	if automatic != "" {
		return []LegalWord{}
	}
	remedy := LegalWord{"reward-answer", "在告知后陈述意见", "answer the notice", ""}
	if t.Reward != nil && t.Reward.Review != nil {
		remedy.ZH = "在告知后" + spanText(i18n.Chinese, *t.Reward.Review) + "内陈述意见"
		remedy.EN = "answer the notice within " + spanText(i18n.English, *t.Reward.Review)
		remedy.Source = l.place(t.Reward.Review.Place)
	}
	return []LegalWord{remedy}
}

// circumstances names why the subject was listed.
func (l library) circumstances(g explainedGround) []LegalWord {
	words := []LegalWord{}
	for _, conduct := range g.Conducts {
		if place := int(conduct) - 1; place >= 0 && place < len(conducts) {
			words = append(words, conducts[place])
		}
	}
	t := l.ListType(g.ListType)
	for _, slug := range g.Circumstances {
		if t == nil {
			break
		}
		if c := t.ListGround(slug); c != nil {
			words = append(words, LegalWord{c.Slug, c.ZH, c.EN, l.place(c.Place)})
		}
	}
	return words
}

// conducts are the six of 法释〔2017〕7号 Art. 1, by number.
var conducts = []LegalWord{
	{"conduct-1", "有履行能力而拒不履行", "able to perform and refuses", "法释〔2017〕7号第1条第1项"},
	{"conduct-2", "以伪造证据、暴力、威胁等方法妨碍、抗拒执行", "obstructs or resists enforcement by forged evidence, violence, threats or the like", "法释〔2017〕7号第1条第2项"},
	{"conduct-3", "以虚假诉讼、虚假仲裁或者隐匿、转移财产等方法规避执行", "evades enforcement by sham litigation or arbitration, or by hiding or moving assets", "法释〔2017〕7号第1条第3项"},
	{"conduct-4", "违反财产报告制度", "breaches the duty to report assets", "法释〔2017〕7号第1条第4项"},
	{"conduct-5", "违反限制消费令", "breaches a consumption-restriction order", "法释〔2017〕7号第1条第5项"},
	{"conduct-6", "无正当理由拒不履行执行和解协议", "refuses a settlement in enforcement without good reason", "法释〔2017〕7号第1条第6项"},
}

// place names the document and article of a citation.
func (l library) place(at *memoranda.Citation) string {
	if at == nil {
		return ""
	}
	b := l.Basis(at.Basis)
	if b == nil {
		return at.Article + at.Clause
	}
	return b.Title + at.Article + at.Clause
}

func spanText(lang i18n.Language, p memoranda.Period) string {
	unit := string(p.Unit)
	if p.Value == 1 {
		unit += "-1"
	}
	return i18n.Sentence(lang, "span", map[string]string{"value": strconv.Itoa(p.Value), "unit": unit})
}

// onGrounds names the circumstances that a term is for; nothing where it is for
// all of them.
func onGrounds(t *memoranda.ListType, slugs []string, word func(*memoranda.ListGround) string, before, between, after string) string {
	words := make([]string, 0, len(slugs))
	for _, slug := range slugs {
		if g := t.ListGround(slug); g != nil {
			words = append(words, word(g))
		}
	}
	if len(words) == 0 {
		return ""
	}
	return before + strings.Join(words, between) + after
}

func joined(mark, text string) string {
	if text == "" {
		return ""
	}
	return mark + text
}
