package enforcetest

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"concordat/enforcement"
	"concordat/enforcement/administrative"
	"concordat/enforcement/ground"
	"concordat/enforcement/party"
	"concordat/internal/pg/pgtest"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// The made administrative lists. All but the last five stand under one made
// memorandum, which sends each of them to two organisations.
const (
	ListSerious     = "made-serious"     // of serious dishonesty: ten working days' notice, three years, repair after one
	ListSilent      = "made-silent"      // a law and nothing else: no term, window or rule is known
	ListBatch       = "made-batch"       // monthly, open to objections for seven working days; persons only
	ListHidden      = "made-hidden"      // not public, no repair
	ListProvisional = "made-provisional" // on a departmental rule
	ListLocal       = "made-local"       // of Nanning, on a regulation of Guangxi
	ListForeign     = "made-foreign"     // of another region
	ListFootless    = "made-footless"    // on a departmental document only
	ListUnowned     = "made-unowned"     // whose owners are not known
	ListAlone       = "made-alone"       // no memorandum stands on it
	ListOfCourt     = "made-court"       // kept by courts
)

const madeBodies = `bodies:
  - {slug: made-owner, zh: 演示认定单位, en: Made owner, climbs: city, evidence: known, successions: [{to: [made-successor], from: 2030-01-01, evidence: known}]}
  - {slug: made-successor, zh: 演示承继单位, en: Made successor, climbs: city, evidence: known}
  - {slug: made-alpha, zh: 甲, en: Alpha, climbs: city, evidence: known}
  - {slug: made-beta, zh: 乙, en: Beta, climbs: city, evidence: known}
`

const madeBases = `legal_bases:
  - {slug: made-law, title: 演示法, kind: law, article: 第1条, article_verified: false, evidence: known}
  - {slug: made-rule, title: 演示规章, kind: departmental-rule, article: 第2条, article_verified: false, evidence: known}
  - {slug: made-regional, title: 演示广西条例, kind: local-regulation, region: "45", article: 第3条, article_verified: false, evidence: known}
  - {slug: made-elsewhere, title: 演示广东条例, kind: local-regulation, region: "44", article: 第3条, article_verified: false, evidence: known}
  - {slug: made-notice, title: 演示通知, kind: departmental, article_verified: false, evidence: known}
  - {slug: made-repealed, title: 演示废止的法, kind: law, article: 第9条, article_verified: false, until: 2020-12-31, evidence: known}
`

const madeLists = `list_types:
  - slug: made-serious
    zh: 演示严重失信名单
    en: Made serious list
    kind: punish
    authority: department
    owners: [made-owner]
    serious: true
    bases: [{basis: made-law, article: 第1条}, {basis: made-repealed}]
    subjects: [natural-person, legal-person]
    grounds:
      - {slug: fraud, zh: 演示欺诈, en: made fraud, basis: made-rule, article: 第2条, evidence: known}
      - {slug: arrears, zh: 演示拖欠, en: made arrears, evidence: known}
    terms: [{value: 3, unit: years, basis: made-law, article: 第1条, evidence: known}]
    notice: {value: 10, unit: working-days, basis: made-law, article: 第1条, evidence: known}
    publication: {rule: after-service, evidence: known}
    repair: {rule: owner, after: {value: 1, unit: years, evidence: known}, basis: made-law, article: 第1条, evidence: known}
    evidence: known
  - {slug: made-silent, zh: 演示名单, en: Made silent list, kind: punish, authority: department, owners: [made-owner], bases: [{basis: made-law}], subjects: [natural-person, legal-person], evidence: known}
  - slug: made-batch
    zh: 演示分批名单
    en: Made batch list
    kind: punish
    authority: unit
    owners: [made-owner]
    bases: [{basis: made-law}]
    subjects: [natural-person]
    grounds:
      - {slug: disturbance, zh: 演示扰乱, en: made disturbance, evidence: known}
      - {slug: fare, zh: 演示欠票款, en: made unpaid fare, evidence: known}
    terms:
      - {grounds: [disturbance], value: 180, unit: calendar-days, evidence: known}
      - {grounds: [fare], open: true, zh: 至补缴时止, en: until it is paid, evidence: known}
    publication: {rule: monthly-batch, objection: {value: 7, unit: working-days, evidence: known}, evidence: known}
    evidence: known
  - slug: made-hidden
    zh: 演示不公开名单
    en: Made hidden list
    kind: punish
    authority: department
    owners: [made-owner]
    bases: [{basis: made-law}]
    subjects: [legal-person]
    publication: {rule: none, evidence: known}
    repair: {rule: none, evidence: known}
    evidence: known
  - {slug: made-provisional, zh: 演示规章名单, en: Made provisional list, kind: punish, authority: department, owners: [made-owner], bases: [{basis: made-rule}], subjects: [legal-person], evidence: known}
  - {slug: made-local, zh: 演示地方名单, en: Made local list, kind: punish, authority: department, owners: [made-owner], region: "4501", bases: [{basis: made-regional}], subjects: [legal-person], evidence: known}
  - {slug: made-foreign, zh: 演示外地名单, en: Made foreign list, kind: punish, authority: department, owners: [made-owner], region: "4401", bases: [{basis: made-elsewhere}], subjects: [legal-person], evidence: known}
  - {slug: made-footless, zh: 演示无据名单, en: Made footless list, kind: punish, authority: department, owners: [made-owner], bases: [{basis: made-notice}, {basis: made-repealed}], subjects: [legal-person], evidence: known}
  - {slug: made-unowned, zh: 演示无主名单, en: Made unowned list, kind: punish, authority: department, bases: [{basis: made-law}], subjects: [legal-person], evidence: known}
  - {slug: made-alone, zh: 演示单独名单, en: Made lone list, kind: punish, authority: department, owners: [made-owner], bases: [{basis: made-law}], subjects: [legal-person], evidence: known}
  - {slug: made-court, zh: 演示法院名单, en: Made court list, kind: punish, authority: court, bases: [{basis: made-law}], subjects: [legal-person], evidence: known}
`

