package memoranda

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"

	"concordat/memoranda/day"
)

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

// longestName is how many characters a slug or the name of an edition may have: they stand
// in addresses, file names and tables.
const longestName = 64

// name reads free text that is a name by which something is asked for.
func (r *reader) name(into *string) func(ast.Node) {
	return func(n ast.Node) {
		if r.text(into)(n); !r.short(n, *into) {
			*into = ""
		}
	}
}

func (r *reader) short(n ast.Node, name string) bool {
	length := utf8.RuneCountInString(name)
	if length <= longestName || r.recorded() {
		return true
	}
	r.note(r.at(n), "memoranda.long-name", length, longestName)
	return false
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
		if !r.short(n, text) {
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

// refsOf reads a list of names without repetition.
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

var regionForm = regexp.MustCompile(`^[1-8]\d(\d\d(\d\d)?)?$`)

// region reads a prefix of GB/T 2260 codes: province, city or county.
func (r *reader) region(into *string) func(ast.Node) {
	return r.formed(into, regionForm, "memoranda.bad-region")
}

// count reads a whole number above zero.
func (r *reader) count(into *int) func(ast.Node) {
	return func(n ast.Node) {
		text, ok := r.scalar(n)
		if !ok {
			return
		}
		value, err := strconv.Atoi(text)
		if err != nil || value <= 0 || value > 10_000 {
			r.note(r.at(n), "memoranda.bad-count", text)
			return
		}
		*into = value
	}
}
