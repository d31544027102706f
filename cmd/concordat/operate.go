package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/signal"
	"syscall"
	"time"

	"concordat/enforcement"
	"concordat/enforcement/record"
	"concordat/internal/nanning"
	"concordat/internal/telemetry"
	"concordat/memoranda"
)

// within opens an installation, works on it, and closes it; an interrupt ends
// the work.
func (i installation) within(fn func(ctx context.Context, o *office) error) (err error) {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	o, err := i.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.Close()) }()
	return fn(ctx, o)
}

type auditCmd struct {
	Directives auditDirectivesCmd `cmd:"" help:"Recompute every directive from the events alone and compare it with the tables."`
}

type auditDirectivesCmd struct {
	installation

	JSON bool `help:"Print the outcome as one JSON object."`
}

// Run fails if the tables and the events disagree anywhere.
func (c *auditDirectivesCmd) Run(a *app) error {
	return c.within(func(ctx context.Context, o *office) error {
		audit, err := o.register.Auditor.Directives(ctx, nil)
		if err != nil {
			return err
		}
		kept := telemetry.LastAudit{At: now(), Findings: len(audit.Findings), Events: audit.Events, Versions: audit.Versions}
		if err := kept.Keep(c.Data); err != nil {
			return err //nolint:wrapcheck // says what was being done
		}
		if c.JSON {
			if err := json.NewEncoder(a.Out).Encode(audit); err != nil {
				return fmt.Errorf("print the audit: %w", err)
			}
		} else {
			for _, finding := range audit.Findings {
				fmt.Fprintln(a.Out, finding)
			}
			fmt.Fprintf(a.Out, "%d events read, %d versions and %d reports compared, %d findings\n", audit.Events, audit.Versions, audit.Reports, len(audit.Findings))
		}
		if n := len(audit.Findings); n > 0 {
			return fmt.Errorf("the tables do not follow from the events in %d places", n)
		}
		return nil
	})
}

type keysCmd struct {
	Rotate keysRotateCmd `cmd:"" help:"Make a new key and bring everything sealed under it, while everything goes on."`
}

type keysRotateCmd struct {
	installation

	// Settle is how long every running process gets to see the new key; it must
	// be longer than their 10 s. 0 is for an installation where nothing runs.
	Settle time.Duration `help:"Pause in which running processes see the new key; 0 where none runs." default:"15s"`
	// Batch is how many subjects one transaction brings over.
	Batch int `help:"Subjects in one transaction." default:"500"`
	// Retire removes the older keys in the end.
	Retire bool `help:"Remove the older keys in the end: backups sealed under them cannot be read without a copy of the key file."`
}

// Help is shown by --help.
func (c *keysRotateCmd) Help() string { return tokenHelp }

// Run prepares a key, makes it current and brings everything over. It can be
// interrupted and run again.
func (c *keysRotateCmd) Run(a *app) error {
	return c.within(func(ctx context.Context, o *office) error {
		act, err := o.actAs(ctx, a, enforcement.Operator)
		if err != nil {
			return err
		}
		if err := o.register.Record.Note(ctx, act, record.EventKeysChanged, "rotation begun"); err != nil {
			return err
		}
		if _, err := o.vault.Prepare(); err != nil {
			return fmt.Errorf("prepare a key: %w", err)
		}
		if err := pause(ctx, c.Settle); err != nil {
			return err
		}
		version, err := o.vault.Rotate()
		if err != nil {
			return fmt.Errorf("make the key current: %w", err)
		}
		fmt.Fprintf(a.Err, "key %d is current\n", version)
		if err := pause(ctx, c.Settle); err != nil {
			return err
		}
		if err := c.bringOver(ctx, a, o, act); err != nil {
			return err
		}
		if !c.Retire {
			return nil
		}
		for _, old := range o.vault.Live() {
			if old != version {
				if err := o.register.Record.Note(ctx, act, record.EventKeysChanged, fmt.Sprintf("key %d retired", old)); err != nil {
					return err
				}
				if err := o.vault.Retire(old); err != nil {
					return fmt.Errorf("retire key %d: %w", old, err)
				}
				fmt.Fprintf(a.Err, "key %d is retired\n", old)
			}
		}
		return o.register.Parties.ForgetHashes(ctx)
	})
}

func (c *keysRotateCmd) bringOver(ctx context.Context, a *app, o *office, act enforcement.Act) error {
	total := 0
	for {
		n, err := o.register.Parties.RotateSubjects(ctx, act, c.Batch)
		if err != nil {
			return err
		}
		if n == 0 {
			break
		}
		total += n
		fmt.Fprintf(a.Err, "%d subjects\n", total)
	}
	if _, err := o.register.Intake.RotateUploads(ctx, act); err != nil {
		return err
	}
	if _, err := o.register.Papers.Rotate(ctx, act); err != nil {
		return err
	}
	endpoints, err := o.endpoints.Reseal(ctx)
	if err != nil {
		return err
	}
	answers, err := c.resealReplies(ctx, o, act)
	if err != nil {
		return err
	}
	fmt.Fprintf(a.Out, "%d subjects, %d endpoints and %d kept answers are under key %d\n", total, endpoints, answers, o.vault.Current())
	return nil
}

func (c *keysRotateCmd) resealReplies(ctx context.Context, o *office, act enforcement.Act) (total int, err error) {
	for {
		n, err := o.register.Record.ResealReplies(ctx, act, c.Batch)
		total += n
		if err != nil || n == 0 {
			return total, err
		}
	}
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

type organisationsCmd struct {
	Nanning organisationsNanningCmd `cmd:"" help:"Enter Nanning's courts and the organisations that stand for the bodies there."`
}

type organisationsNanningCmd struct{ installation }

// Help is shown by --help.
func (c *organisationsNanningCmd) Help() string { return tokenHelp }

// Run enters what is not there yet.
func (c *organisationsNanningCmd) Run(a *app) error {
	return c.within(func(ctx context.Context, o *office) error {
		catalogue, err := memoranda.Embedded()
		if err != nil {
			return fmt.Errorf("load the catalogue: %w", err)
		}
		list, err := nanning.Organisations(catalogue)
		if err != nil {
			return err
		}
		act, err := o.actAs(ctx, a, enforcement.Operator)
		if err != nil {
			return err
		}
		entered, err := nanning.Enter(ctx, o.register, act, list)
		if err != nil {
			return err
		}
		fmt.Fprintf(a.Out, "%d organisations entered\n", len(entered))
		return nil
	})
}
