package paper

import (
	"archive/zip"
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"slices"

	"concordat/enforcement"
	"concordat/enforcement/record"
	"concordat/internal/pg"
)

// How large an archive of papers may be, and what it may unfold to, in bytes; how many
// lines its sheet may have.
const (
	MaxArchive    = 200 << 20
	maxAllPapers  = 400 << 20
	maxSheet      = 1 << 20
	MaxSheetLines = 2_000
)

// Line is a line of the sheet in an archive: which file serves which case.
type Line struct {
	// Number is where it stands, the header being 1.
	Number int
	File   string
	// Ground is the case; or Case its number, and where that number has several subjects,
	// Subject the number of the one.
	Ground        enforcement.ID
	Case, Subject string
	New
}

// Mistake is what is wrong with a line of the sheet.
type Mistake struct {
	Line  int
	Field string
	enforcement.Refusal
}

// Filed is a paper that an archive brought to a case.
type Filed struct {
	Line          int
	Paper, Ground enforcement.ID
}

// Archive keeps the papers of an archive for the cases that its sheet (papers.csv) names: one
// file may serve many cases. It is checked whole first; where anything is wrong nothing is
// kept, and every mistake is told by its line.
func (p *Papers) Archive(ctx context.Context, act enforcement.Act, body io.Reader) (filed []Filed, wrong []Mistake, err error) {
	if err := act.Check(Bringers...); err != nil {
		return nil, nil, err
	}
	held, err := p.hold(ctx, body)
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, p.forget(context.WithoutCancel(ctx), held.id)) }()
	archive, err := openArchive(held, held.size, maxAllPapers)
	if err != nil {
		return nil, nil, err
	}
	lines, wrong, err := readSheet(archive)
	if err != nil {
		return nil, nil, err
	}
	b := &batch{papers: p, act: act, arrivals: map[string]*arrival{}, first: map[string]Line{}, kinds: map[string]Type{}, holders: map[int]Holder{}, wrong: wrong}
	defer func() {
		if err != nil || len(b.wrong) > 0 {
			err = errors.Join(err, b.forget(context.WithoutCancel(ctx)))
		}
	}()
	if err := b.check(ctx, archive, lines); err != nil || len(b.wrong) > 0 {
		slices.SortStableFunc(b.wrong, func(one, other Mistake) int { return cmp.Compare(one.Line, other.Line) })
		return nil, b.wrong, err
	}
	filed, err = b.enter(ctx, lines)
	return filed, nil, enforcement.AsRefusal(err)
}

// heldArchive is an archive that is being looked at: sealed under a key that nobody keeps.
type heldArchive struct {
	io.ReaderAt

	id   enforcement.ID
	size int64
}

func (p *Papers) hold(ctx context.Context, body io.Reader) (h heldArchive, err error) {
	a := &arrival{row: paperRow{ID: enforcement.NewID()}, sum: sha256.New()}
	if _, a.envelope, err = p.Record.Vault.NewEnvelope(a.row.ID); err != nil {
		return h, fmt.Errorf("make a key for an archive: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, p.forget(context.WithoutCancel(ctx), a.row.ID))
		}
	}()
	last, err := p.receiveUpTo(ctx, a, body, func([]byte) int64 { return MaxArchive })
	if err != nil {
		return h, err
	}
	return heldArchive{p.arrived(ctx, a, last), a.row.ID, a.row.Size}, nil
}

// batch are the papers of an archive on their way into the file.
type batch struct {
	papers   *Papers
	act      enforcement.Act
	arrivals map[string]*arrival // by file
	first    map[string]Line     // of a file
	kinds    map[string]Type
	holders  map[int]Holder // by line
	wrong    []Mistake
}

// tell notes a refusal by its line; what is no refusal stays an error.
func (b *batch) tell(line int, field string, err error) error {
	refused, ok := errors.AsType[*enforcement.Refusal](enforcement.AsRefusal(err))
	if ok {
		b.wrong = append(b.wrong, Mistake{Line: line, Field: field, Refusal: *refused})
		return nil
	}
	return err
}

// check finds every line's case and file, and stores the pieces of each file, once.
func (b *batch) check(ctx context.Context, archive *zip.Reader, lines []Line) error {
	type use struct {
		file    string
		ground  enforcement.ID
		purpose Purpose
	}
	files, seen := map[string]*zip.File{}, map[use]bool{}
	for _, f := range archive.File {
		files[f.Name] = f
	}
	for _, l := range lines {
		h, err := b.papers.holder(ctx, b.act, l)
		if err != nil {
			if err := b.tell(l.Number, "case", err); err != nil {
				return err
			}
			continue
		}
		b.holders[l.Number] = h
		one := use{l.File, h.Ground, l.Purpose}
		switch f, first := files[l.File], b.first[l.File]; {
		case f == nil || f.FileInfo().IsDir():
			err = enforcement.Refuse("paper.file")
		case seen[one]:
			err = enforcement.Refuse("paper.exists")
		case first.Number == 0:
			b.first[l.File] = l
			err = b.unfold(ctx, f, h, l)
		case first.Title != l.Title || first.Day != l.Day:
			err = enforcement.Refuse("paper.line")
		case !l.Purpose.Known():
			err = enforcement.Refuse("paper.purpose", "purpose", string(Other))
		}
		seen[one] = true
		if err != nil {
			if err := b.tell(l.Number, "file", err); err != nil {
				return err
			}
		}
	}
	return nil
}

