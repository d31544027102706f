package demo

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/memoranda/day"
)

// Progress is what is being done.
type Progress struct {
	// Day is the legal day that has just been played, of Days; Done counts from 1.
	Day        day.Day
	Done, Days int
	// The counts since the year began.
	Drafted, Warned, Decided, Served, Published, Suspended, Ended int
	// First versions delivered and acknowledged, counted anew every month.
	Delivered, Acknowledged int
}

const (
	// hands is how many court people work at once.
	hands = 4
	// patience is how long one day's deliveries may take in real time before the
	// year is given up: a department answers in milliseconds.
	patience = 60 * time.Second
	// roundEvery is how many days pass between two looks into every inbox; those
	// who work by hand look every second day.
	roundEvery = 14
)

// How many first versions were delivered and acknowledged.
const selectSoFar = `SELECT count(*) FILTER (WHERE step IN ('delivered', 'acknowledged')),
  count(*) FILTER (WHERE step = 'acknowledged') FROM directive`

// Year plays the whole year and returns what it came to. It is played once.
func (d *Demo) Year(ctx context.Context) (Result, error) {
	p := Progress{Days: int(lastDay-firstDay) + 1}
	expired := 0
	for on := firstDay; on <= lastDay; on = on.AddDays(1) {
		ended, published, err := d.day(ctx, on)
		if err != nil {
			return Result{}, fmt.Errorf("play %s: %w", on, err)
		}
		p.Day = on
		p.Done++
		p.Published += published
		expired += ended
		d.count(&p, expired)
		if _, _, dom := on.AddDays(1).Date(); dom == 1 {
			if err := d.config.DB.NewRaw(selectSoFar).Scan(ctx, &p.Delivered, &p.Acknowledged); err != nil {
				return Result{}, fmt.Errorf("count on %s: %w", on, err)
			}
		}
		d.config.Progress(p)
	}
	return d.result(ctx)
}

// day plays one legal day: the daily round, the courts, the deliveries, the
// officers. It returns when nothing is left for anybody who is not meant to be late.
func (d *Demo) day(ctx context.Context, on day.Day) (expired, published int, err error) {
	d.Clock.set(dawn(on))
	if on == recovery {
		for _, department := range d.departments {
			department.mended.Store(true)
		}
	}
	expired, published, refused, err := d.Register.Daily(ctx, enforcement.Daily(d.Clock.Now()), nil)
	if err != nil {
		return 0, 0, err //nolint:wrapcheck // Year says the day
	}
	if len(refused) > 0 {
		return 0, 0, fmt.Errorf("publication of listing %s: %w", refused[0].Case, refused[0].Because)
	}
	if _, refused, err = d.Register.Administrative.MonthlyBatch(ctx, enforcement.Daily(d.Clock.Now())); err != nil {
		return 0, 0, err //nolint:wrapcheck // Year says the day
	}
	if len(refused) > 0 {
		return 0, 0, fmt.Errorf("announcement of listing %s: %w", refused[0].Case, refused[0].Because)
	}
	d.Clock.set(morning(on))
	if err := d.courts(ctx, on); err != nil {
		return 0, 0, err
	}
	if err := d.quiet(ctx, on); err != nil {
		return 0, 0, err
	}
	d.Clock.set(afternoon(on))
	worked, err := d.officers(ctx, on)
	if err != nil || worked == 0 {
		return expired, published, err
	}
	return expired, published, d.quiet(ctx, on)
}

// courts plays the day's tasks: those of one listing in their order, different
// listings at once.
func (d *Demo) courts(ctx context.Context, on day.Day) error {
	var order []*life
	lives := map[*life][]task{}
	for _, t := range d.script.days[on] {
		if lives[t.life] == nil {
			order = append(order, t.life)
		}
		lives[t.life] = append(lives[t.life], t)
	}
	todo := make(chan []task)
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	errs := make([]error, hands)
	var workers sync.WaitGroup
	for i := range hands {
		workers.Go(func() {
			for tasks := range todo {
				for _, t := range tasks {
					if errs[i] == nil {
						errs[i] = d.people.do(ctx, t, on)
					}
				}
				if errs[i] != nil {
					stop()
				}
			}
		})
	}
	for _, l := range order {
		todo <- lives[l]
		for _, t := range lives[l] {
			d.done[t.verb]++
		}
	}
	close(todo)
	workers.Wait()
	return errors.Join(errs...)
}

// quiet waits until nothing is due and no send is under way, departments that
// are meant to be late left out. Those get a wake-up for each lane on the days on
// which their officers look: in real life the sweep would have come by often.
func (d *Demo) quiet(ctx context.Context, on day.Day) error {
	late := map[enforcement.OrganisationID]bool{}
	for _, department := range d.departments {
		late[department.org.ID] = department.late()
	}
	woken := map[directive.WakeUp]bool{}
	giveUp := time.NewTimer(patience)
	defer giveUp.Stop()
	for pause := time.Millisecond; ; pause = min(2*pause, 10*time.Millisecond) {
		due, err := d.Register.Directives.Lanes(ctx, on)
		if err != nil {
			return err //nolint:wrapcheck // Year says the day
		}
		waiting := 0
		for _, lane := range due {
			if !late[lane.Organisation] {
				waiting++
				continue
			}
			if officersDay(on) && !woken[lane] {
				woken[lane] = true
				if err := d.Register.Directives.Wake(ctx, lane); err != nil {
					return err //nolint:wrapcheck // Year says the day
				}
			}
		}
		if waiting == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx) //nolint:wrapcheck // Year says the day
		case err := <-d.swept:
			return fmt.Errorf("deliver: %w", err)
		case <-giveUp.C:
			return fmt.Errorf("%d lanes still have something due after %s: %v", waiting, patience, due)
		case <-time.After(pause):
		}
	}
}

// officersDay is every second day, and the last.
func officersDay(on day.Day) bool { return int(on-firstDay)%2 == 1 || on == lastDay }

// officers lets the officers open their inboxes: of those by hand, failing or
// down every second day, of all others now and then and on the last day.
func (d *Demo) officers(ctx context.Context, on day.Day) (worked int, err error) {
	if !officersDay(on) {
		return 0, nil
	}
	everybody := int(on-firstDay)%roundEvery == roundEvery-1 || on == lastDay
	for _, department := range d.departments {
		o := officer{department, d.Register, d.Inbox}
		if everybody || department.manner == byHand || department.manner == fails || department.manner == down {
			opened, err := o.open(ctx, d.Clock.Now())
			if err != nil {
				return worked, err
			}
			worked += opened
		}
		if err := o.repeat(ctx, d.Clock.Now()); err != nil {
			return worked, err
		}
	}
	return worked, nil
}

// count fills in what the courts have done so far; expired is what ended by
// itself.
func (d *Demo) count(p *Progress, expired int) {
	p.Drafted = d.done[verbDraft]
	p.Warned = d.done[verbWarn]
	p.Decided = d.done[verbSign]
	p.Served = d.done[verbServe]
	p.Suspended = d.done[verbStay] + d.done[verbBrake]
	p.Ended = expired + d.done[verbDelete] + d.done[verbDeleteEarly] + d.done[verbRevoke]
}
