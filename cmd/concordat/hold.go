package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"concordat/enforcement"
	"concordat/enforcement/hold"
	"concordat/notify"
)

type holdCmd struct {
	Impositions holdImpositionsCmd `cmd:"" help:"Stop everything that burdens, in every process, before this returns; liftings go on."`
	End         holdEndCmd         `cmd:"" help:"End a hold; by another person than placed it."`
	List        holdListCmd        `cmd:"" help:"List the holds that stand."`
}

type holdImpositionsCmd struct {
	installation

	Reason       string `arg:"" help:"Why; everybody reads it, so nothing about a person."`
	Court        string `xor:"scope" help:"Slug of the court whose grounds are held; without a scope everything is."`
	Organisation string `xor:"scope" help:"Slug of the organisation that is sent nothing."`
	Memorandum   string `xor:"scope" help:"Slug of the memorandum whose measures are not sent."`
	// Wait bounds the wait for sends that were on their way; a send takes 15 s at most.
	Wait time.Duration `help:"How long to wait for sends on their way." default:"60s"`
}

// Run prints the hold's id once nothing it stops is on its way any more.
func (c *holdImpositionsCmd) Run(a *app) error {
	return c.within(func(ctx context.Context, o *office) error {
		n, err := c.hold(ctx, o)
		if err != nil {
			return err
		}
		// It stops what burdens, so it needs no token, and asks for none.
		act, err := actByAccount(a)
		if err != nil {
			return err
		}
		id, err := o.register.Holds.Place(ctx, act, n)
		if err != nil {
			return err
		}
		fmt.Fprintln(a.Out, id)
		waiting, cancel := context.WithTimeout(ctx, c.Wait)
		defer cancel()
		told := 0
		err = notify.Quiesce(waiting, o.db, func(sending int) {
			if sending != told {
				fmt.Fprintf(a.Err, "waiting for %d sends that were on their way\n", sending)
				told = sending
			}
		})
		if err != nil {
			return fmt.Errorf("the hold stands and nothing new leaves, but: %w", err)
		}
		fmt.Fprintln(a.Err, "held: nothing that burdens leaves; liftings go on. Another person ends it with: concordat hold end", id)
		return nil
	})
}

func (c *holdImpositionsCmd) hold(ctx context.Context, o *office) (n hold.NewHold, err error) {
	n = hold.NewHold{Scope: hold.Everything, Reason: c.Reason}
	switch {
	case c.Court != "":
		n.Scope = hold.Court
		n.Organisation, err = o.organisation(ctx, c.Court)
	case c.Organisation != "":
		n.Scope = hold.Organisation
		n.Organisation, err = o.organisation(ctx, c.Organisation)
	case c.Memorandum != "":
		n.Scope, n.Memorandum = hold.Memorandum, c.Memorandum
	}
	return n, err
}

type holdEndCmd struct {
	installation

	ID     string `arg:"" help:"Id of the hold."`
	Reason string `arg:"" help:"Why it may end."`
}

// Help is shown by --help.
func (c *holdEndCmd) Help() string { return tokenHelp }

// Run ends a hold; what is due leaves at the next sweep.
func (c *holdEndCmd) Run(a *app) error {
	return c.within(func(ctx context.Context, o *office) error {
		act, id, err := o.actOn(ctx, a, c.ID)
		if err != nil {
			return err
		}
		if err := c.refuseSameAccount(ctx, a, o, id); err != nil {
			return err
		}
		if err := o.register.Holds.End(ctx, act, id, c.Reason); err != nil {
			return err
		}
		fmt.Fprintln(a.Err, "the hold has ended: what is due leaves within seconds")
		return nil
	})
}

// refuseSameAccount refuses who placed the hold without a token and now brings one: the
// record cannot see that an account and a staff number are one person.
func (c *holdEndCmd) refuseSameAccount(ctx context.Context, a *app, o *office, id enforcement.ID) error {
	account, err := a.account()
	if err != nil {
		return err
	}
	list, err := o.register.Holds.List(ctx, false)
	if err != nil {
		return err
	}
	for _, h := range list {
		if h.ID == id && sameAccount(h.PlacedBy, account) {
			return &enforcement.Refusal{Code: "hold.second-person"}
		}
	}
	return nil
}

type holdListCmd struct {
	installation

	Ended bool `help:"Also those that ended, newest first."`
	JSON  bool `help:"Print them as a JSON array."`
}

// Run prints one line per hold.
func (c *holdListCmd) Run(a *app) error {
	return c.within(func(ctx context.Context, o *office) error {
		list, err := o.register.Holds.List(ctx, c.Ended)
		if err != nil {
			return err
		}
		if c.JSON {
			if err := json.NewEncoder(plain(a.Out)).Encode(append([]hold.Hold{}, list...)); err != nil {
				return fmt.Errorf("print the holds: %w", err)
			}
			return nil
		}
		for _, h := range list {
			fmt.Fprintf(plain(a.Out), "%s  %s  %s%s  by %s  %q", h.ID, h.PlacedAt.Format(time.RFC3339), h.Scope, scopeOf(h), h.PlacedBy, h.Reason)
			if h.EndedBy != "" {
				fmt.Fprintf(plain(a.Out), "  ended %s by %s  %q", h.EndedAt.Format(time.RFC3339), h.EndedBy, h.EndReason)
			}
			fmt.Fprintln(a.Out)
		}
		return nil
	})
}

func scopeOf(h hold.Hold) string {
	switch {
	case h.Organisation != 0:
		return fmt.Sprintf(" organisation %d", h.Organisation)
	case h.Memorandum != "":
		return " " + h.Memorandum
	default:
		return ""
	}
}
