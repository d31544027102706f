//go:build !race

// One thing after the other, over much: of data races nothing is asked here (make plain).

package paper_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"

	"concordat/enforcement"
	"concordat/enforcement/paper"
)

const pdf = "%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\nxref\n0 1\ntrailer\n<< /Root 1 0 R >>\nstartxref\n52\n%%EOF\n"

const ofdRoot = `<?xml version="1.0" encoding="UTF-8"?><ofd:OFD xmlns:ofd="http://www.ofdspec.org/2016" Version="1.0"/>`

func box(name string, content []byte) []byte {
	out := binary.BigEndian.AppendUint32(nil, uint32(8+len(content)))
	return append(append(out, name...), content...)
}

func picture(t testing.TB, write func(*bytes.Buffer, image.Image) error) []byte {
	t.Helper()
	var buf bytes.Buffer
	must(t, write(&buf, image.NewGray(image.Rect(0, 0, 9, 9))))
	return buf.Bytes()
}

func pngPaper(t testing.TB) []byte {
	return picture(t, func(w *bytes.Buffer, i image.Image) error { return png.Encode(w, i) })
}

func jpegPaper(t testing.TB) []byte {
	return picture(t, func(w *bytes.Buffer, i image.Image) error { return jpeg.Encode(w, i, nil) })
}

func mp4Paper() []byte {
	return bytes.Join([][]byte{box("ftyp", []byte("isom\x00\x00\x02\x00isom")), box("moov", make([]byte, 20)), box("mdat", make([]byte, 50))}, nil)
}

func mp3Paper() []byte {
	frame := append([]byte{0xff, 0xfb, 0x90, 0x00}, make([]byte, 413)...) // 128 kbit/s, 44.1 kHz: 417 bytes
	return append([]byte("ID3\x04\x00\x00\x00\x00\x00\x00"), bytes.Repeat(frame, 4)...)
}

func inspect(content []byte) (paper.Type, error) {
	return paper.Inspect(bytes.NewReader(content), int64(len(content)))
}

func TestInspectTellsByTheContent(t *testing.T) {
	t.Parallel()
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(strings.Repeat("演示:送达回证。", 20_000))
	must(t, err)
	for _, c := range []struct {
		content []byte
		want    paper.Type
	}{
		{[]byte(pdf), paper.PDF},
		{pngPaper(t), paper.PNG},
		{jpegPaper(t), paper.JPEG},
		{archived(t, "OFD.xml", ofdRoot, "Doc_0/Document.xml", "<x/>"), paper.OFD},
		{[]byte("演示:送达回证\r\n"), paper.Text},
		{[]byte("\xef\xbb\xbf演示送达回证"), paper.Text},
		{[]byte(gb), paper.Text},
		{bytes.Repeat([]byte("演示送达回证"), 20_000), paper.Text}, // characters lie across blocks
		{mp4Paper(), paper.MP4},
		{wav(make([]byte, 9)), paper.WAV},
		{mp3Paper(), paper.MP3},
	} {
		if got, err := inspect(c.content); got != c.want || err != nil {
			t.Errorf("%q %v, want %s", got, err, c.want)
		}
	}
}

