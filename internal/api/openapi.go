package api

import (
	"encoding/json"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"concordat/enforcement/paper"
	"concordat/internal/edge"
)

// tag groups endpoints in the documentation.
type tag string

// The groups, in the order of the documentation.
const (
	tagAccess         tag = "access"
	tagReference      tag = "organisations"
	tagCases          tag = "cases"
	tagListings       tag = "listings"
	tagDecision       tag = "decision"
	tagChanges        tag = "changes"
	tagEnds           tag = "ends"
	tagOrders         tag = "orders"
	tagAdministrative tag = "administrative-lists"
	tagRewards        tag = "rewards"
	tagPapers         tag = "papers"
	tagTasks          tag = "tasks"
	tagDirectives     tag = "directives"
	tagImports        tag = "imports"
	tagOperations     tag = "operations"
	tagMemoranda      tag = "memoranda"
	tagPublic         tag = "public"
)

// tags gives each group its headings.
var tags = []struct {
	tag    tag
	zh, en string
}{
	{tagAccess, "身份", "Access"},
	{tagReference, "机构", "Organisations"},
	{tagCases, "主体与案件", "Subjects and cases"},
	{tagListings, "列入", "Listings"},
	{tagDecision, "告知、决定、送达与公布", "Warning, decision, service and publication"},
	{tagChanges, "延长、中止与更正", "Extension, suspension and correction"},
	{tagEnds, "结束", "Ends"},
	{tagOrders, "限制消费令", "Consumption-restriction orders"},
	{tagAdministrative, "行政名单", "Administrative lists"},
	{tagRewards, "激励", "Rewards"},
	{tagPapers, "文书", "Papers"},
	{tagTasks, "待办", "Tasks"},
	{tagDirectives, "协同任务", "Directives"},
	{tagImports, "导入与接管", "Intake and takeover"},
	{tagOperations, "运行", "Operations"},
	{tagMemoranda, "备忘录与措施", "Memoranda and measures"},
	{tagPublic, "公开", "Public"},
}

const problemResponse = "#/components/responses/Problem"

// documentErrors puts our problem document where huma would put its own, and
// names the groups.
func (s *server) documentErrors() {
	doc := s.api.OpenAPI()
	schema := doc.Components.Schemas.Schema(reflect.TypeFor[edge.Problem](), true, "Problem")
	doc.Components.Responses = map[string]*huma.Response{"Problem": {
		Description: "A problem document (RFC 9457); its code is stable. 问题说明，code 不变。",
		Content:     map[string]*huma.MediaType{edge.ProblemType: {Schema: schema}},
	}}
	delete(doc.Components.Schemas.Map(), "ErrorModel")
	delete(doc.Components.Schemas.Map(), "ErrorDetail")
	for _, t := range tags {
		doc.Tags = append(doc.Tags, &huma.Tag{Name: string(t.tag), Description: t.en + " " + t.zh})
	}
}

// idText, dayText and purposeText stand for ids, days and purposes of papers in the schema.
type (
	idText      string
	dayText     string
	purposeText string
)

// Schema says that an id is a UUID.
func (idText) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Format: "uuid"}
}

// Schema says that a day is a date.
func (dayText) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Format: "date"}
}

// Schema lists the purposes that a paper may have.
func (purposeText) Schema(huma.Registry) *huma.Schema {
	s := &huma.Schema{Type: huma.TypeString}
	for _, p := range paper.Purposes() {
		s.Enum = append(s.Enum, string(p))
	}
	return s
}

// schemaNames lists the names of every field and parameter of the schema.
func schemaNames(doc *huma.OpenAPI) map[string]bool {
	names := map[string]bool{}
	for _, schema := range doc.Components.Schemas.Map() {
		for name := range schema.Properties {
			names[name] = true
		}
	}
	for _, e := range endpoints(doc) {
		for _, p := range e.op.Parameters {
			names[p.Name] = true
		}
	}
	return names
}

// endpoint is an operation with its place.
type endpoint struct {
	method, path string
	op           *huma.Operation
}

// endpoints lists the operations of a document, in no order.
func endpoints(doc *huma.OpenAPI) []endpoint {
	var list []endpoint
	for path, item := range doc.Paths {
		for _, e := range []endpoint{{http.MethodGet, path, item.Get}, {http.MethodPost, path, item.Post}} {
			if e.op != nil {
				list = append(list, e)
			}
		}
	}
	return list
}

// schemaJSON is the document as it is served and as its golden copy stands.
func schemaJSON(doc *huma.OpenAPI) ([]byte, error) {
	text, err := json.MarshalIndent(doc, "", "  ")
	return append(text, '\n'), err
}
