package courtfile

import (
	"encoding/json"
	"errors"
	"strings"
	"unicode/utf8"
)

// maxDepth bounds how deep values of columns that nobody knows may be nested.
const maxDepth = 16

func (f *File) openJSON(sample []byte) error {
	f.format, f.places = JSONLines, fields(f.kind)
	for _, place := range f.places {
		f.header = append(f.header, place.String())
	}
	gb, known := gb18030(sample, int64(len(sample)) == f.size), headings(f.kind)
	var place [fieldCount]int
	for i, p := range f.places {
		place[p] = i
	}
	f.opened = func() (source, error) {
		return &jsonSource{
			lines: newLines(f.r, f.size, markOf(sample)), decoder: newDecoder(gb),
			width: len(f.places), known: known, place: place, names: map[string]field{},
		}, nil
	}
	return nil
}

// jsonSource reads JSON lines: one object a line, its names the columns. A value
// is a text, a number, a truth, nothing, or a list of those, which reads as
// separated by commas.
type jsonSource struct {
	lines   *lines
	decoder *decoder
	width   int
	known   map[string]field
	place   [fieldCount]int // of a field in the row
	// names remembers what a name means, so that its heading is normalised once
	// and not in every row.
	names map[string]field
}

// maxNames bounds names: a file with another name in every row is no reason to
// remember them all.
const maxNames = 1024

func (s *jsonSource) read() int64  { return s.lines.taken() }
func (s *jsonSource) close() error { return nil }

func (s *jsonSource) next(into *row) error {
	for {
		into.begin(s.lines.line)
		n, err := s.lines.end(0)
		if errors.Is(err, errLong) {
			into.fault = wrongRow(CodeRowSize)
			return s.lines.pass()
		}
		if err != nil {
			return err
		}
		line := s.lines.ahead()[:n]
		text, ok := s.decoder.text(line)
		last := line[n-1] != '\n'
		s.lines.take(n, 1)
		if !ok {
			into.fault = wrongRow(CodeEncoding)
			return nil
		}
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		s.fill(into, text, last)
		return nil
	}
}

// fill reads an object; last says that nothing follows in the file, not even
// the end of its line.
func (s *jsonSource) fill(into *row, text string, last bool) {
	if text[0] != '{' || !shallow(text) || !json.Valid([]byte(text)) {
		into.fault = wrongRow(CodeJSON)
		if last && text[len(text)-1] != '}' {
			into.fault = wrongRow(CodeTruncated)
		}
		return
	}
	for range s.width {
		into.cells = append(into.cells, cell{})
	}
	var seen [fieldCount]bool
	sc := scanner{text: text, at: 1}
	for sc.more('}') {
		name := s.fieldOf(sc.string())
		sc.more(0) // the colon
		if name == unknown {
			sc.skip()
			continue
		}
		value, ok := sc.value()
		switch {
		case !ok:
			into.fault = wrong(name, CodeJSON)
			return
		case seen[name]:
			into.fault = &fault{field: name, code: CodeColumnTwice, args: map[string]string{"field": name.String()}}
			return
		}
		seen[name], into.cells[s.place[name]] = true, value
	}
}

// fieldOf finds which field a name means.
func (s *jsonSource) fieldOf(name string) field {
	f, ok := s.names[name]
	if ok {
		return f
	}
	if f, ok = s.known[heading(name)]; !ok {
		f = unknown
	}
	if len(s.names) < maxNames && len(name) < rawBytes {
		s.names[strings.Clone(name)] = f
	}
	return f
}

// shallow reports whether brackets outside of texts are nested no deeper than
// maxDepth, before anything is asked to follow them.
func shallow(text string) bool {
	depth, inside := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case inside && c == '\\':
			i++
		case c == '"':
			inside = !inside
		case inside:
		case c == '{' || c == '[':
			if depth++; depth > maxDepth {
				return false
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return true
}

// scanner walks over valid JSON.
type scanner struct {
	text string
	at   int
}

// more passes over blanks, and over commas and colons before the next value. It
// reports whether end does not come first; an end is passed over too.
func (s *scanner) more(end byte) bool {
	for ; s.at < len(s.text); s.at++ {
		switch c := s.text[s.at]; c {
		case ' ', '\t', '\r', '\n', ',', ':':
		case end:
			s.at++
			return false
		default:
			return true
		}
	}
	return false
}

// string reads a text.
func (s *scanner) string() string {
	begin, escaped := s.at, false
	for s.at++; s.text[s.at] != '"'; s.at++ {
		if s.text[s.at] == '\\' {
			escaped = true
			s.at++
		}
	}
	s.at++
	if !escaped {
		return s.text[begin+1 : s.at-1]
	}
	var text string
	_ = json.Unmarshal([]byte(s.text[begin:s.at]), &text) // is valid, as the whole is
	if !utf8.ValidString(text) {
		return strings.ToValidUTF8(text, "\ufffd")
	}
	return text
}

// value reads a value of a known column; an object, or a list in a list, is
// none.
func (s *scanner) value() (cell, bool) {
	if s.text[s.at] != '[' {
		return s.plain()
	}
	s.at++
	var parts []string
	for s.more(']') {
		c, ok := s.plain()
		if !ok {
			return c, false
		}
		parts = append(parts, c.text)
	}
	return cell{text: strings.Join(parts, ",")}, true
}

// plain reads a value without parts.
func (s *scanner) plain() (cell, bool) {
	switch s.text[s.at] {
	case '"':
		return cell{text: s.string()}, true
	case '{', '[':
		return cell{}, false
	}
	begin := s.at
	for s.at < len(s.text) && !strings.ContainsRune(" \t\r\n,]}", rune(s.text[s.at])) {
		s.at++
	}
	switch word := s.text[begin:s.at]; word {
	case "null", "true", "false":
		return cell{}, word == "null"
	default:
		return cell{text: word, kind: numberCell}, true
	}
}

// skip passes over a value of any kind.
func (s *scanner) skip() {
	depth := 0
	for {
		switch s.text[s.at] {
		case '"':
			s.string()
		case '{', '[':
			depth++
			s.at++
		case '}', ']':
			depth--
			s.at++
		default:
			for s.at < len(s.text) && !strings.ContainsRune("\",:{}[] \t\r\n", rune(s.text[s.at])) {
				s.at++
			}
		}
		if depth == 0 {
			return
		}
		for strings.ContainsRune(" \t\r\n,:", rune(s.text[s.at])) {
			s.at++
		}
	}
}