const madeBasicList = `items:
  - {slug: entry-ban, title: 演示, class: I, title_verified: false, evidence: known}
editions:
  - {name: "2024", from: 2024-02-18, items: [entry-ban], evidence: known}
`

// MadeCatalogue is a catalogue of the made lists and what a demonstration attests
// of it.
func MadeCatalogue(t testing.TB) (*memoranda.Catalogue, *memoranda.Attestations) {
	t.Helper()
	lists := []string{ListSerious, ListSilent, ListBatch, ListHidden, ListProvisional, ListLocal}
	var text strings.Builder
	text.WriteString("memorandum:\n  slug: made-memorandum\n  zh: 演示备忘录\n  en: Made memorandum\n  list_types: [" + strings.Join(lists, ", ") +
		"]\n  edition: \"2016\"\n  from: 2016-01-20\n  status: in-force\n  signatories: [made-alpha, made-beta]\n  evidence: known\nmeasures:\n")
	var measures []string
	for _, list := range lists {
		for _, body := range []string{"made-alpha", "made-beta"} {
			slug := strings.TrimPrefix(list, "made-") + "-" + strings.TrimPrefix(body, "made-")
			measures = append(measures, slug)
			text.WriteString("  - {slug: " + slug + ", list_type: " + list + ", zh: 演示措施, en: Made measure, mode: prohibit, bodies: [" + body + "], reaches: [natural-person, legal-person], territory: court, " +
				"bases: [{basis: made-law, article: 第1条}], basic_list_item: entry-ban, status: in-force, evidence: known}\n")
		}
	}
	c, err := memoranda.Load(fstest.MapFS{
		"bodies.yaml": {Data: []byte(madeBodies)}, "legal-bases.yaml": {Data: []byte(madeBases)}, "list-types.yaml": {Data: []byte(madeLists)},
		"basic-list.yaml": {Data: []byte(madeBasicList)}, "made.yaml": {Data: []byte(text.String())},
	})
	must(t, err)
	s := memoranda.Attestation{Demonstration: true, Memorandum: "made-memorandum", Edition: "2016", BasicList: []string{"2024"}, Bases: []string{"made-law"}, Measures: measures}
	a, err := memoranda.LoadAttestations("made", fmt.Appendf(nil, "attestations:\n  - {who: {name: 演示核定, role: 仅供演示}, when: 2025-01-01, source: made, demonstration: true, "+
		"memorandum: made-memorandum, edition: \"2016\", basic_list: [\"2024\"], bases: [made-law], hash: \"%x\", measures: [%s]}\n", c.AttestedHash(s), strings.Join(measures, ", ")), c)
	must(t, err)
	return c, a
}

// Lists is a bundle on the made catalogue, with owners of its lists.
type Lists struct {
	*Bundle
	// Owner keeps the made lists in Nanning, OtherOwner does too; Alpha and Beta are
	// reached by them.
	Owner, OtherOwner, Alpha, Beta enforcement.OrganisationID
}

// SetupLists makes a bundle on the made catalogue.
func SetupLists(t testing.TB) *Lists {
	t.Helper()
	catalogue, attested := MadeCatalogue(t)
	l := &Lists{Bundle: SetupWithout(t, pgtest.New(t), catalogue, attested)}
	add := func(slug, body string) enforcement.OrganisationID {
		id, err := l.Parties.AddOrganisation(t.Context(), l.System(), party.Organisation{
			Slug: slug, NameZH: "演示单位", NameEN: slug, Kind: party.Authority, Serves: "4501",
			Bodies: []party.Part{{Body: body, From: day.Of(2016, time.January, 1)}},
		})
		must(t, err)
		return id
	}
	l.Owner, l.OtherOwner, l.Alpha, l.Beta = add("owner", "made-owner"), add("other-owner", "made-owner"), add("alpha", "made-alpha"), add("beta", "made-beta")
	l.Departments = []enforcement.OrganisationID{l.Alpha, l.Beta}
	return l
}

