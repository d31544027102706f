package paper

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/enforcement/record"
	"concordat/internal/pg"
	"concordat/internal/vault"
)

// Opened is a paper with what is sealed of it but its content.
type Opened struct {
	Paper

	Title string
	// SHA256 is that of the content, in hexadecimal.
	SHA256 string
	// Reference says where a recording lies that is only referred to.
	Reference Reference
	// Name and Post are whose number [Paper.UsedBy] was on that day; empty: it was not entered.
	Name, Post string
}

// bringers are the people who brought the papers of a case.
const bringers = `SELECT u.paper_id, u.purpose, coalesce(p.name, '') AS name, coalesce(p.post, '') AS post FROM paper_use u
  CROSS JOIN LATERAL `

type bringer struct {
	Paper   enforcement.ID `bun:"paper_id"`
	Purpose Purpose        `bun:"purpose"`
	Name    string         `bun:"name"`
	Post    string         `bun:"post"`
}

// List returns the papers of a case in the order in which they were brought. Its owner's
// people see the titles; others who may read the case see what the papers are for.
func (p *Papers) List(ctx context.Context, act enforcement.Act, h Holder) ([]Opened, error) {
	if err := act.Check(append([]enforcement.Role{enforcement.Overseer, enforcement.System}, Bringers...)...); err != nil {
		return nil, err
	}
	own := act.Actor.Role != enforcement.Overseer
	if own {
		if err := act.OfOwner(h.Owner); err != nil {
			return nil, err
		}
	}
	var papers []Paper
	var by []bringer
	people := p.Record.DB.NewRaw(bringers+record.Person("?0::integer", "u.used_by", "u.used_at")+` p WHERE u.serves = ?1`, pg.Number(h.Owner), h.serves())
	if err := p.Record.DB.Together(ctx, Find(p.Record.DB, h.serves(), &papers), pg.All(people, &by)); err != nil {
		return nil, fmt.Errorf("list the papers of %s: %w", h.serves(), err)
	}
	list := make([]Opened, len(papers))
	for i, one := range papers {
		list[i].Paper = one
		if n := slices.IndexFunc(by, func(b bringer) bool { return b.Paper == one.ID && b.Purpose == one.Purpose }); n >= 0 {
			list[i].Name, list[i].Post = by[n].Name, by[n].Post
		}
		if !own || one.Erased {
			continue
		}
		envelope, err := p.envelope(h, &one)
		if err != nil {
			return nil, fmt.Errorf("open the key of paper %s: %w", one.ID, err)
		}
		if err := list[i].open(envelope); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// open opens the details and the reference.
func (o *Opened) open(envelope vault.Envelope) error {
	var d details
	plain, err := envelope.Open(o.details, fieldDetails)
	if err == nil {
		err = json.Unmarshal(plain, &d)
	}
	if err != nil {
		return fmt.Errorf("open the details of paper %s: %w", o.ID, err)
	}
	o.Title, o.SHA256 = d.Title, d.SHA256
	if o.elsewhere == nil {
		return nil
	}
	if plain, err = envelope.Open(o.elsewhere, fieldElsewhere); err == nil {
		err = json.Unmarshal(plain, &o.Reference)
	}
	if err != nil {
		return fmt.Errorf("open where paper %s lies: %w", o.ID, err)
	}
	o.Reference.Type = o.Type
	return nil
}

// one reads a paper of a case; there is none of another's.
func (p *Papers) one(ctx context.Context, h Holder, id enforcement.ID) (Paper, error) {
	var list []Paper
	db := p.Record.DB
	err := db.Together(ctx, pg.Made(selectUses(db).Where("u.serves = ?", h.serves()).Where("u.paper_id = ?", id).Order("u.used_at", "u.purpose").Limit(1), (*found).paper, &list))
	if err != nil {
		return Paper{}, fmt.Errorf("read paper %s: %w", id, err)
	}
	if len(list) == 0 {
		return Paper{}, enforcement.Refuse("not-found")
	}
	return list[0], nil
}

// Content is a paper that is being read.
type Content struct {
	Opened

	papers   *Papers
	ctx      context.Context //nolint:containedctx // of the request that reads
	envelope vault.Envelope
}

// Open opens a paper of a case for one of its owner's people. That it was read is logged
// before the first byte is; what follows is [Content.WriteTo]'s, until ctx ends. What is
// only referred to is "paper.elsewhere".
func (p *Papers) Open(ctx context.Context, act enforcement.Act, h Holder, id enforcement.ID) (*Content, error) {
	if err := act.Check(Bringers...); err != nil {
		return nil, err
	}
	if err := act.OfOwner(h.Owner); err != nil {
		return nil, err
	}
	return p.read(ctx, act, h, id)
}

// OpenShared is [Papers.Open] of what concerns several, as an appointment does, for people
// in one of the roles: who else may read it the room decides that names it.
func (p *Papers) OpenShared(ctx context.Context, act enforcement.Act, serves, id enforcement.ID, readers ...enforcement.Role) (*Content, error) {
	if err := act.Check(readers...); err != nil {
		return nil, err
	}
	return p.read(ctx, act, Holder{Serves: serves}, id)
}

func (p *Papers) read(ctx context.Context, act enforcement.Act, h Holder, id enforcement.ID) (*Content, error) {
	one, err := p.one(ctx, h, id)
	if err != nil {
		return nil, err
	}
	if one.Elsewhere {
		return nil, enforcement.Refuse("paper.elsewhere")
	}
	c := &Content{Opened: Opened{Paper: one}, papers: p, ctx: ctx}
	if c.envelope, err = p.envelope(h, &one); err != nil {
		return nil, err
	}
	if err := c.open(c.envelope); err != nil {
		return nil, err
	}
	_, err = p.Record.Perform(ctx, act, func(context.Context, *pg.Tx) (*record.Event, error) {
		return &record.Event{Kind: EventRead, Subject: h.Subject, Ground: h.Ground, RefersTo: id, Reason: string(one.Purpose)}, nil
	})
	return c, err
}

// WriteTo writes the content, piece by piece. The last piece is written when the whole has
// the hash under which it was brought; otherwise the error wraps [vault.ErrTampered].
func (c *Content) WriteTo(w io.Writer) (n int64, err error) {
	sum := sha256.New()
	for position := range c.pieces {
		piece, err := c.papers.piece(c.ctx, c.envelope, c.ID, position)
		if err != nil {
			return n, err
		}
		_, _ = sum.Write(piece) // a hash takes every write
		if position == c.pieces-1 {
			if err := c.papers.Record.Vault.VerifyDocument(sum.Sum(nil), c.Hash); err != nil {
				return n, fmt.Errorf("read paper %s: %w", c.ID, err)
			}
		}
		written, err := w.Write(piece)
		n += int64(written)
		if err != nil {
			return n, fmt.Errorf("hand out paper %s: %w", c.ID, err)
		}
	}
	return n, nil
}

// piece reads and opens a piece.
func (p *Papers) piece(ctx context.Context, envelope vault.Envelope, id enforcement.ID, position int) ([]byte, error) {
	var sealed []byte
	err := p.Record.DB.NewSelect().Model((*chunkRow)(nil)).Column("sealed").Where("paper_id = ? AND position = ?", id, pg.Number(position)).Scan(ctx, &sealed)
	if err != nil {
		return nil, fmt.Errorf("read piece %d of paper %s: %w", position, id, err)
	}
	return envelope.Open(sealed, pieceField(position))
}

// pieces reads a paper that is coming in, anywhere in it; it keeps the last few pieces, for
// the two ends of an archive and the place where reading is.
type pieces struct {
	size int64
	load func(position int) ([]byte, error)

	recent [4]struct {
		position int
		piece    []byte
	}
	next int
}

// arrived is what has come in of a paper, the last piece not being stored.
func (p *Papers) arrived(ctx context.Context, a *arrival, last *chunkRow) io.ReaderAt {
	return &pieces{size: a.row.Size, load: func(position int) ([]byte, error) {
		if position == last.Position {
			return a.envelope.Open(last.Sealed, pieceField(position))
		}
		return p.piece(ctx, a.envelope, a.row.ID, position)
	}}
}

// ReadAt is io.ReaderAt, for one goroutine.
func (c *pieces) ReadAt(buf []byte, off int64) (n int, err error) {
	if off < 0 {
		return 0, errors.New("read a paper before its beginning")
	}
	for n < len(buf) && off < c.size {
		piece, err := c.piece(int(off / PieceSize))
		if err != nil {
			return n, err
		}
		from := off % PieceSize
		if from >= int64(len(piece)) {
			return n, io.ErrUnexpectedEOF
		}
		got := copy(buf[n:], piece[from:])
		n += got
		off += int64(got)
	}
	if n < len(buf) {
		return n, io.EOF
	}
	return n, nil
}

func (c *pieces) piece(position int) ([]byte, error) {
	for _, r := range c.recent {
		if r.piece != nil && r.position == position {
			return r.piece, nil
		}
	}
	piece, err := c.load(position)
	if err != nil {
		return nil, err
	}
	c.recent[c.next].position, c.recent[c.next].piece = position, piece
	c.next = (c.next + 1) % len(c.recent)
	return piece, nil
}

// envelope opens the data key of a paper: its own, or with its subject's.
func (p *Papers) envelope(h Holder, one *Paper) (vault.Envelope, error) {
	if one.own != nil {
		return p.Record.Vault.OpenEnvelope(one.ID, one.own)
	}
	if one.Erased || h.Envelope == nil {
		return vault.Envelope{}, enforcement.Refuse("paper.erased")
	}
	subject, err := p.Record.Vault.OpenEnvelope(h.Subject, h.Envelope)
	if err != nil {
		return vault.Envelope{}, err
	}
	return subject.OpenInner(one.ID, one.key)
}

// Opened opens what is sealed of a paper that was just brought, for who brought it.
func (p *Papers) Opened(h Holder, one Paper) (Opened, error) {
	o := Opened{Paper: one}
	envelope, err := p.envelope(h, &one)
	if err != nil {
		return o, err
	}
	return o, o.open(envelope)
}

// Incomplete lists papers of which not all pieces are there, at most limit. The schema
// enters none such; a restore may bring one.
func Incomplete(ctx context.Context, db bun.IDB, limit int) (list []enforcement.ID, err error) {
	err = db.NewSelect().TableExpr("paper AS p").Column("p.id").Where("p.pieces > 0").
		Where("p.pieces <> (SELECT count(*) FROM paper_chunk AS c WHERE c.paper_id = p.id)").Order("p.id").Limit(int64(limit)).Scan(ctx, &list)
	if err != nil {
		return nil, fmt.Errorf("look for papers without all their pieces: %w", err)
	}
	return list, nil
}
