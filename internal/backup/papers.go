// pgx: papers are copied in the binary form of COPY, which is not decoded on the way.

package backup

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"concordat/enforcement"
	"concordat/enforcement/paper"
	"concordat/internal/pg"
)

const (
	papersName  = "papers"
	segmentEnd  = ".papers"
	describeEnd = ".json"
	// segmentPapers is how many papers a segment has at most.
	segmentPapers = 500
	// missingNamed is how many papers that are missing are named.
	missingNamed = 20
)

// Papers says which papers a backup needs: how many with content, and what all of their
// ids come to.
type Papers struct {
	Count int64 `json:"count"`
	// IDs is the SHA-256 of the ids, each with its number of pieces, in order.
	IDs string `json:"ids"`

	// Missing are the first papers that a restore did not find; the record stands without
	// them, and the doctor tells of them until they are brought.
	Missing []enforcement.ID `json:"-"`

	list []storedPaper
}

// storedPaper is a paper with the number of its pieces.
type storedPaper struct {
	ID     enforcement.ID `bun:"id" json:"id"`
	Pieces int            `bun:"pieces" json:"pieces"`
}

// segment is a file of papers of one month as COPY writes them, sealed as they lie in the
// database, with what it is beside it. Neither is ever written again.
type segment struct {
	SHA256 string        `json:"sha256"`
	Size   int64         `json:"size"`
	Papers []storedPaper `json:"papers"`

	path string
}

// papersDir is the folder of the papers of a backup.
func papersDir(given, dir string) string {
	if given == "" {
		return filepath.Join(dir, papersName)
	}
	return given
}

// papersOf lists the papers with content that the snapshot has.
func papersOf(ctx context.Context, tx *pg.Tx) (*Papers, error) {
	var p Papers
	if err := tx.NewSelect().Table("paper").Column("id", "pieces").Where("pieces > 0").Order("id").Scan(ctx, &p.list); err != nil {
		return nil, fmt.Errorf("list the papers: %w", err)
	}
	p.Count, p.IDs = int64(len(p.list)), idsOf(p.list)
	return &p, nil
}

