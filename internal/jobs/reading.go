package jobs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"concordat/enforcement"
	"concordat/enforcement/intake"
	"concordat/enforcement/register"
	"concordat/internal/courtfile"
)

// Reading reads a court's file into the record: the command line and the job of
// uploads both do it by this. Three stages work at once, batch by batch: the
// file is parsed, rows are checked and sealed, batches are written. What is in
// hand at any time is a few batches, however large the file is.
type Reading struct {
	Register *register.Offices
	// Legal is legal time: when the drafts are entered.
	Legal func() time.Time
	// Refused is where the file of refused rows is written; "" writes none.
	Refused string
	// Progress, when not nil, is called after each batch.
	Progress func(intake.Run)
	// Stop, when not nil, is asked between batches: true leaves the run where it
	// is, to be taken up again.
	Stop func() bool
}

// batchText is how much text a batch holds, in bytes: rows may be large.
const batchText = 4 << 20

// stretch is a piece of the file on its way through the stages.
type stretch struct {
	rows     []intake.Row
	refusals []intake.Refusal
	remarks  []intake.FileRemark
	text     int
	done     int64 // bytes of the file read by then
	prepared *intake.Prepared
	// end is why the file ends here; nil if it goes on, io.EOF if it is whole.
	end error
}

func (s *stretch) full() bool {
	return len(s.rows)+len(s.refusals) >= intake.Batch || s.text >= batchText
}

// Run reads the file of a run from where the run stands, and ends the run. The
// run it returns says in its state what came of it: a file that cannot be read
// to its end is no error, its run has failed. An interruption at any time, also
// of the process, costs no more than the batch under way: the next Run goes on.
// A run that another process is reading is refused with import.elsewhere.
func (r Reading) Run(ctx context.Context, run intake.Run, file io.ReaderAt) (intake.Run, error) {
	release, ok, err := r.Register.Intake.Claim(ctx, run.ID)
	if err != nil {
		return run, err
	}
	if !ok {
		return run, &enforcement.Refusal{Code: "import.elsewhere"}
	}
	defer release()
	// Whoever held it before may have moved it on.
	if run, err = r.Register.Intake.Get(ctx, run.Act(r.Legal()), run.ID); err != nil || run.State != intake.Running {
		return run, err
	}
	if run.Waits() {
		return run, &enforcement.Refusal{Code: "takeover.unconfirmed"}
	}
	opened, err := courtfile.Open(file, run.Size, courtfile.Kind(run.Kind))
	if bad, ok := errors.AsType[*courtfile.FileError](err); ok {
		return r.finish(ctx, run, bad)
	}
	if err != nil {
		return run, fmt.Errorf("open the file of import %s: %w", run.ID, err)
	}
	defer func() { _ = opened.Close() }() // was only read
	if err := r.Register.Intake.Format(ctx, run, opened.Format()); err != nil {
		return run, err
	}
	return r.read(ctx, run, opened)
}

func (r Reading) finish(ctx context.Context, run intake.Run, bad *courtfile.FileError) (intake.Run, error) {
	var failure *enforcement.Refusal
	var line int64
	if bad != nil {
		failure, line = &enforcement.Refusal{Code: bad.Code, Args: bad.Args}, bad.Line
	}
	return r.Register.Intake.Finish(ctx, run.Act(r.Legal()), run, failure, line)
}

// read runs the stages. Channels are short: they only keep both cores busy.
func (r Reading) read(ctx context.Context, run intake.Run, file *courtfile.File) (intake.Run, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	parsed, sealed := make(chan *stretch, 2), make(chan *stretch, 2)
	var stages sync.WaitGroup
	defer stages.Wait()
	defer cancel(nil) // before waiting: a stage may be about to hand on
	stages.Go(func() {
		defer close(parsed)
		r.parse(ctx, run, file, parsed)
	})
	stages.Go(func() {
		defer close(sealed)
		if err := r.prepare(ctx, run, parsed, sealed); err != nil {
			cancel(err)
		}
	})
	book := &refusedBook{path: r.Refused, kind: courtfile.Kind(run.Kind), header: file.Header()}
	run, err := r.write(ctx, run, sealed, book)
	return run, errors.Join(err, book.close())
}

