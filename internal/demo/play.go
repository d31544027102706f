package demo

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"concordat/enforcement"
	"concordat/enforcement/ground"
	"concordat/enforcement/listing"
	"concordat/enforcement/paper"
	"concordat/enforcement/party"
	"concordat/enforcement/register"
	"concordat/memoranda/day"
)

// verb is something the demonstration's court people do with a listing.
type verb string

const (
	verbDraft             verb = "draft"
	verbDraftMinor        verb = "draft-minor"
	verbWarn              verb = "warn"
	verbApply             verb = "apply"
	verbRefuseApplication verb = "refuse-application"
	verbPropose           verb = "propose"
	verbSign              verb = "sign"
	verbSecurityGiven     verb = "security-given"
	verbSignExcluded      verb = "sign-excluded"
	verbServe             verb = "serve"
	verbAbandonPerformed  verb = "abandon-performed"
	verbAbandonExcluded   verb = "abandon-excluded"
	verbSearch            verb = "search"
	verbDelete            verb = "delete"
	verbDeleteEarly       verb = "delete-early"
	verbRevoke            verb = "revoke"
	verbStay              verb = "stay"
	verbResume            verb = "resume"
	verbBrake             verb = "brake"
	verbFindInaccurate    verb = "find-inaccurate"
	verbCorrect           verb = "correct"
	verbExtend            verb = "extend"
)

// courtPeople play the courts: clerks, judges and presidents.
type courtPeople struct {
	register *register.Offices
	courts   []party.Organisation
	seed     uint64

	mu sync.Mutex
	// refused counts what the record refused, as it should, by code.
	refused map[string]int
}

// as is the act of somebody of a listing's court, in the morning of a day.
func (c *courtPeople) as(role enforcement.Role, l *life, on day.Day) enforcement.Act {
	court := c.courts[l.court]
	return enforcement.Act{At: morning(on), Actor: enforcement.Actor{ID: "demo-" + string(role) + "-" + court.Slug, Role: role, Organisation: court.ID}}
}

