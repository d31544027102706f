package memoranda

import (
	"bytes"
	"unicode/utf8"
)

const (
	// mostWrong wrong bytes are told one by one; a file with more is in another encoding.
	mostWrong = 8
	// mostStray marks, NULs and tabs of a file are told.
	mostStray = 20
)

// stray is a character that no editor shows and YAML reads in a way of its own.
var stray = map[rune]string{'\ufeff': "memoranda.byte-order-mark", 0: "memoranda.nul", '\t': "memoranda.tab"}

// plain reports whether a file is UTF-8 without byte-order marks, NULs and tabs. What is
// not is noted as what it is, where it stands.
func (r *reader) plain(data []byte) bool {
	switch {
	case r.recorded():
		if !utf8.Valid(data) {
			r.note(place{r.file, 0, 0}, "memoranda.encoding")
			return false
		}
		return true
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("\xfe\xff")): // UTF-16
		r.note(place{r.file, 1, 1}, "memoranda.encoding")
		return false
	}
	type found struct {
		at   place
		code string
		args []any
	}
	var strays, wrong []found
	at := place{r.file, 1, 1}
	for i := 0; i < len(data); {
		c, size := utf8.DecodeRune(data[i:])
		if c == utf8.RuneError && size == 1 {
			wrong = append(wrong, found{at, "memoranda.wrong-byte", []any{data[i]}})
		} else if code, ok := stray[c]; ok && len(strays) < mostStray {
			strays = append(strays, found{at, code, nil})
		}
		i += size
		at.column++
		// A line ends with LF, with CR LF, or with CR alone.
		if c == '\n' || (c == '\r' && !bytes.HasPrefix(data[i:], []byte("\n"))) {
			at.line, at.column = at.line+1, 1
		}
	}
	if len(wrong) > mostWrong {
		r.note(wrong[0].at, "memoranda.encoding")
		return false
	}
	for _, one := range append(wrong, strays...) {
		r.note(one.at, one.code, one.args...)
	}
	return len(wrong)+len(strays) == 0
}

// recorded reports whether the file is an edition of the record: it was held to the rules
// of the release that took it, and goes on standing by them.
func (r *reader) recorded() bool {
	_, stands := r.stands[r.file]
	return stands
}
