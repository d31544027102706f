package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"

	"concordat/enforcement/intake"
)

// importBar shows how far a file is, at which rate, and how long it will take:
// on a terminal, or where it was asked for.
type importBar struct {
	out  io.Writer
	bar  *progressbar.ProgressBar // nil: nobody wants it
	from int64                    // bytes that were read before this process came
}

func newImportBar(a *app, run intake.Run, asked bool) *importBar {
	b := &importBar{out: a.Err, from: run.BytesDone}
	file, ok := a.Err.(*os.File)
	if ok && !asked {
		info, err := file.Stat()
		ok = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	if ok || asked {
		b.bar = progressbar.NewOptions64(max(run.Size-b.from, 1), progressbar.OptionSetWriter(a.Err), progressbar.OptionSetWidth(24),
			progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionShowBytes(true), progressbar.OptionShowTotalBytes(true),
			progressbar.OptionSetPredictTime(true), progressbar.OptionSetDescription("0 rows"))
	}
	return b
}

// show tells where the run is.
func (b *importBar) show(run intake.Run) {
	if b.bar != nil {
		b.bar.Describe(fmt.Sprintf("%d rows, %d refused", run.Rows, run.Refused))
		_ = b.bar.Set64(run.BytesDone - b.from) // a terminal that is gone is nobody's loss
	}
}

// end leaves the bar.
func (b *importBar) end() {
	if b.bar != nil {
		_ = b.bar.Exit() // a terminal that is gone is nobody's loss
		fmt.Fprintln(b.out)
	}
}