func idsOf(list []storedPaper) string {
	sum := sha256.New()
	for _, one := range list {
		_, _ = fmt.Fprintf(sum, "%s %d\n", one.ID, one.Pieces) // a hash takes every write
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// papers copies what the folder of papers has not yet of those that the backup needs. What
// lies there is checked against its hash first.
func (s Source) papers(ctx context.Context, dir string, need *Papers) error {
	to := papersDir(s.Papers, dir)
	segments, err := readSegments(to)
	if err != nil {
		return err
	}
	have := map[enforcement.ID]bool{}
	for _, one := range segments {
		for _, p := range one.Papers {
			have[p.ID] = true
		}
	}
	byMonth := map[string][]storedPaper{}
	for _, p := range need.list {
		if !have[p.ID] {
			month := p.ID.Made().Format("2006-01")
			byMonth[month] = append(byMonth[month], p)
		}
	}
	for month, missing := range byMonth {
		for part := range slices.Chunk(missing, segmentPapers) {
			if err := s.segment(ctx, filepath.Join(to, month), part); err != nil {
				return err
			}
		}
	}
	return nil
}

// segment copies papers of a month into a new file. Its description is put in place last
// and in one step: a file without one is no segment.
func (s Source) segment(ctx context.Context, month string, papers []storedPaper) error {
	if err := os.MkdirAll(month, 0o700); err != nil {
		return fmt.Errorf("make the folder of a month: %w", err)
	}
	name := filepath.Join(month, papers[0].ID.String()+"-"+strconv.Itoa(len(papers)))
	file, err := os.OpenFile(name+segmentEnd, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600) //nolint:gosec // a name of ours in the operator's own folder
	if err != nil {
		return fmt.Errorf("make a file of papers: %w", err)
	}
	sum := sha256.New()
	pieces, err := s.copyOut(ctx, io.MultiWriter(file, sum), papers)
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return fmt.Errorf("copy papers to %s: %w", name, err)
	}
	wanted := int64(0)
	for _, p := range papers {
		wanted += int64(p.Pieces)
	}
	if pieces != wanted {
		return fmt.Errorf("copy papers to %s: %d pieces instead of %d: ask the doctor which are missing", name, pieces, wanted)
	}
	info, err := os.Stat(name + segmentEnd)
	if err != nil {
		return fmt.Errorf("look at %s: %w", name, err)
	}
	text, err := json.Marshal(segment{SHA256: hex.EncodeToString(sum.Sum(nil)), Size: info.Size(), Papers: papers})
	if err != nil {
		return fmt.Errorf("describe %s: %w", name, err)
	}
	making := name + describeEnd + ".new"
	if err := os.WriteFile(making, text, 0o600); err != nil {
		return fmt.Errorf("describe %s: %w", name, err)
	}
	if err := syncFile(making); err != nil {
		return err
	}
	if err := os.Rename(making, name+describeEnd); err != nil {
		return fmt.Errorf("put the description of %s in place: %w", name, err)
	}
	return syncFile(month)
}

// copyOut writes the pieces of papers in the binary form of COPY.
func (s Source) copyOut(ctx context.Context, to io.Writer, papers []storedPaper) (pieces int64, err error) {
	ids := make([]string, len(papers))
	for i, p := range papers {
		ids[i] = "'" + p.ID.String() + "'"
	}
	conn, err := s.DB.Pool.Acquire(ctx)
	if err != nil {
		return 0, fmt.Errorf("take a connection: %w", err)
	}
	defer conn.Release()
	done, err := conn.Conn().PgConn().CopyTo(ctx, to, `COPY (SELECT paper_id, position, sealed FROM paper_chunk WHERE paper_id IN (`+
		strings.Join(ids, ",")+`) ORDER BY paper_id, position) TO STDOUT (FORMAT binary)`)
	return done.RowsAffected(), err
}

// readSegments reads what lies in a folder of papers and holds each file against its hash;
// no folder is none.
func readSegments(dir string) (list []segment, err error) {
	err = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) && path == dir {
			return filepath.SkipAll
		}
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, describeEnd) {
			return err
		}
		text, err := os.ReadFile(path) //nolint:gosec // the operator's own folder
		if err != nil {
			return err
		}
		one := segment{path: strings.TrimSuffix(path, describeEnd) + segmentEnd}
		if err := json.Unmarshal(text, &one); err != nil {
			return refuse("restore.damaged", "file", filepath.Base(path))
		}
		have, err := describe(filepath.Dir(path), filepath.Base(one.path))
		if errors.Is(err, fs.ErrNotExist) || err == nil && (have.Size != one.Size || have.SHA256 != one.SHA256) {
			return refuse("restore.damaged", "file", filepath.Base(one.path))
		}
		list = append(list, one)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the folder of papers: %w", err)
	}
	return list, nil
}

// papers brings back the papers that the restored record knows; what was brought since the
// backup is left out, and what lies in the database already is left alone. A paper that is
// not in the folder holds up nothing: a record without it can still lift.
func (t Target) papers(ctx context.Context, db *pg.DB, dir string, need *Papers) (err error) {
	if need == nil || need.Count == 0 {
		return nil
	}
	need.Missing, err = BringPapers(ctx, db, t.Papers, dir)
	return err
}

// BringPapers brings what a folder of papers (empty: that of the backup) has of those that the
// record knows and lacks, as after a restore that did not find them, and names the first that
// are missing still. What lies in the record is left alone; a piece that is no piece of its
// paper opens with no key.
func BringPapers(ctx context.Context, db *pg.DB, folder, dir string) (missing []enforcement.ID, err error) {
	segments, err := readSegments(papersDir(folder, dir))
	if err != nil {
		return nil, err
	}
	for _, one := range segments {
		if err := bringPapers(ctx, db, one); err != nil {
			return nil, fmt.Errorf("bring back the papers of %s: %w", one.path, err)
		}
	}
	return paper.Incomplete(ctx, db, missingNamed)
}

func bringPapers(ctx context.Context, db *pg.DB, one segment) error {
	file, err := os.Open(one.path)
	if err != nil {
		return fmt.Errorf("open: %w", err)
	}
	defer func() { _ = file.Close() }() // read only
	return paper.BringBack(ctx, db, bufio.NewReaderSize(file, 1<<20))
}
