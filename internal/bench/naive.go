package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/party"
	"concordat/memoranda/day"
	"concordat/migrations"
	"concordat/notify/wire"
)

// The naive way is given what helps it: a short fetch cooldown (with River's own
// it is held to 1,000 jobs a second) and more connections than ours.
const (
	naiveWorkers     = 100
	naiveConnections = 16
	naiveCooldown    = 2 * time.Millisecond
	// naiveTime bounds a naive measurement; what was done in it is scaled.
	naiveTime = 8 * time.Second
)

// naiveWorker sends one directive and records its acknowledgement.
type naiveWorker struct {
	river.WorkerDefaults[naiveJob]

	rig         *rig
	world       *world
	departments *departments
	client      *http.Client
	keys        map[enforcement.OrganisationID][]wire.Key
	urls        map[enforcement.OrganisationID]string
}

// naiveDeliver is how one would begin: a River job per directive, each of which
// posts it and records the answer in a transaction of its own.
func (r *rig) naiveDeliver(ctx context.Context, d *departments, grounds int) (perSecond float64, err error) {
	name, err := r.copyOf(ctx, base)
	if err != nil {
		return 0, err
	}
	w, err := r.open(ctx, name, naiveConnections)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, r.discard(ctx, w)) }()
	if err := w.fill(ctx, r, grounds); err != nil {
		return 0, err
	}
	if err := w.register.Grounds.PutInForce(ctx, w.act, w.grounds); err != nil {
		return 0, fmt.Errorf("fan out: %w", err)
	}
	n, err := w.naiveJobs(ctx)
	if err != nil {
		return 0, err
	}
	worker, err := newNaiveWorker(r, w, d)
	if err != nil {
		return 0, err
	}
	defer worker.client.CloseIdleConnections()
	if _, err := checkpointed(ctx, w.db.Pool); err != nil {
		return 0, err
	}
	return worker.workAll(ctx, n)
}

// naiveJobs inserts a job for every directive.
func (w *world) naiveJobs(ctx context.Context) (int, error) {
	rows, err := w.db.Pool.Query(ctx, `SELECT id FROM directive ORDER BY id`)
	if err != nil {
		return 0, fmt.Errorf("list the directives: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[enforcement.ID])
	if err != nil {
		return 0, fmt.Errorf("list the directives: %w", err)
	}
	params := make([]river.InsertManyParams, len(ids))
	for i, id := range ids {
		params[i].Args = naiveJob{id}
	}
	if _, err := w.jobs.InsertManyFast(ctx, params); err != nil {
		return 0, fmt.Errorf("insert jobs: %w", err)
	}
	return len(ids), nil
}

func newNaiveWorker(r *rig, w *world, d *departments) (*naiveWorker, error) {
	n := &naiveWorker{
		rig: r, world: w, departments: d, keys: map[enforcement.OrganisationID][]wire.Key{}, urls: map[enforcement.OrganisationID]string{},
		client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: naiveWorkers, DisableCompression: true}, Timeout: 15 * time.Second},
	}
	for i, org := range w.orgs {
		keys, err := wire.ParseKeys(d.secrets[i])
		if err != nil {
			return nil, fmt.Errorf("read a key: %w", err)
		}
		n.keys[org], n.urls[org] = keys, d.url+d.paths[i]
	}
	return n, nil
}

// workAll starts River and returns how many jobs a second completed, until all
// had or the naive way's time was over.
func (n *naiveWorker) workAll(ctx context.Context, jobs int) (perSecond float64, err error) {
	workers := river.NewWorkers()
	if err := river.AddWorkerSafely(workers, n); err != nil {
		return 0, fmt.Errorf("register the naive worker: %w", err)
	}
	client, err := river.NewClient(riverpgxv5.New(n.world.db.Pool), &river.Config{
		Schema: migrations.RiverSchema, Workers: workers, FetchCooldown: naiveCooldown, FetchPollInterval: 50 * time.Millisecond,
		Queues: map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: naiveWorkers}},
		Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return 0, fmt.Errorf("make the naive client: %w", err)
	}
	done, stop := client.Subscribe(river.EventKindJobCompleted, river.EventKindJobFailed)
	defer stop()
	begin := n.rig.machine()
	if err := client.Start(ctx); err != nil {
		return 0, fmt.Errorf("start the naive client: %w", err)
	}
	worked, err := wait(ctx, jobs, done)
	perSecond = float64(worked) / n.rig.machine().Sub(begin).Seconds()
	if stopped := client.StopAndCancel(context.WithoutCancel(ctx)); stopped != nil {
		return perSecond, errors.Join(err, fmt.Errorf("stop the naive client: %w", stopped))
	}
	return perSecond, err
}

