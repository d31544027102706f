package wire

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/google/uuid"
)

// MaxInventory is the greatest number of lines that a page may have.
const MaxInventory = 1000

// InventoryRequest asks a receiver what it holds, page by page. It is posted to
// the same address as messages and signed alike; a receiver tells it from a
// message by its first member, "inventory".
type InventoryRequest struct {
	Inventory InventoryQuery `json:"inventory"`
	Format    int            `json:"format"`
	// Organisation is the receiver's slug.
	Organisation string `json:"organisation"`
}

// InventoryQuery names the page: up to Limit directives with ids above After, in
// the order of ids.
type InventoryQuery struct {
	After uuid.UUID `json:"after"`
	Limit int       `json:"limit"`
}

// Inventory is a page of what a receiver holds: ids and versions, nothing of
// whom they concern.
type Inventory struct {
	Format int `json:"format"`
	// Inventory is there in every answer, empty where nothing is held; a receiver
	// without it did not understand the question.
	Inventory []Held `json:"inventory"`
	// More: further directives follow the last line.
	More bool `json:"more"`
}

// Held is the newest version that is held of one directive.
type Held struct {
	Directive uuid.UUID `json:"directive"`
	Version   int16     `json:"version"`
	// Withdrawn marks a tombstone; they are told too.
	Withdrawn bool `json:"withdrawn,omitempty"`
	// Carries: measures are in force under it.
	Carries bool `json:"carries,omitempty"`
}

// inventoryMember begins every inventory request, and no message.
const inventoryMember = `{"inventory":`

// Body writes the request.
func (r InventoryRequest) Body() []byte {
	buf := append([]byte(inventoryMember), `{"after":"`...)
	buf = strconv.AppendInt(append(AppendID(buf, r.Inventory.After), `","limit":`...), int64(r.Inventory.Limit), 10)
	buf = strconv.AppendInt(append(buf, `},"format":`...), Format, 10)
	return append(AppendString(append(buf, `,"organisation":`...), r.Organisation), '}')
}

// IsInventoryRequest tells a request from a message, whose signature was verified.
func IsInventoryRequest(body []byte) bool { return bytes.HasPrefix(body, []byte(inventoryMember)) }

// ParseInventoryRequest reads a request; the limit is at most [MaxInventory]. The
// error wraps ErrFormat.
func ParseInventoryRequest(body []byte) (InventoryRequest, error) {
	var r InventoryRequest
	if err := json.Unmarshal(body, &r); err != nil || r.Format != Format || r.Inventory.Limit < 1 {
		return InventoryRequest{}, fmt.Errorf("read an inventory request of %d bytes: %w", len(body), ErrFormat)
	}
	r.Inventory.Limit = min(r.Inventory.Limit, MaxInventory)
	return r, nil
}

// ParseInventory reads a page. The error wraps ErrFormat, also where the receiver
// did not understand the question.
func ParseInventory(body []byte) (Inventory, error) {
	var i Inventory
	if err := json.Unmarshal(bytes.TrimPrefix(body, byteOrderMark), &i); err != nil || i.Format != Format || i.Inventory == nil || len(i.Inventory) > MaxInventory {
		return Inventory{}, fmt.Errorf("read an inventory of %d bytes: %w", len(body), ErrFormat)
	}
	return i, nil
}