// unfold stores the pieces of a file for the case that names it first.
func (b *batch) unfold(ctx context.Context, f *zip.File, h Holder, l Line) error {
	a, err := b.papers.arrive(b.act, h, l.Purpose, l.Title, l.Day)
	if err != nil {
		return err
	}
	b.arrivals[l.File] = a
	content, err := f.Open()
	if err != nil {
		return errCut
	}
	defer func() { _ = content.Close() }() // read only
	last, err := b.papers.receive(ctx, a, content)
	if errors.Is(err, ErrBroken) {
		return errCut
	}
	if err != nil {
		return err
	}
	if b.kinds[l.File], err = Inspect(b.papers.arrived(ctx, a, last), a.row.Size); err != nil {
		return err
	}
	return b.papers.store(ctx, last)
}

// enter enters every paper with its uses, in one act.
func (b *batch) enter(ctx context.Context, lines []Line) (filed []Filed, err error) {
	p := b.papers
	_, err = p.Record.Perform(ctx, b.act, func(ctx context.Context, tx *pg.Tx) (*record.Event, error) {
		filed = nil
		for _, l := range lines {
			a, h, kind := b.arrivals[l.File], b.holders[l.Number], EventLinked
			if b.first[l.File].Number == l.Number {
				kind = EventBrought
				if _, err := a.enter(tx, p, b.kinds[l.File]); err != nil {
					return nil, err
				}
			} else {
				of := b.holders[b.first[l.File].Number]
				from := share{Paper: a.row.ID, Owner: h.Owner, Key: a.use.Key, Subject: of.Subject, Wrapped: of.Envelope}
				if err := p.share(tx, b.act, h, l.Purpose, from); err != nil {
					return nil, err
				}
			}
			p.Record.Log(ctx, tx, b.act, record.Event{
				Kind: kind, Subject: h.Subject, Ground: h.Ground, RefersTo: a.row.ID, Day: a.row.Day, Reason: string(l.Purpose), DocumentHash: a.row.Hash,
			})
			filed = append(filed, Filed{Line: l.Number, Paper: a.row.ID, Ground: h.Ground})
		}
		return &record.Event{Kind: EventArchive, Day: p.Record.Today(b.act.At)}, nil
	})
	return filed, err
}

// forget deletes what was stored of an archive that is not taken.
func (b *batch) forget(ctx context.Context) (err error) {
	for _, a := range b.arrivals {
		err = errors.Join(err, b.papers.forget(ctx, a.row.ID))
	}
	return err
}

// holder is the case that a line names, of the actor's own organisation.
func (p *Papers) holder(ctx context.Context, act enforcement.Act, l Line) (Holder, error) {
	var list []struct {
		Ground  enforcement.ID `bun:"id"`
		Subject enforcement.ID `bun:"subject_id"`
		Wrapped []byte         `bun:"envelope"`
	}
	q := p.Record.DB.NewSelect().TableExpr("ground AS g").Join("JOIN subject AS s ON s.id = g.subject_id").ColumnExpr("g.id, g.subject_id, s.envelope").
		Where("g.organisation_id = ?", pg.Number(act.Actor.Organisation)).Limit(2)
	if !l.Ground.IsZero() {
		q = q.Where("g.id = ?", l.Ground)
	} else {
		q = q.Join("JOIN execution_case AS c ON c.id = g.case_id").Where("c.number = ? AND g.state <> 'ended'", l.Case)
	}
	if l.Subject != "" {
		subject, err := p.Numbered(ctx, act, l.Subject)
		if refused, ok := errors.AsType[*enforcement.Refusal](err); ok && refused.Code == "not-found" {
			err = nil // no case is of nobody: whether the record knows a number is no answer to a sheet
		}
		if err != nil {
			return Holder{}, err
		}
		q = q.Where("g.subject_id = ?", subject)
	}
	if err := q.Scan(ctx, &list); err != nil {
		return Holder{}, fmt.Errorf("look for the case of line %d: %w", l.Number, err)
	}
	if len(list) != 1 { // none, or several, of which the line does not say which
		return Holder{}, enforcement.Refuse("paper.case")
	}
	return Holder{Ground: list[0].Ground, Subject: list[0].Subject, Owner: act.Actor.Organisation, Envelope: list[0].Wrapped}, nil
}
