package printed

import (
	"fmt"
	"strings"

	"concordat/memoranda"
)

// list is a list type with its rules, as far as they are known.
type list struct {
	*memoranda.ListType
	KindWords     word
	Authority     word
	Footing       word
	EvidenceWords word
	Owners        []body
	Bases         []basis
	Subjects      []word
	Rules         []rule
}

// rule is one rule of a list: what it is, what it says, where it stands.
type rule struct {
	What          word
	ZH, EN        string
	Place         string // empty: not known
	EvidenceWords word
	Note          string
}

func (p *Printer) listType(t *memoranda.ListType) list {
	view := list{
		ListType: t, KindWords: of(listWords, t.Kind), Authority: of(authorityWords, t.Authority),
		Footing: of(footingWords, p.catalogue.Footing(t, p.on)), EvidenceWords: of(evidenceWords, t.Evidence),
		Owners: p.bodies(t.Owners, ""), Bases: p.bases(t.Bases),
	}
	for _, kind := range t.Subjects {
		view.Subjects = append(view.Subjects, of(reachWords, memoranda.Reach(kind)))
	}
	for _, g := range t.Grounds {
		view.Rules = append(view.Rules, p.rule(word{"列入情形", "ground"}, word{g.ZH, g.EN}, g.Place, g.Evidence, g.Note))
	}
	for _, one := range t.Terms {
		said := word{one.ZH, one.EN}
		if !one.Open {
			said = span(one.Period)
		}
		if names := grounds(t, one.Grounds); len(one.Grounds) > 0 {
			said = word{said.ZH + "（" + names.ZH + "）", said.EN + " (" + names.EN + ")"}
		}
		view.Rules = append(view.Rules, p.rule(word{"期限", "term"}, said, one.Place, one.Evidence, one.Note))
	}
	if n := t.Notice; n != nil {
		view.Rules = append(view.Rules, p.rule(word{"陈述申辩期", "time to state and defend"}, span(*n), n.Place, n.Evidence, n.Note))
	}
	if b := t.Publication; b != nil {
		said := of(publicationWords, b.Rule)
		if b.Objection != nil {
			period := span(*b.Objection)
			said = word{said.ZH + "，公示 " + period.ZH, said.EN + ", open to objection for " + period.EN}
		}
		view.Rules = append(view.Rules, p.rule(word{"公布", "publication"}, said, b.Place, b.Evidence, b.Note))
	}
	if r := t.Repair; r != nil {
		view.Rules = append(view.Rules, p.repair(r))
	}
	if r := t.Reward; r != nil {
		view.Rules = append(view.Rules, p.reward(r))
	}
	return view
}

// grounds names the circumstances of slugs.
func grounds(t *memoranda.ListType, slugs []string) word {
	zh, en := make([]string, len(slugs)), make([]string, len(slugs))
	for i, slug := range slugs {
		g := t.ListGround(slug)
		zh[i], en[i] = g.ZH, g.EN
	}
	return word{strings.Join(zh, "；"), strings.Join(en, "; ")}
}

func (p *Printer) repair(r *memoranda.Repair) rule {
	said := of(repairWords, r.Rule)
	if r.After != nil {
		period := span(*r.After)
		said = word{said.ZH + "，满 " + period.ZH + " 后", said.EN + ", after " + period.EN}
	}
	if r.ZH != "" {
		said = word{said.ZH + "；" + r.ZH, said.EN + "; " + r.EN}
	}
	return p.rule(word{"信用修复", "repair"}, said, r.Place, r.Evidence, r.Note)
}

func (p *Printer) reward(r *memoranda.RewardRule) rule {
	said := word{"被列入严重失信名单的，由认定单位复核", "its owner reviews it when its subject is put on a list of serious dishonesty"}
	if r.Automatic != nil {
		said = word{"被列入严重失信名单的，自动终止", "ends by itself when its subject is put on a list of serious dishonesty"}
	}
	if r.Review != nil {
		period := span(*r.Review)
		said = word{said.ZH + "，答复期 " + period.ZH, said.EN + ", who may answer within " + period.EN}
	}
	return p.rule(word{"激励的终止", "end of the reward"}, said, r.Automatic, r.Evidence, r.Note)
}

func (p *Printer) rule(what, said word, place *memoranda.Citation, evidence memoranda.Evidence, note string) rule {
	one := rule{What: what, ZH: said.ZH, EN: said.EN, EvidenceWords: of(evidenceWords, evidence), Note: note}
	if place != nil {
		b := p.catalogue.Basis(place.Basis)
		one.Place = b.Title + " " + place.Article + place.Clause
	}
	return one
}

func span(p memoranda.Period) word {
	unit := of(unitWords, p.Unit)
	return word{fmt.Sprintf("%d %s", p.Value, unit.ZH), fmt.Sprintf("%d %s", p.Value, unit.EN)}
}
