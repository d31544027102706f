package paper

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"slices"

	"concordat/enforcement"
	"concordat/internal/pg"
	"concordat/internal/vault"
	"concordat/memoranda/day"
)

// PieceSize is how much of a paper is sealed together, in bytes.
const PieceSize = 256 << 10

// The fields that a paper's own data key seals.
const (
	fieldDetails   = "details"
	fieldElsewhere = "elsewhere"
)

func pieceField(position int) string { return fmt.Sprintf("piece-%d", position) }

// Take is the paper that an act names for a purpose. One of the file is picked out of have,
// the papers of the case as they were found with its lock ([Find]); one that comes in the
// request is kept ([Papers.Keep]). None at all is "paper.missing".
func (p *Papers) Take(tx *pg.Tx, act enforcement.Act, h Holder, have []Paper, purpose Purpose, g Given) (Paper, error) {
	switch {
	case g.Empty():
		return Paper{}, enforcement.Refuse("paper.missing", "purpose", string(purpose))
	case g.ID.IsZero():
		return p.Keep(tx, act, h, purpose, g)
	case len(g.Content) > 0:
		return Paper{}, enforcement.Refuse("paper.twice")
	}
	of := slices.DeleteFunc(slices.Clone(have), func(one Paper) bool { return one.ID != g.ID || one.Serves != h.serves() })
	if len(of) == 0 {
		return Paper{}, enforcement.Refuse("paper.unknown")
	}
	at := slices.IndexFunc(of, func(one Paper) bool { return one.Purpose == purpose })
	switch {
	case at < 0:
		return Paper{}, enforcement.Refuse("paper.purpose", "purpose", string(purpose))
	case of[at].Erased:
		return Paper{}, enforcement.Refuse("paper.erased")
	}
	return of[at], nil
}

// Keep keeps a paper that comes in an act's own request, in the act's transaction: its rows
// are queued. Refusals are those of its form, its day and its title.
func (p *Papers) Keep(tx *pg.Tx, act enforcement.Act, h Holder, purpose Purpose, g Given) (Paper, error) {
	if !g.ID.IsZero() || len(g.Content) == 0 {
		return Paper{}, enforcement.Refuse("paper.empty")
	}
	if len(g.Content) > MaxSize {
		return Paper{}, tooLarge(MaxSize)
	}
	a, err := p.arrive(act, h, purpose, g.Title, g.Day)
	if err != nil {
		return Paper{}, err
	}
	kind, err := Inspect(bytes.NewReader(g.Content), int64(len(g.Content)))
	if err != nil {
		return Paper{}, err
	}
	if kind.Recording() {
		return Paper{}, tooLarge(MaxSize) // what comes in an act's request is no recording
	}
	for piece := range slices.Chunk(g.Content, PieceSize) {
		row, err := a.seal(piece)
		if err != nil {
			return Paper{}, err
		}
		tx.Later(tx.NewInsert().Model(row), "keep a piece of paper %s", a.row.ID)
	}
	return a.enter(tx, p, kind)
}

// details are what is sealed of a paper beside its content.
type details struct {
	Title  string `json:"title"`
	SHA256 string `json:"sha256"`
}

// arrival is a paper that is coming in.
type arrival struct {
	row      paperRow
	use      useRow
	envelope vault.Envelope
	title    string
	sum      hash.Hash
	// referred is the hash of what lies elsewhere.
	referred []byte
}

