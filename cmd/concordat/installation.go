package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"concordat/enforcement/change"
	"concordat/enforcement/docket"
	"concordat/enforcement/register"
	"concordat/internal/access"
	"concordat/internal/calendar"
	"concordat/internal/jobs"
	"concordat/internal/pg"
	"concordat/internal/telemetry"
	"concordat/internal/vault"
	"concordat/memoranda"
	"concordat/migrations"
	"concordat/notify"
)

// installation is the configuration that every command on a database takes. It
// is read once and checked before anything opens.
type installation struct {
	// Data holds the keys and, without a DatabaseURL, the private PostgreSQL.
	Data string `help:"Folder of the keys and of the private PostgreSQL." default:"/var/lib/concordat" env:"CONCORDAT_DATA" type:"path"`
	// DatabaseURL names a PostgreSQL; empty starts a private one under Data.
	DatabaseURL string `help:"PostgreSQL to work on; empty starts a private one in the data folder." env:"DATABASE_URL"`
	// Connections is the size of the database pool; 0 means 16.
	Connections int32 `help:"Size of the database pool; 0 means 16." default:"0" env:"CONCORDAT_CONNECTIONS"`
	// Remembered is for how many years a department finds what ended; 0 means 3.
	Remembered int `help:"For how many years after the end a department still finds the number of a directive, a masked name and its own reports (政务数据共享条例 Art. 29: three at least); 0 means 3." default:"3" env:"CONCORDAT_REMEMBERED_YEARS"`
	// TokenLongest bounds what token issue gives; 0 means access.Most, which bounds it.
	TokenLongest time.Duration `help:"How long a token may hold; 0 means 8784h, a year, which is the most." default:"8784h" env:"CONCORDAT_TOKEN_LONGEST"`
	// PaperYears is how long papers are kept after their case; 0 means 3.
	PaperYears int `help:"For how many years the papers of a file are kept after its case has ended; 0 means 3." default:"0" env:"CONCORDAT_PAPER_YEARS"`
	// Region is the GB/T 2260 code of the region whose own days off extend the time of
	// subjects; empty: no region's do.
	Region string `help:"GB/T 2260 code of the region whose own days off extend the time of subjects, such as 45; empty: none." env:"CONCORDAT_REGION"`
	// DeadlineNear, DeadlineDeputy, DeadlineHead and DeadlineAbove are working days; 0 means
	// the default.
	DeadlineNear   int `help:"Working days before its last day on which a deadline reminds its owner again." default:"1" env:"CONCORDAT_DEADLINE_NEAR"`
	DeadlineDeputy int `help:"Working days over after which a deadline is told a deputy of its owner." default:"1" env:"CONCORDAT_DEADLINE_DEPUTY"`
	DeadlineHead   int `help:"Working days over after which it is told the head." default:"3" env:"CONCORDAT_DEADLINE_HEAD"`
	DeadlineAbove  int `help:"Working days over after which it is told the court above." default:"5" env:"CONCORDAT_DEADLINE_ABOVE"`
}

// office is an opened installation.
type office struct {
	cluster   *pg.Cluster // nil where a DatabaseURL was given
	db        *pg.DB
	vault     *vault.Vault
	catalogue *memoranda.Catalogue
	register  *register.Offices
	endpoints *notify.Endpoints
	inbox     *notify.Inbox
	tokens    *access.Tokens
	carriers  change.Carriers
	jobs      *jobs.Client
	telemetry *telemetry.Telemetry // serve alone has it
}

// schedule is when deadlines remind and escalate.
func (i installation) schedule() docket.Schedule {
	return docket.Schedule{Near: i.DeadlineNear, Deputy: i.DeadlineDeputy, Head: i.DeadlineHead, Above: i.DeadlineAbove}
}

// now is machine time, and in production legal time too.
func now() time.Time { return time.Now().UTC() }

// open opens the installation that is there: database, schema, keys, catalogue. Where
// there is none it makes nothing and refuses (installation.none): a command that was run
// without the service's settings would otherwise work on a record of its own.
func (i installation) open(ctx context.Context) (*office, error) { return i.enter(ctx, false) }

// openOrMake is [installation.open] that makes what is missing of an installation: the
// private cluster, the schema, the key file. It is for the commands that set up one.
func (i installation) openOrMake(ctx context.Context) (*office, error) { return i.enter(ctx, true) }

func (i installation) enter(ctx context.Context, making bool) (o *office, err error) {
	o = &office{}
	if i.TokenLongest < 0 || i.TokenLongest > access.Most {
		return o, fmt.Errorf("a token holds for %s at most, not for %s (CONCORDAT_TOKEN_LONGEST)", access.Most, i.TokenLongest)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, o.Close())
		}
	}()
	url, cluster, err := i.reach(ctx, making)
	if err != nil {
		return o, err
	}
	o.cluster = cluster
	if o.db, err = pg.Open(ctx, pg.Config{URL: url, MaxConns: i.Connections}); err != nil {
		return o, fmt.Errorf("open the database: %w", err)
	}
	if err := o.db.RequireSession(ctx); err != nil {
		return o, err
	}
	if err := o.refuseUnfinished(ctx); err != nil {
		return o, err
	}
	if !making {
		if err := o.refuseEmpty(ctx, i); err != nil {
			return o, err
		}
	}
	if err := migrations.Up(ctx, o.db.Pool); err != nil {
		return o, fmt.Errorf("bring the schema up to date: %w", err)
	}
	if err := o.openKeys(ctx, i, making); err != nil {
		return o, err
	}
	return o, o.build(ctx, i)
}

func (o *office) build(ctx context.Context, i installation) (err error) {
	days, err := calendar.Embedded()
	if err != nil {
		return fmt.Errorf("load the calendars: %w", err)
	}
	if o.catalogue, err = memoranda.Embedded(); err != nil {
		return fmt.Errorf("load the catalogue: %w", err)
	}
	if o.jobs, err = jobs.Insert(o.db.Pool); err != nil {
		return err
	}
	o.register, err = register.Open(ctx, register.Config{
		DB: o.db, Jobs: o.jobs, Vault: o.vault, Calendar: days, Catalogue: o.catalogue, Machine: now, Remembered: i.Remembered, PaperYears: max(i.PaperYears, 0),
		Region: i.Region, Deadlines: i.schedule(),
	})
	if err != nil {
		return fmt.Errorf("open the register: %w", err)
	}
	o.endpoints = &notify.Endpoints{DB: o.db, Vault: o.vault, Machine: now}
	o.inbox = &notify.Inbox{DB: o.db, Register: o.register, Machine: now}
	o.tokens = access.New(o.db, now, false)
	o.tokens.Changes, o.tokens.Papers, o.tokens.Longest = o.register.Changes, o.register.Papers, i.TokenLongest
	o.carriers = change.Carriers{
		change.Endpoint: o.endpoints.Carry, change.Organisation: o.register.Parties.CarryOrganisation, change.OperatorToken: o.tokens.Carry,
		change.Calendar: o.register.Docket.CarryNotice, change.Staff: o.tokens.CarryStaff, change.Borrowed: o.tokens.CarryBorrowed,
	}
	return nil
}

// Close closes what was opened; a PostgreSQL that this process did not start
// goes on.
func (o *office) Close() error {
	var err error
	if o.db != nil {
		err = o.db.Close()
	}
	if o.cluster != nil {
		err = errors.Join(err, o.cluster.Stop(pg.StopFast))
	}
	return err
}
