package paper_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"

	"concordat/enforcement"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/ground"
	"concordat/enforcement/paper"
	"concordat/internal/pg"
)

// wav is a recording whose sound is any bytes at all.
func wav(sound []byte) []byte {
	out := append([]byte("RIFF"), 0, 0, 0, 0)
	out = append(out, "WAVEdata"...)
	out = binary.LittleEndian.AppendUint32(out, uint32(len(sound)))
	out = append(out, sound...)
	binary.LittleEndian.PutUint32(out[4:], uint32(len(out)-8))
	return out
}

func bring(t testing.TB, b *enforcetest.Bundle, h paper.Holder, content []byte) (paper.Paper, error) {
	t.Helper()
	return b.Papers.Bring(t.Context(), b.Clerk(), h, paper.New{Purpose: paper.Service, Title: "演示回证"}, bytes.NewReader(content))
}

func content(t testing.TB, b *enforcetest.Bundle, h paper.Holder, id enforcement.ID) ([]byte, error) {
	t.Helper()
	c, err := b.Papers.Open(t.Context(), b.Judge(), h, id)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	_, err = c.WriteTo(&out)
	return out.Bytes(), err
}

// ragged reads in pieces of any size.
type ragged struct {
	from  io.Reader
	sizes []int
	at    int
}

func (r *ragged) Read(p []byte) (int, error) {
	n := min(len(p), r.sizes[r.at%len(r.sizes)])
	r.at++
	return r.from.Read(p[:n])
}

func TestAnyBytesComeBackHoweverTheyCame(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	h, other := held(t, b, b.Bare(b.Subject(b.Person()))), held(t, b, b.Bare(b.Subject(b.Person())))
	rapid.Check(t, func(r *rapid.T) {
		size := rapid.OneOf(rapid.IntRange(1, 400), rapid.IntRange(paper.PieceSize-80, paper.PieceSize+80), rapid.IntRange(2*paper.PieceSize-60, 2*paper.PieceSize+60)).Draw(r, "size")
		sound := make([]byte, size)
		for i, seed := 0, rapid.Uint32().Draw(r, "seed"); i < size; i++ {
			seed = seed*1664525 + 1013904223
			sound[i] = byte(seed >> 24)
		}
		whole := wav(sound)
		body := &ragged{from: bytes.NewReader(whole), sizes: rapid.SliceOfN(rapid.IntRange(1, 300_000), 1, 5).Draw(r, "sizes")}
		one, err := b.Papers.Bring(t.Context(), b.Clerk(), h, paper.New{Purpose: paper.Service}, iotest.DataErrReader(body))
		if err != nil {
			r.Fatal(err)
		}
		sum := sha256.Sum256(whole)
		if err := b.Vault.VerifyDocument(sum[:], one.Hash); err != nil || one.Type != paper.WAV {
			r.Fatalf("%s %v", one.Type, err)
		}
		back, err := content(t, b, h, one.ID)
		if err != nil || !bytes.Equal(back, whole) {
			r.Fatalf("%d bytes came back as %d: %v", len(whole), len(back), err)
		}
		stolen := h
		stolen.Subject, stolen.Envelope = other.Subject, other.Envelope
		if _, err := content(t, b, stolen, one.ID); err == nil {
			r.Fatal("another subject's key opens it")
		}
		if _, err := content(t, b, other, one.ID); !errors.Is(err, enforcement.Refuse("not-found")) {
			r.Fatalf("another case has it: %v", err)
		}
	})
}

func TestWhatDoesNotArriveLeavesNothing(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	h := held(t, b, b.Bare(b.Subject(b.Person())))
	large := wav(make([]byte, 3*paper.PieceSize))
	n := paper.New{Purpose: paper.Service}
	_, err := b.Papers.Bring(t.Context(), b.Clerk(), h, n, io.MultiReader(bytes.NewReader(large[:2*paper.PieceSize]), iotest.ErrReader(io.ErrUnexpectedEOF)))
	if !errors.Is(err, paper.ErrBroken) || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Error(err)
	}
	_, err = b.Papers.Bring(t.Context(), b.Clerk(), h, n, bytes.NewReader(large[:len(large)-1]))
	wantCode(t, err, "paper.cut")
	_, err = b.Papers.Bring(t.Context(), b.Clerk(), h, n, bytes.NewReader(nil))
	wantCode(t, err, "paper.empty")
	_, err = b.Papers.Bring(t.Context(), b.Clerk(), h, n, io.LimitReader(zeros{}, paper.MaxSize+1))
	wantCode(t, err, "paper.size")
	stranger := b.As(enforcement.Clerk, b.OtherCourt)
	_, err = b.Papers.Bring(t.Context(), stranger, h, n, bytes.NewReader(large))
	wantCode(t, err, "not-found")
	for _, role := range []enforcement.Role{enforcement.Overseer, enforcement.Operator, enforcement.Lawyer} {
		_, err = b.Papers.Bring(t.Context(), b.As(role, 0), h, n, bytes.NewReader(large))
		wantCode(t, err, "role.forbidden")
	}
	if n := b.Count(`SELECT (SELECT count(*) FROM paper) + (SELECT count(*) FROM paper_chunk) + (SELECT count(*) FROM event WHERE kind LIKE 'paper%')`); n != 0 {
		t.Errorf("%d rows are left", n)
	}
}

