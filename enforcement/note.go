package enforcement

import "concordat/internal/i18n"

// Note is what an answer says to whoever reads it, in both languages.
type Note struct {
	ZH string `json:"zh"`
	EN string `json:"en"`
}

// NameProvesNothing is what every entry of a public list says: the same name is not the same
// person, and who can tell is asked with the whole number.
func NameProvesNothing() Note {
	return Note{ZH: i18n.Sentence(i18n.Chinese, "public.note", nil), EN: i18n.Sentence(i18n.English, "public.note", nil)}
}
