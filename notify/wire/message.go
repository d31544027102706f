package wire

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"concordat/memoranda/day"
)

// Format is the version of this format; a receiver refuses any other.
const Format = 1

// ErrFormat reports a body that is not of this format.
var ErrFormat = errors.New("not a message of this format")

// Message is the body of one attempt.
type Message struct {
	// ID is the content's ([ContentID]), from the header webhook-id; it is not in the body.
	ID     string `json:"-"`
	Format int    `json:"format"`
	// Organisation is the receiver's slug.
	Organisation string    `json:"organisation"`
	Lane         string    `json:"lane"` // express or bulk
	SentAt       time.Time `json:"sent_at"`
	// Demo marks what was made for demonstration and concerns nobody.
	Demo bool `json:"demo,omitempty"`
	// Test marks a sample: it is verified and answered as any message, and then
	// forgotten. It concerns nobody and nothing of it is held.
	Test bool `json:"test,omitempty"`
	// Measures explains every measure named below, by "memorandum/slug".
	Measures   map[string]Measure `json:"measures"`
	Directives []Directive        `json:"directives"`
	// Notice tells people that how the receiver is reached was changed; such a message has
	// no directives, and nothing in it is for a machine.
	Notice *Notice `json:"notice,omitempty"`
}

// Notice is a change of how an organisation is reached, or of what it stands for.
type Notice struct {
	ID         uuid.UUID `json:"id"`
	Kind       string    `json:"kind"`
	What       string    `json:"what"`
	ChangedAt  time.Time `json:"changed_at"`
	ChangedBy  string    `json:"changed_by"` // a staff number, as ProposedBy
	ProposedBy string    `json:"proposed_by,omitempty"`
	// ZH and EN say what to do if nobody here asked for it.
	ZH string `json:"zh"`
	EN string `json:"en"`
}

// Measure is what a measure does and on which basis, in words.
type Measure struct {
	ZH    string   `json:"zh"`
	EN    string   `json:"en"`
	Mode  string   `json:"mode"`
	Basis []string `json:"basis"`
}

// Directive is one version of one directive.
type Directive struct {
	ID      uuid.UUID `json:"id"`
	Version int16     `json:"version"`
	// Kind is impose, amend, suspend, resume, permit, permit-end or withdraw; of a
	// reward (Ground.Kind "reward") the first is grant and the last grant-end.
	Kind string `json:"kind"`
	// Measures is the full set now in force, as "memorandum/slug"; empty when
	// nothing is.
	Measures   []string `json:"measures"`
	ValidUntil day.Day  `json:"valid_until,omitzero"`
	// Subject is absent where nothing about the person may travel; the id then
	// says all.
	Subject Subject `json:"subject,omitzero"`
	Ground  Ground  `json:"ground"`
	// Still names, of a lifting, what else the receiver was told of the same person and
	// was not told to lift. A measure applies while any directive carries it; this is for
	// people, the receiver's own record decides.
	Still []Carrying `json:"still,omitempty"`
}

// Carrying is a directive and the measures it carries, as "memorandum/slug".
type Carrying struct {
	Directive uuid.UUID `json:"directive"`
	Measures  []string  `json:"measures"`
}

// Final reports whether a kind ends a directive for good: nothing revives its id.
func Final(kind string) bool { return kind == "withdraw" || kind == "grant-end" }

// Subject is what identifies the person or unit: name and number together.
type Subject struct {
	// Kind is absent where the set is empty: it is not needed to lift.
	Kind       string `json:"kind,omitempty"`
	Name       string `json:"name"`
	NumberKind string `json:"number_kind"`
	Number     string `json:"number"`
	// State issued the passport (ISO 3166-1 alpha-3).
	State string `json:"state,omitempty"`
}

// Ground is the decision a directive rests on. Where the set is empty it carries
// only what finds it again: kind, reference and owner.
type Ground struct {
	Kind       string  `json:"kind"`
	ListType   string  `json:"list_type,omitempty"`
	Reference  string  `json:"reference"`
	DecidedOn  day.Day `json:"decided_on,omitzero"`
	Owner      string  `json:"owner"` // slug of the list owner
	CaseNumber string  `json:"case_number,omitempty"`
}

// ContentID is the id that stands in the header webhook-id: the same for the same
// content, however often it is sent, so made of everything in the body but the instant
// of sending.
func ContentID(body []byte) string {
	hash := sha256.New()
	before, after, found := bytes.Cut(body, []byte(`"sent_at":"`))
	hash.Write(before) // a hash never fails
	if found {
		_, rest, _ := bytes.Cut(after, []byte{'"'})
		hash.Write(rest)
	}
	return "msg_" + hex.EncodeToString(hash.Sum(nil)[:16])
}

// ParseMessage reads a body whose signature was verified. The error wraps
// ErrFormat; it never quotes the body, which is personal data.
func ParseMessage(id string, body []byte) (Message, error) {
	m, ok := scanMessage(body)
	if !ok {
		m = Message{}
		if err := json.Unmarshal(body, &m); err != nil {
			return Message{}, fmt.Errorf("read a message of %d bytes: %w", len(body), ErrFormat)
		}
	}
	m.ID = id
	if m.Format != Format || m.Organisation == "" {
		return Message{}, fmt.Errorf("format %d: %w", m.Format, ErrFormat)
	}
	for _, d := range m.Directives {
		if d.ID == uuid.Nil || d.Version < 1 {
			return Message{}, fmt.Errorf("a directive without id or version: %w", ErrFormat)
		}
	}
	return m, nil
}
