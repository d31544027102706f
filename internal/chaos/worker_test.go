package chaos_test

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"math/rand/v2"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/register"
	"concordat/internal/calendar"
	"concordat/internal/jobs"
	"concordat/internal/pg"
	"concordat/internal/vault"
	"concordat/memoranda"
	"concordat/notify"
)

const (
	hands     = 6  // goroutines that live lives
	atOnce    = 6  // lives that each of them has under way
	askTwice  = 16 // one act of so many is asked twice at once
	longestIn = 5 * time.Minute
	retryIn   = 20 * time.Millisecond
)

// worker is the process that is killed: the record, its deliveries, and the
// script it asks for.
type worker struct {
	order    order
	line     *line
	register *register.Offices
	courts   []enforcement.OrganisationID // as courtCodes
}

// work is the worker's main. It ends when its input does.
func work(o order) int {
	w := &worker{order: o, line: &line{out: os.NewFile(3, "steps"), answer: os.NewFile(4, "leave")}}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin) // the test's end, or its wish
		cancel()
		time.Sleep(30 * time.Second)
		os.Exit(exitOrphaned)
	}()
	if err := w.run(ctx); err != nil {
		w.line.fault("%v", err)
	}
	return 0
}

func (w *worker) run(ctx context.Context) error {
	db, err := w.open(ctx)
	if err != nil {
		return err
	}
	drainer, err := w.assemble(ctx, db)
	if err != nil {
		return err
	}
	if w.order.Adopt != "" {
		defer drainer.Close(context.WithoutCancel(ctx))
		return errors.Join(w.adopt(ctx), db.Close())
	}
	client, err := jobs.Work(db.Pool, jobs.Config{Drainer: drainer, SoftStop: 5 * time.Second})
	if err != nil {
		return err
	}
	if err := client.Start(ctx); err != nil {
		return err
	}
	var sweeps sync.WaitGroup
	sweeps.Go(func() {
		drainer.Run(ctx, func(err error) {
			if !lostConnection(err) && !pg.IsReadOnly(err) {
				w.line.fault("sweep: %v", err)
			}
			w.line.say(saysLost, "sweep:", err.Error())
		})
	})
	if w.live(ctx) {
		w.line.say(saysDone)
	}
	<-ctx.Done()
	<-client.Stopped()
	sweeps.Wait()
	drainer.Close(context.WithoutCancel(ctx))
	return db.Close()
}

func (w *worker) open(ctx context.Context) (*pg.DB, error) {
	return pg.Open(ctx, pg.Config{URL: w.order.URL, MaxConns: 24, ApplicationName: "chaos-worker", Tracer: commits{w.line}})
}

// assemble wires what cmd wires.
func (w *worker) assemble(ctx context.Context, db *pg.DB) (*notify.Drainer, error) {
	keys, err := vault.Open(w.order.KeyFile, vault.Options{Demo: true})
	if err != nil {
		return nil, err
	}
	config, err := registerConfig(db, keys)
	if err != nil {
		return nil, err
	}
	if w.register, err = register.Open(ctx, config); err != nil {
		return nil, err
	}
	organisations, err := w.register.Parties.Organisations(ctx)
	if err != nil {
		return nil, err
	}
	for _, code := range courtCodes {
		for _, o := range organisations {
			if o.CourtCode == code {
				w.courts = append(w.courts, o.ID)
			}
		}
	}
	var webhook notify.Channel = notify.NewWebhook(notify.WebhookConfig{Machine: machine, Timeout: sendTimeout})
	if w.order.Swallow != 0 {
		webhook = &swallower{Channel: webhook, at: w.order.Swallow}
	}
	return notify.NewDrainer(notify.Config{
		DB: db, Register: w.register, Catalogue: config.Catalogue, Calendar: config.Calendar,
		Endpoints: endpoints(db, keys),
		Channels:  []notify.Channel{webhook, &notify.Inbox{DB: db, Register: w.register, Machine: machine}},
		Legal:     func() time.Time { return calendar.Start(delivery).Add(10 * time.Hour) },
		Machine:   machine, Demo: true,
		// Small, so that there are many sends to die in.
		ExpressBatch: 20, BulkBatch: 50, Slice: 2 * time.Second,
		SweepEvery: time.Second, Heartbeat: 100 * time.Millisecond, FallbackEvery: time.Second,
		Step: func(_ context.Context, step string) error { w.line.step(step); return nil },
	})
}

