package enforcetest

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"concordat/enforcement"
	"concordat/enforcement/ground"
	"concordat/enforcement/party"
	"concordat/enforcement/reward"
	"concordat/internal/pg/pgtest"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// The lists of the made catalogue of rewards; ListSerious stands in it too.
const (
	// GoodTaxpayer has a term of one year, is public, and lets its subject answer
	// within five working days.
	GoodTaxpayer = "good-taxpayer"
	// GoodExporter stands until its owner ends it, is not public, and says nothing of
	// how long its subject may answer.
	GoodExporter = "good-exporter"
)

// RewardBundle is a Bundle on a made catalogue with lists that reward.
type RewardBundle struct {
	*Bundle
	// Keeper keeps the lists; Alpha grants under both of them, Beta to good taxpayers
	// alone.
	Keeper, Alpha, Beta enforcement.OrganisationID
}

const rewardLists = `list_types:
  - {slug: judgment-debtor, zh: 演示名单, en: Made list, kind: punish, authority: court, serious: true, bases: [{basis: made-law}], subjects: [natural-person, legal-person], evidence: known}
  - {slug: made-serious, zh: 演示严重失信名单, en: Made list of serious dishonesty, kind: punish, authority: department, owners: [keeper], serious: true, bases: [{basis: made-law, article: 第1条}], subjects: [natural-person, legal-person], grounds: [{slug: fraud, zh: 演示欺诈, en: made fraud, evidence: known}], evidence: known}
  - slug: good-taxpayer
    zh: 演示纳税信用名单
    en: Made list of good taxpayers
    kind: reward
    authority: department
    owners: [keeper]
    bases: [{basis: made-law, article: 第2条}]
    subjects: [legal-person]
    terms: [{value: 1, unit: years, evidence: known}]
    publication: {rule: after-service, evidence: known}
    reward: {review: {value: 5, unit: working-days, basis: made-law, article: 第3条, evidence: known}, %sevidence: known}
    evidence: known
  - slug: good-exporter
    zh: 演示出口信用名单
    en: Made list of good exporters
    kind: reward
    authority: department
    owners: [keeper]
    bases: [{basis: made-law, article: 第2条}]
    subjects: [natural-person, legal-person]
    terms: [{open: true, zh: 至认定单位终止, en: until its owner ends it, evidence: known}]
    evidence: known
`

// SetupRewards makes one. With automatic, the rule of good taxpayers cites that the
// reward ends by itself.
func SetupRewards(t testing.TB, automatic bool) *RewardBundle {
	t.Helper()
	catalogue, attested := rewardCatalogue(t, automatic)
	b := &RewardBundle{Bundle: SetupWithout(t, pgtest.New(t), catalogue, attested)}
	organisation := func(body string) enforcement.OrganisationID {
		id, err := b.Parties.AddOrganisation(t.Context(), b.System(), party.Organisation{
			Slug: "made-" + body, NameZH: "演示单位" + body, NameEN: "Made " + body, Kind: party.Authority, Serves: "4501",
			Bodies: []party.Part{{Body: body, From: day.Of(2016, 1, 1)}},
		})
		must(t, err)
		return id
	}
	b.Keeper, b.Alpha, b.Beta = organisation("keeper"), organisation("alpha"), organisation("beta")
	b.Departments = []enforcement.OrganisationID{b.Keeper, b.Alpha, b.Beta}
	return b
}

