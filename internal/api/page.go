package api

import (
	"concordat/enforcement"
	"concordat/internal/edge"
)

// Page is where a list begins and how much of it is asked for.
type Page struct {
	After string `query:"after" maxLength:"64" doc:"next of the page before; empty for the beginning"`
	Limit int    `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"How many at most"`
}

// afterID reads the cursor of a list in the order of ids.
func (p Page) afterID() (enforcement.ID, error) { return edge.After(p.After) }

// List is one page of a list.
type List[T any] struct {
	Body struct {
		Items []T    `json:"items" nullable:"false"`
		Next  string `json:"next,omitempty" doc:"Cursor of the next page; absent on the last one"`
	}
}

// listed makes a page of what was asked for with limit+1: the one too many tells
// that there is a next page.
func listed[T any](items []T, limit int, idOf func(T) enforcement.ID) *List[T] {
	var out List[T]
	out.Body.Items, out.Body.Next = edge.Cut(items, limit, idOf)
	if items == nil {
		out.Body.Items = []T{}
	}
	return &out
}
