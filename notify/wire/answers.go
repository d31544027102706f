package wire

import (
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/google/uuid"

	"concordat/memoranda/day"
)

// The outcomes of an answer.
const (
	OutcomeDelivered    = "delivered"    // a person or system has it before them
	OutcomeAcknowledged = "acknowledged" // it was taken over
)

// Answers is the body of a response.
type Answers struct {
	Format  int      `json:"format"`
	Answers []Answer `json:"answers"`
}

// Answer is a receiver's line about one version of one directive. An answer to
// an older version says nothing about a newer one.
type Answer struct {
	Directive uuid.UUID `json:"directive"`
	Version   int16     `json:"version"`
	Outcome   string    `json:"outcome"`
	Reports   []Report  `json:"reports,omitempty"`
}

// Report is what was done with one measure of that version.
type Report struct {
	Measure string `json:"measure"` // "memorandum/slug"
	// Outcome is implemented, not-applicable, refused, lifted or kept.
	Outcome string `json:"outcome"`
	// Reason is the code of a refusal's ground.
	Reason string `json:"reason,omitempty"`
	// Basis is the slug of the catalogue's legal basis of what is kept; else Cited names
	// it. Decision and KeptUntil are required of it too.
	Basis     string      `json:"basis,omitempty"`
	Cited     Cited       `json:"cited,omitzero"`
	Decision  OwnDecision `json:"decision,omitzero"`
	KeptUntil day.Day     `json:"kept_until,omitzero"`
}

// Cited is a legal basis that the catalogue does not have.
type Cited struct {
	Title   string `json:"title"`
	Article string `json:"article"`
}

// OwnDecision is the receiver's own decision on what it keeps.
type OwnDecision struct {
	Number   string  `json:"number"`
	ServedOn day.Day `json:"served_on"`
	// Remedy says where and until when the subject can seek review.
	Remedy string `json:"remedy"`
}

// ParseAnswers reads a response. The error wraps ErrFormat and quotes nothing.
func ParseAnswers(body []byte) (Answers, error) {
	a, ok := scanAnswers(body)
	if !ok {
		a = Answers{}
		if err := json.Unmarshal(body, &a); err != nil {
			return Answers{}, fmt.Errorf("read answers of %d bytes: %w", len(body), ErrFormat)
		}
	}
	if a.Format != Format {
		return Answers{}, fmt.Errorf("answers of format %d: %w", a.Format, ErrFormat)
	}
	return a, nil
}

// Append writes the answers as JSON after buf; it is what json.Marshal writes,
// at a fraction of its cost where there are no reports.
func (a Answers) Append(buf []byte) []byte {
	buf = append(buf, `{"format":`...)
	buf = strconv.AppendInt(buf, int64(a.Format), 10)
	buf = append(buf, `,"answers":[`...)
	for i, line := range a.Answers {
		if i > 0 {
			buf = append(buf, ',')
		}
		buf = append(buf, `{"directive":"`...)
		buf = AppendID(buf, line.Directive)
		buf = append(buf, `","version":`...)
		buf = strconv.AppendInt(buf, int64(line.Version), 10)
		buf = append(buf, `,"outcome":`...)
		buf = AppendString(buf, line.Outcome)
		if len(line.Reports) > 0 {
			reports, err := json.Marshal(line.Reports)
			if err == nil { // texts and days always marshal
				buf = append(append(buf, `,"reports":`...), reports...)
			}
		}
		buf = append(buf, '}')
	}
	return append(buf, `]}`...)
}
