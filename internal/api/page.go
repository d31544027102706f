package api

import (
	"encoding/base64"
	"encoding/binary"

	"concordat/enforcement"
)

// Page is where a list begins and how much of it is asked for.
type Page struct {
	After string `query:"after" maxLength:"64" doc:"next of the page before; empty for the beginning"`
	Limit int    `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"How many at most"`
}

// cursorMark makes a cursor of another kind, or of a later form, recognisable.
const cursorMark = 'a'

// afterID reads the cursor of a list in the order of ids.
func (p Page) afterID() (enforcement.ID, error) {
	var id enforcement.ID
	if p.After == "" {
		return id, nil
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(p.After)
	if err != nil || len(raw) != 1+len(id) || raw[0] != cursorMark {
		return id, refuse(codeCursor)
	}
	copy(id[:], raw[1:])
	return id, nil
}

func cursor(id enforcement.ID) string {
	return base64.RawURLEncoding.EncodeToString(append([]byte{cursorMark}, id[:]...))
}

// numbered makes a number fit a cursor.
func numbered(n enforcement.OrganisationID) enforcement.ID {
	var id enforcement.ID
	binary.BigEndian.PutUint32(id[:], uint32(n)) //nolint:gosec // organisation ids are positive
	return id
}

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
	if len(items) > limit {
		items = items[:limit]
		out.Body.Next = cursor(idOf(items[limit-1]))
	}
	out.Body.Items = items
	if items == nil {
		out.Body.Items = []T{}
	}
	return &out
}
