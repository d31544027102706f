package courtfile

import (
	"strings"

	"concordat/internal/identifier"
)

// field is a column that this package knows, whatever the file calls it.
type field int

const unknown field = -1

// The fields: those of the courts' published records under their own names,
// then ours, then those of listings already in force.
const (
	fieldRecord field = iota
	fieldName
	fieldNumber
	fieldNumberKind
	fieldState
	fieldBirth
	fieldSex
	fieldAge
	fieldHead
	fieldRegion
	fieldParty
	fieldArea
	fieldCourt
	fieldCase
	fieldFiled
	fieldBasis
	fieldBasisUnit
	fieldDuty
	fieldPerformance
	fieldPerformed
	fieldUnperformed
	fieldConduct
	fieldPublished
	fieldDecision
	fieldDecided
	fieldSigner
	fieldServed
	fieldManner
	fieldRepairNotice
	fieldTerm
	fieldWarned
	fieldEnded
	fieldEndReason
	fieldCount
)

// need says of which kinds of file a column is part, and whether it must be
// filled in there.
type need int

const (
	optional need = iota
	always
	takenOver     // in a takeover only, may be empty
	takenOverMust // in a takeover only
)

// column is a field as files name it: in English as the published records do,
// in Chinese as the first of its headings, and in the others that are in use.
type column struct {
	name     string
	headings []string
	need     need
}

// columns is indexed by field.
var columns = [fieldCount]column{
	fieldRecord:       {"recordId", []string{"记录编号", "源记录编号", "记录号", "主键"}, optional},
	fieldName:         {"iname", []string{"被执行人姓名/名称", "姓名/名称", "姓名或者名称", "姓名", "名称", "被执行人", "失信被执行人", "失信被执行人姓名/名称"}, always},
	fieldNumber:       {"cardNum", []string{"证件号码", "身份证号码/组织机构代码", "身份证号码", "身份证号", "公民身份号码", "统一社会信用代码", "组织机构代码", "身份证号码/统一社会信用代码"}, always},
	fieldNumberKind:   {"numberKind", []string{"证件类型", "证件种类"}, optional},
	fieldState:        {"state", []string{"签发国", "护照签发国"}, optional},
	fieldBirth:        {"birth", []string{"出生日期"}, optional},
	fieldSex:          {"sexy", []string{"性别"}, optional},
	fieldAge:          {"age", []string{"年龄"}, optional},
	fieldHead:         {"businessEntity", []string{"法定代表人或者负责人姓名", "法定代表人", "负责人", "法定代表人/负责人"}, optional},
	fieldRegion:       {"region", []string{"居住地或者登记地行政区划代码", "居住地行政区划代码", "登记地行政区划代码", "行政区划代码"}, optional},
	fieldParty:        {"partyTypeName", []string{"当事人类型", "主体类型", "被执行人类型"}, optional},
	fieldArea:         {"areaName", []string{"省份", "地域名称"}, optional},
	fieldCourt:        {"courtName", []string{"执行法院", "法院名称"}, optional},
	fieldCase:         {"caseCode", []string{"案号", "执行案号", "执行案件案号"}, always},
	fieldFiled:        {"regDate", []string{"立案时间", "立案日期"}, always},
	fieldBasis:        {"gistId", []string{"执行依据文号", "执行依据案号"}, always},
	fieldBasisUnit:    {"gistUnit", []string{"作出执行依据单位", "做出执行依据单位"}, always},
	fieldDuty:         {"duty", []string{"生效法律文书确定的义务", "法律生效文书确定的义务"}, always},
	fieldPerformance:  {"performance", []string{"被执行人的履行情况", "履行情况"}, always},
	fieldPerformed:    {"performedPart", []string{"已履行部分", "已履行"}, optional},
	fieldUnperformed:  {"unperformPart", []string{"未履行部分", "未履行"}, optional},
	fieldConduct:      {"disruptTypeName", []string{"失信被执行人行为具体情形", "失信行为具体情形", "失信情形"}, always},
	fieldPublished:    {"publishDate", []string{"发布时间", "发布日期", "公布日期"}, optional},
	fieldDecision:     {"decisionNumber", []string{"决定书文号", "决定书编号"}, takenOverMust},
	fieldDecided:      {"decidedOn", []string{"决定日期", "作出决定日期"}, takenOverMust},
	fieldSigner:       {"signedBy", []string{"签发人", "签发院长"}, takenOverMust},
	fieldServed:       {"servedOn", []string{"送达日期"}, takenOver},
	fieldManner:       {"serviceManner", []string{"送达方式"}, takenOver},
	fieldRepairNotice: {"repairNoticeOn", []string{"信用修复告知日期", "修复告知日期"}, takenOver},
	fieldTerm:         {"termUntil", []string{"纳入期限届满日", "期限届满日"}, takenOver},
	fieldWarned:       {"warnedOn", []string{"风险提示送达日期", "执行通知送达日期"}, takenOver},
	fieldEnded:        {"endedOn", []string{"终结日期", "退出日期"}, takenOver},
	fieldEndReason:    {"endReason", []string{"终结原因", "退出原因"}, takenOver},
}

// String is the English name, "" for unknown.
func (f field) String() string {
	if f < 0 || f >= fieldCount {
		return ""
	}
	return columns[f].name
}

// in reports whether files of a kind have the field.
func (f field) in(kind Kind) bool { return kind == Takeover || columns[f].need < takenOver }

// must reports whether files of a kind must fill the field in. The day of
// publication is a matter of course in a listing that is in force.
func (f field) must(kind Kind) bool {
	return columns[f].need == always || kind == Takeover && (columns[f].need == takenOverMust || f == fieldPublished)
}

// fields lists the fields of a kind of file in their order.
func fields(kind Kind) []field {
	list := make([]field, 0, fieldCount)
	for f := range fieldCount {
		if f.in(kind) {
			list = append(list, f)
		}
	}
	return list
}

// heading normalises what a header says: blanks, width of brackets and letters,
// case and an invisible mark at its front tell no column from another.
func heading(text string) string {
	text = strings.ToLower(identifier.NormaliseNumber(text))
	return strings.NewReplacer("或者", "/", "或", "/", "(", "", ")", "", "_", "", ":", "", "*", "").Replace(text)
}

// headings finds the field of a normalised heading, for one kind of file.
func headings(kind Kind) map[string]field {
	names := map[string]field{}
	for _, f := range fields(kind) {
		names[heading(columns[f].name)] = f
		for _, h := range columns[f].headings {
			names[heading(h)] = f
		}
	}
	return names
}

// layout is which field stands in which place of a row.
func layout(kind Kind, header []string) ([]field, *FileError) {
	known := headings(kind)
	places := make([]field, len(header))
	var found [fieldCount]bool
	for i, text := range header {
		f, ok := known[heading(text)]
		if !ok {
			places[i] = unknown
			continue
		}
		if found[f] {
			return nil, &FileError{Line: 1, Code: CodeColumnTwice, Args: map[string]string{"field": f.String()}}
		}
		found[f], places[i] = true, f
	}
	for _, f := range fields(kind) {
		if f.must(kind) && !found[f] {
			return nil, &FileError{Line: 1, Code: CodeColumns, Args: map[string]string{"field": f.String()}}
		}
	}
	return places, nil
}
