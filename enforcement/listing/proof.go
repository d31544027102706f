package listing

import (
	"slices"
	"strconv"

	"concordat/enforcement"
	"concordat/enforcement/ground"
	"concordat/enforcement/paper"
)

// FactPaper is a paper on which the facts of a ground rest, in the words of both languages.
type FactPaper struct {
	Purpose paper.Purpose
	ZH, EN  string
}

// factPapers are the papers of the facts of each ground of Art. 1. Without them it is neither
// proposed nor signed; one paper may serve several.
var factPapers = map[Conduct][]FactPaper{
	AbleButRefuses:    {{paper.Facts(1), "被执行人有履行能力的材料", "what shows the means to perform"}},
	ObstructsByForce:  {{paper.Facts(2), "妨碍、抗拒执行行为的材料", "what shows the act of obstruction or resistance"}},
	EvadesBySham:      {{paper.Facts(3), "虚假诉讼、仲裁或者隐匿、转移财产的材料", "what shows the sham suit, or the assets hidden or moved"}},
	BreachesReporting: {{paper.Facts(4), "报告财产令", "the order to report assets"}, {paper.FactReportServed, "报告财产令的送达凭证", "what proves its service"}, {paper.FactReportOver, "报告期届满、未报告或者报告不实的材料", "what shows that its term is over and the report missing or false"}},
	BreachesOrder:     {{paper.Facts(5), "已送达的限制消费令", "the order that restricts spending, as served"}, {paper.FactBreach, "违反限制消费令的材料", "what shows its breach"}},
	RefusesSettlement: {{paper.Facts(6), "执行和解协议", "the settlement in enforcement"}, {paper.FactRefusal, "无正当理由拒不履行和解协议的材料", "what shows that it is refused without good reason"}},
}

// FactPapers are the papers on which the facts of a ground rest.
func FactPapers(c Conduct) []FactPaper { return slices.Clone(factPapers[c]) }

// factsProved refuses grounds whose facts no paper of the file proves.
func factsProved(l *Listing, file []paper.Paper) error {
	for _, c := range l.Conducts {
		if lacks := factsOf(c, file); len(lacks) > 0 {
			return enforcement.Refuse("paper.missing", "conduct", strconv.Itoa(int(c)), "purpose", string(lacks[0].Purpose))
		}
	}
	return nil
}

// factsOf are the papers of the facts of a ground that the file does not hold.
func factsOf(c Conduct, file []paper.Paper) (lacks []ground.Lack) {
	for _, f := range factPapers[c] {
		if !ground.Holds(file, f.Purpose) {
			lacks = append(lacks, ground.Lack(f))
		}
	}
	return lacks
}

// factsToBring are all the papers of facts that a listing on its way to the president still
// lacks: who brings them is told before the judge is refused, and of all at once.
func factsToBring(l *Listing, file []paper.Paper) (lacks []ground.Lack) {
	if !slices.Contains([]ground.State{ground.Draft, warned, applied}, l.State) {
		return nil
	}
	for _, c := range l.Conducts {
		lacks = append(lacks, factsOf(c, file)...)
	}
	return lacks
}

// signable refuses to sign what was proposed without the text of the decision, or rests on
// facts that no paper proves.
func signable(l *Listing, file []paper.Paper) error {
	if _, ok := ground.Filed(file, paper.Decision, l.decisionPaper); !ok {
		return ground.MissingPaper("decision_paper", paper.Decision)
	}
	return factsProved(l, file)
}

// publishable refuses to publish what an earlier release took the steps of without their
// papers, until they are in the file.
func publishable(l *Listing, file []paper.Paper) error {
	if err := ground.StepsProved(l.rules, file, Table().Steps); err != nil || l.rules == ground.RulesProved {
		return err
	}
	return factsProved(l, file)
}
