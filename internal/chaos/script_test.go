package chaos_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"concordat/enforcement"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/ground"
	"concordat/enforcement/listing"
	"concordat/enforcement/party"
	"concordat/enforcement/register"
	"concordat/internal/calendar"
	"concordat/internal/identifier/madeup"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// courtCodes are the courts that lists belong to, by their codes in case numbers.
var courtCodes = []string{"桂0103", "桂0105"}

// firstDay is the first legal day of the script: a Monday with loaded calendars.
var firstDay = day.Of(2025, time.September, 1)

// step is one act of a life.
type step struct {
	key  string
	role enforcement.Role
	at   time.Time // legal time
	// keep takes the id that is answered, where later steps need it.
	keep *enforcement.ID
	do   func(ctx context.Context, r *register.Offices, act enforcement.Act) (enforcement.ID, error)
}

// life is one listing from its subject to its end. The ids are what the record
// answered, now or before the worker was killed.
type life struct {
	n        int
	court    int // place in courtCodes
	steps    []step
	identity party.Identity
	subject  enforcement.ID
	caseID   enforcement.ID
	listing  enforcement.ID
}

// author writes one life: what the listing is when the next act comes.
type author struct {
	*life
	seed   uint64
	random *rand.Rand
	today  day.Day

	shared     bool // its subject has another listing
	conducts   []listing.Conduct
	until      day.Day // last day of the term
	grace      int
	suspended  bool
	correcting bool
	extended   bool
}

// script writes the lives of a seed. The same seed gives the same acts, in each
// life in the same order and at the same legal times.
func script(seed uint64, n int) []*life {
	lives := make([]*life, n)
	for i := range lives {
		a := &author{
			life: &life{n: i, court: i % len(courtCodes)}, seed: seed, today: firstDay.AddDays(i % 20),
			random: rand.New(rand.NewPCG(seed, uint64(i))),
			// Each eighth listing has the subject of the one before it.
			shared: i%8 == 7 || (i%8 == 6 && i+1 < n),
		}
		who := i
		if i%8 == 7 {
			who--
		}
		a.identity = identity(who)
		a.write()
		lives[i] = a.life
	}
	return lives
}

// identity makes a subject: persons and companies in turn.
func identity(n int) party.Identity {
	if n/2%2 == 0 {
		number := madeup.NthPersonID(n)
		return party.Identity{Kind: memoranda.NaturalPerson, Name: madeup.NthPersonName(n), NumberKind: number.Kind, Number: number.Number, Region: "450103"}
	}
	number := madeup.NthCompanyID(n)
	return party.Identity{Kind: memoranda.LegalPerson, Name: madeup.NthCompanyName(n), NumberKind: number.Kind, Number: number.Number, Head: madeup.NthPersonName(n)}
}

// act appends an act on the life's day.
func (a *author) act(verb string, role enforcement.Role, keep *enforcement.ID,
	do func(ctx context.Context, r *register.Offices, act enforcement.Act) (enforcement.ID, error),
) {
	n := len(a.steps)
	a.steps = append(a.steps, step{
		key:  fmt.Sprintf("chaos/%d/%d/%02d-%s", a.seed, a.n, n, verb),
		role: role, at: calendar.Start(a.today).Add(9*time.Hour + time.Duration(n)*time.Minute), keep: keep, do: do,
	})
}

// change appends an act on the life's listing.
func (a *author) change(verb string, role enforcement.Role, do func(ctx context.Context, r *register.Offices, act enforcement.Act, c ground.Change) error) {
	l := a.life
	a.act(verb, role, nil, func(ctx context.Context, r *register.Offices, act enforcement.Act) (enforcement.ID, error) {
		return l.listing, do(ctx, r, act, ground.Change{Ground: l.listing})
	})
}

func (a *author) write() {
	a.today = a.today.AddDays(-enforcetest.NoticeDays) // the period for performance is over when it is decided
	a.enter()
	for _, next := range []func(){a.warn, a.apply, a.propose, a.sign, a.serve, a.publish} {
		if a.random.IntN(100) == 0 {
			a.change("abandon", enforcement.Clerk, func(ctx context.Context, r *register.Offices, act enforcement.Act, c ground.Change) error {
				return r.Listings.Abandon(ctx, act, c, ground.Performed)
			})
			return
		}
		next()
	}
	for range a.random.IntN(6) {
		a.today = a.today.AddDays(a.random.IntN(3))
		a.wander()
	}
	a.today = a.today.AddDays(a.random.IntN(5))
	a.end()
}

