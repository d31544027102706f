package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/rs/zerolog"

	"concordat/internal/demo"
	"concordat/internal/pg"
	"concordat/internal/vault"
	"concordat/migrations"
)

// demoCmd plays a year on made data, in a PostgreSQL of its own: what the
// environment says of a database is not looked at.
type demoCmd struct {
	Once     bool   `help:"End when the year is over; otherwise the interface is served until it is interrupted."`
	JSON     bool   `name:"json" help:"Print one JSON object as the only line on standard output."`
	Listings int    `default:"1000" help:"How many listings the courts draft in the year."`
	Seed     uint64 `default:"1" help:"Another number plays another year of the same kind."`
	Data     string `help:"New or empty directory in which the data stay; without it they are removed at the end." placeholder:"DIR"`
	Port     int    `default:"8080" help:"Port of 127.0.0.1 on which the interface is served; 0 takes a free one."`
}

// demoPrefix begins the names of directories that demonstrations make and remove.
const demoPrefix = "concordat-demo"

// machineTime is the real clock: the only one the process reads.
func machineTime() time.Time { return time.Now().UTC() }

// Run plays the year; an interrupt ends it early and clears up as well.
func (c *demoCmd) Run(a *app) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second interrupt ends the process at once
	began := machineTime()
	err := c.run(ctx, a, began)
	if ctx.Err() == nil || errors.Is(err, errClearUp) {
		return err
	}
	if c.Once {
		return errors.New("interrupted, and cleared up")
	}
	return nil // an interrupt is how it ends
}

// errClearUp marks what went wrong when the demonstration was over.
var errClearUp = errors.New("clear up after the demonstration")

func clearedUp(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w: %w", errClearUp, err)
}

func (c *demoCmd) run(ctx context.Context, a *app, began time.Time) (err error) {
	fmt.Fprintln(a.Err, "演示 DEMO: made data, no real person; nothing leaves this machine. 虚构数据，不涉及任何真实的人。")
	if c.Listings < demo.MinListings {
		return fmt.Errorf("a year has at least %d listings", demo.MinListings)
	}
	fmt.Fprintln(a.Err, c.plan())
	var listener net.Listener
	if !c.Once { // a port that is taken is better known now than in a minute
		var config net.ListenConfig
		if listener, err = config.Listen(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(c.Port))); err != nil {
			return fmt.Errorf("open port %d (another one with --port): %w", c.Port, err)
		}
		defer func() { _ = listener.Close() }() // the server closes it as well
	}
	dir, err := c.directory()
	if err != nil {
		return err
	}
	fmt.Fprintf(plain(a.Err), "演示 DEMO: starting a private PostgreSQL 启动专用数据库 %s\n", dir)
	db, keys, end, err := c.place(ctx, dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, clearedUp(end())) }()
	fmt.Fprintln(a.Err, "演示 DEMO: entering the organisations, connecting the departments 登记单位，接通各部门")
	shown := newDemoProgress(a.Err)
	played, err := demo.Open(ctx, demo.Config{
		DB: db, Vault: keys, Machine: machineTime, Listings: c.Listings, Seed: c.Seed, Progress: shown.step,
		Logger: zerolog.New(a.Err).Level(zerolog.WarnLevel),
	})
	if err != nil {
		return fmt.Errorf("open the demonstration: %w", err)
	}
	defer func() { err = errors.Join(err, clearedUp(played.Close(ctx))) }()
	fmt.Fprintf(a.Err, "演示 DEMO: %d organisations of Nanning stand in 南宁%d个单位\n", len(played.Organisations), len(played.Organisations))
	result, err := played.Year(ctx)
	shown.end()
	if err != nil {
		return err //nolint:wrapcheck // says the day
	}
	result.Seconds = float64(machineTime().Sub(began).Milliseconds()) / 1000
	if err := c.show(a.Out, result); err != nil {
		return err
	}
	if c.Once {
		return nil
	}
	return serveDemo(ctx, a, played, db, listener)
}

// plan says what is going to happen, and how long one waits for it.
func (c *demoCmd) plan() string {
	en, zh := "", ""
	if !c.Once {
		en, zh = "; then its interface to try", "；随后可试用其接口"
	}
	return fmt.Sprintf("演示 DEMO: a year of %d listings, day by day, in a minute or less%s 逐日演示一年%d件列入，不到一分钟%s", c.Listings, en, c.Listings, zh)
}

func (c *demoCmd) show(out io.Writer, r demo.Result) error {
	if !c.JSON {
		printDemo(plain(out), r)
		return nil
	}
	if err := json.NewEncoder(out).Encode(r.Summary); err != nil {
		return fmt.Errorf("print the summary: %w", err)
	}
	return nil
}

// place starts the database in its directory and opens the keys. end stops it,
// and removes what is not to be kept.
func (c *demoCmd) place(ctx context.Context, dir string) (db *pg.DB, keys *vault.Vault, end func() error, err error) {
	temporary := c.Data == ""
	cluster, err := pg.StartCluster(ctx, pg.ClusterConfig{
		Dir: dir, Temporary: temporary,
		// A crash of the machine may cost a demonstration its last moments.
		Settings: map[string]string{"synchronous_commit": "off"},
	})
	if err != nil {
		if temporary {
			err = errors.Join(err, os.RemoveAll(dir))
		}
		return nil, nil, nil, fmt.Errorf("start the demonstration's database: %w", err)
	}
	end = func() error {
		if temporary {
			return cluster.Remove()
		}
		return cluster.Stop(pg.StopFast)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, end())
		}
	}()
	if db, err = pg.Open(ctx, pg.Config{URL: cluster.URL("postgres"), MaxConns: 24}); err != nil {
		return nil, nil, nil, fmt.Errorf("open the demonstration's database: %w", err)
	}
	stop := end
	end = func() error { return errors.Join(db.Close(), stop()) }
	if err := migrations.Up(ctx, db.Pool); err != nil {
		return nil, nil, nil, fmt.Errorf("prepare the demonstration's database: %w", err)
	}
	if temporary {
		keys, err = vault.Ephemeral(true)
	} else {
		keys, err = vault.Open(filepath.Join(dir, "demo-keys"), vault.Options{Demo: true, Create: true})
	}
	if err != nil {
		return nil, nil, nil, fmt.Errorf("make the demonstration's keys: %w", err)
	}
	return db, keys, end, nil
}

// directory is a fresh one, or the given one if it holds nothing: what was played
// before cannot be gone on with, because the departments' ledgers are not kept.
func (c *demoCmd) directory() (string, error) {
	if c.Data == "" {
		// What a killed demonstration left behind.
		if err := pg.RemoveAbandoned(demoPrefix, machineTime().Add(-time.Minute)); err != nil {
			return "", fmt.Errorf("clear away what earlier demonstrations left: %w", err)
		}
		dir, err := pg.FreshDir(demoPrefix)
		if err != nil {
			return "", fmt.Errorf("find a place for the demonstration's data: %w", err)
		}
		return dir, nil
	}
	entries, err := os.ReadDir(c.Data)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("look into %s: %w", c.Data, err)
	}
	if len(entries) > 0 {
		return "", fmt.Errorf("%s is not empty: a demonstration begins with nothing", c.Data)
	}
	return c.Data, nil
}
