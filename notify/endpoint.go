package notify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/jackc/pgx/v5"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/internal/pg"
	"concordat/internal/vault"
	"concordat/notify/wire"
)

// Endpoint is one way an organisation is reached, and the state of its breaker.
type Endpoint struct {
	Organisation enforcement.OrganisationID `json:"organisation"`
	Channel      string                     `json:"channel"`
	// Priority orders the channels of an organisation, 1 first.
	Priority int16  `json:"priority"`
	URL      string `json:"url,omitempty"`
	// AllowInternal lets the address lie inside the operator's own network, and
	// lets it be plain HTTP.
	AllowInternal bool `json:"allow_internal"`
	// Failures counts failed sends since the last good one.
	Failures int `json:"failures"`
	// Gone: the receiver answered 401, 404 or 410; the next channel is used until
	// an operator restores it.
	Gone bool `json:"gone"`
	// ExpressDueAt and BulkDueAt are the machine times of the next probes; nil is now.
	ExpressDueAt *time.Time `json:"express_due_at,omitempty"`
	BulkDueAt    *time.Time `json:"bulk_due_at,omitempty"`

	keys []wire.Key
}

// due reports whether the endpoint may be tried in a lane.
func (e Endpoint) due(lane directive.Lane, now time.Time) bool {
	at := e.BulkDueAt
	if lane == directive.Express {
		at = e.ExpressDueAt
	}
	return at == nil || !now.Before(*at)
}

// Probes says how soon an endpoint that failed is tried again. The delay doubles
// from First with every failure.
type Probes struct {
	First   time.Duration // 0 means 1 s
	Express time.Duration // longest in the express lane; 0 means 30 s, the most allowed
	Bulk    time.Duration // longest in the bulk lane; 0 means 5 min, the most allowed
}

const (
	defaultFirstProbe = time.Second
	maxExpressProbe   = 30 * time.Second
	maxBulkProbe      = 5 * time.Minute
)

// Endpoints is the table of endpoints. All fields but Probes are required.
type Endpoints struct {
	DB      *pg.DB
	Vault   *vault.Vault
	Machine func() time.Time
	Probes  Probes
}

// Codes lists the refusal codes of this package.
func Codes() []string {
	return []string{"endpoint.url", "endpoint.keys", "endpoint.channel", "endpoint.priority", "not-found", "role.forbidden", "act.actor", "reconciliation.unasked"}
}

func operator(act enforcement.Act) error {
	if act.Actor.ID == "" || act.At.IsZero() {
		return &enforcement.Refusal{Code: "act.actor"}
	}
	if act.Actor.Role != enforcement.Operator && act.Actor.Role != enforcement.System {
		return &enforcement.Refusal{Code: "role.forbidden", Args: map[string]string{"role": string(act.Actor.Role)}}
	}
	return nil
}

// NewEndpoint describes an endpoint to Put.
type NewEndpoint struct {
	Organisation  enforcement.OrganisationID
	Channel       string // WebhookName or InboxName
	Priority      int16  // 1 first
	URL           string // webhooks: https, or http where internal addresses are allowed
	AllowInternal bool
	// Keys sign: whsec_ or whsk_ texts, two at once while one replaces another.
	Keys []string
}

// Put enters an endpoint, or replaces it with its breaker closed. There is no way
// to take an organisation's last channel away: the inbox is always there.
func (t *Endpoints) Put(ctx context.Context, act enforcement.Act, e NewEndpoint) error {
	if err := operator(act); err != nil {
		return err
	}
	if err := e.check(); err != nil {
		return err
	}
	var sealed []byte
	if e.Channel == WebhookName {
		plain, err := json.Marshal(e.Keys)
		if err != nil {
			return fmt.Errorf("write the keys of an endpoint: %w", err)
		}
		if sealed, err = t.Vault.Seal(plain, purpose(e.Organisation, e.Channel)); err != nil {
			return fmt.Errorf("seal the keys of an endpoint: %w", err)
		}
	}
	_, err := t.DB.Pool.Exec(ctx, `INSERT INTO endpoint (organisation_id, channel, priority, url, secrets, allow_internal) VALUES ($1, $2::text::channel, $3, $4, $5, $6)
		ON CONFLICT (organisation_id, channel) DO UPDATE SET priority = excluded.priority, url = excluded.url, secrets = excluded.secrets,
			allow_internal = excluded.allow_internal, failures = 0, gone = false, express_due_at = NULL, bulk_due_at = NULL`,
		e.Organisation, e.Channel, e.Priority, e.URL, sealed, e.AllowInternal)
	if err != nil {
		return fmt.Errorf("put endpoint %s of organisation %d: %w", e.Channel, e.Organisation, err)
	}
	return nil
}

