package edge

import (
	"encoding/base64"
	"encoding/binary"

	"concordat/enforcement"
)

// cursorMark makes a cursor of another kind, or of a later form, recognisable.
const cursorMark = 'a'

// After reads the cursor of a list in the order of ids: the page begins after that
// id. An empty cursor is the beginning; anything but a cursor is refused.
func After(cursor string) (enforcement.ID, error) {
	var id enforcement.ID
	if cursor == "" {
		return id, nil
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err != nil || len(raw) != 1+len(id) || raw[0] != cursorMark {
		return id, refuse(codeCursor)
	}
	copy(id[:], raw[1:])
	return id, nil
}

// Cursor says that the next page begins after id. It is opaque to whoever gets it.
func Cursor(id enforcement.ID) string {
	return base64.RawURLEncoding.EncodeToString(append([]byte{cursorMark}, id[:]...))
}

// Numbered makes a number fit a cursor, in the order of numbers.
func Numbered(n enforcement.OrganisationID) enforcement.ID {
	var id enforcement.ID
	binary.BigEndian.PutUint32(id[:], uint32(n)) //nolint:gosec // organisation ids are positive
	return id
}

// Cut makes a page of what was asked for with limit+1: the one too many tells that
// there is a next page, and is not shown. next is its cursor, empty on the last
// page.
func Cut[T any](items []T, limit int, idOf func(T) enforcement.ID) (page []T, next string) {
	if len(items) <= limit {
		return items, ""
	}
	items = items[:limit]
	return items, Cursor(idOf(items[limit-1]))
}
