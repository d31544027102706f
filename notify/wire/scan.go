package wire

import (
	"bytes"
	"encoding/json"
	"math"
	"unicode/utf8"

	"github.com/google/uuid"

	"concordat/memoranda/day"
)

// scan reads JSON as senders and receivers of this package write it: known keys,
// each once, texts without escapes. That costs a fifth of encoding/json, which
// would be more than everything else that is done with a directive. At the first
// thing that is otherwise it stands still and is odd, and encoding/json decides:
// scan never refuses a body, and what it reads is what encoding/json reads.
type scan struct {
	text []byte
	at   int
	odd  bool
	// strings holds the elements of all sets of a message.
	strings []string
}

func (s *scan) stop() {
	s.odd = true
	s.at = len(s.text)
}

// next passes over space and returns the byte that follows, 0 at the end.
func (s *scan) next() byte {
	for ; s.at < len(s.text); s.at++ {
		switch c := s.text[s.at]; c {
		case ' ', '\t', '\r', '\n':
		default:
			return c
		}
	}
	return 0
}

func (s *scan) take(c byte) bool {
	if s.next() != c || s.odd {
		return false
	}
	s.at++
	return true
}

func (s *scan) need(c byte) {
	if !s.take(c) {
		s.stop()
	}
}

// end is odd if anything but space is left.
func (s *scan) end() bool { return !s.odd && s.next() == 0 && s.at == len(s.text) }

// object calls field for each key; field consumes the value.
func (s *scan) object(field func(key []byte)) {
	s.need('{')
	if s.take('}') {
		return
	}
	for !s.odd {
		key := s.bytes()
		s.need(':')
		field(key)
		if s.take('}') {
			return
		}
		s.need(',')
	}
}

// array calls element for each element, which consumes it.
func (s *scan) array(element func()) {
	s.need('[')
	if s.take(']') {
		return
	}
	for !s.odd {
		element()
		if s.take(']') {
			return
		}
		s.need(',')
	}
}

// bytes reads a text and returns it where it stands.
func (s *scan) bytes() []byte {
	if s.need('"'); s.odd {
		return nil
	}
	start, wide := s.at, false
	for i, c := range s.text[start:] {
		switch {
		case c == '"':
			s.at = start + i + 1
			found := s.text[start : start+i]
			if wide && !utf8.Valid(found) {
				s.stop()
			}
			return found
		case c == '\\' || c < ' ':
			s.stop()
			return nil
		}
		wide = wide || c >= utf8.RuneSelf
	}
	s.stop()
	return nil
}

func (s *scan) string() string { return string(s.bytes()) }

// like reads a text; where it is the one before, that is used again.
func (s *scan) like(before string) string {
	if found := s.bytes(); string(found) != before {
		return string(found)
	}
	return before
}

// natural reads a number that a version can be.
func (s *scan) natural() int {
	const most = math.MaxInt16
	s.next()
	n, start := 0, s.at
	for ; s.at < len(s.text) && '0' <= s.text[s.at] && s.text[s.at] <= '9' && n <= most; s.at++ {
		n = n*10 + int(s.text[s.at]-'0')
	}
	if s.at == start || n > most || s.text[start] == '0' {
		s.stop()
		return 0
	}
	return n
}

func (s *scan) id() uuid.UUID {
	found := s.bytes()
	id, err := uuid.ParseBytes(found)
	if err != nil || len(found) != 36 {
		s.stop()
	}
	return id
}

func (s *scan) day() (d day.Day) {
	if d.UnmarshalText(s.bytes()) != nil {
		s.stop()
	}
	return d
}

// value gives a whole value to encoding/json.
func (s *scan) value(into any) {
	s.next()
	start, depth := s.at, 0
	for !s.odd && s.at < len(s.text) {
		switch s.text[s.at] {
		case '"':
			s.at++
			if end := closing(s.text[s.at:]); end >= 0 {
				s.at += end
			} else {
				s.stop()
				return
			}
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		}
		if depth < 0 || (depth == 0 && s.text[s.at] == ',') {
			break
		}
		s.at++
		if depth == 0 && (s.text[s.at-1] == '"' || s.text[s.at-1] == '}' || s.text[s.at-1] == ']') {
			break
		}
	}
	if s.odd || json.Unmarshal(s.text[start:s.at], into) != nil {
		s.stop()
	}
}

// closing returns where a text ends whose opening quote was passed, or -1.
func closing(text []byte) int {
	for from := 0; ; {
		end := bytes.IndexByte(text[from:], '"')
		if end < 0 {
			return -1
		}
		end += from
		escapes := 0
		for end-escapes > 0 && text[end-escapes-1] == '\\' {
			escapes++
		}
		if escapes%2 == 0 {
			return end
		}
		from = end + 1
	}
}

