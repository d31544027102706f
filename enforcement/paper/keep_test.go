package paper_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"strings"
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/ground"
	"concordat/enforcement/listing"
	"concordat/enforcement/paper"
	"concordat/internal/pg"
	"concordat/memoranda/day"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantCode(t testing.TB, err error, code string) {
	t.Helper()
	if !errors.Is(err, enforcement.Refuse(code)) {
		t.Errorf("%v, want %s", err, code)
	}
}

// held is a draft as the holder of papers.
func held(t testing.TB, b *enforcetest.Bundle, ground enforcement.ID) paper.Holder {
	t.Helper()
	h := paper.Holder{Ground: ground, Owner: b.Court}
	var subject enforcement.ID
	must(t, b.DB.Pool.QueryRow(t.Context(), `SELECT s.id, s.envelope FROM ground g JOIN subject s ON s.id = g.subject_id WHERE g.id = $1`, ground).Scan(&subject, &h.Envelope))
	h.Subject = subject
	return h
}

func keep(t testing.TB, b *enforcetest.Bundle, act enforcement.Act, h paper.Holder, purpose paper.Purpose, g paper.Given) (one paper.Paper, err error) {
	t.Helper()
	err = b.DB.InTx(t.Context(), func(_ context.Context, tx *pg.Tx) (err error) {
		one, err = b.Papers.Keep(tx, act, h, purpose, g)
		return err
	})
	return one, enforcement.AsRefusal(err)
}

func papersOf(t testing.TB, b *enforcetest.Bundle, ground enforcement.ID) (list []paper.Paper) {
	t.Helper()
	must(t, b.DB.Together(t.Context(), paper.Find(b.DB, ground, &list)))
	return list
}

func text(words string) []byte { return []byte(words) }

func TestAPaperIsKeptAndFound(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	h := held(t, b, b.Bare(b.Subject(b.Person())))
	content := bytes.Repeat(text("演示:执行通知书正文。"), paper.PieceSize/10)
	kept, err := keep(t, b, b.Clerk(), h, paper.ExecutionNotice, paper.Given{Content: content, Day: b.Day().AddDays(-1)})
	must(t, err)
	sum := sha256.Sum256(content)
	if kept.Type != paper.Text || kept.Size != int64(len(content)) || b.Vault.VerifyDocument(sum[:], kept.Hash) != nil {
		t.Errorf("%+v", kept)
	}
	list := papersOf(t, b, h.Ground)
	if len(list) != 1 || list[0].ID != kept.ID || list[0].Purpose != paper.ExecutionNotice || list[0].Day != b.Day().AddDays(-1) || list[0].Erased || !bytes.Equal(list[0].Hash, kept.Hash) {
		t.Errorf("%+v", list)
	}
	if n := b.Count(`SELECT count(*) FROM paper_chunk WHERE position($1 IN sealed) > 0`, text("演示")); n != 0 {
		t.Errorf("%d pieces are in clear", n)
	}
	if n := b.Count(`SELECT count(*) FROM paper_chunk`); n != (len(content)+paper.PieceSize-1)/paper.PieceSize {
		t.Errorf("%d pieces of %d bytes", n, len(content))
	}
}

func TestAnActTakesAPaperOfItsFile(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	h, other := held(t, b, b.Bare(b.Subject(b.Person()))), held(t, b, b.Bare(b.Subject(b.Person())))
	mine, err := keep(t, b, b.Clerk(), h, paper.Service, paper.Given{Content: text("演示送达回证")})
	must(t, err)
	theirs, err := keep(t, b, b.Clerk(), other, paper.Service, paper.Given{Content: text("演示送达回证")})
	must(t, err)
	take := func(purpose paper.Purpose, g paper.Given) (one paper.Paper, err error) {
		have := append(papersOf(t, b, h.Ground), papersOf(t, b, other.Ground)...)
		err = b.DB.InTx(t.Context(), func(_ context.Context, tx *pg.Tx) (err error) {
			one, err = b.Papers.Take(tx, b.Clerk(), h, have, purpose, g)
			return err
		})
		return one, err
	}
	if one, err := take(paper.Service, paper.Given{ID: mine.ID}); err != nil || one.ID != mine.ID {
		t.Errorf("%+v %v", one, err)
	}
	for what, c := range map[string]struct {
		purpose paper.Purpose
		given   paper.Given
		code    string
	}{
		"none":             {paper.Service, paper.Given{}, "paper.missing"},
		"another case's":   {paper.Service, paper.Given{ID: theirs.ID}, "paper.unknown"},
		"nobody's":         {paper.Service, paper.Given{ID: enforcement.NewID()}, "paper.unknown"},
		"another purpose":  {paper.Decision, paper.Given{ID: mine.ID}, "paper.purpose"},
		"both":             {paper.Service, paper.Given{ID: mine.ID, Content: text("演示送达回证")}, "paper.twice"},
		"blank":            {paper.Service, paper.Given{Content: text(" \n\t　")}, "paper.blank"},
		"no words":         {paper.Service, paper.Given{Content: text("……——!?")}, "paper.blank"},
		"tomorrow's":       {paper.Service, paper.Given{Content: text("演示送达回证"), Day: b.Day().AddDays(1)}, "paper.day"},
		"of 1900":          {paper.Service, paper.Given{Content: text("演示送达回证"), Day: day.Of(1900, 1, 1)}, "paper.day"},
		"a blank title":    {paper.Service, paper.Given{Content: text("演示送达回证"), Title: " 　"}, "paper.title"},
		"a turned title":   {paper.Service, paper.Given{Content: text("演示送达回证"), Title: "回证\u202efdp"}, "paper.title"},
		"a long title":     {paper.Service, paper.Given{Content: text("演示送达回证"), Title: strings.Repeat("长", 201)}, "paper.title"},
		"a program":        {paper.Service, paper.Given{Content: text("MZ\x90\x00\x03")}, "paper.type"},
		"a page":           {paper.Service, paper.Given{Content: text(" <HTML><script>x</script>")}, "paper.type"},
		"unknown purpose":  {"no-such", paper.Given{Content: text("演示送达回证")}, "paper.purpose"},
		"too large a text": {paper.Service, paper.Given{Content: make([]byte, paper.MaxSize+1)}, "paper.size"},
	} {
		_, err := take(c.purpose, c.given)
		if !errors.Is(err, enforcement.Refuse(c.code)) {
			t.Errorf("%s: %v, want %s", what, err, c.code)
		}
	}
	if n := b.Count(`SELECT count(*) FROM paper`); n != 2 {
		t.Errorf("%d papers", n)
	}
}

