// Package enforcetest is the test kit of the record: all offices over a database of
// their own, a court with its people, one organisation for each body that a
// listing can reach, and the steps of a listing's life with sensible content.
// Test packages that use it call pgtest.Main from their TestMain.
package enforcetest

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/ground"
	"concordat/enforcement/listing"
	"concordat/enforcement/party"
	"concordat/enforcement/plan"
	"concordat/enforcement/register"
	"concordat/internal/calendar"
	"concordat/internal/identifier/madeup"
	"concordat/internal/pg"
	"concordat/internal/pg/pgtest"
	"concordat/internal/vault"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// Start is the day on which every bundle's legal time begins: a Monday with
// loaded calendars around it.
var Start = day.Of(2025, time.September, 1)

// Bundle is everything a test of the record needs.
type Bundle struct {
	*register.Offices
	T        testing.TB
	DB       *pg.DB
	Vault    *vault.Vault
	Calendar *calendar.Calendar
	Config   register.Config
	// Court is a basic court (桂0103), OtherCourt another (桂0105), Higher the
	// intermediate one (桂01).
	Court, OtherCourt, Higher enforcement.OrganisationID
	// Departments are the organisations that listings reach, one for each body.
	Departments []enforcement.OrganisationID
	Made        *madeup.Maker

	mu    sync.Mutex
	day   day.Day
	cases int
}

// Setup makes a bundle; its subjects and cases repeat from run to run.
func Setup(t testing.TB) *Bundle {
	t.Helper()
	return SetupOn(t, pgtest.New(t))
}

// SetupOn makes a bundle on a given migrated and empty database.
func SetupOn(t testing.TB, db *pg.DB) *Bundle {
	t.Helper()
	v, err := vault.Ephemeral(true)
	must(t, err)
	return SetupWith(t, db, v)
}

// SetupWith is SetupOn with keys of the caller's.
func SetupWith(t testing.TB, db *pg.DB, v *vault.Vault) *Bundle {
	t.Helper()
	c, err := embedded()
	must(t, err)
	b := setup(t, db, v, c.catalogue, c.attested)
	b.organisations(c.catalogue, c.attested)
	return b
}

// library is what was agreed and what is attested of it for demonstration.
type library struct {
	catalogue *memoranda.Catalogue
	attested  *memoranda.Attestations
}

// embedded reads the catalogue once for all tests of a package: neither value changes.
var embedded = sync.OnceValues(func() (l library, err error) {
	if l.catalogue, err = memoranda.Embedded(); err == nil {
		l.attested, err = memoranda.DemonstrationAttestations(l.catalogue)
	}
	return l, err
})

// SetupWithout makes a bundle on a catalogue of the caller's, with courts and
// without departments.
func SetupWithout(t testing.TB, db *pg.DB, catalogue *memoranda.Catalogue, attested *memoranda.Attestations) *Bundle {
	t.Helper()
	v, err := vault.Ephemeral(true)
	must(t, err)
	b := setup(t, db, v, catalogue, attested)
	b.courts()
	return b
}

