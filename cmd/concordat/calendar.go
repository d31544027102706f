package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"concordat/enforcement"
	"concordat/enforcement/docket"
	"concordat/internal/calendar"
)

type calendarCmd struct {
	Load calendarLoadCmd `cmd:"" help:"Load a notice of holidays, the nation's or a region's; no release is needed."`
	List calendarListCmd `cmd:"" help:"List the years whose working days are known, and who loaded them."`
}

type calendarLoadCmd struct {
	installation

	File string `arg:"" type:"existingfile" help:"YAML file of one notice, with its reference and where it was read."`
}

// Help is shown by --help.
func (c *calendarLoadCmd) Help() string {
	return "Once anything was sent, another operator confirms it (changes confirm). Every process counts by it within ten seconds of that; " +
		"deadlines that were provisional are counted again by the next daily round, within ten minutes. " +
		"A notice that takes another's place names that one's reference under amends. The form is in docs/operations.md. " + tokenHelp
}

// Run says every mistake by its line, or what was loaded or proposed.
func (c *calendarLoadCmd) Run(a *app) error {
	source, err := os.ReadFile(c.File)
	if err != nil {
		return fmt.Errorf("read %s: %w", c.File, err)
	}
	return c.within(func(ctx context.Context, o *office) error {
		act, err := o.actAs(ctx, a, enforcement.Operator)
		if err != nil {
			return err
		}
		asked, err := o.register.Docket.AskNotice(ctx, act, filepath.Base(c.File), source)
		if err != nil {
			return err
		}
		if asked.Proposal.IsZero() {
			fmt.Fprintf(plain(a.Out), "loaded: %s\n", asked.Told)
			return nil
		}
		fmt.Fprintf(plain(a.Out), "to be loaded: %s\n", asked.Told)
		a.tellProposed(asked.Proposal)
		return nil
	})
}

type calendarListCmd struct {
	installation

	JSON bool `name:"json" help:"Print one JSON object."`
}

// knownYears is what calendar list prints.
type knownYears struct {
	Years   []int            `json:"years"`   // of the nation
	Regions map[string][]int `json:"regions"` // by GB/T 2260 code
	Notices []docket.Notice  `json:"notices"` // that were loaded
}

// Run prints the years, and one line for each notice that was loaded.
func (c *calendarListCmd) Run(a *app) error {
	return c.within(func(ctx context.Context, o *office) error {
		shelf := o.register.Record.Calendar.Shelf()
		known := knownYears{Years: shelf.Years(), Regions: yearsOf(shelf)}
		var err error
		if known.Notices, err = o.register.Docket.Notices(ctx); err != nil {
			return err
		}
		if c.JSON {
			return printJSON(plain(a.Out), known)
		}
		fmt.Fprintf(plain(a.Out), "national: %v\n", known.Years)
		for region, years := range known.Regions {
			fmt.Fprintf(plain(a.Out), "region %s: %v\n", region, years)
		}
		for i := range known.Notices {
			n := &known.Notices[i]
			fmt.Fprintf(plain(a.Out), "%d  %d  %s  %s  published %s, by %s%s\n", n.ID, n.Year, n.Region, n.Reference, n.Published, n.EnteredBy, proposed(n.ProposedBy))
		}
		return nil
	})
}

func proposed(by string) string {
	if by == "" {
		return ""
	}
	return ", proposed by " + by
}

func yearsOf(s calendar.Shelf) map[string][]int {
	years := make(map[string][]int, len(s.Regions))
	for region, r := range s.Regions {
		years[region] = r.Years()
	}
	return years
}
