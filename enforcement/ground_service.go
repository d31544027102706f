package enforcement

import (
	"context"

	"concordat/internal/calendar"
	"concordat/internal/pg"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// The ages that matter, in years.
const (
	minorAge     = 18
	protectedAge = 14 // PIPL Art. 28, our stricter rule
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

func manners() []string {
	return []string{ServedDirectly, ServedByLeaving, ServedElectronically, ServedByMail, ServedByAnnouncement}
}

// Enclosures lists what every decision to list goes out with.
func Enclosures() []string {
	return []string{"reasons", "consequences", "removal-conditions", "remedies", repairNotice}
}

const repairNotice = "repair-notice"

// Service is the record that a decision was served.
type Service struct {
	Manner string
	// On is the day of service, or the day of the announcement.
	On         day.Day
	Enclosures []string
	Document   []byte
}

// needsService are the fields of every record of service; the repair notice must be
// among the enclosures (国办发〔2025〕22号).
func needsService() []Need {
	return []Need{
		{Field: "manner", Rule: RuleOneOf, Of: manners(), Code: "service.manner"},
		{Field: "enclosures", Rule: RuleAllOf, Of: Enclosures(), Code: "service.repair-notice"},
		{Field: "on", Rule: RulePast, Code: "service.date", ZH: "不早于决定之日", EN: "not before the decision"},
	}
}

// serve records service of a decision of a day; then says what else the kind writes,
// with the day on which service takes effect.
func (l *Life[C]) serve(ctx context.Context, act Act, c Change, s Service, decided func(*C) day.Day, then func(t *Turn[C], served day.Day)) error {
	given := Given{"manner": s.Manner, "enclosures": s.Enclosures, "on": s.On}
	return l.Do(ctx, act, c, given, func(_ context.Context, _ *pg.Tx, t *Turn[C]) error {
		if s.On < decided(&t.Case) {
			return refuse("service.date")
		}
		served := l.Register.effective(s.Manner, s.On)
		t.Set("service_manner", s.Manner, "served_on", served, "enclosures", s.Enclosures)
		t.Event.Day, t.Event.Reason, t.Event.DocumentHash = served, s.Manner, l.Register.vault.DocumentHash(s.Document)
		then(t, served)
		return nil
	}, MoveServe)
}

// effective is the day on which service takes effect: by announcement when thirty
// days have passed.
func (r *Register) effective(manner string, on day.Day) day.Day {
	if manner == ServedByAnnouncement {
		return r.calendar.AddCalendarDays(on, announcementPeriod).Day
	}
	return on
}

// checkAge refuses a natural person under 18 on the day (法释〔2017〕7号 Art. 4 for
// the courts' list; for the others it is our own rule, docs/open-questions.md).
func checkAge(identity Identity, on day.Day) error {
	if identity.Kind == memoranda.NaturalPerson && !calendar.Adult(identity.Birth, on) {
		return refuse("listing.minor", "on", on.String())
	}
	return nil
}

// child reports whether nothing public may show the subject on a day.
func child(identity Identity, on day.Day) bool {
	return identity.Kind == memoranda.NaturalPerson && calendar.Age(identity.Birth, on) < protectedAge
}

// AbandonReason is why a listing was given up before publication.
type AbandonReason string

// The reasons to abandon.
const (
	Performed   AbandonReason = "performed"
	Minor       AbandonReason = "minor"
	Dead        AbandonReason = "dead"
	WrongPerson AbandonReason = "wrong-person"
	Excluded    AbandonReason = "excluded"
)
