package notify

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"time"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/record"
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
	// Paused: it is Gone because an operator took it out of use.
	Paused bool `json:"paused"`
	// ExpressDueAt and BulkDueAt are the machine times of the next probes; nil is now.
	ExpressDueAt *time.Time `json:"express_due_at,omitempty"`
	BulkDueAt    *time.Time `json:"bulk_due_at,omitempty"`

	keys []wire.Key
}

// endpointRow is an endpoint as it is kept; the keys are sealed.
type endpointRow struct {
	bun.BaseModel `bun:"table:endpoint,alias:e"`

	Organisation  enforcement.OrganisationID `bun:"organisation_id"`
	Channel       string                     `bun:"channel"`
	Priority      int16                      `bun:"priority"`
	URL           string                     `bun:"url"`
	Secrets       []byte                     `bun:"secrets"`
	AllowInternal bool                       `bun:"allow_internal"`
	Failures      int                        `bun:"failures"`
	Gone          bool                       `bun:"gone"`
	Paused        bool                       `bun:"paused"`
	ExpressDueAt  *time.Time                 `bun:"express_due_at"`
	BulkDueAt     *time.Time                 `bun:"bulk_due_at"`

	Slug string `bun:"slug,scanonly"` // of the organisation
}

// closed is what closes a breaker, inUse what also takes an endpoint back into use.
const (
	closed = "failures = 0, express_due_at = NULL, bulk_due_at = NULL"
	inUse  = "gone = false, paused = false, " + closed
)

// change begins an update of one endpoint.
func (t *Endpoints) change(org enforcement.OrganisationID, channel string) *bun.UpdateQuery {
	return ofEndpoint(t.DB, org, channel)
}

func ofEndpoint(db bun.IDB, org enforcement.OrganisationID, channel string) *bun.UpdateQuery {
	return db.NewUpdate().Model((*endpointRow)(nil)).Where("organisation_id = ? AND channel::text = ?", pg.Number(org), channel)
}

// due reports whether the endpoint may be tried in a lane.
func (e Endpoint) due(lane directive.Lane, now time.Time) bool {
	at := e.BulkDueAt
	if lane == directive.Express {
		at = e.ExpressDueAt
	}
	return at == nil || !now.Before(*at)
}

// host is the host of the address, "" where there is none.
func (e Endpoint) host() string {
	u, err := url.Parse(e.URL)
	if err != nil {
		return ""
	}
	return u.Host
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
	return append(testCodes(), codeObject, "endpoint.url", "endpoint.keys", "endpoint.channel", "endpoint.priority", "not-found", "role.forbidden", "act.actor", "reconciliation.unasked")
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

// Restore closes the breaker of an endpoint and uses it again, also if it was gone or
// paused. Its address and keys are those that it had: another address is another Put.
func (t *Endpoints) Restore(ctx context.Context, act enforcement.Act, org enforcement.OrganisationID, channel string) error {
	if err := operator(act); err != nil {
		return err
	}
	return t.alter(ctx, act, record.EventEndpointRestored, org, channel, func(tx *pg.Tx) execer { return ofEndpoint(tx, org, channel).Set(inUse) })
}

// hostOf is where an address lies; what comes behind it may be a secret.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "?"
	}
	return u.Scheme + "://" + u.Host
}

// Of returns the endpoints of an organisation in order of priority. The inbox is
// among them even where nobody entered it.
func (t *Endpoints) Of(ctx context.Context, org enforcement.OrganisationID) ([]Endpoint, error) {
	to, err := t.recipient(ctx, org)
	return to.endpoints, err
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
	_, err := t.change(e.Organisation, e.Channel).Set("failures = failures + 1").
		Set("express_due_at = ?", now.Add(t.Probes.delay(directive.Express, n, asked))).
		Set("bulk_due_at = ?", now.Add(t.Probes.delay(directive.Bulk, n, asked))).Exec(ctx)
	if err != nil {
		return fmt.Errorf("record a failure of endpoint %s of organisation %d: %w", e.Channel, e.Organisation, err)
	}
	return nil
}

// answeredInPart records that items were left in doubt by a receiver that
// answers: their lane waits for its next probe, the other does not.
func (t *Endpoints) answeredInPart(ctx context.Context, e Endpoint, lane directive.Lane) error {
	due := bun.Ident("bulk_due_at")
	if lane == directive.Express {
		due = "express_due_at"
	}
	_, err := t.change(e.Organisation, e.Channel).Set("failures = failures + 1").
		Set("? = ?", due, t.Machine().Add(t.Probes.delay(lane, e.Failures+1, 0))).Exec(ctx)
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
	_, err := t.change(e.Organisation, e.Channel).Set(closed).Exec(ctx)
	if err != nil {
		return fmt.Errorf("close the breaker of endpoint %s of organisation %d: %w", e.Channel, e.Organisation, err)
	}
	return nil
}

// gone takes an endpoint out of use until an operator restores it.
func (t *Endpoints) gone(ctx context.Context, e Endpoint) error {
	_, err := t.change(e.Organisation, e.Channel).Set("gone = true").Exec(ctx)
	if err != nil {
		return fmt.Errorf("take endpoint %s of organisation %d out of use: %w", e.Channel, e.Organisation, err)
	}
	return nil
}

// Reseal brings the keys of every endpoint to the vault's current key and returns
// how many it changed.
func (t *Endpoints) Reseal(ctx context.Context) (int, error) {
	var list []endpointRow
	err := t.DB.NewSelect().Model(&list).Where("secrets IS NOT NULL").Order("organisation_id", "channel").Scan(ctx)
	if err != nil {
		return 0, fmt.Errorf("read the keys of endpoints: %w", err)
	}
	n := 0
	for _, e := range list {
		again, changed, err := t.Vault.Reseal(e.Secrets, purpose(e.Organisation, e.Channel))
		if err != nil {
			return n, fmt.Errorf("seal the keys of endpoint %s of organisation %d anew: %w", e.Channel, e.Organisation, err)
		}
		if !changed {
			continue
		}
		// Keys that were replaced meanwhile are under the current key already.
		_, err = t.change(e.Organisation, e.Channel).Set("secrets = ?", again).Where("secrets = ?", e.Secrets).Exec(ctx)
		if err != nil {
			return n, fmt.Errorf("store the keys of endpoint %s of organisation %d: %w", e.Channel, e.Organisation, err)
		}
		n++
	}
	return n, nil
}
