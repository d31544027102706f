package ground

import (
	"context"

	"concordat/enforcement"
	"concordat/enforcement/paper"
	"concordat/internal/calendar"
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
	On day.Day
	// LastPostedOn is the day of the last posting or printing of an announcement, from
	// which it counts (民诉法解释 Art. 138); none in any other manner.
	LastPostedOn day.Day
	Enclosures   []string
	// Paper proves it; Consent, to electronic service or that the subject read it, and Search,
	// why nothing but an announcement was left, stand beside it where the manner needs them.
	Paper, Consent, Search paper.Given
}

// NeedsService are the fields of every record of service; the repair notice must be
// among the enclosures (国办发〔2025〕22号).
func NeedsService() []Need {
	return needsService(Need{Field: "enclosures", Rule: RuleAllOf, Of: Enclosures(), Code: "service.repair-notice"})
}

// NeedsServiceOfOrder are those of an order, which is no entry on a list: no repair notice
// goes with it.
func NeedsServiceOfOrder() []Need {
	of := Enclosures()
	return needsService(Need{Field: "enclosures", Rule: RuleAllOf, Of: of[:len(of)-1], Code: "service.enclosures"})
}

func needsService(enclosures Need) []Need {
	return []Need{
		{Field: "manner", Rule: RuleOneOf, Of: Manners(), Code: "service.manner"},
		enclosures,
		{Field: "on", Rule: RulePast, Code: "service.date", ZH: "不早于决定之日", EN: "not before the decision"},
		LastPosted,
	}
}

// LastPosted is the day from which an announcement counts.
var LastPosted = Need{
	Field: "last_posted_on", Rule: RulePast, Optional: true, Code: "service.posted",
	ZH: "公告送达的必填：最后张贴或者刊登之日，不早于公告之日", EN: "of an announcement: the day of the last posting or printing, not before its first",
}

// PapersOfService are the papers of every record of service, by manner (CPL (2023) Arts. 87
// to 95): what names the person and the day; electronically the trace or certificate with the
// consent or the proof that it was read; by announcement the posting with its reason and the
// course of the search.
func PapersOfService() []PaperNeed {
	return append([]PaperNeed{Papered(paper.Service, "service_paper", "送达的凭证：送达回证；留置的照片、录像或者见证记录；电子送达的凭证；邮寄的回执；公告的刊登凭证",
		"what proves it: the return of service; of leaving, photographs, video or the witnesses' record; the electronic certificate; the return receipt; the posting").Proving("on", "last_posted_on")}, PapersByManner()...)
}

// PapersByManner are the papers that some manners of service need beside the one that proves
// it.
func PapersByManner() []PaperNeed {
	return []PaperNeed{
		{
			Field: FieldConsent, By: "consent_paper", Purpose: paper.ServiceConsent, When: &Choice{Field: "manner", Value: ServedElectronically},
			ZH: "受送达人同意电子送达的材料，或者其已阅知的证明", EN: "the consent to electronic service, or the proof that it was read",
		},
		{
			Field: FieldSearch, By: "search_paper", Purpose: paper.ServiceSearch, When: &Choice{Field: "manner", Value: ServedByAnnouncement},
			ZH: "公告送达的原因和查找经过", EN: "why it is announced, and the course of the search",
		},
	}
}

// Serve records service of a decision of a day; then says what else the kind writes,
// with the day on which service takes effect.
func (l *Life[C]) Serve(ctx context.Context, act enforcement.Act, c Change, s Service, decided func(*C) day.Day, then func(t *Turn[C], served day.Day)) error {
	given := Given{"manner": s.Manner, "enclosures": s.Enclosures, "on": s.On, "last_posted_on": s.LastPostedOn, FieldDocument: s.Paper, FieldConsent: s.Consent, FieldSearch: s.Search}
	return l.Do(ctx, act, c, given, func(_ context.Context, _ *pg.Tx, t *Turn[C]) error {
		if s.On < decided(&t.Case) {
			return enforcement.Refuse("service.date")
		}
		served, err := l.Grounds.Effective(s.Manner, s.On, s.LastPostedOn)
		if err != nil {
			return err
		}
		t.Set("service_manner", s.Manner, "served_on", served, "enclosures", s.Enclosures, "service_posted_on", s.LastPostedOn)
		t.Event.Day, t.Event.Reason = served, s.Manner
		then(t, served)
		return nil
	}, MoveServe)
}

// Grace begins the period of grace of so many months that a decision grants (0: none), and
// notes when its service was recorded (法发〔2019〕35号 item 15).
func (t *Turn[C]) Grace(served day.Day, months int) {
	t.Set("service_recorded_on", t.Today)
	if months > 0 {
		t.Next = t.Move.Or
		t.Set("grace_until", t.life.Grounds.Record.Calendar.Add(t.From(served, FieldDocument), calendar.Period{Value: months, Unit: calendar.Months, Source: "法发〔2019〕35号 item 15"}).Day)
	}
}

// Effective is the day on which service takes effect: by announcement when thirty
// days have passed since its last posting, which must be given.
func (r *Grounds) Effective(manner string, on, lastPosted day.Day) (day.Day, error) {
	switch {
	case manner != ServedByAnnouncement && lastPosted.IsZero():
		return on, nil
	case manner != ServedByAnnouncement || lastPosted < on: // none given is before every day
		return 0, enforcement.Refuse("service.posted")
	}
	return r.Record.Calendar.AddCalendarDays(lastPosted, announcementPeriod).Day, nil
}
