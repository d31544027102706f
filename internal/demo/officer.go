package demo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/register"
	"concordat/notify"
	"concordat/notify/wire"
)

// openAtOnce is how many items an officer opens at a time.
const openAtOnce = 500

// officer plays the named person of a department who opens its inbox, takes over
// what lies there into the department's own ledger, and acknowledges it.
type officer struct {
	of       *department
	register *register.Offices
	inbox    *notify.Inbox
}

func (o officer) act(at time.Time) enforcement.Act {
	return enforcement.Act{At: at, Actor: enforcement.Actor{ID: "demo-officer-" + o.of.org.Slug, Role: enforcement.DepartmentReviewer, Organisation: o.of.org.ID}}
}

// open works through the inbox and returns how many items were acknowledged.
func (o officer) open(ctx context.Context, at time.Time) (int, error) {
	act := o.act(at)
	total := 0
	var after enforcement.ID
	for {
		list, err := o.inbox.List(ctx, act, "", after, openAtOnce)
		if err != nil || len(list) == 0 {
			return total, err
		}
		after = list[len(list)-1].Directive
		ids := make([]enforcement.ID, 0, len(list))
		for _, item := range list {
			ids = append(ids, item.Directive)
		}
		n, err := o.take(ctx, act, ids)
		total += n
		var gone *enforcement.Refusal
		if errors.As(err, &gone) && gone.Code == "not-found" {
			continue // the department's system was faster with one of them: next time
		}
		if err != nil {
			return total, fmt.Errorf("open the inbox of %s: %w", o.of.org.Slug, err)
		}
	}
}

func (o officer) take(ctx context.Context, act enforcement.Act, ids []enforcement.ID) (int, error) {
	items, err := o.inbox.Open(ctx, act, ids)
	if err != nil {
		return 0, err
	}
	m := wire.Message{Format: wire.Format, Organisation: o.of.org.Slug}
	answers := make([]directive.Answer, 0, len(items))
	for _, i := range items {
		x := wire.Directive{ID: uuid.UUID(i.Directive), Version: i.Version, Kind: string(i.Kind), ValidUntil: i.ValidUntil}
		for _, number := range i.Measures {
			x.Measures = append(x.Measures, measureText(o.register, number))
		}
		m.Directives = append(m.Directives, x)
		answers = append(answers, directive.Answer{Directive: i.Directive, Version: i.Version, Step: directive.Acknowledged})
	}
	o.of.ledger.Apply(m)
	return len(items), o.inbox.Answer(ctx, act, answers)
}

// repeat gives the second answers of a department that answers twice.
func (o officer) repeat(ctx context.Context, at time.Time) error {
	var answers []directive.Answer
	for _, a := range o.of.secondAnswers() {
		answers = append(answers, directive.Answer{Directive: enforcement.ID(a.Directive), Version: a.Version, Step: directive.Acknowledged})
	}
	if len(answers) == 0 {
		return nil
	}
	if err := o.inbox.Answer(ctx, o.act(at), answers); err != nil {
		return fmt.Errorf("answer for %s a second time: %w", o.of.org.Slug, err)
	}
	return nil
}

func measureText(r *register.Offices, number int16) string {
	name := r.Plans.MeasureName(number)
	return name.Memorandum + "/" + name.Slug
}
