package explain

import (
	"concordat/memoranda"
)

// Codes of why a measure is, or is not, applied to a subject on a day, beside
// those of a resolution ([memoranda.Reasons]).
const (
	appliedInForce       = "applied"
	appliedOnItsWay      = "applied-on-its-way"
	unappliedNotListed   = "not-listed"
	unappliedPending     = "decision-not-in-force"
	unappliedEnded       = "decision-ended"
	unappliedTermOver    = "term-over"
	unappliedNoEdition   = "no-edition"
	unappliedRepealed    = "repealed"
	unappliedSuspended   = "suspended"
	unappliedUnconfirmed = "unconfirmed"
	unappliedPermitted   = "permitted"
	unappliedStopped     = "held"
	unappliedNobody      = "nobody-stands-for-body"
	unappliedNotPlanned  = "not-planned"
	unappliedElsewhere   = "not-addressed-here"
	unappliedMoved       = "organisation-no-longer"
)

// Reasons returns every reason an explanation can give, those of
// resolutions included, for documents and tests.
func Reasons() []memoranda.Reason {
	return append([]memoranda.Reason{
		{Code: appliedInForce, ZH: "该措施正在适用", EN: "the measure is in force"},
		{Code: appliedOnItsWay, ZH: "该措施依记录适用，尚未送达承办机构", EN: "the measure is in force by the record; the organisation has not been told yet"},

		{Code: unappliedNotListed, ZH: "当日该主体没有任何列入、命令或者激励记录可以适用该措施", EN: "on that day nothing stands against or for the subject that this measure could rest on"},
		{Code: unappliedPending, ZH: "决定当日尚未公布或者生效", EN: "the decision was not published or in force on that day"},
		{Code: unappliedEnded, ZH: "所依据的决定当日已经结束，措施随之结束", EN: "the decision it rested on had ended by that day, and the measure with it"},
		{Code: unappliedTermOver, ZH: "期限当日已经届满", EN: "its term was over on that day"},
		{Code: unappliedNoEdition, ZH: "当日没有现行有效的该备忘录版本", EN: "no edition of the memorandum was in force on that day"},
		{Code: unappliedRepealed, ZH: "该措施已不在当日现行的版本中", EN: "the measure is not in the edition in force on that day"},
		{Code: unappliedSuspended, ZH: "所依据的决定当日中止，措施随之中止", EN: "the decision was suspended on that day, and the measure with it"},
		{Code: unappliedUnconfirmed, ZH: "数据曾被恢复，决定机关尚未确认该决定在丢失的时段内没有结束", EN: "the record was restored, and whoever decided has not confirmed yet that the decision did not end in the lost time"},
		{Code: unappliedPermitted, ZH: "当日有准许暂时解除", EN: "a permit lifted it on that day"},
		{Code: unappliedStopped, ZH: "暂停下发，承办机构尚未收到", EN: "a hold stops it; the organisation has not been told of it"},
		{Code: unappliedNobody, ZH: "该地区没有机构承担该成员单位的职责", EN: "no organisation of that region stands for the body"},
		{Code: unappliedNotPlanned, ZH: "生效时的方案中没有该措施，须经重新核对方案后才能适用", EN: "the plan it was put in force under does not have it; it can apply only after the plan is made anew"},
		{Code: unappliedMoved, ZH: "该机构当日已不再承担该措施", EN: "on that day the measure is no longer this organisation's to carry out"},
		{Code: unappliedElsewhere, ZH: "该措施不由本机构办理", EN: "the measure is not addressed to this organisation"},
	}, memoranda.Reasons()...)
}

var explanationReasons = func() map[string]memoranda.Reason {
	byCode := map[string]memoranda.Reason{}
	for _, reason := range Reasons() {
		byCode[reason.Code] = reason
	}
	return byCode
}()