// wait counts jobs as they complete.
func wait(ctx context.Context, jobs int, done <-chan *river.Event) (int, error) {
	enough := time.NewTimer(naiveTime)
	defer enough.Stop()
	for worked := range jobs {
		select {
		case <-ctx.Done():
			return worked, ctx.Err()
		case <-enough.C:
			return worked, nil
		case event := <-done:
			if event.Kind == river.EventKindJobFailed {
				return worked, errors.New("a naive job failed")
			}
		}
	}
	return jobs, nil
}

const selectOne = `SELECT d.organisation_id, s.id, s.envelope, s.sealed, g.kind::text, g.list_type, g.reference, g.decided_on, o.slug
  FROM directive d JOIN subject s ON s.id = d.subject_id JOIN ground g ON g.id = d.ground_id
  JOIN organisation o ON o.id = g.organisation_id WHERE d.id = $1`

// Work reads, sends and records one directive.
func (n *naiveWorker) Work(ctx context.Context, job *river.Job[naiveJob]) error {
	var org enforcement.OrganisationID
	var subject enforcement.ID
	var wrapped, sealed []byte
	var ground wire.Ground
	var decided day.Day
	pool := n.world.db.Pool
	err := pool.QueryRow(ctx, selectOne, job.Args.Directive).
		Scan(&org, &subject, &wrapped, &sealed, &ground.Kind, &ground.ListType, &ground.Reference, &decided, &ground.Owner)
	if err != nil {
		return fmt.Errorf("read a directive: %w", err)
	}
	ground.DecidedOn = decided
	envelope, err := n.rig.vault.OpenEnvelope(subject, wrapped)
	if err != nil {
		return fmt.Errorf("open an envelope: %w", err)
	}
	plain, err := envelope.Open(sealed, party.SealedIdentity)
	if err != nil {
		return fmt.Errorf("open a subject: %w", err)
	}
	var who party.Identity
	if err := json.Unmarshal(plain, &who); err != nil {
		return fmt.Errorf("read a subject: %w", err)
	}
	err = n.post(ctx, org, wire.Message{
		Format: wire.Format, Organisation: "made", Lane: string(directive.Bulk), SentAt: n.rig.machine(), Demo: true,
		Directives: []wire.Directive{{
			ID: uuid.UUID(job.Args.Directive), Version: 1, Kind: string(directive.Impose), Measures: []string{"made/measure"}, Ground: ground,
			Subject: wire.Subject{Kind: string(who.Kind), Name: who.Name, NumberKind: string(who.NumberKind), Number: who.Number},
		}},
	})
	if err != nil {
		return err
	}
	return pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE directive SET step = 'acknowledged', due = false WHERE id = $1 AND due`, job.Args.Directive)
		return err
	})
}

// post sends one message and demands one acknowledgement.
func (n *naiveWorker) post(ctx context.Context, org enforcement.OrganisationID, m wire.Message) error {
	body, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("write a message: %w", err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, n.urls[org], bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("make a request: %w", err)
	}
	wire.Sign(request.Header, n.keys[org], uuid.NewString(), n.rig.machine(), body)
	response, err := n.client.Do(request)
	if err != nil {
		return fmt.Errorf("post a directive: %w", err)
	}
	answer, err := io.ReadAll(response.Body)
	if err := errors.Join(err, response.Body.Close()); err != nil {
		return fmt.Errorf("read an answer: %w", err)
	}
	answers, err := wire.ParseAnswers(answer)
	if err != nil || len(answers.Answers) != 1 || answers.Answers[0].Outcome != wire.OutcomeAcknowledged {
		return fmt.Errorf("status %d without an acknowledgement: %w", response.StatusCode, err)
	}
	return nil
}