// mustRefuse demands a refusal with the code and counts it.
func (c *courtPeople) mustRefuse(code string, err error) error {
	var refusal *enforcement.Refusal
	if !errors.As(err, &refusal) || refusal.Code != code {
		return fmt.Errorf("should have been refused as %s: %w", code, errors.Join(err, errNotRefused))
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.refused[code]++
	return nil
}

var errNotRefused = errors.New("it was not")

// do plays one task on its day.
func (c *courtPeople) do(ctx context.Context, t task, on day.Day) error {
	if err := c.play(ctx, t.verb, t.life, on); err != nil {
		return fmt.Errorf("play listing %d (%s): %s on %s: %w", t.life.n, t.life.fate, t.verb, on, err)
	}
	return nil
}

func (c *courtPeople) play(ctx context.Context, v verb, l *life, on day.Day) error {
	r, this := c.register, ground.Change{Ground: l.listing}
	clerk, judge, president := c.as(enforcement.Clerk, l, on), c.as(enforcement.Judge, l, on), c.as(enforcement.President, l, on)
	ending := listing.Ending{EventOn: on, Reasons: "演示:多次以虚假材料规避执行", Paper: written("演示:结束列入决定书")}
	switch v {
	case verbDraft, verbDraftMinor:
		return c.draft(ctx, l, on)
	case verbWarn:
		return r.Listings.Warn(ctx, clerk, this, listing.Notice{ExecutionNotice: ground.ExecutionNotice{ServedOn: on, PerformDays: performDays, Paper: written("演示:执行通知书")}, RiskWarning: true})
	case verbApply:
		return r.Listings.Apply(ctx, clerk, this, listing.Application{ReceivedOn: on, Paper: written("演示:强制列入申请书")})
	case verbRefuseApplication:
		return r.Listings.RefuseApplication(ctx, judge, this, "演示:申请人未提供任何证据", written("演示:驳回申请决定书"))
	case verbPropose:
		return r.Listings.Propose(ctx, judge, this, c.decision(l, on))
	case verbSign:
		if l.n%100 == 0 { // a clerk tries first
			if err := c.mustRefuse("decision.signer", r.Listings.Sign(ctx, clerk, this)); err != nil {
				return err
			}
		}
		return r.Listings.Sign(ctx, president, this)
	case verbSecurityGiven:
		_, err := r.Listings.OpenExclusion(ctx, clerk, l.listing, listing.NewExclusion{Kind: listing.SecurityGiven, On: on, Paper: written("演示:担保书")})
		return err
	case verbSignExcluded:
		return c.mustRefuse("listing.excluded", r.Listings.Sign(ctx, president, this))
	case verbServe:
		return c.serve(ctx, l, on)
	case verbAbandonPerformed:
		return r.Listings.Abandon(ctx, judge, this, ground.Performed)
	case verbAbandonExcluded:
		return r.Listings.Abandon(ctx, judge, this, ground.Excluded)
	case verbSearch:
		return r.Listings.RecordSearch(ctx, clerk, l.listing, on, on.AddDays(-10), false)
	case verbDelete:
		ending.Item = l.item
		return r.Listings.Delete(ctx, judge, this, ending)
	case verbDeleteEarly:
		return r.Listings.DeleteEarly(ctx, president, this, ending)
	case verbRevoke:
		return r.Listings.Revoke(ctx, president, this, ending)
	case verbStay:
		return r.Listings.Suspend(ctx, judge, this, ground.Suspension{Reason: ground.CourtStay, Paper: written("演示:中止执行裁定书")})
	case verbBrake:
		return r.Listings.Suspend(ctx, clerk, this, ground.Suspension{Reason: ground.WrongPersonClaim})
	case verbResume:
		return r.Listings.Resume(ctx, president, this, ground.Resumption{Reasons: "演示:已核实身份,准予恢复执行措施", Paper: written("演示:身份核查表")})
	case verbFindInaccurate:
		return r.Listings.OpenCorrection(ctx, judge, this, on)
	case verbCorrect:
		return c.correct(ctx, l, on)
	case verbExtend:
		return r.Listings.Extend(ctx, president, this, listing.Extension{
			Number: number(c.courts[l.court], l, "之二", on), Reasons: "演示:多次以虚假材料规避执行", Cause: "several-dishonest-acts", Years: 1, ServedOn: on, Paper: written("演示:延长期限决定书及送达回证"),
			Acts: []listing.DishonestAct{{On: on.AddMonths(-1), What: "演示:转移应收账款至关联单位"}, {On: on.AddDays(-7), What: "演示:隐匿已查封的机器设备"}},
		})
	default:
		return fmt.Errorf("nobody knows how to %s", v)
	}
}

// written is a made paper, as it comes with an act.
func written(text string) paper.Given { return paper.Given{Content: []byte(text)} }

// facts are made papers of the facts of some grounds.
func facts(conducts []listing.Conduct) (list []ground.Brought) {
	for _, c := range conducts {
		for _, f := range listing.FactPapers(c) {
			list = append(list, ground.Brought{Purpose: f.Purpose, Paper: written("演示:" + f.ZH)})
		}
	}
	return list
}

// draft enters the subject and the case and drafts the listing. Of a minor it
// must be refused.
func (c *courtPeople) draft(ctx context.Context, l *life, on day.Day) (err error) {
	r, clerk := c.register, c.as(enforcement.Clerk, l, on)
	who := identity(l.who, c.seed)
	if l.fate == fateMinor {
		who = minor(l.who, c.seed)
	}
	if l.n%100 == 0 { // a slip of the pen in the last digit
		slip := who
		slip.Number = slip.Number[:len(slip.Number)-1] + string('0'+(slip.Number[len(slip.Number)-1]+1)%8)
		_, err := r.Parties.EnterSubject(ctx, clerk, slip)
		if err := c.mustRefuse("identifier.check-digit", err); err != nil {
			return err
		}
	}
	if l.subject, err = r.Parties.EnterSubject(ctx, clerk, who); err != nil {
		return err
	}
	if l.caseID, err = r.Parties.EnterCase(ctx, clerk, caseOf(l, c.courts[l.court], on)); err != nil {
		return err
	}
	l.listing, err = r.Listings.Draft(ctx, c.as(enforcement.Judge, l, on), listing.NewListing{
		Case: l.caseID, Subject: l.subject, Capacity: listing.Debtor, Conducts: l.conducts,
		Facts: listing.Facts{Obligation: "演示:支付货款", Performed: "none", Conduct: "演示:有履行能力而拒不履行生效法律文书确定的义务"}, Papers: facts(l.conducts),
	})
	if l.fate == fateMinor {
		return c.mustRefuse("listing.minor", err)
	}
	return err
}

func (c *courtPeople) decision(l *life, on day.Day) listing.Decision {
	d := listing.Decision{Number: number(c.courts[l.court], l, "之一", on), Reasons: "演示:理由、期限、后果、救济途径", OwnMotion: "演示:有履行能力而拒不履行,依职权列入", GraceMonths: l.grace, Paper: written("演示:失信决定书全文")}
	if l.term > 0 {
		d.TermUntil = on.AddMonths(l.term)
	}
	if l.fate == fateExpired { // to the end of a month
		_, _, dom := d.TermUntil.Date()
		d.TermUntil = d.TermUntil.AddDays(-dom)
	}
	return d
}

// serve records service; on some listings publication is tried before it.
func (c *courtPeople) serve(ctx context.Context, l *life, on day.Day) error {
	clerk, this := c.as(enforcement.Clerk, l, on), ground.Change{Ground: l.listing}
	if l.n%100 == 1 {
		if err := c.mustRefuse("service.missing", c.register.Listings.Publish(ctx, clerk, this)); err != nil {
			return err
		}
	}
	var lastPosted day.Day
	if l.manner == ground.ServedByAnnouncement {
		lastPosted = on
	}
	return c.register.Listings.Serve(ctx, clerk, this, ground.Service{
		Manner: l.manner, On: on, LastPostedOn: lastPosted, Enclosures: ground.Enclosures(), Paper: written("演示:送达回证"),
		Consent: written("演示:电子送达同意书"), Search: written("演示:公告送达原因及查找经过"),
	})
}

// correct changes one character of the name; another number must be refused.
func (c *courtPeople) correct(ctx context.Context, l *life, on day.Day) error {
	judge, this := c.as(enforcement.Judge, l, on), ground.Change{Ground: l.listing}
	right := identity(l.who, c.seed)
	other := right
	other.Number = identity(l.who+50_000, c.seed).Number
	if err := c.mustRefuse("correction.identity", c.register.Listings.Correct(ctx, judge, this, other)); err != nil {
		return err
	}
	name := []rune(right.Name)
	name[len(name)-1] = '更'
	right.Name = string(name)
	return c.register.Listings.Correct(ctx, judge, this, right)
}

func number(court party.Organisation, l *life, suffix string, on day.Day) string {
	year, _, _ := on.Date()
	return fmt.Sprintf("(%d)%s执%d号%s", year, court.CourtCode, 9000+l.n, suffix)
}
