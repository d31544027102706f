package memoranda

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// The parser's work grows with the square of a file's nesting. These bounds, far
// above any catalogue, keep a hostile file from holding it for long.
const (
	maxFile  = 256 << 10 // bytes
	maxDepth = 64        // brackets open at once
)

// place is where something stands.
type place struct {
	file         string
	line, column int
}

// reader turns one file's syntax tree into values and notes every mistake on the
// way; it never stops at one.
type reader struct {
	*loader
	file   string
	begins place // where a memorandum says from when it stands
}

// field is one key that a mapping may have.
type field struct {
	name string
	need bool
	read func(ast.Node)
}

// parse returns the root of the file's single document, or nil after noting why
// there is none.
func (r *reader) parse(data []byte) ast.Node {
	switch {
	case len(data) > maxFile:
		r.note(place{r.file, 0, 0}, "memoranda.too-large", maxFile)
		return nil
	case !r.plain(data):
		return nil
	case tooDeep(data):
		r.note(place{r.file, 0, 0}, "memoranda.too-deep", maxDepth)
		return nil
	}
	file, err := parser.ParseBytes(data, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		r.noteSyntax(err)
		return nil
	}
	var roots []ast.Node
	for _, d := range file.Docs {
		if d.Body != nil {
			roots = append(roots, d.Body)
		}
	}
	switch len(roots) {
	case 0:
		r.note(place{r.file, 1, 1}, "memoranda.several-documents")
		return nil
	case 1:
		return roots[0]
	default:
		r.note(r.at(roots[1]), "memoranda.several-documents")
		return nil
	}
}

// tooDeep counts brackets without regard to quotes: texts may hold some, not 64.
func tooDeep(data []byte) bool {
	depth := 0
	for _, b := range data {
		switch b {
		case '[', '{':
			depth++
		case ']', '}':
			depth--
		}
		if depth > maxDepth {
			return true
		}
	}
	return false
}

func (r *reader) noteSyntax(err error) {
	where, message := place{r.file, 1, 1}, err.Error()
	if placed, ok := errors.AsType[yaml.Error](err); ok {
		message = placed.GetMessage()
		where = r.atToken(placed.GetToken())
	}
	r.note(where, "memoranda.syntax", printable(message))
}

// printable keeps a file from speaking to the terminal through our messages.
func printable(s string) string {
	return strings.Map(func(c rune) rune {
		if invisible(c) {
			return -1
		}
		return c
	}, s)
}

func invisible(c rune) bool {
	return unicode.In(c, unicode.Cc, unicode.Cf, unicode.Co, unicode.Zl, unicode.Zp) || c == utf8.RuneError
}

func (r *reader) atToken(t *token.Token) place {
	if t == nil || t.Position == nil {
		return place{r.file, 1, 1}
	}
	return place{r.file, max(1, t.Position.Line), max(1, t.Position.Column)}
}

// at returns where a node begins; a mapping's own token is its first colon.
func (r *reader) at(n ast.Node) place {
	switch v := n.(type) {
	case *ast.MappingNode:
		if len(v.Values) > 0 && !v.IsFlowStyle {
			return r.at(v.Values[0])
		}
	case *ast.MappingValueNode:
		return r.atToken(v.Key.GetToken())
	}
	return r.atToken(n.GetToken())
}

// object reads a mapping with exactly these fields.
func (r *reader) object(n ast.Node, fields ...field) {
	pairs, ok := mappingPairs(n)
	if !ok {
		r.wrongType(n, "mapping")
		return
	}
	seen := make(map[string]bool, len(pairs))
	for _, pair := range pairs {
		name, ok := r.key(pair)
		if !ok {
			continue
		}
		at := slices.IndexFunc(fields, func(f field) bool { return f.name == name })
		switch {
		case seen[name]:
			r.note(r.at(pair), "memoranda.duplicate-field", name)
		case at < 0:
			r.unknownField(pair, name, fields)
		case r.isNull(pair.Value):
			if fields[at].need {
				r.note(r.at(pair), "memoranda.empty", name)
			}
		case !r.refused(pair.Value):
			fields[at].read(pair.Value)
		}
		seen[name] = true
	}
	for _, f := range fields {
		if f.need && !seen[f.name] {
			r.note(r.at(n), "memoranda.missing-field", f.name)
		}
	}
}