func setup(t testing.TB, db *pg.DB, v *vault.Vault, catalogue *memoranda.Catalogue, attested *memoranda.Attestations) *Bundle {
	t.Helper()
	jobs, err := river.NewClient(riverpgxv5.New(db.Pool), &river.Config{Schema: "river"})
	must(t, err)
	days, err := calendar.Embedded()
	must(t, err)
	b := &Bundle{T: t, DB: db, Vault: v, Calendar: days, Made: madeup.New(7), day: Start}
	b.Config = register.Config{
		DB: db, Jobs: jobs, Vault: v, Calendar: days, Catalogue: catalogue, Attestations: attested, Demonstration: true,
		Machine: func() time.Time { return time.Now().UTC() },
	}
	b.Offices, err = register.Open(t.Context(), b.Config)
	must(t, err)
	return b
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (b *Bundle) courts() {
	b.T.Helper()
	court := func(slug, zh, serves, code string) enforcement.OrganisationID {
		id, err := b.Parties.AddOrganisation(b.T.Context(), b.System(), party.Organisation{
			Slug: slug, NameZH: zh, NameEN: slug, Kind: party.Court, Serves: serves, CourtCode: code,
		})
		must(b.T, err)
		return id
	}
	b.Higher = court("nanning-intermediate-court", "南宁市中级人民法院", "4501", "桂01")
	b.Court = court("qingxiu-court", "南宁市青秀区人民法院", "450103", "桂0103")
	b.OtherCourt = court("jiangnan-court", "南宁市江南区人民法院", "450105", "桂0105")
}

func (b *Bundle) organisations(catalogue *memoranda.Catalogue, attested *memoranda.Attestations) {
	b.T.Helper()
	b.courts()
	bodies := map[string]bool{}
	for _, kind := range memoranda.SubjectKinds() {
		r, err := catalogue.Resolve(memoranda.Question{ListType: plan.ListType, Subject: kind, On: Start, Ground: memoranda.OnListing, Attested: attested, RequireAttestation: true})
		must(b.T, err)
		for _, in := range r.Included {
			for _, body := range in.Bodies {
				bodies[body] = true
			}
		}
	}
	for _, body := range sorted(bodies) {
		id, err := b.Parties.AddOrganisation(b.T.Context(), b.System(), party.Organisation{
			Slug: "dept-" + body, NameZH: "演示单位", NameEN: "Department " + body, Kind: party.Authority, Serves: "4501",
			Bodies: []party.Part{{Body: body, From: day.Of(2016, time.January, 1)}},
		})
		must(b.T, err)
		b.Departments = append(b.Departments, id)
	}
}

func sorted(set map[string]bool) []string {
	list := make([]string, 0, len(set))
	for s := range set {
		list = append(list, s)
	}
	slices.Sort(list)
	return list
}

// Day returns the bundle's legal day.
func (b *Bundle) Day() day.Day {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.day
}

// Advance moves legal time forward by days.
func (b *Bundle) Advance(days int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.day = b.day.AddDays(days)
}

// AdvanceTo moves legal time to a day.
func (b *Bundle) AdvanceTo(d day.Day) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.day = d
}

// At returns ten o'clock of the bundle's legal day in China.
func (b *Bundle) At() time.Time { return calendar.Start(b.Day()).Add(10 * time.Hour) }

// As is an act of somebody of an organisation, now.
func (b *Bundle) As(role enforcement.Role, org enforcement.OrganisationID) enforcement.Act {
	return enforcement.Act{At: b.At(), Actor: enforcement.Actor{ID: fmt.Sprintf("%s-%d", role, org), Role: role, Organisation: org}}
}

// Clerk is an act of the court's clerk.
func (b *Bundle) Clerk() enforcement.Act { return b.As(enforcement.Clerk, b.Court) }

// Judge is an act of the court's judge.
func (b *Bundle) Judge() enforcement.Act { return b.As(enforcement.Judge, b.Court) }

// President is an act of the court's president.
func (b *Bundle) President() enforcement.Act { return b.As(enforcement.President, b.Court) }

// System is an act of the system.
func (b *Bundle) System() enforcement.Act { return enforcement.Daily(b.At()) }

// Person returns a made-up adult.
func (b *Bundle) Person() party.Identity {
	number := b.Made.Adult(Start)
	return party.Identity{Kind: memoranda.NaturalPerson, Name: b.Made.PersonName(), NumberKind: number.Kind, Number: number.Number, Region: "450105"}
}

// Company returns a made-up company.
func (b *Bundle) Company() party.Identity {
	number := b.Made.Company()
	return party.Identity{Kind: memoranda.LegalPerson, Name: b.Made.CompanyName(), NumberKind: number.Kind, Number: number.Number, Head: b.Made.PersonName()}
}

