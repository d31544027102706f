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
	n, _, err := d.gb.Transform(d.buffer[:cap(d.buffer)], line, true)
	out := d.buffer[:n]
	return string(out), err == nil && !bytes.ContainsRune(out, utf8.RuneError)
}

// legible is a row in no known encoding as far as it can be read, for the eyes
// of whoever mends it.
func legible(line []byte) string {
	return string(bytes.ToValidUTF8(line, []byte("\ufffd")))
}
