package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/rs/zerolog"

	"concordat/internal/api"
	"concordat/internal/calendar"
	"concordat/internal/edge"
	"concordat/internal/jobs"
	"concordat/migrations"
	"concordat/notify"
)

// reloadEvery is how often a running process looks for rotated keys, and for
// editions and statements that others entered; "keys rotate" waits longer than this
// between its steps. (A publication looks for itself.)
const reloadEvery = 10 * time.Second

// stopWithin is the promise of a stop: requests get requestsEnd, deliveries
// deliveriesEnd after that, and the rest is for closing what was opened. The service
// manager waits longer (docs/deploy/concordat.service).
const (
	stopWithin    = 50 * time.Second
	requestsEnd   = 20 * time.Second
	deliveriesEnd = 20 * time.Second
)

// keepPromise calls late when, so long after ctx has ended, nobody has called done: a
// database that does not answer would hold up the end of whoever waits for it.
func keepPromise(ctx context.Context, promised time.Duration, late func()) (done func()) {
	over, done := context.WithCancel(context.WithoutCancel(ctx))
	go func() {
		select {
		case <-ctx.Done():
		case <-over.Done():
			return
		}
		timer := time.NewTimer(promised)
		defer timer.Stop()
		select {
		case <-timer.C:
			late()
		case <-over.Done():
		}
	}()
	return done
}

type serveCmd struct {
	installation
	telemetryFlags

	// Listen is the address of the API; TLS ends in front of it.
	Listen string `help:"Address to listen on." default:"127.0.0.1:8080" env:"CONCORDAT_LISTEN"`
	// Deliver false serves the API only; another process must deliver.
	Deliver bool `help:"Deliver too, in this process." default:"true" negatable:""`
	// UploadMiB is how large an uploaded file may be, in MiB; 0 means 256.
	UploadMiB int64 `name:"upload-mib" help:"How large an uploaded file may be, in MiB; 0 means 256." default:"0" env:"CONCORDAT_UPLOAD_MIB"`
}

// Run serves the API and delivers until it is interrupted.
func (c *serveCmd) Run(a *app) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	log := zerolog.New(a.Err).With().Timestamp().Logger()
	defer keepPromise(ctx, stopWithin, func() {
		log.Error().Msg("the stop did not end in its time: what is still under way is broken off, is in doubt and goes again")
		os.Exit(1)
	})()
	o, err := c.openOrMake(ctx)
	if err != nil {
		return err
	}
	defer func() {
		if err := o.Close(); err != nil {
			log.Error().Err(err).Msg("close")
		}
	}()
	if err := o.tellAttested(ctx, log); err != nil {
		return err
	}
	if err := o.tellHolds(ctx, log); err != nil {
		return err
	}
	if o.telemetry, err = c.telemetry(ctx, o, c.Data, log); err != nil {
		return err
	}
	defer func() {
		ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		if err := o.telemetry.Close(ending); err != nil {
			log.Warn().Err(err).Msg("close telemetry")
		}
	}()
	hide, err := c.showMetrics(ctx, o.telemetry, log)
	if err != nil {
		return err
	}
	defer hide()
	var background sync.WaitGroup
	defer background.Wait()
	background.Go(func() { o.reloadKeys(ctx, log) })
	if c.Deliver {
		finish, err := o.deliver(ctx, log)
		if err != nil {
			return err
		}
		defer finish()
	}
	return o.listen(ctx, c.Listen, c.UploadMiB<<20, log)
}