// zeros is a text without end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = '0'
	}
	return len(p), nil
}

func TestOnePaperServesManyCases(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	first, second := b.Bare(b.Subject(b.Person())), b.Bare(b.Subject(b.Person()))
	h, to := held(t, b, first), held(t, b, second)
	one, err := bring(t, b, h, text("演示:邮件收寄清单"))
	must(t, err)
	linked, err := b.Papers.Link(ctx, b.Clerk(), to, paper.Service, one.ID)
	must(t, err)
	if linked.ID != one.ID || linked.Serves != second {
		t.Errorf("%+v", linked)
	}
	_, err = b.Papers.Link(ctx, b.Clerk(), to, paper.Service, one.ID)
	wantCode(t, err, "paper.exists")
	_, err = b.Papers.Link(ctx, b.As(enforcement.Clerk, b.OtherCourt), paper.Holder{Ground: second, Subject: to.Subject, Envelope: to.Envelope, Owner: b.OtherCourt}, paper.Decision, one.ID)
	wantCode(t, err, "not-found")

	// Erasing the first subject takes it from the first case alone.
	must(t, b.Listings.Abandon(ctx, b.Judge(), enforcetest.Of(first), ground.Performed))
	must(t, b.Parties.Shred(ctx, b.As(enforcement.Operator, 0), h.Subject))
	h.Envelope = nil
	_, err = content(t, b, h, one.ID)
	wantCode(t, err, "paper.erased")
	if back, err := content(t, b, to, one.ID); err != nil || string(back) != "演示:邮件收寄清单" {
		t.Errorf("%q %v", back, err)
	}
	third := held(t, b, b.Bare(b.Subject(b.Person())))
	_, err = b.Papers.Link(ctx, b.Clerk(), third, paper.Service, one.ID)
	must(t, err)
	list, err := b.Papers.List(ctx, b.Judge(), third)
	must(t, err)
	if len(list) != 1 || list[0].Title != "演示回证" {
		t.Errorf("%+v", list)
	}
	seen, err := b.Papers.List(ctx, b.As(enforcement.Overseer, 0), third)
	must(t, err)
	if len(seen) != 1 || seen[0].Title != "" {
		t.Errorf("%+v", seen)
	}
	if n := b.Count(`SELECT count(*) FROM event WHERE kind = 'paper-read' AND refers_to = $1`, one.ID); n != 1 {
		t.Errorf("%d readings are logged", n)
	}
}

func TestARecordingMayStayWhereItLies(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	h := held(t, b, b.Bare(b.Subject(b.Person())))
	sum := sha256.Sum256([]byte("演示录像"))
	n, r := paper.New{Purpose: paper.Service, Title: "留置送达录像"}, paper.Reference{Place: "演示:执行局光盘柜 12 号", SHA256: hex.EncodeToString(sum[:]), Type: paper.MP4}
	one, err := b.Papers.Refer(t.Context(), b.Clerk(), h, n, r)
	must(t, err)
	list, err := b.Papers.List(t.Context(), b.Clerk(), h)
	must(t, err)
	if len(list) != 1 || !list[0].Elsewhere || list[0].Reference != r || b.Vault.VerifyDocument(sum[:], one.Hash) != nil {
		t.Errorf("%+v", list)
	}
	for what, c := range map[string]struct {
		change func(*paper.Reference)
		code   string
	}{
		"nowhere":      {func(r *paper.Reference) { r.Place = " 　" }, "paper.place"},
		"no hash":      {func(r *paper.Reference) { r.SHA256 = "" }, "paper.hash"},
		"half a hash":  {func(r *paper.Reference) { r.SHA256 = r.SHA256[:40] }, "paper.hash"},
		"no recording": {func(r *paper.Reference) { r.Type = paper.PDF }, "paper.type"},
	} {
		wrong := r
		c.change(&wrong)
		_, err := b.Papers.Refer(t.Context(), b.Clerk(), h, n, wrong)
		if !errors.Is(err, enforcement.Refuse(c.code)) {
			t.Errorf("%s: %v, want %s", what, err, c.code)
		}
	}
}

// What nobody held when it was written shows when it is read.
func TestAPieceThatWasExchangedIsNoticed(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	h := held(t, b, b.Bare(b.Subject(b.Person())))
	one, err := bring(t, b, h, wav(make([]byte, 2*paper.PieceSize)))
	must(t, err)
	for _, sql := range []string{
		`ALTER TABLE paper_chunk DISABLE TRIGGER USER`, `ALTER TABLE paper DISABLE TRIGGER USER`,
		`UPDATE paper SET pieces = 2 WHERE id = '` + one.ID.String() + `'`,
	} {
		_, err := b.DB.Pool.Exec(t.Context(), sql)
		must(t, err)
	}
	if _, err := content(t, b, h, one.ID); err == nil {
		t.Error("a paper without its last piece was handed out as whole")
	}
}

