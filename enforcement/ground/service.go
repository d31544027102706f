package ground

import (
	"context"

	"concordat/enforcement"
	"concordat/internal/pg"
	"concordat/memoranda/day"
)

// announcementPeriod is after how many days service by announcement takes effect
// (CPL (2023) Art. 95).
const announcementPeriod = 30

// The manners of service of the Civil Procedure Law.
const (
	ServedDirectly       = "direct"
	ServedByLeaving      = "leaving"
	ServedElectronically = "electronic"
	ServedByMail         = "mail"
	ServedByAnnouncement = "announcement"
)

// Manners are the manners of service.
func Manners() []string {
	return []string{ServedDirectly, ServedByLeaving, ServedElectronically, ServedByMail, ServedByAnnouncement}
}

// Enclosures lists what every decision to list goes out with.
func Enclosures() []string {
	return []string{"reasons", "consequences", "removal-conditions", "remedies", RepairNotice}
}

// RepairNotice is the enclosure that tells a subject how to be repaired.
const RepairNotice = "repair-notice"

// Service is the record that a decision was served.
type Service struct {
	Manner string
	// On is the day of service, or the day of the announcement.
	On         day.Day
	Enclosures []string
	Document   []byte
}

// NeedsService are the fields of every record of service; the repair notice must be
// among the enclosures (国办发〔2025〕22号).
func NeedsService() []Need {
	return []Need{
		{Field: "manner", Rule: RuleOneOf, Of: Manners(), Code: "service.manner"},
		{Field: "enclosures", Rule: RuleAllOf, Of: Enclosures(), Code: "service.repair-notice"},
		{Field: "on", Rule: RulePast, Code: "service.date", ZH: "不早于决定之日", EN: "not before the decision"},
	}
}

// Serve records service of a decision of a day; then says what else the kind writes,
// with the day on which service takes effect.
func (l *Life[C]) Serve(ctx context.Context, act enforcement.Act, c Change, s Service, decided func(*C) day.Day, then func(t *Turn[C], served day.Day)) error {
	given := Given{"manner": s.Manner, "enclosures": s.Enclosures, "on": s.On}
	return l.Do(ctx, act, c, given, func(_ context.Context, _ *pg.Tx, t *Turn[C]) error {
		if s.On < decided(&t.Case) {
			return enforcement.Refuse("service.date")
		}
		served := l.Grounds.Effective(s.Manner, s.On)
		t.Set("service_manner", s.Manner, "served_on", served, "enclosures", s.Enclosures)
		t.Event.Day, t.Event.Reason, t.Event.DocumentHash = served, s.Manner, l.Grounds.Record.Vault.DocumentHash(s.Document)
		then(t, served)
		return nil
	}, MoveServe)
}

// Effective is the day on which service takes effect: by announcement when thirty
// days have passed.
func (r *Grounds) Effective(manner string, on day.Day) day.Day {
	if manner == ServedByAnnouncement {
		return r.Record.Calendar.AddCalendarDays(on, announcementPeriod).Day
	}
	return on
}
