// pgx: a drain begins with one batch of prepared statements.

package notify

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/hold"
)

// maxRefusedAlone is how many single directives a receiver may refuse in a pass
// without taking any: more, and it is the receiver that is at fault.
const maxRefusedAlone = 8

// pass is one walk through a held lane, by directive id.
type pass struct {
	d    *Drainer
	of   directive.WakeUp
	lane *lane
	end  time.Time

	to     recipient
	cursor enforcement.ID
	// chunks are the sizes of the parts of a refused batch still to be tried, the
	// next one last. Parts are read again before they are sent.
	chunks []int
	body   []byte

	doubtful int // items this pass left in doubt although the send was answered
	taken    int
	alone    int // single directives refused
	// beside: what is sent now goes to a further channel and stays due at the first.
	beside bool

	skipped map[enforcement.ID]bool
	// waits: the endpoint is not due. over: the slice is.
	waits, over bool
}

// run settles what a crash left open, then sends until nothing is due, the slice
// is over or the endpoint waits.
func (p *pass) run(ctx context.Context) error {
	items, read, err := p.begin(ctx)
	if err != nil {
		return err
	}
	for {
		if !p.d.c.Machine().Before(p.end) {
			p.over = true
			return nil
		}
		endpoint := p.to.current()
		if !endpoint.due(p.of.Lane, p.d.c.Machine()) {
			p.waits = true
			return nil
		}
		size := p.size()
		if !read {
			on := p.d.c.Register.Record.Today(p.d.c.Legal())
			if items, err = p.d.c.Register.Directives.Due(ctx, p.of.Organisation, p.of.Lane, on, p.cursor, size); err != nil {
				return err
			}
		}
		if read = false; len(items) == 0 {
			return p.finish(ctx, endpoint)
		}
		last := items[len(items)-1].Directive
		if err := p.serve(ctx, endpoint, items); err != nil || p.waits {
			return err
		}
		// Fewer than were asked for, and all passed: there was no more. What came
		// meanwhile is found when the lane is let go ([Drainer.Drain]).
		if len(items) < size && p.cursor == last {
			return p.finish(ctx, endpoint)
		}
	}
}

// begin takes the wake-ups, settles what a crash left open, reads the recipient and, in
// the same trip, what is due first. That is not read where the lane waited the last
// time, and is to be read anew (read is false) where something was settled or sent since.
func (p *pass) begin(ctx context.Context) (items []directive.Item, read bool, err error) {
	on, size := p.d.c.Register.Record.Today(p.d.c.Legal()), p.size()
	if p.d.waited(p.of) {
		size = 0
	}
	batch := &pgx.Batch{}
	look := p.d.c.Register.Directives.Look(batch, p.of, on, size)
	batch.Queue(selectRecipient, p.of.Organisation).Query(func(rows pgx.Rows) (err error) {
		p.to, err = p.d.c.Endpoints.readRecipient(rows, p.of.Organisation)
		return err
	})
	if err := p.d.c.DB.Pool.SendBatch(ctx, batch).Close(); err != nil {
		return nil, false, fmt.Errorf("begin to drain: %w", err)
	}
	if len(look.Open) > 0 {
		if err := p.d.c.Register.Directives.RecoverThese(ctx, p.d.act(), look.Open); err != nil {
			return nil, false, err
		}
		look.Read = false
	}
	if p.to.current().Failures > 0 {
		if err := p.fallBack(ctx); err != nil {
			return nil, false, err
		}
		look.Read = false
	}
	return look.Items, look.Read, nil
}

func (p *pass) size() int {
	if n := len(p.chunks); n > 0 {
		return p.chunks[n-1]
	}
	return p.d.batch(p.of.Lane)
}

// finish ends a pass that saw everything. What was left in doubt waits for the
// next probe: sending it again at once would not end.
func (p *pass) finish(ctx context.Context, e Endpoint) error {
	if p.doubtful == 0 {
		if p.taken == 0 {
			return nil
		}
		return p.d.c.Endpoints.answered(ctx, e)
	}
	p.waits = true
	if err := p.d.c.Endpoints.answeredInPart(ctx, e, p.of.Lane); err != nil {
		return err
	}
	return p.fallBack(ctx)
}

// serve sends one batch and moves the cursor past it, unless it is to be read
// again in parts or for another channel.
func (p *pass) serve(ctx context.Context, e Endpoint, items []directive.Item) error {
	last := items[len(items)-1].Directive
	items, err := p.mayLeave(ctx, items)
	if err != nil {
		return err
	}
	var failed *SendError
	if len(items) > 0 {
		failed, err = p.send(ctx, e, items)
		if errors.Is(err, hold.ErrStopped) {
			return nil // the items are read again from the same place, without what is held
		}
		if err != nil {
			return err
		}
	}
	switch {
	case failed == nil:
		p.moveTo(last)
		return nil
	case failed.Verdict == Gone:
		return p.leave(ctx, e, failed)
	case failed.Verdict == Refused && len(items) > 1:
		p.halve(len(items))
		return nil
	case failed.Verdict == Refused && p.alone < maxRefusedAlone:
		p.alone++
		p.moveTo(last)
		return p.hand(ctx, items, failed)
	default:
		p.waits = true
		if failed.Verdict == Refused {
			if err := p.incident(ctx, "endpoint-refuses", enforcement.ID{}, failed.Error()); err != nil {
				return err
			}
		}
		return p.d.c.Endpoints.failed(ctx, e, failed.RetryAfter)
	}
}