func (a *author) enter() {
	l, filed := a.life, a.today.AddDays(-60)
	a.act("subject", enforcement.Clerk, &l.subject, func(ctx context.Context, r *register.Offices, act enforcement.Act) (enforcement.ID, error) {
		return r.Parties.EnterSubject(ctx, act, l.identity)
	})
	a.act("case", enforcement.Clerk, &l.caseID, func(ctx context.Context, r *register.Offices, act enforcement.Act) (enforcement.ID, error) {
		return r.Parties.EnterCase(ctx, act, party.Case{
			Number: fmt.Sprintf("(2025)%s执%d号", courtCodes[l.court], l.n+1), FiledOn: filed,
			BasisDocument: fmt.Sprintf("(2024)%s民初%d号", courtCodes[l.court], l.n+1), BasisUnit: "演示法院",
		})
	})
	a.conducts = []listing.Conduct{listing.AbleButRefuses}
	if a.random.IntN(2) == 0 {
		a.conducts = []listing.Conduct{listing.Conduct(2 + a.random.IntN(5))}
		a.until = a.today.AddMonths(4 + a.random.IntN(16))
	}
	conducts := a.conducts
	a.act("draft", enforcement.Judge, &l.listing, func(ctx context.Context, r *register.Offices, act enforcement.Act) (enforcement.ID, error) {
		return r.Listings.Draft(ctx, act, listing.NewListing{
			Case: l.caseID, Subject: l.subject, Capacity: listing.Debtor, Conducts: conducts,
			Facts:  listing.Facts{Obligation: "演示:支付货款", Performed: "none", Conduct: "演示:有履行能力而拒不履行"},
			Papers: enforcetest.FactPapers(conducts...),
		})
	})
}

func (a *author) warn() {
	notice := listing.Notice{ExecutionNotice: ground.ExecutionNotice{ServedOn: a.today, PerformDays: 3, Paper: enforcetest.Paper("演示执行通知书")}, RiskWarning: true}
	a.change("warn", enforcement.Clerk, func(ctx context.Context, r *register.Offices, act enforcement.Act, c ground.Change) error {
		return r.Listings.Warn(ctx, act, c, notice)
	})
	a.today = a.today.AddDays(enforcetest.NoticeDays)
}

func (a *author) apply() {
	if a.random.IntN(3) > 0 {
		return
	}
	on := a.today
	a.change("apply", enforcement.Clerk, func(ctx context.Context, r *register.Offices, act enforcement.Act, c ground.Change) error {
		return r.Listings.Apply(ctx, act, c, enforcetest.Applied(on))
	})
}

func (a *author) propose() {
	if a.random.IntN(10) == 0 {
		a.grace = 1
	}
	a.today = a.today.AddDays(1)
	decision := listing.Decision{Number: fmt.Sprintf("(2025)%s执%d号之一", courtCodes[a.court], a.n+1), Reasons: "演示:经审查,符合规定的理由", OwnMotion: "演示:拒不申报财产,依职权列入", TermUntil: a.until, GraceMonths: a.grace, Paper: enforcetest.Paper("演示决定书全文")}
	a.change("propose", enforcement.Judge, func(ctx context.Context, r *register.Offices, act enforcement.Act, c ground.Change) error {
		return r.Listings.Propose(ctx, act, c, decision)
	})
}

func (a *author) sign() {
	a.change("sign", enforcement.President, func(ctx context.Context, r *register.Offices, act enforcement.Act, c ground.Change) error {
		return r.Listings.Sign(ctx, act, c)
	})
}

func (a *author) serve() {
	a.today = a.today.AddDays(1)
	service := ground.Service{Manner: ground.ServedDirectly, On: a.today, Enclosures: ground.Enclosures(), Paper: enforcetest.Paper("演示送达回证")}
	a.change("serve", enforcement.Clerk, func(ctx context.Context, r *register.Offices, act enforcement.Act, c ground.Change) error {
		return r.Listings.Serve(ctx, act, c, service)
	})
}

