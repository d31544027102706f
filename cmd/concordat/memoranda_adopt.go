package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/schollz/progressbar/v3"

	"concordat/enforcement"
	"concordat/enforcement/plan"
	"concordat/enforcement/replan"
	"concordat/internal/calendar"
	"concordat/memoranda"
)

// errNotConfirmed ends a command that would have changed what is in force.
var errNotConfirmed = errors.New("nothing was written; run it again with --yes")

type memorandaAdoptCmd struct {
	installation

	File string `arg:"" type:"existingfile" help:"File of a memorandum: the edition to adopt. Run again after an interruption, the command goes on."`
	Yes  bool   `help:"Adopt it; without this its impact is shown and nothing written."`
	JSON bool   `name:"json" help:"Print one JSON object."`
	// Progress shows the bar also where the output is no terminal.
	Progress bool `help:"Show the progress even if standard error is no terminal."`
}

// Help is shown by --help.
func (c *memorandaAdoptCmd) Help() string {
	return "The edition must begin after the day on which the present one began, which it ends the day before. " +
		"Directives of live grounds follow, withdrawals first; those of an edition of a later day when its day comes. " +
		"Have it attested before (memoranda attest --for FILE): what nobody attests is withdrawn. " +
		"Exit code 1: it was refused, not confirmed, or broke off. With --yes: " + tokenHelp
}

// adoptOutcome is what the command prints.
type adoptOutcome struct {
	Impact   *replan.Impact   `json:"impact,omitempty"` // nil: it was adopted before
	Adoption *plan.Adoption   `json:"adoption,omitempty"`
	Followed *replan.Progress `json:"followed,omitempty"`
}

// Run shows what the edition does, then adopts it.
func (c *memorandaAdoptCmd) Run(a *app) error {
	source, err := os.ReadFile(c.File)
	if err != nil {
		return fmt.Errorf("read %s: %w", c.File, err)
	}
	return c.within(func(ctx context.Context, o *office) error {
		outcome, err := c.adopt(ctx, a, o, source)
		if mistakes, ok := errors.AsType[memoranda.Mistakes](err); ok {
			for _, m := range mistakes {
				fmt.Fprintln(plain(a.Err), m.String()+" / "+m.ZH)
			}
			return fmt.Errorf("%s: %d mistakes", c.File, len(mistakes))
		}
		if c.JSON && (outcome.Impact != nil || outcome.Adoption != nil) {
			err = errors.Join(printJSON(plain(a.Out), outcome), err)
		} else {
			outcome.print(plain(a.Out))
		}
		return err
	})
}

func (c *memorandaAdoptCmd) adopt(ctx context.Context, a *app, o *office, source []byte) (out adoptOutcome, err error) {
	if c.Yes { // before anything is shown: who may not is told at once
		act, err := o.actAs(ctx, a, enforcement.Operator)
		if err != nil {
			return out, err
		}
		return c.adoptBy(ctx, a, o, act, source)
	}
	impact, err := c.foresee(ctx, a, o, source)
	if err != nil {
		return out, err
	}
	out.Impact = &impact
	return out, errNotConfirmed
}

// adoptBy adopts it, or goes on with an adoption that broke off.
func (c *memorandaAdoptCmd) adoptBy(ctx context.Context, a *app, o *office, act enforcement.Act, source []byte) (out adoptOutcome, err error) {
	total := int64(-1) // not known
	if !adoptedBefore(o.register.Plans.Catalogue(), source) {
		impact, err := c.foresee(ctx, a, o, source)
		if err != nil {
			return out, err
		}
		out.Impact = &impact
		total = impact.Counts.Withdrawn + impact.Counts.Shrunk + impact.Counts.Grown + impact.Counts.Added
		adoption, err := o.register.Plans.SwitchEdition(ctx, act, filepath.Base(c.File), source)
		if err != nil {
			return out, err
		}
		out.Adoption = &adoption
	}
	bar := newAdoptBar(a, total, c.Progress)
	followed, err := o.register.Replanner.ResumeAdoptions(ctx, act, bar.show)
	bar.end()
	out.Followed = &followed
	if err != nil {
		return out, err
	}
	if out.Adoption != nil {
		out.Adoption, err = adoptionNow(ctx, o, out.Adoption.ID)
	}
	return out, err
}

