package notify

import (
	"context"
	"sync"
)

// deliver gives a delivery to its channel. Where steps are watched, StepAfterSend
// comes between the sending and the answer: the channel says when the delivery
// has left, and an error of the step breaks the send off as a crash would.
func (p *pass) deliver(ctx context.Context, channel Channel, d Delivery) (Outcome, error) {
	if p.d.c.Step == nil {
		return channel.Send(ctx, d)
	}
	sending, cancel := context.WithCancel(ctx)
	defer cancel()
	var once sync.Once
	var stop error
	d.Sent = func() {
		once.Do(func() {
			if stop = p.d.step(ctx, StepAfterSend); stop != nil {
				cancel()
			}
		})
	}
	outcome, err := channel.Send(sending, d)
	d.Sent() // waits for a call under way; calls for a delivery that never left
	if stop != nil {
		return Outcome{}, stop
	}
	return outcome, err
}
