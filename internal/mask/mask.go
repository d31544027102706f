package mask

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Kind is what a mark stands on.
type Kind string

// The kinds of marks. Document is the number of a paper that names a person, or anything of
// fifteen digits and more.
const (
	Document  Kind = "document"
	Telephone Kind = "telephone"
	Account   Kind = "account"
	Contact   Kind = "contact"
	Address   Kind = "address"
	Person    Kind = "person"
)

// Mark is a place in a text. From and To count characters, from 0; To is the first behind it.
type Mark struct {
	Kind Kind `json:"kind" enum:"document,telephone,account,contact,address,person"`
	From int  `json:"from"`
	To   int  `json:"to"`
	// Instead is what [Text] writes there; empty where only a person can say.
	Instead string `json:"instead,omitempty"`
}

// Known is somebody whose name the record has. Role is what stands in public words in place of
// the name; the zero Role protects the name: it is that of whom the text is about.
type Known struct {
	Name, Role string
}

// rounds bounds how often a text is masked anew: a mark can lay another bare, such as a number
// that stood beside one of more digits.
const rounds = 8

// Text is a text without what must not be shown to everybody.
func Text(text string, known ...Known) string {
	for range rounds {
		marks := Marks(text, known...)
		if len(marks) == 0 {
			return text
		}
		text = apply(text, marks)
	}
	return text
}

// Marks are the places that [Text] writes anew, in order and without overlap.
func Marks(text string, known ...Known) []Mark {
	if text == "" {
		return nil
	}
	runes := fold(text)
	return apart(slices.Concat(numbers(runes), contacts(runes), named(runes, known), addresses(runes)))
}

// apart are marks in order: of two that overlap the first given stays, so that a number in an
// address is a number.
func apart(marks []Mark) (kept []Mark) {
	for _, m := range marks {
		if !slices.ContainsFunc(kept, func(k Mark) bool { return m.From < k.To && k.From < m.To }) {
			kept = append(kept, m)
		}
	}
	slices.SortFunc(kept, func(a, b Mark) int { return cmp.Compare(a.From, b.From) })
	return kept
}

// Numbers are the numbers in a text that identify or reach somebody, electronic addresses among
// them: public words are refused while one stands in them.
func Numbers(text string) []Mark {
	runes := fold(text)
	return append(numbers(runes), contacts(runes)...)
}

// Personal reports whether a personal number, one as long, or a telephone stands in a name that
// is no more than a name: a staff number of letters and some digits is none.
func Personal(name string) bool {
	return slices.ContainsFunc(runs(fold(name)), func(n run) bool {
		return len(n.digits) >= documentDigits || len(n.letters) == 3 && len(n.digits) == 12 || mobile.MatchString(n.digits)
	})
}

// Doubts are the places in public words that their signer has to confirm one by one:
// addresses below the district, names that the record knows, and what stands where a name does.
func Doubts(text string, known ...Known) []Mark {
	runes := fold(text)
	return apart(slices.Concat(named(runes, known), addresses(runes), strangers(runes, known)))
}

// apply writes the marks into a text.
func apply(text string, marks []Mark) string {
	runes := []rune(text)
	var b strings.Builder
	at := 0
	for _, m := range marks {
		b.WriteString(string(runes[at:m.From]))
		b.WriteString(m.Instead)
		at = m.To
	}
	b.WriteString(string(runes[at:]))
	return b.String()
}

// fold makes a text comparable, character by character, so that places stay what they are.
func fold(text string) []rune {
	runes := make([]rune, 0, utf8.RuneCountInString(text))
	for _, r := range text {
		switch {
		case '！' <= r && r <= '～' && r != '［' && r != '］':
			r = r - '！' + '!'
		case r == '\u3000', r == '\u00a0':
			r = ' '
		}
		runes = append(runes, r)
	}
	return runes
}