// adoptedBefore reports whether the record has this very text.
func adoptedBefore(c *memoranda.Catalogue, source []byte) bool {
	for i := range c.Memoranda {
		if bytes.Equal(c.Memoranda[i].Source(), source) {
			return true
		}
	}
	return false
}

func (c *memorandaAdoptCmd) foresee(ctx context.Context, a *app, o *office, source []byte) (replan.Impact, error) {
	next, edition, err := memoranda.Next(o.register.Plans.Catalogue(), filepath.Base(c.File), source)
	if err != nil {
		return replan.Impact{}, err //nolint:wrapcheck // mistakes say where
	}
	act, err := actByAccount(a) // it asks only
	if err != nil {
		return replan.Impact{}, err
	}
	if first := calendar.Start(edition.From); first.After(act.At) {
		act.At = first
	}
	return o.register.Replanner.Impact(ctx, act, next)
}

func adoptionNow(ctx context.Context, o *office, id enforcement.ID) (*plan.Adoption, error) {
	list, err := o.register.Plans.Adoptions(ctx, false)
	for i := range list {
		if list[i].ID == id {
			return &list[i], err
		}
	}
	return nil, err
}

func (o *adoptOutcome) print(out io.Writer) {
	if o.Impact != nil {
		printImpact(out, *o.Impact)
	}
	if f := o.Followed; f != nil {
		fmt.Fprintf(out, "followed / 已执行: withdrawn 撤回 %d, shrunk 缩减 %d, grown 增加 %d, new 新增 %d\n", f.Withdrawn, f.Shrunk, f.Grown, f.Added)
	}
	switch a := o.Adoption; {
	case a == nil:
	case !a.CompletedAt.IsZero():
		fmt.Fprintf(out, "%s %s is adopted from %s on; no live directive stands on an older edition / 已采用，现行协同任务均不再依据旧版本\n", a.Memorandum, a.To, a.Day)
	case a.Day > calendar.DayOf(now()):
		fmt.Fprintf(out, "%s %s is adopted and stands from %s on; directives follow on that day / 已采用，自该日起执行\n", a.Memorandum, a.To, a.Day)
	default:
		fmt.Fprintf(out, "%s %s is adopted from %s on; directives still follow / 已采用，协同任务仍在跟进\n", a.Memorandum, a.To, a.Day)
	}
}

// adoptBar shows how many directives have followed: on a terminal, or where it was
// asked for.
type adoptBar struct {
	out io.Writer
	bar *progressbar.ProgressBar // nil: nobody wants it
}

func newAdoptBar(a *app, total int64, asked bool) *adoptBar {
	b := &adoptBar{out: a.Err}
	file, ok := a.Err.(*os.File)
	if ok && !asked {
		info, err := file.Stat()
		ok = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	if ok || asked {
		b.bar = progressbar.NewOptions64(max(total, -1), progressbar.OptionSetWriter(a.Err), progressbar.OptionSetWidth(24),
			progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionSetPredictTime(true), progressbar.OptionSetDescription("directives"))
	}
	return b
}

func (b *adoptBar) show(p replan.Progress) {
	if b.bar != nil {
		b.bar.Describe(fmt.Sprintf("%d withdrawn, %d amended, %d new", p.Withdrawn, p.Shrunk+p.Grown, p.Added))
		_ = b.bar.Set64(p.Withdrawn + p.Shrunk + p.Grown + p.Added) // a terminal that is gone is nobody's loss
	}
}

func (b *adoptBar) end() {
	if b.bar != nil {
		_ = b.bar.Exit() // a terminal that is gone is nobody's loss
		fmt.Fprintln(b.out)
	}
}
