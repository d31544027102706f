package docket

import (
	"concordat/enforcement"
	"concordat/internal/calendar"
	"concordat/internal/pg"
	"concordat/memoranda/day"
)

// firing is what one transaction of a tick writes, column by column.
type firing struct {
	shelf    calendar.Shelf
	schedule Schedule
	today    day.Day

	clocks []int64
	last   []int16
	next   []string

	stepClocks []int64
	steps      []int16
	toldTo     []int32
	due        []string
	planned    []string

	taskKinds []string
	taskOrgs  []int32
	tasksOf   []enforcement.ID
	passed    []enforcement.ID // grounds: what reminded of it is over

	unheard []*dueClock // of which the court above would be told, and there is none
}

// add fires what is due of one clock.
func (f *firing) add(c *dueClock) {
	days := f.schedule.days(f.shelf, &c.clockRow)
	last := c.Fired
	for step := c.Fired + 1; step <= StepAbove; step++ {
		if days[step].IsZero() || days[step] > f.today {
			continue
		}
		last = step
		to := c.Organisation
		if step == StepAbove {
			to = c.Superior
		}
		f.stepClocks, f.steps = append(f.stepClocks, c.ID), append(f.steps, int16(step))
		f.toldTo = append(f.toldTo, int32(to))
		f.due, f.planned = append(f.due, c.DueOn.String()), append(f.planned, days[step].String())
		if step > StepNear {
			f.open(c, step, to)
		}
	}
	if last > c.Fired && last <= StepNear {
		f.open(c, last, c.Organisation)
	}
	if last > StepNear && !c.Ground.IsZero() {
		f.passed = append(f.passed, c.Ground)
	}
	c.Fired = last
	f.clocks, f.last = append(f.clocks, c.ID), append(f.last, int16(last))
	f.next = append(f.next, f.schedule.next(f.shelf, &c.clockRow).String())
}

// open gives the organisation that is told the task of a step.
func (f *firing) open(c *dueClock, step Step, to enforcement.OrganisationID) {
	if to == 0 || c.Ground.IsZero() {
		if step == StepAbove {
			f.unheard = append(f.unheard, c)
		}
		return
	}
	f.taskKinds, f.taskOrgs, f.tasksOf = append(f.taskKinds, step.task()), append(f.taskOrgs, int32(to)), append(f.tasksOf, c.Ground)
}

const (
	updateFired = `UPDATE clock c SET fired = u.fired, fires_on = nullif(u.next, '')::date
  FROM unnest(?::bigint[], ?::smallint[], ?::text[]) u (id, fired, next) WHERE c.id = u.id`
	insertFirings = `INSERT INTO clock_firing (clock_id, step, organisation_id, due_on, planned_on, fired_on)
  SELECT u.clock_id, u.step, nullif(u.told, 0), u.due_on::date, u.planned_on::date, ?::date
  FROM unnest(?::bigint[], ?::smallint[], ?::integer[], ?::text[], ?::text[]) u (clock_id, step, told, due_on, planned_on)`
	insertDeadlineTasks = `INSERT INTO task (id, kind, organisation_id, ground_id, opened_on)
  SELECT u.id, u.kind, u.organisation_id, u.ground_id, ?::date
  FROM unnest(?::uuid[], ?::text[], ?::integer[], ?::uuid[]) u (id, kind, organisation_id, ground_id)
  ON CONFLICT (kind, ground_id) WHERE closed_on IS NULL DO NOTHING`
	closeReminded = `UPDATE task SET closed_on = ?::date, closed_because = 'passed'
  WHERE kind = ? AND closed_on IS NULL AND ground_id = ANY (?::uuid[])
    AND NOT EXISTS (SELECT FROM clock c WHERE c.ground_id = task.ground_id AND c.done_on IS NULL AND c.fired IN (1, 2))`
)

func (f *firing) write(tx *pg.Tx) {
	tx.Later(tx.NewRaw(updateFired, pg.Array(f.clocks), pg.Array(f.last), pg.Array(f.next)), "note what deadlines told")
	if len(f.steps) == 0 {
		return
	}
	tx.Later(tx.NewRaw(insertFirings, f.today, pg.Array(f.stepClocks), pg.Array(f.steps), pg.Array(f.toldTo), pg.Array(f.due), pg.Array(f.planned)), "write down what deadlines told")
	if len(f.passed) > 0 {
		tx.Later(tx.NewRaw(closeReminded, f.today, TaskNear, pg.Array(f.passed)), "close reminders of deadlines that passed")
	}
	if len(f.tasksOf) > 0 {
		tx.Later(tx.NewRaw(insertDeadlineTasks, f.today, pg.Array(enforcement.NewIDs(len(f.tasksOf))), pg.Array(f.taskKinds), pg.Array(f.taskOrgs), pg.Array(f.tasksOf)), "open the tasks of deadlines")
	}
}
