package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"concordat/internal/bench"
)

// benchCmd measures on a private cluster in a fresh directory, whatever
// DATABASE_URL says; the cluster is removed at the end, also on an interrupt.
type benchCmd struct {
	Fanout  benchFanoutCmd  `cmd:"" help:"Grounds become directives, beside COPY of the same rows."`
	Deliver benchDeliverCmd `cmd:"" help:"Directives are sent, acknowledged and recorded, beside a set-wise UPDATE of the same rows."`
	Hold    benchHoldCmd    `cmd:"" help:"Withdrawals beside a backlog that burdens, and under a hold placed in its middle."`
	Year    benchYearCmd    `cmd:"" help:"A year of one city, synthetic: put in force and delivered."`
	Repeal  benchRepealCmd  `cmd:"" help:"One measure withdrawn from live grounds, beside one INSERT of the same rows."`
	Day     benchDayCmd     `cmd:"" help:"The daily round on days on which nothing happens, while many plans stand."`
	Clocks  benchClocksCmd  `cmd:"" help:"A tick of the deadlines while a million run."`
	Import  benchImportCmd  `cmd:"" help:"A made file of a court becomes drafts, beside COPY of the same rows."`
}

// benchFlags are common to the measurements.
type benchFlags struct {
	Listings int  `default:"2000" help:"Listings a round."`
	Rounds   int  `default:"3" help:"Rounds of ours and of the limit, in turn."`
	JSON     bool `name:"json" help:"Print one line of JSON."`
}

// Validate refuses what measures nothing.
func (f benchFlags) Validate() error {
	if f.Listings < 1 || f.Rounds < 1 {
		return errors.New("listings and rounds are at least 1")
	}
	return nil
}

func (f benchFlags) run(a *app, measure func(context.Context, bench.Options) (bench.Result, error)) error {
	ctx, stop := interruptible()
	defer stop()
	r, err := measure(ctx, bench.Options{Listings: f.Listings, Rounds: f.Rounds, Machine: time.Now, Progress: a.Err})
	if err != nil {
		return benchError(ctx, err)
	}
	if f.JSON {
		return json.NewEncoder(a.Out).Encode(r) //nolint:wrapcheck // the end of the program
	}
	fmt.Fprintf(a.Out, "%s, synthetic: %d listings x %d made organisations, medians of %d rounds, %d connections\n"+
		"ours   %9.0f directives/s\nlimit  %9.0f directives/s, ratio %.2f\nnaive  %9.0f directives/s, ours is %.1f times that\n"+
		"log    %9.0f bytes a directive\njobs   %9d\n",
		r.Bench, r.Listings, r.Directives/r.Listings, r.Rounds, r.Connections, r.Ours, r.Limit, r.Ratio, r.Naive, r.TimesNaive, r.WALPerDirective, r.Jobs)
	return nil
}

// benchError says of an interrupt what it was, and not what it broke off.
func benchError(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("bench: %w", context.Cause(ctx))
	}
	return fmt.Errorf("bench: %w", err)
}

func interruptible() (context.Context, context.CancelFunc) {
	return signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
}

type benchFanoutCmd struct{ benchFlags }

// Run measures fan-out.
func (c *benchFanoutCmd) Run(a *app) error { return c.run(a, bench.Fanout) }

type benchDeliverCmd struct{ benchFlags }

// Run measures delivery.
func (c *benchDeliverCmd) Run(a *app) error { return c.run(a, bench.Deliver) }

type benchHoldCmd struct {
	Listings int  `default:"6000" help:"Listings of the backlog; one in twenty is ended."`
	Rounds   int  `default:"3" help:"Rounds without and with the hold, in turn."`
	JSON     bool `name:"json" help:"Print one line of JSON."`
}

// Validate refuses what measures nothing.
func (c *benchHoldCmd) Validate() error {
	return benchFlags{Listings: c.Listings, Rounds: c.Rounds}.Validate()
}