// parse cuts the file into stretches.
func (r Reading) parse(ctx context.Context, run intake.Run, file *courtfile.File, to chan<- *stretch) {
	s := &stretch{}
	if run.Rows == 0 { // the first stretch tells of the file
		s.remarks = file.Told()
	}
	hand := func() bool {
		s.done, _ = file.Progress()
		select {
		case to <- s:
			s = &stretch{}
			return true
		case <-ctx.Done():
			return false
		}
	}
	for row, err := range file.Rows(run.Rows) {
		bad, ok := errors.AsType[*courtfile.RowError](err)
		switch {
		case ok:
			s.refuse(bad, r.Refused != "")
		case err != nil:
			s.end = err
			hand()
			return
		default:
			s.take(row, r.Refused != "")
		}
		if s.full() && !hand() {
			return
		}
	}
	s.end = io.EOF
	hand()
}

func (s *stretch) take(row intake.Row, raw bool) {
	s.count(row.Raw)
	s.text += len(row.Facts.Conduct) + len(row.Facts.Obligation)
	if !raw {
		row.Raw = nil
	}
	s.rows = append(s.rows, row)
}

func (s *stretch) refuse(bad *courtfile.RowError, raw bool) {
	s.count(bad.Raw)
	refusal := intake.Refusal{Line: bad.Line, Field: bad.Field, Code: bad.Code, Args: bad.Args}
	if raw {
		refusal.Raw = bad.Raw
	}
	s.refusals = append(s.refusals, refusal)
}

func (s *stretch) count(raw []string) {
	for _, cell := range raw {
		s.text += len(cell)
	}
}

// prepare checks and seals stretches in their order.
func (r Reading) prepare(ctx context.Context, run intake.Run, from <-chan *stretch, to chan<- *stretch) error {
	for s := range from {
		var err error
		if s.prepared, err = r.Register.Intake.Prepare(run.Act(r.Legal()), run, s.rows, s.refusals, s.remarks...); err != nil {
			return err
		}
		s.rows, s.refusals, s.remarks = nil, nil, nil
		select {
		case to <- s:
		case <-ctx.Done():
			return nil
		}
	}
	return nil
}

// write settles stretches until the file ends.
func (r Reading) write(ctx context.Context, run intake.Run, from <-chan *stretch, book *refusedBook) (intake.Run, error) {
	for s := range from {
		if s.prepared.Rows() > 0 {
			settled, err := r.Register.Intake.Write(ctx, run.Act(r.Legal()), run, s.prepared, s.done, book.settle())
			if err != nil {
				return run, err
			}
			run = settled.Run
			if r.Progress != nil {
				r.Progress(run)
			}
		}
		bad, ok := errors.AsType[*courtfile.FileError](s.end)
		switch {
		case ok:
			return r.finish(ctx, run, bad)
		case errors.Is(s.end, io.EOF):
			return r.finish(ctx, run, nil)
		case s.end != nil:
			return run, fmt.Errorf("read the file of import %s: %w", run.ID, s.end)
		case r.Stop != nil && r.Stop():
			return run, nil
		}
	}
	// A stage before gave up, or the caller did.
	return run, fmt.Errorf("read the file of import %s: %w", run.ID, context.Cause(ctx))
}

// refusedBook is the file of refused rows beside the input. It is opened with
// the first refused row.
type refusedBook struct {
	path   string
	kind   courtfile.Kind
	header []string
	writer *courtfile.RefusedWriter
	length int64
}

// settle returns what WriteImport calls within its transaction: the rows are on
// disk before the run says how long the file is. A transaction that is repeated,
// or a run that was broken off, goes back to that length.
func (b *refusedBook) settle() func(intake.Run, []intake.Refusal) (int64, error) {
	if b.path == "" {
		return nil
	}
	return func(run intake.Run, refusals []intake.Refusal) (int64, error) {
		if len(refusals) == 0 {
			return run.RefusedBytes, nil
		}
		if err := b.goBack(run.RefusedBytes); err != nil {
			return 0, err
		}
		for _, f := range refusals {
			if err := b.writer.Write(&courtfile.RowError{Line: f.Line, Field: f.Field, Code: f.Code, Args: f.Args, Raw: f.Raw}); err != nil {
				return 0, err
			}
		}
		var err error
		b.length, err = b.writer.Flush()
		return b.length, err
	}
}

func (b *refusedBook) goBack(to int64) (err error) {
	if b.writer != nil && b.length == to {
		return nil
	}
	if err := b.close(); err != nil {
		return err
	}
	b.length = to
	b.writer, err = courtfile.OpenRefused(b.path, b.kind, b.header, to)
	return err
}

func (b *refusedBook) close() error {
	if b.writer == nil {
		return nil
	}
	err := b.writer.Close()
	b.writer = nil
	return err
}