func (p *pass) moveTo(last enforcement.ID) {
	p.cursor = last
	if n := len(p.chunks); n > 0 {
		p.chunks = p.chunks[:n-1]
	}
}

// halve replaces the part just refused by its halves.
func (p *pass) halve(n int) {
	if len(p.chunks) > 0 {
		p.chunks = p.chunks[:len(p.chunks)-1]
	}
	p.chunks = append(p.chunks, n-n/2, n/2)
}

// mayLeave takes out what must not leave on this day. A child's data opens an
// incident; an expired set waits for the daily round.
func (p *pass) mayLeave(ctx context.Context, items []directive.Item) ([]directive.Item, error) {
	on := p.d.c.Register.Record.Today(p.d.c.Legal())
	why := func(i directive.Item) bar { return barred(&i, on) }
	if !slices.ContainsFunc(items, func(i directive.Item) bool { return why(i) != barNone }) {
		return items, nil
	}
	kept := make([]directive.Item, 0, len(items))
	for _, i := range items {
		switch why(i) {
		case barNone:
			kept = append(kept, i)
			continue
		case barChild:
			if err := p.incident(ctx, string(barChild), i.Directive, "not sent"); err != nil {
				return nil, err
			}
		case barExpired:
		}
		p.skipped[i.Directive] = true
	}
	return kept, nil
}

// leave stops using an endpoint that is gone and starts over with the next channel.
func (p *pass) leave(ctx context.Context, e Endpoint, failed *SendError) error {
	if err := p.incident(ctx, "endpoint-gone", enforcement.ID{}, failed.Error()); err != nil {
		return err
	}
	if err := p.d.c.Endpoints.gone(ctx, e); err != nil {
		return err
	}
	for i := range p.to.endpoints {
		if p.to.endpoints[i].Channel == e.Channel {
			p.to.endpoints[i].Gone = true
		}
	}
	p.cursor, p.chunks = enforcement.ID{}, nil
	return nil
}

// hand gives a directive that the receiver's system refuses to its people.
func (p *pass) hand(ctx context.Context, items []directive.Item, failed *SendError) error {
	if err := p.incident(ctx, "message-refused", items[0].Directive, failed.Error()); err != nil {
		return err
	}
	_, err := p.send(ctx, Endpoint{Organisation: p.of.Organisation, Channel: InboxName}, items)
	if errors.Is(err, hold.ErrStopped) {
		return nil // it stays due and comes here again when the hold ends
	}
	return err
}

// send is one attempt from its commit to its settlement. A failure at the
// receiver's side comes back as failed, with everything settled as in doubt.
func (p *pass) send(ctx context.Context, e Endpoint, items []directive.Item) (failed *SendError, err error) {
	channel := p.d.channels[e.Channel]
	if channel == nil {
		return nil, fmt.Errorf("no channel %s", e.Channel)
	}
	if p.body, err = p.encode(ctx, channel, items); err != nil {
		return nil, err
	}
	hash := sha256.Sum256(p.body)
	if err := p.d.step(ctx, StepBeforeAttempt); err != nil {
		return nil, err
	}
	attempt, err := p.d.c.Register.Directives.Open(ctx, p.d.act(), p.of, channel.Name(), items, hash[:])
	if err != nil {
		return nil, err
	}
	if err := p.d.step(ctx, StepAfterAttempt); err != nil {
		return nil, err
	}
	if p.lane.fenced() {
		return nil, errLaneLost // the attempt is settled by whoever has the lane
	}
	outcome, err := p.dispatch(ctx, channel, Delivery{Attempt: attempt.ID, Organisation: p.of.Organisation, Lane: p.of.Lane, Endpoint: e, Items: items, Body: p.body})
	if failed = asSendError(err); failed == nil && err != nil {
		return nil, err
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx) // the next holder settles it as in doubt
	}
	if err := p.d.step(ctx, StepAfterAnswer); err != nil {
		return nil, err
	}
	results := outcome.Results
	if failed != nil {
		results = make([]directive.Result, len(items))
		for i := range results {
			results[i].Step = directive.Left
		}
	}
	if p.beside {
		for i := range results {
			results[i].Placed = false
		}
	}
	if outcome.Fault != "" {
		if err := p.incident(ctx, "answer-malformed", enforcement.ID{}, "attempt "+attempt.ID.String()+": "+outcome.Fault); err != nil {
			return nil, err
		}
	}
	if err := p.settle(ctx, attempt, results, failed == nil); err != nil {
		return nil, err
	}
	return failed, nil
}

// encode writes the body: a message for webhooks, ids and versions for what lays
// nothing else.
func (p *pass) encode(ctx context.Context, channel Channel, items []directive.Item) ([]byte, error) {
	buf := p.body[:0]
	if channel.Name() == InboxName {
		for i := range items {
			buf = strconv.AppendInt(append(append(buf, items[i].Directive.String()...), '/'), int64(items[i].Version), 10)
			buf = append(buf, '\n')
		}
		return buf, nil
	}
	others := p.carrying(ctx, items)
	l, err := p.d.legendFor(ctx, naming(items, others))
	if err != nil {
		return buf, err
	}
	return l.encode(buf, message{
		organisation: p.to.slug, lane: p.of.Lane, sentAt: p.d.c.Machine(), demo: p.d.c.Demo, on: p.d.c.Register.Record.Today(p.d.c.Legal()), items: items, others: others,
	}), nil
}
