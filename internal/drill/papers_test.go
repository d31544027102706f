package drill_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/paper"
	"concordat/internal/backup"
	"concordat/internal/pg"
	"concordat/internal/pg/pgtest"
)

// holder is a draft as the holder of papers.
func (s *scene) holder(t *testing.T) paper.Holder {
	t.Helper()
	h := paper.Holder{Ground: s.Draft(s.Subject(s.Person())), Owner: s.Court}
	must(t, s.DB.Pool.QueryRow(t.Context(), `SELECT s.id, s.envelope FROM ground g JOIN subject s ON s.id = g.subject_id WHERE g.id = $1`, h.Ground).Scan(&h.Subject, &h.Envelope))
	return h
}

func (s *scene) bring(t *testing.T, h paper.Holder, words string) paper.Paper {
	t.Helper()
	one, err := s.Papers.Bring(t.Context(), s.Clerk(), h, paper.New{Purpose: paper.Service}, bytes.NewReader(bytes.Repeat([]byte(words), paper.PieceSize/8)))
	must(t, err)
	return one
}

// saved backs up with the papers in a folder that grows.
func (s *scene) saved(t *testing.T, papers string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "backup")
	_, err := backup.Make(t.Context(), backup.Source{
		DB: s.DB, URL: s.url, Vault: s.keys, KeyFile: s.keyFile, Papers: papers, Program: "drill", MachineAt: machine(), LegalAt: s.At(),
	}, dir, "")
	must(t, err)
	return dir
}

// restored restores into an empty database and reads a paper there.
func (s *scene) restored(t *testing.T, name, dir, papers string) (backup.Manifest, func(h paper.Holder, id enforcement.ID) ([]byte, error), error) {
	t.Helper()
	url := empty(t, name)
	target := s.target(url)
	target.Papers = papers
	_, m, err := backup.Restore(t.Context(), target, dir)
	if err != nil {
		return m, nil, err
	}
	db, err := pg.Open(t.Context(), pg.Config{URL: url, MaxConns: 2})
	must(t, err)
	t.Cleanup(func() { _ = db.Close() })
	record := *s.Record
	record.DB = db
	room := &paper.Papers{Record: &record}
	return m, func(h paper.Holder, id enforcement.ID) ([]byte, error) {
		c, err := room.Open(context.WithoutCancel(t.Context()), s.Judge(), h, id)
		if err != nil {
			return nil, err
		}
		var out bytes.Buffer
		_, err = c.WriteTo(&out)
		return out.Bytes(), err
	}, nil
}

// Papers are saved apart from the dump: what lies in their folder is not copied again, and
// a restore brings back those that the backup knows.
func TestPapersAreSavedApartAndComeBack(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	h, papers := s.holder(t), filepath.Join(t.TempDir(), "papers")
	first := s.bring(t, h, "演示:第一份回证")
	early := s.saved(t, papers)
	files, err := filepath.Glob(filepath.Join(papers, "*", "*.papers"))
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	before, err := os.Stat(files[0])
	must(t, err)
	second := s.bring(t, h, "演示:第二份回证")
	late := s.saved(t, papers)
	again, err := os.Stat(files[0])
	must(t, err)
	if files, _ = filepath.Glob(filepath.Join(papers, "*", "*.papers")); len(files) != 2 || !again.ModTime().Equal(before.ModTime()) {
		t.Errorf("%v", files)
	}
	dump, err := os.ReadFile(filepath.Join(late, "data.dump"))
	must(t, err)
	if len(dump) > paper.PieceSize*2 {
		t.Errorf("the dump has %d bytes", len(dump))
	}

	m, read, err := s.restored(t, "papers_late", late, papers)
	must(t, err)
	for _, one := range []paper.Paper{first, second} {
		if back, err := read(h, one.ID); err != nil || int64(len(back)) != one.Size {
			t.Errorf("%d of %d bytes: %v", len(back), one.Size, err)
		}
	}
	if m.Papers.Count != 3 || len(m.Papers.Missing) != 0 {
		t.Errorf("%+v", m.Papers)
	}
	m, read, err = s.restored(t, "papers_early", early, papers)
	must(t, err)
	if _, err := read(h, second.ID); !errors.Is(err, enforcement.Refuse("not-found")) || m.Papers.Count != 2 {
		t.Errorf("what was brought later: %v %+v", err, m.Papers)
	}

	// A piece that changed on the disk is noticed before anything is written; papers that
	// are not there hold up nothing and are named.
	text, err := os.ReadFile(files[0])
	must(t, err)
	text[len(text)/2] ^= 1
	must(t, os.WriteFile(files[0], text, 0o600))
	if _, _, err = s.restored(t, "papers_damaged", late, papers); !errors.Is(err, enforcement.Refuse("restore.damaged")) {
		t.Error(err)
	}
	m, _, err = s.restored(t, "papers_gone", late, filepath.Join(t.TempDir(), "nothing"))
	must(t, err)
	if len(m.Papers.Missing) != 3 {
		t.Errorf("%+v", m.Papers)
	}
}

// Papers that a restore did not find are brought later into the record as it then is: that a
// database must be empty holds for the record alone.
func TestPapersThatWereNotFoundAreBroughtLater(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	h, papers := s.holder(t), filepath.Join(t.TempDir(), "papers")
	first := s.bring(t, h, "演示:第一份回证")
	dir := s.saved(t, papers)
	m, read, err := s.restored(t, "papers_later", dir, filepath.Join(t.TempDir(), "nothing"))
	must(t, err)
	if _, err := read(h, first.ID); err == nil || len(m.Papers.Missing) != 2 {
		t.Fatalf("without its pieces: %v %+v", err, m.Papers)
	}
	db, err := pg.Open(t.Context(), pg.Config{URL: pgtest.Cluster(t).URL("papers_later"), MaxConns: 2})
	must(t, err)
	t.Cleanup(func() { _ = db.Close() })
	if missing, err := backup.BringPapers(t.Context(), db, "", dir); err != nil || len(missing) != 2 {
		t.Errorf("from a backup that has none: %v %v", missing, err)
	}
	if missing, err := backup.BringPapers(t.Context(), db, papers, dir); err != nil || len(missing) != 0 {
		t.Errorf("from their folder: %v %v", missing, err)
	}
	if back, err := read(h, first.ID); err != nil || int64(len(back)) != first.Size {
		t.Errorf("%d of %d bytes: %v", len(back), first.Size, err)
	}
}
