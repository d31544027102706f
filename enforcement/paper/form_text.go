package paper

import (
	"bytes"
	"errors"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/transform"

	"concordat/enforcement"
)

// leastText is how many letters and digits a text has at least.
const leastText = 2

// active are the beginnings of what is text, and read as something else by some program.
var active = []string{"<!", "<?", "<html", "<head", "<body", "<script", "<svg", "<iframe", "{\\rtf", "%!", "#!", "mime-version:", "x-sendfile"}

// text demands a text in UTF-8 or GB18030 that says something and hides nothing.
func (c *content) text() error {
	head := bytes.ToLower(bytes.TrimLeftFunc(bytes.TrimPrefix(c.head, []byte("\xef\xbb\xbf")), unicode.IsSpace))
	for _, begin := range active {
		if bytes.HasPrefix(head, []byte(begin)) {
			return errType
		}
	}
	said, err := c.decoded(utf8Text)
	if errors.Is(err, errEncoding) {
		said, err = c.decoded(gbText())
	}
	if errors.Is(err, errEncoding) {
		return errType
	}
	if err == nil && said < leastText {
		err = enforcement.Refuse("paper.blank")
	}
	return err
}

// errEncoding reports bytes that are no text of the encoding.
var errEncoding = errors.New("not of this encoding")

// utf8Text splits a block of UTF-8.
func utf8Text(in []byte, last bool) ([]byte, int, error) {
	for at := 0; at < len(in); {
		r, size := utf8.DecodeRune(in[at:])
		if r == utf8.RuneError && size <= 1 {
			if last || utf8.FullRune(in[at:]) {
				return nil, 0, errEncoding
			}
			return in[:at], at, nil
		}
		at += size
	}
	return in, len(in), nil
}

// gbText splits blocks of GB18030, one after the other.
func gbText() func(in []byte, last bool) ([]byte, int, error) {
	decoder, out := simplifiedchinese.GB18030.NewDecoder(), []byte(nil)
	return func(in []byte, last bool) ([]byte, int, error) {
		if need := 2*len(in) + utf8.UTFMax; len(out) < need {
			out = make([]byte, need)
		}
		n, used, err := decoder.Transform(out, in, last)
		if err != nil && !errors.Is(err, transform.ErrShortSrc) || bytes.ContainsRune(out[:n], utf8.RuneError) {
			return nil, 0, errEncoding
		}
		return out[:n], used, nil
	}
}

// decoded counts the letters and digits of a text, block by block: split gives what of a
// block is whole characters, in UTF-8, and how many bytes of it that took.
func (c *content) decoded(split func(in []byte, last bool) (plain []byte, used int, err error)) (said int, err error) {
	var rest []byte
	err = c.eachBlock(func(block []byte, last bool) error {
		in := append(rest, block...)
		plain, used, err := split(in, last)
		if err != nil {
			return err
		}
		rest = bytes.Clone(in[used:])
		n, err := letters(plain)
		said += n
		return err
	})
	return said, err
}

// letters counts letters and digits, and refuses what a text has no need of: control
// characters but line breaks, tabs and form feeds.
func letters(text []byte) (n int, err error) {
	for _, r := range string(text) {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			n++
		case unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' && r != '\f':
			return n, errType
		case unicode.Is(unicode.Bidi_Control, r):
			return n, errType
		}
	}
	return n, nil
}