func rewardCatalogue(t testing.TB, automatic bool) (*memoranda.Catalogue, *memoranda.Attestations) {
	t.Helper()
	rule := ""
	if automatic {
		rule = "automatic: {basis: made-law, article: 第4条}, "
	}
	type measure struct{ slug, body, mode string }
	memos := map[string][]measure{
		"judgment-debtor": {{"no-entry", "alpha", "prohibit"}},
		"made-serious":    {{"no-qualification", "alpha", "prohibit"}},
		"good-taxpayer":   {{"green-channel", "alpha", "grant"}, {"fewer-checks", "beta", "grant"}},
		"good-exporter":   {{"fast-clearance", "alpha", "grant"}},
	}
	files := fstest.MapFS{
		"bodies.yaml": {Data: []byte(`bodies:
  - {slug: alpha, zh: 甲, en: Alpha, evidence: known}
  - {slug: beta, zh: 乙, en: Beta, evidence: known}
  - {slug: keeper, zh: 丙, en: Keeper, evidence: known}
`)},
		"legal-bases.yaml": {Data: []byte("legal_bases:\n  - {slug: made-law, title: 演示法, kind: law, article: 第1条, article_verified: false, evidence: known}\n")},
		"list-types.yaml":  {Data: fmt.Appendf(nil, rewardLists, rule)},
		"basic-list.yaml":  {Data: []byte("items:\n  - {slug: entry-ban, title: 演示, class: I, title_verified: false, evidence: known}\neditions:\n  - {name: \"2024\", from: 2024-02-18, items: [entry-ban], evidence: known}\n")},
	}
	for list, measures := range memos {
		var text strings.Builder
		_, _ = fmt.Fprintf(&text, "memorandum: {slug: memo-%s, zh: 演示备忘录, en: Made memorandum, list_type: %s, edition: \"2016\", from: 2016-01-20, status: in-force, signatories: [alpha, beta], evidence: known}\nmeasures:\n", list, list)
		for _, m := range measures {
			item := ""
			if m.mode != "grant" {
				item = "basic_list_item: entry-ban, "
			}
			_, _ = fmt.Fprintf(&text, "  - {slug: %s, zh: 演示办理, en: Made measure, mode: %s, bodies: [%s], reaches: [natural-person, legal-person], territory: court, bases: [{basis: made-law, article: 第1条}], %sstatus: in-force, evidence: known}\n",
				m.slug, m.mode, m.body, item)
		}
		files["memo-"+list+".yaml"] = &fstest.MapFile{Data: []byte(text.String())}
	}
	c, err := memoranda.Load(files)
	must(t, err)
	var statements strings.Builder
	for list, measures := range memos {
		s := memoranda.Attestation{Demonstration: true, Memorandum: "memo-" + list, Edition: "2016", BasicList: []string{"2024"}, Bases: []string{"made-law"}}
		for _, m := range measures {
			s.Measures = append(s.Measures, m.slug)
		}
		_, _ = fmt.Fprintf(&statements, "  - {who: {name: 演示核定, role: 仅供演示}, when: 2025-01-01, source: made, demonstration: true, memorandum: memo-%s, edition: \"2016\", basic_list: [\"2024\"], bases: [made-law], hash: \"%x\", measures: [%s]}\n",
			list, c.AttestedHash(s), strings.Join(s.Measures, ", "))
	}
	a, err := memoranda.LoadAttestations("made", []byte("attestations:\n"+statements.String()), c)
	must(t, err)
	return c, a
}

// KeeperClerk and KeeperReviewer are acts of the list owner's people.
func (b *RewardBundle) KeeperClerk() enforcement.Act {
	return b.As(enforcement.DepartmentClerk, b.Keeper)
}

// KeeperReviewer decides for the list's owner.
func (b *RewardBundle) KeeperReviewer() enforcement.Act {
	return b.As(enforcement.DepartmentReviewer, b.Keeper)
}

// NewReward is an entry of today on a list.
func (b *RewardBundle) NewReward(list string, subject enforcement.ID) reward.NewReward {
	n := reward.NewReward{ListType: list, Subject: subject, Reference: "演示评价〔2025〕1号", DecidedOn: b.Day(), Note: "演示备注", Paper: Paper("演示评价决定")}
	if list == GoodTaxpayer {
		n.Year = 2025
	}
	return n
}

// Rewarded enters one and returns it in force.
func (b *RewardBundle) Rewarded(list string, subject enforcement.ID) enforcement.ID {
	b.T.Helper()
	id, err := b.Rewards.Enter(b.T.Context(), b.KeeperClerk(), b.NewReward(list, subject))
	must(b.T, err)
	return id
}

// OfReward names a reward in whatever version it is.
func OfReward(id enforcement.ID) ground.Change {
	return ground.Change{Ground: id}
}

// RewardStands returns a reward as it stands.
func (b *RewardBundle) RewardStands(id enforcement.ID) reward.Reward {
	b.T.Helper()
	w, err := b.Rewards.Get(b.T.Context(), b.System(), id)
	must(b.T, err)
	return w
}

// Heard gives the subject of a reward under review notice and enters an answer.
func (b *RewardBundle) Heard(id enforcement.ID) {
	b.T.Helper()
	must(b.T, b.Rewards.RecordNotice(b.T.Context(), b.KeeperClerk(), OfReward(id), b.Day(), Paper("演示告知书")))
	must(b.T, b.Rewards.RecordAnswer(b.T.Context(), b.KeeperClerk(), OfReward(id), b.Day(), "演示陈述", Paper("演示陈述书")))
}