// Run measures liftings under a hold.
func (c *benchHoldCmd) Run(a *app) error {
	ctx, stop := interruptible()
	defer stop()
	h, err := bench.Hold(ctx, bench.Options{Listings: c.Listings, Rounds: c.Rounds, Machine: time.Now, Progress: a.Err})
	if err != nil {
		return benchError(ctx, err)
	}
	if c.JSON {
		return json.NewEncoder(a.Out).Encode(h) //nolint:wrapcheck // the end of the program
	}
	fmt.Fprintf(a.Out, "hold, synthetic: %d withdrawals beside a backlog of %d directives, medians of %d rounds\n"+
		"liftings  %7.0f/s beside the backlog, %7.0f/s under the hold: ratio %.2f\nhold      returned after %.0f ms; afterwards %d directives that burden arrived\n",
		h.Withdrawals, h.Backlog, h.Rounds, h.Free, h.Held, h.Ratio, h.Returned, h.After)
	return nil
}

type benchRepealCmd struct {
	Listings int  `default:"1000000" help:"Live grounds that the measure is withdrawn from."`
	JSON     bool `name:"json" help:"Print one line of JSON."`
}

// Validate refuses what measures nothing.
func (c *benchRepealCmd) Validate() error {
	return benchFlags{Listings: c.Listings, Rounds: 1}.Validate()
}

// Run measures the withdrawal of one measure.
func (c *benchRepealCmd) Run(a *app) error {
	ctx, stop := interruptible()
	defer stop()
	r, err := bench.Repeal(ctx, bench.Options{Listings: c.Listings, Rounds: 1, Machine: time.Now, Progress: a.Err})
	if err != nil {
		return benchError(ctx, err)
	}
	if c.JSON {
		return json.NewEncoder(a.Out).Encode(r) //nolint:wrapcheck // the end of the program
	}
	fmt.Fprintf(a.Out, "repeal, synthetic: one measure withdrawn from %d live grounds\nours    %6.2f s until every amendment is written\nlimit   %6.2f s for the same rows, ratio %.2f\n"+
		"look-up %6.1f ms, right from the switch on: %d told of the measure\ndry run %6.1f ms\nlog     %6.0f bytes an amendment\n",
		r.Grounds, r.Seconds, r.Limit, r.Ratio, r.LookUp, r.Told, r.Foreseen, r.WAL)
	return nil
}

type benchDayCmd struct {
	Plans int  `default:"1000" help:"Plans that live grounds stand on, each of a made region."`
	Days  int  `default:"20" help:"Quiet days, after a first one on which the process remembers nothing."`
	JSON  bool `name:"json" help:"Print one line of JSON."`
}

// Validate refuses what measures nothing, and more regions than there are codes.
func (c *benchDayCmd) Validate() error {
	if c.Plans < 1 || c.Plans > 800_000 || c.Days < 1 {
		return errors.New("plans are from 1 to 800000, days at least 1")
	}
	return nil
}

// Run measures quiet days.
func (c *benchDayCmd) Run(a *app) error {
	ctx, stop := interruptible()
	defer stop()
	d, err := bench.Day(ctx, bench.Options{Listings: c.Plans, Rounds: c.Days, Machine: time.Now, Progress: a.Err})
	if err != nil {
		return benchError(ctx, err)
	}
	if c.JSON {
		return json.NewEncoder(a.Out).Encode(d) //nolint:wrapcheck // the end of the program
	}
	fmt.Fprintf(a.Out, "quiet days, synthetic: %d plans of %d lines stand, medians of %d days\na day  %8.1f ms, %d statements\nfirst  %8.1f ms, %d statements\n",
		d.Plans, d.Lines, d.Days, 1000*d.Seconds, d.Statements, 1000*d.FirstSeconds, d.FirstStatements)
	return nil
}

