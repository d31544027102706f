package main

import (
	"context"
	"errors"
	"fmt"

	"concordat/enforcement"
	"concordat/internal/access"
)

type tokenWakeCmd struct {
	installation

	IDs   []string `arg:"" optional:"" name:"id" help:"Ids of the tokens (token list)."`
	Actor string   `help:"Staff number of whom all tokens are woken."`
	All   bool     `help:"All that sleep."`
	Yes   bool     `help:"Wake them; without this they are listed and sleep on."`
}

// Help is shown by --help.
func (c *tokenWakeCmd) Help() string {
	return "After a restore every token of the backup sleeps: it may have been revoked in the time that was lost. Wake those whose holders are known to hold them still, " +
		"and revoke the others. Exit code 1: it was refused, or --yes was not said. " +
		tokenHelp + " While no operator's token is awake, the account that runs the command may wake them; the record says so."
}

// Validate demands one way to name them.
func (c *tokenWakeCmd) Validate() error {
	ways := 0
	for _, given := range []bool{len(c.IDs) > 0, c.Actor != "", c.All} {
		if given {
			ways++
		}
	}
	if ways != 1 {
		return errors.New("one of ids, --actor and --all is needed")
	}
	return nil
}

// Run lists them, and wakes them where that was said.
func (c *tokenWakeCmd) Run(a *app) error {
	return c.within(func(ctx context.Context, o *office) error {
		which := access.Sleepers{Actor: c.Actor}
		for _, text := range c.IDs {
			id, err := enforcement.ParseID(text)
			if err != nil {
				return err
			}
			which.IDs = append(which.IDs, id)
		}
		list, err := o.tokens.Asleep(ctx, which)
		if err != nil {
			return err
		}
		if err := o.printTokens(ctx, a, list); err != nil {
			return err
		}
		if len(list) == 0 || len(list) < len(which.IDs) {
			return &enforcement.Refusal{Code: access.CodeAwake}
		}
		if !c.Yes {
			return errors.New("they sleep on; with --yes they are woken")
		}
		act, err := o.actAsOperator(ctx, a)
		if err != nil {
			return err
		}
		n, err := o.tokens.Wake(ctx, act, which)
		if err != nil {
			return err
		}
		fmt.Fprintf(a.Err, "%d tokens are awake\n", n)
		return nil
	})
}
