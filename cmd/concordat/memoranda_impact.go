package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"concordat/enforcement/replan"
	"concordat/internal/calendar"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

type memorandaImpactCmd struct {
	installation

	File     string `arg:"" type:"existingfile" help:"File of a memorandum: the edition that would follow the present one."`
	Attested bool   `help:"Count as if everything of the file that is not unverified were attested; without it what nobody attests is not sent."`
	JSON     bool   `name:"json" help:"Print one JSON object."`
}

// Help is shown by --help.
func (c *memorandaImpactCmd) Help() string {
	return "A dry run over all live grounds, on today or the edition's first day, whichever is later. Nothing is written."
}

// Run prints what the edition would do to the directives of live grounds.
func (c *memorandaImpactCmd) Run(a *app) error {
	source, err := os.ReadFile(c.File)
	if err != nil {
		return fmt.Errorf("read %s: %w", c.File, err)
	}
	return c.within(func(ctx context.Context, o *office) error {
		next, edition, err := memoranda.Next(o.register.Plans.Catalogue(), filepath.Base(c.File), source)
		if err != nil {
			return fmt.Errorf("read %s: %w", c.File, err)
		}
		act, err := actByAccount(a) // it asks only
		if err != nil {
			return err
		}
		if first := calendar.Start(edition.From); first.After(act.At) {
			act.At = first
		}
		var more []memoranda.Attestation
		if c.Attested {
			more = append(more, allOf(next, edition, calendar.DayOf(act.At)))
		}
		impact, err := o.register.Replanner.Impact(ctx, act, next, more...)
		if err != nil {
			return err
		}
		if c.JSON {
			return printJSON(plain(a.Out), impact)
		}
		printImpact(plain(a.Out), impact)
		return nil
	})
}

// printImpact says it in words, an organisation and a measure a line.
func printImpact(out io.Writer, i replan.Impact) {
	fmt.Fprintf(out, "%s: %d live grounds, of %d a directive changes / %d 项有效依据，其中 %d 项的协同任务有变化\n", i.Day, i.Grounds, i.Concerned, i.Grounds, i.Concerned)
	fmt.Fprintf(out, "  withdrawn 撤回 %d, shrunk 缩减 %d, grown 增加 %d, new 新增 %d\n", i.Counts.Withdrawn, i.Counts.Shrunk, i.Counts.Grown, i.Counts.Added)
	for _, o := range i.Organisations {
		fmt.Fprintf(out, "%s %s: withdrawn %d, shrunk %d, grown %d, new %d; as %v\n", o.Slug, o.NameZH, o.Withdrawn, o.Shrunk, o.Grown, o.Added, o.Examples)
	}
	for _, m := range i.Measures {
		fmt.Fprintf(out, "%s/%s: lifted 解除 %d, imposed 增设 %d; as %v\n", m.Memorandum, m.Slug, m.Lifted, m.Imposed, m.Examples)
	}
	if n := len(i.Unattested); n > 0 {
		fmt.Fprintf(out, "%d measures are attested by nobody and would not be sent / %d 项措施未经法律核定，不予下发\n", n, n)
	}
}

// allOf is a statement that attests an edition, and what it may rest on, as far as
// it is not unverified. Nobody made it, and it is kept nowhere.
func allOf(c *memoranda.Catalogue, edition *memoranda.Memorandum, on day.Day) memoranda.Attestation {
	s := memoranda.Attestation{
		Who: memoranda.Attester{Name: "nobody", Role: "a dry run"}, When: on, Source: "none",
		Memorandum: edition.Slug, Edition: edition.Edition, Demonstration: true,
	}
	for i := range edition.Measures {
		if one := &edition.Measures[i]; one.Evidence != memoranda.Unverified {
			s.Measures = append(s.Measures, one.Slug)
		}
	}
	for i := range c.Bases {
		if one := &c.Bases[i]; one.Evidence != memoranda.Unverified {
			s.Bases = append(s.Bases, one.Slug)
		}
	}
	for i := range c.BasicList.Editions {
		if one := &c.BasicList.Editions[i]; one.Evidence != memoranda.Unverified {
			s.BasicList = append(s.BasicList, one.Name)
		}
	}
	s.Hash = c.AttestedHash(s)
	return s
}
