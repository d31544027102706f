package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"concordat/enforcement"
	"concordat/enforcement/restore"
	"concordat/internal/backup"
	"concordat/notify"
)

type reconcileCmd struct {
	installation

	Organisation string `help:"Slug of the organisation; without one every organisation that has a system is asked."`
	File         string `type:"existingfile" xor:"manner" help:"CSV of what the organisation of the token holds: directive, version, withdrawn and, if known, carries."`
	Stated       string `xor:"manner" help:"Statement that nothing newer came to the organisation of the token than the record shows."`
	List         bool   `help:"Only say how far each organisation is."`
	JSON         bool   `help:"Print the state as a JSON array."`
}

// Help is shown by --help.
func (c *reconcileCmd) Help() string {
	return "An operator asks; what an organisation holds its own reviewer says. " + tokenHelp
}

// Run reconciles, prints where every organisation stands, and fails where one
// that has a system did not answer.
func (c *reconcileCmd) Run(a *app) error {
	return c.within(func(ctx context.Context, o *office) error {
		var failed error
		if !c.List {
			failed = c.reconcile(ctx, a, o)
		}
		list, err := o.register.Restorer.Reconciliations(ctx)
		if err != nil {
			return errors.Join(failed, err)
		}
		owners, err := o.register.Restorer.Owners(ctx)
		if err != nil {
			return errors.Join(failed, err)
		}
		return errors.Join(failed, c.print(a, list, owners))
	})
}

func (c *reconcileCmd) reconcile(ctx context.Context, a *app, o *office) error {
	act, err := o.actBy(ctx, a)
	if err != nil {
		return err
	}
	var org enforcement.OrganisationID
	if c.Organisation != "" {
		if org, err = o.organisation(ctx, c.Organisation); err != nil {
			return err
		}
	}
	if c.File != "" || c.Stated != "" {
		return c.answer(ctx, o, act, org)
	}
	switch {
	case act.Check(enforcement.Operator) != nil:
		return act.Check(enforcement.Operator)
	case c.Organisation == "":
		return c.askAll(ctx, a, o, act)
	default:
		_, err = c.inquirer(o).Ask(ctx, act, org)
		if errors.Is(err, notify.ErrUnasked) {
			return errors.Join(err, &enforcement.Refusal{Code: "reconciliation.unasked"})
		}
		return err
	}
}

// answer takes what an organisation's reviewer says it holds: nobody else can say it.
func (c *reconcileCmd) answer(ctx context.Context, o *office, act enforcement.Act, org enforcement.OrganisationID) error {
	if c.Stated != "" {
		_, err := o.register.Restorer.ReconcileStated(ctx, act, org, c.Stated)
		return err
	}
	if org != 0 && org != act.Actor.Organisation {
		return &enforcement.Refusal{Code: "not-found"}
	}
	file, err := os.Open(c.File)
	if err != nil {
		return fmt.Errorf("open the inventory: %w", err)
	}
	defer func() { _ = file.Close() }() // read only
	lines, err := backup.ReadInventory(file)
	if err != nil {
		return err
	}
	_, err = backup.HandIn(ctx, o.register, act, act.Actor.Organisation, lines)
	return err
}

func (c *reconcileCmd) inquirer(o *office) *notify.Inquirer {
	return &notify.Inquirer{
		DB: o.db, Register: o.register, Endpoints: o.endpoints, Webhook: notify.NewWebhook(notify.WebhookConfig{Machine: now, Timeout: time.Minute}), Legal: now, Machine: now,
	}
}

// askAll asks one after another; one that fails does not keep the others.
func (c *reconcileCmd) askAll(ctx context.Context, a *app, o *office, act enforcement.Act) error {
	list, err := o.register.Restorer.Reconciliations(ctx)
	if err != nil {
		return err
	}
	inquirer := c.inquirer(o)
	failed := 0
	for _, one := range list {
		if one.Done() {
			continue
		}
		_, err := inquirer.Ask(ctx, act, one.Organisation)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil && !errors.Is(err, notify.ErrUnasked) {
			failed++
			fmt.Fprintf(a.Err, "%s: %v\n", one.Slug, err)
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d organisations did not answer; run it again, or take their file or statement", failed)
	}
	return nil
}

func (c *reconcileCmd) print(a *app, list []restore.Reconciliation, owners []restore.Owner) error {
	if c.JSON {
		if err := json.NewEncoder(plain(a.Out)).Encode(list); err != nil {
			return fmt.Errorf("print the reconciliations: %w", err)
		}
		return nil
	}
	open := 0
	for _, one := range list {
		state := "open: asked, by --file or --stated"
		if one.Done() {
			state = fmt.Sprintf("%s by %s at %s", one.Manner, plainText(one.DoneBy), one.DoneAt.Format("2006-01-02 15:04:05 MST"))
		} else {
			open++
		}
		fmt.Fprintf(a.Out, "%-40s checked %6d corrected %6d  %s\n", one.Slug, one.Checked, one.Corrected, state)
	}
	fmt.Fprintf(a.Out, "%d organisations, %d still to reconcile\n", len(list), open)
	for _, one := range owners {
		fmt.Fprintf(a.Out, "%-40s has %d cases to confirm, at /v1/confirmation\n", one.Slug, one.Cases)
	}
	return nil
}
