package i18n

import (
	"embed"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"
)

//go:embed words/*.yaml
var files embed.FS

// dictionary is one language's file.
type dictionary struct {
	Titles map[string]string            `yaml:"titles"`
	Values map[string]map[string]string `yaml:"values"`
	Words  map[string]string            `yaml:"words"`
}

// dictionaries reads the compiled-in files once. A file that cannot be read is a
// fault of the build, found by the first test.
var dictionaries = sync.OnceValue(func() map[Language]dictionary {
	all := make(map[Language]dictionary, len(Languages()))
	for _, lang := range Languages() {
		text, err := files.ReadFile("words/" + string(lang) + ".yaml")
		if err != nil {
			panic(fmt.Sprintf("i18n: read the words of %s: %v", lang, err))
		}
		var d dictionary
		if err := yaml.UnmarshalWithOptions(text, &d, yaml.Strict()); err != nil {
			panic(fmt.Sprintf("i18n: read the words of %s: %v", lang, err))
		}
		all[lang] = d
	}
	return all
})

// Words is the sentence for a code with its arguments put in. A code without
// words is returned as it is, so that nobody is left without an answer.
func Words(lang Language, code string, args map[string]string) string {
	d := dictionaryOf(lang)
	text, ok := d.Words[code]
	if !ok {
		return code
	}
	return d.fill(text, args)
}

// Title is the heading for an HTTP status, or for 500 where a status has none.
func Title(lang Language, status int) string {
	d := dictionaryOf(lang)
	if title, ok := d.Titles[strconv.Itoa(status)]; ok {
		return title
	}
	return d.Titles["500"]
}

// Value is what a coded argument is called, or no text for an unknown one.
func Value(lang Language, name, code string) string {
	return dictionaryOf(lang).Values[name][code]
}

// Codes lists every code that has words in some language, sorted.
func Codes() []string {
	codes := map[string]bool{}
	for _, d := range dictionaries() {
		for code := range d.Words {
			codes[code] = true
		}
	}
	return slices.Sorted(maps.Keys(codes))
}

// Missing lists, as "language code", which of the codes have no words.
func Missing(codes ...string) []string {
	var missing []string
	for _, lang := range Languages() {
		for _, code := range codes {
			if dictionaryOf(lang).Words[code] == "" {
				missing = append(missing, string(lang)+" "+code)
			}
		}
	}
	return missing
}

// Arguments lists the names of the arguments that the words of a code use, in
// order: needed ones must always be given, optional ones may be absent.
func Arguments(lang Language, code string) (needed, optional []string) {
	for i, part := range parts(dictionaryOf(lang).Words[code]) {
		for _, m := range placeholder.FindAllStringSubmatch(part, -1) {
			if i%2 == 0 {
				needed = append(needed, m[1])
			} else {
				optional = append(optional, m[1])
			}
		}
	}
	return needed, optional
}

func dictionaryOf(lang Language) dictionary {
	if d, ok := dictionaries()[lang]; ok {
		return d
	}
	return dictionaries()[Chinese]
}

var placeholder = regexp.MustCompile(`\{([a-z_-]+)\}`)

// plain is what an argument without a vocabulary may look like: a date, a
// number, a range. Nothing that could be a name or an identity number passes.
var plain = regexp.MustCompile(`^[0-9]{1,9}$|^[0-9]{4}-[0-9]{2}-[0-9]{2}$|^[0-9]{1,3}[,/–-][0-9]{1,3}$`)

// unknown stands for an argument that is missing or may not be shown.
const unknown = "…"

// parts splits a text at its brackets: even parts always stand, odd ones are
// optional.
func parts(text string) []string {
	var list []string
	for {
		open := strings.IndexByte(text, '[')
		end := strings.IndexByte(text, ']')
		if open < 0 || end < open {
			return append(list, text)
		}
		list = append(list, text[:open], text[open+1:end])
		text = text[end+1:]
	}
}

func (d dictionary) fill(text string, args map[string]string) string {
	var b strings.Builder
	for i, part := range parts(text) {
		complete := true
		filled := placeholder.ReplaceAllStringFunc(part, func(m string) string {
			value, ok := d.shown(strings.Trim(m, "{}"), args)
			complete = complete && ok
			return value
		})
		if i%2 == 0 || complete {
			b.WriteString(filled)
		}
	}
	return b.String()
}

// shown is how an argument is shown, and whether it can be.
func (d dictionary) shown(name string, args map[string]string) (string, bool) {
	value, given := args[name]
	if !given || value == "" {
		return unknown, false
	}
	if vocabulary, coded := d.Values[name]; coded {
		word, ok := vocabulary[value]
		if !ok {
			return unknown, false
		}
		return word, true
	}
	if !plain.MatchString(value) {
		return unknown, false
	}
	return value, true
}