// arrive begins a paper: who brings it, for what, its title and day; its data key is made
// and sealed where it belongs.
func (p *Papers) arrive(act enforcement.Act, h Holder, purpose Purpose, title string, on day.Day) (*arrival, error) {
	if !purpose.Known() {
		return nil, enforcement.Refuse("paper.purpose", "purpose", "other")
	}
	if err := act.OfOwner(h.Owner); err != nil {
		return nil, err
	}
	today := p.Record.Today(act.At)
	if on.IsZero() {
		on = today
	}
	if on > today || on < firstDay {
		return nil, enforcement.Refuse("paper.day")
	}
	if title == "" {
		title = purpose.title()
	}
	title, err := checkTitle(title)
	if err != nil {
		return nil, err
	}
	id := enforcement.NewID()
	a := &arrival{
		row: paperRow{ID: id, Owner: h.Owner, Day: on, BroughtBy: act.Actor.ID, BroughtRole: act.Actor.Role, BroughtAt: act.At.UTC(), BroughtOn: today},
		use: useRow{Serves: h.serves(), Paper: id, Purpose: purpose, Ground: h.Ground, UsedBy: act.Actor.ID, UsedRole: act.Actor.Role, UsedAt: act.At.UTC()},
		sum: sha256.New(), title: title,
	}
	if err := p.key(a, h); err != nil {
		return nil, err
	}
	return a, nil
}

// firstDay is before any paper that a case may rest on.
var firstDay = day.Of(1949, 10, 1)

// key makes the paper's data key, sealed under the subject's, or wrapped where it concerns
// several.
func (p *Papers) key(a *arrival, h Holder) (err error) {
	if h.Ground.IsZero() {
		a.row.Envelope, a.envelope, err = p.Record.Vault.NewEnvelope(a.row.ID)
		return err
	}
	if h.Envelope == nil {
		return enforcement.Refuse("subject.shredded")
	}
	subject, err := p.Record.Vault.OpenEnvelope(h.Subject, h.Envelope)
	if err != nil {
		return fmt.Errorf("open the envelope of subject %s: %w", h.Subject, err)
	}
	a.use.Key, a.envelope, err = subject.NewInner(a.row.ID)
	return err
}

// seal seals the next piece.
func (a *arrival) seal(piece []byte) (*chunkRow, error) {
	sealed, err := a.envelope.Seal(piece, pieceField(a.row.Pieces))
	if err != nil {
		return nil, fmt.Errorf("seal piece %d of paper %s: %w", a.row.Pieces, a.row.ID, err)
	}
	_, _ = a.sum.Write(piece) // a hash takes every write
	row := &chunkRow{Paper: a.row.ID, Position: a.row.Pieces, Sealed: sealed}
	a.row.Pieces++
	a.row.Size += int64(len(piece))
	return row, nil
}

// enter queues the paper and its use; its pieces are there or queued.
func (a *arrival) enter(tx *pg.Tx, p *Papers, kind Type) (Paper, error) {
	sum := a.referred
	if sum == nil {
		sum = a.sum.Sum(nil)
	}
	a.row.Type, a.row.Hash = kind, p.Record.Vault.DocumentHash(sum)
	plain, err := json.Marshal(details{Title: a.title, SHA256: hex.EncodeToString(sum)})
	if err != nil {
		return Paper{}, fmt.Errorf("write the details of paper %s: %w", a.row.ID, err)
	}
	if a.row.Details, err = a.envelope.Seal(plain, fieldDetails); err != nil {
		return Paper{}, fmt.Errorf("seal the details of paper %s: %w", a.row.ID, err)
	}
	tx.Later(tx.NewInsert().Model(&a.row), "keep paper %s", a.row.ID)
	tx.Later(tx.NewInsert().Model(&a.use), "note what paper %s is for", a.row.ID)
	r, u := &a.row, &a.use
	return Paper{
		ID: r.ID, Purpose: u.Purpose, Type: r.Type, Size: r.Size, Day: r.Day, Hash: r.Hash, BroughtBy: r.BroughtBy, BroughtAt: r.BroughtAt,
		UsedBy: u.UsedBy, UsedAt: u.UsedAt, Elsewhere: r.Elsewhere != nil, Serves: u.Serves,
		owner: r.Owner, details: r.Details, elsewhere: r.Elsewhere, own: r.Envelope, key: u.Key, pieces: r.Pieces,
	}, nil
}
