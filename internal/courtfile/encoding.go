package courtfile

import (
	"bytes"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/transform"
)

// utf8Mark is the byte order mark that spreadsheets put before UTF-8.
const utf8Mark = "\xef\xbb\xbf"

// gb18030 reports whether a file without a mark is in GB18030. Its header tells
// where it is not plain ASCII; else the lines of the sample vote. GB18030 covers
// GBK and GB 2312. whole says that the sample is all of the file; the last line
// of another may be cut within a character, and has no vote.
func gb18030(sample []byte, whole bool) bool {
	if bytes.HasPrefix(sample, []byte(utf8Mark)) {
		return false
	}
	votes, first := 0, true
	for line := range bytes.Lines(sample) {
		switch {
		case ascii(line):
		case utf8.Valid(line):
			votes++
		case whole || line[len(line)-1] == '\n':
			votes--
		}
		if first && votes != 0 {
			break
		}
		first = false
	}
	return votes < 0
}

func ascii(text []byte) bool {
	for _, c := range text {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// decoder turns rows into UTF-8 texts. It is not safe for concurrent use.
type decoder struct {
	gb     transform.Transformer // nil for UTF-8
	buffer []byte
}

func newDecoder(gb bool) *decoder {
	if !gb {
		return &decoder{}
	}
	return &decoder{gb: simplifiedchinese.GB18030.NewDecoder()}
}

// text decodes a row; ok is false for one that is not in the file's encoding.
// Nearly every UTF-8 text is also some GB18030 text, of nonsense; so a row that
// is valid UTF-8 as a whole is a stranger in a GB18030 file. That Chinese in
// GB18030 is valid UTF-8 by chance happens to words of two characters, not to a
// row.
func (d *decoder) text(line []byte) (text string, ok bool) {
	switch {
	case ascii(line):
		return string(line), true
	case utf8.Valid(line):
		return string(line), d.gb == nil
	case d.gb == nil:
		return "", false
	}
	if need := 2*len(line) + utf8.UTFMax; cap(d.buffer) < need {
		d.buffer = make([]byte, 2*need)
	}
	d.gb.Reset()
	line = modern(line)
	n, _, err := d.gb.Transform(d.buffer[:cap(d.buffer)], line, true)
	out := d.buffer[:n]
	return string(out), err == nil && !bytes.ContainsRune(out, utf8.RuneError)
}

// modern is a line in GB18030 whose two-byte forms for characters that the standard of
// 2022 moved out of the places of private use are four-byte forms, which every decoder
// knows. Most lines have none.
func modern(line []byte) []byte {
	var out []byte
	for at := 0; at < len(line); {
		size := 1
		switch {
		case line[at] < 0x81 || at+1 == len(line):
		case '0' <= line[at+1] && line[at+1] <= '9':
			size = min(4, len(line)-at)
		default:
			size = 2
		}
		if form := moved[string(line[at:at+size])]; form != "" {
			if out == nil {
				out = append(make([]byte, 0, 2*len(line)), line[:at]...)
			}
			out = append(out, form...)
		} else if out != nil {
			out = append(out, line[at:at+size]...)
		}
		at += size
	}
	if out == nil {
		return line
	}
	return out
}

// moved are those two-byte forms (GB 18030-2022, and the two of 2005), with the four-byte
// forms of the same characters.
var moved = func() map[string]string {
	two := map[string]rune{
		"\xa6\xd9": 0xfe10, "\xa6\xda": 0xfe12, "\xa6\xdb": 0xfe11, "\xa6\xdc": 0xfe13, "\xa6\xdd": 0xfe14, "\xa6\xde": 0xfe15,
		"\xa6\xdf": 0xfe16, "\xa6\xec": 0xfe17, "\xa6\xed": 0xfe18, "\xa6\xf3": 0xfe19, "\xa8\xbc": 0x1e3f, "\xa8\xbf": 0x01f9,
		"\xfe\x51": 0x20087, "\xfe\x52": 0x20089, "\xfe\x53": 0x200cc, "\xfe\x59": 0x9fb4, "\xfe\x61": 0x9fb5, "\xfe\x66": 0x9fb6,
		"\xfe\x67": 0x9fb7, "\xfe\x6c": 0x215d7, "\xfe\x6d": 0x9fb8, "\xfe\x76": 0x2298f, "\xfe\x7e": 0x9fb9, "\xfe\x90": 0x9fba,
		"\xfe\x91": 0x241fe, "\xfe\xa0": 0x9fbb,
	}
	four := make(map[string]string, len(two))
	for form, r := range two {
		if n := encoded(r); n != form {
			four[form] = n
		}
	}
	return four
}()

// encoded is the form of a character that the encoder writes, or nothing.
func encoded(r rune) string {
	form, err := simplifiedchinese.GB18030.NewEncoder().String(string(r))
	if err != nil {
		return ""
	}
	return form
}

// legible is a row in no known encoding as far as it can be read, for the eyes
// of whoever mends it.
func legible(line []byte) string {
	return string(bytes.ToValidUTF8(line, []byte("\ufffd")))
}