type benchClocksCmd struct {
	Running int  `default:"1000000" help:"Deadlines that run."`
	Due     int  `default:"1000" help:"Of how many of them a step is due."`
	Ticks   int  `default:"20" help:"Ticks after it on which nothing is due."`
	JSON    bool `name:"json" help:"Print one line of JSON."`
}

// Validate refuses what measures nothing.
func (c *benchClocksCmd) Validate() error {
	if c.Due < 1 || c.Running < c.Due || c.Ticks < 1 {
		return errors.New("ticks and due are at least 1, running at least as many as due")
	}
	return nil
}

// Run measures ticks.
func (c *benchClocksCmd) Run(a *app) error {
	ctx, stop := interruptible()
	defer stop()
	r, err := bench.Clocks(ctx, bench.Options{Listings: c.Running, Rounds: c.Ticks, Machine: time.Now, Progress: a.Err}, c.Due)
	if err != nil {
		return benchError(ctx, err)
	}
	if c.JSON {
		return json.NewEncoder(a.Out).Encode(r) //nolint:wrapcheck // the end of the program
	}
	fmt.Fprintf(a.Out, "deadlines, synthetic: %d run, a step of %d is due\na tick  %8.1f ms, %d statements, %d rows touched\nquiet   %8.1f ms, %d statements, medians of %d ticks\n",
		r.Running, r.Due, 1000*r.Seconds, r.Statements, r.Touched, 1000*r.QuietSeconds, r.QuietStatements, c.Ticks)
	return nil
}

type benchYearCmd struct {
	Listings int  `default:"82339" help:"Grounds of the year."`
	JSON     bool `name:"json" help:"Print one line of JSON."`
}

// Validate refuses what measures nothing.
func (c *benchYearCmd) Validate() error {
	if c.Listings < 1 {
		return errors.New("listings are at least 1")
	}
	return nil
}

// Run plays the year.
func (c *benchYearCmd) Run(a *app) error {
	ctx, stop := interruptible()
	defer stop()
	y, err := bench.Year(ctx, bench.Options{Listings: c.Listings, Machine: time.Now, Progress: a.Err})
	if err != nil {
		return benchError(ctx, err)
	}
	if c.JSON {
		return json.NewEncoder(a.Out).Encode(y) //nolint:wrapcheck // the end of the program
	}
	fmt.Fprintf(a.Out, "a year, synthetic: %d grounds x %d made organisations = %d directives\nfanned out in %.1f s, delivered and answered in %.1f s, %.0f MiB of memory at most\n",
		y.Grounds, y.Organisations, y.Directives, y.FannedOut, y.Delivered, y.PeakMiB)
	for _, real := range y.Real {
		fmt.Fprintf(a.Out, "for comparison, %s: a listing reaches %d organisations of Nanning (demonstration attestation)\n", real.Subject, real.Organisations)
	}
	return nil
}

type benchImportCmd struct {
	Rows int  `default:"1000000" help:"Rows of the made file."`
	JSON bool `name:"json" help:"Print one line of JSON."`
}

// Validate refuses what measures nothing.
func (c *benchImportCmd) Validate() error {
	if c.Rows < 1 {
		return errors.New("rows are at least 1")
	}
	return nil
}

// Run imports.
func (c *benchImportCmd) Run(a *app) error {
	ctx, stop := interruptible()
	defer stop()
	r, err := bench.Import(ctx, c.Rows, bench.Options{Machine: time.Now, Progress: a.Err})
	if err != nil {
		return benchError(ctx, err)
	}
	if c.JSON {
		return json.NewEncoder(a.Out).Encode(r) //nolint:wrapcheck // the end of the program
	}
	fmt.Fprintf(a.Out, "import, synthetic: %d rows of %.0f MiB in %.1f s, %d drafted, %d refused\nours   %9.0f rows/s\nlimit  %9.0f rows/s, ratio %.2f\nmemory %9.0f MiB at most\n",
		r.Rows, r.FileMiB, r.Seconds, r.Drafted, r.Refused, r.Ours, r.Limit, r.Ratio, r.PeakMiB)
	return nil
}
