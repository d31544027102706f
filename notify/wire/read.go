package wire

import (
	"encoding/json"
	"math"
	"time"

	"github.com/google/uuid"

	"concordat/memoranda/day"
)

// words keeps each short text once: a message repeats a few kinds, measures and
// owners a thousand times.
type words map[string]string

func (w words) of(text []byte) string {
	if kept, ok := w[string(text)]; ok {
		return kept
	}
	kept := string(text)
	w[kept] = kept
	return kept
}

func (s *scanner) id() uuid.UUID {
	text := s.text()
	if len(text) == 0 {
		return uuid.Nil
	}
	id, err := uuid.ParseBytes(text)
	if err != nil || len(text) != 36 {
		s.fail()
	}
	return id
}

func (s *scanner) version() int16 {
	n := s.integer()
	if n < math.MinInt16 || n > math.MaxInt16 {
		s.fail()
		return 0
	}
	return int16(n)
}

func (s *scanner) day() day.Day {
	d, err := day.Parse(string(s.text()))
	if err != nil {
		s.fail()
	}
	return d
}

func readMessage(body []byte, m *Message) bool {
	s, w := &scanner{in: body}, words{}
	s.object(func(name []byte) {
		switch string(name) {
		case "format":
			m.Format = int(s.integer())
		case "organisation":
			m.Organisation = string(s.text())
		case "lane":
			m.Lane = string(s.text())
		case "sent_at":
			at, err := time.Parse(time.RFC3339, string(s.text()))
			if err != nil {
				s.fail()
			}
			m.SentAt = at
		case "demo":
			m.Demo = s.boolean()
		case "measures": // a few, and of any shape that json.Unmarshal takes
			start := s.at
			s.skip()
			m.Measures = nil
			if s.bad || json.Unmarshal(body[start:s.at], &m.Measures) != nil {
				s.fail()
			}
		case "directives":
			m.Directives = m.Directives[:0]
			s.array(func() { m.Directives = append(m.Directives, s.directive(w)) })
		default:
			s.skip()
		}
	})
	return s.done()
}

func (s *scanner) directive(w words) Directive {
	var d Directive
	s.object(func(name []byte) {
		switch string(name) {
		case "id":
			d.ID = s.id()
		case "version":
			d.Version = s.version()
		case "kind":
			d.Kind = w.of(s.text())
		case "measures":
			d.Measures = make([]string, 0, 8)
			s.array(func() { d.Measures = append(d.Measures, w.of(s.text())) })
		case "valid_until":
			d.ValidUntil = s.day()
		case "subject":
			d.Subject = s.subject(w)
		case "ground":
			d.Ground = s.ground(w)
		default:
			s.skip()
		}
	})
	return d
}

func (s *scanner) subject(w words) Subject {
	var v Subject
	s.object(func(name []byte) {
		switch string(name) {
		case "kind":
			v.Kind = w.of(s.text())
		case "name":
			v.Name = string(s.text())
		case "number_kind":
			v.NumberKind = w.of(s.text())
		case "number":
			v.Number = string(s.text())
		case "state":
			v.State = w.of(s.text())
		default:
			s.skip()
		}
	})
	return v
}

func (s *scanner) ground(w words) Ground {
	var g Ground
	s.object(func(name []byte) {
		switch string(name) {
		case "kind":
			g.Kind = w.of(s.text())
		case "list_type":
			g.ListType = w.of(s.text())
		case "reference":
			g.Reference = string(s.text())
		case "decided_on":
			g.DecidedOn = s.day()
		case "owner":
			g.Owner = w.of(s.text())
		case "case_number":
			g.CaseNumber = string(s.text())
		default:
			s.skip()
		}
	})
	return g
}

func readAnswers(body []byte, a *Answers) bool {
	s, w := &scanner{in: body}, words{}
	s.object(func(name []byte) {
		switch string(name) {
		case "format":
			a.Format = int(s.integer())
		case "answers":
			a.Answers = a.Answers[:0]
			s.array(func() { a.Answers = append(a.Answers, s.answer(w)) })
		default:
			s.skip()
		}
	})
	return s.done()
}

func (s *scanner) answer(w words) Answer {
	var a Answer
	s.object(func(name []byte) {
		switch string(name) {
		case "directive":
			a.Directive = s.id()
		case "version":
			a.Version = s.version()
		case "outcome":
			a.Outcome = w.of(s.text())
		case "reports":
			a.Reports = nil
			s.array(func() { a.Reports = append(a.Reports, s.report(w)) })
		default:
			s.skip()
		}
	})
	return a
}

func (s *scanner) report(w words) Report {
	var r Report
	s.object(func(name []byte) {
		switch string(name) {
		case "measure":
			r.Measure = w.of(s.text())
		case "outcome":
			r.Outcome = w.of(s.text())
		case "reason":
			r.Reason = w.of(s.text())
		case "basis":
			r.Basis = string(s.text())
		case "kept_until":
			r.KeptUntil = s.day()
		default:
			s.skip()
		}
	})
	return r
}