// Subject enters an identity.
func (b *Bundle) Subject(identity party.Identity) enforcement.ID {
	b.T.Helper()
	id, err := b.Parties.EnterSubject(b.T.Context(), b.Clerk(), identity)
	must(b.T, err)
	return id
}

// Case enters a case of the court.
func (b *Bundle) Case() enforcement.ID {
	b.T.Helper()
	b.mu.Lock()
	b.cases++
	n := b.cases
	b.mu.Unlock()
	id, err := b.Parties.EnterCase(b.T.Context(), b.Clerk(), party.Case{
		Number: fmt.Sprintf("(2025)桂0103执%d号", n), FiledOn: Start.AddDays(-60),
		BasisDocument: fmt.Sprintf("(2024)桂0103民初%d号", n), BasisUnit: "演示法院",
	})
	must(b.T, err)
	return id
}

// Facts are facts as a draft needs them.
func Facts() listing.Facts {
	return listing.Facts{Obligation: "演示:支付货款", Performed: "none", Conduct: "演示:有履行能力而拒不履行"}
}

// Draft drafts a listing of a subject on the given grounds of Art. 1.
func (b *Bundle) Draft(subject enforcement.ID, conducts ...listing.Conduct) enforcement.ID {
	b.T.Helper()
	if len(conducts) == 0 {
		conducts = []listing.Conduct{listing.AbleButRefuses}
	}
	id, err := b.Listings.Draft(b.T.Context(), b.Judge(), listing.NewListing{
		Case: b.Case(), Subject: subject, Capacity: listing.Debtor, Conducts: conducts, Facts: Facts(), Papers: FactPapers(conducts...),
	})
	must(b.T, err)
	return id
}

// Bare drafts a listing with no paper in its file.
func (b *Bundle) Bare(subject enforcement.ID) enforcement.ID {
	b.T.Helper()
	id, err := b.Listings.Draft(b.T.Context(), b.Judge(), listing.NewListing{
		Case: b.Case(), Subject: subject, Capacity: listing.Debtor, Conducts: []listing.Conduct{listing.AbleButRefuses}, Facts: Facts(),
	})
	must(b.T, err)
	return id
}

// Of names a listing in whatever version it is.
func Of(id enforcement.ID) ground.Change { return ground.Change{Ground: id} }

// NoticeDays is how many days ago the notices of the kit were served and recorded
// ([Before]): the period for performance that they state is over.
const NoticeDays = 20

// Notice is an execution notice with its risk warning, served [NoticeDays] ago.
func (b *Bundle) Notice() listing.Notice {
	return listing.Notice{ExecutionNotice: ground.ExecutionNotice{ServedOn: b.Day().AddDays(-NoticeDays), PerformDays: 3, Paper: Paper("演示执行通知书")}, RiskWarning: true}
}

// Before is an act as somebody made it [NoticeDays] ago.
func Before(act enforcement.Act) enforcement.Act {
	act.At = act.At.AddDate(0, 0, -NoticeDays)
	return act
}

// Ago does something on the bundle's day of [NoticeDays] ago, by whatever reads its clock.
func (b *Bundle) Ago(do func()) {
	b.Advance(-NoticeDays)
	do()
	b.Advance(NoticeDays)
}

// Decision is a decision as the conducts of a listing demand it.
func (b *Bundle) Decision(conducts ...listing.Conduct) listing.Decision {
	d := listing.Decision{Number: "(2025)桂0103执1号之一", Reasons: "演示:经审查,符合规定的理由", OwnMotion: "演示:拒不申报财产,依职权列入", Paper: Paper("演示决定书全文")}
	if len(conducts) > 0 && !slices.Equal(conducts, []listing.Conduct{listing.AbleButRefuses}) {
		d.TermUntil = b.Day().AddYears(2)
	}
	return d
}

// Acts are two dishonest acts of a day, as an extension shows them.
func Acts(on day.Day) []listing.DishonestAct {
	return []listing.DishonestAct{{On: on, What: "演示:转移应收账款至关联单位"}, {On: on, What: "演示:隐匿已查封的机器设备"}}
}

