package intake

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/internal/pg"
	"concordat/internal/vault"
)

// uploadChunk is how much of a file is sealed together, in bytes.
const uploadChunk = 1 << 20

// Upload is a file that has arrived whole.
type Upload struct {
	ID enforcement.ID
	// Content is its SHA-256, Size its bytes.
	Content [sha256.Size]byte
	Size    int64
}

// uploadRow is an upload as it is kept; chunkRow a chunk of it.
type uploadRow struct {
	bun.BaseModel `bun:"table:import_upload,alias:u"`

	ID        enforcement.ID             `bun:"id,pk"`
	Court     enforcement.OrganisationID `bun:"court_id"`
	Wrapped   []byte                     `bun:"envelope"`
	Size      int64                      `bun:"size"`
	CreatedAt time.Time                  `bun:"created_at"`
}

type chunkRow struct {
	bun.BaseModel `bun:"table:import_chunk"`

	Upload   enforcement.ID `bun:"upload_id,pk"`
	Position int            `bun:"position,pk"`
	Sealed   []byte         `bun:"sealed"`
}

// ReceiveUpload stores a file of the actor's court as it comes in, sealed chunk
// by chunk under a key of its own: it is never on disk in clear, and never whole
// in memory. Where body breaks off, the error wraps [ErrUploadBroken] and body's own,
// and what had arrived is deleted.
func (r *Intake) ReceiveUpload(ctx context.Context, act enforcement.Act, kind Kind, body io.Reader) (u Upload, err error) {
	if err := act.Check(importRoles(kind)...); err != nil {
		return u, err
	}
	u.ID = enforcement.NewID()
	wrapped, envelope, err := r.Record.Vault.NewEnvelope(u.ID)
	if err != nil {
		return u, fmt.Errorf("make the key of upload %s: %w", u.ID, err)
	}
	begun := uploadRow{ID: u.ID, Court: act.Actor.Organisation, Wrapped: wrapped, CreatedAt: r.Record.Machine().UTC()}
	_, err = r.Record.DB.NewInsert().Model(&begun).Exec(ctx)
	if err != nil {
		return u, fmt.Errorf("begin upload %s: %w", u.ID, err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, r.ForgetUpload(context.WithoutCancel(ctx), u.ID))
		}
	}()
	hash, buf := sha256.New(), make([]byte, uploadChunk)
	for position := 0; ; position++ {
		n, end := fill(body, buf)
		if end != nil && !errors.Is(end, io.EOF) {
			return u, fmt.Errorf("read upload %s: %w: %w", u.ID, ErrUploadBroken, end)
		}
		if n > 0 {
			_, _ = hash.Write(buf[:n]) // a hash takes every write
			u.Size += int64(n)
			if err := r.storeChunk(ctx, u, envelope, position, buf[:n]); err != nil {
				return u, err
			}
		}
		if end != nil {
			u.Content = [sha256.Size]byte(hash.Sum(nil))
			return u, nil
		}
	}
}

// ErrUploadBroken reports that a file did not arrive whole; it comes together
// with the reader's own error.
var ErrUploadBroken = errors.New("the upload broke off")

// fill is io.ReadFull, which calls a whole file that ends within the buffer by
// the name that HTTP gives a body that broke off.
func fill(r io.Reader, buf []byte) (n int, err error) {
	for n < len(buf) && err == nil {
		var c int
		c, err = r.Read(buf[n:])
		n += c
	}
	return n, err
}

func chunkField(position int) string { return fmt.Sprintf("chunk-%d", position) }

// storeChunk seals one chunk; each commits by itself, for between two of them
// the sender may take its time.
func (r *Intake) storeChunk(ctx context.Context, u Upload, envelope vault.Envelope, position int, chunk []byte) error {
	sealed, err := envelope.Seal(chunk, chunkField(position))
	if err != nil {
		return fmt.Errorf("seal chunk %d of upload %s: %w", position, u.ID, err)
	}
	_, err = r.Record.DB.NewUpdate().With("chunk", r.Record.DB.NewInsert().Model(&chunkRow{Upload: u.ID, Position: position, Sealed: sealed})).Model((*uploadRow)(nil)).
		Set("size = ?", pg.Number(u.Size)).Where("id = ?", u.ID).Exec(ctx)
	if err != nil {
		return fmt.Errorf("store chunk %d of upload %s: %w", position, u.ID, err)
	}
	return nil
}

// ForgetUpload deletes an upload with its chunks and its key.
func (r *Intake) ForgetUpload(ctx context.Context, id enforcement.ID) error {
	if _, err := r.Record.DB.NewDelete().Model((*uploadRow)(nil)).Where("id = ?", id).Exec(ctx); err != nil {
		return fmt.Errorf("delete upload %s: %w", id, err)
	}
	return nil
}

