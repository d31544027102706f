package api

import (
	"strconv"

	"concordat/enforcement"
	"concordat/enforcement/ground"
	"concordat/internal/edge"
	"concordat/memoranda/day"
)

// Repeatable is a request that may be sent again.
type Repeatable struct {
	Key string `header:"Idempotency-Key" doc:"1 to 200 visible ASCII characters, a new one for each request; the act is done once under it, and for seven days answered alike"`
}

// Path names one thing by its id.
type Path struct {
	ID enforcement.ID `path:"id" doc:"Its id"`
}

// Move is a request that changes a case as it was read.
type Move struct {
	Path
	Repeatable

	IfMatch string `header:"If-Match" doc:"ETag of the case as it was read; required, but of the moves under x-lifts: those are taken whatever was read"`
}

// change names the case in the version that was read, or why that is not known.
func (m Move) change() ground.Change {
	version, unseen := edge.Precondition(m.IfMatch)
	return ground.Change{Ground: m.ID, Version: version, Unseen: unseen}
}

func etag(version int) string { return `"` + strconv.Itoa(version) + `"` }

// Created is the answer to what made something new.
type Created struct {
	Location string `header:"Location"`
	Body     struct {
		ID enforcement.ID `json:"id"`
	}
}

// created answers with the id; collection is the address of the things made, or
// none where one of them has no address of its own.
func created(collection string, id enforcement.ID) *Created {
	var out Created
	if collection != "" {
		out.Location = collection + "/" + id.String()
	}
	out.Body.ID = id
	return &out
}

// OnBody is a body that says on which day.
type OnBody struct {
	On day.Day `json:"on" doc:"The day, Asia/Shanghai"`
}
