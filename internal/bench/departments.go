package bench

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/notify"
	"concordat/notify/receiver"
	"concordat/notify/wire"
)

// departments is the receiving end of every organisation on one loopback
// listener, a path for each. They verify, parse and acknowledge; they report
// nothing.
type departments struct {
	server *http.Server
	url    string
	ended  chan error
	// Of each organisation, in the order of the rig's.
	secrets [Organisations]string
	paths   [Organisations]string
	// taken counts the directives acknowledged since it was last reset.
	taken atomic.Int64
	// burdens counts those of them whose set was not empty.
	burdens atomic.Int64
}

// openDepartments listens. The receivers keep no ledger: what they acknowledged
// they forget, so that the memory of the process is the sender's.
func openDepartments(ctx context.Context, machine func() time.Time) (*departments, error) {
	d := &departments{ended: make(chan error, 1)}
	mux := http.NewServeMux()
	for i := range Organisations {
		d.secrets[i], d.paths[i] = wire.NewSecret(), fmt.Sprintf("/made-%02d", i)
		keys, err := wire.ParseKeys(d.secrets[i])
		if err != nil {
			return nil, fmt.Errorf("make a receiver's key: %w", err)
		}
		mux.Handle("POST "+d.paths[i], &receiver.Receiver{Keys: keys, Now: machine, Answer: func(m wire.Message, a wire.Answers) wire.Answers {
			d.taken.Add(int64(len(m.Directives)))
			for i := range m.Directives {
				if len(m.Directives[i].Measures) > 0 {
					d.burdens.Add(1)
				}
			}
			return a
		}})
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen on loopback: %w", err)
	}
	d.url = "http://" + listener.Addr().String()
	d.server = &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go func() { d.ended <- d.server.Serve(listener) }()
	return d, nil
}

// newRigAndDepartments makes both ends; close closes them.
func newRigAndDepartments(ctx context.Context, machine func() time.Time) (r *rig, d *departments, closeAll func() error, err error) {
	if r, err = newRig(ctx, machine); err != nil {
		return nil, nil, nil, err
	}
	if d, err = openDepartments(ctx, machine); err != nil {
		return nil, nil, nil, errors.Join(err, r.Close())
	}
	return r, d, func() error { return errors.Join(d.close(), r.Close()) }, nil
}

// connect tells the sender where each organisation receives.
func (d *departments) connect(ctx context.Context, w *world, endpoints *notify.Endpoints) error {
	for i, org := range w.orgs {
		err := endpoints.Put(ctx, w.act, notify.NewEndpoint{
			Organisation: org, Channel: notify.WebhookName, Priority: 1, URL: d.url + d.paths[i], AllowInternal: true, Keys: []string{d.secrets[i]},
		})
		if err != nil {
			return fmt.Errorf("connect organisation %d: %w", org, err)
		}
	}
	return nil
}

// close ends the listener and what it serves.
func (d *departments) close() error {
	err := d.server.Close()
	if served := <-d.ended; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}

// sender is the production path of delivery over one world.
type sender struct {
	drainer *notify.Drainer
	webhook *notify.Webhook
}

func (r *rig) endpoints(w *world) *notify.Endpoints {
	return &notify.Endpoints{DB: w.db, Vault: r.vault, Machine: r.machine}
}

// newSender builds what production drains with, as many lanes at once as conns.
func (r *rig) newSender(w *world, conns int) (*sender, error) {
	return r.newSenderEvery(w, conns, 0)
}

// newSenderEvery sweeps more often than production, where its Run is measured.
func (r *rig) newSenderEvery(w *world, conns int, every time.Duration) (*sender, error) {
	s := &sender{webhook: notify.NewWebhook(notify.WebhookConfig{Machine: r.machine})}
	inbox := &notify.Inbox{DB: w.db, Register: w.register, Machine: r.machine}
	var err error
	s.drainer, err = notify.NewDrainer(notify.Config{
		DB: w.db, Register: w.register, Endpoints: r.endpoints(w), Catalogue: r.catalogue, Calendar: r.calendar,
		Channels: []notify.Channel{s.webhook, inbox}, Legal: func() time.Time { return w.act.At }, Machine: r.machine, Demo: true, SweepWorkers: conns, SweepEvery: every,
	})
	if err != nil {
		return nil, fmt.Errorf("make a drainer: %w", err)
	}
	return s, nil
}

// warm drains lanes in which nothing is due.
func (s *sender) warm(ctx context.Context, orgs []enforcement.OrganisationID) error {
	lanes := make([]directive.WakeUp, len(orgs))
	for i, org := range orgs {
		lanes[i] = directive.WakeUp{Organisation: org, Lane: directive.Express}
	}
	return inTurn(lanes, func(lane directive.WakeUp) error { return s.drainer.Drain(ctx, lane) })
}

func (s *sender) close(ctx context.Context) {
	s.drainer.Close(context.WithoutCancel(ctx))
	s.webhook.Close()
}

// undelivered counts the directives that are not acknowledged.
func (w *world) undelivered(ctx context.Context) (n int, err error) {
	err = w.db.Pool.QueryRow(ctx, `SELECT count(*) FROM directive WHERE step <> $1`, string(directive.Acknowledged)).Scan(&n)
	return n, err
}
