package courtfile

import (
	"archive/zip"
	"compress/flate"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"
)

var (
	// errTooMuch reports a part of a workbook that is larger than it may be.
	errTooMuch = errors.New("part of a workbook is too large")
	// errMarkup reports markup that breaks off or is none.
	errMarkup = errors.New("part of a workbook is damaged")
)

// markup reads a part of a workbook as a stream of XML tokens. What one row or
// one text may take is bounded before anything is made of it: budget is what may
// still be read until rest is called again.
type markup struct {
	part    io.ReadCloser
	decoder *xml.Decoder
	budget  int64
	total   int64
	packed  int64 // bytes of the part as it lies in the file
	size    int64 // of the part unpacked, as the directory has it
	work    *work
	seen    int64
	err     error
}

// maxItem bounds the markup of one row or one text; it is longer than what it
// says.
const maxItem = 8 << 20

// A workbook whose parts unpack to more than so many times its size, and to more than
// atLeast, is made to: spreadsheets that programs write unpack to fifteen times at most. So
// 5 MB are 208 MB of markup at most, however many sheets and texts they are cut into, which
// one core reads in four seconds.
const (
	mostInflated = 40
	atLeast      = 8 << 20
)

// work is how much markup may still be unpacked of a workbook, in bytes.
type work struct{ left int64 }

func workOf(size int64) *work { return &work{atLeast + mostInflated*size} }

func openMarkup(part *zip.File, limit int64, left *work) (*markup, error) {
	r, err := part.Open()
	if err != nil {
		return nil, damaged(0, err)
	}
	m := &markup{part: r, budget: maxItem, total: limit, work: left}
	m.packed, m.size = int64(part.CompressedSize64), max(1, int64(part.UncompressedSize64)) //nolint:gosec // no larger than the file
	m.decoder = xml.NewDecoder(m)
	return m, nil
}

// Read unpacks more, within the budget.
func (m *markup) Read(into []byte) (int, error) {
	n, err := m.part.Read(into)
	m.seen += int64(n)
	m.budget -= int64(n)
	m.work.left -= int64(n)
	if m.budget < 0 || m.seen > m.total || m.work.left < 0 {
		m.err = errTooMuch // the decoder makes its own of it
		return 0, errTooMuch
	}
	if err != nil && !errors.Is(err, io.EOF) {
		m.err = err
	}
	return n, err
}

// rest begins a new row or text.
func (m *markup) rest() { m.budget = maxItem }

// token is the next token, up to the very place where the part is damaged. A
// reader is asked only while more is expected, so the end of the part is damage
// too.
func (m *markup) token() (xml.Token, error) {
	t, err := m.decoder.RawToken()
	switch {
	case err == nil:
		return t, nil
	case m.err != nil:
		return nil, m.err
	}
	return nil, errMarkup
}

// finish reads what follows, so that the part's checksum is compared.
func (m *markup) finish() error {
	if m.err != nil {
		return m.err
	}
	for rest := make([]byte, 1<<15); ; {
		m.rest()
		switch _, err := m.Read(rest); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
	}
}

// packedRead is about how many bytes of the file were read.
func (m *markup) packedRead() int64 {
	return int64(float64(m.packed) * min(1, float64(m.seen)/float64(m.size)))
}

func (m *markup) close() error { return m.part.Close() }

func isFlateError(err error) bool {
	var corrupt flate.CorruptInputError
	return errors.As(err, &corrupt)
}

func attribute(attrs []xml.Attr, name string) string {
	for _, a := range attrs {
		if a.Name.Local == name && a.Name.Space == "" {
			return a.Value
		}
	}
	return ""
}

// inner reads what stands in the elements called name inside the element that
// has just begun, and passes over its end. What is read of a text by sound
// (rPh) is no part of it.
func (m *markup) inner(name string) (string, error) {
	var text strings.Builder
	for depth, inside, sound := 1, 0, 0; depth > 0; {
		t, err := m.token()
		if err != nil {
			return "", err
		}
		switch t := t.(type) {
		case xml.StartElement:
			depth++
			if t.Name.Local == "rPh" || sound > 0 {
				sound++
			}
			if t.Name.Local == name || inside > 0 {
				inside++
			}
		case xml.EndElement:
			depth--
			sound, inside = max(0, sound-1), max(0, inside-1)
		case xml.CharData:
			if inside > 0 && sound == 0 {
				text.Write(t)
			}
		}
	}
	return unescape(text.String()), nil
}

// escape is how a workbook writes characters that XML does not allow.
var escape = regexp.MustCompile(`_x[0-9A-Fa-f]{4}_`)

// unescape writes the characters themselves, so that a hidden one does not pass
// as letters.
func unescape(text string) string {
	if !strings.Contains(text, "_x") {
		return text
	}
	return escape.ReplaceAllStringFunc(text, func(m string) string {
		n, _ := strconv.ParseUint(m[2:6], 16, 16)
		return string(rune(n))
	})
}