// OwnersClerk is an act of the owner's clerk, who drafts.
func (l *Lists) OwnersClerk() enforcement.Act { return l.As(enforcement.DepartmentClerk, l.Owner) }

// OwnersReviewer is an act of the owner's reviewer, who decides.
func (l *Lists) OwnersReviewer() enforcement.Act {
	return l.As(enforcement.DepartmentReviewer, l.Owner)
}

// SecondReviewer is an act of another of the owner's reviewers.
func (l *Lists) SecondReviewer() enforcement.Act {
	act := l.OwnersReviewer()
	act.Actor.ID += "-2"
	return act
}

// On drafts a listing on a made list, on its first ground.
func (l *Lists) On(list string, subject enforcement.ID, grounds ...string) enforcement.ID {
	l.T.Helper()
	id, err := l.Administrative.Draft(l.T.Context(), l.OwnersClerk(), NewOn(list, subject, grounds...))
	must(l.T, err)
	return id
}

// NewOn is a draft on a made list; without grounds on its first one, if it has any.
func NewOn(list string, subject enforcement.ID, grounds ...string) administrative.NewListing {
	if len(grounds) == 0 {
		switch list {
		case ListSerious:
			grounds = []string{"fraud"}
		case ListBatch:
			grounds = []string{"disturbance"}
		}
	}
	return administrative.NewListing{
		ListType: list, Subject: subject, Grounds: grounds,
		Facts: administrative.Facts{Conduct: "演示:违法行为", Finding: "演示处罚决定书"},
	}
}

// NoticeOfIt is a full notice, served today.
func (l *Lists) NoticeOfIt() administrative.Notice {
	return administrative.Notice{Manner: ground.ServedDirectly, ServedOn: l.Day(), Contents: administrative.NoticeContents(), Paper: Paper("演示告知书"), Consent: Paper("演示电子送达同意书"), Search: Paper("演示公告送达原因及查找经过")}
}

// DecisionOnIt is a decision with all it must state, until a year from today.
func (l *Lists) DecisionOnIt() administrative.Decision {
	return administrative.Decision{
		Number: "演示决字1号", Reasons: "演示:经审查,符合规定的理由", TermUntil: l.Day().AddMonths(5), RemovalConditions: "演示移出条件", Remedies: "演示救济途径", Paper: Paper("演示决定书全文"),
	}
}

// DecidedOn runs a listing on a made list up to its decision; time moves past the
// window.
func (l *Lists) DecidedOn(list string, subject enforcement.ID, grounds ...string) enforcement.ID {
	l.T.Helper()
	id := l.On(list, subject, grounds...)
	must(l.T, l.Administrative.GiveNotice(l.T.Context(), l.OwnersClerk(), Of(id), l.NoticeOfIt()))
	l.PastWindow(id)
	must(l.T, l.Administrative.Decide(l.T.Context(), l.OwnersReviewer(), Of(id), l.DecisionOnIt()))
	return id
}

// PastWindow moves time to the day after the window to state and defend.
func (l *Lists) PastWindow(id enforcement.ID) {
	l.T.Helper()
	have, err := l.Administrative.Get(l.T.Context(), l.OwnersClerk(), id)
	must(l.T, err)
	l.AdvanceTo(max(l.Day(), have.WindowUntil.AddDays(1)))
}

// ServedOn is DecidedOn, and serves the decision.
func (l *Lists) ServedOn(list string, subject enforcement.ID, grounds ...string) enforcement.ID {
	l.T.Helper()
	id := l.DecidedOn(list, subject, grounds...)
	must(l.T, l.Administrative.Serve(l.T.Context(), l.OwnersClerk(), Of(id), l.Service()))
	return id
}

// PublishedOn is ServedOn, and publishes; a batch list only after its announcement
// and the time to object.
func (l *Lists) PublishedOn(list string, subject enforcement.ID, grounds ...string) enforcement.ID {
	l.T.Helper()
	ctx := l.T.Context()
	id := l.ServedOn(list, subject, grounds...)
	if list == ListBatch {
		l.Advance(40) // past the next batch, however long the holidays
		_, _, err := l.Administrative.MonthlyBatch(ctx, l.System())
		must(l.T, err)
		have, err := l.Administrative.Get(ctx, l.OwnersClerk(), id)
		must(l.T, err)
		l.AdvanceTo(have.ObjectionUntil.AddDays(1))
	}
	must(l.T, l.Administrative.Publish(ctx, l.System(), Of(id)))
	return id
}

// EndOfIt is a decision to end for a cause, for an event of today.
func (l *Lists) EndOfIt(cause string) administrative.Ending {
	return administrative.Ending{Cause: cause, EventOn: l.Day(), Reasons: "演示:事由消除", Paper: Paper("演示结束决定书")}
}
