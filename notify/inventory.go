package notify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/register"
	"concordat/enforcement/restore"
	"concordat/internal/pg"
	"concordat/notify/wire"
)

// ErrUnasked says that an organisation has no system that answers an inventory
// request: its file, or an officer's statement, must serve.
var ErrUnasked = errors.New("the organisation has no system that can be asked for its inventory")

// Inquirer asks organisations what they hold, so that a record that was restored
// to an earlier point can be reconciled with it. All fields are required.
type Inquirer struct {
	DB        *pg.DB
	Register  *register.Offices
	Endpoints *Endpoints
	Webhook   *Webhook
	// Legal is legal time, Machine machine time.
	Legal, Machine func() time.Time
	// Page is how many lines are asked for at once; 0 means the most allowed.
	Page int
}

const (
	// lanePatience is how long an inquiry waits for sends under way.
	lanePatience = 45 * time.Second
	laneLook     = 100 * time.Millisecond
	// inventoryBytes bounds an answer: a line is about 100 bytes.
	inventoryBytes = 1 << 20
)

// Ask goes through everything that an organisation's system holds and has the
// record put right what differs, page by page. Meanwhile it holds both lanes of
// the organisation, so that nothing is sent which the answers do not show; what a
// crash left open is settled as in doubt before. An inquiry that breaks off goes
// on where it stopped. It answers [ErrUnasked] where there is nobody to ask.
func (q *Inquirer) Ask(ctx context.Context, act enforcement.Act, org enforcement.OrganisationID) (restore.Reconciliation, error) {
	var c restore.Reconciliation
	to, err := q.Endpoints.recipient(ctx, org)
	if err != nil {
		return c, err
	}
	endpoint, ok := to.webhook()
	if !ok {
		return c, ErrUnasked
	}
	held := newLanes(q.DB.Pool.Config().ConnConfig, q.Machine)
	defer held.close(context.WithoutCancel(ctx))
	for _, name := range []directive.Lane{directive.Express, directive.Bulk} {
		w := directive.WakeUp{Organisation: org, Lane: name}
		if err := q.take(ctx, held, w); err != nil {
			return c, err
		}
		if _, err := q.Register.Directives.Recover(ctx, enforcement.Daily(q.Legal()), w); err != nil {
			return c, err
		}
	}
	c, err = q.pages(ctx, act, to.slug, org, endpoint)
	held.close(context.WithoutCancel(ctx))
	if err != nil {
		return c, fmt.Errorf("ask organisation %d for its inventory: %w", org, err)
	}
	// Whoever found the lanes taken has gone: what became due meanwhile is waked.
	for _, name := range []directive.Lane{directive.Express, directive.Bulk} {
		if err := q.Register.Directives.Wake(ctx, directive.WakeUp{Organisation: org, Lane: name}); err != nil {
			return c, err
		}
	}
	return c, nil
}

// take waits for a lane.
func (q *Inquirer) take(ctx context.Context, held *lanes, w directive.WakeUp) error {
	patience, cancel := context.WithTimeout(ctx, lanePatience)
	defer cancel()
	look := time.NewTicker(laneLook)
	defer look.Stop()
	for {
		taken, err := held.take(ctx, w)
		if err != nil || taken != nil {
			return err
		}
		select {
		case <-patience.Done():
			return fmt.Errorf("wait for lane %s of organisation %d: %w", w.Lane, w.Organisation, context.Cause(patience))
		case <-look.C:
		}
	}
}

// webhook is the organisation's webhook, also one that is not used at present.
func (r recipient) webhook() (Endpoint, bool) {
	for _, e := range r.endpoints {
		if e.Channel == WebhookName {
			return e, true
		}
	}
	return Endpoint{}, false
}

// pages asks from where the reconciliation stands to the end.
func (q *Inquirer) pages(ctx context.Context, act enforcement.Act, slug string, org enforcement.OrganisationID, e Endpoint) (restore.Reconciliation, error) {
	c, err := q.state(ctx, org)
	for err == nil && !c.Done() {
		var page wire.Inventory
		limit := within(q.Page, wire.MaxInventory)
		if page, err = q.Webhook.inventory(ctx, e, wire.InventoryRequest{Organisation: slug, Inventory: wire.InventoryQuery{After: [16]byte(c.Reached), Limit: limit}}); err != nil {
			break
		}
		next := restore.InventoryPage{Organisation: org, After: c.Reached, Last: !page.More, Manner: restore.ReconciledAsked, By: act.Actor.ID}
		for _, line := range page.Inventory {
			next.Lines = append(next.Lines, directive.InventoryLine{
				Directive: enforcement.ID(line.Directive), Version: line.Version, Withdrawn: line.Withdrawn, Carries: line.Carries,
			})
		}
		c, err = q.Register.Restorer.ReconcilePage(ctx, act, next)
	}
	return c, err
}

func (q *Inquirer) state(ctx context.Context, org enforcement.OrganisationID) (restore.Reconciliation, error) {
	list, err := q.Register.Restorer.Reconciliations(ctx)
	if err != nil {
		return restore.Reconciliation{}, err
	}
	for _, c := range list {
		if c.Organisation == org {
			return c, nil
		}
	}
	return restore.Reconciliation{}, &enforcement.Refusal{Code: "organisation.unknown"}
}

// inventory asks for one page.
func (w *Webhook) inventory(ctx context.Context, e Endpoint, asked wire.InventoryRequest) (wire.Inventory, error) {
	ctx, cancel := context.WithTimeout(ctx, w.timeout)
	defer cancel()
	body := asked.Body()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, e.URL, bytes.NewReader(body))
	if err != nil {
		return wire.Inventory{}, errAddress
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "concordat")
	wire.Sign(request.Header, e.keys, enforcement.NewID().String(), w.machine(), body)
	if request.Header.Get(wire.HeaderSignature) == "" {
		return wire.Inventory{}, wire.ErrKey
	}
	client := w.public
	if e.AllowInternal {
		client = w.internal
	}
	response, err := client.Do(request)
	if err != nil {
		return wire.Inventory{}, plain(err)
	}
	defer func() { _ = response.Body.Close() }()                // nothing is lost with it
	if response.StatusCode < 200 || response.StatusCode > 299 { // who takes everything and says nothing cannot be asked
		return wire.Inventory{}, fmt.Errorf("status %d", response.StatusCode)
	}
	answer, err := readAnswer(response, inventoryBytes)
	if err != nil {
		return wire.Inventory{}, plain(err)
	}
	answer, fault := unpacked(response.Header.Get("Content-Encoding"), answer, inventoryBytes)
	if fault != "" {
		return wire.Inventory{}, errors.New(fault)
	}
	page, err := wire.ParseInventory(answer)
	if errors.Is(err, wire.ErrFormat) {
		return page, errors.Join(ErrUnasked, err)
	}
	return page, err
}