func forgetUpload(tx *pg.Tx, id enforcement.ID) {
	tx.Later(tx.NewDelete().Model((*uploadRow)(nil)).Where("id = ?", id), "delete upload %s", id)
}

// uploadPatience is how long an upload may take before its sender counts as gone.
const uploadPatience = 24 * time.Hour

// ForgetUploads deletes uploads that began a day ago, by machine time, and never
// became a run: their sender went away.
func (r *Intake) ForgetUploads(ctx context.Context) error {
	_, err := r.Record.DB.NewDelete().Model((*uploadRow)(nil)).Where("created_at < ?", r.Record.Machine().UTC().Add(-uploadPatience)).
		Where("NOT EXISTS (SELECT FROM import_run i WHERE i.upload_id = u.id)").Exec(ctx)
	if err != nil {
		return fmt.Errorf("delete abandoned uploads: %w", err)
	}
	return nil
}

// RotateUploads wraps the keys of waiting uploads with the vault's current key
// and returns how many it brought over.
func (r *Intake) RotateUploads(ctx context.Context, act enforcement.Act) (int, error) {
	if err := act.Check(enforcement.Operator, enforcement.System); err != nil {
		return 0, err
	}
	var list []uploadRow
	if err := r.Record.DB.NewSelect().Model(&list).Column("id", "envelope").Scan(ctx); err != nil {
		return 0, fmt.Errorf("list uploads: %w", err)
	}
	n := 0
	for _, u := range list {
		wrapped, changed, err := r.Record.Vault.Rewrap(u.ID, u.Wrapped)
		if err != nil {
			return n, fmt.Errorf("wrap the key of upload %s anew: %w", u.ID, err)
		}
		if !changed {
			continue
		}
		if _, err := r.Record.DB.NewUpdate().Model((*uploadRow)(nil)).Set("envelope = ?", wrapped).Where("id = ?", u.ID).Exec(ctx); err != nil {
			return n, fmt.Errorf("store the key of upload %s: %w", u.ID, err)
		}
		n++
	}
	return n, nil
}

// OpenUpload returns the upload of a run, to be read anywhere and by one
// goroutine at a time or several; it works until ctx ends.
func (r *Intake) OpenUpload(ctx context.Context, run Run) (io.ReaderAt, error) {
	var u uploadRow
	err := r.Record.DB.NewSelect().Model(&u).Column("envelope", "size").Where("id = ?", run.Upload).Scan(ctx)
	if err != nil {
		return nil, enforcement.NotFound(err, "open an upload")
	}
	if u.Size != run.Size {
		return nil, fmt.Errorf("upload %s has %d bytes, its run %d", run.Upload, u.Size, run.Size)
	}
	envelope, err := r.Record.Vault.OpenEnvelope(run.Upload, u.Wrapped)
	if err != nil {
		return nil, fmt.Errorf("open the key of upload %s: %w", run.Upload, err)
	}
	return &uploadReader{size: u.Size, load: func(position int) ([]byte, error) {
		var sealed []byte
		err := r.Record.DB.NewSelect().Model((*chunkRow)(nil)).Column("sealed").Where("upload_id = ? AND position = ?", run.Upload, pg.Number(position)).Scan(ctx, &sealed)
		if err != nil {
			return nil, fmt.Errorf("read chunk %d of upload %s: %w", position, run.Upload, err)
		}
		return envelope.Open(sealed, chunkField(position))
	}}, nil
}

// uploadReader reads a sealed upload; it keeps the last few chunks opened, for
// the two ends of a zip and the place where reading is.
type uploadReader struct {
	size int64
	load func(position int) ([]byte, error)

	mu     sync.Mutex
	recent [4]struct {
		position int
		chunk    []byte
	}
	next int
}

// ReadAt is io.ReaderAt.
func (u *uploadReader) ReadAt(p []byte, off int64) (n int, err error) {
	if off < 0 {
		return 0, fmt.Errorf("read an upload at %d", off)
	}
	for n < len(p) && off < u.size {
		chunk, err := u.chunk(int(off / uploadChunk))
		if err != nil {
			return n, err
		}
		from := off % uploadChunk
		if from >= int64(len(chunk)) {
			return n, fmt.Errorf("an upload is shorter than it says: %w", io.ErrUnexpectedEOF)
		}
		c := copy(p[n:], chunk[from:])
		n += c
		off += int64(c)
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (u *uploadReader) chunk(position int) ([]byte, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, r := range u.recent {
		if r.chunk != nil && r.position == position {
			return r.chunk, nil
		}
	}
	chunk, err := u.load(position)
	if err != nil {
		return nil, err
	}
	u.recent[u.next].position, u.recent[u.next].chunk = position, chunk
	u.next = (u.next + 1) % len(u.recent)
	return chunk, nil
}
