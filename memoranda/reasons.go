package memoranda

// Codes of exclusions.
const (
	ExcludedNeverByDirective      = "never-by-directive"
	ExcludedNeedsOwnOrder         = "needs-own-order"
	ExcludedNeedsCourtRequest     = "needs-court-request"
	ExcludedNeedsListing          = "needs-listing"
	ExcludedNeedsReward           = "needs-reward"
	ExcludedNoFooting             = "no-footing"
	ExcludedNotValidOnDay         = "not-valid-on-day"
	ExcludedStatus                = "status"
	ExcludedDoesNotReachSubject   = "does-not-reach-subject"
	ExcludedAnsweredOnStatusCheck = "answered-on-status-check"
	ExcludedNoBasis               = "no-basis"
	ExcludedNoBasisArticle        = "no-basis-article"
	ExcludedNeedsAble             = "needs-able"
	ExcludedNotOnBasicList        = "not-on-basic-list"
	ExcludedUnverified            = "unverified"
	ExcludedNotAttested           = "not-attested"
)

// Codes of inclusions.
const (
	IncludedByListing      = "by-listing"
	IncludedByOrder        = "by-order"
	IncludedByCourtRequest = "by-court-request"
	IncludedByReward       = "by-reward"
	IncludedInform         = "inform-only"
)

func includedCode(mode Mode, ground GroundKind) string {
	switch {
	case mode == Inform:
		return IncludedInform
	case ground == OnOrder:
		return IncludedByOrder
	case ground == OnCourtRequest:
		return IncludedByCourtRequest
	case ground == OnReward:
		return IncludedByReward
	default:
		return IncludedByListing
	}
}

// Reasons returns every reason a resolution can give, for documents and tests.
func Reasons() []Reason {
	return []Reason{
		{IncludedByListing, "列入名单即适用", "the listing itself carries it"},
		{IncludedByOrder, "依已送达的限制消费令适用", "the served consumption-restriction order carries it"},
		{IncludedByCourtRequest, "依人民法院的请求适用", "the court's own request carries it"},
		{IncludedByReward, "列入激励名单即适用", "the entry on the list that rewards carries it"},
		{IncludedInform, "仅供其自主决定时参考，不作为指令", "told for the recipient's own decision; not an order"},

		{ExcludedNeverByDirective, "刑事责任不以协同任务方式处理", "criminal liability is never dealt with by a directive"},
		{ExcludedNeedsOwnOrder, "须有已送达的限制消费令", "needs a served consumption-restriction order of its own"},
		{ExcludedNeedsCourtRequest, "须有人民法院在本案中的请求", "needs the court's own request in the case"},
		{ExcludedNeedsListing, "以列入名单为依据，不随本依据适用", "rests on a listing and does not travel on this ground"},
		{ExcludedNeedsReward, "属激励措施，仅随激励名单适用", "is a reward and travels on the entry on a list that rewards only"},
		{ExcludedNoFooting, "当日该名单没有法律、法规或者中央政策依据", "on that day the list itself rests on no law, regulation or central policy"},
		{ExcludedNotValidOnDay, "当日不在有效期内", "is not valid on that day"},
		{ExcludedStatus, "现状不允许适用（部分失效、依据失效或存疑）", "its status keeps it out: partly lapsed, basis lapsed or uncertain"},
		{ExcludedDoesNotReachSubject, "不适用于此类主体", "does not reach this kind of subject"},
		{ExcludedAnsweredOnStatusCheck, "涉及关联人员或单位，仅在查询时答复", "concerns related persons or units: answered on a status check, never a directive"},
		{ExcludedNoBasis, "没有法律依据", "cites no legal basis"},
		{ExcludedNoBasisArticle, "当日没有载明条款的法律、法规、司法解释或者中央政策依据", "on that day no law, regulation, judicial interpretation or central policy is cited with its article or clause"},
		{ExcludedNeedsAble, "所依据的条款仅针对有履行能力而拒不履行的人，本案未以该情形列入", "its basis speaks only of who can perform and refuses, on which this listing does not rest"},
		{ExcludedNotOnBasicList, "不在当日有效的基础清单内", "is not on the basic list of that day"},
		{ExcludedUnverified, "未经核实", "is not verified"},
		{ExcludedNotAttested, "措施、依据或者基础清单版本未经法律核定", "the measure, a sufficient basis or the basic-list edition is not attested"},
	}
}

var reasons = func() map[string]Reason {
	byCode := make(map[string]Reason)
	for _, r := range Reasons() {
		byCode[r.Code] = r
	}
	return byCode
}()
