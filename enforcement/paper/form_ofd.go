package paper

import (
	"archive/zip"
	"encoding/binary"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"slices"
	"strings"

	"concordat/enforcement"
)

// The end of an archive (PKZIP application note 6.3, §4.3.16), and the bounds of one.
const (
	endSize = 22
	maxEnd  = endSize + 1<<16
	// maxEntries bounds the entries of an archive, maxDirectory its list of them, maxUnfolded
	// what they unfold to, the last two in bytes.
	maxEntries   = 10_000
	maxDirectory = 4 << 20
	maxUnfolded  = 128 << 20
)

var errArchive = enforcement.Refuse("paper.archive")

// ofd demands an archive with OFD.xml in it (GB/T 33190-2016 §7), of which every entry is
// whole and all together unfold to no more than they may.
func (c *content) ofd() error {
	archive, err := openArchive(c.r, c.size, maxUnfolded)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(archive.File, func(f *zip.File) bool { return f.Name == "OFD.xml" })
	if at < 0 {
		return errType
	}
	if err := ofdRoot(archive.File[at]); err != nil {
		return err
	}
	for _, f := range archive.File {
		if err := whole(f); err != nil {
			return err
		}
	}
	return nil
}

// openArchive opens an archive that begins at the first byte, ends with the last, and
// unfolds to no more than limit bytes by what it says.
func openArchive(r io.ReaderAt, size, limit int64) (*zip.Reader, error) {
	if size < endSize {
		return nil, errCut
	}
	end, err := readAt(r, size-endSize, endSize)
	if err != nil {
		return nil, err
	}
	if string(end[:4]) != "PK\x05\x06" || end[20] != 0 || end[21] != 0 {
		return nil, errCut // broken off, or something stands behind it
	}
	entries, directory := int64(binary.LittleEndian.Uint16(end[10:])), int64(binary.LittleEndian.Uint32(end[12:]))
	if entries > maxEntries || directory > maxDirectory {
		return nil, errArchive
	}
	archive, err := zip.NewReader(r, size)
	if err != nil {
		if _, ok := errors.AsType[*enforcement.Refusal](err); ok || !errors.Is(err, zip.ErrFormat) && !errors.Is(err, zip.ErrInsecurePath) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return nil, err
		}
		return nil, errCut
	}
	if len(archive.File) > maxEntries {
		return nil, errArchive
	}
	var total uint64
	for _, f := range archive.File {
		if f.Flags&1 != 0 || strings.ContainsAny(f.Name, "\x00\\") || path.IsAbs(f.Name) || slices.Contains(strings.Split(f.Name, "/"), "..") {
			return nil, errType // locked, or it leads elsewhere
		}
		if total += f.UncompressedSize64; f.UncompressedSize64 > uint64(limit) || total > uint64(limit) { //nolint:gosec // ours
			return nil, errArchive
		}
	}
	return archive, nil
}

// ofdRoot demands that the first element of OFD.xml is one of an OFD.
func ofdRoot(f *zip.File) error {
	entry, err := f.Open()
	if err != nil {
		return errCut
	}
	defer func() { _ = entry.Close() }() // read only
	tokens := xml.NewDecoder(io.LimitReader(entry, 64<<10))
	for {
		token, err := tokens.Token()
		if err != nil {
			return errType
		}
		if start, ok := token.(xml.StartElement); ok {
			if start.Name.Local != "OFD" {
				return errType
			}
			return nil
		}
	}
}

// whole reads an entry to its end: it has the length and the check sum that it says.
func whole(f *zip.File) error {
	if f.FileInfo().IsDir() {
		return nil
	}
	entry, err := f.Open()
	if err != nil {
		return errCut
	}
	defer func() { _ = entry.Close() }()                                                // read only
	n, err := io.Copy(io.Discard, io.LimitReader(entry, int64(f.UncompressedSize64)+1)) //nolint:gosec // bounded by maxUnfolded
	switch {
	case n > int64(f.UncompressedSize64): //nolint:gosec // likewise
		return errArchive
	case err != nil:
		return errCut
	}
	return nil
}
