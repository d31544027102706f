package api

import (
	"context"
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/plan"
	"concordat/memoranda/day"
	"concordat/notify"
)

// InboxPage asks for a page of an inbox.
type InboxPage struct {
	Page

	Lane directive.Lane `query:"lane" enum:"express,bulk" doc:"Both if left out"`
}

// InboxOpening names what an officer opens.
type InboxOpening struct {
	Repeatable

	Body struct {
		Directives []enforcement.ID `json:"directives" nullable:"false" minItems:"1" maxItems:"200" doc:"Each once"`
	}
}

// Resolve refuses what is named twice. The schema does not say uniqueItems: huma looks
// for it by comparing whatever came, and what cannot be compared was a fault of ours.
func (o *InboxOpening) Resolve(huma.Context) []error {
	seen := map[enforcement.ID]bool{}
	for i, id := range o.Body.Directives {
		if seen[id] {
			return []error{&huma.ErrorDetail{Location: fmt.Sprintf("body.directives[%d]", i), Message: validation.MsgExpectedArrayItemsUnique}}
		}
		seen[id] = true
	}
	return nil
}

// OpenedItems are directives in full, as their recipient needs them.
type OpenedItems struct {
	Body struct {
		Items []OpenedItem `json:"items" nullable:"false"`
	}
}

// OpenedItem is one version of one directive.
type OpenedItem struct {
	Directive  enforcement.ID        `json:"directive"`
	Version    int16                 `json:"version"`
	Kind       directive.VersionKind `json:"kind"`
	Measures   []string              `json:"measures" nullable:"false" doc:"All measures now in force under it, memorandum/slug"`
	ValidUntil day.Day               `json:"valid_until,omitzero"`
	Subject    *OpenedSubject        `json:"subject,omitempty"`
	Ground     OpenedGround          `json:"ground"`
}

// OpenedSubject says whom it concerns.
type OpenedSubject struct {
	Kind       string `json:"kind"`
	Name       string `json:"name"`
	NumberKind string `json:"number_kind"`
	State      string `json:"state,omitempty"`
	Number     string `json:"number"`
	Head       string `json:"head,omitempty"`
}

// OpenedGround says on what decision it rests.
type OpenedGround struct {
	ID         enforcement.ID `json:"id"`
	Kind       string         `json:"kind"`
	ListType   string         `json:"list_type"`
	Reference  string         `json:"reference"`
	DecidedOn  day.Day        `json:"decided_on,omitzero"`
	Owner      string         `json:"owner"`
	CaseNumber string         `json:"case_number,omitempty"`
}

func inboxRoutes(s *server) {
	add(s, operation{
		method: http.MethodGet, path: "/v1/inbox", id: "list-inbox", tag: tagDirectives, roles: ofDepartment,
		zh: "本单位收件箱", en: "List what lies in my organisation's inbox",
	}, s.inbox)
	add(s, operation{
		method: http.MethodPost, path: "/v1/inbox/open", id: "open-inbox", tag: tagDirectives, roles: ofDepartment, personal: true,
		zh: "打开收件；打开即为送达", en: "Open what lies there; opened is delivered",
	}, s.openInbox)
}

func (s *server) inbox(ctx context.Context, act enforcement.Act, in *InboxPage) (*List[notify.InboxItem], error) {
	after, err := in.afterID()
	if err != nil {
		return nil, err
	}
	list, err := s.Inbox.List(ctx, act, in.Lane, after, in.Limit+1)
	if err != nil {
		return nil, err
	}
	return listed(list, in.Limit, func(i notify.InboxItem) enforcement.ID { return i.Directive }), nil
}

func (s *server) openInbox(ctx context.Context, act enforcement.Act, in *InboxOpening) (*OpenedItems, error) {
	items, err := s.Inbox.Open(ctx, act, in.Body.Directives)
	if err != nil {
		return nil, err
	}
	var out OpenedItems
	out.Body.Items = make([]OpenedItem, 0, len(items))
	for _, item := range items {
		out.Body.Items = append(out.Body.Items, s.viewItem(item))
	}
	return &out, nil
}

func (s *server) viewItem(item directive.Item) OpenedItem {
	names := make([]plan.MeasureName, 0, len(item.Measures))
	for _, m := range item.Measures {
		names = append(names, s.Register.Plans.MeasureName(m))
	}
	g := item.Ground
	v := OpenedItem{
		Directive: item.Directive, Version: item.Version, Kind: item.Kind, Measures: measureTexts(names), ValidUntil: item.ValidUntil,
		Ground: OpenedGround{
			ID: g.ID, Kind: g.Kind, ListType: g.ListType, Reference: g.Reference, DecidedOn: g.DecidedOn, Owner: g.Owner, CaseNumber: g.CaseNumber,
		},
	}
	if i := item.Subject; i.Number != "" { // withheld for children
		v.Subject = &OpenedSubject{Kind: string(i.Kind), Name: i.Name, NumberKind: string(i.NumberKind), State: i.State, Number: i.Number, Head: i.Head}
	}
	return v
}