func (e NewEndpoint) check() error {
	switch {
	case e.Priority < 1:
		return &enforcement.Refusal{Code: "endpoint.priority"}
	case e.Channel == InboxName:
		if e.URL != "" || len(e.Keys) > 0 {
			return &enforcement.Refusal{Code: "endpoint.url"}
		}
		return nil
	case e.Channel != WebhookName:
		return &enforcement.Refusal{Code: "endpoint.channel"}
	}
	u, err := url.Parse(e.URL)
	if err != nil || u.Host == "" || u.User != nil || (u.Scheme != "https" && (u.Scheme != "http" || !e.AllowInternal)) {
		return &enforcement.Refusal{Code: "endpoint.url"}
	}
	keys, err := wire.ParseKeys(e.Keys...)
	if err != nil || len(keys) == 0 || len(keys) > 4 {
		return &enforcement.Refusal{Code: "endpoint.keys"}
	}
	for _, k := range keys {
		if !k.CanSign() {
			return &enforcement.Refusal{Code: "endpoint.keys"}
		}
	}
	return nil
}

func purpose(org enforcement.OrganisationID, channel string) string {
	return "endpoint-secret:" + org.String() + ":" + channel
}

// Restore closes the breaker of an endpoint and uses it again, also if it was gone.
func (t *Endpoints) Restore(ctx context.Context, act enforcement.Act, org enforcement.OrganisationID, channel string) error {
	if err := operator(act); err != nil {
		return err
	}
	tag, err := t.DB.Pool.Exec(ctx, `UPDATE endpoint SET failures = 0, gone = false, express_due_at = NULL, bulk_due_at = NULL WHERE organisation_id = $1 AND channel::text = $2`, org, channel)
	if err != nil {
		return fmt.Errorf("restore endpoint %s of organisation %d: %w", channel, org, err)
	}
	if tag.RowsAffected() == 0 {
		return &enforcement.Refusal{Code: "not-found"}
	}
	return nil
}

// Of returns the endpoints of an organisation in order of priority. The inbox is
// among them even where nobody entered it.
func (t *Endpoints) Of(ctx context.Context, org enforcement.OrganisationID) ([]Endpoint, error) {
	to, err := t.recipient(ctx, org)
	return to.endpoints, err
}

// recipient is an organisation as the drain sees it.
type recipient struct {
	slug      string
	endpoints []Endpoint
	// inboxOpen: something lies open in its inbox.
	inboxOpen bool
}

// current is the endpoint to send to: the first that is not gone. The inbox never is.
func (r recipient) current() Endpoint {
	for _, e := range r.endpoints {
		if !e.Gone {
			return e
		}
	}
	return Endpoint{Channel: InboxName}
}

const selectRecipient = `SELECT o.slug, EXISTS (SELECT FROM inbox_item i WHERE i.organisation_id = o.id AND closed_at IS NULL),
    coalesce(e.channel::text, 'inbox'), coalesce(e.priority, 32767), coalesce(e.url, ''), e.secrets, coalesce(e.allow_internal, false),
    coalesce(e.failures, 0), coalesce(e.gone, false), e.express_due_at, e.bulk_due_at
  FROM organisation o LEFT JOIN endpoint e ON e.organisation_id = o.id WHERE o.id = $1 ORDER BY e.priority, e.channel`

func (t *Endpoints) recipient(ctx context.Context, org enforcement.OrganisationID) (recipient, error) {
	rows, err := t.DB.Pool.Query(ctx, selectRecipient, org)
	if err != nil {
		return recipient{}, fmt.Errorf("read the endpoints of organisation %d: %w", org, err)
	}
	return t.readRecipient(rows, org)
}

func (t *Endpoints) readRecipient(rows pgx.Rows, org enforcement.OrganisationID) (to recipient, err error) {
	to.endpoints, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (Endpoint, error) {
		e := Endpoint{Organisation: org}
		var sealed []byte
		err := row.Scan(&to.slug, &to.inboxOpen, &e.Channel, &e.Priority, &e.URL, &sealed, &e.AllowInternal, &e.Failures, &e.Gone, &e.ExpressDueAt, &e.BulkDueAt)
		if err != nil || sealed == nil {
			return e, err
		}
		e.keys, err = t.open(org, e.Channel, sealed)
		return e, err
	})
	if err == nil && len(to.endpoints) == 0 {
		err = errors.New("no such organisation")
	}
	if err != nil {
		return to, fmt.Errorf("read the endpoints of organisation %d: %w", org, err)
	}
	for _, e := range to.endpoints {
		if e.Channel == InboxName {
			return to, nil
		}
	}
	to.endpoints = append(to.endpoints, Endpoint{Organisation: org, Channel: InboxName, Priority: 32767})
	return to, nil
}

func (t *Endpoints) open(org enforcement.OrganisationID, channel string, sealed []byte) ([]wire.Key, error) {
	plain, err := t.Vault.Open(sealed, purpose(org, channel))
	if err != nil {
		return nil, fmt.Errorf("open the keys of endpoint %s: %w", channel, err)
	}
	var texts []string
	if err := json.Unmarshal(plain, &texts); err != nil {
		return nil, fmt.Errorf("read the keys of endpoint %s: %w", channel, err)
	}
	return wire.ParseKeys(texts...)
}

