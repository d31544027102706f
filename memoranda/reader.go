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

	"concordat/memoranda/day"
)

// maxFile bounds a file, so that a hostile one cannot hold the parser for long.
const maxFile = 1 << 20

// place is where something stands.
type place struct {
	file         string
	line, column int
}

// reader turns one file's syntax tree into values and notes every mistake on the
// way; it never stops at one.
type reader struct {
	*loader
	file string
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
	case !utf8.Valid(data):
		r.note(place{r.file, 0, 0}, "memoranda.encoding")
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

func (r *reader) noteSyntax(err error) {
	where, message := place{r.file, 1, 1}, err.Error()
	var placed yaml.Error
	if errors.As(err, &placed) {
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
	if scoreKey.MatchString(k.Value) {
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

func (r *reader) score(n ast.Node, text string) bool {
	if !scoreText.MatchString(text) {
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

var typeWords = map[string]words{
	"text":    {"文本", "text"},
	"list":    {"列表", "a list"},
	"mapping": {"键值表", "a mapping"},
}

func (r *reader) wrongType(n ast.Node, want string) {
	w, shown := typeWords[want], printable(n.GetToken().Value)
	r.noteWords(r.at(n), "memoranda.wrong-type", "", []any{shown, w.zh}, []any{shown, w.en})
}

// scalar returns a node's text with runs of white space as one space, so that
// how a file is laid out does not matter. A whole number is read as its text.
func (r *reader) scalar(n ast.Node) (string, bool) {
	var raw string
	switch v := n.(type) {
	case *ast.StringNode:
		raw = v.Value
	case *ast.LiteralNode:
		raw = v.Value.Value
	case *ast.IntegerNode:
		raw = v.Token.Value
	default:
		r.wrongType(n, "text")
		return "", false
	}
	text := strings.Join(strings.Fields(raw), " ")
	switch {
	case strings.ContainsFunc(text, invisible):
		r.note(r.at(n), "memoranda.invisible", printable(text))
		return "", false
	case r.score(n, text):
		return "", false
	}
	return text, true
}

// text reads free text; an empty one is a mistake, since an unknown is left out.
func (r *reader) text(into *string) func(ast.Node) {
	return func(n ast.Node) {
		text, ok := r.scalar(n)
		if ok && text == "" {
			r.note(r.at(n), "memoranda.empty", "")
		}
		*into = text
	}
}

func (r *reader) truth(into *bool) func(ast.Node) {
	return func(n ast.Node) {
		b, ok := n.(*ast.BoolNode)
		if !ok {
			r.note(r.at(n), "memoranda.bad-bool", printable(n.GetToken().Value))
			return
		}
		*into = b.Value
	}
}

func (r *reader) date(into *day.Day) func(ast.Node) {
	return func(n ast.Node) {
		text, ok := r.scalar(n)
		if !ok {
			return
		}
		d, err := day.Parse(text)
		if err != nil || d.IsZero() {
			r.note(r.at(n), "memoranda.bad-date", text)
			return
		}
		*into = d
	}
}

var slugForm = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

// slug reads a slug and defines it under its kind.
func (r *reader) slug(into *string, kind string) func(ast.Node) {
	return func(n ast.Node) {
		text, ok := r.scalar(n)
		if !ok {
			return
		}
		if !slugForm.MatchString(text) {
			r.note(r.at(n), "memoranda.bad-slug", text)
			return
		}
		*into = text
		if kind != "" {
			r.define(kind, text, r.at(n))
		}
	}
}

// ref reads the name of something that must exist once all files are read.
func (r *reader) ref(into *string, kind string) func(ast.Node) {
	return func(n ast.Node) {
		if text, ok := r.scalar(n); ok {
			*into = text
			r.refs = append(r.refs, ref{kind, text, r.at(n)})
		}
	}
}

// refs reads a list of names without repetition.
func (r *reader) refsOf(into *[]string, kind string) func(ast.Node) {
	return r.list(func(n ast.Node) {
		var one string
		r.ref(&one, kind)(n)
		r.addOnce(into, one, n)
	})
}

func (r *reader) addOnce(into *[]string, one string, n ast.Node) {
	switch {
	case one == "":
	case slices.Contains(*into, one):
		r.note(r.at(n), "memoranda.duplicate-entry", one)
	default:
		*into = append(*into, one)
	}
}

// word reads one of a closed set of values.
func word[T ~string](r *reader, into *T, of string, all []T) func(ast.Node) {
	return func(n ast.Node) {
		text, ok := r.scalar(n)
		if !ok {
			return
		}
		if !slices.Contains(all, T(text)) {
			names := make([]string, len(all))
			for i, a := range all {
				names[i] = string(a)
			}
			r.noteNear(r.at(n), "memoranda.unknown-word", nearest(text, names), text, of)
			return
		}
		*into = T(text)
	}
}

// wordsOf reads a list of values of a closed set without repetition.
func wordsOf[T ~string](r *reader, into *[]T, of string, all []T) func(ast.Node) {
	return r.list(func(n ast.Node) {
		var one T
		word(r, &one, of, all)(n)
		switch {
		case one == "":
		case slices.Contains(*into, one):
			r.note(r.at(n), "memoranda.duplicate-entry", string(one))
		default:
			*into = append(*into, one)
		}
	})
}

// span notes an end before its beginning.
func (r *reader) span(n ast.Node, from, until day.Day) {
	if !until.IsZero() && until < from {
		r.note(r.at(n), "memoranda.until-before-from", until, from)
	}
}
