package notify

import (
	"strconv"
	"time"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/party"
	"concordat/memoranda/day"
	"concordat/notify/wire"
)

// message is what a body is written from.
type message struct {
	organisation string
	lane         directive.Lane
	sentAt       time.Time
	demo         bool
	on           day.Day
	items        []directive.Item
	others       map[enforcement.ID][]still // what else carries, by the directive that is lifted
}

// encode appends the body of a message to buf. It writes wire.Message by hand:
// with encoding/json a batch would cost more than its settlement.
func (l legend) encode(buf []byte, m message) []byte {
	buf = append(buf, `{"format":`...)
	buf = strconv.AppendInt(buf, wire.Format, 10)
	buf = wire.AppendString(append(buf, `,"organisation":`...), m.organisation)
	buf = wire.AppendString(append(buf, `,"lane":`...), string(m.lane))
	buf = append(buf, `,"sent_at":"`...)
	buf = m.sentAt.UTC().AppendFormat(buf, time.RFC3339Nano)
	buf = append(buf, '"')
	if m.demo {
		buf = append(buf, `,"demo":true`...)
	}
	buf = l.measures(append(buf, `,"measures":{`...), naming(m.items, m.others))
	buf = append(buf, `},"directives":[`...)
	for i := range m.items {
		if i > 0 {
			buf = append(buf, ',')
		}
		buf = append(l.still(l.directive(buf, &m.items[i], m.on), m.others[m.items[i].Directive]), '}')
	}
	return append(buf, `]}`...)
}

// measures explains each measure that any item names, in the order of numbers.
func (l legend) measures(buf []byte, items []directive.Item) []byte {
	var named []bool
	for i := range items {
		for _, m := range items[i].Measures {
			if m >= 0 && int(m) >= len(named) {
				named = append(named, make([]bool, int(m)+1-len(named))...)
			}
			named[m] = true
		}
	}
	comma := false
	for number, is := range named {
		words := l.words[int16(number)]
		if !is || words == nil {
			continue
		}
		if comma {
			buf = append(buf, ',')
		}
		buf, comma = append(buf, words...), true
	}
	return buf
}

func (l legend) directive(buf []byte, i *directive.Item, on day.Day) []byte {
	lifted := len(i.Measures) == 0
	buf = wire.AppendID(append(buf, `{"id":"`...), i.Directive)
	buf = append(buf, `","version":`...)
	buf = strconv.AppendInt(buf, int64(i.Version), 10)
	buf = wire.AppendString(append(buf, `,"kind":`...), string(i.Kind))
	buf = append(buf, `,"measures":[`...)
	for n, m := range i.Measures {
		if n > 0 {
			buf = append(buf, ',')
		}
		buf = append(buf, l.names[m]...)
	}
	buf = append(buf, ']')
	if !i.ValidUntil.IsZero() && !lifted {
		buf = appendDay(append(buf, `,"valid_until":`...), i.ValidUntil)
	}
	// A lifting needs nothing of the person but what finds them again, and of a
	// child not even that; what the record does not know has the id alone.
	if i.Subject.Number != "" && !underFourteen(i, on) {
		buf = appendSubject(append(buf, `,"subject":{`...), i.Subject, lifted)
	}
	return appendGround(append(buf, `,"ground":{`...), i.Ground, lifted)
}

func appendSubject(buf []byte, s party.Identity, lifted bool) []byte {
	if !lifted {
		buf = wire.AppendString(append(buf, `"kind":`...), string(s.Kind))
		buf = append(buf, ',')
	}
	buf = wire.AppendString(append(buf, `"name":`...), s.Name)
	buf = wire.AppendString(append(buf, `,"number_kind":`...), string(s.NumberKind))
	buf = wire.AppendString(append(buf, `,"number":`...), s.Number)
	if s.State != "" {
		buf = wire.AppendString(append(buf, `,"state":`...), s.State)
	}
	return append(buf, '}')
}

func appendGround(buf []byte, g directive.Ground, lifted bool) []byte {
	buf = wire.AppendString(append(buf, `"kind":`...), g.Kind)
	if !lifted {
		buf = wire.AppendString(append(buf, `,"list_type":`...), g.ListType)
	}
	buf = wire.AppendString(append(buf, `,"reference":`...), g.Reference)
	if !lifted && !g.DecidedOn.IsZero() {
		buf = appendDay(append(buf, `,"decided_on":`...), g.DecidedOn)
	}
	buf = wire.AppendString(append(buf, `,"owner":`...), g.Owner)
	if !lifted && g.CaseNumber != "" {
		buf = wire.AppendString(append(buf, `,"case_number":`...), g.CaseNumber)
	}
	return append(buf, '}')
}

func appendDay(buf []byte, d day.Day) []byte {
	buf = append(buf, '"')
	buf = d.UTC().AppendFormat(buf, time.DateOnly)
	return append(buf, '"')
}
