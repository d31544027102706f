package memoranda

import (
	"fmt"
	"reflect"
	"strings"
)

// fieldWords has what people call a field; a test holds it complete.
var fieldWords = map[string]words{
	"slug": {"标识", "slug"}, "zh": {"中文表述", "Chinese text"}, "en": {"英文表述", "English text"}, "title": {"名称", "title"},
	"name": {"名称", "name"}, "number": {"文号", "number"}, "kind": {"类别", "kind"}, "list_type": {"名单类型", "list type"},
	"list_types": {"名单类型", "list types"}, "signed": {"签署日期", "day of signature"}, "dated": {"日期", "date"},
	"edition": {"版本", "edition"}, "from": {"起日", "first day"}, "until": {"止日", "last day"}, "status": {"现状", "status"},
	"lead": {"牵头单位", "leading bodies"}, "signatories": {"签署单位", "signatories"}, "preamble": {"序言依据", "bases of the preamble"},
	"groups": {"措施类别", "groups"}, "counted": {"公布总数", "published totals"}, "not_encoded": {"未编入内容", "what is not encoded"},
	"evidence": {"证据", "evidence"}, "note": {"说明", "note"}, "group": {"类别", "group"}, "clause": {"条款", "clause"},
	"mode": {"方式", "mode"}, "bodies": {"成员单位", "bodies"}, "reaches": {"适用对象", "reaches"}, "territory": {"地域", "territory"},
	"bases": {"依据", "bases"}, "basic_list_item": {"基础清单项目", "basic-list item"}, "successions": {"职能承接", "successions"},
	"climbs": {"可上溯至", "climbs to"}, "article": {"条文", "article"}, "region": {"地区", "region"},
	"article_verified": {"条文已核对", "article verified"}, "able_clause": {"仅针对有履行能力而拒不履行者的条款", "clause on who can perform and refuses alone"}, "keeps_months": {"可保留月数", "months it lets a measure be kept"}, "authority": {"认定机关", "authority"}, "owners": {"认定单位", "owners"},
	"serious": {"严重失信", "serious"}, "subjects": {"可列入主体", "subjects"}, "grounds": {"列入情形", "grounds"},
	"terms": {"期限", "terms"}, "notice": {"陈述申辩期", "window to state and defend"}, "publication": {"公示", "publication"},
	"repair": {"修复", "repair"}, "reward": {"激励规则", "reward rule"}, "class": {"等级", "class"},
	"title_verified": {"名称已核对", "title verified"}, "items": {"项目", "items"},
}

var kindWords = map[string]words{
	diffEdition: {"备忘录版本", "edition"}, diffMeasure: {"措施", "measure"}, diffListType: {"名单类型", "list type"},
	diffBody: {"成员单位", "body"}, diffBasis: {"法律依据", "legal basis"}, diffItem: {"基础清单项目", "basic-list item"},
	diffBasicList: {"基础清单版本", "basic-list edition"},
}

// words are the sentences of a difference.
func (d *Difference) words() (zh, en string) {
	zh, en = d.subject()
	field := fieldWords[d.Field]
	switch {
	case d.Change == Added:
		return zh + "：新增", en + ": is added"
	case d.Change == Removed:
		return zh + "：删除", en + ": is removed"
	case len(d.Gains)+len(d.Losses) > 0:
		var zhs, ens []string
		if len(d.Losses) > 0 {
			zhs, ens = append(zhs, "减少 "+quotedAll(d.Losses, "、")), append(ens, "loses "+quotedAll(d.Losses, ", "))
		}
		if len(d.Gains) > 0 {
			zhs, ens = append(zhs, "增加 "+quotedAll(d.Gains, "、")), append(ens, "gains "+quotedAll(d.Gains, ", "))
		}
		return zh + "：" + field.zh + strings.Join(zhs, "，"), en + ": " + field.en + " " + strings.Join(ens, " and ")
	case d.Before == "":
		return fmt.Sprintf("%s：%s填为 %q", zh, field.zh, d.After), fmt.Sprintf("%s: %s is now given: %q", en, field.en, d.After)
	case d.After == "":
		return fmt.Sprintf("%s：%s不再填写（原为 %q）", zh, field.zh, d.Before), fmt.Sprintf("%s: %s is no longer given, was %q", en, field.en, d.Before)
	default:
		return fmt.Sprintf("%s：%s由 %q 改为 %q", zh, field.zh, d.Before, d.After),
			fmt.Sprintf("%s: %s changes from %q to %q", en, field.en, d.Before, d.After)
	}
}

func (d *Difference) subject() (zh, en string) {
	kind := kindWords[d.Kind]
	switch d.Kind {
	case diffEdition:
		return fmt.Sprintf("%s %s 版", d.Memorandum, d.Edition), fmt.Sprintf("%s, edition %s", d.Memorandum, d.Edition)
	case diffMeasure:
		return fmt.Sprintf("%s %s 版，措施 %s", d.Memorandum, d.Edition, d.Slug),
			fmt.Sprintf("%s, edition %s, measure %s", d.Memorandum, d.Edition, d.Slug)
	default:
		return kind.zh + " " + d.Slug, kind.en + " " + d.Slug
	}
}

func quotedAll(all []string, between string) string {
	quoted := make([]string, len(all))
	for i, one := range all {
		quoted[i] = fmt.Sprintf("%q", one)
	}
	return strings.Join(quoted, between)
}

// shown is a value as people read it: empty for what is not given.
func shown(v reflect.Value) string {
	if v.IsZero() {
		return ""
	}
	switch one := v.Interface().(type) {
	case Citation:
		return strings.Join(strings.Fields(one.Basis+" "+one.Article+" "+one.Clause), " ")
	case fmt.Stringer: // a day
		return one.String()
	}
	switch v.Kind() { //nolint:exhaustive // texts, numbers and truths are shown as they are
	case reflect.Pointer:
		return shown(v.Elem())
	case reflect.Slice:
		return strings.Join(entries(v), ", ")
	case reflect.Struct:
		var parts []string
		for _, f := range reflect.VisibleFields(v.Type()) {
			if name, value := fieldName(f), shown(v.FieldByIndex(f.Index)); name != "" && value != "" {
				parts = append(parts, name+": "+value)
			}
		}
		return strings.Join(parts, "; ")
	default:
		return fmt.Sprint(v.Interface())
	}
}