func registerConfig(db *pg.DB, keys *vault.Vault) (register.Config, error) {
	days, errDays := calendar.Embedded()
	catalogue, errCatalogue := memoranda.Embedded()
	insert, errInsert := jobs.Insert(db.Pool)
	if err := errors.Join(errDays, errCatalogue, errInsert); err != nil {
		return register.Config{}, err
	}
	attested, err := memoranda.DemonstrationAttestations(catalogue)
	return register.Config{
		DB: db, Jobs: insert, Vault: keys, Calendar: days, Catalogue: catalogue, Attestations: attested, Machine: machine, Demonstration: true,
	}, err
}

func endpoints(db *pg.DB, keys *vault.Vault) *notify.Endpoints {
	return &notify.Endpoints{DB: db, Vault: keys, Machine: machine, Probes: notify.Probes{First: 5 * time.Millisecond, Express: 100 * time.Millisecond, Bulk: 200 * time.Millisecond}}
}

// live lives every unfinished life, several at once, and tells whether it came to
// the end.
func (w *worker) live(ctx context.Context) bool {
	finished := map[int]bool{}
	for _, n := range w.order.Finished {
		finished[n] = true
	}
	queues := make([][]*life, hands)
	for i, l := range script(w.order.Seed, w.order.Lives) {
		if !finished[i] {
			queues[i%hands] = append(queues[i%hands], l)
		}
	}
	var all sync.WaitGroup
	for n, queue := range queues {
		all.Go(func() {
			random := rand.New(rand.NewPCG(w.order.Seed, uint64(n)))
			for len(queue) > 0 && ctx.Err() == nil {
				i := random.IntN(min(len(queue), atOnce))
				l := queue[i]
				w.ask(ctx, l, l.steps[0])
				if l.steps = l.steps[1:]; len(l.steps) == 0 {
					queue = append(queue[:i], queue[i+1:]...)
				}
			}
		})
	}
	all.Wait()
	return ctx.Err() == nil
}

// ask asks for an act until it is answered. A lost connection leaves open whether
// it was done: it is asked again under its key.
func (w *worker) ask(ctx context.Context, l *life, s step) {
	act := enforcement.Act{At: s.at, Key: s.key, Actor: enforcement.Actor{ID: string(s.role), Role: s.role, Organisation: w.courts[l.court]}}
	if s.role == enforcement.System {
		act.Actor = enforcement.Daily(s.at).Actor
	}
	for giveUp := machine().Add(longestIn); ; {
		w.line.step(stepAct)
		id, err := w.once(ctx, s, act)
		if err == nil {
			if s.keep != nil {
				*s.keep = id
			}
			w.line.say(saysAnswered, s.key)
			return
		}
		if ctx.Err() != nil {
			return
		}
		if !lostConnection(err) || machine().After(giveUp) {
			w.line.fault("act %s: %v", s.key, err)
		}
		w.line.say(saysLost, s.key, err.Error())
		time.Sleep(retryIn) // the database tells nobody when it is back
	}
}

// once asks for an act, some twice at once: both must get the same answer.
func (w *worker) once(ctx context.Context, s step, act enforcement.Act) (enforcement.ID, error) {
	hash := fnv.New32a()
	_, _ = hash.Write([]byte(s.key))
	if hash.Sum32()%askTwice != 0 {
		return s.do(ctx, w.register, act)
	}
	var answers [2]enforcement.ID
	var errs [2]error
	var both sync.WaitGroup
	for i := range answers {
		both.Go(func() { answers[i], errs[i] = s.do(ctx, w.register, act) })
	}
	both.Wait()
	if err := errors.Join(errs[0], errs[1]); err != nil {
		return enforcement.ID{}, err
	}
	if answers[0] != answers[1] {
		return enforcement.ID{}, fmt.Errorf("asked twice, answered %s and %s", answers[0], answers[1])
	}
	return answers[0], nil
}

// swallower is the planted defect: one message with a withdrawal to an
// organisation does not leave, and counts as acknowledged. The withdrawal follows
// the imposition, so that nothing else took the measures away.
type swallower struct {
	notify.Channel
	at   enforcement.OrganisationID
	done atomic.Bool
}

func (s *swallower) Send(ctx context.Context, d notify.Delivery) (notify.Outcome, error) {
	for i := range d.Items {
		if d.Organisation == s.at && d.Items[i].Kind == directive.Withdraw && d.Items[i].Version == 2 && s.done.CompareAndSwap(false, true) {
			results := make([]directive.Result, len(d.Items))
			for r := range results {
				results[r].Step = directive.Acknowledged
			}
			return notify.Outcome{Results: results}, nil
		}
	}
	return s.Channel.Send(ctx, d)
}