// Service is direct service today with every enclosure.
func (b *Bundle) Service() ground.Service {
	return ground.Service{Manner: ground.ServedDirectly, On: b.Day(), Enclosures: ground.Enclosures(), Paper: Paper("演示送达回证"), Consent: Paper("演示电子送达同意书"), Search: Paper("演示公告送达原因及查找经过")}
}

// Decided drafts, warns, proposes and signs.
func (b *Bundle) Decided(subject enforcement.ID, conducts ...listing.Conduct) enforcement.ID {
	b.T.Helper()
	ctx := b.T.Context()
	id := b.Draft(subject, conducts...)
	must(b.T, b.Listings.Warn(ctx, Before(b.Clerk()), Of(id), b.Notice()))
	must(b.T, b.Listings.Propose(ctx, b.Judge(), Of(id), b.Decision(conducts...)))
	must(b.T, b.Listings.Sign(ctx, b.President(), Of(id)))
	return id
}

// Published runs a listing up to publication, all on the bundle's day.
func (b *Bundle) Published(subject enforcement.ID, conducts ...listing.Conduct) enforcement.ID {
	b.T.Helper()
	ctx := b.T.Context()
	id := b.Decided(subject, conducts...)
	must(b.T, b.Listings.Serve(ctx, b.Clerk(), Of(id), b.Service()))
	must(b.T, b.Listings.Publish(ctx, b.System(), Of(id)))
	return id
}

// Ending is a decision to end, for an event of today.
func (b *Bundle) Ending(item int) listing.Ending {
	return listing.Ending{Item: item, EventOn: b.Day(), Reasons: "演示:履行完毕", Paper: Paper("演示结束决定书")}
}

// Resumption is what gives back whatever was suspended: reasons, and the check of the
// identity.
func Resumption() ground.Resumption {
	return ground.Resumption{Reasons: "演示:已核实身份证件,确系本人", Paper: Paper("演示身份核查表")}
}

// OrderGround enters and puts in force a ground of kind order for a subject, as
// the record of orders will; it travels under the same rules as a listing.
func (b *Bundle) OrderGround(subject enforcement.ID) enforcement.ID {
	b.T.Helper()
	id := enforcement.NewID()
	_, err := b.DB.Pool.Exec(b.T.Context(), `INSERT INTO ground (id, kind, list_type, subject_id, organisation_id, reference, decided_on)
		VALUES ($1, 'order', $2, $3, $4, '演示限消令', $5::date)`,
		id, plan.ListType, subject, b.Court, b.Day())
	must(b.T, err)
	must(b.T, b.Grounds.PutInForce(b.T.Context(), b.System(), []enforcement.ID{id}))
	return id
}

// Count runs a query that yields one number.
func (b *Bundle) Count(sql string, args ...any) int {
	b.T.Helper()
	var n int
	must(b.T, b.DB.Pool.QueryRow(b.T.Context(), sql, args...).Scan(&n))
	return n
}

// SendAll sends everything that is due, express first, as to receivers that answer at
// once: with the step for every item.
func (b *Bundle) SendAll(step directive.Step) (sent []directive.Item) {
	b.T.Helper()
	lanes, err := b.Directives.Lanes(b.T.Context(), b.Day())
	must(b.T, err)
	for _, w := range lanes {
		items, err := b.Directives.Due(b.T.Context(), w.Organisation, w.Lane, b.Day(), enforcement.ID{}, directive.Batch)
		must(b.T, err)
		attempt, err := b.Directives.Open(b.T.Context(), b.System(), w, "webhook", items, []byte("hash"))
		must(b.T, err)
		results := make([]directive.Result, len(items))
		for i := range results {
			results[i].Step = step
		}
		must(b.T, b.Directives.Settle(b.T.Context(), b.System(), attempt, results))
		sent = append(sent, items...)
	}
	return sent
}
