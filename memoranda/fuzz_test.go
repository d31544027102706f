package memoranda

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzLoad feeds any text as each of the files: it loads, or every mistake has
// words in valid text; nothing else.
func FuzzLoad(f *testing.F) {
	for name, text := range sound() {
		f.Add(name, text)
	}
	for name, text := range manyMistakes() {
		f.Add(name, text)
	}
	for _, text := range []string{"", "&a [*a]", "a: &x {<<: *x}", "? [a]: b", "!!binary x", "- - - -", "\t", "{{{{[[[[", "\ufeffa: b", "a: \x00", "a: \xff\xfe", "\xff\xfea", "a:\r\tb", strings.Repeat("\t\r", 99)} {
		f.Add("memo.yaml", text)
	}
	f.Fuzz(func(t *testing.T, name, text string) {
		files := sound()
		if _, known := files[name]; !known {
			name = "memo.yaml"
		}
		files[name] = text
		c, err := Load(asFS(files))
		var ms Mistakes
		switch {
		case err == nil && c == nil:
			t.Fatal("no catalogue and no mistake")
		case err != nil && (!errors.As(err, &ms) || len(ms) == 0):
			t.Fatalf("an error that is no list of mistakes: %v", err)
		}
		for _, m := range ms {
			if m.ZH == "" || m.EN == "" || !utf8.ValidString(m.EN) {
				t.Fatalf("a mistake without words: %+v", m)
			}
		}
	})
}