func mappingPairs(n ast.Node) ([]*ast.MappingValueNode, bool) {
	switch v := n.(type) {
	case *ast.MappingNode:
		return v.Values, true
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{v}, true
	}
	return nil, false
}

// key returns a pair's key, unless it is no plain text or speaks of a score.
func (r *reader) key(pair *ast.MappingValueNode) (string, bool) {
	k, ok := pair.Key.(*ast.StringNode)
	if !ok {
		if _, merge := pair.Key.(*ast.MergeKeyNode); merge {
			r.note(r.at(pair), "memoranda.alias")
			return "", false
		}
		r.wrongType(pair.Key, "text")
		return "", false
	}
	if mayScore(k.Value) && scoreKey.MatchString(k.Value) {
		r.note(r.at(pair), "memoranda.score", printable(k.Value))
		return "", false
	}
	return k.Value, true
}

func (r *reader) unknownField(pair *ast.MappingValueNode, name string, fields []field) {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.name
	}
	r.noteNear(r.at(pair), "memoranda.unknown-field", nearest(name, names), printable(name))
	r.scores(pair.Value)
}

// scores looks for a score below a field that is unknown anyway.
func (r *reader) scores(n ast.Node) {
	if n == nil {
		return
	}
	if pairs, ok := mappingPairs(n); ok {
		for _, pair := range pairs {
			if _, ok := r.key(pair); ok {
				r.scores(pair.Value)
			}
		}
		return
	}
	switch v := n.(type) {
	case *ast.SequenceNode:
		for _, each := range v.Values {
			r.scores(each)
		}
	case *ast.StringNode:
		r.score(v, v.Value)
	}
}

var (
	scoreKey  = regexp.MustCompile(`(?i)scor(e|ing)|信用分|评分|积分|分值|得分|打分`)
	scoreText = regexp.MustCompile(`(?i)(^|[^a-z])scor(es?|ed|ing)([^a-z]|$)|信用分|评分|积分|分值|得分|打分`)
)

// mayScore spares most texts the patterns: all that these find has one of the two.
func mayScore(text string) bool {
	return strings.Contains(text, "分") || strings.Contains(strings.ToLower(text), "scor")
}

func (r *reader) score(n ast.Node, text string) bool {
	if !mayScore(text) || !scoreText.MatchString(text) {
		return false
	}
	r.note(r.at(n), "memoranda.score", printable(text))
	return true
}

func (r *reader) isNull(n ast.Node) bool {
	_, null := n.(*ast.NullNode)
	return n == nil || null
}

// refused notes what could make a file mean something other than it shows.
func (r *reader) refused(n ast.Node) bool {
	switch n.(type) {
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode:
		r.note(r.at(n), "memoranda.alias")
		return true
	}
	return false
}

// list reads a sequence, entry by entry.
func (r *reader) list(read func(ast.Node)) func(ast.Node) {
	return func(n ast.Node) {
		s, ok := n.(*ast.SequenceNode)
		if !ok {
			r.wrongType(n, "list")
			return
		}
		for _, each := range s.Values {
			switch {
			case r.isNull(each):
				r.note(r.atToken(s.Start), "memoranda.empty", "-")
			case !r.refused(each):
				read(each)
			}
		}
	}
}

// some reads a list that may not be empty.
func (r *reader) some(name string, read func(ast.Node)) func(ast.Node) {
	return func(n ast.Node) {
		if s, ok := n.(*ast.SequenceNode); ok && len(s.Values) == 0 {
			r.note(r.at(n), "memoranda.empty", name)
		}
		read(n)
	}
}
