package i18n

import "golang.org/x/text/language"

// Language is a BCP 47 tag of a language the program speaks.
type Language string

// The languages. Chinese is the language of the record and the default.
const (
	Chinese Language = "zh-CN"
	English Language = "en"
)

// Languages lists every language, the default first.
func Languages() []Language { return []Language{Chinese, English} }

// maxAccept bounds what is read of an Accept-Language header, in bytes.
const maxAccept = 200

// Negotiate picks the language for an Accept-Language header (RFC 9110 §12.5.4).
// Every kind of Chinese is answered in zh-CN, every kind of English in en;
// whatever cannot be read or served gets Chinese.
func Negotiate(accept string) Language {
	if len(accept) > maxAccept {
		return Chinese
	}
	wanted, weights, err := language.ParseAcceptLanguage(accept)
	if err != nil {
		return Chinese
	}
	for i, tag := range wanted {
		if weights[i] == 0 {
			continue
		}
		switch base, _ := tag.Base(); base.String() {
		case "zh":
			return Chinese
		case "en":
			return English
		}
	}
	return Chinese
}
