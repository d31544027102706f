package register

import (
	"context"
	"fmt"
	"time"

	"concordat/enforcement/docket"
	"concordat/enforcement/record"
	"concordat/internal/calendar"
	"concordat/internal/pg"
	"concordat/internal/vault"
	"concordat/memoranda"
)

// Config is what the parts stand on; what has no zero of its own must be set.
type Config struct {
	DB        *pg.DB
	Jobs      *record.Jobs // insert-only is enough
	Vault     *vault.Vault
	Calendar  *calendar.Calendar
	Catalogue *memoranda.Catalogue
	// Attestations are a demonstration's statements beside those of the record; as those
	// they count as far as they fit the catalogue in force. Outside a demonstration they
	// count nowhere: a file is a typed claim. Where nothing is attested, every plan is empty.
	Attestations *memoranda.Attestations
	// Demonstration lets statements that were made for demonstration be entered into
	// the record, and lets them and Attestations count: never in production.
	Demonstration bool
	// Machine is machine time: for the log's second column only.
	Machine func() time.Time
	// NoticeWindow is the time to state and defend before an administrative listing
	// is decided, where the list type sets none; zero is five working days.
	NoticeWindow calendar.Period
	// AnswerWithin is the time to answer a statement, which no law sets; zero is
	// five working days.
	AnswerWithin calendar.Period
	// Remembered is for how many years a department finds what ended; zero is three.
	Remembered int
	// PaperYears is how long papers are kept after the end of their case, in years; 0 is
	// [paper.DefaultKeepYears].
	PaperYears int
	// Region is the GB/T 2260 code of the region whose own days extend the time of subjects;
	// empty: no region's do.
	Region string
	// Deadlines says when reminders and escalations come; zero is the defaults.
	Deadlines docket.Schedule
}

// Open builds the parts and enters into the database what the catalogue seeds:
// numbers for its measures, and editions of memoranda of which the record has none
// yet. A database into which a restore was not finished is refused.
func Open(ctx context.Context, c Config) (*Offices, error) {
	if err := c.Deadlines.Validate(); err != nil {
		return nil, err //nolint:wrapcheck // says what is wrong
	}
	o, err := c.offices()
	if err != nil {
		return nil, err
	}
	if err := record.RefuseUnfinished(ctx, c.DB); err != nil {
		return nil, err
	}
	if err := o.Plans.Seed(ctx); err != nil {
		return nil, fmt.Errorf("seed the register from the catalogue: %w", err)
	}
	return o, o.Docket.Refresh(ctx)
}

// Reading builds parts that only read, on a database that they enter nothing
// into: for examining a record. Only DB, Catalogue and Attestations of the
// configuration are needed.
func Reading(ctx context.Context, c Config) (*Offices, error) {
	o, err := c.offices()
	if err != nil {
		return nil, err
	}
	return o, o.Plans.Refresh(ctx)
}

func (c Config) offices() (*Offices, error) {
	given := c.Calendar
	if given == nil {
		given = &calendar.Calendar{}
	}
	days, err := calendar.NewShelf(given)
	if err != nil {
		return nil, fmt.Errorf("open the calendars: %w", err)
	}
	return build(c, days), nil
}
