package doctor

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"concordat/enforcement"
	"concordat/notify"
)

const (
	// openFailures is how many failed sends in a row make a breaker worth a word: by
	// then an endpoint is probed every half a minute and its items go another way soon.
	openFailures = 5
	// unopenedTerm is how long an item may lie unopened in an inbox.
	unopenedTerm = 3 * 24 * time.Hour
	// bulkTerm is how long a first version may wait; the fall-back works on it after
	// a working day.
	bulkTerm = 3 * 24 * time.Hour
	// openAttemptTerm is how long an attempt may be open: a send is over in a minute,
	// and what a crash leaves open is found within seconds.
	openAttemptTerm = 10 * time.Minute
	// named bounds how many slugs a detail names.
	named = 8
)

// names writes a list of slugs.
func names(list []string) string {
	if len(list) > named {
		return fmt.Sprintf("%s and %d more", strings.Join(list[:named], " "), len(list)-named)
	}
	return strings.Join(list, " ")
}

// channels are what notify keeps of receivers and their inboxes.
func (e *examination) channels() *notify.Endpoints {
	return &notify.Endpoints{DB: e.db, Vault: e.vault, Machine: e.Machine}
}

// endpoints looks for receivers that do not answer.
func (e *examination) endpoints(ctx context.Context) (string, []Finding, error) {
	list, err := e.channels().Figures(ctx)
	if err != nil {
		return "", nil, err
	}
	counts, err := e.channels().Unopened(ctx, e.Machine().Add(-unopenedTerm))
	if err != nil {
		return "", nil, err
	}
	var gone, paused, open []string
	for _, f := range list {
		switch {
		case f.Paused:
			paused = append(paused, f.Organisation+"/"+f.Channel)
		case f.Gone:
			gone = append(gone, f.Organisation+"/"+f.Channel)
		case f.Failures >= openFailures:
			open = append(open, f.Organisation+"/"+f.Channel)
		}
	}
	var found []Finding
	if len(gone) > 0 {
		found = append(found, fault("doctor.endpoints.gone", "%s", names(gone)))
	}
	if len(paused) > 0 {
		found = append(found, warn("doctor.endpoints.paused", "%s", names(paused)))
	}
	if len(open) > 0 {
		found = append(found, warn("doctor.endpoints.breaker", "%s", names(open)))
	}
	if len(counts) > 0 {
		found = append(found, warn("doctor.endpoints.inbox", "%s", names(counted(counts))))
	}
	return fmt.Sprintf("%d entered", len(list)), found, nil
}

// secrets opens the signing keys of every webhook as a send would.
func (e *examination) secrets(ctx context.Context) (string, []Finding, error) {
	bad, all, err := e.channels().Unopenable(ctx)
	if err != nil {
		return "", nil, err
	}
	seen := fmt.Sprintf("%d webhooks", all)
	if len(bad) > 0 {
		return seen, []Finding{fault("doctor.secrets.unopenable", "%s", names(bad))}, nil
	}
	return seen, nil, nil
}

// sealed holds what the record seals against the keys in hand.
func (e *examination) sealed(ctx context.Context) (string, []Finding, error) {
	var versions []int16
	var counts []int64
	err := e.db.NewRaw(`SELECT v.key_version, sum(v.n)::bigint FROM (
			SELECT key_version, count(*) AS n FROM subject WHERE envelope IS NOT NULL GROUP BY key_version
			UNION ALL SELECT (get_byte(secrets, 0) * 256 + get_byte(secrets, 1))::smallint, count(*)
				FROM endpoint WHERE length(secrets) > 1 GROUP BY 1
			UNION ALL SELECT (get_byte(envelope, 0) * 256 + get_byte(envelope, 1))::smallint, count(*)
				FROM paper WHERE length(envelope) > 1 GROUP BY 1
			UNION ALL SELECT key_version, count(*) FROM request_key WHERE answer IS NOT NULL GROUP BY key_version) v
		GROUP BY v.key_version ORDER BY 1`).Scan(ctx, &versions, &counts)
	if err != nil {
		return "", nil, fmt.Errorf("count what is sealed: %w", err)
	}
	live, current := e.vault.Live(), e.vault.Current()
	var found []Finding
	seen := make([]string, len(versions))
	for i, version := range versions {
		seen[i] = fmt.Sprintf("%d rows under key %d", counts[i], version)
		switch {
		case !slices.Contains(live, version):
			found = append(found, fault("doctor.sealed.unknown", "%s, which is not in the key file", seen[i]))
		case version < current:
			found = append(found, warn("doctor.sealed.older", "%s, %d is current", seen[i], current))
		}
	}
	return strings.Join(seen, ", "), found, nil
}

