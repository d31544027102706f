package main

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"concordat/enforcement"
	"concordat/enforcement/intake"
	"concordat/enforcement/paper"
	"concordat/internal/courtfile"
	"concordat/internal/jobs"
)

type importCmd struct {
	Listings importListingsCmd `cmd:"" help:"Read a file of listings (CSV, XLSX or JSON lines): every good row becomes a draft, nothing is published."`
	Takeover importTakeoverCmd `cmd:"" help:"Take over listings that are in force elsewhere, under the court's signed statement; what is not clear waits for a person."`
	Template importTemplateCmd `cmd:"" help:"Write a template with an example."`
}

// importFlags are common to the two kinds of file.
type importFlags struct {
	installation

	File string `arg:"" type:"existingfile" help:"The file. Run again after an interruption, the command goes on where it stopped."`
	JSON bool   `help:"Print the outcome as one JSON object."`
	// Progress shows the bar also where the output is no terminal.
	Progress bool `help:"Show the progress even if standard error is no terminal."`
}

// Help is shown by --help.
func (c *importFlags) Help() string { return "The court is the token's. " + tokenHelp }

type importListingsCmd struct{ importFlags }

// Run drafts. A file that was read to its end is a success, whatever was refused.
func (c *importListingsCmd) Run(a *app) error {
	return c.read(a, intake.Listings, nil, enforcement.Clerk, enforcement.Judge)
}

type importTakeoverCmd struct {
	importFlags

	Statement string `required:"" type:"existingfile" help:"The document by which the court states that these listings are in force, a PDF, a picture, OFD or plain text of at most 20 MiB; the file keeps it."`
}

// Help is shown by --help.
func (c *importTakeoverCmd) Help() string {
	return "Two people state it, each by their own token and over the same file and statement: the president first, then another person of the " +
		"court by the same command. Until then nothing is read and nothing in force. " + c.importFlags.Help()
}

// Run states a takeover as the president, or confirms it as the second person and reads
// the file.
func (c *importTakeoverCmd) Run(a *app) error {
	info, err := os.Stat(c.Statement)
	if err != nil {
		return fmt.Errorf("read the statement: %w", err)
	}
	if info.Size() > paper.MaxSize {
		return fmt.Errorf("read the statement %s: it is larger than %d MiB", c.Statement, paper.MaxSize>>20)
	}
	statement, err := os.ReadFile(c.Statement)
	if err != nil {
		return fmt.Errorf("read the statement: %w", err)
	}
	return c.read(a, intake.Takeover, statement, enforcement.Clerk, enforcement.Judge, enforcement.President)
}

// importOutcome is what the command prints.
type importOutcome struct {
	intake.Run
	// RefusedFile holds the refused rows; "" where there are none.
	RefusedFile string `json:"refused_file,omitempty"`
}

func (c *importFlags) read(a *app, kind intake.Kind, statement []byte, roles ...enforcement.Role) error {
	return c.within(func(ctx context.Context, o *office) error {
		act, err := o.actBy(ctx, a)
		if err == nil {
			err = act.Check(roles...)
		}
		if err != nil {
			return err
		}
		file, err := os.Open(c.File)
		if err != nil {
			return fmt.Errorf("open the file: %w", err)
		}
		defer func() { _ = file.Close() }() // was only read
		hash := sha256.New()
		size, err := io.Copy(hash, file)
		if err != nil {
			return fmt.Errorf("read the file: %w", err)
		}
		run, err := begun(ctx, o, act, intake.NewRun{
			Kind: kind, Content: [sha256.Size]byte(hash.Sum(nil)), Size: size, Statement: statement,
		})
		if err != nil {
			return err
		}
		before := run.State == intake.Done
		if !before && !run.Waits() {
			if run, err = c.work(ctx, a, o, run, file); err != nil {
				return err
			}
		}
		return c.report(a, run, before)
	})
}

