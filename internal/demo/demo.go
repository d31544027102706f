package demo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/rs/zerolog"

	"concordat/enforcement"
	"concordat/enforcement/party"
	"concordat/enforcement/register"
	"concordat/internal/calendar"
	"concordat/internal/jobs"
	"concordat/internal/nanning"
	"concordat/internal/pg"
	"concordat/internal/vault"
	"concordat/memoranda"
	"concordat/notify"
)

// Config is what a demonstration is played on.
type Config struct {
	// DB is migrated and empty; some twenty connections serve it well.
	DB *pg.DB
	// Vault holds keys marked for demonstration; others are refused.
	Vault *vault.Vault
	// Machine is machine time.
	Machine func() time.Time
	// Listings is how many the courts draft in the year, at least [MinListings];
	// 0 means 1,000.
	Listings int
	// Seed makes another year of the same kind; 0 is a year too.
	Seed uint64
	// Progress is told what is being done, from one goroutine; nil tells nobody.
	Progress func(Progress)
	// Logger gets the warnings of the jobs; the zero Logger drops them.
	Logger zerolog.Logger
}

// Demo is a demonstration: the record, those who send and those who receive. The
// exported fields are for whoever serves it to visitors.
type Demo struct {
	Register      *register.Offices
	Inbox         *notify.Inbox
	Endpoints     *notify.Endpoints
	Calendar      *calendar.Calendar
	Catalogue     *memoranda.Catalogue
	Attestations  *memoranda.Attestations
	Clock         *Clock
	Organisations []party.Organisation

	config      Config
	script      *script
	people      *courtPeople
	departments []*department
	webhook     *notify.Webhook
	drainer     *notify.Drainer
	worker      *jobs.Client
	stopSweep   context.CancelFunc
	swept       chan error // what went wrong in sweeps, the first only
	done        map[verb]int
}

// Probes in seconds of real time would stretch the year: days pass in milliseconds.
var probes = notify.Probes{First: 20 * time.Millisecond, Express: 200 * time.Millisecond, Bulk: 400 * time.Millisecond}

const (
	defaultListings = 1000
	sweepEvery      = 100 * time.Millisecond
	sendTimeout     = 5 * time.Second
	drainers        = 8 // of each lane at once
)

// ErrKeys refuses keys that are not marked for demonstration.
var ErrKeys = errors.New("the keys are not marked for demonstration")

// Open enters the organisations of Nanning, opens their stand-ins on loopback
// addresses, and starts the jobs. [Demo.Close] ends all of it.
func Open(ctx context.Context, c Config) (d *Demo, err error) {
	if !c.Vault.Demo() {
		return nil, ErrKeys
	}
	if c.Listings == 0 {
		c.Listings = defaultListings
	}
	if c.Progress == nil {
		c.Progress = func(Progress) {}
	}
	d = &Demo{config: c, Clock: NewClock(c.Machine), done: map[verb]int{}, swept: make(chan error, 1)}
	defer func() {
		if err != nil {
			err = errors.Join(err, d.Close(ctx))
		}
	}()
	if err := d.load(ctx); err != nil {
		return nil, err
	}
	if err := d.settleIn(ctx); err != nil {
		return nil, err
	}
	return d, d.start(ctx)
}

// load builds the record on the embedded catalogue and calendar.
func (d *Demo) load(ctx context.Context) (err error) {
	if d.Calendar, err = calendar.Embedded(); err != nil {
		return err //nolint:wrapcheck // says what it was doing
	}
	if d.script, err = write(d.config.Listings, d.config.Seed, d.Calendar); err != nil {
		return err
	}
	if d.Catalogue, err = memoranda.Embedded(); err != nil {
		return err //nolint:wrapcheck // says what it was doing
	}
	if d.Attestations, err = memoranda.DemonstrationAttestations(d.Catalogue); err != nil {
		return err //nolint:wrapcheck // says what it was doing
	}
	inserting, err := jobs.Insert(d.config.DB.Pool)
	if err != nil {
		return err //nolint:wrapcheck // says what it was doing
	}
	d.Register, err = register.Open(ctx, register.Config{
		DB: d.config.DB, Jobs: inserting, Vault: d.config.Vault, Calendar: d.Calendar,
		Catalogue: d.Catalogue, Attestations: d.Attestations, Demonstration: true, Machine: d.config.Machine,
	})
	return err //nolint:wrapcheck // says what it was doing
}

