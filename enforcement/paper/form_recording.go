package paper

import (
	"encoding/binary"
)

// mp4 walks the boxes of a file (ISO/IEC 14496-12 §4.2): ftyp first, a moov and media, and
// their lengths make up the whole.
func (c *content) mp4() error {
	var moov, media bool
	for at := int64(0); at < c.size; {
		if at+8 > c.size {
			return errCut
		}
		head, err := readAt(c.r, at, min(16, c.size-at))
		if err != nil {
			return err
		}
		length, name := int64(binary.BigEndian.Uint32(head)), string(head[4:8])
		least := int64(8)
		switch length {
		case 0: // to the end
			length = c.size - at
		case 1:
			if len(head) < 16 || binary.BigEndian.Uint64(head[8:]) > MaxRecording {
				return errCut
			}
			length, least = int64(binary.BigEndian.Uint64(head[8:])), 16 //nolint:gosec // bounded above
		}
		if length < least {
			return errType
		}
		if at+length > c.size {
			return errCut
		}
		moov, media, at = moov || name == "moov", media || name == "mdat" || name == "moof", at+length
	}
	switch {
	case !media:
		return errType
	case !moov:
		return errCut
	}
	return nil
}

// wav demands that the length that a RIFF file says is its own, and that it has sound.
func (c *content) wav() error {
	length := int64(binary.LittleEndian.Uint32(c.head[4:])) + 8
	switch {
	case length > c.size:
		return errCut
	case length+1 < c.size:
		return errType
	}
	for at := int64(12); at+8 <= c.size; {
		head, err := readAt(c.r, at, 8)
		if err != nil {
			return err
		}
		part := int64(binary.LittleEndian.Uint32(head[4:]))
		if at+8+part > c.size {
			return errCut
		}
		if string(head[:4]) == "data" && part > 0 {
			return nil
		}
		at += 8 + part + part&1
	}
	return errType
}

// mp3 demands frames of MPEG audio one after the other, behind the tag if there is one.
func (c *content) mp3() error {
	at := int64(0)
	if string(c.head[:3]) == "ID3" {
		if len(c.head) < 10 {
			return errCut
		}
		at = 10
		for i, b := range c.head[6:10] {
			if b > 0x7f {
				return errType
			}
			at += int64(b) << (7 * (3 - i))
		}
	}
	for range 3 {
		if at+4 > c.size {
			return errCut
		}
		head, err := readAt(c.r, at, 4)
		if err != nil {
			return err
		}
		length := frameLength(head)
		if length == 0 {
			return errType
		}
		at += int64(length)
	}
	return nil
}

// Rates in kbit/s and Hz of MPEG audio layer III (ISO/IEC 11172-3 §2.4.2.3, 13818-3).
var (
	rates1  = [16]int{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0}
	rates2  = [16]int{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0}
	samples = [4]int{44100, 48000, 32000, 0}
)

// frameLength is the length in bytes of a frame by its first four; 0: it is none.
func frameLength(head []byte) int {
	if head[0] != 0xff || head[1]&0xe0 != 0xe0 || head[1]&0x06 != 0x02 { // layer III only
		return 0
	}
	version, hertz, pad := head[1]>>3&3, samples[head[2]>>2&3], int(head[2]>>1&1)
	rate, factor := rates1[head[2]>>4], 144_000
	switch version {
	case 1:
		return 0
	case 2:
		rate, factor, hertz = rates2[head[2]>>4], 72_000, hertz/2
	case 0:
		rate, factor, hertz = rates2[head[2]>>4], 72_000, hertz/4
	}
	if rate == 0 || hertz == 0 {
		return 0
	}
	return factor*rate/hertz + pad
}