// begun begins the run of a file, or goes on with it. Of a takeover that another started it
// is the second person's statement.
func begun(ctx context.Context, o *office, act enforcement.Act, n intake.NewRun) (intake.Run, error) {
	if n.Kind != intake.Takeover {
		return o.register.Intake.Start(ctx, act, n)
	}
	run, found, err := o.register.Intake.Stated(ctx, act, n.Content)
	switch {
	case err != nil:
		return run, err
	case found && run.Waits() && run.StartedBy != act.Actor.ID:
		return o.register.Intake.Confirm(ctx, act, run.ID, intake.Stated{File: n.Content, Statement: sha256.Sum256(n.Statement)})
	case found && !run.Waits() && act.Actor.Role != enforcement.President && run.State != intake.Failed:
		return run, nil // two have stated over it: any of the court's people goes on
	case !found && act.Actor.Role != enforcement.President:
		return run, &enforcement.Refusal{Code: "takeover.file"}
	}
	return o.register.Intake.Start(ctx, act, n)
}

func (c *importFlags) refusedFile() string { return c.File + ".refused.csv" }

func (c *importFlags) work(ctx context.Context, a *app, o *office, run intake.Run, file io.ReaderAt) (intake.Run, error) {
	bar := newImportBar(a, run, c.Progress)
	reading := jobs.Reading{Register: o.register, Legal: now, Refused: c.refusedFile(), Progress: bar.show}
	if run.Rows > 0 {
		fmt.Fprintf(a.Err, "going on after %d rows\n", run.Rows)
	}
	done, err := reading.Run(ctx, run, file)
	bar.end()
	if err != nil && ctx.Err() != nil {
		return done, fmt.Errorf("interrupted after %d rows; the same command goes on from there: %w", done.Rows, context.Cause(ctx))
	}
	return done, err
}

// report prints the outcome. A file that could not be read to its end is a
// failure, though its good rows are kept.
func (c *importFlags) report(a *app, run intake.Run, before bool) error {
	outcome := importOutcome{Run: run}
	if run.RefusedBytes > 0 {
		outcome.RefusedFile = c.refusedFile()
	}
	if c.JSON {
		if err := json.NewEncoder(plain(a.Out)).Encode(outcome); err != nil {
			return fmt.Errorf("print the outcome: %w", err)
		}
	} else {
		out := plain(a.Out)
		if run.Waits() && run.State == intake.Running {
			fmt.Fprintf(out, "stated by %s; nothing is read or in force before another person of the court runs the same command by the own token\n", run.StartedBy)
			return nil
		}
		if before {
			fmt.Fprintf(out, "this file was read before, to its end on %s; nothing was done again\n", run.FinishedAt.Format("2006-01-02"))
		}
		entered := "drafted"
		if run.Kind == intake.Takeover {
			entered = "taken over"
		}
		fmt.Fprintf(out, "%d rows: %d %s, %d skipped (entered before), %d in conflict, %d refused", run.Rows, run.Drafted, entered, run.Skipped, run.Conflicting, run.Refused)
		if run.Kind == intake.Takeover {
			fmt.Fprintf(out, ", %d for review", run.Reviewed)
		}
		fmt.Fprintln(out)
		if run.Remarks > 0 {
			fmt.Fprintf(out, "to be looked at: %d hidden rows that were taken, hidden columns, or sheets that were not read\n", run.Remarks)
		}
		switch {
		case outcome.RefusedFile == "":
		case run.Refused+run.Conflicting == 0:
			fmt.Fprintf(out, "%s says what, line by line\n", outcome.RefusedFile)
		default:
			fmt.Fprintf(out, "not everything was taken: %s says why, row by row\n", outcome.RefusedFile)
		}
	}
	if run.State != intake.Failed {
		return nil
	}
	where := ""
	if run.FailureLine > 0 {
		where = fmt.Sprintf(" beyond line %d", run.FailureLine)
	}
	return errors.Join(fmt.Errorf("the file could not be read%s", where), &enforcement.Refusal{Code: run.Failure})
}

type importTemplateCmd struct {
	Kind   string `arg:"" enum:"listings,takeover" help:"listings or takeover."`
	Format string `enum:"csv,xlsx,jsonl" default:"csv" help:"csv, xlsx or jsonl."`
	Output string `short:"o" type:"path" help:"File to write; without one standard output. An existing file is kept."`
}

// Run writes a template.
func (c *importTemplateCmd) Run(a *app) (err error) {
	if c.Output == "" {
		return courtfile.Template(a.Out, courtfile.Kind(c.Kind), c.Format)
	}
	file, err := os.OpenFile(c.Output, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644) //nolint:gosec // an example without anybody's data
	if err != nil {
		return fmt.Errorf("write the template: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	return courtfile.Template(file, courtfile.Kind(c.Kind), c.Format)
}
