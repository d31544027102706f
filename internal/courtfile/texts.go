package courtfile

import (
	"archive/zip"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"encoding/xml"
	"errors"
	"fmt"
	"os"
	"slices"
	"sort"
)

// sharedTexts are the texts of a workbook that its cells name by number, which
// may be as large as the sheet and are asked for in any order. They are kept in
// pages. A few pages stay in memory; where there are more, all pages lie in a
// temporary file that has no name any more and is encrypted under a key that
// exists in this process alone: texts are personal data. The zero sharedTexts
// has none.
type sharedTexts struct {
	pages []page
	count int
	open  []byte   // the page that is being filled
	kept  []loaded // pages in memory, the one used longest ago first
	spool *os.File
	aead  cipher.AEAD
	at    int64
}

// page is where a page lies; first is the number of its first text.
type page struct {
	first int
	at    int64
	size  int
	plain []byte // until there is a spool
}

// loaded is a page with the places of its texts.
type loaded struct {
	number int
	plain  string
	ends   []uint32
}

const (
	pageBytes = 1 << 16
	keptPages = 64
)

// readTexts reads all texts once, if they are at most so many bytes.
func readTexts(part *zip.File, limit int64, left *work) (*sharedTexts, error) {
	m, err := openMarkup(part, limit, left)
	if err != nil {
		return nil, err
	}
	s := &sharedTexts{}
	if err := s.fill(m); err != nil {
		_, _ = s.close(), m.close() // the error says enough
		return nil, damaged(0, err)
	}
	return s, m.close()
}

func (s *sharedTexts) fill(m *markup) error {
	for {
		m.rest()
		t, err := m.token()
		if err != nil {
			return err
		}
		switch t := t.(type) {
		case xml.StartElement:
			if t.Name.Local != "si" {
				continue
			}
			text, err := m.inner("t")
			if err != nil {
				return err
			}
			if err := s.add(text); err != nil {
				return err
			}
		case xml.EndElement:
			if t.Name.Local == "sst" {
				return s.turn()
			}
		}
	}
}

// add keeps a text; of one that is too long for any row, so much that a row
// with it is refused.
func (s *sharedTexts) add(text string) error {
	text = text[:min(len(text), maxRow+1)]
	if len(s.open) > 0 && len(s.open)+len(text) > pageBytes {
		if err := s.turn(); err != nil {
			return err
		}
	}
	if len(s.open) == 0 {
		s.pages = append(s.pages, page{first: s.count})
	}
	s.open = binary.AppendUvarint(s.open, uint64(len(text)))
	s.open = append(s.open, text...)
	s.count++
	return nil
}

// turn closes the page that is being filled.
func (s *sharedTexts) turn() error {
	if len(s.open) == 0 {
		return nil
	}
	s.pages[len(s.pages)-1].plain = s.open
	s.open = make([]byte, 0, pageBytes)
	if s.spool == nil && len(s.pages) <= keptPages {
		return nil
	}
	if s.spool == nil {
		if err := s.openSpool(); err != nil {
			return err
		}
	}
	for i := range s.pages {
		if s.pages[i].plain != nil {
			if err := s.write(i); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *sharedTexts) openSpool() error {
	var key [32]byte
	_, _ = rand.Read(key[:]) // never fails
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return fmt.Errorf("make the cipher of a spool: %w", err)
	}
	if s.aead, err = cipher.NewGCM(block); err != nil {
		return fmt.Errorf("make the cipher of a spool: %w", err)
	}
	if s.spool, err = os.CreateTemp("", "concordat-"); err != nil {
		return fmt.Errorf("open a spool for the texts of a workbook: %w", err)
	}
	if err := os.Remove(s.spool.Name()); err != nil {
		return fmt.Errorf("take the name of a spool away: %w", err)
	}
	return nil
}

// nonce is the number of a page: each is written once under the key.
func (s *sharedTexts) nonce(number int) []byte {
	nonce := make([]byte, s.aead.NonceSize())
	binary.BigEndian.PutUint64(nonce, uint64(number)) //nolint:gosec // counts from 0
	return nonce
}

func (s *sharedTexts) write(number int) error {
	p := &s.pages[number]
	sealed := s.aead.Seal(nil, s.nonce(number), p.plain, nil) //nolint:gosec // the key is new with every spool, the nonce with every page
	if _, err := s.spool.WriteAt(sealed, s.at); err != nil {
		return fmt.Errorf("write the texts of a workbook aside: %w", err)
	}
	p.at, p.size, p.plain = s.at, len(sealed), nil
	s.at += int64(len(sealed))
	return nil
}

// text is the n-th text, from 0. A number that no text has is damage.
func (s *sharedTexts) text(n int) (string, error) {
	if n < 0 || n >= s.count {
		return "", errMarkup
	}
	number := sort.Search(len(s.pages), func(i int) bool { return s.pages[i].first > n }) - 1
	p, err := s.load(number)
	if err != nil {
		return "", err
	}
	i := n - s.pages[number].first
	begin := uint32(0)
	if i > 0 {
		begin = p.ends[i-1]
	}
	_, size := binary.Uvarint([]byte(p.plain[begin:min(len(p.plain), int(begin)+binary.MaxVarintLen64)]))
	return p.plain[int(begin)+size : p.ends[i]], nil
}

// load brings a page into memory, in place of the one used longest ago.
func (s *sharedTexts) load(number int) (loaded, error) {
	for i, p := range slices.Backward(s.kept) {
		if p.number == number {
			copy(s.kept[i:], s.kept[i+1:])
			s.kept[len(s.kept)-1] = p
			return p, nil
		}
	}
	plain := s.pages[number].plain
	if plain == nil {
		sealed := make([]byte, s.pages[number].size)
		if _, err := s.spool.ReadAt(sealed, s.pages[number].at); err != nil {
			return loaded{}, fmt.Errorf("read the texts of a workbook again: %w", err)
		}
		var err error
		if plain, err = s.aead.Open(sealed[:0], s.nonce(number), sealed, nil); err != nil {
			return loaded{}, fmt.Errorf("open the texts of a workbook: %w", err)
		}
	}
	p := loaded{number: number, plain: string(plain)}
	for at := 0; at < len(plain); {
		length, size := binary.Uvarint(plain[at:])
		at += size + int(length)            //nolint:gosec // was written from an int
		p.ends = append(p.ends, uint32(at)) //nolint:gosec // a page is small
	}
	if len(s.kept) == keptPages {
		s.kept = append(s.kept[:0], s.kept[1:]...)
	}
	s.kept = append(s.kept, p)
	return p, nil
}

func (s *sharedTexts) close() error {
	if s.spool == nil {
		return nil
	}
	err := s.spool.Close()
	if errors.Is(err, os.ErrClosed) {
		return nil
	}
	return err
}
