package main

import (
	"context"
	"fmt"
	"time"

	"concordat/enforcement"
	"concordat/enforcement/change"
)

type changesCmd struct {
	List    changesListCmd    `cmd:"" help:"List what waits for a second person."`
	Confirm changesConfirmCmd `cmd:"" help:"Carry out what another operator proposed."`
	Drop    changesDropCmd    `cmd:"" help:"End a proposal; nothing of it is done."`
}

// tellProposed says what is still to be done where a second person has to do it.
func (a *app) tellProposed(proposal enforcement.ID) {
	if !proposal.IsZero() {
		fmt.Fprintf(a.Err, "proposed, and not done yet: another operator confirms it within seven days with: concordat changes confirm %s\n", proposal)
	}
}

type changesListCmd struct {
	installation

	All  bool `help:"Also those that were confirmed, dropped or lapsed in the last ninety days, newest first."`
	JSON bool `help:"Print them as a JSON array."`
}

// Help is shown by --help.
func (c *changesListCmd) Help() string { return tokenHelp }

// Run prints one line per proposal.
func (c *changesListCmd) Run(a *app) error {
	return c.within(func(ctx context.Context, o *office) error {
		act, err := o.actBy(ctx, a)
		if err != nil {
			return err
		}
		list, err := o.register.Changes.List(ctx, act, c.All)
		if err != nil {
			return err
		}
		if c.JSON {
			return printJSON(plain(a.Out), list)
		}
		for i := range list {
			p := &list[i]
			fmt.Fprintf(plain(a.Out), "%s  %s  %s%s  by %s, until %s%s\n", p.ID, p.Kind, p.What, person(p), p.ProposedBy, p.LapsesAt.Format(time.RFC3339), ended(p))
		}
		return nil
	})
}

// person is whom a staff number would stand for.
func person(p *change.Proposal) string {
	if p.Name == "" {
		return ""
	}
	return ": " + p.Name + ", " + p.Post
}

func ended(p *change.Proposal) string {
	switch {
	case p.ConfirmedBy != "":
		return "  confirmed by " + p.ConfirmedBy
	case p.DroppedBy != "":
		return "  dropped by " + p.DroppedBy
	default:
		return ""
	}
}

type changesConfirmCmd struct {
	installation

	ID string `arg:"" help:"Id of the proposal (changes list)."`
}

// Help is shown by --help.
func (c *changesConfirmCmd) Help() string { return tokenHelp }

// Run carries the change out and says what it was.
func (c *changesConfirmCmd) Run(a *app) error {
	return c.within(func(ctx context.Context, o *office) error {
		act, id, err := o.actOn(ctx, a, c.ID)
		if err != nil {
			return err
		}
		done, err := o.register.Changes.Confirm(ctx, act, id, o.carriers)
		if err != nil {
			return err
		}
		fmt.Fprintf(plain(a.Err), "done: %s: %s, proposed by %s\n", done.Kind, done.What, done.ProposedBy)
		return nil
	})
}

type changesDropCmd struct {
	installation

	ID string `arg:"" help:"Id of the proposal (changes list)."`
}

// Help is shown by --help.
func (c *changesDropCmd) Help() string { return tokenHelp }

// Run ends the proposal.
func (c *changesDropCmd) Run(a *app) error {
	return c.within(func(ctx context.Context, o *office) error {
		act, id, err := o.actOn(ctx, a, c.ID)
		if err != nil {
			return err
		}
		return o.register.Changes.Drop(ctx, act, id)
	})
}
