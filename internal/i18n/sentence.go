package i18n

import (
	"embed"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
)

//go:embed sentences/*.yaml
var sentenceFiles embed.FS

// phrasebook is one language's file of sentences.
type phrasebook struct {
	Terms     map[string]map[string]string `yaml:"terms"`
	Sentences map[string]string            `yaml:"sentences"`
}

var phrasebooks = sync.OnceValue(func() map[Language]phrasebook {
	all := make(map[Language]phrasebook, len(Languages()))
	for _, lang := range Languages() {
		text, err := sentenceFiles.ReadFile("sentences/" + string(lang) + ".yaml")
		if err != nil {
			panic(fmt.Sprintf("i18n: read the sentences of %s: %v", lang, err))
		}
		var b phrasebook
		if err := yaml.UnmarshalWithOptions(text, &b, yaml.Strict()); err != nil {
			panic(fmt.Sprintf("i18n: read the sentences of %s: %v", lang, err))
		}
		all[lang] = b
	}
	return all
})

// Sentence says what the record holds, in words of a template. Unlike the words
// of a refusal it shows names and titles as they are given: whoever calls it has
// asked whether the reader may see them. An argument that names a vocabulary of
// terms is shown by its term; invisible and control characters are left out. A
// part in […] falls away when one of its arguments is empty. A key without a
// template is returned as it is.
func Sentence(lang Language, key string, args map[string]string) string {
	book := phrasebookOf(lang)
	text, ok := book.Sentences[key]
	if !ok {
		return key
	}
	var b strings.Builder
	for i, part := range parts(text) {
		complete := true
		filled := placeholder.ReplaceAllStringFunc(part, func(m string) string {
			name := strings.Trim(m, "{}")
			value := args[name]
			if value == "" {
				complete = false
				return unknown
			}
			if terms, coded := book.Terms[name]; coded && terms[value] != "" {
				return terms[value]
			}
			return visible(value)
		})
		if i%2 == 0 || complete {
			b.WriteString(filled)
		}
	}
	return b.String()
}

// Sentences lists the keys that have a template in some language, sorted.
func Sentences() []string {
	keys := map[string]bool{}
	for _, lang := range Languages() {
		for key := range phrasebookOf(lang).Sentences {
			keys[key] = true
		}
	}
	return slices.Sorted(maps.Keys(keys))
}

// Terms lists the codes of a vocabulary of terms in a language, sorted.
func Terms(lang Language, vocabulary string) []string {
	return slices.Sorted(maps.Keys(phrasebookOf(lang).Terms[vocabulary]))
}

func phrasebookOf(lang Language) phrasebook {
	if b, ok := phrasebooks()[lang]; ok {
		return b
	}
	return phrasebooks()[Chinese]
}

// visible leaves out what could steer a terminal or hide in a page.
func visible(text string) string {
	return strings.Map(func(c rune) rune {
		if c == utf8.RuneError || unicode.In(c, unicode.Cc, unicode.Cf, unicode.Co, unicode.Zl, unicode.Zp) {
			return -1
		}
		return c
	}, text)
}