// demonstration looks for tokens made for trying out.
func (e *examination) demonstration(ctx context.Context) (string, []Finding, error) {
	n, err := e.db.NewSelect().Table("token").Where("demo AND revoked_at IS NULL").Count(ctx)
	if err != nil {
		return "", nil, fmt.Errorf("count demonstration tokens: %w", err)
	}
	if n > 0 {
		return "", []Finding{warn("doctor.demonstration.tokens", "%d tokens", n)}, nil
	}
	return "no token made for demonstration", nil, nil
}

// withdrawals looks for liftings that a recipient did not confirm in its term.
func (e *examination) withdrawals(ctx context.Context) (string, []Finding, error) {
	r, err := e.reading(ctx)
	if err != nil {
		return "", nil, err
	}
	overdue, open, err := r.Directives.OverdueLiftings(ctx, e.today)
	if err != nil {
		return "", nil, err
	}
	late := make([]string, 0, len(overdue))
	for _, slug := range slices.Sorted(maps.Keys(overdue)) {
		late = append(late, slug+" since "+overdue[slug].String())
	}
	over, err := r.Directives.KeptOverdue(ctx, e.today)
	if err != nil {
		return "", nil, err
	}
	var found []Finding
	if len(late) > 0 {
		found = append(found, fault("doctor.withdrawals.overdue", "%s", names(late)))
	}
	if len(over) > 0 {
		found = append(found, fault("doctor.withdrawals.kept", "%s", names(counted(over))))
	}
	return fmt.Sprintf("%d not confirmed yet", open), found, nil
}

// selectLateLiftings counts by organisation the liftings that were written before a day
// and have not left.
const selectLateLiftings = `SELECT o.slug || ' ' || count(*) FROM amendment a
    JOIN directive d ON d.id = a.directive_id JOIN ground g ON g.id = d.ground_id JOIN organisation o ON o.id = a.organisation_id
    LEFT JOIN listing l ON l.id = g.id LEFT JOIN administrative_listing s ON s.id = g.id
  WHERE a.due AND a.lane = 'express' AND NOT a.burdens
    AND coalesce((SELECT min(day) FROM plan_switch w WHERE w.to_plan = a.plan_id), g.ended_on, l.suspended_on, s.suspended_on) < ?::date
  GROUP BY o.slug ORDER BY o.slug`

// selectFirstDue asks of each organisation for the oldest first version that is due.
const selectFirstDue = `SELECT o.slug,
    (SELECT d.id FROM directive d WHERE d.due AND d.organisation_id = o.id ORDER BY d.organisation_id, d.id LIMIT 1)
  FROM organisation o ORDER BY o.slug`

// silence is how long the holder of a lane may say nothing: a process that delivers
// would have taken the lane from it long before (notify.Config).
const silence = 30 * time.Second