func TestInspectRefuses(t *testing.T) {
	t.Parallel()
	whole, ofd := pngPaper(t), archived(t, "OFD.xml", ofdRoot)
	withPDF := bytes.Replace(jpegPaper(t), []byte("\xff\xd8"), []byte("\xff\xd8\xff\xfe\x00\x0b%PDF-1.7\n"), 1)
	for what, c := range map[string]struct {
		content []byte
		code    string
	}{
		"nothing":                   {nil, "paper.empty"},
		"a program":                 {[]byte("\x7fELF\x02\x01\x01"), "paper.type"},
		"a page":                    {[]byte("\n<!DOCTYPE html><html>"), "paper.type"},
		"a picture with scripts":    {[]byte("<svg xmlns='x'><script/></svg>"), "paper.type"},
		"a rich text":               {[]byte(`{\rtf1 text}`), "paper.type"},
		"an old word document":      {[]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "paper.type"},
		"a text with a hidden turn": {[]byte("回证\u202e证回"), "paper.type"},
		"a text with escapes":       {[]byte("回证\x1b[2J"), "paper.type"},
		"dots":                      {[]byte("…… —— !?"), "paper.blank"},
		"blanks":                    {[]byte(" \t\r\n　\u00a0"), "paper.blank"},
		"a PDF's head":              {[]byte(pdf[:40]), "paper.cut"},
		"a PDF with something on":   {[]byte(pdf + "<html>"), "paper.cut"},
		"a PDF of another number":   {[]byte(strings.Replace(pdf, "1.7", "9.9", 1)), "paper.type"},
		"half a picture":            {whole[:len(whole)-7], "paper.cut"},
		"a picture and more":        {append(bytes.Clone(whole), "<html>"...), "paper.type"},
		"a picture and an archive":  {append(bytes.Clone(whole), ofd...), "paper.type"},
		"a PDF and an archive":      {append([]byte(pdf), ofd...), "paper.cut"},
		"a recording and archive":   {append(bytes.Clone(mp4Paper()), box("free", ofd)...), "paper.type"},
		"a picture and a PDF":       {withPDF, "paper.type"},
		"half a photograph":         {jpegPaper(t)[:200], "paper.cut"},
		"an archive of no OFD":      {archived(t, "word/document.xml", "<w/>"), "paper.type"},
		"an OFD of another root":    {archived(t, "OFD.xml", "<html/>"), "paper.type"},
		"an OFD that leads outside": {archived(t, "OFD.xml", ofdRoot, "../x", "y"), "paper.type"},
		"an OFD and more":           {append(bytes.Clone(ofd), "tail"...), "paper.cut"},
		"half an OFD":               {ofd[:len(ofd)-30], "paper.cut"},
		"a bomb":                    {archived(t, "OFD.xml", ofdRoot, "Res/x", strings.Repeat("0", 130<<20)), "paper.archive"},
		"a lying OFD":               {lying(t), "paper.cut"},
		"half a recording":          {mp4Paper()[:60], "paper.cut"},
		"a recording of nothing":    {box("ftyp", []byte("isom\x00\x00\x02\x00isom")), "paper.type"},
		"half a sound":              {wav(make([]byte, 50))[:60], "paper.cut"},
		"too large a text":          {bytes.Repeat([]byte("0123456789"), paper.MaxSize/10+1), "paper.size"},
	} {
		if kind, err := inspect(c.content); !errors.Is(err, enforcement.Refuse(c.code)) {
			t.Errorf("%s: %s %v, want %s", what, kind, err, c.code)
		}
	}
}

// lying is an OFD of which an entry says that it unfolds to less than it does.
func lying(t testing.TB) []byte {
	t.Helper()
	whole := archived(t, "OFD.xml", ofdRoot, "Res/x", strings.Repeat("0", 1<<20))
	r, err := zip.NewReader(bytes.NewReader(whole), int64(len(whole)))
	must(t, err)
	at := bytes.LastIndex(whole, []byte("PK\x01\x02")) // the last entry of the list
	if n := binary.LittleEndian.Uint32(whole[at+24:]); uint64(n) != r.File[1].UncompressedSize64 {
		t.Fatalf("%d bytes at the place of the size", n)
	}
	binary.LittleEndian.PutUint32(whole[at+24:], 7)
	return whole
}

// Whatever the bytes, they are told the same each time, and what is taken is no more than
// it may be.
func FuzzInspect(f *testing.F) {
	for _, seed := range [][]byte{[]byte(pdf), pngPaper(f), jpegPaper(f), archived(f, "OFD.xml", ofdRoot), mp4Paper(), mp3Paper(), wav(make([]byte, 9)), []byte("演示送达回证"), []byte("\xd1\xdd\xca\xbe")} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		kind, err := inspect(content)
		again, second := inspect(bytes.Clone(content))
		if kind != again || (err == nil) != (second == nil) {
			t.Fatalf("%s %v, then %s %v", kind, err, again, second)
		}
		if err == nil && int64(len(content)) > kind.Limit() {
			t.Fatalf("%d bytes of %s", len(content), kind)
		}
		if refused, ok := errors.AsType[*enforcement.Refusal](err); err != nil && !ok {
			t.Fatalf("a fault: %v %v", err, refused)
		}
	})
}
