package paper

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"io"
	"regexp"
	"strconv"
)

// The PDF's header (ISO 32000-1 §7.5.2), and the end of the file (§7.5.5).
var (
	pdfHead = regexp.MustCompile(`^%PDF-[12]\.[0-9][\r\n \t]`)
	pdfTail = regexp.MustCompile(`startxref[\r\n \t]+([0-9]{1,10})[\r\n \t]+%%EOF[\r\n \t\x00]*$`)
)

// pdf demands header and end of a PDF, and that nothing but blanks follows the end.
func (c *content) pdf() error {
	if !pdfHead.Match(c.head) {
		return errType
	}
	tail, err := c.tail(2 << 10)
	if err != nil {
		return err
	}
	end := pdfTail.FindSubmatch(tail)
	if end == nil {
		return errCut
	}
	at, err := strconv.ParseInt(string(end[1]), 10, 64)
	if err != nil || at >= c.size {
		return errCut
	}
	return nil
}

const pngMark = "\x89PNG\r\n\x1a\n"

// png walks the chunks of a PNG (ISO/IEC 15948 §5): IHDR first, IEND last and at the end.
func (c *content) png() error {
	const around = 12 // length, name, check
	first, data := true, false
	for at := int64(len(pngMark)); ; {
		if at+around > c.size {
			return errCut
		}
		head, err := readAt(c.r, at, 8)
		if err != nil {
			return err
		}
		length, name := int64(binary.BigEndian.Uint32(head)), string(head[4:])
		if at+around+length > c.size {
			return errCut
		}
		if first && (name != "IHDR" || length != 13) {
			return errType
		}
		if first {
			if err := c.pngHead(at); err != nil {
				return err
			}
		}
		first, data, at = false, data || name == "IDAT", at+around+length
		if name == "IEND" {
			if at != c.size || !data {
				return errType // something stands behind it, or nothing in it
			}
			return nil
		}
	}
}

// pngHead checks the first chunk: a picture of some width and height, and its check sum.
func (c *content) pngHead(at int64) error {
	chunk, err := readAt(c.r, at+4, 4+13+4)
	if err != nil {
		return err
	}
	if binary.BigEndian.Uint32(chunk[17:]) != crc32.ChecksumIEEE(chunk[:17]) || binary.BigEndian.Uint32(chunk[4:]) == 0 || binary.BigEndian.Uint32(chunk[8:]) == 0 {
		return errType
	}
	return nil
}

// jpeg walks the segments of a JPEG (ITU-T T.81 annex B) to its first scan and demands its
// end at the end.
func (c *content) jpeg() error {
	frame := false
	for at := int64(2); ; {
		if at+4 > c.size {
			return errCut
		}
		head, err := readAt(c.r, at, 4)
		if err != nil {
			return err
		}
		if head[0] != 0xff {
			return errType
		}
		if head[1] == 0xff { // filling
			at++
			continue
		}
		length := int64(binary.BigEndian.Uint16(head[2:]))
		if length < 2 || at+2+length > c.size {
			return errCut
		}
		marker := head[1]
		frame = frame || marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc
		if marker == 0xda {
			break
		}
		at += 2 + length
	}
	if !frame {
		return errType
	}
	tail, err := c.tail(2)
	if err == nil && !bytes.Equal(tail, []byte{0xff, 0xd9}) {
		err = errCut
	}
	return err
}

// eachBlock reads the content from the beginning, block by block.
func (c *content) eachBlock(do func(block []byte, last bool) error) error {
	buf := make([]byte, 64<<10)
	for at := int64(0); at < c.size; {
		n := min(int64(len(buf)), c.size-at)
		got, err := c.r.ReadAt(buf[:n], at)
		if int64(got) < n {
			if err == nil {
				err = io.ErrUnexpectedEOF
			}
			return err
		}
		at += n
		if err := do(buf[:n], at == c.size); err != nil {
			return err
		}
	}
	return nil
}