// What the code holds, the schema holds again.
func TestTheSchemaKeepsPapers(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	h := held(t, b, b.Bare(b.Subject(b.Person())))
	kept, err := keep(t, b, b.Clerk(), h, paper.Service, paper.Given{Content: text("演示送达回证")})
	must(t, err)
	run := func(sql string, args ...any) error {
		_, err := b.DB.Pool.Exec(t.Context(), sql, args...)
		return err
	}
	for what, sql := range map[string]string{
		"rewrite a piece":      `UPDATE paper_chunk SET sealed = sealed || '\x00'`,
		"take a piece":         `DELETE FROM paper_chunk`,
		"empty the pieces":     `TRUNCATE paper_chunk`,
		"rewrite a paper":      `UPDATE paper SET day = day - 1`,
		"take a paper":         `DELETE FROM paper`,
		"rewrite a use":        `UPDATE paper_use SET purpose = 'decision'`,
		"take a use":           `DELETE FROM paper_use`,
		"keep it shorter":      `UPDATE paper_use SET keep_until = NULL`,
		"a paper with no part": `INSERT INTO paper SELECT gen_random_uuid(), organisation_id, type, size, pieces, hash, day, details, elsewhere, envelope, brought_by, brought_role, brought_at, brought_on FROM paper`,
		"a paper of tomorrow":  `INSERT INTO paper SELECT gen_random_uuid(), organisation_id, type, 0, 0, hash, brought_on + 1, details, '\x00', envelope, brought_by, brought_role, brought_at, brought_on FROM paper`,
	} {
		if run(sql) == nil {
			t.Errorf("%s: done", what)
		}
	}
	foreign, err := b.Listings.Draft(t.Context(), b.Judge(), listingOf(b, h.Subject))
	must(t, err)
	_, err = b.DB.Pool.Exec(t.Context(), `ALTER TABLE ground DISABLE TRIGGER USER; UPDATE ground SET organisation_id = `+b.OtherCourt.String()+` WHERE id = '`+foreign.String()+`'`)
	must(t, err)
	if run(`INSERT INTO paper_use (serves, ground_id, paper_id, purpose, key, used_by, used_role, used_at)
		SELECT $1, $1, paper_id, purpose, key, used_by, used_role, used_at FROM paper_use WHERE paper_id = $2`, foreign, kept.ID) == nil {
		t.Error("another court's case rests on it")
	}
	must(t, run(`INSERT INTO paper_chunk VALUES ($1, 0, $2)`, enforcement.NewID(), make([]byte, 40)))
	must(t, run(`DELETE FROM paper_chunk c WHERE NOT EXISTS (SELECT FROM paper p WHERE p.id = c.paper_id)`))
}

func TestAnErasedSubjectTakesItsPapers(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	id := b.Bare(b.Subject(b.Person()))
	h := held(t, b, id)
	_, err := keep(t, b, b.Clerk(), h, paper.Service, paper.Given{Content: text("演示送达回证")})
	must(t, err)
	must(t, b.Listings.Abandon(t.Context(), b.Judge(), enforcetest.Of(id), ground.Performed))
	must(t, b.Parties.Shred(t.Context(), b.As(enforcement.Operator, 0), h.Subject))
	list := papersOf(t, b, id)
	if len(list) != 1 || !list[0].Erased {
		t.Fatalf("%+v", list)
	}
	err = b.DB.InTx(t.Context(), func(_ context.Context, tx *pg.Tx) error {
		_, err := b.Papers.Take(tx, b.Clerk(), h, list, paper.Service, paper.Given{ID: list[0].ID})
		return err
	})
	wantCode(t, err, "paper.erased")
	h.Envelope = nil
	_, err = keep(t, b, b.Clerk(), h, paper.Service, paper.Given{Content: text("演示送达回证")})
	wantCode(t, err, "subject.shredded")
}

// listingOf is a further draft of a subject, in a case of its own.
func listingOf(b *enforcetest.Bundle, subject enforcement.ID) listing.NewListing {
	return listing.NewListing{Case: b.Case(), Subject: subject, Capacity: listing.Debtor, Conducts: []listing.Conduct{listing.AbleButRefuses}, Facts: enforcetest.Facts()}
}