// scanMessage reads a message as senders write it; ok is false for any other.
func scanMessage(body []byte) (m Message, ok bool) {
	s := &scan{text: body}
	var seen fields
	s.object(func(key []byte) {
		switch string(key) {
		case "format":
			m.Format = s.natural()
		case "organisation":
			m.Organisation = s.string()
		case "lane":
			m.Lane = s.string()
		case "sent_at":
			s.value(&m.SentAt)
		case "demo":
			s.value(&m.Demo)
		case "test":
			s.value(&m.Test)
		case "measures":
			s.once(&seen, 1)
			s.value(&m.Measures)
		case "directives":
			s.once(&seen, 2)
			m.Directives = make([]Directive, 0, 1+len(body)/directiveSize)
			s.array(func() { m.Directives = append(m.Directives, s.directive(m.Directives)) })
		default:
			s.stop()
		}
	})
	return m, s.end()
}

// directiveSize is about how many bytes a directive takes.
const directiveSize = 400

// fields notes what was read already: a key that comes twice is odd.
type fields uint8

func (s *scan) once(seen *fields, bit fields) {
	if *seen&bit != 0 {
		s.stop()
	}
	*seen |= bit
}

func (s *scan) directive(before []Directive) (d Directive) {
	var last Directive
	if n := len(before); n > 0 {
		last = before[n-1]
	}
	var seen fields
	s.object(func(key []byte) {
		switch string(key) {
		case "id":
			d.ID = s.id()
		case "version":
			d.Version = int16(s.natural()) //nolint:gosec // bounded
		case "kind":
			d.Kind = s.like(last.Kind)
		case "measures":
			s.once(&seen, 1)
			d.Measures = s.set(last.Measures)
		case "valid_until":
			d.ValidUntil = s.day()
		case "subject":
			s.once(&seen, 2)
			d.Subject = s.subject(&last.Subject)
		case "ground":
			s.once(&seen, 4)
			d.Ground = s.ground(&last.Ground)
		case "still":
			s.once(&seen, 8)
			s.value(&d.Still)
		default:
			s.stop()
		}
	})
	return d
}

// set reads the names of measures. All sets of a message share one array, of
// which each has a part to itself.
func (s *scan) set(before []string) []string {
	from := len(s.strings)
	s.array(func() {
		like := ""
		if n := len(s.strings) - from; n < len(before) {
			like = before[n]
		}
		s.strings = append(s.strings, s.like(like))
	})
	return s.strings[from:len(s.strings):len(s.strings)]
}

func (s *scan) subject(last *Subject) (u Subject) {
	s.object(func(key []byte) {
		switch string(key) {
		case "kind":
			u.Kind = s.like(last.Kind)
		case "name":
			u.Name = s.string()
		case "number_kind":
			u.NumberKind = s.like(last.NumberKind)
		case "number":
			u.Number = s.string()
		case "state":
			u.State = s.like(last.State)
		default:
			s.stop()
		}
	})
	return u
}

func (s *scan) ground(last *Ground) (g Ground) {
	s.object(func(key []byte) {
		switch string(key) {
		case "kind":
			g.Kind = s.like(last.Kind)
		case "list_type":
			g.ListType = s.like(last.ListType)
		case "reference":
			g.Reference = s.string()
		case "decided_on":
			g.DecidedOn = s.day()
		case "owner":
			g.Owner = s.like(last.Owner)
		case "case_number":
			g.CaseNumber = s.string()
		default:
			s.stop()
		}
	})
	return g
}

// scanAnswers reads answers as receivers write them; ok is false for any other.
func scanAnswers(body []byte) (a Answers, ok bool) {
	s := &scan{text: body}
	var seen fields
	s.object(func(key []byte) {
		switch string(key) {
		case "format":
			a.Format = s.natural()
		case "answers":
			s.once(&seen, 1)
			a.Answers = make([]Answer, 0, 1+len(body)/answerSize)
			s.array(func() { a.Answers = append(a.Answers, s.answer()) })
		default:
			s.stop()
		}
	})
	return a, s.end()
}

// answerSize is about how many bytes an answer without reports takes.
const answerSize = 90

func (s *scan) answer() (a Answer) {
	s.object(func(key []byte) {
		switch string(key) {
		case "directive":
			a.Directive = s.id()
		case "version":
			a.Version = int16(s.natural()) //nolint:gosec // bounded
		case "outcome":
			a.Outcome = outcome(s.bytes())
		case "reports":
			if a.Reports != nil {
				s.stop()
			}
			s.value(&a.Reports)
		default:
			s.stop()
		}
	})
	return a
}

// outcome makes no new text of those that are known.
func outcome(text []byte) string {
	switch string(text) {
	case OutcomeAcknowledged:
		return OutcomeAcknowledged
	case OutcomeDelivered:
		return OutcomeDelivered
	default:
		return string(text)
	}
}
