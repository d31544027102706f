package paper

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"

	"concordat/enforcement"
)

// How large a paper may be, in bytes.
const (
	MaxSize      = 20 << 20
	MaxRecording = 200 << 20
)

// Type is a media type (RFC 6838), as the content has it.
type Type string

// The types that are taken.
const (
	PDF  Type = "application/pdf"
	JPEG Type = "image/jpeg"
	PNG  Type = "image/png"
	OFD  Type = "application/ofd"
	Text Type = "text/plain"
	MP4  Type = "video/mp4"
	WAV  Type = "audio/wav"
	MP3  Type = "audio/mpeg"
)

// Recording reports whether it is video or audio, of which much more is taken.
func (t Type) Recording() bool { return slices.Contains([]Type{MP4, WAV, MP3}, t) }

// Limit is how large a paper of the type may be, in bytes.
func (t Type) Limit() int64 {
	if t.Recording() {
		return MaxRecording
	}
	return MaxSize
}

func tooLarge(limit int64) error {
	return enforcement.Refuse("paper.size", "megabytes", strconv.FormatInt(limit>>20, 10))
}

// sniffed is how much of the beginning tells what a paper claims to be, in bytes.
const sniffed = 4 << 10

// claims tells by the first bytes what a paper claims to be. A text claims nothing.
func claims(head []byte) Type {
	switch {
	case bytes.HasPrefix(head, []byte("%PDF-")):
		return PDF
	case bytes.HasPrefix(head, []byte("\xff\xd8\xff")):
		return JPEG
	case bytes.HasPrefix(head, []byte(pngMark)):
		return PNG
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return OFD
	case len(head) >= 12 && string(head[4:8]) == "ftyp":
		return MP4
	case len(head) >= 12 && string(head[:4]) == "RIFF" && string(head[8:12]) == "WAVE":
		return WAV
	case bytes.HasPrefix(head, []byte("ID3")) || len(head) > 4 && frameLength(head) > 0:
		return MP3
	}
	return Text
}

// Inspect tells the type of a paper by its content and refuses what is none: empty, of
// another type ("paper.type"), too large, broken off ("paper.cut"), blank, an archive that
// unfolds without end ("paper.archive"), or two things at once ("paper.type"). It reads
// what it needs and keeps little of it. Errors of r are returned as they are.
func Inspect(r io.ReaderAt, size int64) (Type, error) {
	if size == 0 {
		return "", enforcement.Refuse("paper.empty")
	}
	head, err := readAt(r, 0, min(size, sniffed))
	if err != nil {
		return "", err
	}
	kind := claims(head)
	if size > kind.Limit() {
		return "", tooLarge(kind.Limit())
	}
	c := content{r: r, size: size, head: head}
	if err := c.check(kind); err != nil {
		return "", err
	}
	return kind, c.onlyThat(kind)
}

// content is a paper under inspection.
type content struct {
	r    io.ReaderAt
	size int64
	head []byte
}

func (c *content) check(kind Type) error {
	switch kind {
	case PDF:
		return c.pdf()
	case JPEG:
		return c.jpeg()
	case PNG:
		return c.png()
	case OFD:
		return c.ofd()
	case MP4:
		return c.mp4()
	case WAV:
		return c.wav()
	case MP3:
		return c.mp3()
	case Text:
		return c.text()
	}
	return errType
}

// errType and errCut are the refusals of nearly every form.
var (
	errType = enforcement.Refuse("paper.type")
	errCut  = enforcement.Refuse("paper.cut")
)

// onlyThat refuses what is a PDF too, which readers look for in the first KiB, or an archive,
// which is found from its end and so may stand behind anything else.
func (c *content) onlyThat(kind Type) error {
	if kind != PDF && bytes.Contains(c.head[:min(len(c.head), 1<<10)], []byte("%PDF-")) {
		return errType
	}
	if kind == OFD {
		return nil // an archive, and nothing behind it
	}
	tail, err := c.tail(maxEnd)
	if err != nil {
		return err
	}
	for at := len(tail); ; {
		if at = bytes.LastIndex(tail[:at], []byte("PK\x05\x06")); at < 0 {
			return nil
		}
		if len(tail)-at >= endSize && len(tail)-at-endSize == int(tail[at+20])|int(tail[at+21])<<8 {
			return errType
		}
	}
}

// tail are the last bytes, n at most.
func (c *content) tail(n int64) ([]byte, error) {
	n = min(n, c.size)
	return readAt(c.r, c.size-n, n)
}

// readAt reads exactly n bytes from a place that is there.
func readAt(r io.ReaderAt, from, n int64) ([]byte, error) {
	buf := make([]byte, n)
	got, err := r.ReadAt(buf, from)
	if int64(got) == n && (err == nil || errors.Is(err, io.EOF)) {
		return buf, nil
	}
	if err == nil {
		err = io.ErrUnexpectedEOF
	}
	return nil, fmt.Errorf("read a paper at %d: %w", from, err)
}
