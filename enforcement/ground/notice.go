package ground

import (
	"context"
	"strconv"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/enforcement/paper"
	"concordat/enforcement/party"
	"concordat/internal/pg"
	"concordat/memoranda/day"
)

// ExecutionNotice is the execution notice of a case, with the period for performance that it
// states.
type ExecutionNotice struct {
	ServedOn day.Day
	// PerformBy is the last day of the period, or PerformDays its length in calendar days from
	// service; one of them.
	PerformBy   day.Day
	PerformDays int
	// Case is the earlier execution case whose notice it was; none: the case's own.
	Case enforcement.ID
	// Paper is the notice itself; Receipt proves the day of its service, without it the period
	// runs from today at the earliest.
	Paper, Receipt paper.Given
}

// Given are the fields of a request that records it.
func (n ExecutionNotice) Given() Given {
	return Given{"served_on": n.ServedOn, "perform_by": n.PerformBy, "perform_within_days": n.PerformDays, FieldDocument: n.Paper, FieldReceipt: n.Receipt}
}

// mostPerformDays is the longest period for performance that a notice states.
const mostPerformDays = 365

// NeedsNotice are the fields of every record of an execution notice.
func NeedsNotice() []Need {
	return []Need{
		{Field: "served_on", Rule: RulePast, Code: "notice.date", ZH: "不早于立案之日", EN: "not before the case was filed"},
		{Field: "perform_by", Rule: RuleDay, Optional: true, Code: "performance.period", ZH: "通知书指定的履行期限届满之日，或者履行日数，必填其一", EN: "the last day of the period for performance that the notice states; this or its length is needed"},
		{Field: "perform_within_days", Rule: RuleNumber, Max: mostPerformDays, Optional: true, Code: "performance.period", ZH: "自送达起的日数", EN: "calendar days from service"},
		{Field: "notice_case", Rule: RuleNoted, Optional: true, Code: "chain.notice", ZH: "通知书属于前案的，填该案；两案须已关联、确认，并已书面告知当事人", EN: "the earlier case whose notice it was: linked and confirmed, its parties told in writing that it goes on"},
	}
}

// Notice writes an execution notice into the columns that every kind has for it; own is the
// execution case itself. A notice of an earlier case counts through a confirmed link alone.
func (t *Turn[C]) Notice(ctx context.Context, tx *pg.Tx, n ExecutionNotice, own party.Noticed) error {
	of := own
	if !n.Case.IsZero() && n.Case != own.Case {
		var err error
		if of, err = t.life.Grounds.Parties.NoticeOf(ctx, tx, own.Case, n.Case, n.ServedOn); err != nil {
			return err
		}
	}
	if n.ServedOn < of.FiledOn {
		return enforcement.Refuse("notice.before-filing", "filed", of.FiledOn.String())
	}
	until, err := t.performUntil(n)
	if err != nil {
		return err
	}
	t.Set("notice_served_on", n.ServedOn, "notice_recorded_on", t.Today, "perform_until", until,
		"notice_case", of.Case, "notice_filed_on", of.FiledOn, "notice_link", bun.NullZero(of.Link))
	return nil
}

// performUntil is the last day of the period for performance. It is as long as the notice
// says, and counts from the notice's day where a paper proves it, else from today at the
// earliest.
func (t *Turn[C]) performUntil(n ExecutionNotice) (day.Day, error) {
	within := n.PerformDays
	if !n.PerformBy.IsZero() {
		within = int(n.PerformBy - n.ServedOn)
	}
	if (n.PerformBy.IsZero() == (n.PerformDays == 0)) || within < 1 || within > mostPerformDays {
		return 0, enforcement.Refuse("performance.period", "max", strconv.Itoa(mostPerformDays))
	}
	from := t.From(n.ServedOn, FieldReceipt)
	if from == n.ServedOn && !n.PerformBy.IsZero() {
		return n.PerformBy, nil
	}
	return t.life.Grounds.Record.Calendar.AddCalendarDays(from, within).Day, nil
}
