package api

import (
	"net/http"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"concordat/enforcement/directive"
	"concordat/notify/wire"
)

// The requests that a department's system receives: names in the section webhooks.
const (
	webhookDirectives = "directives"
	webhookInventory  = "inventory"
)

// webhookText says in both languages where receiving is explained.
const webhookText = "See docs/webhooks.md for the signature and for the rules of versions and unions. 签名、版本规则与并集规则见 docs/webhooks.zh.md。"

// documentWebhooks adds what is posted to departments' systems, from the types that are
// sent and read.
func (s *server) documentWebhooks() {
	doc := s.api.OpenAPI()
	doc.Components.Schemas.RegisterTypeAlias(reflect.TypeFor[uuid.UUID](), reflect.TypeFor[idText]())
	kept := map[string]bool{}
	for name := range doc.Components.Schemas.Map() {
		kept[name] = true
	}
	doc.Webhooks = map[string]*huma.PathItem{
		webhookDirectives: {Post: s.webhook("receive-directives", "接收协同任务 Receive directives",
			reflect.TypeFor[wire.Message](), reflect.TypeFor[wire.Answers](),
			"One line for each directive. Any other 2xx, with any body, says that the message was delivered. 每项任务一行；其他任何 2xx 即为已送达。")},
		webhookInventory: {Post: s.webhook("answer-inventory", "答复清单询问 Answer what is held",
			reflect.TypeFor[wire.InventoryRequest](), reflect.TypeFor[wire.Inventory](),
			"A page of what is held. 所持任务的一页。")},
	}
	for name, schema := range doc.Components.Schemas.Map() {
		if !kept[name] {
			openWebhookSchema(schema)
		}
	}
	schemas := doc.Components.Schemas.Map()
	allow(schemas["WebhookMessage"], "format", wire.Format)
	allow(schemas["WebhookMessage"], "lane", directive.Express, directive.Bulk)
	allow(schemas["WebhookDirective"], "kind", directive.Impose, directive.Amend, directive.Suspend, directive.Resume,
		directive.Permit, directive.PermitEnd, directive.Withdraw, "grant", "grant-end")
	allow(schemas["WebhookAnswers"], "format", wire.Format)
	allow(schemas["WebhookAnswer"], "outcome", wire.OutcomeDelivered, wire.OutcomeAcknowledged)
	allow(schemas["WebhookReport"], "outcome", directive.Implemented, directive.NotApplicable, directive.RefusedReport, directive.Lifted, "kept")
	allow(schemas["WebhookInventory"], "format", wire.Format)
	allow(schemas["WebhookInventoryRequest"], "format", wire.Format)
}

// openWebhookSchema lets members through that a reader does not know, and no null for a
// list.
func openWebhookSchema(schema *huma.Schema) {
	schema.AdditionalProperties = true
	for _, property := range schema.Properties {
		property.Nullable = false
	}
}

// allow sets the vocabulary of a property.
func allow(schema *huma.Schema, property string, values ...any) {
	schema.Properties[property].Enum = values
}

// webhook describes one request and its answer.
func (s *server) webhook(id, summary string, request, answer reflect.Type, answered string) *huma.Operation {
	schemas := s.api.OpenAPI().Components.Schemas
	body := func(t reflect.Type) map[string]*huma.MediaType {
		return map[string]*huma.MediaType{"application/json": {Schema: schemas.Schema(t, true, t.Name())}}
	}
	header := func(name, description string, required bool) *huma.Param {
		return &huma.Param{Name: strings.ToLower(name), In: "header", Required: required, Description: description, Schema: &huma.Schema{Type: huma.TypeString}}
	}
	refused := func(description string) *huma.Response { return &huma.Response{Description: description} }
	return &huma.Operation{
		OperationID: id, Method: http.MethodPost, Summary: summary, Description: webhookText, Tags: []string{string(tagDirectives)},
		Security: []map[string][]string{}, // a signature, no token
		Parameters: []*huma.Param{
			header(wire.HeaderID, "Names the content; the same at every retry of it. 内容编号，重发不变。", true),
			header(wire.HeaderTimestamp, "Seconds since 1970; within five minutes of the receiver's clock. 发送时刻，秒。", true),
			header(wire.HeaderSignature, "v1,<HMAC-SHA256> or v1a,<Ed25519> over id.timestamp.body, several separated by spaces. 签名，可有多个。", true),
			header(wire.HeaderAttempt, "Names the attempt; not signed. 本次发送的编号，不在签名之内。", false),
		},
		RequestBody: &huma.RequestBody{Required: true, Content: body(request)},
		Responses: map[string]*huma.Response{
			"200": {Description: answered, Content: body(answer)},
			"400": refused("The content is not taken; likewise 413 and 422. 内容不被接受；413、422 同。"),
			"401": refused("No key confirms the signature. 签名无法验证。"),
		},
	}
}