// delay is how long after its n-th failure an endpoint is probed again: what the
// receiver asked for or what the doubling gives, within the lane's bound.
func (p Probes) delay(lane directive.Lane, n int, asked time.Duration) time.Duration {
	longest := maxBulkProbe
	set := p.Bulk
	if lane == directive.Express {
		longest, set = maxExpressProbe, p.Express
	}
	if set > 0 {
		longest = min(longest, set)
	}
	first := p.First
	if first <= 0 {
		first = defaultFirstProbe
	}
	return min(max(first<<min(max(n-1, 0), 16), asked), longest)
}

// failed records a failed send: both lanes wait for their next probe.
func (t *Endpoints) failed(ctx context.Context, e Endpoint, asked time.Duration) error {
	now, n := t.Machine(), e.Failures+1
	_, err := t.DB.Pool.Exec(ctx, `UPDATE endpoint SET failures = failures + 1, express_due_at = $3, bulk_due_at = $4 WHERE organisation_id = $1 AND channel::text = $2`,
		e.Organisation, e.Channel, now.Add(t.Probes.delay(directive.Express, n, asked)), now.Add(t.Probes.delay(directive.Bulk, n, asked)))
	if err != nil {
		return fmt.Errorf("record a failure of endpoint %s of organisation %d: %w", e.Channel, e.Organisation, err)
	}
	return nil
}

// answeredInPart records that items were left in doubt by a receiver that
// answers: their lane waits for its next probe, the other does not.
func (t *Endpoints) answeredInPart(ctx context.Context, e Endpoint, lane directive.Lane) error {
	at := t.Machine().Add(t.Probes.delay(lane, e.Failures+1, 0))
	_, err := t.DB.Pool.Exec(ctx, `UPDATE endpoint SET failures = failures + 1, express_due_at = CASE WHEN $3 = 'express' THEN $4 ELSE express_due_at END,
			bulk_due_at = CASE WHEN $3 = 'bulk' THEN $4 ELSE bulk_due_at END WHERE organisation_id = $1 AND channel::text = $2`, e.Organisation, e.Channel, string(lane), at)
	if err != nil {
		return fmt.Errorf("record missing answers of endpoint %s of organisation %d: %w", e.Channel, e.Organisation, err)
	}
	return nil
}

// answered closes the breaker.
func (t *Endpoints) answered(ctx context.Context, e Endpoint) error {
	if e.Failures == 0 && e.ExpressDueAt == nil && e.BulkDueAt == nil {
		return nil
	}
	_, err := t.DB.Pool.Exec(ctx, `UPDATE endpoint SET failures = 0, express_due_at = NULL, bulk_due_at = NULL WHERE organisation_id = $1 AND channel::text = $2`, e.Organisation, e.Channel)
	if err != nil {
		return fmt.Errorf("close the breaker of endpoint %s of organisation %d: %w", e.Channel, e.Organisation, err)
	}
	return nil
}

// gone takes an endpoint out of use until an operator restores it.
func (t *Endpoints) gone(ctx context.Context, e Endpoint) error {
	_, err := t.DB.Pool.Exec(ctx, `UPDATE endpoint SET gone = true WHERE organisation_id = $1 AND channel::text = $2`, e.Organisation, e.Channel)
	if err != nil {
		return fmt.Errorf("take endpoint %s of organisation %d out of use: %w", e.Channel, e.Organisation, err)
	}
	return nil
}

// Reseal brings the keys of every endpoint to the vault's current key and returns
// how many it changed.
func (t *Endpoints) Reseal(ctx context.Context) (int, error) {
	rows, err := t.DB.Pool.Query(ctx, `SELECT organisation_id, channel::text, secrets FROM endpoint WHERE secrets IS NOT NULL ORDER BY organisation_id, channel`)
	if err != nil {
		return 0, fmt.Errorf("read the keys of endpoints: %w", err)
	}
	type row struct {
		org     enforcement.OrganisationID
		channel string
		sealed  []byte
	}
	list, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (row, error) {
		var o row
		err := r.Scan(&o.org, &o.channel, &o.sealed)
		return o, err
	})
	if err != nil {
		return 0, fmt.Errorf("read the keys of endpoints: %w", err)
	}
	n := 0
	for _, o := range list {
		again, changed, err := t.Vault.Reseal(o.sealed, purpose(o.org, o.channel))
		if err != nil {
			return n, fmt.Errorf("seal the keys of endpoint %s of organisation %d anew: %w", o.channel, o.org, err)
		}
		if !changed {
			continue
		}
		// Keys that were replaced meanwhile are under the current key already.
		if _, err := t.DB.Pool.Exec(ctx, `UPDATE endpoint SET secrets = $3 WHERE organisation_id = $1 AND channel = $2::text::channel AND secrets = $4`, o.org, o.channel, again, o.sealed); err != nil {
			return n, fmt.Errorf("store the keys of endpoint %s of organisation %d: %w", o.channel, o.org, err)
		}
		n++
	}
	return n, nil
}