// lanes looks for what is due and does not leave. A first version's age stands in
// its id; later ones are as old as the day of the end or suspension.
func (e *examination) lanes(ctx context.Context) (string, []Finding, error) {
	var express, slugs, late []string
	var first []enforcement.ID
	if err := e.db.NewRaw(selectLateLiftings, e.today.AddDays(-1)).Scan(ctx, &express); err != nil {
		return "", nil, fmt.Errorf("look for liftings that wait: %w", err)
	}
	var found []Finding
	if len(express) > 0 {
		found = append(found, fault("doctor.lanes.express", "%s", names(express)))
	}
	if err := e.db.NewRaw(selectFirstDue).Scan(ctx, &slugs, &first); err != nil {
		return "", found, fmt.Errorf("look for impositions that wait: %w", err)
	}
	still, err := notify.SilentHolders(ctx, e.db, cmp.Or(e.Silence, silence))
	if err != nil {
		return "", found, err //nolint:wrapcheck // says what was being done
	}
	if len(still) > 0 {
		locked := make([]string, len(still))
		for i, s := range still {
			locked[i] = fmt.Sprintf("%s/%s for %s by session %d %s", s.Organisation, s.Lane, shown(s.Silence()), s.PID, s.Client)
		}
		found = append(found, fault("doctor.lanes.locked", "%s", names(locked)))
	}
	var oldest time.Duration
	for i, id := range first {
		if id.IsZero() {
			continue
		}
		age := e.Machine().Sub(id.Made())
		oldest = max(oldest, age)
		if age > bulkTerm {
			late = append(late, slugs[i]+" "+shown(age))
		}
	}
	if len(late) > 0 {
		found = append(found, warn("doctor.lanes.bulk", "%s", names(late)))
	}
	return "oldest imposition waits " + shown(oldest), found, nil
}

// counted writes numbers behind their names, by name.
func counted(counts map[string]int) []string {
	list := make([]string, 0, len(counts))
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		list = append(list, fmt.Sprintf("%s %d", name, counts[name]))
	}
	return list
}

// attempts looks for sends that began and were never settled.
func (e *examination) attempts(ctx context.Context) (string, []Finding, error) {
	r, err := e.reading(ctx)
	if err != nil {
		return "", nil, err
	}
	counts, err := r.Directives.LeftOpen(ctx, e.Machine().Add(-openAttemptTerm))
	if err != nil {
		return "", nil, err
	}
	open := counted(counts)
	if len(open) > 0 {
		return "", []Finding{fault("doctor.attempts.open", "%s", names(open))}, nil
	}
	return "none left open", nil, nil
}

// incidents counts what waits for a person.
func (e *examination) incidents(ctx context.Context) (string, []Finding, error) {
	r, err := e.reading(ctx)
	if err != nil {
		return "", nil, err
	}
	counts, err := r.Docket.OpenKinds(ctx)
	if err != nil {
		return "", nil, err
	}
	open := counted(counts)
	if len(open) > 0 {
		return "", []Finding{warn("doctor.incidents.open", "%s", names(open))}, nil
	}
	return "none open", nil, nil
}

// holds tells what is being held, which is somebody's will and never to be forgotten.
func (e *examination) holds(ctx context.Context) (string, []Finding, error) {
	r, err := e.reading(ctx)
	if err != nil {
		return "", nil, err
	}
	holds, err := r.Holds.List(ctx, false)
	if err != nil {
		return "", nil, err
	}
	organisations, err := r.Parties.Organisations(ctx)
	if err != nil {
		return "", nil, err
	}
	standing := make([]string, len(holds))
	for i, h := range holds {
		of := h.Memorandum
		for _, o := range organisations {
			if o.ID == h.Organisation {
				of = o.Slug
			}
		}
		if of != "" {
			of = ":" + of
		}
		standing[i] = fmt.Sprintf("%s%s (%s) since %s", h.Scope, of, h.Cause, h.PlacedAt.UTC().Format("2006-01-02 15:04 UTC"))
	}
	if len(standing) > 0 {
		return "", []Finding{warn("doctor.holds.standing", "%s", strings.Join(standing, ", "))}, nil
	}
	return "none stands", nil, nil
}