// settleIn enters the organisations and opens the departments' stand-ins.
func (d *Demo) settleIn(ctx context.Context) error {
	list, err := nanning.Organisations(d.Catalogue)
	if err != nil {
		return err //nolint:wrapcheck // says what it was doing
	}
	system := enforcement.Act{At: d.Clock.Now(), Actor: enforcement.Actor{ID: "demo-operator", Role: enforcement.Operator}}
	if d.Organisations, err = nanning.Enter(ctx, d.Register, system, list); err != nil {
		return err //nolint:wrapcheck // says what it was doing
	}
	d.Endpoints = &notify.Endpoints{DB: d.config.DB, Vault: d.config.Vault, Machine: d.config.Machine, Probes: probes}
	d.Inbox = &notify.Inbox{DB: d.config.DB, Register: d.Register, Machine: d.config.Machine}
	d.people = &courtPeople{register: d.Register, seed: d.config.Seed, refused: map[string]int{}}
	for _, org := range d.Organisations {
		if org.Kind == party.Court {
			d.people.courts = append(d.people.courts, org)
			continue
		}
		department, err := newDepartment(org, d.config.Machine)
		if err != nil {
			return err
		}
		d.departments = append(d.departments, department)
		if err := d.connect(ctx, system, department); err != nil {
			return err
		}
	}
	return nil
}

// connect opens a department's stand-in and tells the sender where it is. Who
// works by hand has the inbox, which everybody has.
func (d *Demo) connect(ctx context.Context, act enforcement.Act, to *department) error {
	if err := to.open(ctx); err != nil {
		return err
	}
	if to.server == nil {
		return nil
	}
	err := d.Endpoints.Put(ctx, act, notify.NewEndpoint{
		Organisation: to.org.ID, Channel: notify.WebhookName, Priority: 1, URL: to.url, AllowInternal: true, Keys: []string{to.signing},
	})
	if err != nil {
		return fmt.Errorf("connect %s: %w", to.org.Slug, err)
	}
	return nil
}

// start begins to deliver.
func (d *Demo) start(ctx context.Context) (err error) {
	d.webhook = notify.NewWebhook(notify.WebhookConfig{Machine: d.config.Machine, Timeout: sendTimeout})
	d.drainer, err = notify.NewDrainer(notify.Config{
		DB: d.config.DB, Register: d.Register, Endpoints: d.Endpoints, Catalogue: d.Catalogue, Calendar: d.Calendar,
		Channels: []notify.Channel{d.webhook, d.Inbox}, Legal: d.Clock.Now, Machine: d.config.Machine, Demo: true,
		SweepEvery: sweepEvery, SweepWorkers: drainers, FallbackEvery: time.Millisecond,
	})
	if err != nil {
		return err //nolint:wrapcheck // says what it was doing
	}
	d.worker, err = jobs.Work(d.config.DB.Pool, jobs.Config{Drainer: d.drainer, MaxExpress: drainers, MaxBulk: drainers, Logger: d.config.Logger})
	if err != nil {
		return err //nolint:wrapcheck // says what it was doing
	}
	life, stop := context.WithCancel(ctx)
	if err := d.worker.Start(life); err != nil {
		stop()
		d.worker = nil
		return fmt.Errorf("start the jobs: %w", err)
	}
	ended := make(chan struct{})
	d.stopSweep = func() {
		stop()
		<-ended
	}
	go func() {
		defer close(ended)
		d.drainer.Run(life, func(err error) {
			select {
			case d.swept <- err:
			default: // one is enough to end the year
			}
		})
	}()
	return nil
}

// closePatience is how long the end of a demonstration waits for what is under way.
const closePatience = 10 * time.Second

// Close stops the jobs and the departments; the database is the caller's. It may
// be called when ctx is over, and more than once.
func (d *Demo) Close(ctx context.Context) error {
	quiet, cancel := context.WithTimeout(context.WithoutCancel(ctx), closePatience)
	defer cancel()
	var errs []error
	if d.stopSweep != nil {
		if err := d.worker.StopAndCancel(quiet); err != nil {
			errs = append(errs, fmt.Errorf("stop the jobs: %w", err))
		}
		d.stopSweep()
		d.stopSweep = nil
	}
	if d.drainer != nil {
		d.drainer.Close(quiet)
	}
	if d.webhook != nil {
		d.webhook.Close()
	}
	for _, department := range d.departments {
		errs = append(errs, department.close())
	}
	return errors.Join(errs...)
}
