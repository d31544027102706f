package record

import (
	"context"
	"fmt"
	"time"

	"concordat/enforcement"
	"concordat/internal/pg"
)

// Changes to the installation itself: who may ask, who is told, by what keys, by which
// calendar deadlines are counted, and whether queues are worked. What changed stands in the event's reason; a token's event
// refers to the token.
const (
	EventTokenIssued         EventKind = "token-issued"
	EventTokenRevoked        EventKind = "token-revoked"
	EventTokenWoken          EventKind = "token-woken"
	EventOrganisationEntered EventKind = "organisation-entered"
	EventEndpointPut         EventKind = "endpoint-put"
	EventEndpointRestored    EventKind = "endpoint-restored"
	EventEndpointPaused      EventKind = "endpoint-paused"
	EventEndpointRemoved     EventKind = "endpoint-removed"
	EventKeysChanged         EventKind = "keys-changed"
	EventQueuesChanged       EventKind = "queues-changed"
	EventChangeProposed      EventKind = "change-proposed"
	EventChangeDropped       EventKind = "change-dropped"
	EventStaffEntered        EventKind = "staff-entered"
	EventStaffBorrowed       EventKind = "staff-borrowed"
	EventStaffEnded          EventKind = "staff-ended"
	EventCalendarLoaded      EventKind = "calendar-loaded"
	EventDeadlinesRecounted  EventKind = "deadlines-recounted"
)

// selectChanges names the kinds as the index event_change does, or it would not be used.
const selectChanges = `SELECT recorded_at AS at, kind, actor, role, coalesce(reason, '') AS what FROM event
  WHERE kind IN ('token-issued', 'token-revoked', 'token-woken', 'organisation-entered', 'endpoint-put', 'endpoint-restored',
    'endpoint-paused', 'endpoint-removed', 'keys-changed', 'queues-changed', 'change-proposed', 'change-dropped',
    'staff-entered', 'staff-borrowed', 'staff-ended',
    'calendar-loaded', 'deadlines-recounted')
  ORDER BY seq DESC LIMIT 30`

// Change is one change to the installation.
type Change struct {
	At    time.Time        `json:"at"` // machine time
	Kind  EventKind        `json:"kind"`
	Actor string           `json:"actor"`
	Role  enforcement.Role `json:"role"`
	What  string           `json:"what"`
}

// Changes returns the last thirty changes to the installation, newest first.
func (r *Record) Changes(ctx context.Context) (list []Change, err error) {
	if err := r.DB.NewRaw(selectChanges).Scan(ctx, &list); err != nil {
		return nil, fmt.Errorf("read the changes to the installation: %w", err)
	}
	return list, nil
}

// Note logs a change that was made outside of the record, as to the key file. Whoever
// can, notes it before it is made: a change without a trace is worse than a trace of one
// that failed.
func (r *Record) Note(ctx context.Context, act enforcement.Act, kind EventKind, what string) error {
	if err := act.Check(); err != nil {
		return err
	}
	err := r.DB.InTx(ctx, func(ctx context.Context, tx *pg.Tx) error {
		r.Log(ctx, tx, act, Event{Kind: kind, Reason: what})
		return nil
	})
	if err != nil {
		return fmt.Errorf("note %s: %w", kind, err)
	}
	return nil
}
