package telemetry

import (
	"context"
	"fmt"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

// Names of the figures of the record.
const (
	readable       = "concordat_record_readable"
	due            = "concordat_due_versions"
	dueAge         = "concordat_due_oldest_age_seconds"
	unlifted       = "concordat_withdrawals_unacknowledged"
	overdue        = "concordat_withdrawals_overdue_days"
	keptMeasures   = "concordat_kept_measures"
	endpointFailed = "concordat_endpoint_failures"
	endpointWaits  = "concordat_endpoint_waiting"
	endpointGone   = "concordat_endpoint_gone"
	queueJobs      = "concordat_queue_jobs"
	queueAge       = "concordat_queue_oldest_age_seconds"
	queuePaused    = "concordat_queue_paused"
	incidents      = "concordat_incidents_open"
	holds          = "concordat_holds_in_force"
	imports        = "concordat_import_runs"
	importRows     = "concordat_import_rows"
	orphans        = "concordat_orphans_due"
	tokensEnding   = "concordat_tokens_expiring"
	pool           = "concordat_pool_connections"
	poolMax        = "concordat_pool_connections_max"
	auditAge       = "concordat_audit_age_seconds"
	auditFindings  = "concordat_audit_findings"
)

var described = map[string]string{
	readable:       "1 if the figures of the record could be read for this scrape, else 0 and they are left out.",
	due:            "Versions of directives that wait to be sent, what a hold keeps back included; counted up to 1000 each of first and later versions.",
	dueAge:         "Age of the oldest version that waits to be sent; 0 if none does. Of later versions the first 25 in the order of sending are looked at.",
	unlifted:       "Withdrawals that the organisation has not acknowledged; counted up to 1000.",
	overdue:        "Days of whose withdrawals the organisation has left some unacknowledged beyond the term.",
	keptMeasures:   "Measures that the organisation keeps on its own basis after their withdrawal, by state: open, noted, disputed, over (beyond the last day).",
	endpointFailed: "Failed sends since the last good one.",
	endpointWaits:  "1 while the endpoint waits for its next probe after a failure.",
	endpointGone:   "1 if the endpoint answered 401, 404 or 410 and is no longer used.",
	queueJobs:      "Jobs by state: waiting, running, retrying; counted up to 10000.",
	queueAge:       "How long the first waiting job could have been worked; 0 if none waits.",
	queuePaused:    "1 if somebody paused the queue.",
	incidents:      "Open incidents, by kind.",
	holds:          "Holds in force, by scope and cause.",
	imports:        "Import runs, by kind and state.",
	importRows:     "Rows of all import runs, by kind and what became of them.",
	orphans:        "Directives that recipients hold and the restored record does not know, whose withdrawal is not acknowledged; counted up to 1000.",
	tokensEnding:   "Tokens that end within thirty days.",
	pool:           "Connections of this process to the database, by state.",
	poolMax:        "Most connections this process may have.",
	auditAge:       "Time since the newest audit ended; absent if there was none.",
	auditFindings:  "What the newest audit found.",
}

// gauges are the instruments by name.
type gauges map[string]metric.Float64ObservableGauge

// observe has the figures read and shown at every scrape.
func (r *Record) observe(meter metric.Meter, machine func() time.Time) error {
	g, all := gauges{}, []metric.Observable{}
	for name, description := range described {
		gauge, err := meter.Float64ObservableGauge(name, metric.WithDescription(description))
		if err != nil {
			return fmt.Errorf("define %s: %w", name, err)
		}
		g[name] = gauge
		all = append(all, gauge)
	}
	_, err := meter.RegisterCallback(func(ctx context.Context, o metric.Observer) error {
		r.show(ctx, shown{o, g}, machine())
		return nil
	}, all...)
	if err != nil {
		return fmt.Errorf("define the figures: %w", err)
	}
	return nil
}

// shown is one scrape under way.
type shown struct {
	to metric.Observer
	g  gauges
}

// value shows one value; labels are names and values in turn.
func (s shown) value(name string, v float64, labels ...string) {
	attributes := make([]attribute.KeyValue, 0, len(labels)/2)
	for i := 0; i+1 < len(labels); i += 2 {
		attributes = append(attributes, attribute.String(labels[i], labels[i+1]))
	}
	s.to.ObserveFloat64(s.g[name], v, metric.WithAttributes(attributes...))
}

func (r *Record) show(ctx context.Context, s shown, now time.Time) {
	r.showPool(s)
	if r.Data != "" {
		if a, ok := lastAudit(r.Data); ok {
			s.value(auditAge, now.Sub(a.At).Seconds())
			s.value(auditFindings, float64(a.Findings))
		}
	}
	f, err := r.read(ctx, now)
	s.value(readable, truth(err == nil))
	if err != nil {
		return // old figures would look like good news
	}
	f.show(s, now)
}

func (f figures) show(s shown, now time.Time) {
	for _, d := range f.record.Due {
		s.value(due, float64(d.Count), "organisation", d.Organisation, "lane", string(d.Lane))
		s.value(dueAge, age(now, d.Oldest), "organisation", d.Organisation, "lane", string(d.Lane))
	}
	for organisation, n := range f.record.Unlifted {
		s.value(unlifted, float64(n), "organisation", organisation)
		s.value(overdue, float64(f.record.Overdue[organisation]), "organisation", organisation)
	}
	for _, k := range f.record.Kept {
		s.value(keptMeasures, float64(k.Count), "organisation", k.Organisation, "state", string(k.State))
	}
	for kind, n := range f.record.Incidents {
		s.value(incidents, float64(n), "kind", kind)
	}
	for _, h := range f.record.Holds {
		s.value(holds, float64(h.Count), "scope", h.Scope, "cause", h.Cause)
	}
	s.value(orphans, float64(f.record.Orphans))
	s.value(tokensEnding, float64(f.tokensEnding))
	f.showImports(s)
	for _, e := range f.endpoints {
		labels := []string{"organisation", e.Organisation, "channel", e.Channel}
		s.value(endpointFailed, float64(e.Failures), labels...)
		s.value(endpointWaits, truth(e.Waiting), labels...)
		s.value(endpointGone, truth(e.Gone), labels...)
	}
	for _, q := range f.queues {
		s.value(queueJobs, float64(q.Waiting), "queue", q.Queue, "state", "waiting")
		s.value(queueJobs, float64(q.Running), "queue", q.Queue, "state", "running")
		s.value(queueJobs, float64(q.Retrying), "queue", q.Queue, "state", "retrying")
		s.value(queueAge, age(now, q.Oldest), "queue", q.Queue)
		s.value(queuePaused, truth(q.Paused), "queue", q.Queue)
	}
}

// showImports shows every kind and state, so that rules can tell none from unknown.
func (f figures) showImports(s shown) {
	runs, rows := map[[2]string]int{}, map[[2]string]int64{}
	for _, kind := range []string{"listings", "takeover"} {
		for _, state := range []string{"running", "done", "failed"} {
			runs[[2]string{kind, state}] = 0
		}
		for _, outcome := range []string{"drafted", "skipped", "conflicting", "refused", "reviewed"} {
			rows[[2]string{kind, outcome}] = 0
		}
	}
	for _, i := range f.record.Imports {
		runs[[2]string{i.Kind, i.State}] = i.Runs
		for outcome, n := range map[string]int64{"drafted": i.Drafted, "skipped": i.Skipped, "conflicting": i.Conflicting, "refused": i.Refused, "reviewed": i.Reviewed} {
			rows[[2]string{i.Kind, outcome}] += n
		}
	}
	for key, n := range runs {
		s.value(imports, float64(n), "kind", key[0], "state", key[1])
	}
	for key, n := range rows {
		s.value(importRows, float64(n), "kind", key[0], "outcome", key[1])
	}
}

func (r *Record) showPool(s shown) {
	stat := r.DB.Pool.Stat()
	s.value(pool, float64(stat.AcquiredConns()), "state", "in-use")
	s.value(pool, float64(stat.IdleConns()), "state", "idle")
	s.value(pool, float64(stat.ConstructingConns()), "state", "opening")
	s.value(poolMax, float64(stat.MaxConns()))
}

// age is in seconds and never negative: two machines' clocks may differ.
func age(now, since time.Time) float64 {
	if since.IsZero() {
		return 0
	}
	return max(now.Sub(since).Seconds(), 0)
}

func truth(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}