func (a *author) publish() {
	a.today = a.today.AddDays(40 * a.grace) // longer than a month with its roll-over
	a.change("publish", enforcement.Clerk, func(ctx context.Context, r *register.Offices, act enforcement.Act, c ground.Change) error {
		return r.Listings.Publish(ctx, act, c)
	})
}

// wander appends one thing that can befall a published listing.
func (a *author) wander() {
	var moves []func()
	if a.suspended {
		moves = append(moves, a.resume)
	} else {
		if moves = append(moves, a.brake); !a.until.IsZero() { // what is stayed without a term does not come back
			moves = append(moves, a.suspend)
		}
	}
	switch {
	case a.correcting:
		moves = append(moves, a.correct)
	case !a.shared: // under another spelling the other listing's clerk would not find the subject
		moves = append(moves, a.openCorrection)
	}
	if !a.until.IsZero() && !a.extended {
		moves = append(moves, a.extend)
	}
	moves[a.random.IntN(len(moves))]()
}

func (a *author) suspend() {
	a.suspended = true
	a.change("suspend", enforcement.Judge, func(ctx context.Context, r *register.Offices, act enforcement.Act, c ground.Change) error {
		return r.Listings.Suspend(ctx, act, c, enforcetest.Stay())
	})
}

func (a *author) brake() {
	a.suspended = true
	a.change("brake", enforcement.Clerk, func(ctx context.Context, r *register.Offices, act enforcement.Act, c ground.Change) error {
		return r.Listings.Suspend(ctx, act, c, enforcetest.Brake())
	})
}

func (a *author) resume() {
	a.suspended = false
	a.change("resume", enforcement.President, func(ctx context.Context, r *register.Offices, act enforcement.Act, c ground.Change) error {
		return r.Listings.Resume(ctx, act, c, enforcetest.Resumption())
	})
}

func (a *author) openCorrection() {
	a.correcting = true
	on := a.today
	a.change("open-correction", enforcement.Judge, func(ctx context.Context, r *register.Offices, act enforcement.Act, c ground.Change) error {
		return r.Listings.OpenCorrection(ctx, act, c, on)
	})
}

func (a *author) correct() {
	a.correcting = false
	corrected := a.identity
	spelling := []rune(corrected.Name)
	spelling[len(spelling)-1] = []rune("谋牟")[len(a.steps)%2]
	corrected.Name = string(spelling)
	a.change("correct", enforcement.Judge, func(ctx context.Context, r *register.Offices, act enforcement.Act, c ground.Change) error {
		return r.Listings.Correct(ctx, act, c, corrected)
	})
}

func (a *author) extend() {
	a.extended = true
	a.until = a.until.AddYears(1)
	extension := listing.Extension{Number: "(2025)桂执延1号", Reasons: "演示:经审查,符合规定的理由", Cause: "several-dishonest-acts", Acts: enforcetest.Acts(a.today), Years: 1, ServedOn: a.today, Paper: enforcetest.Paper("演示延期决定")}
	a.change("extend", enforcement.President, func(ctx context.Context, r *register.Offices, act enforcement.Act, c ground.Change) error {
		return r.Listings.Extend(ctx, act, c, extension)
	})
}

// end appends one of the four ends, or none: one listing of four stays.
func (a *author) end() {
	ending := listing.Ending{EventOn: a.today, Reasons: "演示:终结"}
	draw := a.random.IntN(8)
	switch {
	case draw < 2:
	case draw == 2:
		a.change("revoke", enforcement.Judge, func(ctx context.Context, r *register.Offices, act enforcement.Act, c ground.Change) error {
			return r.Listings.Revoke(ctx, act, c, ending)
		})
	case a.until.IsZero():
		ending.Item = []int{1, 2, 3, 5, 6, 7}[a.random.IntN(6)]
		a.change("delete", enforcement.Judge, func(ctx context.Context, r *register.Offices, act enforcement.Act, c ground.Change) error {
			return r.Listings.Delete(ctx, act, c, ending)
		})
	case draw < 6:
		a.change("delete-early", enforcement.Judge, func(ctx context.Context, r *register.Offices, act enforcement.Act, c ground.Change) error {
			return r.Listings.DeleteEarly(ctx, act, c, ending)
		})
	default:
		a.today = a.until.AddDays(1)
		a.change("expire", enforcement.System, func(ctx context.Context, r *register.Offices, act enforcement.Act, c ground.Change) error {
			return r.Listings.Expire(ctx, act, c)
		})
	}
}
