package api

import (
	"reflect"
	"regexp"

	"github.com/danielgtaylor/huma/v2"
)

// typeNames names schemas that are called otherwise than their Go type, by the
// type's import path and name. What a schema is called is part of the interface.
var typeNames = map[string]string{
	"concordat/enforcement/administrative.Decision":    "AdministrativeDecision",
	"concordat/enforcement/administrative.Facts":       "AdministrativeFacts",
	"concordat/enforcement/administrative.Listing":     "AdministrativeListing",
	"concordat/enforcement/administrative.NewListing":  "NewAdministrative",
	"concordat/enforcement/administrative.Notice":      "AdministrativeNotice",
	"concordat/enforcement/administrative.PublicEntry": "AdministrativePublicEntry",
	"concordat/enforcement/administrative.Texts":       "AdministrativeTexts",
	"concordat/enforcement/change.Notice":              "ChangeNotice",
	"concordat/enforcement/change.Proposal":            "ChangeProposal",
	"concordat/enforcement/explain.BasicList":          "ExplainedBasicList",
	"concordat/enforcement/explain.Basis":              "ExplainedBasis",
	"concordat/enforcement/explain.Body":               "ExplainedBody",
	"concordat/enforcement/explain.Decision":           "ExplainedDecision",
	"concordat/enforcement/explain.End":                "ExplainedEnd",
	"concordat/enforcement/explain.Handover":           "ExplainedHandover",
	"concordat/enforcement/explain.ListType":           "ExplainedListType",
	"concordat/enforcement/explain.Measure":            "ExplainedMeasure",
	"concordat/enforcement/explain.Organisation":       "ExplainedOrganisation",
	"concordat/enforcement/explain.Report":             "ExplainedReport",
	"concordat/enforcement/explain.Review":             "ExplainedReview",
	"concordat/enforcement/explain.State":              "ExplainedState",
	"concordat/enforcement/explain.Statement":          "ExplainedStatement",
	"concordat/enforcement/explain.Subject":            "ExplainedSubject",
	"concordat/enforcement/intake.Refusal":             "ImportRefusal",
	"concordat/enforcement/intake.Run":                 "ImportRun",
	"concordat/enforcement/plan.Line":                  "PlanLine",
	"concordat/enforcement/record.Entry":               "Event",
	"concordat/enforcement/reward.PublicEntry":         "PublicReward",
	"concordat/enforcement/reward.Review":              "RewardReview",
	"concordat/internal/api.TaskView":                  "Task",
	"concordat/notify/wire.Notice":                     "WebhookNotice",
	"concordat/notify/wire.Answer":                     "WebhookAnswer",
	"concordat/notify/wire.Answers":                    "WebhookAnswers",
	"concordat/notify/wire.Carrying":                   "WebhookCarrying",
	"concordat/notify/wire.Directive":                  "WebhookDirective",
	"concordat/notify/wire.Ground":                     "WebhookGround",
	"concordat/notify/wire.Held":                       "WebhookHeld",
	"concordat/notify/wire.Inventory":                  "WebhookInventory",
	"concordat/notify/wire.InventoryQuery":             "WebhookInventoryQuery",
	"concordat/notify/wire.InventoryRequest":           "WebhookInventoryRequest",
	"concordat/notify/wire.Measure":                    "WebhookMeasure",
	"concordat/notify/wire.Message":                    "WebhookMessage",
	"concordat/notify/wire.Report":                     "WebhookReport",
	"concordat/notify/wire.Subject":                    "WebhookSubject",
}

var qualified = regexp.MustCompile(`[\w./-]+\.(\w+)`)

// schemaName is the name of a type's schema: the type's own, also where it stands
// as the argument of another.
func schemaName(t reflect.Type, hint string) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if name, ok := typeNames[t.PkgPath()+"."+t.Name()]; ok {
		return name
	}
	name := renamed(t.Name())
	if name == t.Name() {
		return huma.DefaultSchemaNamer(t, renamed(hint))
	}
	return huma.DefaultSchemaNamer(reflect.TypeFor[struct{}](), name)
}

// renamed is a name in which every type that stands as an argument bears the name of
// its schema.
func renamed(name string) string {
	return qualified.ReplaceAllStringFunc(name, func(full string) string {
		if name, ok := typeNames[full]; ok {
			return name
		}
		return full
	})
}
