package printed

import "concordat/memoranda"

// word is a term in both languages.
type word struct{ ZH, EN string }

// of returns the words of a value of a closed set; the value itself where it has
// none, which a test excludes.
func of[T ~string](words map[T]word, value T) word {
	if w, ok := words[value]; ok {
		return w
	}
	return word{string(value), string(value)}
}

func ofAll[T ~string](words map[T]word, values []T) []word {
	all := make([]word, len(values))
	for i, v := range values {
		all[i] = of(words, v)
	}
	return all
}

var modeWords = map[memoranda.Mode]word{
	memoranda.Prohibit:            {"禁止", "prohibits"},
	memoranda.Restrict:            {"限制", "restricts, without barring"},
	memoranda.StrictReview:        {"从严审查", "reviews strictly"},
	memoranda.PrudentialReference: {"作为审慎性参考", "weighs with care; decides itself"},
	memoranda.Supervise:           {"加强监管", "supervises more closely"},
	memoranda.Publish:             {"公示", "publishes"},
	memoranda.Honour:              {"涉及荣誉评选", "concerns honours"},
	memoranda.Grant:               {"给予便利或者优惠", "grants"},
	memoranda.Inform:              {"告知，由其自主决定，不作为指令", "is told and decides itself; never an order"},
	memoranda.Consumption:         {"限制消费，仅依已送达的限制消费令", "restricts consumption, on a served order only"},
	memoranda.Exit:                {"限制出境，仅依人民法院请求", "stops exit, on the court's request only"},
	memoranda.Assist:              {"协助执行，仅依人民法院请求", "assists the court, on its request only"},
	memoranda.Criminal:            {"刑事责任，从不以协同任务处理", "criminal liability, never dealt with by a directive"},
}

var statusWords = map[memoranda.Status]word{
	memoranda.InForce:      {"现行有效", "in force"},
	memoranda.Moved:        {"由职能承接单位实施", "carried on by the body's successor"},
	memoranda.PartlyLapsed: {"部分失效", "partly lapsed"},
	memoranda.BasisLapsed:  {"依据失效或者仅有部门文件", "its basis has lapsed, or is departmental only"},
	memoranda.Uncertain:    {"存疑，核实前不适用", "uncertain: kept out until verified"},
}

var evidenceWords = map[memoranda.Evidence]word{
	memoranda.Seen:       {"见于资料", "seen in a source"},
	memoranda.Known:      {"已知，未见原文", "known, text not seen"},
	memoranda.Unverified: {"未核实", "not verified"},
}

var reachWords = map[memoranda.Reach]word{
	memoranda.Reach(memoranda.NaturalPerson):     {"自然人", "natural persons"},
	memoranda.Reach(memoranda.LegalPerson):       {"法人", "legal persons"},
	memoranda.Reach(memoranda.SoleTrader):        {"个体工商户", "sole traders"},
	memoranda.Reach(memoranda.OtherOrganisation): {"其他组织", "other organisations"},
	memoranda.LegalRepresentative:                {"法定代表人", "legal representatives"},
	memoranda.Principal:                          {"主要负责人", "principals"},
	memoranda.ActualController:                   {"实际控制人", "actual controllers"},
	memoranda.DirectlyResponsible:                {"影响债务履行的直接责任人员", "directly responsible persons"},
	memoranda.ApplicantsOfficers:                 {"申请单位的董事、监事、高级管理人员（查询时答复）", "an applicant's officers (answered on a status check)"},
	memoranda.UnitLedByListedPersons:             {"被列入人员任职的单位（查询时答复）", "units led by listed persons (answered on a status check)"},
}

var territoryWords = map[memoranda.Territory]word{
	memoranda.TerritoryCourt:        {"认定机关所在地", "the region of who lists"},
	memoranda.TerritoryRegistration: {"登记地", "where it is registered"},
	memoranda.TerritoryResidence:    {"住所地", "where the person lives"},
	memoranda.TerritoryNation:       {"全国", "the nation"},
}

var basisWords = map[memoranda.BasisKind]word{
	memoranda.Law:                    {"法律", "law"},
	memoranda.Regulation:             {"行政法规", "administrative regulation"},
	memoranda.JudicialInterpretation: {"司法解释", "judicial interpretation"},
	memoranda.CentralPolicy:          {"党中央政策文件", "central policy"},
	memoranda.StateCouncilPolicy:     {"国务院政策文件", "State Council policy"},
	memoranda.LocalRegulation:        {"地方性法规", "local regulation"},
	memoranda.DepartmentalRule:       {"部门规章（不单独承载惩戒措施）", "departmental rule (carries no burden alone)"},
	memoranda.Departmental:           {"部门文件（不单独承载惩戒措施）", "departmental document (carries no burden alone)"},
}

var groundWords = map[memoranda.GroundKind]word{
	memoranda.OnListing:      {"列入决定", "a listing"},
	memoranda.OnOrder:        {"限制消费令", "a consumption-restriction order"},
	memoranda.OnCourtRequest: {"人民法院的请求", "the court's request"},
	memoranda.OnReward:       {"激励名单", "an entry on a list that rewards"},
}

var documentWords = map[memoranda.DocumentKind]word{
	memoranda.IsMemorandum: {"合作备忘录", "memorandum"},
	memoranda.IsNotice:     {"通知", "notice"},
	memoranda.IsOpinion:    {"意见", "opinion"},
	memoranda.IsActionPlan: {"行动计划", "action plan"},
}

var listWords = map[memoranda.ListKind]word{
	memoranda.Punish: {"惩戒", "punishes"},
	memoranda.Reward: {"激励", "rewards"},
}

var authorityWords = map[string]word{
	"court":      {"人民法院认定", "a court lists"},
	"department": {"行政机关认定", "a department lists"},
	"unit":       {"有关单位认定", "a unit lists"},
}

var footingWords = map[memoranda.Footing]word{
	memoranda.FootingLawful:      {"有法律、法规或者中央政策依据", "rests on law, regulation or central policy"},
	memoranda.FootingProvisional: {"暂以部门规章为依据", "rests on a departmental rule for the time being"},
	memoranda.FootingNone:        {"当日没有依据，任何措施均不适用", "rests on nothing that day: no measure travels"},
}

var classWords = map[memoranda.Class]word{
	memoranda.ClassI:   {"第一类", "class I"},
	memoranda.ClassII:  {"第二类", "class II"},
	memoranda.ClassIII: {"第三类", "class III"},
}

var unitWords = map[memoranda.Unit]word{
	memoranda.CalendarDays: {"日", "calendar days"},
	memoranda.WorkingDays:  {"个工作日", "working days"},
	memoranda.Months:       {"个月", "months"},
	memoranda.Years:        {"年", "years"},
}

var publicationWords = map[memoranda.PublicationRule]word{
	memoranda.AfterService:  {"送达后公布", "after service"},
	memoranda.MonthlyBatch:  {"每月首个工作日集中公布", "in a batch on the first working day of each month"},
	memoranda.NoPublication: {"不公布", "never"},
}

var repairWords = map[memoranda.RepairRule]word{
	memoranda.RepairByOwner:   {"依申请，谁认定、谁修复", "on application, by who listed"},
	memoranda.RepairByCourt:   {"人民法院依法删除", "by the court's own deletion rule"},
	memoranda.RepairAutomatic: {"到期自动移出", "ends by itself"},
	memoranda.NoRepair:        {"不适用修复", "none"},
}