// deliver starts the drains and the daily round; finish waits for what is under way.
func (o *office) deliver(ctx context.Context, log zerolog.Logger) (finish func(), err error) {
	drainer, err := notify.NewDrainer(notify.Config{
		DB: o.db, Register: o.register, Endpoints: o.endpoints, Catalogue: o.catalogue, Calendar: o.register.Record.Calendar,
		Channels: []notify.Channel{notify.NewWebhook(notify.WebhookConfig{Machine: now}), o.inbox},
		Legal:    now, Machine: now, Sent: sent(o.telemetry, log),
		Freed: func(sessions int) {
			log.Warn().Int("sessions", sessions).Msg("a process that held lanes said nothing for ten seconds: its sessions were ended, and its lanes are sent here")
		},
	})
	if err != nil {
		return nil, fmt.Errorf("make the drains: %w", err)
	}
	client, err := jobs.Work(o.db.Pool, jobs.Config{Drainer: drainer, Register: o.register, Legal: now, Logger: log, Tracers: o.telemetry.Tracers(), Meters: o.telemetry.Meters()})
	if err != nil {
		return nil, err
	}
	if err := client.Start(ctx); err != nil {
		return nil, fmt.Errorf("start the jobs: %w", err)
	}
	var sweep sync.WaitGroup
	sweep.Go(func() {
		drainer.Run(ctx, func(err error) { log.Error().Err(err).Msg("sweep") })
	})
	sweep.Go(func() {
		jobs.Lift(ctx, o.register, now, jobs.LiftEvery, func(err error) { log.Error().Err(err).Msg("lift what is over") })
	})
	return func() {
		ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), deliveriesEnd)
		defer cancel()
		if err := client.Stop(ending); err != nil {
			log.Error().Err(err).Msg("stop the jobs")
		}
		drainer.Close(ending) // the sweeps end with their lanes
		sweep.Wait()
	}, nil
}

// tellAttested says at the start how much of what is in force may be sent, what holds
// the rest back, and which editions cannot be published on.
func (o *office) tellAttested(ctx context.Context, log zerolog.Logger) error {
	today := calendar.DayOf(now())
	a, err := o.register.Plans.AttestedOn(ctx, today)
	if err != nil {
		return err
	}
	level, message := zerolog.InfoLevel, "measures in force, attested, sent, held back by reason"
	if a.Travel == 0 {
		level, message = zerolog.WarnLevel, "nothing that is in force is attested: listings are published and no directive is made"
	}
	log.WithLevel(level).Int("measures", a.Measures).Int("attested", a.Attested).Int("travel", a.Travel).Interface("held_back", a.HeldBack).Msg(message)
	unknown, err := o.register.Plans.UnknownEditions(ctx, today)
	if err != nil {
		return err
	}
	for _, edition := range unknown {
		log.Error().Str("edition", edition).Msg("this program does not have the text of an edition of the record, or reads it otherwise: nothing is published on its lists")
	}
	return nil
}

// tellHolds says at the start why nothing that burdens may leave.
func (o *office) tellHolds(ctx context.Context, log zerolog.Logger) error {
	holds, err := o.register.Holds.List(ctx, false)
	if err != nil {
		return err
	}
	for _, h := range holds {
		log.Warn().Stringer("hold", h.ID).Str("scope", string(h.Scope)).Str("cause", string(h.Cause)).Time("placed_at", h.PlacedAt).Msg("a hold stands: nothing that burdens leaves within its scope")
	}
	return nil
}

func (o *office) reloadKeys(ctx context.Context, log zerolog.Logger) {
	ticker := time.NewTicker(reloadEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			if err := o.vault.Reload(); err != nil {
				log.Error().Err(err).Msg("reload the keys")
			}
			if err := o.register.Plans.Refresh(ctx); err != nil && ctx.Err() == nil {
				log.Error().Err(err).Msg("read the editions and statements anew")
			}
			if err := o.register.Docket.Refresh(ctx); err != nil && ctx.Err() == nil {
				log.Error().Err(err).Msg("read the notices of holidays anew")
			}
		}
	}
}

func (o *office) listen(ctx context.Context, address string, uploadLimit int64, log zerolog.Logger) error {
	latest, err := migrations.Latest()
	if err != nil {
		return err
	}
	queues, err := jobs.Page(ctx, o.jobs, api.QueuesPath, log)
	if err != nil {
		return err
	}
	handler, err := api.New(api.Config{
		Register: o.register, Tokens: o.tokens, Inbox: o.inbox, Carriers: o.carriers, Legal: now, Log: log, UploadLimit: uploadLimit, Ready: edge.DatabaseReady(o.db, now, latest),
		Queues: queues, Tracers: o.telemetry.Tracers(), Answered: o.telemetry.Request,
	})
	if err != nil {
		return err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", address, err)
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 30 * time.Second, WriteTimeout: time.Minute, IdleTimeout: 2 * time.Minute}
	log.Info().Str("address", listener.Addr().String()).Msg("serving")
	stopped := make(chan error, 1)
	go func() {
		<-ctx.Done()
		ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), requestsEnd)
		defer cancel()
		err := server.Shutdown(ending)
		if err != nil {
			err = errors.Join(err, server.Close())
		}
		stopped <- err
	}()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve: %w", err)
	}
	return <-stopped
}