func TestWhatConcernsSeveralHasAKeyOfItsOwn(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	h := paper.Holder{Owner: b.Court, Serves: enforcement.NewID()}
	one, err := keep(t, b, b.President(), h, paper.Takeover, paper.Given{Content: text("演示接管声明")})
	must(t, err)
	var before []byte
	must(t, b.DB.Pool.QueryRow(t.Context(), `SELECT envelope FROM paper`).Scan(&before))
	_, err = b.Vault.Prepare()
	must(t, err)
	_, err = b.Vault.Rotate()
	must(t, err)
	n, err := b.Papers.Rotate(t.Context(), b.As(enforcement.Operator, 0))
	if err != nil || n != 1 {
		t.Fatal(n, err)
	}
	if n, err := b.Papers.Rotate(t.Context(), b.As(enforcement.Operator, 0)); err != nil || n != 0 {
		t.Error(n, err)
	}
	var after []byte
	must(t, b.DB.Pool.QueryRow(t.Context(), `SELECT envelope FROM paper`).Scan(&after))
	if bytes.Equal(before, after) {
		t.Error("the key was not wrapped anew")
	}
	if back, err := content(t, b, h, one.ID); err != nil || string(back) != "演示接管声明" {
		t.Errorf("%q %v", back, err)
	}
	c := held(t, b, b.Bare(b.Subject(b.Person())))
	_, err = b.Papers.Link(t.Context(), b.Clerk(), c, paper.Takeover, one.ID)
	must(t, err)
	if back, err := content(t, b, c, one.ID); err != nil || string(back) != "演示接管声明" {
		t.Errorf("%q %v", back, err)
	}
}

func TestADaysRoundOfPapers(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	id := b.Bare(b.Subject(b.Person()))
	_, err := bring(t, b, held(t, b, id), text("演示送达回证"))
	must(t, err)
	long, lately := enforcement.NewID(), enforcement.NewID()
	binary.BigEndian.PutUint64(long[:8], binary.BigEndian.Uint64(long[:8])-uint64(49*3600*1000)<<16)
	for _, gone := range []enforcement.ID{long, lately} {
		_, err = b.DB.Pool.Exec(t.Context(), `INSERT INTO paper_chunk VALUES ($1, 0, $2)`, gone, make([]byte, 40))
		must(t, err)
	}
	must(t, b.Papers.Daily(t.Context(), b.System()))
	if n := b.Count(`SELECT count(*) FROM paper_chunk WHERE paper_id = $1`, long); n != 0 {
		t.Error("what never became a paper lies there still")
	}
	if n := b.Count(`SELECT count(*) FROM paper_chunk`); n != 2 {
		t.Errorf("%d pieces are left", n)
	}
	if n := b.Count(`SELECT count(*) FROM paper_use WHERE keep_until IS NOT NULL`); n != 0 {
		t.Error("a case under way has a day")
	}
	must(t, b.Listings.Abandon(t.Context(), b.Judge(), enforcetest.Of(id), ground.Performed))
	must(t, b.Papers.Daily(t.Context(), b.System()))
	want := b.Day().AddYears(paper.DefaultKeepYears)
	if list := papersOf(t, b, id); len(list) != 1 || list[0].KeepUntil != want {
		t.Errorf("%+v, want %s", list, want)
	}
	// Months are there for the papers of this one and the next two, and each once.
	var names []string
	rows, err := b.DB.Pool.Query(t.Context(), `SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'paper_chunk'::regclass ORDER BY 1`)
	must(t, err)
	for rows.Next() {
		var name string
		must(t, rows.Scan(&name))
		names = append(names, name)
	}
	must(t, rows.Err())
	this := "paper_chunk_" + enforcement.NewID().Made().Format("2006_01")
	if len(names) != 4 || !slices.Contains(names, this) {
		t.Errorf("%v", names)
	}
	if n := b.Count(`SELECT count(*) FROM ` + this); n != 2 {
		t.Errorf("%d pieces in the month", n)
	}
	if n := b.Count(`SELECT make_paper_months('2031-11-15', 2)`); n != 2 {
		t.Errorf("%d months made", n)
	}
	if err := b.DB.InTx(t.Context(), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.NewRaw(`DELETE FROM paper_chunk_2031_11`).Exec(ctx)
		return err
	}); err != nil {
		t.Error(err)
	}
	_, err = b.DB.Pool.Exec(t.Context(), `UPDATE `+this+` SET position = 9`)
	if err == nil {
		t.Error("a month is rewritten by itself")
	}
	if _, err = b.DB.Pool.Exec(t.Context(), `TRUNCATE paper_chunk_2031_12`); err == nil {
		t.Error("a month is emptied by itself")
	}
}
