package calendar

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"concordat/memoranda/day"
)

// ErrFile reports a mistake in a calendar file.
var ErrFile = errors.New("mistake in a calendar file")

// maxFile is far above any notice (two kilobytes).
const maxFile = 64 << 10

// Mistake is one mistake in a calendar file. Line and Column count from 1; 0
// means the file as a whole.
type Mistake struct {
	File         string
	Line, Column int
	Text         string
}

// Error is file, place and text in the form editors understand.
func (m *Mistake) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s", m.File, m.Line, m.Column, m.Text)
}

// Unwrap is ErrFile.
func (m *Mistake) Unwrap() error { return ErrFile }

// reader walks a YAML tree and collects mistakes instead of stopping at the
// first, so that an administrator sees them all at once.
type reader struct {
	file     string
	mistakes []*Mistake
}

// root parses the file; nil after a syntax error, which is reported alone.
func (r *reader) root(data []byte) ast.Node {
	if len(data) > maxFile {
		r.add(nil, "the file has more than %d bytes", maxFile)
		return nil
	}
	file, err := parser.ParseBytes(data, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		m := &Mistake{File: r.file, Text: "not YAML"}
		if syntax, ok := errors.AsType[*yaml.SyntaxError](err); ok {
			m.Text = "not YAML: " + syntax.Message
			if t := syntax.Token; t != nil && t.Position != nil {
				m.Line, m.Column = t.Position.Line, t.Position.Column
			}
		}
		r.mistakes = append(r.mistakes, m)
		return nil
	}
	if len(file.Docs) != 1 || file.Docs[0].Body == nil {
		r.add(nil, "one YAML document is expected")
		return nil
	}
	return file.Docs[0].Body
}

func (r *reader) add(at ast.Node, format string, args ...any) {
	m := &Mistake{File: r.file, Text: fmt.Sprintf(format, args...)}
	if at != nil {
		if t := start(at).GetToken(); t != nil && t.Position != nil {
			m.Line, m.Column = t.Position.Line, t.Position.Column
		}
	}
	r.mistakes = append(r.mistakes, m)
}

// start: the token of a block mapping is its first colon; people look for the
// first key.
func start(n ast.Node) ast.Node {
	switch m := n.(type) {
	case *ast.MappingNode:
		if !m.IsFlowStyle && len(m.Values) > 0 {
			return m.Values[0].Key
		}
	case *ast.MappingValueNode:
		return m.Key
	}
	return n
}

// err joins the mistakes in the order of their places.
func (r *reader) err() error {
	slices.SortStableFunc(r.mistakes, func(a, b *Mistake) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	errs := make([]error, len(r.mistakes))
	for i, m := range r.mistakes {
		errs[i] = m
	}
	return errors.Join(errs...)
}

// pairs are the keys and values of a mapping; nil where it is none.
func pairs(n ast.Node) []*ast.MappingValueNode {
	switch m := n.(type) {
	case *ast.MappingNode:
		return m.Values
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{m}
	}
	return nil
}

// has reports whether a mapping has a key.
func (r *reader) has(n ast.Node, key string) bool {
	return slices.ContainsFunc(pairs(n), func(v *ast.MappingValueNode) bool { return v.Key.GetToken().Value == key })
}

// fields reads a mapping that must have exactly these keys, and may have some more.
func (r *reader) fields(n ast.Node, more []string, keys ...string) map[string]ast.Node {
	values := pairs(n)
	if values == nil {
		r.add(n, "fields are expected here")
		return nil
	}
	found := make(map[string]ast.Node, len(keys))
	for _, v := range values {
		key := v.Key.GetToken().Value
		switch {
		case !slices.Contains(keys, key) && !slices.Contains(more, key):
			r.add(v.Key, "%q is not a field here", key)
		case found[key] != nil:
			r.add(v.Key, "%q stands here twice", key)
		default:
			found[key] = v.Value
		}
	}
	for _, key := range keys {
		if found[key] == nil {
			r.add(n, "the field %q is missing", key)
		}
	}
	return found
}

// list reads a sequence; nil is a field already reported as missing.
func (r *reader) list(n ast.Node) []ast.Node {
	if n == nil {
		return nil
	}
	s, ok := n.(*ast.SequenceNode)
	if !ok {
		r.add(n, "a list is expected here")
		return nil
	}
	return s.Values
}

func (r *reader) text(n ast.Node) string {
	switch v := n.(type) {
	case nil:
		return ""
	case *ast.StringNode:
		if v.Value == "" {
			r.add(n, "a text is expected here")
		}
		return v.Value
	default:
		r.add(n, "a text is expected here")
		return ""
	}
}

func (r *reader) year(n ast.Node) int {
	if n == nil {
		return 0
	}
	year, err := strconv.Atoi(n.GetToken().Value)
	if _, ok := n.(*ast.IntegerNode); !ok || err != nil || year < 1949 || year > 2200 {
		r.add(n, "a year is expected here")
		return 0
	}
	return year
}

func (r *reader) day(n ast.Node) day.Day {
	text := r.text(n)
	if text == "" {
		return 0
	}
	d, err := day.Parse(text)
	if err != nil {
		r.add(n, "%v", err)
	}
	return d
}

func (r *reader) days(n ast.Node) []day.Day {
	var days []day.Day
	for _, item := range r.list(n) {
		days = append(days, r.day(item))
	}
	return days
}

// monthDay reads MM-DD; 02-29 is no date of every year.
func (r *reader) monthDay(n ast.Node) monthDay {
	text := r.text(n)
	if text == "" {
		return monthDay{}
	}
	d, err := day.Parse("2001-" + text)
	if err != nil {
		r.add(n, "%q is not a date of the form MM-DD", text)
		return monthDay{}
	}
	_, m, dom := d.Date()
	return monthDay{m, dom}
}
