package paper

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"concordat/enforcement"
	"concordat/enforcement/record"
	"concordat/internal/pg"
	"concordat/memoranda/day"
)

// The acts of papers in the log. What an act brings with it, its own event names.
const (
	EventBrought record.EventKind = "paper-brought"
	EventLinked  record.EventKind = "paper-linked"
	EventRead    record.EventKind = "paper-read"
	EventArchive record.EventKind = "papers-filed"
)

// Bringers are who may bring a paper, of the organisation that owns the case.
var Bringers = []enforcement.Role{enforcement.Clerk, enforcement.Judge, enforcement.President, enforcement.DepartmentClerk, enforcement.DepartmentReviewer}

// New is what is said of a paper that is brought alone.
type New struct {
	Purpose Purpose
	Title   string
	Day     day.Day
}

// ErrBroken reports that a paper did not arrive whole; it comes with the reader's own error.
var ErrBroken = errors.New("the paper broke off")

// Bring keeps a paper as it comes in, sealed piece by piece: it is never on disk in clear
// and never whole in memory. What it claims to be is looked at with its first piece, and
// bounds what is read; what it is with its last. Where it is refused or body breaks off
// ([ErrBroken]), what had arrived is deleted.
func (p *Papers) Bring(ctx context.Context, act enforcement.Act, h Holder, n New, body io.Reader) (one Paper, err error) {
	if err := act.Check(Bringers...); err != nil {
		return one, err
	}
	a, err := p.arrive(act, h, n.Purpose, n.Title, n.Day)
	if err != nil {
		return one, enforcement.AsRefusal(err)
	}
	defer func() {
		if err != nil || one.ID != a.row.ID {
			err = errors.Join(err, p.forget(context.WithoutCancel(ctx), a.row.ID))
		}
	}()
	last, err := p.receive(ctx, a, body)
	if err != nil {
		return one, err
	}
	kind, err := Inspect(p.arrived(ctx, a, last), a.row.Size)
	if err != nil {
		return one, err
	}
	return p.entered(ctx, act, h, a, kind, last)
}

// receive stores all pieces but the last, which goes with the paper's own transaction.
func (p *Papers) receive(ctx context.Context, a *arrival, body io.Reader) (last *chunkRow, err error) {
	return p.receiveUpTo(ctx, a, body, func(head []byte) int64 { return claims(head).Limit() })
}

// receiveUpTo is receive with a limit that the first piece tells.
func (p *Papers) receiveUpTo(ctx context.Context, a *arrival, body io.Reader, limitOf func(head []byte) int64) (last *chunkRow, err error) {
	buf, limit := make([]byte, PieceSize), int64(0)
	for {
		n, end := fill(body, buf)
		if end != nil && !errors.Is(end, io.EOF) {
			return nil, fmt.Errorf("read paper %s: %w: %w", a.row.ID, ErrBroken, end)
		}
		if n > 0 {
			if last != nil {
				if err := p.store(ctx, last); err != nil {
					return nil, err
				}
			}
			if limit == 0 {
				limit = limitOf(buf[:n])
			}
			if last, err = a.seal(buf[:n]); err != nil {
				return nil, err
			}
			if a.row.Size > limit {
				return nil, tooLarge(limit)
			}
		}
		if end == nil {
			continue
		}
		if last == nil {
			return nil, enforcement.Refuse("paper.empty")
		}
		return last, nil
	}
}

// fill is io.ReadFull, which calls a whole paper that ends within the buffer by the name
// that HTTP gives a body that broke off.
func fill(r io.Reader, buf []byte) (n int, err error) {
	for n < len(buf) && err == nil {
		var c int
		c, err = r.Read(buf[n:])
		n += c
	}
	return n, err
}

// store stores a piece; each commits by itself, for between two of them the sender may
// take its time.
func (p *Papers) store(ctx context.Context, row *chunkRow) error {
	if _, err := p.Record.DB.NewInsert().Model(row).Exec(ctx); err != nil {
		return fmt.Errorf("store piece %d of paper %s: %w", row.Position, row.Paper, err)
	}
	return nil
}

// forget deletes the pieces of what did not become a paper; the schema lets no other go.
func (p *Papers) forget(ctx context.Context, id enforcement.ID) error {
	if _, err := p.Record.DB.NewDelete().Model((*chunkRow)(nil)).Where("paper_id = ?", id).Exec(ctx); err != nil {
		return fmt.Errorf("delete the pieces of paper %s: %w", id, err)
	}
	return nil
}

// entered enters a paper whose pieces are stored but for the last, with its event. Asked
// again under its key, it is the paper that was brought first.
func (p *Papers) entered(ctx context.Context, act enforcement.Act, h Holder, a *arrival, kind Type, last *chunkRow) (one Paper, err error) {
	done, err := p.Record.Perform(ctx, act, func(_ context.Context, tx *pg.Tx) (_ *record.Event, err error) {
		if last != nil {
			tx.Later(tx.NewInsert().Model(last), "store the last piece of paper %s", a.row.ID)
		}
		if one, err = a.enter(tx, p, kind); err != nil {
			return nil, err
		}
		return &record.Event{
			Kind: EventBrought, Subject: h.Subject, Ground: h.Ground, RefersTo: one.ID, Day: one.Day, Reason: string(one.Purpose), DocumentHash: one.Hash,
		}, nil
	})
	if err != nil {
		return Paper{}, err
	}
	if done.RefersTo == a.row.ID {
		return one, nil
	}
	return p.one(ctx, h, done.RefersTo)
}

// Reference is a recording that stays where it lies, because it is too large to be brought
// (CPL 89).
type Reference struct {
	// Place says where it lies, in words.
	Place string `json:"place"`
	// SHA256 is the hash of the recording, in hexadecimal.
	SHA256 string `json:"sha256"`
	// Type is the media type of the recording.
	Type Type `json:"-"`
}

// maxPlace is how long the words of a place may be, in characters.
const maxPlace = 500

// check brings a reference into form.
func (r *Reference) check() (sum []byte, err error) {
	r.Place, r.SHA256 = strings.TrimSpace(r.Place), strings.ToLower(r.SHA256)
	if !says(r.Place) || strings.ContainsFunc(r.Place, unseen) || utf8.RuneCountInString(r.Place) > maxPlace {
		return nil, enforcement.Refuse("paper.place")
	}
	if sum, err = hex.DecodeString(r.SHA256); err != nil || len(sum) != sha256.Size {
		return nil, enforcement.Refuse("paper.hash")
	}
	if !r.Type.Recording() {
		return nil, errType
	}
	return sum, nil
}

// Refer keeps a paper that is only referred to, with its event. It is refused without a
// place in words and the hash of the recording, and for what is no recording.
func (p *Papers) Refer(ctx context.Context, act enforcement.Act, h Holder, n New, r Reference) (Paper, error) {
	if err := act.Check(Bringers...); err != nil {
		return Paper{}, err
	}
	sum, err := r.check()
	if err != nil {
		return Paper{}, err
	}
	a, err := p.arrive(act, h, n.Purpose, n.Title, n.Day)
	if err != nil {
		return Paper{}, enforcement.AsRefusal(err)
	}
	plain, err := json.Marshal(r)
	if err != nil {
		return Paper{}, fmt.Errorf("write where paper %s lies: %w", a.row.ID, err)
	}
	if a.row.Elsewhere, err = a.envelope.Seal(plain, fieldElsewhere); err != nil {
		return Paper{}, fmt.Errorf("seal where paper %s lies: %w", a.row.ID, err)
	}
	a.referred = sum
	return p.entered(ctx, act, h, a, r.Type, nil)
}
